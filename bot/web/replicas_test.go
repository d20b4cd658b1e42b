package web

import (
	"testing"

	"chihai/store"
)

// A page that is open here shows the lines that another process puts on its
// screen, and comes again when any of them was missed.
func TestLinesOfAnotherProcess(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	other, err := store.Open(t.Context(), s.backend, store.Options{Now: s.clock})
	if err != nil {
		t.Fatal(err)
	}
	show := func(text string) (key string) {
		t.Helper()
		l := &store.Line{Text: text}
		if err := other.Update(t.Context(), func(tx *store.Tx) error {
			l.ID = tx.NewID()
			_, err := tx.ShowLine(contact, l)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return contact + "/" + l.ID
	}
	f := s.follow(visitor, "")
	f.until("ready")
	s.chat.streams.hear([]string{"somebody/else", contact + "/gone", show("một")})
	if name, line := f.next(); name != "" || line.Text != "một" {
		t.Errorf("told of one line, the page gets %s %+v", name, line)
	}
	show("hai")
	s.chat.streams.hear(nil)
	if name, _ := f.next(); name != "end" {
		t.Errorf("when something was missed the page gets %q, want the end", name)
	}
	if got := texts(s.follow(visitor, "").until("ready")); got != "một | hai" {
		t.Errorf("after that: %s", got)
	}
}
