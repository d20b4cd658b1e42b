package responses

import (
	"bytes"
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"chihai/flows/form"

	"github.com/go-json-experiment/json"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

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
