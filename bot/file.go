package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile makes the file path, for this user only, of what write writes: all
// of it or nothing. An earlier file is replaced, or, unless replace is set, in
// the way.
func writeFile(path string, replace bool, write func(io.Writer) error) (err error) {
	if !replace && exists(path) {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		f.Close()
		if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) && err == nil {
			err = gone
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if !replace {
		// A link fails when somebody else was quicker. A USB stick knows no links.
		if err := os.Link(f.Name(), path); err == nil || exists(path) {
			return err
		}
	}
	return os.Rename(f.Name(), path)
}
