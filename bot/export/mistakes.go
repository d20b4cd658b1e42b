package export

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"chihai/flows/form"
	"chihai/locales"

	"github.com/xuri/excelize/v2"
)

// This file hands an author's workbook back with what is wrong in it: a sheet that lists the findings,
// and marks at the cells. The colour of a mark is a conditional format, not the format of the cell: so
// nothing of hers is lost, and the next time all marks can be taken away again.

const (
	marker     = "Chị Hai"              // author of the comments, by which they are found again
	markerRule = `"` + marker + `"<>""` // condition of the colours: always true, and nobody else's

	// Bounds of a sheet that is marked. excelize fills a sheet in memory up to its last cell, so one
	// stray cell in the last row or column would make millions.
	markedRows  = 20_000
	markedCells = 1 << 20
	markedBytes = 128 << 20 // unpacked, all parts together
)

// errMarks is returned where a workbook cannot be marked.
var errMarks = errors.New("the workbook has no sheet to go on with")

// Mistakes returns the workbook with the findings on a sheet named [form.MistakeSheet], in the language
// of p, and with its cells marked; an older such sheet and older marks are taken away. Everything else
// stays. The file must be one that [form.Examine] could open. After an error, whoever sent it gets the
// file back as it was: not everything that Excel writes can be written again.
func Mistakes(file []byte, found []form.Finding, p *locales.Printer) ([]byte, error) {
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{UnzipSizeLimit: markedBytes, UnzipXMLSizeLimit: markedBytes})
	if err != nil {
		return nil, fmt.Errorf("open the workbook to mark it: %w", err)
	}
	defer f.Close()
	m := &marking{book: book{File: f}, printer: p, sheets: map[string]string{}}
	m.clear()
	if len(m.sheets) == 0 {
		return nil, errMarks
	}
	m.list(form.Gravest(found))
	m.mark(found)
	if m.err != nil {
		return nil, fmt.Errorf("mark the workbook: %w", m.err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, fmt.Errorf("write the marked workbook: %w", err)
	}
	return b.Bytes(), nil
}

// A marking is a workbook that is being marked.
type marking struct {
	book
	printer *locales.Printer
	sheets  map[string]string // the author's sheets: the name itself where it can be marked, else ""
}

// clear takes away the sheet and the marks of the time before.
func (m *marking) clear() {
	for _, name := range m.GetSheetList() {
		if strings.EqualFold(strings.TrimSpace(name), form.MistakeSheet) {
			m.try(m.DeleteSheet(name))
			continue
		}
		m.sheets[name] = ""
		if !m.small(name) {
			continue
		}
		m.sheets[name] = name
		comments, err := m.GetComments(name)
		m.try(err)
		for _, c := range comments {
			if c.Author == marker {
				m.try(m.DeleteComment(name, c.Cell))
			}
		}
		formats, err := m.GetConditionalFormats(name)
		m.try(err)
		for at, rules := range formats {
			ours := len(rules) > 0
			for _, r := range rules {
				ours = ours && r.Criteria == markerRule
			}
			if ours {
				m.try(m.UnsetConditionalFormat(name, at))
			}
		}
	}
}

// small reports whether a sheet can be held in memory whole. It is read as a stream.
func (m *marking) small(sheet string) bool {
	rows, err := m.Rows(sheet)
	if err != nil {
		return false // a chart, or no sheet of cells
	}
	defer rows.Close()
	cells := 0
	for n := 1; rows.Next(); n++ {
		columns, err := rows.Columns()
		if cells += len(columns); err != nil || n > markedRows || cells > markedCells {
			return false
		}
	}
	return rows.Error() == nil
}

