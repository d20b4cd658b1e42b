package paper

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// This file reads back what the package writes, strictly and no other PDF, so
// that tests and the fuzzer see what a viewer sees without one being installed.

// A file is a PDF file that was taken apart.
type file struct {
	objects map[int]string // what stands before a stream
	streams map[int]string // decompressed
}

var (
	startxref  = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`)
	object     = regexp.MustCompile(`^(\d+) 0 obj\n`)
	length     = regexp.MustCompile(`/Length (\d+) `)
	reference  = regexp.MustCompile(`(\d+) 0 R`)
	resource   = regexp.MustCompile(`/F(\d+) (\d+) 0 R`)
	toUnicode  = regexp.MustCompile(`/ToUnicode (\d+) 0 R`)
	mapping    = regexp.MustCompile(`(?m)^<([0-9A-F]{4})> <([0-9A-F]+)>$`)
	actualText = regexp.MustCompile(`^/Span << /ActualText <FEFF([0-9A-F]*)> >> BDC$`)
	hexString  = regexp.MustCompile(`<([0-9A-F]*)>`)
)

// reading takes pdf apart. It fails where a table, a length or a reference is
// wrong.
func reading(pdf []byte) (*file, error) {
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.7\n")) {
		return nil, fmt.Errorf("no header")
	}
	m := startxref.FindSubmatch(pdf)
	if m == nil {
		return nil, fmt.Errorf("no end")
	}
	at, _ := strconv.Atoi(string(m[1]))
	lines := strings.Split(string(pdf[min(at, len(pdf)):]), "\n")
	if lines[0] != "xref" {
		return nil, fmt.Errorf("no table of objects at %d", at)
	}
	var first, count int
	if _, err := fmt.Sscanf(lines[1], "%d %d", &first, &count); err != nil || first != 0 {
		return nil, fmt.Errorf("table of objects begins with %q", lines[1])
	}
	f := &file{objects: map[int]string{}, streams: map[int]string{}}
	for n := 1; n < count; n++ {
		line := lines[2+n]
		offset, err := strconv.Atoi(line[:10])
		if err != nil || line[10:] != " 00000 n " {
			return nil, fmt.Errorf("entry of object %d is %q", n, line)
		}
		if err := f.object(pdf, offset, n); err != nil {
			return nil, fmt.Errorf("object %d: %w", n, err)
		}
	}
	for n, text := range f.objects {
		for _, ref := range reference.FindAllStringSubmatch(text, -1) {
			if to, _ := strconv.Atoi(ref[1]); f.objects[to] == "" {
				return nil, fmt.Errorf("object %d refers to %d, which there is not", n, to)
			}
		}
	}
	return f, nil
}

func (f *file) object(pdf []byte, offset, n int) error {
	if offset >= len(pdf) {
		return fmt.Errorf("lies outside of the file")
	}
	m := object.FindSubmatch(pdf[offset:])
	if m == nil || string(m[1]) != fmt.Sprint(n) {
		return fmt.Errorf("is not at %d", offset)
	}
	rest := pdf[offset+len(m[0]):]
	text, data, ok := bytes.Cut(rest, []byte(">>\nstream\n"))
	if end := bytes.Index(rest, []byte("\nendobj\n")); !ok || end < len(text) {
		f.objects[n] = string(rest[:end])
		return nil
	}
	f.objects[n] = string(text)
	size := length.FindSubmatch(text)
	if size == nil {
		return fmt.Errorf("stream without a length")
	}
	long, _ := strconv.Atoi(string(size[1]))
	if !bytes.HasPrefix(data[long:], []byte("\nendstream\nendobj\n")) {
		return fmt.Errorf("stream is not %d bytes long", long)
	}
	z, err := zlib.NewReader(bytes.NewReader(data[:long]))
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(z)
	f.streams[n] = string(plain)
	return err
}

// all is the text of all objects.
func (f *file) all() string {
	var b strings.Builder
	for _, n := range slices.Sorted(maps.Keys(f.objects)) {
		b.WriteString(f.objects[n] + "\n")
	}
	return b.String()
}

// pages are the contents of all pages.
func (f *file) pages() []string {
	var all []string
	for _, n := range slices.Sorted(maps.Keys(f.objects)) {
		if _, ref, ok := strings.Cut(f.objects[n], "/Contents "); ok {
			to, _ := strconv.Atoi(strings.Fields(ref)[0])
			all = append(all, f.streams[to])
		}
	}
	return all
}

func (f *file) contents() string { return strings.Join(f.pages(), "\n") }

// text is the text of all pages as it is copied, without line breaks.
func (f *file) text() string {
	var b strings.Builder
	fonts, font := f.fonts(), ""
	spoken := false // by the span as a whole
	for line := range strings.SplitSeq(f.contents(), "\n") {
		switch m := actualText.FindStringSubmatch(line); {
		case m != nil:
			b.WriteString(fromHex(m[1]))
			spoken = true
		case line == "EMC":
			spoken = false
		case strings.HasSuffix(line, " Tf"):
			font, _, _ = strings.Cut(line, " ")
		case strings.HasSuffix(line, " TJ") && !spoken:
			for _, codes := range hexString.FindAllStringSubmatch(line, -1) {
				for code := range slices.Chunk([]byte(codes[1]), 4) {
					b.WriteString(fonts[font][string(code)])
				}
			}
		}
	}
	return b.String()
}

// fonts say what text each glyph stands for, by the name of the font.
func (f *file) fonts() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, m := range resource.FindAllStringSubmatch(f.all(), -1) {
		n, _ := strconv.Atoi(m[2])
		ref := toUnicode.FindStringSubmatch(f.objects[n])
		to, _ := strconv.Atoi(ref[1])
		all["/F"+m[1]] = map[string]string{}
		for _, pair := range mapping.FindAllStringSubmatch(f.streams[to], -1) {
			all["/F"+m[1]][pair[1]] = fromHex(pair[2])
		}
	}
	return all
}

func fromHex(s string) string {
	raw, _ := hex.DecodeString(s)
	var units []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}
