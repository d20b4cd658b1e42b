package store_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/memory"
)

// rename gives the member another name.
func rename(t *testing.T, s *store.Store, member, name string) error {
	t.Helper()
	return s.Update(t.Context(), func(tx *store.Tx) error {
		m, err := tx.Member(member)
		if err != nil {
			return err
		}
		m.Name = name
		return tx.PutMember(m)
	})
}

// A process without a key goes on until another makes keys. From then on it
// writes nothing personal, and takes nothing that is sealed for text.
func TestKeysMadeMeanwhile(t *testing.T) {
	file, err := bolt.Open(filepath.Join(t.TempDir(), "chihai.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, db := range map[string]store.Backend{"memory": memory.Open(memory.Options{Rerun: 2}), "bolt": file} {
		t.Run(name, func(t *testing.T) {
			plain, member := openKeyed(t, db, nil, ""), ""
			err := plain.Update(t.Context(), func(tx *store.Tx) (err error) {
				member, _, err = fill(tx, canary)
				return err
			})
			if err := errors.Join(err, rename(t, plain, member, canary+" before"), plain.LockedOut()); err != nil {
				t.Fatal(err)
			}
			key := store.NewKey()
			keyed := openKeyed(t, db, key, "")

			if err := rename(t, plain, member, "in plain text"); !errors.Is(err, store.ErrWrongKey) {
				t.Errorf("it writes a name: %v", err)
			}
			err = plain.Update(t.Context(), func(tx *store.Tx) error {
				_, _, _, err := tx.Meet("test:1", "a new woman")
				if err != nil && tx.Broken() == nil {
					t.Error("a flow that passes the error over would keep what it did")
				}
				return err
			})
			if !errors.Is(err, store.ErrWrongKey) {
				t.Errorf("it takes in a new woman: %v", err)
			}
			if done, err := plain.Reseal(t.Context()); done || !errors.Is(err, store.ErrWrongKey) {
				t.Errorf("it seals nothing anew and says it did: %v, %v", done, err)
			}
			if err := plain.LockedOut(); !errors.Is(err, store.ErrWrongKey) {
				t.Errorf("it is locked out: %v", err)
			}

			for done := false; !done; {
				if done, err = keyed.Reseal(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			err = plain.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Member(member); return err })
			if !errors.Is(err, store.ErrWrongKey) {
				t.Errorf("it reads what is sealed: %v", err)
			}
			err = keyed.View(t.Context(), func(tx *store.Tx) error {
				m, err := tx.Member(member)
				if err == nil && m.Name != canary+" before" {
					t.Errorf("she is called %q", m.Name)
				}
				return err
			})
			if err := errors.Join(err, keyed.LockedOut()); err != nil {
				t.Error(err)
			}
			pairs(t, db, func(bucket, k string, raw []byte) {
				if bytes.Contains(raw, []byte(canary)) || bytes.Contains(raw, []byte("plain text")) {
					t.Errorf("%s %s is not sealed: %s", bucket, k, raw)
				}
			})
			checkAll(t, db, keyed, key)
			if err := keyed.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// In a database without keys somebody may write what only looks sealed.
func TestLooksSealedWithoutKeys(t *testing.T) {
	s := openKeyed(t, memory.New(), nil, "")
	member, name := "", "sealed1:abcdef:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		member, m.Name = m.ID, name
		return tx.PutMember(m)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		m, err := tx.Member(member)
		if err == nil && m.Name != name {
			t.Errorf("she comes back as %q", m.Name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A process whose key file was changed by another goes on until the data key is
// another one, too.
func TestKeyChangedMeanwhile(t *testing.T) {
	db, s, key, member := filledStore(t)
	other := openKeyed(t, db, key, "")
	second := store.NewKey()
	if err := s.ChangeKey(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(rename(t, other, member, "still"), rename(t, s, member, "as well"), other.LockedOut()); err != nil {
		t.Errorf("after the change: %v", err)
	}
	if _, err := other.RotateKey(t.Context()); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("it rotates with the former key file: %v", err)
	}
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := rename(t, other, member, "too late"); !errors.Is(err, store.ErrWrongKey) || !errors.Is(other.LockedOut(), store.ErrWrongKey) {
		t.Errorf("after the rotation: %v, %v", err, other.LockedOut())
	}
	if err := errors.Join(rename(t, s, member, "in time"), s.LockedOut()); err != nil {
		t.Error(err)
	}
	checkAll(t, db, s, second)
}
