package flows

import (
	"errors"
	"slices"
	"time"

	"chihai/store"
)

// shelfPut puts a document on the shelf, or gives one that stands there another
// file. What she says of it is kept in notes until she confirms it; the file is
// kept for a day until then.
func shelfPut() *Flow {
	return &Flow{
		Name:  "shelf_put",
		Title: "shelf.put",
		Role:  store.Staff,
		Steps: []Step{
			{Name: "file", Ask: askShelfFile, Take: takeShelfFile, Hears: []Kind{File}},
			{Name: "fetch", Ask: askShelfFetch, Take: takeShelfFetch},
			{Name: "title", Ask: askTitle, Take: takeTitle, Free: true},
			{Name: "theme", Ask: askTheme, Take: takeTheme(func(t *Turn, theme string) error { t.Set("theme", theme); return nil }), Free: true},
			{Name: "kind", Ask: askDocumentKind, Take: takeDocumentKind},
			{Name: "language", Ask: askDocumentLanguage, Take: takeDocumentLanguage},
			{Name: "for", Ask: askReaders, Take: takeReaders(func(t *Turn, r store.Readers) error { t.Set("for", r); return nil })},
			{Name: "area", Ask: askDocumentArea, Take: takeDocumentArea},
			{Name: "check", Ask: askPut, Take: takePut},
			{Name: "replace", Ask: askReplace, Take: takeReplace},
		},
		Hear: hearShelfFile,
	}
}

// A documentNote says which document it is.
type documentNote struct {
	Document string `json:"document"`          // ID; empty: a new one
	Revision int    `json:"revision,omitzero"` // that she has seen
}

// A shelfFile is a file that was sent for the shelf, as it is kept in a note.
type shelfFile struct {
	ID     string `json:"id"`
	Format string `json:"format"`
	Title  string `json:"title,omitzero"` // that its name suggests
	Size   int    `json:"size"`           // in bytes
}

// waitingFile is for how long the file of a document that is not confirmed yet is
// kept.
const waitingFile = 24 * time.Hour

func askShelfFile(t *Turn) error {
	d, err := t.replaced()
	if err != nil || t.move.kind != none {
		return err
	}
	if d != nil {
		t.Say("shelf.replace_ask", "title", d.Title, "most", mostMB)
	} else {
		t.Say("shelf.file_ask", "most", mostMB)
	}
	return nil
}

// replaced is the document that gets another file; nil: it is a new one, or, with
// the talk going on elsewhere, it is gone.
func (t *Turn) replaced() (*store.Document, error) {
	var n documentNote
	t.Get("shelf_put", &n)
	if n.Document == "" {
		return nil, nil
	}
	return t.keptDocument(n.Document)
}

func takeShelfFile(t *Turn) error {
	if t.Input.Kind != File {
		return t.Again("shelf.file_again")
	}
	f := t.Input.File
	switch {
	case formatOf(f.Name, f.Type) == "":
		return t.Again("shelf.file_format")
	case f.Size > store.MaxFile:
		return t.Again("shelf.file_large", "n", int((f.Size+1<<20-1)>>20), "most", mostMB)
	case f.ID == "":
		return t.Again("shelf.file_failed")
	}
	if err := t.dropShelfFile(); err != nil {
		return err
	}
	t.Forget("fetched")
	t.Set("asked", f.ID)
	if err := t.Task(FetchWork, FetchFile{Channel: t.Input.Channel, ID: f.ID, Name: f.Name, Type: f.Type}); err != nil {
		return err
	}
	return t.Goto("fetch")
}

// dropShelfFile deletes the file that she sent before another one.
func (t *Turn) dropShelfFile() error {
	var f shelfFile
	if !t.Get("file", &f) {
		return nil
	}
	t.Forget("file")
	return t.dropFetched(f.ID)
}

func askShelfFetch(t *Turn) error {
	if t.Count("fetched") == 0 {
		t.Say("shelf.file_wait")
		return nil
	}
	var f shelfFile
	var n documentNote
	t.Get("shelf_put", &n)
	switch {
	case !t.Get("file", &f):
		return t.Goto("file")
	case n.Document != "":
		return t.Goto("replace")
	}
	return t.Goto("title")
}

func takeShelfFetch(t *Turn) error { return t.Again("shelf.file_patience") }

