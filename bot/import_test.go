package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A table that cannot be right is refused before a database is made, and
// before a bot has read more of it than it can bear.
func TestImportRefuses(t *testing.T) {
	e := newEnvironment(t)
	name := filepath.Join(t.TempDir(), "areas.csv")
	write := func(table string, size int64) {
		t.Helper()
		if err := os.WriteFile(name, []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, max(size, int64(len(table)))); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		table string
		size  int64
		want  string
	}{
		{"code,name\n", 0, "no column \"kind\""},
		{"code,name,kind\n1,,xa\n", 0, "line 2: area \"1\" has no name"},
		{"code,name,kind\n", maxTable + 1, "the table is larger than 64 MB"},
	} {
		write(tt.table, tt.size)
		code, _, errs := e.command(t, "import", "areas", name)
		if code != failed || !strings.Contains(errs, name+": ") || !strings.Contains(errs, tt.want) {
			t.Errorf("exit %d, %q, want %q", code, errs, tt.want)
		}
		if exists(e["CHIHAI_DB"]) {
			t.Fatal("a database was made for it")
		}
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := importAreas(t.Context(), &desk{}, nil, f, io.Discard); err == nil || !strings.Contains(err.Error(), "larger than 64 MB") {
		t.Errorf("a running bot says %v", err)
	}
	if at, err := f.Seek(0, io.SeekCurrent); err != nil || at > maxTable+1 {
		t.Errorf("it has read %d bytes, %v", at, err)
	}
}
