// Package dta writes datasets of Stata (.dta) with the labels of variables and values, and with extended
// missing values. It writes one observation after the other and keeps none.
//
//	w, err := dta.NewWriter(out, &dta.File{Observations: 1, Variables: []dta.Variable{{Name: "con", Kind: dta.Byte}, {Name: "ten", Kind: dta.Text, Width: 12}}})
//	w.Number(2); w.Text("Lan")
//	err = w.Close()
//
// The format is number 118, which Stata 14 and later read, or 119 for more than 32,767 variables: "Description
// of the .dta file format", stata.com/help.cgi?dta. Texts are UTF-8, numbers little-endian.
package dta

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"time"
)

// Bounds of the format. Letters are characters of Unicode, of at most four bytes.
const (
	MaxName       = 32     // letters of a name
	MaxLabel      = 80     // letters of the label of a variable or of the file
	MaxValueLabel = 32_000 // bytes of the label of a value
	MaxText       = 2045   // bytes of a [Text]; longer ones are a [LongText]
)

// Bounds of whole numbers: what is above means missing.
const (
	MinByte, MaxByte = -127, 100
	MinInt, MaxInt   = -32_767, 32_740
	MinLong, MaxLong = -2_147_483_647, 2_147_483_620
)

// A Kind is how a variable is kept.
type Kind uint16

// The kinds; all but the texts by their numbers in the file.
const (
	Text     Kind = 0
	LongText Kind = 32768 // strL
	Double   Kind = 65526
	Long     Kind = 65528
	Int      Kind = 65529
	Byte     Kind = 65530
)

// A File is everything but the observations.
type File struct {
	Label        string
	Created      time.Time
	Observations int // how many will be written
	Variables    []Variable
	Sets         []Set

	// How many texts that are not empty the variables of the kind [LongText] have, and how many bytes
	// these have together: both stand before them in the file.
	LongTexts, LongBytes int
}

// A Variable is a column.
type Variable struct {
	// Name is ASCII: a letter, then letters, digits and low lines, and none of Stata's own words.
	Name   string
	Label  string
	Kind   Kind
	Width  int    // of a [Text]: its most bytes, 1 to MaxText
	Format string // as Stata writes it, such as "%td"; empty: the usual one of its kind
	Set    string // of the labels of its values; empty: none
}

// A Set is labels of whole numbers. Variables share it by its name, which is made as theirs are.
type Set struct {
	Name   string
	Values []Value
}

// A Value is a number, or a letter for a missing value, that has a label.
type Value struct {
	Number  int32
	Missing byte // 'a' to 'z'; 0: it is the number
	Label   string
}

// epoch is Stata's: it counts days (%td) and milliseconds (%tc) from it.
var epoch = time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)

// Days is the number of the day of t, for the format "%td".
func Days(t time.Time) float64 {
	y, m, d := t.Date()
	return float64((time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() - epoch.Unix()) / 86400)
}

// Milliseconds is the number of a time on the clock, to the second, for the format "%tc" of a [Double].
func Milliseconds(t time.Time) float64 {
	h, m, s := t.Clock()
	return Days(t)*86_400_000 + float64(h*3600+m*60+s)*1000
}

// A Writer writes the observations of a file: a value for each variable, in order. After an error it
// only goes through the motions; Close returns it.
type Writer struct {
	out          *bufio.Writer
	file         *File
	at           *offsets
	next         int // the variable whose value comes next
	observation  int // from 1
	long         bool
	texts, bytes int // long texts still to come
	err          error
}

// NewWriter writes everything that stands before the observations. It returns an error if something
// in f is longer than the format takes.
func NewWriter(w io.Writer, f *File) (*Writer, error) {
	if err := check(f); err != nil {
		return nil, fmt.Errorf("write dta: %w", err)
	}
	d := &Writer{out: bufio.NewWriterSize(w, 64<<10), file: f, at: measure(f), observation: 1, texts: f.LongTexts, bytes: f.LongBytes}
	d.head()
	return d, nil
}

// Number writes the next value, of a variable that holds numbers. What its kind cannot hold is missing.
func (w *Writer) Number(x float64) {
	v := w.step()
	least, most := -math.MaxFloat64, math.MaxFloat64
	switch v.Kind {
	case Byte:
		least, most = MinByte, MaxByte
	case Int:
		least, most = MinInt, MaxInt
	case Long:
		least, most = MinLong, MaxLong
	}
	if !(least <= x && x <= most) || v.Kind == Double && x >= 0x1p1023 {
		w.missing(v, 0)
		return
	}
	b := w.out.AvailableBuffer()
	switch v.Kind {
	case Byte:
		b = append(b, byte(int8(x))) // #nosec G115 -- two's complement
	case Int:
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(x))) // #nosec G115 -- two's complement
	case Long:
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(x))) // #nosec G115 -- two's complement
	case Double:
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	default:
		w.fail(fmt.Errorf("a number for the text variable %s", v.Name))
	}
	w.write(b)
}

