package flows

import (
	"strings"

	"chihai/locales"
	"chihai/store"
)

// shelfSend begins a broadcast that brings a document: it asks for a line or two,
// and leaves the rest to the flow by which every broadcast is made.
func shelfSend() *Flow {
	return &Flow{
		Name:  "shelf_send",
		Role:  store.Staff,
		Steps: []Step{{Name: "lines", Ask: askLines, Take: takeLines, Free: true}},
	}
}

// mostLines is how long the lines are that go with a document, in letters.
const mostLines = 300

// sentDocument is the document that is sent, as [Turn.keptDocument].
func (t *Turn) sentDocument() (*store.Document, error) {
	var n documentNote
	t.Get("shelf_send", &n)
	return t.keptDocument(n.Document)
}

func askLines(t *Turn) error {
	d, err := t.sentDocument()
	if err != nil || d == nil {
		return err
	}
	t.Say("shelf.send_ask", "title", d.Title, "most", mostLines)
	t.Offer(Option{ID: "none", Label: "shelf.send_none", Wide: true})
	return nil
}

func takeLines(t *Turn) error {
	d, err := t.sentDocument()
	if err != nil || d == nil {
		return err
	}
	text := store.Text{}
	if t.Chosen() == "none" {
		for _, code := range locales.Languages {
			text[code] = t.engine.catalog.In(code, "").T("shelf.send_lines")
		}
	} else {
		lines := strings.TrimSpace(cleanText(t.Words(), mostLines+1))
		if n := textLength(lines); n == 0 || n > mostLines {
			return t.Again("shelf.send_again", "most", mostLines)
		}
		lines, unknown := readVariables(lines)
		if len(unknown) > 0 {
			return t.Again("broadcast.text_unknown", append([]any{"words", strings.Join(unknown, ", ")}, typedVariables...)...)
		}
		text[locales.Source] = lines
	}
	b := &store.Broadcast{By: t.Member.ID, Text: text, Document: d.ID, Title: d.Title}
	if err := t.AddBroadcast(b); err != nil {
		return err
	}
	return t.Start("broadcast_new", broadcastNote{Broadcast: b.ID})
}

// brought is the document that b brings; nil: it brings none.
func (t *Turn) brought(b *store.Broadcast) (*store.Document, error) {
	if b.Document == "" {
		return nil, nil
	}
	return t.Document(b.Document)
}

// againstSending is the id of what stands against sending the document of b to its
// audience as things are now: it was taken off the shelf, or they may not fetch
// it. It is empty when nothing does. A reminder goes to those to whom the first
// broadcast went.
func (t *Turn) againstSending(b *store.Broadcast) (string, error) {
	d, err := t.brought(b)
	if d == nil || err != nil {
		return "", err
	}
	whom := b.Audience
	if b.Follows != "" {
		first, err := t.Broadcast(b.Follows)
		if err != nil {
			return "", err
		}
		whom = first.Audience
	}
	switch {
	case !d.Off.IsZero():
		return "shelf.send_off", nil
	case d.For == store.ForStaff:
		return "shelf.send_staff", nil
	case d.For == store.ForFacilitators && !whom.OnlyLeads():
		return "shelf.send_leads", nil
	}
	return "", nil
}
