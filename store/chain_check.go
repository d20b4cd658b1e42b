package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// An AuditReport is what [Tx.CheckAudits] has seen.
type AuditReport struct {
	Head    AuditHead
	Found   bool      // the head that was asked for is in the chain
	Waiting int       // rows that are not chained yet
	Oldest  time.Time // when the oldest of them was kept; zero: none waits
	Late    int       // rows that were chained more than [lateChain] after they say they were kept
}

// lateChain is how late a row may be chained while the bot runs. One that came
// later was kept while it was stopped, or says a time that is not its own.
const lateChain = 10 * time.Minute

// CheckAudits reads the whole audit and calls wrong for each row that was
// changed, removed, added or moved since it was chained. head is the hash of an
// earlier end of the chain, which must be in it; empty: none is looked for.
func (tx *Tx) CheckAudits(head string, wrong func(bucket, key, what string)) (*AuditReport, error) {
	end, err := tx.AuditHead()
	if err != nil {
		return nil, err
	}
	r := &AuditReport{Head: *end, Found: head == ""}
	chained, err := tx.checkLinks(r, head, wrong)
	if err != nil {
		return nil, err
	}
	slices.Sort(chained)
	for p, err := range tx.kv.Scan("audit", "", "") {
		if err != nil {
			return nil, err
		}
		if _, found := slices.BinarySearch(chained, p.Key); found {
			continue
		}
		waits, err := has(tx, "audit_new", p.Key)
		if err != nil {
			return nil, err
		}
		if !waits {
			wrong("audit", p.Key, "is not in the chain: it was added past the program")
			continue
		}
		r.Waiting++
		var a Audit
		if json.Unmarshal(p.Value, &a) == nil && (r.Oldest.IsZero() || a.At.Before(r.Oldest)) {
			r.Oldest = a.At
		}
	}
	for p, err := range tx.kv.Scan("audit_new", "", "") {
		if err != nil {
			return nil, err
		}
		if ok, err := has(tx, "audit", p.Key); err != nil {
			return nil, err
		} else if !ok {
			wrong("audit_new", p.Key, "waits to be chained and is not there")
		}
	}
	return r, nil
}

// checkLinks follows the chain from its beginning and returns the rows in it.
func (tx *Tx) checkLinks(r *AuditReport, head string, wrong func(bucket, key, what string)) ([]string, error) {
	var rows []string
	before, n := "", 0
	for p, err := range tx.kv.Scan("audit_chain", "", "") {
		if err != nil {
			return nil, err
		}
		n++
		if p.Key != linkKey(n) {
			wrong("audit_chain", p.Key, fmt.Sprintf("stands where number %d belongs", n))
			n = numberOf(p.Key, n)
		}
		var l AuditLink
		if err := json.Unmarshal(p.Value, &l); err != nil {
			wrong("audit_chain", p.Key, "cannot be read"+place(err))
			continue
		}
		rows = append(rows, l.Row)
		raw, err := tx.kv.Get("audit", l.Row)
		if errors.Is(err, ErrNotFound) {
			wrong("audit", l.Row, "was removed after it was chained")
			raw = nil
		} else if err != nil {
			return nil, err
		}
		if sum, err := l.sum(before, n, raw); (err != nil || sum != l.Hash) && raw != nil {
			wrong("audit", l.Row, "or what was chained before it was changed: link "+p.Key+" does not fit")
		}
		var a Audit
		if json.Unmarshal(raw, &a) == nil && l.At.Sub(a.At) > lateChain {
			r.Late++
		}
		before = l.Hash
		r.Found = r.Found || strings.EqualFold(l.Hash, head)
	}
	if n != r.Head.Rows || before != r.Head.Hash {
		wrong("meta", "audit", fmt.Sprintf("says that the chain ends with number %d; it ends with %d", r.Head.Rows, n))
	}
	return rows, nil
}

// numberOf reads the number of a link from its key, or returns n.
func numberOf(key string, n int) int {
	if _, err := fmt.Sscanf(key, "%d", &n); err != nil {
		return n
	}
	return n
}
