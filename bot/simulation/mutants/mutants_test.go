package mutants

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root is the module, seen from here.
func root(t *testing.T) string {
	dir, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestApply looks whether each mutant still has its text in the program, so
// that the table does not rot.
func TestApply(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Table {
		if _, err := m.Mutate(root(t)); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		if seen[m.Name] || len(m.By) == 0 || m.Does == "" {
			t.Errorf("%s: the name is taken, or it is not said what it does or who should catch it", m.Name)
		}
		seen[m.Name] = true
	}
}

// TestMutants has every mutant caught and writes caught.md, or has those caught
// that CHIHAI_MUTANTS names.
//
//	CHIHAI_MUTANTS=all go test ./bot/simulation/mutants -run TestMutants -v -timeout 2h
func TestMutants(t *testing.T) {
	which := os.Getenv("CHIHAI_MUTANTS")
	if which == "" {
		t.Skip("takes minutes: CHIHAI_MUTANTS=all, or names with commas between them")
	}
	var table strings.Builder
	table.WriteString("# Which test catches which bug\n\nWritten by TestMutants; the mutants stand in table.go. Seconds are of one run, with building.\n\n" +
		"| bug | what it would do to people | caught by | saying | s |\n|---|---|---|---|---|\n")
	for _, m := range Table {
		if which != "all" && !strings.Contains(","+which+",", ","+m.Name+",") {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			c, err := m.Hunt(t.Context(), root(t), t.TempDir())
			switch {
			case err != nil:
				t.Fatal(err)
			case c.Test == "":
				t.Errorf("survives %v", m.By)
			}
			t.Logf("%s: %s: %s (%.0f s)", m.Name, c.Test, c.Why, c.Taken.Seconds())
			fmt.Fprintf(&table, "| %s | %s | %s | %s | %.0f |\n", m.Name, m.Does, c.Test, cell(c.Why), c.Taken.Seconds())
		})
	}
	if which != "all" || t.Failed() {
		return
	}
	if err := os.WriteFile("caught.md", []byte(table.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cell makes s fit a cell of a table.
func cell(s string) string {
	if r := []rune(s); len(r) > 90 {
		s = string(r[:90]) + "…"
	}
	return strings.ReplaceAll(s, "|", "/")
}
