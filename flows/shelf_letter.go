package flows

import (
	"errors"
	"slices"

	"chihai/locales"
	"chihai/store"
)

// This file is what a broadcast that brings a document says, and what its two
// buttons do. They belong to no question: they work for as long as the message
// stands on her phone, and leave whatever she is doing as it is. Where a network
// has no buttons, the same words are typed.

// What the buttons of a letter do.
const (
	letterOpen = "open"
	letterRead = "read"
)

// letterHead begins the token of a letter. The tokens of questions are shorter.
const letterHead = "d"

// idLength is the length of an id of the store.
const idLength = 26

// letterToken is what the buttons carry that a member gets with the document of
// the broadcast first.
func letterToken(first, member string) string { return letterHead + first + member }

// readLetterToken takes the token of a letter apart.
func readLetterToken(token string) (first, member string, ok bool) {
	if len(token) != len(letterHead)+2*idLength || token[:1] != letterHead {
		return "", "", false
	}
	return token[1 : 1+idLength], token[1+idLength:], true
}

// addDocument gives m the buttons of the document that b brings to the member.
func addDocument(p *locales.Printer, m *store.Message, b *store.Broadcast, member string) {
	if b.Document == "" {
		return
	}
	m.Layout, m.Token = store.Inline, letterToken(b.First(), member)
	m.Choices = []store.Choice{
		{ID: letterOpen, Label: p.T("shelf.letter_open"), Kind: store.Standing, Wide: true},
		{ID: letterRead, Label: p.T("shelf.letter_read"), Kind: store.Standing, Wide: true},
	}
}

// documentHead is what stands at the head of a letter that brings a document.
func documentHead(p *locales.Printer, b *store.Broadcast) string {
	switch {
	case b.Document == "":
		return ""
	case b.Audience.Op == store.Unread:
		return p.T("shelf.letter_remind", "title", b.Title) + "\n\n"
	}
	return p.T("shelf.letter_head", "title", b.Title) + "\n\n"
}

// tappedLetter takes the tap on a button of a letter, and says whether it was
// one. The same one pressed twice at once counts once.
func (t *Turn) tappedLetter() (bool, error) {
	tap := t.Input.Tap
	first, member, ok := readLetterToken(tap.Token)
	if !ok {
		return false, nil
	}
	if l := t.conv.Last; l != nil && l.Token == tap.Token && l.ID == tap.ID && t.Input.At.Sub(l.At).Abs() <= 5*doubleTap {
		return true, nil
	}
	t.conv.Last = &store.LastTap{Token: tap.Token, ID: tap.ID, At: t.Input.At}
	s, err := t.Sent(first)
	if errors.Is(err, store.ErrNotFound) { // a draft as it is shown before it is sent
		t.Say("shelf.letter_preview")
		return true, nil
	}
	if err != nil {
		return true, err
	}
	whom, err := t.readsFor(s, member)
	if err != nil {
		return true, err
	}
	return true, t.answerLetter(s, whom, tap.ID)
}

// readsFor are the recipients for whom she taps on the letter to the member:
// herself, one who shares her phone, or all to whom she passes it on. It is empty
// when the letter was not for her.
func (t *Turn) readsFor(s *store.Sent, member string) (whom []string, err error) {
	m, err := t.Tx.Member(member)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	switch {
	case err == nil && slices.Contains(t.Contact.Members, member):
		whom = []string{member}
	case err == nil && m.Relay == t.Member.ID:
		for o, err := range t.RelayedBy(t.Member.ID) {
			if err != nil {
				return nil, err
			}
			whom = append(whom, o.ID)
		}
	default: // that one has become one with her, or is gone
		whom = []string{t.Member.ID}
	}
	var got []string
	for _, id := range whom {
		is, err := t.IsReceiver(s, id)
		if err != nil {
			return nil, err
		}
		if is {
			got = append(got, id)
		}
	}
	return got, nil
}

// answerLetter does for the recipients what the button says.
func (t *Turn) answerLetter(s *store.Sent, whom []string, what string) error {
	if len(whom) == 0 {
		t.Say("shelf.letter_not_hers")
		return nil
	}
	if what == letterOpen {
		return t.openLetter(s, whom)
	}
	news := false
	for _, id := range whom {
		first, err := t.NoteRead(id, s.Broadcast)
		if err != nil {
			return err
		}
		news = news || first
	}
	if news {
		t.Say("shelf.letter_thanks")
	} else {
		t.Say("shelf.letter_thanked")
	}
	return nil
}

// openLetter sends the file, unless it was taken off the shelf, or is for those
// who hold a role that she does not hold any more.
func (t *Turn) openLetter(s *store.Sent, whom []string) error {
	d, err := t.Document(s.Document)
	if err != nil {
		return err
	}
	may := d.For == store.ForMembers
	for _, role := range []store.Role{store.Staff, store.Facilitator} {
		if may || role == store.Facilitator && d.For == store.ForStaff {
			continue
		}
		if may, err = t.Holds(role, "*"); err != nil {
			return err
		}
	}
	switch {
	case !d.Off.IsZero():
		t.Say("shelf.letter_off")
		return nil
	case !may:
		t.Say("shelf.letter_role")
		return nil
	}
	for _, id := range whom {
		if _, err := t.NoteOpened(id, s.Broadcast); err != nil {
			return err
		}
	}
	return t.fetch(d)
}

// letterWord does what a button of a letter does, by the word that stands on it:
// for the latest letter to her that she has not done so with.
func letterWord(what string) *Flow {
	return &Flow{
		Name:     "shelf_" + what,
		Triggers: []string{"shelf.letter_" + what},
		Aside:    true,
		Steps: []Step{{
			Name: "answer",
			Ask: func(t *Turn) error {
				s, err := t.latestLetter(what)
				if err != nil {
					return err
				}
				if s == nil {
					t.Say("shelf.letter_none")
					return nil
				}
				return t.answerLetter(s, []string{t.Member.ID}, what)
			},
		}},
	}
}

// mostLetters is how many broadcasts are looked at for the latest letter to her.
const mostLetters = 40

// latestLetter is what brought the latest document to her with which she has not
// done what yet, or else the latest; nil: there is none.
func (t *Turn) latestLetter(what string) (*store.Sent, error) {
	var latest *store.Sent
	looked := 0
	for s, err := range t.SentDocuments() {
		if err != nil {
			return nil, err
		}
		if looked++; looked > mostLetters {
			break
		}
		is, err := t.IsReceiver(s, t.Member.ID)
		if err != nil {
			return nil, err
		}
		if !is {
			continue
		}
		r, err := t.Reading(t.Member.ID, s.Broadcast)
		if err != nil {
			return nil, err
		}
		if what == letterRead && r.Read.IsZero() || what == letterOpen && r.Opened.IsZero() {
			return s, nil
		}
		if latest == nil {
			latest = s
		}
	}
	return latest, nil
}
