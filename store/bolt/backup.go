package bolt

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"

	"go.etcd.io/bbolt"
)

// Backup implements [store.Backup]. It copies as fast as the disk can, since
// the file grows while an old state is being read: compress, encrypt and send
// the copy afterwards.
//
// The copy holds free pages too, and in them what was deleted since the last
// [DB.Scrub]. Scrub first.
func (d *DB) Backup(ctx context.Context, path string) error {
	if err := d.gate.Enter(ctx); err != nil {
		return err
	}
	defer d.gate.Leave()
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("back up to %s: %w", path, fs.ErrExist)
	}
	err := writeFile(path, func(f *os.File) error {
		return d.bolt.View(func(tx *bbolt.Tx) error {
			_, err := tx.WriteTo(writer{ctx, f})
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	return nil
}

// A writer stops when ctx ends.
type writer struct {
	ctx context.Context
	w   io.Writer
}

func (w writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}
