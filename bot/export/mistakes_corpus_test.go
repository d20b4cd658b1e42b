package export

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"chihai/flows/form"
)

// TestMistakesOfOthers: workbooks that people elsewhere wrote, in Excel, LibreOffice and by programs,
// are marked and then read as before. Every fifth is enough for every day; all 70 took 24 s.
func TestMistakesOfOthers(t *testing.T) {
	dir, set := os.LookupEnv("CHIHAI_XLSFORMS")
	if !set {
		dir = filepath.Join("..", "..", "..", "shared", "xlsforms")
	}
	files, err := filepath.Glob(filepath.Join(dir, "forms", "*", "*.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		if set {
			t.Fatalf("CHIHAI_XLSFORMS: no forms in %s", dir)
		}
		t.Skipf("no forms of others at %s; set CHIHAI_XLSFORMS to their folder", dir)
	}
	p := mistakePrinter(t)
	for i := 0; i < len(files); i += 5 {
		file, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(files[i])
		before := form.Examine("x", file)
		if before.Form == nil {
			continue
		}
		marked, err := Mistakes(file, before.Findings, p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		after := form.Examine("x", marked)
		if !slices.EqualFunc(before.Findings, after.Findings, func(a, b form.Finding) bool { return a.String() == b.String() }) {
			t.Errorf("%s: marked, %d findings became %d", name, len(before.Findings), len(after.Findings))
		}
	}
}
