package store_test

import (
	"context"
	"errors"
	"testing"

	"chihai/store"
	"chihai/store/memory"
)

// A lease goes from one holder to the next, and what was begun under an earlier
// holding writes nothing any more.
func TestLease(t *testing.T) {
	s, err := store.Open(t.Context(), memory.Open(memory.Options{Rerun: 2}), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	see := func() (l *store.Lease) {
		t.Helper()
		if err := s.View(t.Context(), func(tx *store.Tx) (err error) {
			l, err = tx.Lease("clock")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return l
	}
	take := func(seen *store.Lease, holder string) (l *store.Lease, err error) {
		err = s.Update(t.Context(), func(tx *store.Tx) (err error) {
			l, err = tx.TakeLease(seen, holder)
			return err
		})
		return l, err
	}
	renew := func(l *store.Lease) error {
		return s.Update(t.Context(), func(tx *store.Tx) error { return tx.RenewLease(l) })
	}
	// write says whether the term of l may write.
	write := func(l *store.Lease) error {
		ctx := store.Under(t.Context(), &store.Term{Lease: *l, Ours: func() bool { return true }})
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		ran := false
		err := s.Update(ctx, func(tx *store.Tx) error {
			ran = true
			return tx.NameBot("telegram", "x")
		})
		if ran != (err == nil) {
			t.Errorf("ran: %t, and ended with %v", ran, err)
		}
		return err
	}
	want := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}

	free := see()
	a, err := take(free, "a")
	want("a takes what nobody held", err, nil)
	_, err = take(free, "b")
	want("b takes what it saw free before", err, store.ErrLeaseLost)
	want("a writes", write(a), nil)
	old := see()
	want("a renews", renew(a), nil)
	_, err = take(old, "b")
	want("b takes what was renewed since it looked", err, store.ErrLeaseLost)
	b, err := take(see(), "b")
	want("b takes it", err, nil)
	want("a writes after that", write(a), store.ErrLeaseLost)
	want("a renews after that", renew(a), store.ErrLeaseLost)
	want("b writes", write(b), nil)
	again, err := take(see(), "b")
	want("b takes it anew", err, nil)
	want("b writes under its earlier holding", write(b), store.ErrLeaseLost)
	want("b gives it back", s.Update(t.Context(), func(tx *store.Tx) error { return tx.ReleaseLease(again) }), nil)
	want("b writes after that", write(again), store.ErrLeaseLost)
	if l := see(); l.Holder != "" || l.Epoch != 3 {
		t.Errorf("in the end: %+v", l)
	}
}
