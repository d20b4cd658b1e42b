package backups

import (
	"errors"
	"os"
	"runtime"
)

// syncDir puts the names in dir on stable storage.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // it does so by itself, and cannot be told to
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
