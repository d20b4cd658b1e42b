package form

import (
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A style is what of a cell's format changes its text.
type style int

const (
	plainStyle style = iota
	dateStyle        // a number is days since the epoch
	spanStyle        // a number is days, such as [h]:mm
)

// readStrings reads the table of shared strings. Runs of different format are one text; the reading
// aids of East Asian scripts are none.
func readStrings(p parts, part string) ([]string, error) {
	var (
		table []string
		text  strings.Builder
		depth int // within phonetic runs
		take  bool
	)
	err := p.decode(part, func(_ *xml.Decoder, t xml.Token) (bool, error) {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text.Reset()
			case "rPh":
				depth++
			case "t":
				take = depth == 0
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "si":
				table = append(table, text.String())
			case "rPh":
				depth--
			case "t":
				take = false
			}
		case xml.CharData:
			if take {
				text.Write(t)
			}
		}
		return true, nil
	})
	return table, err
}

// readStyles reads which cell formats are dates: their number formats say so, as openpyxl (with
// which pyxform reads) tells it in numbers.py.
func readStyles(p parts, part string) ([]style, error) {
	custom := map[string]style{}
	var styles []style
	within := false
	err := p.decode(part, func(_ *xml.Decoder, t xml.Token) (bool, error) {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "numFmt":
				custom[attr(t, "numFmtId")] = formatStyle(attr(t, "formatCode"))
			case "cellXfs":
				within = true
			case "xf":
				if !within {
					break
				}
				id := attr(t, "numFmtId")
				s, ok := custom[id]
				if !ok {
					s = builtinStyle(id)
				}
				styles = append(styles, s)
			}
		case xml.EndElement:
			if t.Name.Local == "cellXfs" {
				return false, nil
			}
		}
		return true, nil
	})
	return styles, err
}

// builtinStyle is that of the formats which files do not spell out, ECMA-376 part 1, 18.8.30.
func builtinStyle(id string) style {
	n, err := strconv.Atoi(id)
	switch {
	case err != nil:
		return plainStyle
	case n == 46:
		return spanStyle
	case 14 <= n && n <= 22, n == 45, n == 47:
		return dateStyle
	}
	return plainStyle
}

var (
	formatSpan    = regexp.MustCompile(`(?i)\[(h{1,2}|m{1,2}|s{1,2})\]`)
	formatLiteral = regexp.MustCompile(`".*?"|\[[^\]]*\]|[_\\].`)
)

func formatStyle(format string) style {
	format, _, _ = strings.Cut(format, ";")
	if formatSpan.MatchString(format) {
		return spanStyle
	}
	if strings.ContainsAny(formatLiteral.ReplaceAllString(format, ""), "dmhysDMHYS") {
		return dateStyle
	}
	return plainStyle
}

// A cellReader reads sheets of one workbook.
type cellReader struct {
	strings  []string
	styles   []style
	from1904 bool
	left     int // cells that may still be read
	findings *findings
}

// sheet reads one sheet up to its end as [NewSheet] knows it.
func (r *cellReader) sheet(name string, p parts, part string) (*Sheet, error) {
	var (
		b    = newSheetBuilder(name)
		row  int
		line []Cell
		at   rawCell
		next int // column after the last cell: cells need not say where they are
		into *strings.Builder
		aids int // phonetic runs that are open
	)
	err := p.decode(part, func(_ *xml.Decoder, t xml.Token) (bool, error) {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				n, err := strconv.Atoi(attr(t, "r"))
				if err != nil || n <= row {
					n = row + 1
				}
				row, line, next = n, nil, 1
			case "c":
				at = rawCell{kind: attr(t, "t"), column: columnOf(attr(t, "r"))}
				if at.column < next || at.column > 16_384 {
					at.column = next
				}
				next = at.column + 1
				if s, err := strconv.Atoi(attr(t, "s")); err == nil && s >= 0 && s < len(r.styles) {
					at.style = r.styles[s]
				}
			case "f":
				at.formula = true
			case "v":
				into = &at.value
			case "rPh":
				aids++
			case "t":
				if at.kind == "inlineStr" && aids == 0 {
					into = &at.value
				}
			case "mergeCell":
				r.findings.add(name, attr(t, "ref"), CellsMerged)
			}
		case xml.CharData:
			if into != nil {
				into.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "rPh":
				aids--
			case "v", "t":
				into = nil
			case "c":
				text, err := r.text(&at)
				if err != nil {
					return false, fmt.Errorf("%s: %w", Address(at.column, row), err)
				}
				switch {
				case text != "":
					if r.left--; r.left < 0 {
						return false, errBomb
					}
					line = append(line, Cell{at.column, text})
					if at.kind == "e" {
						r.findings.add(name, Address(at.column, row), CellFailed, "value", text)
					}
				case at.formula && at.value.Len() == 0:
					r.findings.add(name, Address(at.column, row), CellNotComputed)
				}
			case "row":
				return b.row(row, line), nil
			}
		}
		return true, nil
	})
	if err != nil {
		return nil, fmt.Errorf("sheet %s: %w", name, err)
	}
	return b.sheet, nil
}