// hearShelfFile hears what came of fetching a file. When she does not wait for it
// any more it is deleted.
func hearShelfFile(t *Turn) error {
	var ask FetchFile
	var got Fetched
	if _, err := t.outcome(&ask, &got); err != nil {
		return err
	}
	asked := ""
	if !t.Held("asked", &asked) || asked != ask.ID || !t.Watches("fetch") {
		return t.dropFetched(got.File)
	}
	switch {
	case got.TooLarge:
		t.Say("shelf.file_too_large", "most", mostMB)
	case got.File == "":
		t.Say("shelf.file_failed")
	default:
		if err := t.holdShelfFile(ask, got.File); err != nil {
			return err
		}
	}
	if err := t.Hold("fetched", 1); err != nil {
		return err
	}
	return t.Stay()
}

// holdShelfFile writes down the file with id for the talk, if it is what its name
// says.
func (t *Turn) holdShelfFile(ask FetchFile, id string) error {
	stored, head, err := t.FileHead(id)
	if errors.Is(err, store.ErrNotFound) {
		t.Say("shelf.file_failed")
		return nil
	}
	if err != nil {
		return err
	}
	format := formatOf(ask.Name, ask.Type)
	if format == "" || !documentFormats[format](head) {
		t.Say("shelf.file_other", "format", format)
		return t.dropFetched(id)
	}
	return errors.Join(
		t.ShortenFile(id, waitingFile),
		t.Hold("file", shelfFile{ID: id, Format: format, Title: titleOf(ask.Name), Size: stored.Size}),
	)
}

// shelfFileNote is the file that she has sent. Where it was deleted, because she
// came back after more than a day, she is told so, and asked for it again.
func (t *Turn) shelfFileNote() (f shelfFile, ok bool, err error) {
	t.Get("file", &f)
	_, _, err = t.FileHead(f.ID)
	if f.ID == "" || errors.Is(err, store.ErrNotFound) {
		t.Say("shelf.file_gone")
		t.Forget("file")
		return f, false, t.Goto("file")
	}
	return f, err == nil, err
}

func askTitle(t *Turn) error {
	var f shelfFile
	t.Get("file", &f)
	t.Say("shelf.title_ask")
	if f.Title != "" {
		t.Offer(PickText("suggested", cut(f.Title, mostLabel)))
	}
	return nil
}

func takeTitle(t *Turn) error {
	var f shelfFile
	t.Get("file", &f)
	title, ok := f.Title, true
	if t.Chosen() != "suggested" {
		title, ok = readShelfTitle(t.Words())
	}
	if !ok {
		return t.Again("shelf.title_again", "most", mostShelfTitle)
	}
	t.Set("title", title)
	t.About(title)
	return t.Goto("theme")
}

// askTheme offers the themes that there are; another one is typed.
func askTheme(t *Turn) error {
	t.Say("shelf.theme_ask", "most", mostTheme)
	found, err := t.documents("", "")
	if err != nil {
		return err
	}
	themes := themesOf(found)
	seen := map[string]bool{}
	for _, theme := range themes[:min(len(themes), mostThemes)] {
		t.Offer(short(themeHead+theme.document, unlike(seen, t.apart(theme.name))))
	}
	return nil
}

// mostThemes is how many themes are offered when one is chosen.
const mostThemes = 20

// takeTheme takes a theme and hands it to keep. One that is typed and reads like
// one that there is, but for diacritics and case, is that one.
func takeTheme(keep func(*Turn, string) error) func(*Turn) error {
	return func(t *Turn) error {
		theme, err := "", error(nil)
		if t.Chosen() != "" {
			if theme, err = t.chosenTheme(); err != nil {
				return err
			}
		} else {
			var ok bool
			if theme, ok = oneLine(cleanText(t.Words(), 4*mostTheme), 2, mostTheme); !ok || store.Fold(theme) == "" {
				return t.Again("shelf.theme_again", "most", mostTheme)
			}
			found, err := t.documents("", "")
			if err != nil {
				return err
			}
			for _, was := range themesOf(found) {
				if store.Fold(was.name) == store.Fold(theme) {
					theme = was.name
				}
			}
		}
		return keep(t, theme)
	}
}

func askDocumentKind(t *Turn) error {
	t.Say("shelf.kind_ask")
	t.Offer(Pick(string(store.Leaflet), "shelf.kind_document"), Pick(string(store.Script), "shelf.kind_script"))
	return nil
}

func takeDocumentKind(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	t.Set("kind", t.Chosen())
	return nil
}

func askDocumentLanguage(t *Turn) error {
	t.Say("shelf.language_ask")
	t.Offer(Pick("vi", "language.vi"), Pick("km", "language.km"), Pick("vi km", "shelf.language_both"), Pick("en", "language.en"))
	return nil
}

