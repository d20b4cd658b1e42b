// Package sheet writes workbooks (.xlsx) of any length as a stream: what a row holds leaves the memory
// when the row ends. It writes texts, numbers and dates, a bold first row and the widths of columns, and
// nothing else; papers that are to look like papers are made with excelize.
//
//	b := sheet.NewBook(w)
//	b.Sheet("Dữ liệu", []string{"Họ tên", "Con"}, nil)
//	b.Text("=Lan"); b.Number("2"); b.EndRow()
//	err := b.Close()
//
// The format is that of ECMA-376, Office Open XML, part 1, SpreadsheetML (§18). Every text is an inline
// string (§18.3.1.53), which no program takes for a formula, whatever it begins with.
//
// # Why
//
// A million rows of 30 columns took excelize's stream writer 25 s and 224 MB, and this package a tenth of
// both: it keeps no table of styles or strings.
package sheet

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf16"
)

// Bounds of a sheet: Excel's specifications and limits, support.microsoft.com.
const (
	MaxRows    = 1_048_576 // with the first one
	MaxColumns = 16_384
	MaxCell    = 32_767 // of a text, in units of UTF-16
	MaxName    = 31     // of a sheet, in units of UTF-16
)

// A Book is a workbook that is being written, one sheet after the other. After an error it only goes
// through the motions; Close returns it, and must be called also by who gives up, because a goroutine
// ends with it. A Book belongs to one goroutine.
type Book struct {
	zip    *zip.Writer
	out    *bufio.Writer // the part that is being written
	err    error
	names  []string // of the sheets so far, also those that went on
	taken  map[string]bool
	head   []string
	widths []float64
	base   string // the name of the present sheet, before it went on
	most   int    // rows of a sheet
	row    int    // of the present sheet, from 1
	column int    // of the last cell that is written, from 1
	blanks int    // empty cells since then
	open   bool   // a row has begun
}

// NewBook begins a workbook.
func NewBook(w io.Writer) *Book {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return newSqueezer(w) })
	return &Book{zip: z, taken: map[string]bool{}, most: MaxRows}
}

// Sheet ends the present sheet and begins the next one, with head as its first row, in bold and always
// in sight; without head it has none. widths are those of the columns in characters; 0, and those that
// are missing, are left to the program that opens it. The name is made one that Excel takes, and unlike
// the others; Sheet returns it.
//
// A sheet that is full goes on in another one, with the same head.
func (b *Book) Sheet(name string, head []string, widths []float64) string {
	b.endSheet()
	name = Unique(name, b.taken)
	b.base, b.head, b.widths = name, head, widths
	b.begin(name)
	return name
}

func (b *Book) begin(name string) {
	b.names = append(b.names, name)
	b.part("xl/worksheets/sheet" + strconv.Itoa(len(b.names)) + ".xml")
	b.row = 0
	b.write(`<worksheet xmlns="` + mainSpace + `"><sheetViews><sheetView workbookViewId="0">`)
	if b.head != nil {
		b.write(`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>`)
	}
	b.write(`</sheetView></sheetViews>`)
	b.columns()
	b.write(`<sheetData>`)
	for _, s := range b.head {
		b.styled(s, styleHead)
	}
	if b.head != nil {
		b.EndRow()
	}
}

// columns writes the widths.
func (b *Book) columns() {
	some := false
	for i, w := range b.widths {
		if w <= 0 {
			continue
		}
		if !some {
			b.write(`<cols>`)
		}
		some = true
		n := strconv.Itoa(i + 1)
		b.write(`<col min="` + n + `" max="` + n + `" width="` + strconv.FormatFloat(w, 'f', -1, 64) + `" customWidth="1"/>`)
	}
	if some {
		b.write(`</cols>`)
	}
}

// Text writes a text cell; an empty text leaves the cell empty. Of a text longer than [MaxCell] the end
// is missing: whoever minds cuts it before.
func (b *Book) Text(s string) { b.styled(s, stylePlain) }

// Wrapped is Text in a cell that breaks lines.
func (b *Book) Wrapped(s string) { b.styled(s, styleWrapped) }

func (b *Book) styled(s string, style string) {
	if s == "" {
		b.Blank()
		return
	}
	b.cell(style)
	if edge := s[0] <= ' ' || s[len(s)-1] <= ' '; edge {
		b.write(` t="inlineStr"><is><t xml:space="preserve">`)
	} else {
		b.write(` t="inlineStr"><is><t>`)
	}
	b.escape(s)
	b.write(`</t></is></c>`)
}

// Number writes a number cell. The number stands as XML Schema writes a double: with a point, with or
// without an exponent; anything else makes a workbook that Excel calls damaged.
func (b *Book) Number(s string) {
	b.cell(stylePlain)
	b.write(`><v>`)
	b.write(s)
	b.write(`</v></c>`)
}

