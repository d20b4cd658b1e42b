package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An AuditLink chains a row of the audit to all that were chained before it:
// nobody can change, remove, add or move a row without the hashes after it
// telling so. Rows are chained in the order in which the job finds them, not in
// that of their ids: several processes write them, and a transaction may commit
// after one that began later.
//
// Whoever can write the whole database can also make a new chain from any row
// on. That is found out by a head that was noted elsewhere before, on paper or
// in a mail ([Tx.CheckAudits]).
//
//	audit_chain  number from 1 on, 12 digits → AuditLink
//	meta/audit   → AuditHead
type AuditLink struct {
	Row  string    `json:"row"` // key of the row
	At   time.Time `json:"at"`  // when it was chained
	Hash string    `json:"hash"`

	Rest jsontext.Value `json:",embed"`
}

// An AuditHead is the end of the chain.
type AuditHead struct {
	Rows int    `json:"rows"` // how many are chained
	Hash string `json:"hash"` // of the last one; empty: none is

	Rest jsontext.Value `json:",embed"`
}

// AuditHead returns the end of the chain, that of an empty one at first.
func (tx *Tx) AuditHead() (*AuditHead, error) {
	head, err := get[AuditHead](tx, "meta", "audit")
	if errors.Is(err, ErrNotFound) {
		return &AuditHead{}, nil
	}
	return head, err
}

// AuditsWait says whether there are rows that are not chained yet.
func (tx *Tx) AuditsWait() (bool, error) {
	for _, err := range tx.kv.Scan("audit_new", "", "") {
		return true, err
	}
	return false, nil
}

// ChainAudits chains at most n rows and says how many. One process does it at a
// time: it is the only one that writes the head of the chain.
func (tx *Tx) ChainAudits(n int) (int, error) {
	head, err := tx.AuditHead()
	if err != nil {
		return 0, err
	}
	var rows []string
	for p, err := range tx.kv.Scan("audit_new", "", "") {
		if err != nil {
			return 0, err
		}
		if len(rows) == n {
			break
		}
		rows = append(rows, p.Key)
	}
	for _, row := range rows {
		// A row that went away before it was chained is chained as nothing:
		// the check finds the link without its row.
		raw, err := tx.kv.Get("audit", row)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return 0, err
		}
		link := AuditLink{Row: row, At: tx.Now}
		head.Rows++
		if link.Hash, err = link.sum(head.Hash, head.Rows, raw); err != nil {
			return 0, fmt.Errorf("chain row %s: %w", row, err)
		}
		head.Hash = link.Hash
		if err := put(tx, "audit_chain", linkKey(head.Rows), link); err != nil {
			return 0, err
		}
		if err := tx.kv.Delete("audit_new", row); err != nil {
			return 0, err
		}
	}
	if len(rows) == 0 {
		return 0, nil
	}
	return len(rows), put(tx, "meta", "audit", head)
}

// sum is the hash of the link number n after the one with the hash before: the
// SHA-256 of five lines, the last of which is the row as canonical JSON
// (RFC 8785), so that a copy into another database keeps it.
func (l *AuditLink) sum(before string, n int, row []byte) (string, error) {
	canonical := jsontext.Value(row).Clone()
	if len(canonical) > 0 {
		if err := canonical.Canonicalize(); err != nil {
			return "", err
		}
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%s\n%s\n%s", before, n, l.Row, l.At.Format(time.RFC3339Nano), canonical)
	return hex.EncodeToString(h.Sum(nil)), nil
}

func linkKey(n int) string { return fmt.Sprintf("%012d", n) }
