package store

import "time"

// A database of made-up people is marked as such, so that a demo never opens a
// real one, nor a real bot begins with invented members unnoticed.
//
//	meta/sample → sample
type sample struct {
	Made  time.Time `json:"made"`
	Ahead int64     `json:"ahead,omitzero"` // seconds by which its time was moved forward
}

// MarkSample says that all in this database is made up.
func (tx *Tx) MarkSample() error {
	return put(tx, "meta", "sample", sample{Made: tx.Now})
}

// IsSample says whether all in this database is made up.
func (tx *Tx) IsSample() (bool, error) {
	return has(tx, "meta", "sample")
}

// SampleAhead is by how much the time of the sample was moved forward, in whole
// seconds. It returns [ErrNotFound] when this is no sample.
func (tx *Tx) SampleAhead() (time.Duration, error) {
	s, err := get[sample](tx, "meta", "sample")
	if err != nil {
		return 0, err
	}
	return time.Duration(s.Ahead) * time.Second, nil
}

// MoveSample moves the time of the sample forward by d, in whole seconds. It
// returns [ErrNotFound] when this is no sample.
func (tx *Tx) MoveSample(d time.Duration) error {
	s, err := get[sample](tx, "meta", "sample")
	if err != nil {
		return err
	}
	s.Ahead += int64(d / time.Second)
	return put(tx, "meta", "sample", s)
}