// Date writes the day of t as a date cell. Excel knows no day before 1 March 1900 for certain: such a
// date is written as text.
func (b *Book) Date(t time.Time) { b.serial(t, styleDate, time.DateOnly) }

// DateTime writes the day and the time of the clock of t, to the second.
func (b *Book) DateTime(t time.Time) { b.serial(t, styleDateTime, time.DateTime) }

func (b *Book) serial(t time.Time, style, layout string) {
	y, m, d := t.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86400 + 25569 // 25569: days from 1899-12-30 to 1970
	if day < 61 || y > 9999 {
		b.Text(t.Format(layout))
		return
	}
	b.cell(style)
	b.write(`><v>`)
	b.out.Write(strconv.AppendInt(b.out.AvailableBuffer(), day, 10))
	if style == styleDateTime {
		part := float64(t.Hour()*3600+t.Minute()*60+t.Second()) / 86400
		b.write(strconv.FormatFloat(part, 'f', -1, 64)[1:])
	}
	b.write(`</v></c>`)
}

// Blank leaves a cell empty.
func (b *Book) Blank() {
	b.beginRow()
	b.blanks++
}

// EndRow ends the row; the next cell begins another one.
func (b *Book) EndRow() {
	b.beginRow()
	b.write(`</row>`)
	b.open = false
}

func (b *Book) beginRow() {
	if b.open {
		return
	}
	if b.row == b.most {
		b.endSheet()
		b.begin(Unique(b.base, b.taken))
	}
	b.open = true
	b.row++
	b.column = 0
	b.blanks = 0
	b.write(`<row>`)
}

// cell begins a cell: everything before its type. Cells do not say where they stand (§18.3.1.4 lets them),
// which is a fifth of the work of a workbook; empty ones hold the place of others, unless none follows.
func (b *Book) cell(style string) {
	b.beginRow()
	for ; b.blanks > 0; b.blanks-- {
		b.write(`<c/>`)
		b.column++
	}
	if b.column++; b.column > MaxColumns {
		b.fail(fmt.Errorf("sheet %s has more than %d columns", b.base, MaxColumns))
	}
	b.write(`<c`)
	b.write(style)
}

// Close ends the workbook and returns the first error there was. It does not close what it is written to.
func (b *Book) Close() error {
	b.endSheet()
	b.frame()
	if err := b.zip.Close(); b.err == nil {
		b.err = err
	}
	if b.err != nil {
		return fmt.Errorf("write workbook: %w", b.err)
	}
	return nil
}

func (b *Book) endSheet() {
	if len(b.names) == 0 {
		return
	}
	if b.open {
		b.EndRow()
	}
	b.write(`</sheetData></worksheet>`)
}

// part begins a file of the package.
func (b *Book) part(name string) {
	if b.out != nil {
		b.fail(b.out.Flush())
	}
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	b.fail(err)
	if err != nil {
		w = io.Discard
	}
	if b.out == nil {
		b.out = bufio.NewWriterSize(w, 64<<10)
	}
	b.out.Reset(w)
	b.write(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n")
}

// Err is the first error there was, nil for none: a reason to stop before Close.
func (b *Book) Err() error { return b.err }

func (b *Book) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *Book) write(s string) {
	if _, err := b.out.WriteString(s); err != nil {
		b.fail(err)
	}
}

func (b *Book) bytes(s []byte) {
	if _, err := b.out.Write(s); err != nil {
		b.fail(err)
	}
}

// units is how long a text is in units of UTF-16.
func units(s string) int {
	n := 0
	for _, c := range s {
		n += utf16.RuneLen(c)
	}
	return n
}

// A squeezer compresses on a goroutine of its own, so that the next rows are made meanwhile. The
// goroutine ends with Close.
type squeezer struct {
	full chan []byte // to be compressed
	free chan []byte
	done chan error
	now  []byte
}

const squeezerBlock = 256 << 10

func newSqueezer(w io.Writer) (*squeezer, error) {
	f, err := flate.NewWriter(w, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	s := &squeezer{full: make(chan []byte, 2), free: make(chan []byte, 4), done: make(chan error, 1)}
	go func() {
		var err error
		for block := range s.full {
			if err == nil {
				_, err = f.Write(block)
			}
			s.free <- block[:0]
		}
		if err == nil {
			err = f.Close()
		}
		s.done <- err
	}()
	return s, nil
}

// Write implements [io.Writer]. An error of the goroutine shows at Close.
func (s *squeezer) Write(p []byte) (int, error) {
	if len(s.now)+len(p) > squeezerBlock && len(s.now) > 0 {
		s.full <- s.now
		s.now = nil
	}
	if s.now == nil {
		select {
		case s.now = <-s.free:
		default:
			s.now = make([]byte, 0, squeezerBlock)
		}
	}
	s.now = append(s.now, p...)
	return len(p), nil
}

// Close implements [io.Closer].
func (s *squeezer) Close() error {
	if len(s.now) > 0 {
		s.full <- s.now
	}
	close(s.full)
	return <-s.done
}
