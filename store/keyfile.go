package store

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A key file holds the one key that opens all others of a database. It lies
// outside the database, so that a copy of the one says nothing without the
// other. It is one line of text, which a person can copy:
//
//	chihai-key-1 <32 bytes in base64>

// KeySize is the length of the key in a key file, in bytes.
const KeySize = 32

// keyLine is what a key file begins with: what it is, and of which form.
const keyLine = "chihai-key-1 "

// NewKey returns a new random key for a key file.
func NewKey() []byte {
	key := make([]byte, KeySize)
	rand.Read(key) // never fails: the process ends instead (crypto/rand)
	return key
}

// ReadKey reads the key file path. It returns an error that wraps
// [fs.ErrNotExist] when there is none, and refuses one that others than its
// owner may read. A group may read it where nobody may write it: systemd hands
// credentials out as such (systemd.exec(5), LoadCredential).
func ReadKey(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o037 != 0 || mode&0o040 != 0 && mode&0o222 != 0 {
		return nil, fmt.Errorf("key file %s may be read by others: its mode is %#o; \"chmod 600\" closes it", path, mode)
	}
	text := make([]byte, 200)
	n, err := f.Read(text)
	if err != nil {
		return nil, fmt.Errorf("read key file %s: %w", path, err)
	}
	line, found := bytes.CutPrefix(bytes.TrimSpace(text[:n]), []byte(keyLine))
	key := make([]byte, base64.StdEncoding.DecodedLen(len(line)))
	n, err = base64.StdEncoding.Decode(key, line)
	if !found || err != nil || n != KeySize {
		return nil, fmt.Errorf("%s is no key file of Chị Hai: want one line that begins with %q", path, keyLine)
	}
	return key[:n], nil
}

// WriteKey makes the key file path, for its owner only: all of it or nothing,
// and on stable storage when it returns nil. It returns an error that wraps
// [fs.ErrExist] when a file of that name is there: a key that was overwritten
// would be gone.
func WriteKey(path string, key []byte) (err error) {
	if len(key) != KeySize {
		return fmt.Errorf("write key file: a key has %d bytes, not %d", KeySize, len(key))
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	defer func() {
		f.Close()
		if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) && err == nil {
			err = gone
		}
	}()
	_, err = fmt.Fprintf(f, "%s%s\n", keyLine, base64.StdEncoding.EncodeToString(key))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write key file %s: %w", path, err)
	}
	// A link fails when a file is there. Some file systems know no links.
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("write key file: %w", err)
	} else if err != nil {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("write key file %s: %w", path, fs.ErrExist)
		}
		if err := os.Rename(f.Name(), path); err != nil {
			return fmt.Errorf("write key file: %w", err)
		}
	}
	return syncDir(dir)
}

// syncDir makes names in the directory dir last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
