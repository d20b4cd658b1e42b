package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A LastBackup says when the database was last copied. It is kept before the
// copy is made, so that each copy tells its own age.
//
//	meta/backup → LastBackup
type LastBackup struct {
	At      time.Time `json:"at"`               // when the copy was begun, whatever became of it
	Checked time.Time `json:"checked,omitzero"` // when a copy was last read as a whole and found sound

	Rest jsontext.Value `json:",embed"`
}

// LastBackup returns when the database was last copied, zero times when it
// never was.
func (tx *Tx) LastBackup() (*LastBackup, error) {
	b, err := get[LastBackup](tx, "meta", "backup")
	if errors.Is(err, ErrNotFound) {
		return &LastBackup{}, nil
	}
	return b, err
}

// PutLastBackup keeps b.
func (tx *Tx) PutLastBackup(b *LastBackup) error {
	return put(tx, "meta", "backup", b)
}
