package sav

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// example is a file with everything that the format has for answers.
func example(t testing.TB) []byte {
	t.Helper()
	long := strings.Repeat("ខ្មែរ ", 60)
	f := &File{
		Label: "Phiếu hỏi", Created: time.Date(2026, 11, 24, 8, 30, 0, 0, time.UTC), Cases: 3,
		Variables: []Variable{
			{Name: "con", Label: "Chị có mấy con?", Missing: []float64{-97, -98}, Measure: Scale,
				Values: []Value{{-97, "Bỏ qua"}, {-98, "មិនចង់ឆ្លើយ"}}},
			{Name: "ten_cua_chi_dai_hon_tam_chu", Width: 12},
			{Name: "y_kien", Width: len(long)},
			{Name: "ngay", Format: Date},
			{Name: "nang", Format: Decimal, Measure: Scale},
			{Name: "ma", Width: 8},
		},
	}
	var file bytes.Buffer
	w, err := NewWriter(&file, f)
	if err != nil {
		t.Fatal(err)
	}
	day := Seconds(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		con       float64
		ten, ykie string
		ngay      float64
		nang      float64
		ma        string
	}{
		{2, "Lan \"Anh\"", long, day, 2.5, "x"},
		{-97, "-97", "", Missing, 1e10, "-97"},
		{Missing, "", "ngắn", day, -1, "12345678"},
	} {
		w.Number(c.con)
		w.Text(c.ten)
		w.Text(c.ykie)
		w.Number(c.ngay)
		w.Number(c.nang)
		w.Text(c.ma)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestPSPP opens a file with PSPP, which we did not write.
func TestPSPP(t *testing.T) {
	pspp, err := exec.LookPath("pspp")
	if err != nil {
		t.Skip("pspp is not installed: nobody else reads the file")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.sav"), example(t), 0o600); err != nil {
		t.Fatal(err)
	}
	syntax := "GET FILE='a.sav'.\nDISPLAY DICTIONARY.\nSAVE TRANSLATE /OUTFILE='a.csv' /TYPE=CSV /FIELDNAMES.\nSAVE TRANSLATE /OUTFILE='b.csv' /TYPE=CSV /CELLS=LABELS /MISSING=RECODE.\n"
	if err := os.WriteFile(filepath.Join(dir, "a.sps"), []byte(syntax), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), pspp, "-O", "format=txt", "a.sps")
	command.Dir = dir
	said, err := command.CombinedOutput()
	if err != nil || bytes.Contains(said, []byte("warning:")) || bytes.Contains(said, []byte("error:")) {
		t.Fatalf("pspp: %v\n%s", err, said)
	}
	for _, want := range []string{"Chị có mấy con?", "មិនចង់ឆ្លើយ", "Bỏ qua"} {
		if !strings.Contains(string(said), want) {
			t.Errorf("the dictionary lacks %q:\n%s", want, said)
		}
	}
	long := strings.Repeat("ខ្មែរ ", 60)
	want := "con,ten_cua_chi_dai_hon_tam_chu,y_kien,ngay,nang,ma\n" +
		"2,\"Lan \"\"Anh\"\"\"," + strings.TrimRight(long, " ") + ",11/24/2026,2.5,x\n" +
		"-97,-97,, ,10000000000,-97\n" + // a blank is what PSPP writes for no number
		" ,,ngắn,11/24/2026,-1,12345678\n"
	got, err := os.ReadFile(filepath.Join(dir, "a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.ReplaceAll(string(got), "\r", "") != want {
		t.Errorf("a.csv is\n%s\nwant\n%s", got, want)
	}
	recoded, err := os.ReadFile(filepath.Join(dir, "b.csv"))
	if err != nil {
		t.Fatal(err)
	}
	// What counts as missing is gone once missing values are recoded.
	if !strings.Contains(string(recoded), "\n,-97,") && !strings.Contains(string(recoded), "\n ,-97,") {
		t.Errorf("missing values are not known as such:\n%s", recoded)
	}
}

func TestTooLong(t *testing.T) {
	for _, v := range []Variable{
		{Name: strings.Repeat("a", MaxName+1)},
		{Name: "a", Label: strings.Repeat("a", MaxLabel+1)},
		{Name: "a", Values: []Value{{1, strings.Repeat("a", MaxValueLabel+1)}}},
		{Name: "a", Width: MaxText + 1},
		{Name: "a", Width: 1, Values: []Value{{1, "a"}}},
	} {
		if _, err := NewWriter(new(bytes.Buffer), &File{Variables: []Variable{v}}); err == nil {
			t.Errorf("%.20v was taken", v)
		}
	}
}

// TestCount: a file that says another number of cases than it has is an error.
func TestCount(t *testing.T) {
	for _, values := range []int{1, 3, 6} {
		w, err := NewWriter(new(bytes.Buffer), &File{Cases: 2, Variables: []Variable{{Name: "a"}, {Name: "b"}}})
		if err != nil {
			t.Fatal(err)
		}
		for range values {
			w.Number(1)
		}
		if err := w.Close(); err == nil {
			t.Errorf("%d values for two cases of two variables were taken", values)
		}
	}
}
