package postgres_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// replica opens the database as one process of several, with the key or without.
func replica(t *testing.T, dsn string, key []byte) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), open(t, dsn, postgres.Options{}), store.Options{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newMember makes a member called name.
func newMember(t *testing.T, s *store.Store, name string) (id string) {
	t.Helper()
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		id, m.Name = m.ID, name
		return tx.PutMember(m)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// rename gives the member another name; meanwhile runs before the commit, once.
func rename(t *testing.T, s *store.Store, member, name string, meanwhile func()) error {
	t.Helper()
	return s.Update(t.Context(), func(tx *store.Tx) error {
		m, err := tx.Member(member)
		if err != nil {
			return err
		}
		m.Name = name
		if err := tx.PutMember(m); err != nil {
			return err
		}
		if meanwhile != nil {
			meanwhile()
			meanwhile = nil
		}
		return nil
	})
}

// latestKey is the id of the data key that seals, and keys how many there are.
func latestKey(t *testing.T, s *store.Store) (id string, keys int) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) error {
		k, err := tx.Keys()
		if err == nil {
			id, keys = k.Data[len(k.Data)-1].ID, len(k.Data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id, keys
}

// document returns a document as it is kept.
func document(t *testing.T, s *store.Store, bucket, key string) (doc string) {
	t.Helper()
	err := s.Backend().View(t.Context(), func(kv store.KV) error {
		raw, err := kv.Get(bucket, key)
		doc = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Another process makes the first keys while one without a key is writing: what
// that one meant to write in plain text is never committed.
func TestKeysMadeByAnother(t *testing.T) {
	dsn := postgrestest.Start(t).Database(t)
	plain := replica(t, dsn, nil)
	member := newMember(t, plain, "before")
	key := store.NewKey()
	var keyed *store.Store
	err := rename(t, plain, member, "in plain text", func() { keyed = replica(t, dsn, key) })
	if !errors.Is(err, store.ErrWrongKey) || !errors.Is(plain.LockedOut(), store.ErrWrongKey) {
		t.Errorf("Update = %v, LockedOut = %v, want %v", err, plain.LockedOut(), store.ErrWrongKey)
	}
	if doc := document(t, keyed, "member", member); !strings.Contains(doc, `"before"`) {
		t.Errorf("she is kept as %s", doc)
	}
	if done, err := plain.Reseal(t.Context()); done || !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("Reseal = %v, %v", done, err)
	}
	for done := false; !done; {
		if done, err = keyed.Reseal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if doc := document(t, keyed, "member", member); strings.Contains(doc, "before") {
		t.Errorf("she is kept as %s", doc)
	}
	if err := plain.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Member(member); return err }); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("what is sealed is read as %v", err)
	}
}

// A replica that knows nothing of a rotation yet seals with the new key all the
// same, whichever of the documents of the keys it remembers.
func TestRotatedByAnother(t *testing.T) {
	dsn := postgrestest.Start(t).Database(t)
	key := store.NewKey()
	one, two := replica(t, dsn, key), replica(t, dsn, key)
	member := newMember(t, two, "before")
	for round := range 5 {
		if _, err := one.RotateKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		id, _ := latestKey(t, one)
		for i := range 3 {
			if err := rename(t, two, member, fmt.Sprint("name", i), nil); err != nil {
				t.Fatal(err)
			}
			if doc := document(t, one, "member", member); !strings.Contains(doc, "sealed1:"+id+":") {
				t.Fatalf("round %d: sealed with another key than %s: %s", round, id, doc)
			}
		}
		if round == 3 { // between its run and its commit
			err := rename(t, two, member, "meanwhile", func() {
				if _, err := one.RotateKey(t.Context()); err != nil {
					t.Error(err)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			id, _ := latestKey(t, one)
			if doc := document(t, one, "member", member); !strings.Contains(doc, "sealed1:"+id+":") {
				t.Fatalf("sealed with a key that was replaced meanwhile: %s", doc)
			}
		}
	}
}

// Three replicas write and read while keys are replaced and dropped, and all of
// them seal anew at once. Nothing is sealed with a key that is gone, and nobody
// fails to read what another wrote.
func TestRotateAmongReplicas(t *testing.T) {
	dsn := postgrestest.Start(t).Database(t)
	key := store.NewKey()
	var replicas []*store.Store
	for range 3 {
		replicas = append(replicas, replica(t, dsn, key))
	}
	var members []string
	for i := range 250 { // more than one step of sealing anew
		members = append(members, newMember(t, replicas[i%3], fmt.Sprint("woman ", i)))
	}
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for w, s := range replicas {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				member := members[(i*7+w)%len(members)]
				err := s.Update(t.Context(), func(tx *store.Tx) error {
					m, err := tx.Member(member)
					if err != nil {
						return err
					}
					m.Name = fmt.Sprint("by ", w, " ", i)
					return tx.PutMember(m)
				})
				if err == nil {
					err = s.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Member(members[i*11%len(members)]); return err })
				}
				if err != nil {
					t.Errorf("replica %d: %v", w, err)
					return
				}
			}
		})
	}
	for round := range 4 {
		var steps atomic.Int64 // after which something was left
		if _, err := replicas[round%3].RotateKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		var sealing sync.WaitGroup
		for _, s := range replicas {
			sealing.Go(func() {
				for done := false; !done && !t.Failed(); {
					var err error
					if done, err = s.Reseal(t.Context()); err != nil {
						t.Errorf("seal anew: %v", err)
					}
					if !done {
						steps.Add(1)
					}
				}
			})
		}
		sealing.Wait()
		if n := steps.Load(); n != 2 { // 250 documents, a hundred in a step
			t.Errorf("round %d: three replicas seal anew in %d steps and a last one, want 2: each document once", round, n)
		}
	}
	close(stop)
	writers.Wait()
	id, keys := latestKey(t, replicas[0])
	if keys != 1 {
		t.Errorf("%d keys are left, want 1", keys)
	}
	for _, member := range members {
		if doc := document(t, replicas[0], "member", member); !strings.Contains(doc, "sealed1:"+id+":") {
			t.Errorf("not sealed with %s, the only key there is: %s", id, doc)
		}
	}
	_, err := store.CheckSealed(t.Context(), replicas[0].Backend(), key, replicas[0].Now(), func(bucket, key, what string) {
		t.Errorf("%s %s: %s", bucket, key, what)
	})
	if err != nil {
		t.Error(err)
	}
}

// After the key file was changed the other replicas go on until the data key is
// another one; then they stop, and one with the new file takes their place.
func TestChangeKeyAmongReplicas(t *testing.T) {
	dsn := postgrestest.Start(t).Database(t)
	former, latest := store.NewKey(), store.NewKey()
	one, two := replica(t, dsn, former), replica(t, dsn, former)
	member := newMember(t, two, "before")
	if err := one.ChangeKey(t.Context(), latest); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(rename(t, two, member, "after", nil), two.LockedOut()); err != nil {
		t.Errorf("with the former key file: %v", err)
	}
	if _, err := one.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := rename(t, two, member, "too late", nil); !errors.Is(err, store.ErrWrongKey) || !errors.Is(two.LockedOut(), store.ErrWrongKey) {
		t.Errorf("after the rotation: %v, %v", err, two.LockedOut())
	}
	if err := rename(t, replica(t, dsn, latest), member, "in time", nil); err != nil {
		t.Error(err)
	}
	if err := errors.Join(rename(t, one, member, "last", nil), one.LockedOut()); err != nil {
		t.Error(err)
	}
}
