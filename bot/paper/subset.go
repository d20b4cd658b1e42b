package paper

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

// errGlyphs says that the tables of a font contradict one another.
var errGlyphs = errors.New("a glyph lies outside of its table")

// subset returns a TrueType file that has only the outlines of ids and of what
// these are made of. Glyphs keep their numbers: the others are there, empty, so
// that no table that counts glyphs has to change. The tables are those of the
// OpenType specification: glyf, head, loca.
func (f *face) subset(ids []font.GID) ([]byte, error) {
	wanted := map[int]bool{}
	for queue := slices.Clone(ids); len(queue) > 0; queue = queue[1:] {
		id := int(queue[0])
		if wanted[id] {
			continue
		}
		wanted[id] = true
		outline, err := f.outline(id)
		if err != nil {
			return nil, err
		}
		queue = append(queue, parts(outline)...)
	}

	var glyf, loca []byte
	for id := range f.glyphs() {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf))) // #nosec G115 -- a font is smaller than 4 GB
		if wanted[id] {
			outline, err := f.outline(id)
			if err != nil {
				return nil, err
			}
			glyf = pad(append(glyf, outline...))
		}
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf))) // #nosec G115 -- as above
	head := slices.Clone(f.tables["head"])
	binary.BigEndian.PutUint16(head[50:], 1) // loca has 32 bits

	var tables []opentype.Table
	for _, tag := range embedded {
		content := f.tables[tag]
		switch tag {
		case "glyf":
			content = glyf
		case "head":
			content = head
		case "loca":
			content = loca
		}
		tables = append(tables, opentype.Table{Tag: opentype.MustNewTag(tag), Content: pad(slices.Clone(content))})
	}
	return opentype.WriteTTF(tables), nil
}

// glyphs is how many glyphs the face has.
func (f *face) glyphs() int { return int(binary.BigEndian.Uint16(f.tables["maxp"][4:])) }

// outline is the description of a glyph; empty: it shows nothing.
func (f *face) outline(id int) ([]byte, error) {
	loca, glyf := f.tables["loca"], f.tables["glyf"]
	var from, to int
	if binary.BigEndian.Uint16(f.tables["head"][50:]) == 0 { // 16 bits, in units of two bytes
		if 2*id+4 > len(loca) {
			return nil, errGlyphs
		}
		from, to = 2*int(binary.BigEndian.Uint16(loca[2*id:])), 2*int(binary.BigEndian.Uint16(loca[2*id+2:]))
	} else {
		if 4*id+8 > len(loca) {
			return nil, errGlyphs
		}
		from, to = int(binary.BigEndian.Uint32(loca[4*id:])), int(binary.BigEndian.Uint32(loca[4*id+4:]))
	}
	if from > to || to > len(glyf) {
		return nil, errGlyphs
	}
	return glyf[from:to], nil
}

// parts are the glyphs of which a composite one is made.
func parts(outline []byte) []font.GID {
	if len(outline) < 10 || outline[0] < 0x80 { // the number of contours is negative for composites
		return nil
	}
	// Flags of the table glyf.
	const (
		words, scale, more, scales, matrix = 0x1, 0x8, 0x20, 0x40, 0x80
	)
	var ids []font.GID
	for rest := outline[10:]; len(rest) >= 4; {
		flags := binary.BigEndian.Uint16(rest)
		ids = append(ids, font.GID(binary.BigEndian.Uint16(rest[2:])))
		size := 6
		if flags&words != 0 {
			size += 2
		}
		switch {
		case flags&scale != 0:
			size += 2
		case flags&scales != 0:
			size += 4
		case flags&matrix != 0:
			size += 8
		}
		if flags&more == 0 || size > len(rest) {
			break
		}
		rest = rest[size:]
	}
	return ids
}

// pad fills b up to a multiple of four bytes, at which tables and outlines
// begin.
func pad(b []byte) []byte {
	return append(b, make([]byte, -len(b)&3)...)
}
