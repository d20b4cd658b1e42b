package bolt

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Replaced(); err != nil {
		t.Error(err)
	}
	if err := os.Rename(path, path+".gone"); err != nil {
		t.Fatal(err)
	}
	if d.Replaced() == nil {
		t.Error("it was not noticed that the file is gone")
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if d.Replaced() == nil {
		t.Error("it was not noticed that the file is another one")
	}
}
