package dta

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// readScript prints a file as pandas reads it.
const readScript = `
import sys, pandas as pd
with pd.read_stata(sys.argv[1], iterator=True, convert_categoricals=False, convert_missing=True, convert_dates=False) as f:
    d = f.read()
    print(f.data_label)
    print("|".join(f"{k}: {v}" for k, v in f.variable_labels().items()))
    for name, values in sorted(f.value_labels().items()):
        print(name + " " + "|".join(f"{k}={v}" for k, v in sorted(values.items())))
    for row in d.itertuples(index=False):
        print("|".join(str(v) for v in row))
`

// withPandas reads a file with pandas, which we did not write.
func withPandas(t *testing.T, file []byte) string {
	t.Helper()
	// Debian's pandas belongs to Debian's Python, which need not be the first on the path.
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), name, "-c", "import pandas").Run() == nil {
			python = name
			break
		}
	}
	if python == "" {
		t.Skip("pandas is not installed: nobody else reads the file")
	}
	name := filepath.Join(t.TempDir(), "a.dta")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), python, "-c", readScript, name).CombinedOutput()
	if err != nil {
		t.Fatalf("pandas: %v\n%s", err, said)
	}
	return string(said)
}

func TestPandas(t *testing.T) {
	long := strings.Repeat("ខ្មែរ ", 200)
	f := &File{
		Label: "Phiếu hỏi", Created: time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC), Observations: 3,
		Sets: []Set{{Name: "con", Values: []Value{{Number: 1, Label: "Một"}, {Missing: 's', Label: "Bỏ qua"}, {Missing: 'r', Label: "មិនចង់ឆ្លើយ"}}}},
		Variables: []Variable{
			{Name: "con", Label: "Chị có mấy con?", Kind: Byte, Set: "con"},
			{Name: "ten", Kind: Text, Width: 8},
			{Name: "y_kien", Kind: LongText},
			{Name: "ngay", Kind: Int, Format: "%td"},
			{Name: "luc", Kind: Double, Format: "%tc"},
			{Name: "tien", Kind: Long},
			{Name: "nang", Kind: Double},
		},
		LongTexts: 2, LongBytes: len(long) + len("ngắn"),
	}
	var file bytes.Buffer
	w, err := NewWriter(&file, f)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 8, 30, 1, 0, time.UTC)
	w.Number(1)
	w.Text("Lan")
	w.Text(long)
	w.Number(Days(at))
	w.Number(Milliseconds(at))
	w.Number(2_000_000_000)
	w.Number(2.5)

	w.Missing('s')
	w.Text("")
	w.Text("")
	for range 4 {
		w.Missing('r')
	}

	w.Missing(0)
	w.Text("12345678")
	w.Text("ngắn")
	w.Number(1e9) // more than an Int can hold
	w.Missing('s')
	w.Missing('s')
	w.Missing('s')

	w.Long(2, 1, long)
	w.Long(2, 3, "ngắn")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := w.at.parts[13]; got != file.Len() {
		t.Errorf("the map says %d bytes, the file has %d", got, file.Len())
	}
	want := `Phiếu hỏi
con: Chị có mấy con?|ten: |y_kien: |ngay: |luc: |tien: |nang: 
con 1=Một|2147483639=មិនចង់ឆ្លើយ|2147483640=Bỏ qua
1|Lan|` + long + `|24434|2111128201000.0|2000000000|2.5
.s|||.r|.r|.r|.r
.|12345678|ngắn|.|.s|.s|.s
`
	if got := withPandas(t, file.Bytes()); got != want {
		t.Errorf("pandas reads\n%s\nwant\n%s", got, want)
	}
}

// TestManyVariables: a file of more than 32,767 variables has another number, and wider fields.
func TestManyVariables(t *testing.T) {
	f := &File{Observations: 1, LongTexts: 1, LongBytes: 1}
	for i := range 32_768 {
		f.Variables = append(f.Variables, Variable{Name: "v" + strings.Repeat("x", i%3) + string(rune('a'+i%26)) + time.Duration(i).String(), Kind: Byte})
		f.Variables[i].Name = strings.NewReplacer("µ", "u", ".", "_").Replace(f.Variables[i].Name)
	}
	f.Variables[40].Kind = LongText
	var file bytes.Buffer
	w, err := NewWriter(&file, f)
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.Variables {
		if i == 40 {
			w.Text("x")
		} else {
			w.Number(float64(i % 100))
		}
	}
	w.Long(40, 1, "x")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := w.at.parts[13]; got != file.Len() {
		t.Errorf("the map says %d bytes, the file has %d", got, file.Len())
	}
	if os.Getenv("CHIHAI_LONG") == "" {
		t.Skip("pandas needs 20 s to read it: CHIHAI_LONG=1")
	}
	said := withPandas(t, file.Bytes())
	if !strings.HasSuffix(said, "|64|65|66|67\n") || !strings.Contains(said, "|39|x|41|") {
		t.Errorf("the last line ends with %q", said[max(0, len(said)-40):])
	}
}

func TestTooLong(t *testing.T) {
	for _, f := range []*File{
		{Variables: []Variable{{Name: strings.Repeat("a", MaxName+1), Kind: Byte}}},
		{Variables: []Variable{{Name: "a", Kind: Byte, Label: strings.Repeat("ấ", MaxLabel+1)}}},
		{Variables: []Variable{{Name: "a", Kind: Text, Width: MaxText + 1}}},
		{Variables: []Variable{{Name: "a", Kind: Text}}},
		{Variables: []Variable{{Name: "a", Kind: Byte, Set: "none"}}},
		{Sets: []Set{{Name: "a", Values: []Value{{Label: strings.Repeat("a", MaxValueLabel+1)}}}}},
	} {
		if _, err := NewWriter(new(bytes.Buffer), f); err == nil {
			t.Errorf("%.20v was taken", f)
		}
	}
}

// TestCount: a file that says another number of observations or long texts than it has is an error.
func TestCount(t *testing.T) {
	for _, f := range []*File{
		{Observations: 2, Variables: []Variable{{Name: "a", Kind: Byte}}},
		{Observations: 1, Variables: []Variable{{Name: "a", Kind: Byte}, {Name: "b", Kind: Byte}}},
		{Observations: 1, Variables: []Variable{{Name: "a", Kind: Byte}}, LongTexts: 1},
	} {
		w, err := NewWriter(new(bytes.Buffer), f)
		if err != nil {
			t.Fatal(err)
		}
		w.Number(1)
		if err := w.Close(); err == nil {
			t.Errorf("%v was closed", f)
		}
	}
}
