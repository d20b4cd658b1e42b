package dta

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// Widths of fields: names have 32 letters of four bytes and a zero, and so on.
const (
	nameField   = 129
	formatField = 57
	labelField  = 321
)

// offsets are where the parts of a file begin, in the order of the map in it.
type offsets struct {
	release int // of the format
	parts   [14]int
}

// measure computes where everything will stand.
func measure(f *File) *offsets {
	o := &offsets{release: 118}
	k := len(f.Variables)
	countField, sortField := 2, 2
	if k > 32_767 {
		o.release, countField, sortField = 119, 4, 4
	}
	head := len("<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K></K><N></N><label></label><timestamp></timestamp></header>") +
		countField + 8 + 2 + len(f.Label) + 1 + len(stamp)
	row := 0
	for _, v := range f.Variables {
		row += v.size()
	}
	labels := 0
	for _, s := range f.Sets {
		labels += len("<lbl></lbl>") + 4 + nameField + 3 + s.size()
	}
	at := head
	part := func(i int, tag string, size int) {
		o.parts[i] = at
		at += 2*len(tag) + 5 + size
	}
	part(1, "map", 14*8)
	part(2, "variable_types", 2*k)
	part(3, "varnames", nameField*k)
	part(4, "sortlist", sortField*(k+1))
	part(5, "formats", formatField*k)
	part(6, "value_label_names", nameField*k)
	part(7, "variable_labels", labelField*k)
	part(8, "characteristics", 0)
	part(9, "data", row*f.Observations)
	part(10, "strls", 21*f.LongTexts+f.LongBytes)
	part(11, "value_labels", labels)
	o.parts[12] = at
	o.parts[13] = at + len("</stata_dta>")
	return o
}

// size is how many bytes a value has.
func (v *Variable) size() int {
	switch v.Kind {
	case Byte:
		return 1
	case Int:
		return 2
	case Long:
		return 4
	case Text:
		return v.Width
	}
	return 8
}

const stamp = "02 Jan 2006 15:04" // the layout of a time in the head

// check compares with the bounds of the format.
func check(f *File) error {
	if utf8.RuneCountInString(f.Label) > MaxLabel {
		return fmt.Errorf("the label of the file has %d letters", utf8.RuneCountInString(f.Label))
	}
	sets := map[string]bool{"": true}
	for _, s := range f.Sets {
		sets[s.Name] = true
		if s.Name == "" || utf8.RuneCountInString(s.Name) > MaxName {
			return fmt.Errorf("the name %q of a set has %d letters", s.Name, utf8.RuneCountInString(s.Name))
		}
		for _, v := range s.Values {
			if len(v.Label) > MaxValueLabel {
				return fmt.Errorf("a label in the set %s has %d bytes", s.Name, len(v.Label))
			}
		}
	}
	for i := range f.Variables {
		v := &f.Variables[i]
		switch {
		case v.Name == "" || utf8.RuneCountInString(v.Name) > MaxName:
			return fmt.Errorf("the name %q has %d letters", v.Name, utf8.RuneCountInString(v.Name))
		case utf8.RuneCountInString(v.Label) > MaxLabel:
			return fmt.Errorf("the label of %s has %d letters", v.Name, utf8.RuneCountInString(v.Label))
		case v.Kind == Text && (v.Width < 1 || v.Width > MaxText):
			return fmt.Errorf("the texts of %s have %d bytes", v.Name, v.Width)
		case !sets[v.Set]:
			return fmt.Errorf("%s has labels of an unknown set %s", v.Name, v.Set)
		case v.Set != "" && (v.Kind == Text || v.Kind == LongText):
			return fmt.Errorf("texts of %s have labels", v.Name)
		}
	}
	return nil
}

// integer writes a whole number of so many bytes.
func (w *Writer) integer(n, size int) {
	b := binary.LittleEndian.AppendUint64(nil, uint64(n)) // #nosec G115 -- two's complement
	w.write(b[:size])
}

// field writes a text into a field of so many bytes, with a zero at its end.
func (w *Writer) field(s string, size int) {
	w.say(s)
	for n := size - len(s); n > 0; n -= len(zeros) {
		w.write(zeros[:min(n, len(zeros))])
	}
}

// head writes everything before the observations.
func (w *Writer) head() {
	f, k := w.file, len(w.file.Variables)
	count := 2
	if w.at.release == 119 {
		count = 4
	}
	w.say(fmt.Sprintf("<stata_dta><header><release>%d</release><byteorder>LSF</byteorder><K>", w.at.release))
	w.integer(k, count)
	w.say("</K><N>")
	w.integer(f.Observations, 8)
	w.say("</N><label>")
	w.integer(len(f.Label), 2)
	w.say(f.Label + "</label><timestamp>")
	w.integer(len(stamp), 1)
	w.say(f.Created.Format(stamp) + "</timestamp></header><map>")
	for _, at := range w.at.parts {
		w.integer(at, 8)
	}
	w.say("</map><variable_types>")
	for _, v := range f.Variables {
		if v.Kind == Text {
			w.integer(v.Width, 2)
		} else {
			w.integer(int(v.Kind), 2)
		}
	}
	w.say("</variable_types><varnames>")
	for _, v := range f.Variables {
		w.field(v.Name, nameField)
	}
	w.say("</varnames><sortlist>")
	w.field("", count*(k+1))
	w.say("</sortlist><formats>")
	for _, v := range f.Variables {
		w.field(v.format(), formatField)
	}
	w.say("</formats><value_label_names>")
	for _, v := range f.Variables {
		w.field(v.Set, nameField)
	}
	w.say("</value_label_names><variable_labels>")
	for _, v := range f.Variables {
		w.field(v.Label, labelField)
	}
	w.say("</variable_labels><characteristics></characteristics><data>")
}

func (v *Variable) format() string {
	switch {
	case v.Format != "":
		return v.Format
	case v.Kind == Text:
		return fmt.Sprintf("%%-%ds", min(v.Width, 40))
	case v.Kind == LongText:
		return "%-40s"
	case v.Kind == Long:
		return "%12.0g"
	case v.Kind == Double:
		return "%16.0g"
	}
	return "%8.0g"
}

// size is how many bytes the table of a set has.
func (s *Set) size() int {
	n := 8
	for _, v := range s.Values {
		n += 8 + len(v.Label) + 1
	}
	return n
}

// labels writes the sets.
func (w *Writer) labels() {
	w.say("<value_labels>")
	for _, s := range w.file.Sets {
		w.say("<lbl>")
		w.integer(s.size(), 4)
		w.field(s.Name, nameField+3)
		w.integer(len(s.Values), 4)
		w.integer(s.size()-8-8*len(s.Values), 4)
		at := 0
		for _, v := range s.Values {
			w.integer(at, 4)
			at += len(v.Label) + 1
		}
		for _, v := range s.Values {
			if v.Missing != 0 {
				v.Number = missingLong(v.Missing)
			}
			w.integer(int(v.Number), 4)
		}
		for _, v := range s.Values {
			w.field(v.Label, len(v.Label)+1)
		}
		w.say("</lbl>")
	}
	w.say("</value_labels>")
}
