package backups

import (
	"errors"
	"os"
	"runtime"
)

// SyncDir puts the names in dir on stable storage.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // it does so by itself, and cannot be told to
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
