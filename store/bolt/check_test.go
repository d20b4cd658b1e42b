package bolt_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chihai/store/bolt"
)

// TestCheck destroys one page of a file after another. Check must not find any
// of these files sound; that it may die of them is why it runs in a child.
func TestCheck(t *testing.T) {
	if path := os.Getenv("BOLT_TEST_CHECK"); path != "" {
		if err := bolt.Check(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	db := open(t, path, bolt.Options{})
	for i := range 20 {
		put(t, db, fmt.Sprint(i), strings.Repeat("v", 1000))
	}
	if _, err := db.Scrub(t.Context()); err != nil { // free pages are zero from here on
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := bolt.Check(path); err != nil {
		t.Fatalf("Check of a sound file = %v", err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	used, page := 0, os.Getpagesize()
	for at := 2 * page; at < len(sound); at += page {
		if strings.Trim(string(sound[at:at+page]), "\x00") == "" {
			continue
		}
		used++
		damaged := append([]byte{}, sound...)
		clear(damaged[at : at+page])
		path := filepath.Join(dir, fmt.Sprint("damaged", at))
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestCheck$")
		cmd.Env = append(os.Environ(), "BOLT_TEST_CHECK="+path)
		if out, err := cmd.CombinedOutput(); err == nil {
			t.Errorf("Check finds a file sound without its page at %d\n%s", at, out)
		}
	}
	if used < 4 {
		t.Errorf("only %d pages were in use", used)
	}
}
