package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/health"
	"chihai/flows"
	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/memory"
)

// A store without room is noticed when something was not kept, and that there
// is room again without anybody having to write first.
func TestKeeper(t *testing.T) {
	db, err := bolt.Open(filepath.Join(t.TempDir(), "test.db"), bolt.Options{MaxSize: 512 << 10})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k := &keeper{store: s}
	want := func(state health.State, says string) {
		t.Helper()
		if f := k.look(t.Context()); f.State != state || !strings.Contains(f.Says, says) {
			t.Errorf("found %v: %s; want %v with %q", f.State, f.Says, state, says)
		}
	}
	want(health.Fine, "keeps")
	k.ended(flows.NotKept) // a passing failure
	want(health.Fine, "keeps again")

	var ids []string
	for err = nil; err == nil; { // until it is full
		err = s.Update(t.Context(), func(tx *store.Tx) error {
			m := &store.Message{Channel: "test:1", Address: "1", Text: strings.Repeat("x", 10_000)}
			if err := tx.Post(m); err != nil {
				return err
			}
			ids = append(ids, m.ID)
			return nil
		})
	}
	k.ended(flows.NotKept)
	want(health.Broken, "keeps nothing")
	want(health.Broken, "keeps nothing") // the trial itself made no room
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.Settle(id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want(health.Fine, "keeps again")
	want(health.Fine, "keeps what people say")
	s.Close()
	want(health.Broken, "does not answer")
}

func TestFull(t *testing.T) {
	for _, tt := range []struct {
		err  error
		full bool
	}{
		{fmt.Errorf("%w: %w", store.ErrRefused, syscall.ENOSPC), true},
		{fmt.Errorf("%w: file resize error: file sync error: %s", store.ErrRefused, syscall.ENOSPC), true},
		{fmt.Errorf("write: %w", syscall.EDQUOT), true},
		{store.ErrRefused, false},
	} {
		if got := full(tt.err); got != tt.full {
			t.Errorf("full(%v) = %t", tt.err, got)
		}
	}
}

// ears is a channel that hears or not.
type ears struct {
	since time.Time
	why   string
}

func (e ears) Deaf() (time.Time, string) { return e.since, e.why }

func TestLookAtChannel(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		ears
		want health.State
		says string
	}{
		{ears{}, health.Fine, "tells what people say"},
		{ears{now.Add(-10 * time.Second), "telegram cannot be reached"}, health.Fine, "just now"},
		{ears{now.Add(-time.Hour), "telegram cannot be reached"}, health.Warning, "1h0m0s: telegram cannot be reached"},
	} {
		if f := lookAtChannel(tt.ears, now); f.State != tt.want || !strings.Contains(f.Says, tt.says) {
			t.Errorf("%+v: %v %s", tt.ears, f.State, f.Says)
		}
	}
}

// Late things are warnings: the bot is not taken out of service for them. So are
// keys that only the key file opens.
func TestLookIsPatient(t *testing.T) {
	b := newEnvironment(t).bot(t, parts{})
	states := func() string {
		var all []string
		for _, l := range b.ready(t.Context()) {
			all = append(all, l.Name+" "+l.State.String())
		}
		return strings.Join(all, ", ")
	}
	if got, want := states(), "store ok, disk ok, backup ok, keys warning, held ok, outbox ok, clock ok"; got != want {
		t.Errorf("at first: %s, want %s", got, want)
	}
	err := b.store.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Plan(&store.Due{ID: "x", At: tx.Now.Add(-lateClock - time.Minute), Job: "unknown"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := states(), "store ok, disk ok, backup ok, keys warning, held ok, outbox ok, clock warning"; got != want {
		t.Errorf("with something overdue: %s, want %s", got, want)
	}
	late, err := b.schedule.Overdue(t.Context())
	if err != nil || late < lateClock+time.Minute || late > time.Hour {
		t.Errorf("overdue by %v, %v", late, err)
	}
}

// Keys that only one file opens are warned of, unless nobody real is behind
// them.
func TestLookAtKeys(t *testing.T) {
	_, recipient, err := store.NewRecovery()
	if err != nil {
		t.Fatal(err)
	}
	open := func(db store.Backend, key []byte, recovery string) *store.Store {
		t.Helper()
		s, err := store.Open(t.Context(), db, store.Options{Key: key, Recovery: recovery})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	want := func(s *store.Store, state health.State, says string) {
		t.Helper()
		if f := lookAtKeys(t.Context(), s); f.State != state || !strings.Contains(f.Says, says) {
			t.Errorf("found %v: %s; want %v with %q", f.State, f.Says, state, says)
		}
	}
	want(open(memory.New(), store.NewKey(), recipient), health.Fine, "recovery identity")
	s := open(memory.New(), store.NewKey(), "")
	want(s, health.Warning, "only the key file opens this database and its backups")
	if err := s.ChangeRecovery(t.Context(), recipient); err != nil {
		t.Fatal(err)
	}
	want(s, health.Fine, "recovery identity")
	made := open(memory.New(), store.NewKey(), "")
	if err := made.Update(t.Context(), (*store.Tx).MarkSample); err != nil {
		t.Fatal(err)
	}
	want(made, health.Fine, "made up")

	db := memory.New()
	plain := open(db, nil, "")
	want(plain, health.Warning, "nothing in this database is encrypted")
	open(db, store.NewKey(), recipient)
	err = plain.Update(t.Context(), func(tx *store.Tx) error { _, _, _, err := tx.Meet("test:1", "a"); return err })
	if err == nil {
		t.Error("a process without the key goes on writing")
	}
	want(plain, health.Broken, "has no key that opens them")
}

// A process whose keys another has changed ends, and says what is to be done.
func TestGuardOfKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := memory.New()
		plain, err := store.Open(t.Context(), db, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(t.Context(), db, store.Options{Key: store.NewKey()}); err != nil {
			t.Fatal(err)
		}
		b := &bot{store: plain}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := b.guard(ctx); err != nil {
			t.Errorf("before it has noticed: %v", err)
		}
		err = plain.Update(t.Context(), func(tx *store.Tx) error { _, _, _, err := tx.Meet("test:1", "a"); return err })
		if !errors.Is(err, store.ErrWrongKey) {
			t.Errorf("a turn = %v", err)
		}
		if err := b.guard(t.Context()); !errors.Is(err, store.ErrWrongKey) || !strings.Contains(err.Error(), "Put its key file where CHIHAI_KEY says") {
			t.Errorf("guard = %v", err)
		}
	})
}
