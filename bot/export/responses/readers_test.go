package responses

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"chihai/flows/form"
)

// TestReadersFiles writes the files that .ci/readers opens with programs that we did not write: two
// datasets, one of them with repeats, in two languages and all formats.
func TestReadersFiles(t *testing.T) {
	dir := os.Getenv("CHIHAI_READERS")
	if dir == "" {
		t.Skip("nobody else reads the files here: run .ci/readers")
	}
	g := guesser{rand.New(rand.NewPCG(7, 11))}
	for name, forms := range map[string][]*form.Form{"plain": withoutRepeats(t), "repeats": sample(t)} {
		d := datasetOf(forms, g.rows(forms, 300))
		for _, language := range []string{"vi", "km"} {
			for _, format := range []Format{CSV, XLSX, SPSS, Stata, JSON} {
				o := Options{Format: format, Words: words(t, language)}
				file := filepath.Join(dir, name+"-"+language+"-"+string(format)+"."+Ending(d, o))
				if err := os.WriteFile(file, written(t, d, o), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
