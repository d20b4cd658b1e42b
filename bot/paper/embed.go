package paper

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/go-text/typesetting/font"
)

// This file puts the glyphs of a face that were shown into the document.

// embed writes the font dictionary of t (ISO 32000-1, 9.7.6) and returns its
// number. Codes in the text are glyph ids (Identity-H, 9.7.5.2).
func (t *typeface) embed(o *objects) (int, error) {
	ids := slices.Sorted(maps.Keys(t.shown))
	file, err := t.subset(ids)
	if err != nil {
		return 0, err
	}
	name := tag(ids) + "+" + t.name
	em := func(f float64) string { return number(f * 1000 / t.unitsPerEm) }
	descriptor := o.add(fmt.Sprintf("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%s %s %s %s] /ItalicAngle %d "+
		"/Ascent %s /Descent %s /CapHeight %s /StemV 80 /FontFile2 %d 0 R >>",
		name, em(t.box[0]), em(t.box[1]), em(t.box[2]), em(t.box[3]), t.slant(),
		em(t.ascent), em(-t.descent), em(t.capHeight()), o.stream(fmt.Sprintf("/Length1 %d ", len(file)), file)))
	descendant := o.add(fmt.Sprintf("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDToGIDMap /Identity "+
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /DW 0 /W [%s] >>",
		name, descriptor, t.widths(ids)))
	return o.add(fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>",
		name, descendant, o.stream("", t.toUnicode()))), nil
}

// widths lists the width of each glyph (9.7.4.3).
func (t *typeface) widths(ids []font.GID) string {
	var b bytes.Buffer
	for _, id := range ids {
		fmt.Fprintf(&b, "%d [%s] ", id, number(t.width(id)))
	}
	return b.String()
}

// toUnicode is the CMap that says for what text a glyph stands (9.10.3), in
// blocks of at most 100, the bound of the operator.
func (t *typeface) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for block := range slices.Chunk(slices.Sorted(maps.Keys(t.spoken)), 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, id := range block {
			fmt.Fprintf(&b, "<%04X> <%s>\n", id, utf16Hex(t.spoken[id]))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

// tag names a subset by six letters (9.9), which tell it from other subsets of
// the same font.
func tag(ids []font.GID) string {
	sum := sha256.Sum256(fmt.Append(nil, ids))
	for i := range sum {
		sum[i] = 'A' + sum[i]%26
	}
	return string(sum[:6])
}

// slant is the angle of the strokes in degrees, counter-clockwise.
func (t *typeface) slant() int {
	if t.italic {
		return -12
	}
	return 0
}

// capHeight is the height of capital letters. A face without Latin has none,
// and the entry wants some number.
func (t *typeface) capHeight() float64 {
	return float64(font.NewFace(t.font).LineMetric(font.CapHeight))
}
