package store

import (
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An Audit says who did what to whose data: a role given, a list exported, a
// training cancelled. It holds ids only. It is never changed, and soon after it
// was kept it is chained (chain.go), so that a later change is found out.
//
//	audit      day YYYYMMDD/ID → Audit
//	audit_new  the same key → mark, until it is chained
type Audit struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitzero"` // member; empty: the operator at the machine, or somebody not known who tries
	Did    string    `json:"did"`         // such as "grant", "export registrations"
	Object string    `json:"object,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// Log keeps that by did something to the object.
func (tx *Tx) Log(by, did, object string) error {
	key := tx.Now.Format("20060102") + "/" + tx.NewID()
	if err := put(tx, "audit", key, Audit{At: tx.Now, By: by, Did: did, Object: object}); err != nil {
		return err
	}
	return tx.kv.Put("audit_new", key, mark)
}

// Audits yields what was done since the day of from, the oldest first.
func (tx *Tx) Audits(from time.Time) iter.Seq2[*Audit, error] {
	return each[Audit](tx, "audit", from.UTC().Format("20060102"), "")
}