// A rawCell is a cell as the file has it.
type rawCell struct {
	kind    string // ST_CellType; "" is a number
	column  int
	style   style
	formula bool
	value   strings.Builder
}

// text is the cell as pyxform would have it: what a formula gave when the workbook was last saved,
// TRUE and FALSE, whole numbers without a point, dates as 2025-05-01 22:11:44.
func (r *cellReader) text(c *rawCell) (string, error) {
	v := c.value.String()
	switch c.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		if v == "" {
			return "", nil
		}
		if err != nil || i < 0 || i >= len(r.strings) {
			return "", fmt.Errorf("no shared string %q", shorten(v))
		}
		return cellText(unescape(r.strings[i])), nil
	case "inlineStr", "str":
		return cellText(unescape(v)), nil
	case "b":
		if v == "1" {
			return "TRUE", nil
		}
		if v == "0" {
			return "FALSE", nil
		}
		return cellText(v), nil
	case "d":
		return cellText(strings.Replace(v, "T", " ", 1)), nil
	case "e":
		return cellText(v), nil
	}
	v = strings.TrimSpace(v)
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return cellText(v), nil
	}
	switch c.style {
	case dateStyle:
		return dateText(f, r.from1904), nil
	case spanStyle:
		return spanText(f), nil
	}
	return numberText(v, f), nil
}

// numberText writes a number in its shortest form: 1 for 1.0, 0.15 for 0.14999999999999999.
func numberText(v string, f float64) string {
	if !strings.ContainsAny(v, ".eE") {
		return strings.TrimPrefix(v, "+") // long whole numbers keep their digits
	}
	if a := math.Abs(f); f == math.Trunc(f) || a >= 1e-4 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// dateText writes days since the epoch. Excel believes that 1900 was a leap year; its epoch is
// therefore 30 December 1899, and a day later for its first sixty days. Less than a day is a time.
func dateText(days float64, from1904 bool) string {
	if days < -1e6 || days > 3e6 {
		return strconv.FormatFloat(days, 'f', -1, 64) // no date that a calendar has
	}
	day, part := math.Floor(days), days-math.Floor(days)
	within := time.Duration(math.Round(part*86_400_000)) * time.Millisecond
	if day == 0 && within < 24*time.Hour {
		return clockText(within)
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if from1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if 0 < days && days < 60 {
		day++
	}
	at := epoch.AddDate(0, 0, int(day)).Add(within)
	if at.Nanosecond() != 0 {
		return at.Format("2006-01-02 15:04:05.000000")
	}
	return at.Format("2006-01-02 15:04:05")
}

func clockText(d time.Duration) string {
	at := time.Time{}.Add(d)
	if at.Nanosecond() != 0 {
		return at.Format("15:04:05.000000")
	}
	return at.Format("15:04:05")
}

// spanText writes a length of time in days, as hours that may be more than 24.
func spanText(days float64) string {
	if math.Abs(days) > 1e6 {
		return strconv.FormatFloat(days, 'f', -1, 64)
	}
	d := time.Duration(math.Round(days*86_400)) * time.Second
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// columnOf reads the letters of an address; 0 if there are none.
func columnOf(address string) int {
	n := 0
	for _, c := range []byte(address) {
		switch {
		case 'A' <= c && c <= 'Z':
			n = n*26 + int(c-'A') + 1
		case 'a' <= c && c <= 'z':
			n = n*26 + int(c-'a') + 1
		default:
			return n
		}
		if n > 1<<20 {
			return 0
		}
	}
	return n
}

// unescape takes out the carriage returns that Excel writes as _x000D_ (ECMA-376 part 1, 22.9.2.19)
// and those that are written plainly.
func unescape(s string) string {
	s = strings.ReplaceAll(s, "_x000D_", "")
	return strings.ReplaceAll(s, "\r", "")
}
