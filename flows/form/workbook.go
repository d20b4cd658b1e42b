package form

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Bounds of an uploaded workbook. The largest real form known here has 0.5 MB and unpacks to 5 MB.
const (
	MaxFile  = 20 << 20 // bytes of a file; larger ones are refused before they are opened
	maxPart  = 48 << 20 // bytes of one unpacked part of it: a bomb unpacks to more
	maxParts = 10_000
	maxCells = 1 << 20 // cells that say something, in all sheets together
)

// The sheets that pyxform knows. A workbook's other sheets are not read, whatever is in them.
var formSheets = [...]string{"survey", "choices", "settings", "external_choices", "entities", "osm"}

// Open reads the cells of an .xlsx file: those of the sheets that make a form, and of the sheets
// named in also; other sheets are listed with their names alone. Without a sheet survey all are read:
// one of them may be a simple sheet. [MistakeSheet] is passed over. name is the form's where the
// workbook gives none. The workbook is nil when one of the findings says why it cannot be read.
//
// The parts are read by this package as a stream: a library that builds the whole sheet in memory
// makes a million rows of one stray cell in the last row, or 16,384 cells of each in the last column.
func Open(name string, file []byte, also ...string) (*Workbook, []Finding) {
	fs := &findings{}
	w, code := open(name, file, also, fs)
	if code != "" {
		fs.add("", "", code)
		return nil, fs.done(nil)
	}
	return w, fs.done(w.names())
}

func open(name string, file []byte, also []string, fs *findings) (*Workbook, Code) {
	if len(file) > MaxFile {
		return nil, FileTooLarge
	}
	// The header of an OLE container, [MS-CFB] 2.2: an .xls, or an .xlsx under a password.
	if bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) {
		if bytes.Contains(file, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
			return nil, FilePassword
		}
		return nil, FileXLS
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil || len(z.File) > maxParts {
		return nil, FileNotWorkbook
	}
	p := parts{z}
	if p.find("content.xml") != nil && p.find("mimetype") != nil {
		return nil, FileODS
	}
	index, err := readIndex(p)
	switch {
	case errors.Is(err, errBomb):
		return nil, FileUnpacks
	case err != nil:
		return nil, FileNotWorkbook
	}
	if p.find("xl/vbaProject.bin") != nil {
		fs.add("", "", FileMacros)
	}

	w := &Workbook{Name: name}
	r := cellReader{strings: index.strings, styles: index.styles, from1904: index.from1904, left: maxCells, findings: fs}
	survey := slices.ContainsFunc(index.sheets, func(s indexSheet) bool { return strings.EqualFold(strings.TrimSpace(s.name), "survey") })
	for _, s := range index.sheets {
		if strings.EqualFold(strings.TrimSpace(s.name), MistakeSheet) {
			continue // ours, from the time before
		}
		sheet := &Sheet{Name: s.name, Hidden: s.hidden}
		w.Sheets = append(w.Sheets, sheet)
		wanted := func(names []string) bool {
			return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(s.name)) })
		}
		if survey && !wanted(formSheets[:]) && !wanted(also) {
			continue
		}
		read, err := r.sheet(s.name, p, s.part)
		switch {
		case errors.Is(err, errBomb):
			return nil, FileUnpacks
		case err != nil:
			return nil, FileDamaged
		}
		sheet.Header, sheet.Rows = read.Header, read.Rows
		if s.hidden {
			fs.add(s.name, "", SheetHidden)
		}
	}
	return w, ""
}

// errBomb is returned when a part unpacks to more than [maxPart], or the sheets have more than
// [maxCells] cells.
var errBomb = errors.New("unpacks to more than a form can be")

// parts are the members of the container, found as Excel finds them: without regard to case, and
// with either slash.
type parts struct{ z *zip.Reader }

func (p parts) find(name string) *zip.File {
	for _, f := range p.z.File {
		if strings.EqualFold(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"), name) {
			return f
		}
	}
	return nil
}

// decode hands the tokens of a part over until take says that it has enough, or the part ends. A
// part that is not there has no tokens.
func (p parts) decode(name string, take func(*xml.Decoder, xml.Token) (more bool, err error)) error {
	f := p.find(name)
	if f == nil {
		return nil
	}
	if f.UncompressedSize64 > maxPart {
		return errBomb
	}
	open, err := f.Open()
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	defer open.Close()
	d := xml.NewDecoder(io.LimitReader(open, maxPart))
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if more, err := take(d, t); err != nil || !more {
			return err
		}
	}
}

// An index is what the parts around the sheets say. Names of elements and attributes: ECMA-376,
// part 1, chapter 18.
type index struct {
	sheets   []indexSheet
	strings  []string
	styles   []style
	from1904 bool // dates count from 1904, as on old Macintoshes
}

type indexSheet struct {
	name, part string
	hidden     bool
}

func readIndex(p parts) (index, error) {
	var x index
	book := "xl/workbook.xml"
	err := p.decode("_rels/.rels", func(_ *xml.Decoder, t xml.Token) (bool, error) {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "Relationship" && strings.HasSuffix(attr(e, "Type"), "/officeDocument") {
			book = target("", attr(e, "Target"))
		}
		return true, nil
	})
	if err != nil {
		return x, err
	}
	dir := path.Dir(book)
	targets := map[string]string{}
	shared, styles := dir+"/sharedStrings.xml", dir+"/styles.xml"
	err = p.decode(dir+"/_rels/"+path.Base(book)+".rels", func(_ *xml.Decoder, t xml.Token) (bool, error) {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "Relationship" {
			to := target(dir, attr(e, "Target"))
			targets[attr(e, "Id")] = to
			switch path.Base(attr(e, "Type")) {
			case "sharedStrings":
				shared = to
			case "styles":
				styles = to
			}
		}
		return true, nil
	})
	if err != nil {
		return x, err
	}
	err = p.decode(book, func(_ *xml.Decoder, t xml.Token) (bool, error) {
		e, ok := t.(xml.StartElement)
		if !ok {
			return true, nil
		}
		switch e.Name.Local {
		case "workbookPr":
			x.from1904 = attr(e, "date1904") == "1" || attr(e, "date1904") == "true"
		case "sheet":
			part, ok := targets[attr(e, "id")]
			if !ok || !strings.Contains(part, "sheets/") || strings.Contains(part, "chartsheets/") {
				break // a chart has no cells
			}
			state := attr(e, "state")
			x.sheets = append(x.sheets, indexSheet{attr(e, "name"), part, state == "hidden" || state == "veryHidden"})
		}
		return true, nil
	})
	if err != nil {
		return x, err
	}
	if len(x.sheets) == 0 {
		return x, errors.New("no sheets")
	}
	if x.strings, err = readStrings(p, shared); err != nil {
		return x, err
	}
	x.styles, err = readStyles(p, styles)
	return x, err
}

// target resolves the target of a relationship against the folder it stands in.
func target(dir, to string) string {
	if strings.HasPrefix(to, "/") {
		return strings.TrimPrefix(to, "/")
	}
	return path.Join(dir, to)
}

// attr is the value of an attribute, whatever its namespace.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
