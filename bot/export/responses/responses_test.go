package responses

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/flows/form"

	"pgregory.net/rapid"
)

// written is a file.
func written(t testing.TB, d *Dataset, o Options) []byte {
	t.Helper()
	if o.Words == nil {
		o.Words = words(t, "vi")
	}
	var b bytes.Buffer
	if err := Write(t.Context(), &b, d, o, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// csvTables reads a CSV file, or all that are in a zip, by the names of the tables.
func csvTables(t rapid.TB, file []byte, d *Dataset, o Options) map[string][][]string {
	t.Helper()
	read := func(b []byte) [][]string {
		b, ok := bytes.CutPrefix(b, []byte("\uFEFF"))
		if !ok || !bytes.HasSuffix(b, []byte("\r\n")) {
			t.Fatalf("no mark of UTF-8 or no end of the line: %.20q", b)
		}
		r := csv.NewReader(bytes.NewReader(b))
		if o.Semicolon {
			r.Comma = ';'
		}
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	if Ending(d, o) == "csv" {
		return map[string][][]string{d.Name: read(file)}
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][][]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(f.Name, ".csv")] = read(b)
	}
	return all
}

// small is a dataset of two versions in which everything that the layout knows occurs once.
func small(t testing.TB) *Dataset {
	t.Helper()
	answered := func(s string) form.Answer { return form.Answer{State: form.Answered, Value: s} }
	began := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	first := &form.Response{Started: began, Ended: began.Add(90 * time.Second), Answers: map[string]form.Answer{
		"bat_dau": {State: form.Computed, Value: "2026-11-20T08:00:00.000+07:00"}, "nguoi": {State: form.Computed, Value: "Lan"},
		"ho/tuoi": answered("28"), "ho/co_viec": {State: form.Skipped}, "ho/dich_vu": answered("nha_tre khac"), "ho/cu": answered("=1+1"),
		"nghe": answered("other"), "nghe_other": answered("-5"), "y_kien": {State: form.Declined}, "cho_o": answered("9.6 105.9 3 10"),
		"uu_tien": answered("khac nha_tre y_te"), "gap_doi": {State: form.Computed, Value: "56"}, "chao": {State: form.Computed, Value: "=Lan"},
		"con[1]/ten": answered("Bi"), "con[2]/ten": answered("Bo"), "con[2]/tiem[1]/dau": answered("1"),
	}}
	second := &form.Response{Started: began, Ended: began, Answers: map[string]form.Answer{
		"ho/dich_vu": {State: form.Skipped}, "ho/muc": answered("3"), "nghe": answered("tho"), "con[1]/thang": answered("7"),
	}, Repeats: map[string]form.Instances{"con": {Number: 2, Done: true}}}
	return datasetOf(sample(t), []*Row{
		{ID: "r1", Response: first, Version: 0, Submitted: began.Add(90 * time.Second), Language: "km", Channel: "zalo", Mode: "self", Code: "M4K2", Area: "Xã Kế Sách"},
		{ID: "r2", Response: second, Version: 1, Submitted: began.Add(time.Hour), Language: "vi", Channel: "web", Mode: "helped", Code: "7QX3", By: "Chị Mai"},
	})
}

// columnsOf is a table as lines of "heading: cell | cell".
func columnsOf(rows [][]string) string {
	var b strings.Builder
	for i, head := range rows[0] {
		b.WriteString(head + ":")
		for _, r := range rows[1:] {
			b.WriteString(" " + r[i] + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestLayout(t *testing.T) {
	d := small(t)
	tables := csvTables(t, written(t, d, Options{Format: CSV}), d, Options{})
	want := map[string]string{
		"cham_con": `bat_dau: 2026-11-20T08:00:00.000+07:00 |  |
nguoi: Lan |  |
ho/tuoi: 28 |  |
ho/co_viec: -97 |  |
ho/dich_vu: nha_tre khac | -97 |
ho/dich_vu/nha_tre: 1 | -97 |
ho/dich_vu/y_te: 0 | -97 |
ho/dich_vu/khac: 1 | -97 |
ho/cu: '=1+1 |  |
ho/muc:  | 3 |
nghe: other | tho |
nghe_other: '-5 |  |
y_kien: -98 |  |
cho_o: 9.6 105.9 3 10 |  |
_cho_o_latitude: 9.6 |  |
_cho_o_longitude: 105.9 |  |
_cho_o_altitude: 3 |  |
_cho_o_precision: 10 |  |
ngay:  |  |
luc:  |  |
gio:  |  |
luong:  |  |
uu_tien: khac nha_tre y_te |  |
uu_tien/nha_tre: 2 |  |
uu_tien/y_te: 3 |  |
uu_tien/khac: 1 |  |
gap_doi: 56 |  |
chao: '=Lan |  |
_uuid: r1 | r2 |
_submission_time: 2026-11-20T08:01:30 | 2026-11-20T09:00:00 |
__version__: 1 | 2 |
_code: M4K2 | 7QX3 |
_language: km | vi |
_channel: zalo | web |
_mode: self | helped |
_by:  | Chị Mai |
_area: Xã Kế Sách |  |
_duration_s: 90 | 0 |
_index: 1 | 2 |
`,
		"con": `con/ten: Bi | Bo |  |  |
con/thang:  |  | 7 |  |
_index: 1 | 2 | 3 | 4 |
_parent_table_name: cham_con | cham_con | cham_con | cham_con |
_parent_index: 1 | 1 | 2 | 2 |
_submission__uuid: r1 | r1 | r2 | r2 |
_submission__submission_time: 2026-11-20T08:01:30 | 2026-11-20T08:01:30 | 2026-11-20T09:00:00 | 2026-11-20T09:00:00 |
_submission___version__: 1 | 1 | 2 | 2 |
`,
		"tiem": `con/tiem/dau: 1 |
_index: 1 |
_parent_table_name: con |
_parent_index: 2 |
_submission__uuid: r1 |
_submission__submission_time: 2026-11-20T08:01:30 |
_submission___version__: 1 |
`,
	}
	if len(tables) != len(want) {
		t.Errorf("%d tables, want %d", len(tables), len(want))
	}
	for name, w := range want {
		if got := columnsOf(tables[name]); got != w {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, w)
		}
	}
}

func TestLabels(t *testing.T) {
	d := small(t)
	o := Options{Format: CSV, Labels: true, Semicolon: true, Words: words(t, "km")}
	got := columnsOf(csvTables(t, written(t, d, o), d, o)["cham_con"])
	for _, want := range []string{
		"\nបងមានការងារទេ?: រំលង |  |\n",
		"\nបងប្រើសេវាណា? – មត្តេយ្យ: 1 | រំលង |\n",
		"\nបងប្រើសេវាណា?: មត្តេយ្យ; សេវាកម្មផ្សេងទៀតដែលបងប្អូនស្រីៗរៀបចំដោយខ្លួនឯងក្នុងភូមិ មានអ្នកមើលថែក្មេងទាំងថ្ងៃទាំងយប់ | រំលង |\n",
		"\nបងធ្វើការអ្វី?: ផ្សេងទៀត | ជាងសំណង់ |\n",
		"\nយោបល់: មិនចង់ឆ្លើយ |  |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("labels lack %q:\n%s", want, got)
		}
	}
}

// TestAnonymous: nothing in the file says who answered, or when within a day.
func TestAnonymous(t *testing.T) {
	for _, format := range []Format{CSV, XLSX, SPSS, Stata, JSON} {
		d := small(t)
		d.Anonymous = true
		file := written(t, d, Options{Format: format})
		text := string(file)
		if Ending(d, Options{Format: format}) == "zip" || format == XLSX {
			text = unzipped(t, file)
		}
		for _, secret := range []string{"r1", "r2", "_uuid", "bat_dau", "nguoi", "Lan", "zalo", "km", "Kế Sách", "Chị Mai", "08:01", "_duration", "chao"} {
			if secret == "km" && format != CSV && format != JSON || secret == "r1" && format == XLSX || secret == "r2" && format == XLSX {
				continue // a label has the name of its language; numbers of parts
			}
			if strings.Contains(text, secret) {
				t.Errorf("%s: the file says %q", format, secret)
			}
		}
		for _, kept := range []string{"gap_doi", "dich_vu"} {
			if !strings.Contains(text, kept) {
				t.Errorf("%s: the file lacks %q", format, kept)
			}
		}
	}
	d := small(t)
	d.Anonymous = true
	got := columnsOf(csvTables(t, written(t, d, Options{Format: CSV}), d, Options{})["cham_con"])
	if _, facts, _ := strings.Cut(got, "gap_doi: 56 |  |\n"); facts != "_submission_time: 2026-11-20 | 2026-11-20 |\n__version__: 1 | 2 |\n_mode: self | helped |\n_index: 1 | 2 |\n" {
		t.Errorf("at the end there is\n%s", facts)
	}
}

// unzipped is everything in a zip.
func unzipped(t testing.TB, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, in); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func TestTelling(t *testing.T) {
	f := formOf(t, "1", `
		phonenumber | so
		calculate | tho ||||  now()
		calculate | ngay ||||  today()
		calculate | duoi ||||  substr(${so}, 8)
		calculate | xa ||||  concat(${duoi}, 'x')
		calculate | nua ||||  ${tuoi} div 2
		integer | tuoi | Tuổi | អាយុ
		text | cu | Cũ | ចាស់ |||  ${last-saved#tuoi}`, "")
	var got []string
	tells := f.Telling()
	for q := range f.Questions() {
		if tells[q.Name] {
			got = append(got, q.Name)
		}
	}
	if want := []string{"so", "tho", "ngay", "duoi", "xa", "cu"}; !slices.Equal(got, want) {
		t.Errorf("telling are %q, want %q", got, want)
	}
}

// TestCancel: a file whose context ends is not gone on with.
func TestCancel(t *testing.T) {
	g := guesser{rand.New(rand.NewPCG(1, 2))}
	forms := withoutRepeats(t)
	few := g.rows(forms, 10)
	for _, format := range []Format{CSV, XLSX, SPSS, Stata, JSON} {
		ctx, cancel := context.WithCancel(t.Context())
		d := datasetOf(forms, nil)
		read := 0
		d.Rows = func() iter.Seq2[*Row, error] {
			return func(yield func(*Row, error) bool) {
				for read = 0; yield(few[read%len(few)], nil); read++ {
					if read == 1000 {
						cancel()
					}
				}
			}
		}
		told := 0
		err := Write(ctx, io.Discard, d, Options{Format: format, Words: words(t, "vi")}, func(p Progress) { told = p.Rows })
		if !errors.Is(err, context.Canceled) || read > 2000 {
			t.Errorf("%s: %v after %d rows", format, err, read)
		}
		if told == 0 {
			t.Errorf("%s: no progress was told", format)
		}
	}
}

// TestRowError: what the rows say in the middle comes back.
func TestRowError(t *testing.T) {
	lost := errors.New("lost")
	for _, format := range []Format{CSV, XLSX, SPSS, Stata, JSON} {
		d := small(t)
		rows := d.Rows
		d.Rows = func() iter.Seq2[*Row, error] {
			return func(yield func(*Row, error) bool) {
				for r := range rows() {
					if !yield(r, nil) {
						return
					}
				}
				yield(nil, lost)
			}
		}
		if err := Write(t.Context(), io.Discard, d, Options{Format: format, Words: words(t, "vi")}, nil); !errors.Is(err, lost) {
			t.Errorf("%s: %v, want %v", format, err, lost)
		}
	}
}

// TestUnited: the order of the newest version, and what is gone behind what it stood behind.
func TestUnited(t *testing.T) {
	for _, tt := range []struct{ old, now, want string }{
		{"a b c", "a c", "a b c"},
		{"x a", "a b", "x a b"},
		{"a b x c", "c b a", "c b x a"},
		{"", "a", "a"},
		{"a b", "a b", "a b"},
	} {
		got := united([][]string{strings.Fields(tt.old), strings.Fields(tt.now)})
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s and %s are %q, want %q", tt.old, tt.now, got, tt.want)
		}
	}
}

// TestCut: no letter as people see it is cut in two, and nothing is longer than it may be.
func TestCut(t *testing.T) {
	for _, tt := range []struct {
		in             string
		bytes, letters int
		want           string
	}{
		{"Có", 100, 100, "Có"},
		{"Chị có con", 8, 100, "Chị…"},
		{"e\u0301e\u0301", 5, 100, "…"},
		{"e\u0301e\u0301e\u0301", 7, 100, "e\u0301…"},
		{"ខ្មែរ", 12, 100, "…"},
		{"ខ្មែរ", 15, 100, "ខ្មែរ"},
		{"abcdef", 100, 4, "abc…"},
	} {
		if got := cut(tt.in, tt.bytes, tt.letters); got != tt.want {
			t.Errorf("cut(%q, %d, %d) = %q, want %q", tt.in, tt.bytes, tt.letters, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("aấ ខ្មែរ្ក\u0301😀\u200d"))).Draw(t, "s")
		bytes, letters := rapid.IntRange(4, 60).Draw(t, "bytes"), rapid.IntRange(2, 40).Draw(t, "letters")
		got := cut(s, bytes, letters)
		if len(got) > bytes || len([]rune(got)) > letters {
			t.Fatalf("cut(%q, %d, %d) = %q", s, bytes, letters, got)
		}
	})
}

// TestShortNames: SPSS and Stata take the names, and all are unlike each other.
func TestShortNames(t *testing.T) {
	taken := map[string]bool{}
	for _, tt := range []struct{ name, field, want string }{
		{"ho/tuoi", "ho/tuoi", "ho_tuoi"},
		{"ho/Tuổi", "ho/Tuổi", "ho_Tuoi_2"},
		{"_uuid", "", "uuid"},
		{"__version__", "", "version"},
		{"if", "if", "if_1"},
		{"str8", "str8", "str8_1"},
		{"1a", "1a", "v1a"},
		{"សំណួរ", "សំណួរ", "v"},
		{"nhom_cau_hoi_rat_dai/nhom_trong_rat_dai/dich_vu/nha_tre", "nhom_cau_hoi_rat_dai/nhom_trong_rat_dai/dich_vu", "dich_vu_nha_tre"},
	} {
		c := &column{name: tt.name}
		if tt.field != "" {
			c.field = &field{name: tt.field}
		}
		if got := shortName(c, taken); got != tt.want {
			t.Errorf("the short name of %s is %s, want %s", tt.name, got, tt.want)
		}
	}
}
