package paper

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// sample is a table of so many rows, some of them high.
func sample(rows int) *Table {
	t := &Table{
		Columns:   []Column{{"STT", 1, Center}, {"Họ và tên", 4, Left}, {"Ký nhận", 2, Left}},
		Head:      Style{Size: 12, Bold: true, Align: Center},
		Body:      Style{Size: 12, Least: 9},
		RowHeight: 24,
	}
	for i := range rows {
		name := names[i%len(names)]
		if i%7 == 0 {
			name = strings.Repeat(name+" ", 12)
		}
		t.Rows = append(t.Rows, []string{fmt.Sprintf("#%d", i+1), name, fmt.Sprintf("$%d", i+1)})
	}
	return t
}

// The head is on every page, every row on exactly one, in order.
func TestTable(t *testing.T) {
	d := New(fonts(t), About{})
	d.Flow(A4, Margins{50, 50, 50, 50}).Table(sample(250))
	pdf, f := written(t, d)
	pages := text(t, pdf)
	if len(pages) < 8 || len(pages) != len(f.pages()) {
		t.Fatalf("%d pages of text, %d in the file", len(pages), len(f.pages()))
	}
	row := 1
	for i, page := range pages {
		if strings.Count(page, "Họ và tên") != 1 || strings.Count(page, "Ký nhận") != 1 {
			t.Errorf("page %d has not one head: %s", i+1, page)
		}
		first, last := regexp.MustCompile(`#(\d+)\b`).FindAllString(page, -1), regexp.MustCompile(`\$(\d+)\b`).FindAllString(page, -1)
		if len(first) == 0 || len(first) != len(last) {
			t.Fatalf("page %d begins %d rows and ends %d", i+1, len(first), len(last))
		}
		for range first {
			if !strings.Contains(page, fmt.Sprintf("#%d\n", row)) && !strings.Contains(page, fmt.Sprintf("#%d ", row)) {
				t.Errorf("row %d is not on page %d", row, i+1)
			}
			row++
		}
	}
	if row != 251 {
		t.Errorf("%d rows are there, want 250", row-1)
	}
}

// The head of a table never stands alone at the end of a page.
func TestTableAtTheEnd(t *testing.T) {
	d := New(fonts(t), About{})
	flow := d.Flow(A4, Margins{50, 50, 50, 50})
	flow.Y = A4.Height - 50 - 40 // room for the head, not for a row too
	flow.Table(sample(1))
	_, f := written(t, d)
	if pages := f.pages(); len(pages) != 2 || pages[0] != "" {
		t.Errorf("%d pages, the first with %q", len(pages), pages[0])
	}
}

// A row that no page can hold shrinks; nothing is drawn below the margin.
func TestMonstrousRow(t *testing.T) {
	d := New(fonts(t), About{})
	table := sample(3)
	table.Rows[1][1] = strings.Repeat("Nguyễn Thị ភូមិ ", 3000)
	flow := d.Flow(A4, Margins{50, 50, 50, 50})
	flow.Table(table)
	_, f := written(t, d)
	if n := strings.Count(f.text(), "Nguyễn"); n < 3000 {
		t.Errorf("%d of 3000 names are there", n)
	}
	for i, page := range f.pages() {
		for _, m := range regexp.MustCompile(`1 0 0 1 \S+ (\S+) Tm`).FindAllStringSubmatch(page, -1) {
			var y float64
			if _, err := fmt.Sscan(m[1], &y); err != nil || y < 50 {
				t.Fatalf("page %d: text at %s", i+1, m[1])
			}
		}
	}
}

// A table without rows is its head.
func TestEmptyTable(t *testing.T) {
	d := New(fonts(t), About{})
	d.Flow(A4, Margins{50, 50, 50, 50}).Table(sample(0))
	_, f := written(t, d)
	if len(f.pages()) != 1 || f.text() != "STTHọ và tênKý nhận" {
		t.Errorf("%d pages that say %q", len(f.pages()), f.text())
	}
}
