package sav

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

const bias = 100 // added to a small whole number to make its code

// A dictionary is the head of the file under way.
type dictionary struct{ *bufio.Writer }

func (d *dictionary) ints(all ...int) {
	for _, n := range all {
		binary.Write(d, binary.LittleEndian, int32(n)) // #nosec G104 G115 -- the writer keeps its error; all are small
	}
}

func (d *dictionary) float(x float64) { binary.Write(d, binary.LittleEndian, x) } // #nosec G104 -- the writer keeps its error

// text writes a text into a field of so many bytes.
func (d *dictionary) text(s string, width int) {
	d.WriteString(s)
	d.WriteString(strings.Repeat(" ", max(width-len(s), 0)))
}

// A segment is a stretch of a variable that the format takes for a variable of its own: all of it, but
// for very long texts.
type segment struct {
	*Variable
	short string // its name of at most eight bytes, which nobody reads
	width int
	first bool
	index int // in units of eight bytes, from 1
}

// segments are the widths of the stretches of a text: up to 255 bytes in one, then 252 in each, though
// all but the last are said to have 255.
func segments(width int) []int {
	if width <= 255 {
		return []int{width}
	}
	var all []int
	for ; width > 252; width -= 252 {
		all = append(all, 255)
	}
	return append(all, width)
}

// writeDictionary writes the head of a file and all records before the cases.
func writeDictionary(out *bufio.Writer, f *File) error {
	if err := check(f); err != nil {
		return err
	}
	var all []segment
	size := 0
	for i := range f.Variables {
		v := &f.Variables[i]
		for k, width := range segments(v.Width) {
			// No name of a variable has a dollar sign: these are like none of them.
			all = append(all, segment{Variable: v, short: fmt.Sprintf("V$%d", len(all)+1), width: width, first: k == 0, index: size + 1})
			size += max((width+7)/8, 1)
		}
	}
	d := &dictionary{Writer: out}
	d.header(f, size)
	for _, s := range all {
		d.variable(s)
	}
	for _, s := range all {
		if s.first && len(s.Values) > 0 {
			d.labels(s)
		}
	}
	d.record(3, 4, 8)
	d.ints(1, 0, 0, -1, 1, 1, 2, 65001) // version, machine, IEEE floats, compression, little-endian, UTF-8
	d.record(4, 8, 3)
	d.float(Missing)
	d.float(math.MaxFloat64)
	d.float(math.Nextafter(Missing, 0))
	d.measures(all)
	d.longNames(all)
	d.longTexts(all)
	d.string(20, "UTF-8")
	d.record(16, 8, 2)
	binary.Write(d, binary.LittleEndian, []uint64{1, uint64(f.Cases)}) // #nosec G104 G115 -- not negative
	d.ints(999, 0)
	return nil
}

// check compares with the bounds of the format.
func check(f *File) error {
	if len(f.Label) > MaxFileLabel {
		return fmt.Errorf("the label of the file has %d bytes", len(f.Label))
	}
	if len(f.Variables) == 0 {
		return fmt.Errorf("no variables")
	}
	for i := range f.Variables {
		v := &f.Variables[i]
		switch {
		case v.Name == "" || len(v.Name) > MaxName:
			return fmt.Errorf("the name %q has %d bytes", v.Name, len(v.Name))
		case len(v.Label) > MaxLabel:
			return fmt.Errorf("the label of %s has %d bytes", v.Name, len(v.Label))
		case v.Width > MaxText:
			return fmt.Errorf("the texts of %s have %d bytes", v.Name, v.Width)
		case len(v.Missing) > 3:
			return fmt.Errorf("%s has more than three missing values", v.Name)
		case v.Width > 0 && len(v.Values)+len(v.Missing) > 0:
			return fmt.Errorf("texts of %s have labels or count as missing", v.Name)
		}
		for _, l := range v.Values {
			if len(l.Label) > MaxValueLabel {
				return fmt.Errorf("a label of a value of %s has %d bytes", v.Name, len(l.Label))
			}
		}
	}
	return nil
}

func (d *dictionary) header(f *File, size int) {
	d.text("$FL2@(#) SPSS DATA FILE", 64)
	cases := f.Cases
	if cases > math.MaxInt32 {
		cases = -1 // a record of its own says it
	}
	d.ints(2, size, 1, 0, cases)
	d.float(bias)
	d.WriteString(f.Created.Format("02 Jan 0615:04:05"))
	d.text(f.Label, MaxFileLabel)
	d.text("", 3)
}

// variable writes a variable record, and one for each further eight bytes of a text.
func (d *dictionary) variable(s segment) {
	label := s.Label
	if !s.first {
		label = ""
	}
	labelled := 0
	if label != "" {
		labelled = 1
	}
	format := s.printed()
	d.ints(2, s.width, labelled, len(s.Missing), format, format)
	d.text(s.short, 8)
	if label != "" {
		d.ints(len(label))
		d.text(label, (len(label)+3)/4*4)
	}
	for _, x := range s.Missing {
		d.float(x)
	}
	for range (s.width+7)/8 - 1 {
		d.ints(2, -1, 0, 0, 0, 0)
		d.text("", 8)
	}
}

// printed is the code of a format: its number, width and decimals, a byte each.
func (s segment) printed() int {
	const a, f, sdate, datetime = 1, 5, 39, 22
	switch {
	case s.width > 0:
		return a<<16 | s.width<<8
	case s.Format == Decimal:
		return f<<16 | 12<<8 | 2
	case s.Format == Date:
		return sdate<<16 | 10<<8
	case s.Format == DateTime:
		return datetime<<16 | 20<<8
	}
	return f<<16 | 8<<8
}

// labels writes the labels of values, and whose they are.
func (d *dictionary) labels(s segment) {
	d.ints(3, len(s.Values))
	for _, v := range s.Values {
		d.float(v.Number)
		d.WriteByte(byte(len(v.Label))) // #nosec G115 -- at most MaxValueLabel
		d.text(v.Label, (len(v.Label)+8)/8*8-1)
	}
	d.ints(4, 1, s.index)
}

// record begins an extension record of count pieces of size bytes.
func (d *dictionary) record(subtype, size, count int) { d.ints(7, subtype, size, count) }

func (d *dictionary) string(subtype int, s string) {
	d.record(subtype, 1, len(s))
	d.WriteString(s)
}

func (d *dictionary) measures(all []segment) {
	d.record(11, 4, 3*len(all))
	for _, s := range all {
		left, width := 0, 8
		if s.width == 0 {
			left = 1 // it stands on the right
		} else {
			width = min(s.width, 40)
		}
		d.ints(int(max(s.Measure, Nominal)), width, left)
	}
}

func (d *dictionary) longNames(all []segment) {
	var pairs []string
	for _, s := range all {
		if s.first {
			pairs = append(pairs, s.short+"="+s.Name)
		}
	}
	d.string(13, strings.Join(pairs, "\t"))
}

func (d *dictionary) longTexts(all []segment) {
	var b strings.Builder
	for _, s := range all {
		if s.first && s.Width > 255 {
			fmt.Fprintf(&b, "%s=%05d\x00\t", s.short, s.Width)
		}
	}
	if b.Len() > 0 {
		d.string(14, b.String())
	}
}