// list writes the sheet of findings.
func (m *marking) list(found []form.Finding) {
	const sheet = form.MistakeSheet
	_, err := m.NewSheet(sheet)
	m.try(err)
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	head := m.style(excelize.Style{Font: &excelize.Font{Bold: true}, Fill: filled("D9D9D9"), Alignment: wrap})
	text := m.style(excelize.Style{Alignment: wrap, NumFmt: textCell})
	link := m.style(excelize.Style{Font: &excelize.Font{Color: "0563C1", Underline: "single"}, Alignment: wrap, NumFmt: textCell})
	grave := map[form.Severity]int{
		form.Error:   m.style(excelize.Style{Fill: filled(colours[form.Error]), Alignment: wrap}),
		form.Warning: m.style(excelize.Style{Fill: filled(colours[form.Warning]), Alignment: wrap}),
	}
	for i, c := range []struct {
		id    string
		width float64
	}{{"mistake.grave", 10}, {"mistake.sheet", 16}, {"mistake.cell", 9}, {"mistake.what", 56}, {"mistake.do", 64}} {
		m.try(m.SetColWidth(sheet, column(i), column(i), c.width))
		m.try(m.SetCellStr(sheet, column(i)+"1", m.printer.T(c.id)))
	}
	m.try(m.SetCellStyle(sheet, "A1", "E1", head))
	for i, f := range found {
		at := func(col string) string { return fmt.Sprint(col, i+2) }
		what, do := f.Words(m.printer)
		place := f.Sheet
		if place == "" {
			place = m.printer.T("mistake.book")
		}
		severity := map[form.Severity]string{form.Error: m.printer.T("mistake.error"), form.Warning: m.printer.T("mistake.warning")}[f.Severity]
		for j, s := range []string{severity, place, f.Cell, what, do} {
			m.try(m.SetCellStr(sheet, at(column(j)), s))
		}
		m.try(m.SetCellStyle(sheet, at("B"), at("E"), text))
		m.try(m.SetCellStyle(sheet, at("A"), at("A"), grave[f.Severity]))
		if _, known := m.sheets[f.Sheet]; known && f.Cell != "" {
			to := "'" + strings.ReplaceAll(f.Sheet, "'", "''") + "'!" + marked(f.Cell)
			m.try(m.SetCellHyperLink(sheet, at("C"), to, "Location"))
			m.try(m.SetCellStyle(sheet, at("C"), at("C"), link))
		}
	}
	red := "C00000"
	m.try(m.SetSheetProps(sheet, &excelize.SheetPropsOptions{TabColorRGB: &red}))
	m.try(m.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
}

// mark colours the cells and says at each what is wrong there. Where the author has a comment of her
// own, hers stays and the colour alone shows the place.
func (m *marking) mark(found []form.Finding) {
	said := map[[2]string]string{}
	worst := map[[2]string]form.Severity{}
	var places [][2]string
	for _, f := range found {
		if m.sheets[f.Sheet] == "" || f.Cell == "" {
			continue
		}
		at := [2]string{f.Sheet, marked(f.Cell)}
		what, do := f.Words(m.printer)
		if said[at] == "" {
			places = append(places, at)
		} else {
			said[at] += "\n\n"
		}
		said[at] += what + "\n" + do
		if worst[at] != form.Error {
			worst[at] = f.Severity
		}
	}
	if len(places) == 0 {
		return
	}
	colour := map[form.Severity]int{}
	for s, c := range colours {
		id, err := m.NewConditionalStyle(&excelize.Style{Fill: filled(c)})
		m.try(err)
		colour[s] = id
	}
	hers := map[[2]string]bool{}
	for name := range m.sheets {
		if m.sheets[name] == "" {
			continue
		}
		comments, err := m.GetComments(name)
		m.try(err)
		for _, c := range comments {
			hers[[2]string{name, c.Cell}] = true
		}
	}
	for _, at := range places {
		id := colour[worst[at]]
		m.try(m.SetConditionalFormat(at[0], at[1], []excelize.ConditionalFormatOptions{{Type: "formula", Criteria: markerRule, Format: &id}}))
		if !hers[at] {
			m.try(m.AddComment(at[0], excelize.Comment{Cell: at[1], Author: marker, Text: said[at], Width: 320, Height: 140}))
		}
	}
}

// colours are those in which Excel itself shows what is bad and what is neutral.
var colours = map[form.Severity]string{form.Error: "FFC7CE", form.Warning: "FFEB9C"}

func filled(colour string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}}
}

// marked is the cell to mark for a place of a finding: the first of a row, a column or merged cells.
func marked(cell string) string {
	cell, _, _ = strings.Cut(cell, ":")
	switch letters := strings.TrimRight(cell, "0123456789"); letters {
	case "":
		return "A" + cell
	case cell:
		return cell + "1"
	}
	return cell
}
