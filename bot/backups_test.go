package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A bot makes backups by itself, and the first is checked.
func TestServeMakesBackups(t *testing.T) {
	e := newEnvironment(t).with("CHIHAI_BACKUPS", t.TempDir())
	r := e.start(t, "ready", "serve")
	r.wait("backup made")
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
	if !strings.Contains(r.errs.String(), "checked=true") {
		t.Errorf("the backup was not checked: %s", r.errs.String())
	}
	list, err := filepath.Glob(filepath.Join(e["CHIHAI_BACKUPS"], "chihai-*Z.db"))
	if err != nil || len(list) != 1 {
		t.Fatalf("backups: %v, %v", list, err)
	}
	if out := e.must(t, "check", "--file", list[0]); !strings.Contains(out, "nothing is wrong") {
		t.Errorf("check says %q", out)
	}
	if left, err := os.ReadDir(e["CHIHAI_BACKUPS"]); err != nil || len(left) != 1 {
		t.Errorf("the directory holds %v, %v", left, err)
	}
}
