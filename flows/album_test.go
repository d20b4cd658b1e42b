package flows

import (
	"errors"
	"fmt"
	"testing"

	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"
)

// sends5 are five pictures that somebody sends at once.
func (r *rehearsal) sends5(who, album string) (inputs []Input) {
	for i := range 5 {
		in := r.says(who, "")
		in.Kind, in.File, in.Album = File, FileRef{ID: fmt.Sprint("f", i), Type: "image/jpeg"}, album
		inputs = append(inputs, in)
	}
	return inputs
}

// outbox is how many messages stand in the outbox.
func (r *rehearsal) outbox(t *testing.T) (n int) {
	t.Helper()
	if err := r.store.View(t.Context(), func(tx *store.Tx) error {
		n = 0
		for _, err := range tx.Messages("") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// An album is answered once, wherever its parts are delivered: here every other
// one to another process on the same database.
func TestAlbum(t *testing.T) {
	db := memory.Open(memory.Options{Rerun: 3})
	r := rehearse(t, db, nil)
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := New(s, catalog, All(), Options{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	deliver := func(inputs ...Input) (answers int) {
		t.Helper()
		before := r.outbox(t)
		for i, in := range inputs {
			if err := []*Engine{r.engine, other}[i%2].Handle(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		return r.outbox(t) - before
	}
	r.hear(t, r.says("Hoa", "/start"), r.says("Hoa", "1"), r.says("Mai", "/start"), r.says("Mai", "1"))
	album := r.sends5("Hoa", "1357")
	for _, tt := range []struct {
		what   string
		inputs []Input
		want   int
	}{
		{"an album", album, 1},
		{"it comes again, elsewhere", album[1:], 0},
		{"the next one", r.sends5("Hoa", "1358"), 1},
		{"one of somebody else under the same id", r.sends5("Mai", "1357"), 1},
		{"pictures one by one", r.sends5("Hoa", ""), 5},
	} {
		if got := deliver(tt.inputs...); got != tt.want {
			t.Errorf("%s: %d answers, want %d", tt.what, got, tt.want)
		}
	}
}

// She is told once that something went wrong, too.
func TestFailingAlbum(t *testing.T) {
	r := rehearse(t, memory.New(), &Flow{Name: "help", Triggers: []string{"command.help"}, Steps: []Step{{
		Name: "how", Hears: []Kind{File},
		Ask:  func(t *Turn) error { t.Say("menu.hello"); return nil },
		Take: func(*Turn) error { return errors.New("no") },
	}}})
	r.hear(t, r.says("Hoa", "/start"), r.says("Hoa", "1"), r.says("Hoa", "/trogiup"))
	before := r.outbox(t)
	r.hear(t, r.sends5("Hoa", "1357")...)
	if n := r.outbox(t) - before; n != 1 {
		t.Errorf("she is told %d times that one is sorry, want once", n)
	}
}
