package flows

import (
	"errors"

	"chihai/store"
)

// shelfOne shows staff one document of their areas, and what can be done with it.
func shelfOne() *Flow {
	return &Flow{
		Name: "shelf_one",
		Role: store.Staff,
		Steps: []Step{
			{Name: "one", Ask: askDocument, Take: takeDocument},
			{Name: "title", Ask: askDocumentTitle, Take: takeDocumentTitle, Free: true},
			{Name: "theme", Ask: askTheme, Take: takeTheme(moveDocument), Free: true},
			{Name: "for", Ask: askReaders, Take: takeReaders(openDocument)},
			{Name: "off", Ask: askOff, Take: takeOff},
		},
	}
}

// keptDocument is the document with id, if it stands on the shelf and is hers to
// change. If not she is told so and shown the shelf, and the result is nil.
func (t *Turn) keptDocument(id string) (*store.Document, error) {
	d, err := t.Document(id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err == nil && d.Off.IsZero() {
		r, err := t.shelfReader()
		if err != nil {
			return nil, err
		}
		if r.keeps(d) {
			return d, nil
		}
	}
	t.Say("shelf.gone")
	return nil, t.Start("shelf", nil)
}

// oneDocument is the document that the flow shelf_one is about, as
// [Turn.keptDocument].
func (t *Turn) oneDocument() (*store.Document, error) {
	var n documentNote
	t.Get("shelf_one", &n)
	return t.keptDocument(n.Document)
}

func askDocument(t *Turn) error {
	d, err := t.oneDocument()
	if err != nil || d == nil {
		return err
	}
	t.seeDocument(d)
	if err := t.describeDocument(d); err != nil {
		return err
	}
	n, err := t.Fetches(d.ID)
	if err != nil {
		return err
	}
	t.Say("shelf.fetched", "n", n)
	t.Offer(Pick("send", "shelf.send"), Pick("open", "shelf.open"), Pick("replace", "shelf.replace"), Pick("title", "shelf.rename"),
		Pick("theme", "shelf.move"), Pick("for", "shelf.readers"), Pick("off", "shelf.off"))
	return nil
}

// seeDocument notes which revision of d she has seen.
func (t *Turn) seeDocument(d *store.Document) {
	t.Set("shelf_one", documentNote{Document: d.ID, Revision: d.Revision})
}

func takeDocument(t *Turn) error {
	d, err := t.oneDocument()
	if err != nil || d == nil {
		return err
	}
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "open":
		if err := t.fetch(d); err != nil {
			return err
		}
		return t.Stay()
	case "send":
		if d.For == store.ForStaff {
			t.Say("shelf.send_staff")
			return t.Stay()
		}
		return t.Start("shelf_send", documentNote{Document: d.ID})
	case "replace":
		return t.Start("shelf_put", documentNote{Document: d.ID})
	default:
		return t.Goto(id)
	}
}

// changeDocument changes the document, unless somebody else has done so since she
// saw it, and shows it again.
func (t *Turn) changeDocument(change func(*store.Document)) error {
	d, err := t.oneDocument()
	if err != nil || d == nil {
		return err
	}
	var n documentNote
	t.Get("shelf_one", &n)
	_, err = t.ChangeDocument(d.ID, n.Revision, change)
	if errors.Is(err, store.ErrChanged) {
		t.Say("shelf.changed_meanwhile")
		return t.Goto("one")
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "change document", d.ID); err != nil {
		return err
	}
	t.Say("shelf.changed")
	return t.Goto("one")
}

func askDocumentTitle(t *Turn) error {
	t.Say("shelf.rename_ask")
	return nil
}

func takeDocumentTitle(t *Turn) error {
	title, ok := readShelfTitle(t.Words())
	if !ok {
		return t.Again("shelf.title_again", "most", mostShelfTitle)
	}
	return t.changeDocument(func(d *store.Document) { d.Title = title })
}

func moveDocument(t *Turn, theme string) error {
	return t.changeDocument(func(d *store.Document) { d.Theme = theme })
}

func openDocument(t *Turn, readers store.Readers) error {
	return t.changeDocument(func(d *store.Document) { d.For = readers })
}

func askOff(t *Turn) error {
	d, err := t.oneDocument()
	if err != nil || d == nil {
		return err
	}
	t.Say("shelf.off_sure", "title", d.Title)
	t.Offer(Option{ID: "yes", Label: "shelf.off_yes", Wide: true}, Option{ID: "no", Label: "shelf.off_no", Wide: true})
	return nil
}

func takeOff(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return t.Goto("one")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	d, err := t.oneDocument()
	if err != nil || d == nil {
		return err
	}
	if _, err := t.TakeOff(d.ID); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "take document off", d.ID); err != nil {
		return err
	}
	t.Say("shelf.off_done", "title", d.Title)
	return t.Start("shelf", nil)
}
