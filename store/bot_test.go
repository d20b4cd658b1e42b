package store_test

import (
	"errors"
	"testing"

	"chihai/store"
	"chihai/store/memory"
)

func TestBot(t *testing.T) {
	s, err := store.Open(t.Context(), memory.Open(memory.Options{Rerun: 2}), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	set := func(id string, adopt bool) error {
		return s.Update(t.Context(), func(tx *store.Tx) error { return tx.SetBot("telegram", id, adopt) })
	}
	name := func(name string) error {
		return s.Update(t.Context(), func(tx *store.Tx) error { return tx.NameBot("telegram", name) })
	}
	is := func(id, name string) {
		t.Helper()
		err := s.View(t.Context(), func(tx *store.Tx) error {
			b, err := tx.Bot("telegram")
			if err == nil && (b.ID != id || b.Name != name) {
				t.Errorf("the bot is %s, called %q; want %s, called %q", b.ID, b.Name, id, name)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if err := errors.Join(name("too_early"), set("1", false), name("chihai_bot"), set("1", false)); err != nil {
		t.Fatal(err)
	}
	is("1", "chihai_bot")
	if err := set("2", false); !errors.Is(err, store.ErrOtherBot) {
		t.Errorf("another bot: %v, want ErrOtherBot", err)
	}
	is("1", "chihai_bot")
	if err := set("2", true); err != nil {
		t.Fatal(err)
	}
	is("2", "")
}
