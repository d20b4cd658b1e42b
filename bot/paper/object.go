package paper

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf16"
)

// objects is the body of a PDF file (ISO 32000-1, 7.5): numbered objects one
// after the other, and where each begins.
type objects struct {
	body    bytes.Buffer
	offsets []int // of object i+1; 0: reserved and not yet filled
}

func newObjects() *objects {
	o := &objects{}
	// Four bytes above 127 tell who moves files about that this one is binary (7.5.2).
	o.body.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return o
}

// reserve returns the number of an object that [objects.fill] writes later.
func (o *objects) reserve() int {
	o.offsets = append(o.offsets, 0)
	return len(o.offsets)
}

// fill writes the object that was reserved as n.
func (o *objects) fill(n int, text string) {
	o.offsets[n-1] = o.body.Len()
	fmt.Fprintf(&o.body, "%d 0 obj\n%s\nendobj\n", n, text)
}

// add writes an object and returns its number.
func (o *objects) add(text string) int {
	n := o.reserve()
	o.fill(n, text)
	return n
}

// stream writes data, compressed (7.4.4), with entries added to its dictionary.
func (o *objects) stream(entries string, data []byte) int {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(data) // into memory: cannot fail
	z.Close()
	return o.add(fmt.Sprintf("<< /Filter /FlateDecode /Length %d %s>>\nstream\n%s\nendstream", packed.Len(), entries, packed.Bytes()))
}

// write writes the file: body, cross-reference table (7.5.4), trailer (7.5.5).
// The identifier of the file is a digest of its body, so that the same document
// has the same one (14.4 only asks for something that tells files apart).
func (o *objects) write(w io.Writer, catalog, about int) (int64, error) {
	sum := sha256.Sum256(o.body.Bytes())
	table := o.body.Len()
	fmt.Fprintf(&o.body, "xref\n0 %d\n0000000000 65535 f \n", len(o.offsets)+1)
	for _, offset := range o.offsets {
		fmt.Fprintf(&o.body, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&o.body, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%[4]x>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(o.offsets)+1, catalog, about, sum[:16], table)
	return o.body.WriteTo(w)
}

// number writes a real number as 7.3.3 wants it, without exponents. A
// thousandth of a point is finer than any printer.
func number(f float64) string {
	f = math.Round(f*1000) / 1000
	if f == 0 { // negative zero too
		return "0"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// textString writes a text string (7.9.2.2): UTF-16 with a mark of its byte
// order, in hexadecimal, in which nothing needs escaping.
func textString(s string) string { return "<FEFF" + utf16Hex(s) + ">" }

func utf16Hex(s string) string {
	var b bytes.Buffer
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}
