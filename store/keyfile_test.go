package store_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"chihai/store"
)

func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "chihai.key")
	key := store.NewKey()
	if _, err := store.ReadKey(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ReadKey of nothing = %v", err)
	}
	if err := store.WriteKey(path, key); err != nil {
		t.Fatal(err)
	}
	if back, err := store.ReadKey(path); err != nil || !bytes.Equal(back, key) {
		t.Errorf("ReadKey = %x, %v, want %x", back, err, key)
	}
	if err := store.WriteKey(path, store.NewKey()); !errors.Is(err, os.ErrExist) {
		t.Errorf("WriteKey over a key = %v", err)
	}
	for mode, good := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o440: true, 0o640: false, 0o660: false, 0o644: false, 0o604: false, 0o444: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := store.ReadKey(path); (err == nil) != good {
			t.Errorf("mode %#o: %v, want good: %v", mode, err, good)
		}
	}
	for _, text := range []string{"", "\n", "chihai-key-1 ", "chihai-key-1 eA==", "chihai-key-2 " + base64.StdEncoding.EncodeToString(key), base64.StdEncoding.EncodeToString(key)} {
		name := filepath.Join(dir, "bad")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if back, err := store.ReadKey(name); err == nil {
			t.Errorf("%q is read as %x", text, back)
		}
	}
	if beside, _ := os.ReadDir(dir); len(beside) != 2 {
		t.Errorf("files are left behind: %v", beside)
	}
}
