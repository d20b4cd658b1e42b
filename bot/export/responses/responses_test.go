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
	"strconv"
	"strings"
	"testing"
	"time"

	"chihai/flows/form"

	"github.com/go-json-experiment/json"
	"github.com/xuri/excelize/v2"
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
		{ID: "r1", Response: first, Version: 0, Submitted: began.Add(90 * time.Second), Language: "km", Channel: "zalo", Mode: "self", Area: "Xã Kế Sách"},
		{ID: "r2", Response: second, Version: 1, Submitted: began.Add(time.Hour), Language: "vi", Channel: "web", Mode: "helped", By: "Chị Mai"},
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
	tells := telling(f)
	for q := range f.Questions() {
		if tells[q.Name] {
			got = append(got, q.Name)
		}
	}
	if want := []string{"so", "tho", "duoi", "xa", "cu"}; !slices.Equal(got, want) {
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

// TestAgainstResponses: whatever was answered, the tables of CSV and the objects of JSON say it, and
// the workbook says what the tables of CSV do.
func TestAgainstResponses(t *testing.T) {
	forms := sample(t)
	vi := words(t, "vi")
	rapid.Check(t, func(t *rapid.T) {
		g := guesser{rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))}
		rows := g.rows(forms, rapid.IntRange(0, 12).Draw(t, "rows"))
		d := datasetOf(forms, rows)
		file := func(f Format) []byte {
			var b bytes.Buffer
			if err := Write(context.Background(), &b, d, Options{Format: f, Words: vi}, nil); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		tables := csvTables(t, file(CSV), d, Options{})
		said := map[string]string{} // the paths of all answers, as the tables have them
		for name, table := range tables {
			for i := range table[1:] {
				for column, value := range rowOf(table, i+1) {
					q := columnQuestion(forms, column)
					if q == nil || value == "" {
						continue
					}
					path, version := pathOf(t, tables, name, i+1, column)
					if !asksAt(forms[version], q.Name, column) {
						t.Fatalf("%s is not in version %d, but has %q", column, version, value)
					}
					said[path] = value
				}
			}
		}
		count := 0
		for i, r := range rows {
			for path, a := range r.Response.Answers {
				count++
				want := a.Value
				switch a.State {
				case form.Skipped:
					want = "-97"
				case form.Declined:
					want = "-98"
				default:
					if q := columnQuestion(forms, withoutNumbers(path)); q.Kind == form.TextAnswer || q.Kind == form.Device || q.Kind == form.Time {
						want = harmless(want)
					}
				}
				key := strconv.Itoa(i+1) + ":" + path
				if got, ok := said[key]; !ok || strings.ReplaceAll(got, "\r\n", "\n") != want {
					t.Fatalf("%s is %q, the file says %q", key, want, got)
				}
			}
		}
		if len(said) != count {
			t.Fatalf("the file has %d answers, %d were given", len(said), count)
		}
		var objects []map[string]any
		if err := json.Unmarshal(file(JSON), &objects); err != nil {
			t.Fatal(err)
		}
		for i, o := range objects {
			row := rowOf(tables["cham_con"], i+1)
			for name, v := range o {
				if _, list := v.([]any); list {
					continue
				}
				got, want := asText(v), strings.TrimPrefix(row[name], "'")
				if strings.TrimPrefix(got, "'") != want {
					t.Fatalf("JSON has %q for %s in row %d, CSV %q", got, name, i+1, want)
				}
			}
		}
		sheets(t, file(XLSX), tables)
	})
}

// sheets compares a workbook with the tables of CSV.
func sheets(t rapid.TB, file []byte, tables map[string][][]string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, table := range tables {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(table) {
			t.Fatalf("%s has %d rows, want %d", name, len(rows), len(table))
		}
		for i, want := range table {
			for k, w := range want {
				got := ""
				if k < len(rows[i]) {
					got = rows[i][k]
				}
				if date, err := time.Parse("2006-01-02", w[:min(len(w), 10)]); err == nil && i > 0 {
					days := strconv.Itoa(int(date.Unix()/86400) + 25569)
					if got, _, _ := strings.Cut(got, "."); got != days {
						t.Fatalf("%s row %d: %s has %q, want %q", name, i, want, got, days)
					}
					continue
				}
				w = strings.ReplaceAll(w, "\r\n", "\n")
				if got != w && harmless(got) != w {
					t.Fatalf("%s row %d: %s has %q, want %q", name, i, table[0][k], got, w)
				}
			}
		}
	}
}

func asText(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		return v
	}
	return ""
}

func rowOf(table [][]string, i int) map[string]string {
	row := map[string]string{}
	for k, name := range table[0] {
		row[name] = table[i][k]
	}
	return row
}

// columnQuestion is the question whose answer a column is; nil for other columns.
func columnQuestion(forms []*form.Form, column string) *form.Question {
	for _, f := range forms {
		for it, around := range f.All() {
			path := ""
			for _, a := range around {
				path += a.Name() + "/"
			}
			if it.Question != nil && path+it.Name() == column {
				return it.Question
			}
		}
	}
	return nil
}

func asksAt(f *form.Form, name, column string) bool {
	return columnQuestion([]*form.Form{f}, column) != nil && f.Question(name) != nil
}

// pathOf is the path of an answer behind the number of its response, found by the numbers of the rows
// around it.
func pathOf(t rapid.TB, tables map[string][][]string, name string, i int, column string) (path string, version int) {
	t.Helper()
	row := rowOf(tables[name], i)
	if name == "cham_con" {
		return row["_index"] + ":" + column, int(row["__version__"][0] - '1')
	}
	parent := row["_parent_index"]
	number := 0 // among the rows of the same parent
	for k := 1; k <= i; k++ {
		if rowOf(tables[name], k)["_parent_index"] == parent {
			number++
		}
	}
	up, err := strconv.Atoi(parent)
	if err != nil {
		t.Fatal(err)
	}
	repeat := map[string]string{"con": "con", "tiem": "con/tiem"}[name]
	around, version := pathOf(t, tables, row["_parent_table_name"], up, repeat)
	return around + "[" + strconv.Itoa(number) + "]" + strings.TrimPrefix(column, repeat), version
}

func withoutNumbers(path string) string {
	for {
		from := strings.IndexByte(path, '[')
		if from < 0 {
			return path
		}
		path = path[:from] + path[from+strings.IndexByte(path[from:], ']')+1:]
	}
}