func takeDocumentLanguage(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "vi km":
		t.Set("languages", []string{"vi", "km"})
	default:
		t.Set("languages", []string{id})
	}
	return nil
}

func askReaders(t *Turn) error {
	t.Say("shelf.for_ask")
	t.Offer(Option{ID: string(store.ForFacilitators), Label: "shelf.for_facilitators", Wide: true},
		Option{ID: string(store.ForMembers), Label: "shelf.for_members", Wide: true},
		Option{ID: string(store.ForStaff), Label: "shelf.for_staff", Wide: true})
	return nil
}

// takeReaders takes who may fetch a document and hands it to keep.
func takeReaders(keep func(*Turn, store.Readers) error) func(*Turn) error {
	return func(t *Turn) error {
		if t.Chosen() == "" {
			return t.Again("engine.unclear")
		}
		return keep(t, store.Readers(t.Chosen()))
	}
}

// askDocumentArea asks for which of her areas it is, when she has several.
func askDocumentArea(t *Turn) error {
	own, err := t.ownAreas()
	if err != nil {
		return err
	}
	if len(own) < 2 {
		return t.Goto("check")
	}
	t.Say("shelf.area_ask")
	for _, a := range own {
		t.Offer(PickText(a.Code, cut(a.Name, mostLabel)))
	}
	return nil
}

func takeDocumentArea(t *Turn) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	t.Set("area", t.Chosen())
	return nil
}

// newDocument is the document as she has described it. Its area is one of hers
// now, whatever she chose before.
func (t *Turn) newDocument(f shelfFile) (*store.Document, error) {
	d := &store.Document{By: t.Member.ID, File: f.ID, Format: f.Format, Size: f.Size, Title: t.Note("title"), Theme: t.Note("theme"), Version: 1}
	t.Get("kind", &d.Kind)
	t.Get("languages", &d.Languages)
	t.Get("for", &d.For)
	own, err := t.ownAreas()
	if err != nil {
		return nil, err
	}
	at := max(0, slices.IndexFunc(own, func(a *store.Area) bool { return a.Code == t.Note("area") }))
	if len(own) > 0 {
		d.Area = own[at].Code
		return d, nil
	}
	scopes, err := t.Scopes(store.Staff) // the tree knows none of them
	if err == nil {
		d.Area = scopes[0]
	}
	return d, err
}

func askPut(t *Turn) error {
	f, ok, err := t.shelfFileNote()
	if err != nil || !ok {
		return err
	}
	d, err := t.newDocument(f)
	if err != nil {
		return err
	}
	t.Say("shelf.check")
	if err := t.describeDocument(d); err != nil {
		return err
	}
	t.Offer(Option{ID: "yes", Label: "shelf.put_yes", Wide: true})
	return nil
}

func takePut(t *Turn) error {
	if t.Chosen() != "yes" {
		return t.Again("engine.unclear")
	}
	f, ok, err := t.shelfFileNote()
	if err != nil || !ok {
		return err
	}
	d, err := t.newDocument(f)
	if err != nil {
		return err
	}
	if err := t.AddDocument(d); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "put document", d.ID); err != nil {
		return err
	}
	t.Say("shelf.put_done")
	return t.Start("shelf_one", documentNote{Document: d.ID})
}

func askReplace(t *Turn) error {
	d, err := t.replaced()
	if err != nil || t.move.kind != none {
		return err
	}
	if _, ok, err := t.shelfFileNote(); err != nil || !ok {
		return err
	}
	t.Set("shelf_put", documentNote{Document: d.ID, Revision: d.Revision})
	t.Say("shelf.replace_sure", "title", d.Title)
	t.Offer(Option{ID: "yes", Label: "shelf.replace_yes", Wide: true})
	return nil
}

func takeReplace(t *Turn) error {
	if t.Chosen() != "yes" {
		return t.Again("engine.unclear")
	}
	d, err := t.replaced()
	if err != nil || t.move.kind != none {
		return err
	}
	f, ok, err := t.shelfFileNote()
	if err != nil || !ok {
		return err
	}
	var n documentNote
	t.Get("shelf_put", &n)
	_, err = t.ChangeDocument(d.ID, n.Revision, func(d *store.Document) { d.File, d.Format = f.ID, f.Format })
	if errors.Is(err, store.ErrChanged) {
		t.Say("shelf.changed_meanwhile")
		return t.Stay()
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "replace document", d.ID); err != nil {
		return err
	}
	t.Say("shelf.replaced")
	return t.Start("shelf_one", documentNote{Document: d.ID})
}
