// Package sav writes system files of SPSS (.sav), with the labels of variables and values, and with what
// counts as missing. It writes one case after the other and keeps none.
//
//	w, err := sav.NewWriter(out, &sav.File{Cases: 1, Variables: []sav.Variable{{Name: "con"}, {Name: "ten", Width: 12}}})
//	w.Number(2); w.Text("Lan")
//	err = w.Close()
//
// The format is the one that PSPP's developers describe ("System File Format", PSPP Developers Guide);
// IBM has published none. Texts are UTF-8, numbers little-endian, data compressed by the format's own
// codes for small numbers: for answers that is a sixth of the size, and faster than writing it out.
//
// Texts cannot be declared as missing: for those of more than eight bytes that takes a record (subtype 22)
// which PSPP before 2.0 reads otherwise than SPSS.
package sav

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"
)

// Bounds of the format, all in bytes of UTF-8.
const (
	MaxName       = 64     // of a variable
	MaxLabel      = 255    // of a variable
	MaxValueLabel = 120    // of a value
	MaxFileLabel  = 64     // of the file
	MaxText       = 32_767 // of a text
)

// Missing is the number that stands for no value at all: SPSS shows a point.
const Missing = -math.MaxFloat64

// A File is everything but the cases.
type File struct {
	Label     string
	Created   time.Time
	Cases     int // how many will be written
	Variables []Variable
}

// A Variable is a column.
type Variable struct {
	// Name is ASCII: a letter, then letters, digits and low lines. SPSS takes no name twice, also not with
	// other capitals, and none of ALL, AND, BY, EQ, GE, GT, LE, LT, NE, NOT, OR, TO, WITH.
	Name  string
	Label string

	// Width is how many bytes its texts have at most, up to [MaxText]; 0 means that it holds numbers.
	Width int

	Format  Format // of numbers
	Values  []Value
	Missing []float64 // numbers that count as missing, at most three
	Measure Measure
}

// A Value is a number that has a label.
type Value struct {
	Number float64
	Label  string
}

// A Format is how numbers are shown.
type Format uint8

// The formats, by the codes of the file format.
const (
	Whole    Format = iota // without decimals
	Decimal                // with two decimals
	Date                   // seconds, of whole days, as [Seconds] gives them
	DateTime               // seconds
)

// A Measure says what SPSS may compute of a variable.
type Measure uint32

// The measures, by their numbers in the file.
const (
	Nominal Measure = 1
	Scale   Measure = 3
)

// Seconds is the number of a time on the clock: SPSS counts from the first day of the Gregorian calendar.
func Seconds(t time.Time) float64 {
	y, m, d := t.Date()
	h, mi, s := t.Clock()
	const gregorian = 12219379200 // seconds from 14 October 1582 to 1970
	return float64(time.Date(y, m, d, h, mi, s, 0, time.UTC).Unix() + gregorian)
}

// A Writer writes the cases of a file: a value for each variable, in order. After an error it only goes
// through the motions; Close returns it.
type Writer struct {
	out       *bufio.Writer
	variables []Variable
	cases     int
	next      int // the variable whose value comes next
	err       error

	codes    [8]byte // a block of compressed data: eight codes, then what they do not say themselves
	used     int
	literals []byte
}

// NewWriter writes everything but the cases. It returns an error if something in f is longer than the
// format takes.
func NewWriter(w io.Writer, f *File) (*Writer, error) {
	out := bufio.NewWriterSize(w, 64<<10)
	if err := writeDictionary(out, f); err != nil {
		return nil, fmt.Errorf("write sav: %w", err)
	}
	return &Writer{out: out, variables: f.Variables, cases: f.Cases, literals: make([]byte, 0, 64)}, nil
}

// Number writes the next value, of a variable that holds numbers.
func (w *Writer) Number(x float64) {
	if w.step().Width > 0 {
		w.fail("a number for the text variable %s")
	}
	switch small := int(max(min(x, 1000), -1000)); {
	case x == Missing:
		w.code(255)
	case float64(small) == x && small >= 1-bias && small <= 251-bias:
		w.code(byte(small + bias)) // #nosec G115 -- 1 to 251
	default:
		w.code(253)
		w.literals = binary.LittleEndian.AppendUint64(w.literals, math.Float64bits(x))
	}
}

// Text writes the next value, of a variable that holds texts. What is longer than its width is missing.
func (w *Writer) Text(s string) {
	v := w.step()
	if v.Width == 0 {
		w.fail("a text for the number variable %s")
		return
	}
	if len(s) > v.Width {
		s = s[:v.Width]
	}
	for _, width := range segments(v.Width) {
		now := s[:min(len(s), 255)]
		s = s[len(now):]
		for range (width + 7) / 8 {
			n := min(len(now), 8)
			w.eight(now[:n])
			now = now[n:]
		}
	}
}

// eight writes eight bytes of a text, filled up with spaces.
func (w *Writer) eight(s string) {
	if s == "" || s == "        "[:len(s)] {
		w.code(254)
		return
	}
	w.code(253)
	w.literals = append(w.literals, s...)
	w.literals = append(w.literals, "        "[len(s):]...)
}

// step goes on to the next variable and returns the present one.
func (w *Writer) step() *Variable {
	v := &w.variables[w.next]
	if w.next++; w.next == len(w.variables) {
		w.next = 0
		w.cases--
	}
	return v
}

// code adds a code. A full block is written when the next one begins: by then it has all that belongs to it.
func (w *Writer) code(c byte) {
	if w.used == len(w.codes) {
		w.block()
	}
	w.codes[w.used] = c
	w.used++
}

func (w *Writer) block() {
	if w.used == 0 {
		return
	}
	clear(w.codes[w.used:])
	w.out.Write(w.codes[:])
	if _, err := w.out.Write(w.literals); err != nil && w.err == nil {
		w.err = err
	}
	w.used, w.literals = 0, w.literals[:0]
}

func (w *Writer) fail(format string) {
	if w.err == nil {
		w.err = fmt.Errorf(format, w.variables[(w.next+len(w.variables)-1)%len(w.variables)].Name)
	}
}

// Close ends the file and returns the first error there was, also that there were more cases than said,
// or fewer. It does not close what the file is written to.
func (w *Writer) Close() error {
	w.block()
	if err := w.out.Flush(); w.err == nil {
		w.err = err
	}
	if w.err == nil && (w.cases != 0 || w.next != 0) {
		w.err = fmt.Errorf("%d cases are missing", w.cases)
	}
	if w.err != nil {
		return fmt.Errorf("write sav: %w", w.err)
	}
	return nil
}

// Err is the first error there was, nil for none: a reason to stop before Close.
func (w *Writer) Err() error { return w.err }
