package store

import "time"

// A database of made-up people is marked as such, so that a demo never opens a
// real one, nor a real bot begins with invented members unnoticed.
//
//	meta/sample → sample
type sample struct {
	Made time.Time `json:"made"`
}

// MarkSample says that all in this database is made up.
func (tx *Tx) MarkSample() error {
	return put(tx, "meta", "sample", sample{Made: tx.Now})
}

// IsSample says whether all in this database is made up.
func (tx *Tx) IsSample() (bool, error) {
	return has(tx, "meta", "sample")
}
