package bolt

import (
	"fmt"
	"os"
)

// Replaced returns an error when the path of the database leads to another
// file now, or to none: somebody has moved, removed or restored it under the
// process. What is committed goes into the old file then, which the next start
// does not find.
func (d *DB) Replaced() error {
	now, err := os.Stat(d.bolt.Path())
	if err != nil {
		return fmt.Errorf("the database file is gone: %w", err)
	}
	was, err := d.file.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(was, now) {
		return fmt.Errorf("%s has been replaced by another file", d.bolt.Path())
	}
	return nil
}