// Missing writes that the next value, of a variable that holds numbers, is missing: letter is 'a' to 'z',
// for .a to .z, or 0 for the plain missing value.
func (w *Writer) Missing(letter byte) { w.missing(w.step(), letter) }

func (w *Writer) missing(v *Variable, letter byte) {
	n := 0
	if letter != 0 {
		n = int(letter-'a') + 1
	}
	b := w.out.AvailableBuffer()
	switch v.Kind {
	case Byte:
		b = append(b, byte(MaxByte+1+n)) // #nosec G115 -- at most 127
	case Int:
		b = binary.LittleEndian.AppendUint16(b, uint16(MaxInt+1+n)) // #nosec G115 -- at most 32,767
	case Long:
		b = binary.LittleEndian.AppendUint32(b, uint32(missingLong(letter))) // #nosec G115 -- two's complement
	case Double:
		b = binary.LittleEndian.AppendUint64(b, 0x7fe0_0000_0000_0000+uint64(n)<<40) // #nosec G115 -- not negative
	default:
		w.fail(fmt.Errorf("a missing number for the text variable %s", v.Name))
	}
	w.write(b)
}

// missingLong is a missing value among whole numbers of four bytes, where labels know it too.
func missingLong(letter byte) int32 {
	if letter == 0 {
		return MaxLong + 1
	}
	return MaxLong + 2 + int32(letter-'a')
}

// Text writes the next value, of a variable that holds texts. What is longer than its width is missing.
// Of a [LongText] it writes where the text stands: whoever has some writes them all once more after the
// last observation, with [Writer.Long].
func (w *Writer) Text(s string) {
	number := w.next + 1
	observation := w.observation
	v := w.step()
	switch {
	case v.Kind == LongText:
		b := binary.LittleEndian.AppendUint64(w.out.AvailableBuffer(), w.place(s, number, observation))
		w.write(b)
	case v.Kind != Text:
		w.fail(fmt.Errorf("a text for the number variable %s", v.Name))
	default:
		s = s[:min(len(s), v.Width)]
		if _, err := w.out.WriteString(s); err != nil {
			w.fail(err)
		}
		for n := v.Width - len(s); n > 0; n -= len(zeros) {
			w.write(zeros[:min(n, len(zeros))])
		}
	}
}

var zeros = make([]byte, 256)

// place tells where a long text stands: by the variable and the observation that have it.
func (w *Writer) place(s string, variable, observation int) uint64 {
	bits := 16
	if w.at.release == 119 {
		bits = 24
	}
	if s == "" {
		return 0
	}
	return uint64(variable) | uint64(observation)<<bits // #nosec G115 -- not negative
}

// Long writes a text of a [LongText] that is not empty, after the last observation: variable counts from
// 0, observation from 1. They come in the order of observations, and within one of variables.
func (w *Writer) Long(variable, observation int, s string) {
	w.beginLong()
	w.texts--
	w.bytes -= len(s)
	b := append(w.out.AvailableBuffer(), "GSO"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(variable+1))  // #nosec G115 -- not negative
	b = binary.LittleEndian.AppendUint64(b, uint64(observation)) // #nosec G115 -- not negative
	b = append(b, 130)                                           // text, not bytes
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)+1))    // #nosec G115 -- a text of an answer
	w.write(b)
	if _, err := w.out.WriteString(s); err != nil {
		w.fail(err)
	}
	w.write(zeros[:1])
}

// step goes on to the next variable and returns the present one.
func (w *Writer) step() *Variable {
	v := &w.file.Variables[w.next]
	if w.next++; w.next == len(w.file.Variables) {
		w.next = 0
		w.observation++
	}
	return v
}

func (w *Writer) beginLong() {
	if !w.long {
		w.long = true
		w.say("</data><strls>")
	}
}

// Close ends the file and returns the first error there was, also that there was not as much as said.
// It does not close what the file is written to.
func (w *Writer) Close() error {
	w.beginLong()
	w.say("</strls>")
	w.labels()
	w.say("</stata_dta>")
	w.fail(w.out.Flush())
	if w.next != 0 || w.observation != w.file.Observations+1 {
		w.fail(fmt.Errorf("%d observations and %d values, not %d", w.observation-1, w.next, w.file.Observations))
	}
	if w.texts != 0 || w.bytes != 0 {
		w.fail(fmt.Errorf("%d long texts of %d bytes are missing", w.texts, w.bytes))
	}
	if w.err != nil {
		return fmt.Errorf("write dta: %w", w.err)
	}
	return nil
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *Writer) write(b []byte) {
	if _, err := w.out.Write(b); err != nil {
		w.fail(err)
	}
}

func (w *Writer) say(s string) { w.write([]byte(s)) }

// Err is the first error there was, nil for none: a reason to stop before Close.
func (w *Writer) Err() error { return w.err }
