package flows

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"chihai/store"
)

// This file holds what is said of a document, and which files may be one.

const (
	mostShelfTitle = 80 // how long the title of a document is, in letters
	mostTheme      = 36 // and that of a theme: it stands on a button
)

// documentLine is a document in one line.
func (t *Turn) documentLine(d *store.Document) string {
	return t.T("shelf.line", "title", d.Title, "kind", t.T("shelf.kind_"+string(d.Kind)), "languages", t.languagesText(d.Languages),
		"format", d.Format, "size", sizeText(d.Size))
}

// languagesText names languages.
func (t *Turn) languagesText(codes []string) string {
	var names []string
	for _, code := range codes {
		names = append(names, t.T("language."+code))
	}
	return strings.Join(names, ", ")
}

// describeDocument says all there is to say of d to staff.
func (t *Turn) describeDocument(d *store.Document) error {
	area, err := t.areaName(d.Area)
	if err != nil {
		return err
	}
	lines := []string{
		t.documentLine(d),
		t.T("shelf.about_theme", "theme", d.Theme),
		t.T("shelf.about_for", "readers", t.T("shelf.for_"+string(d.For)), "area", area),
	}
	if d.Version > 1 {
		lines = append(lines, t.T("shelf.about_version", "n", d.Version, "date", t.Date(t.Local(d.Changed))))
	}
	t.SayText(joined(lines))
	return nil
}

// sizeText is a size in bytes as people read it, rounded up.
func sizeText(bytes int) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KB", (bytes+1<<10-1)>>10)
	}
	return fmt.Sprintf("%d MB", (bytes+1<<20-1)>>20)
}

// documentFormats are the files that may stand on the shelf, by their endings:
// what a phone opens by itself. head says whether the first bytes of one are
// those of its format.
var documentFormats = map[string]func(head []byte) bool{
	"pdf":  func(head []byte) bool { return bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) },
	"docx": beginsWith("PK\x03\x04"),
	"xlsx": beginsWith("PK\x03\x04"),
	"pptx": beginsWith("PK\x03\x04"),
	"jpg":  beginsWith("\xff\xd8\xff"),
	"png":  beginsWith("\x89PNG\r\n\x1a\n"),
	"mp3": func(head []byte) bool { // with a tag (id3.org), or the sync word of a frame
		return beginsWith("ID3")(head) || len(head) > 1 && head[0] == 0xff && head[1]&0xe0 == 0xe0
	},
	"mp4": func(head []byte) bool { return len(head) > 8 && string(head[4:8]) == "ftyp" },
}

func beginsWith(magic string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

// formatsByType are the formats of files that have no name, by their media type:
// what was taken with the phone at once.
var formatsByType = map[string]string{
	"image/jpeg": "jpg", "image/png": "png", "audio/mpeg": "mp3", "video/mp4": "mp4", "application/pdf": "pdf",
}

// formatOf is the format of a file by its name, or, where it has none, by its
// media type; empty: it is none that may stand on the shelf.
func formatOf(name, kind string) string {
	if name == "" {
		return formatsByType[kind]
	}
	end := strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
	if end == "jpeg" {
		end = "jpg"
	}
	if documentFormats[end] == nil {
		return ""
	}
	return end
}

// titleOf is the title that the name of a file suggests; empty: it suggests none.
func titleOf(name string) string {
	name = strings.TrimSuffix(name, path.Ext(name))
	title, ok := readShelfTitle(strings.NewReplacer("_", " ", "-", " ").Replace(name))
	if !ok {
		return ""
	}
	return title
}

// readShelfTitle reads a title as it was typed. Braces stand for variables in what is
// sent, so there are none in it.
func readShelfTitle(text string) (string, bool) {
	text = strings.NewReplacer("{", "(", "}", ")").Replace(cleanText(text, 4*mostShelfTitle))
	return oneLine(text, 2, mostShelfTitle)
}
