package paper

import (
	"bytes"
	"encoding/binary"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// What a subset shows of a glyph is what the whole font shows, whatever other
// glyphs it is made of; what is not asked for is empty.
func TestSubset(t *testing.T) {
	d := New(fonts(t), About{})
	for _, n := range names {
		for _, s := range []Style{{}, {Bold: true}, {Italic: true}} {
			for _, r := range d.shape([]rune(clean(n)), s) {
				for _, c := range r.clusters {
					for _, g := range c.glyphs {
						r.face.shown[g.id] = true
					}
				}
			}
		}
	}
	if len(d.faces) != 5 {
		t.Fatalf("%d faces are in use, want all 5", len(d.faces))
	}
	composites := 0
	for _, f := range d.faces {
		ids := slices.Sorted(maps.Keys(f.shown))
		file, err := f.subset(ids)
		if err != nil {
			t.Fatal(err)
		}
		got, want := outlines(t, file), f.face
		for _, id := range ids {
			whole, err := want.outline(int(id))
			if err != nil {
				t.Fatal(err)
			}
			part, err := got.outline(int(id))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(bytes.TrimRight(whole, "\x00"), bytes.TrimRight(part, "\x00")) {
				t.Errorf("%s: glyph %d differs", f.name, id)
			}
			for _, p := range parts(whole) {
				composites++
				if of, err := got.outline(int(p)); err != nil || len(of) == 0 {
					t.Errorf("%s: glyph %d lacks its part %d", f.name, id, p)
				}
			}
		}
		if len(file) > 40_000 {
			t.Errorf("%s: the subset has %d bytes", f.name, len(file))
		}
	}
	if composites == 0 {
		t.Error("no glyph is made of others: the test tries nothing")
	}
}

// outlines reads a subset as a face without characters.
func outlines(t *testing.T, file []byte) *face {
	t.Helper()
	loader, err := opentype.NewLoader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	f := &face{tables: map[string][]byte{}}
	for _, tag := range embedded {
		if f.tables[tag], err = loader.RawTable(opentype.MustNewTag(tag)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// A composite glyph is an offset, a scale or a matrix for each part (OpenType,
// table glyf).
func TestParts(t *testing.T) {
	words := func(w ...uint16) []byte {
		var b []byte
		for _, v := range w {
			b = binary.BigEndian.AppendUint16(b, v)
		}
		return b
	}
	head := []uint16{0xffff, 0, 0, 0, 0} // contours: -1, and a box
	for _, tt := range []struct {
		rest []uint16
		want []font.GID
	}{
		{[]uint16{0x21, 7, 0, 0, 0x08, 8, 0, 0}, []font.GID{7, 8}},
		{[]uint16{0x20 | 0x08, 7, 0, 1, 0x20 | 0x40, 8, 0, 1, 2, 0x20 | 0x80, 9, 0, 1, 2, 3, 4, 0, 10, 0}, []font.GID{7, 8, 9, 10}},
		{[]uint16{0x21, 7}, []font.GID{7}}, // cut off
	} {
		if got := parts(words(slices.Concat(head, tt.rest)...)); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("parts(%x) = %v, want %v", tt.rest, got, tt.want)
		}
	}
	if got := parts(words(1, 0, 0, 0, 0, 0x21, 7, 0, 0)); got != nil {
		t.Errorf("a plain glyph has the parts %v", got)
	}
}
