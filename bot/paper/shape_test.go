package paper

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var advances = regexp.MustCompile(`\+\d+`)

// TestShapes holds glyphs and their places to what HarfBuzz says.
func TestShapes(t *testing.T) {
	raw, err := os.ReadFile("testdata/shapes.txt")
	if err != nil {
		t.Fatal(err)
	}
	d := New(fonts(t), About{})
	words := 0
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for i, s := range []Style{{}, {Bold: true}} {
			got, want := glyphs(d.shape([]rune(fields[0]), s)), fields[1+i]
			if !unicode.Is(unicode.Khmer, []rune(fields[0])[0]) {
				// go-text v0.3.5 kerns ươ and ưở by 20 thousandths less than HarfBuzz does.
				got, want = advances.ReplaceAllString(got, ""), advances.ReplaceAllString(want, "")
			}
			if got != want {
				t.Errorf("%s, bold %v:\n got %s\nwant %s", fields[0], s.Bold, got, want)
			}
		}
		words++
	}
	if words < 200 {
		t.Errorf("only %d words were compared", words)
	}
}

// glyphs writes runs as hb-shape does.
func glyphs(runs []run) string {
	var all []string
	for _, r := range runs {
		for _, c := range r.clusters {
			for _, g := range c.glyphs {
				s := fmt.Sprint(g.id)
				if g.dx != 0 || g.dy != 0 {
					s += fmt.Sprintf("@%v,%v", g.dx, g.dy)
				}
				all = append(all, s+fmt.Sprintf("+%v", g.advance))
			}
		}
	}
	return "[" + strings.Join(all, "|") + "]"
}

// TestShapesToday asks the HarfBuzz that is installed, about the words of the
// locales file too.
func TestShapesToday(t *testing.T) {
	if _, err := exec.LookPath("hb-shape"); err != nil {
		t.Skip("hb-shape (libharfbuzz-bin) is not installed")
	}
	raw, err := os.ReadFile("../../locales/km.toml")
	if err != nil {
		t.Fatal(err)
	}
	khmer := func(r rune) bool { return (r < 0x1780 || r > 0x17ff) && r != joiner && r != nonJoiner }
	words := strings.FieldsFunc(string(raw), khmer)
	in := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(in, []byte(strings.Join(words, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for s, file := range map[Style]string{{}: "NotoSerifKhmer-Regular.ttf", {Bold: true}: "NotoSerifKhmer-Bold.ttf"} {
		c := exec.CommandContext(t.Context(), "hb-shape", "--font-file=fonts/"+file, "--text-file="+in,
			"--script=khmr", "--language=km", "--no-glyph-names", "--no-clusters")
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		want := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
		if len(want) != len(words) || len(words) < 1000 {
			t.Fatalf("hb-shape answered %d of %d words", len(want), len(words))
		}
		d, differ := New(fonts(t), About{}), 0
		for i, w := range words {
			if got := glyphs(d.shape([]rune(w), s)); got != string(want[i]) {
				differ++
				t.Logf("%s:\n got %s\nwant %s", w, got, want[i])
			}
		}
		if differ > 0 {
			t.Errorf("%s: %d of %d words differ", file, differ, len(words))
		}
		t.Logf("%s: %d words alike", file, len(words)-differ)
	}
}

// What may not be torn apart stays one cluster.
func TestClusters(t *testing.T) {
	d := New(fonts(t), About{})
	for text, want := range map[string]string{
		"ស្រ្តីខ្មែរ": "ស្រ្តី|ខ្មែ|រ",
		"ម៉ៅ":         "ម៉ៅ",
		"កញ្ញា":       "ក|ញ្ញា",
		"Nguyễn":      "N|g|u|y|ễ|n",
		"ខ្A":         "ខ្|A",
		"ក្ឥក":        "ក្ឥ|ក", // there is no such subscript: the sign stands visible, and stays with both
	} {
		var got []string
		for _, r := range d.shape([]rune(text), Style{}) {
			for _, c := range r.clusters {
				got = append(got, string(c.text))
			}
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%s falls into %s, want %s", text, s, want)
		}
	}
}

// A line has room for what its subscripts reach down to.
func TestDeep(t *testing.T) {
	d := New(fonts(t), About{})
	flat, deep := d.Set("ខមរ", Style{Size: 10}, 500), d.Set("ស្ត្រី", Style{Size: 10}, 500)
	if deep.Height <= flat.Height {
		t.Errorf("a line with two subscripts is %v points high, one without any %v", deep.Height, flat.Height)
	}
}
