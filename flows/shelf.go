package flows

import (
	"slices"
	"strings"

	"chihai/store"

	"golang.org/x/text/collate"
	vietnamese "golang.org/x/text/language"
)

// shelf is where documents and scripts of meetings are looked for and fetched:
// by theme, or by a few words. Staff are led on to what can be done with those
// of their areas; to all others the file is sent.
func shelf() *Flow {
	return &Flow{
		Name:     "shelf",
		Triggers: []string{"command.shelf", "menu.shelf"},
		Steps: []Step{
			{Name: "themes", Ask: askThemes, Take: takeThemes},
			{Name: "list", Ask: askDocuments, Take: takeDocuments},
			{Name: "again", Ask: func(t *Turn) error { return t.Goto("list") }},
		},
	}
}

// shelfPage is how many themes or documents one message offers.
const shelfPage = 6

func askThemes(t *Turn) error {
	t.Forget("search")
	t.Forget("theme")
	found, err := t.documents("", "")
	if err != nil {
		return err
	}
	keeps, err := t.Holds(store.Staff, "*")
	if err != nil {
		return err
	}
	if len(found) == 0 {
		t.Say("shelf.empty")
	} else {
		t.Say("shelf.themes")
	}
	if keeps {
		t.Offer(Pick("put", "shelf.put"), Pick("sent", "shelf.sent"))
	}
	themes := themesOf(found)
	skip := min(t.Count("skip"), len(themes))
	seen := map[string]bool{}
	for _, theme := range themes[skip:min(len(themes), skip+shelfPage)] {
		t.Offer(PickText(themeHead+theme.document, unlike(seen, t.apart(theme.name))))
	}
	if len(themes) > skip+shelfPage {
		t.Offer(Pick("more", "register.more"))
	}
	if skip > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	return nil
}

func takeThemes(t *Turn) error {
	id := t.Chosen()
	switch {
	case strings.HasPrefix(id, themeHead):
		theme, err := t.chosenTheme()
		if err != nil {
			return err
		}
		t.Set("theme", theme)
		t.Forget("skip")
		return nil
	case id == "put":
		return t.Start("shelf_put", nil)
	case id == "sent":
		return t.Start("shelf_sent", nil)
	case id == "more":
		t.Set("skip", t.Count("skip")+shelfPage)
		return t.Stay()
	case id == "first":
		t.Forget("skip")
		return t.Stay()
	}
	return t.searchShelf("")
}

// searchShelf looks for what she has typed, in the theme.
func (t *Turn) searchShelf(theme string) error {
	words := cleanText(t.Words(), 60)
	if store.Fold(words) == "" {
		return t.Again("engine.unclear")
	}
	found, err := t.documents(theme, words)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return t.Again("shelf.none_found", "search", words)
	}
	t.Set("search", words)
	t.Forget("skip")
	return t.Goto("list")
}

func askDocuments(t *Turn) error {
	theme, search := t.Note("theme"), t.Note("search")
	found, err := t.documents(theme, search)
	if err != nil {
		return err
	}
	if len(found) == 0 { // the last of them was taken off meanwhile
		t.Forget("skip")
		return t.Goto("themes")
	}
	if search != "" {
		t.Say("shelf.found", "search", search)
	} else {
		t.Say("shelf.theme", "theme", theme)
	}
	skip := t.Count("skip")
	if skip >= len(found) {
		skip = 0
	}
	var lines []string
	seen := map[string]bool{}
	for _, d := range found[skip:min(len(found), skip+shelfPage)] {
		lines = append(lines, "• "+t.documentLine(d))
		t.Offer(PickText(d.ID, unlike(seen, t.apart(d.Title))))
	}
	t.SayText(joined(lines))
	if len(found) > skip+shelfPage {
		t.Offer(Pick("more", "register.more"))
	}
	if skip > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	t.Offer(Pick("themes", "shelf.all_themes"))
	return nil
}

func takeDocuments(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.searchShelf(t.Note("theme"))
	case "more":
		t.Set("skip", t.Count("skip")+shelfPage)
		return t.Stay()
	case "first":
		t.Forget("skip")
		return t.Stay()
	case "themes":
		t.Forget("skip")
		return t.Goto("themes")
	default:
		d, err := t.Document(id)
		if err != nil {
			return err
		}
		r, err := t.shelfReader()
		if err != nil {
			return err
		}
		if d.Off.IsZero() && r.keeps(d) {
			return t.Call("shelf_one", documentNote{Document: id})
		}
		if may, err := r.may(d.For, d.Area); err != nil {
			return err
		} else if !may || !d.Off.IsZero() {
			t.Say("shelf.gone")
			return t.Stay()
		}
		if err := t.fetch(d); err != nil {
			return err
		}
		return t.Stay()
	}
}

// fetch sends her the file of d.
func (t *Turn) fetch(d *store.Document) error {
	t.SayFile(d.File, "shelf.here", "title", d.Title)
	return t.CountFetch(d.ID, t.Member.ID)
}

// documents are those that she may fetch, of the theme unless it is empty, that
// have all words of search in title, theme or kind; in the order of the alphabet.
func (t *Turn) documents(theme, search string) ([]*store.Document, error) {
	r, err := t.shelfReader()
	if err != nil {
		return nil, err
	}
	words := strings.Fields(store.Fold(search))
	var found []*store.Document
	for d, err := range t.Documents() {
		if err != nil {
			return nil, err
		}
		if theme != "" && d.Theme != theme {
			continue
		}
		folded := store.Fold(d.Title + " " + d.Theme + " " + t.T("shelf.kind_"+string(d.Kind)) + " " + d.Format)
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(folded, w) }) {
			continue
		}
		if may, err := r.may(d.For, d.Area); err != nil {
			return nil, err
		} else if may {
			found = append(found, d)
		}
	}
	order := collate.New(vietnamese.Vietnamese)
	slices.SortStableFunc(found, func(a, b *store.Document) int { return order.CompareString(a.Title, b.Title) })
	return found, nil
}

// A shelfTheme is a theme, and one of its documents: a choice is known by that
// one's id, as what staff have typed stands in no id.
type shelfTheme struct{ name, document string }

// themeHead begins the id of a choice that is a theme; the id of a document of it
// follows.
const themeHead = "theme/"

// themesOf are the themes of the documents, each once, in the order of the
// alphabet.
func themesOf(all []*store.Document) []shelfTheme {
	var themes []shelfTheme
	for _, d := range all {
		if !slices.ContainsFunc(themes, func(o shelfTheme) bool { return o.name == d.Theme }) {
			themes = append(themes, shelfTheme{d.Theme, d.ID})
		}
	}
	order := collate.New(vietnamese.Vietnamese)
	slices.SortFunc(themes, func(a, b shelfTheme) int { return order.CompareString(a.name, b.name) })
	return themes
}

// chosenTheme is the theme that was chosen.
func (t *Turn) chosenTheme() (string, error) {
	d, err := t.Document(strings.TrimPrefix(t.Chosen(), themeHead))
	if err != nil {
		return "", err
	}
	return d.Theme, nil
}
