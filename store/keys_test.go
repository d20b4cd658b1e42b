package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/memory"
)

// openKeyed opens a store over db with the key, and the recovery recipient for
// new keys.
func openKeyed(t *testing.T, db store.Backend, key []byte, recovery string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), db, store.Options{Key: key, Recovery: recovery})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// filledStore returns a memory database in which everything that can be kept of a
// woman is sealed, and her id.
func filledStore(t *testing.T) (db store.Backend, s *store.Store, key []byte, member string) {
	t.Helper()
	db, key = memory.Open(memory.Options{Rerun: 2}), store.NewKey()
	s = openKeyed(t, db, key, "")
	err := s.Update(t.Context(), func(tx *store.Tx) (err error) {
		member, _, err = fill(tx, canary)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return db, s, key, member
}

// checkAll fails for whatever the check finds wrong.
func checkAll(t *testing.T, db store.Backend, s *store.Store, key []byte) {
	t.Helper()
	if _, err := store.CheckSealed(t.Context(), db, key, s.Now(), func(bucket, key, what string) {
		t.Errorf("%s %s: %s", bucket, key, what)
	}); err != nil {
		t.Error(err)
	}
}

// pairs yields all documents of db as they are kept.
func pairs(t *testing.T, db store.Backend, see func(bucket, key string, raw []byte)) {
	t.Helper()
	err := db.View(t.Context(), func(kv store.KV) error {
		for _, bucket := range store.Buckets() {
			for p, err := range kv.Scan(bucket, "", "") {
				if err != nil {
					return err
				}
				see(bucket, p.Key, p.Value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Nothing that is kept of a woman stands readable in the file, and all of it is
// there for whoever has the key.
func TestSealedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chihai.db")
	key := store.NewKey()
	member := ""
	for round := range 2 {
		db, err := bolt.Open(path, bolt.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		s := openKeyed(t, db, key, "")
		err = s.Update(t.Context(), func(tx *store.Tx) (err error) {
			if round == 0 {
				member, _, err = fill(tx, canary)
				return err
			}
			m, err := tx.Member(member)
			if err != nil {
				return err
			}
			if m.Name != canary+" name" || m.Phone != canary+" phone" {
				t.Errorf("she comes back as %q, %q", m.Name, m.Phone)
			}
			c, met, _, err := tx.Meet("test:1", canary+"-address")
			if err != nil || c.Address != canary+"-address" || met.ID != member {
				t.Errorf("her address finds %v %v, %v", c, met, err)
			}
			talk, err := tx.Conversation(member)
			if err != nil || string(talk.Frames[0].Notes["name"]) != `"`+canary+` note"` || talk.Frames[0].Trail[0].In.Flow != "profile" {
				t.Errorf("her talk comes back as %+v, %v", talk, err)
			}
			for f, err := range store.Files(tx) {
				if f.Form != "" { // a questionnaire is nobody's
					continue
				}
				_, data, wrong := tx.File(f.ID)
				if err := errors.Join(err, wrong); err != nil || !bytes.Equal(data, bytes.Repeat([]byte(canary), 30_000)) {
					t.Errorf("her file comes back with %d bytes, %v", len(data), err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		checkAll(t, db, s, key)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	raw := read(t, path)
	for _, mark := range []string{canary, inBase64} {
		if at := bytes.Index(raw, []byte(mark)); at >= 0 {
			t.Errorf("%q stands in the file: %q", mark, raw[max(0, at-60):min(len(raw), at+60)])
		}
	}
}

func TestWrongKey(t *testing.T) {
	db, _, key, _ := filledStore(t)
	for name, wrong := range map[string][]byte{"another": store.NewKey(), "none": nil} {
		if _, err := store.Open(t.Context(), db, store.Options{Key: wrong}); !errors.Is(err, store.ErrWrongKey) {
			t.Errorf("%s: Open = %v, want %v", name, err, store.ErrWrongKey)
		}
	}
	if _, err := store.CheckSealed(t.Context(), db, store.NewKey(), villageTime, nil); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("CheckSealed = %v, want %v", err, store.ErrWrongKey)
	}
	if _, err := store.Open(t.Context(), db, store.Options{Key: key}); err != nil {
		t.Error(err)
	}
	if keyed, made, err := store.Peek(t.Context(), db); !keyed || made || err != nil {
		t.Errorf("Peek = %v, %v, %v", keyed, made, err)
	}
	if keyed, made, err := store.Peek(t.Context(), memory.New()); keyed || made || err != nil {
		t.Errorf("Peek into an empty database = %v, %v, %v", keyed, made, err)
	}
}

// A check without the key looks at everything but what is sealed.
func TestCheckWithoutKey(t *testing.T) {
	db, s, _, _ := filledStore(t)
	counts, err := store.Check(t.Context(), db, s.Now(), func(bucket, key, what string) { t.Errorf("%s %s: %s", bucket, key, what) })
	if err != nil || counts["file_chunk"] == 0 {
		t.Errorf("Check = %v, %v", counts, err)
	}
}

// What is sealed for one place cannot be opened in another, and what was changed
// not at all; the check says where, and not what.
func TestMovedFields(t *testing.T) {
	for name, change := range map[string]func(doc string) string{
		"name and phone swapped": func(doc string) string {
			name, phone := field(t, doc, "name"), field(t, doc, "phone")
			return strings.NewReplacer(name, phone, phone, name).Replace(doc)
		},
		"a letter changed": func(doc string) string {
			name := field(t, doc, "name")
			letter := "A"
			if name[20] == 'A' {
				letter = "B"
			}
			return strings.Replace(doc, name, name[:20]+letter+name[21:], 1)
		},
		"another key": func(doc string) string {
			name := field(t, doc, "name")
			return strings.Replace(doc, name, "sealed1:000000"+name[len("sealed1:000000"):], 1)
		},
	} {
		db, s, key, member := filledStore(t)
		err := db.Update(t.Context(), func(kv store.KV) error {
			raw, err := kv.Get("member", member)
			if err != nil {
				return err
			}
			return kv.Put("member", member, []byte(change(string(raw))))
		})
		if err != nil {
			t.Fatal(err)
		}
		err = s.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Member(member); return err })
		if err == nil || !strings.Contains(err.Error(), "name cannot be opened") {
			t.Errorf("%s: Member = %v", name, err)
		}
		said := ""
		if _, err := store.CheckSealed(t.Context(), db, key, s.Now(), func(bucket, key, what string) {
			said += fmt.Sprintln(bucket, key, what)
		}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(said, "member "+member+" cannot be read: field name cannot be opened") || strings.Contains(said, canary) {
			t.Errorf("%s: the check says %q", name, said)
		}
	}
}

// field returns the text of a field of a document.
func field(t *testing.T, doc, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(doc, `"`+name+`":"`)
	text, _, _ := strings.Cut(rest, `"`)
	if !found || !strings.HasPrefix(text, "sealed1:") {
		t.Fatalf("%s of %s is not sealed", name, doc)
	}
	return text
}

// After a rotation everything is sealed with the new key and the old one is
// dropped; a second process goes on all the while and loses nothing.
func TestRotate(t *testing.T) {
	db, s, key, member := filledStore(t)
	other := openKeyed(t, db, key, "")
	rename := func(s *store.Store, name string) {
		t.Helper()
		err := s.Update(t.Context(), func(tx *store.Tx) error {
			m, err := tx.Member(member)
			if err != nil {
				return err
			}
			m.Name = name
			return tx.PutMember(m)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rename(other, "before")
	was := aboutKeys(t, s).Data[0].ID
	id, err := s.RotateKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rename(s, "with the new key")
	third := openKeyed(t, db, key, "")
	if _, err := third.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	rename(third, "with a newer one")
	for _, reader := range []*store.Store{s, other} { // know nothing of that key yet
		err := reader.View(t.Context(), func(tx *store.Tx) error {
			m, err := tx.Member(member)
			if err != nil || m.Name != "with a newer one" {
				t.Errorf("another process reads %v, %v", m, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if id, err = s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	rename(other, "after") // knows nothing of this rotation yet
	pairs(t, db, func(bucket, k string, raw []byte) {
		if bucket == "member" && k == member && !bytes.Contains(raw, []byte("sealed1:"+id)) {
			t.Errorf("the other process still seals with the old key: %s", raw)
		}
	})
	if k := aboutKeys(t, s); len(k.Data) != 4 || k.Data[3].ID != id || k.Resealing == nil {
		t.Errorf("after the rotation there are %+v", k)
	}
	steps := 0
	for done := false; !done; steps++ {
		if done, err = s.Reseal(t.Context()); err != nil {
			t.Fatal(err)
		}
		rename(other, fmt.Sprint("step ", steps))
	}
	if k := aboutKeys(t, s); len(k.Data) != 1 || k.Data[0].ID != id || k.Resealing != nil {
		t.Errorf("in the end there are %+v", k)
	}
	pairs(t, db, func(bucket, k string, raw []byte) {
		if bytes.Contains(raw, []byte("sealed1:"+was)) {
			t.Errorf("%s %s is sealed with the old key", bucket, k)
		}
	})
	checkAll(t, db, s, key)
	reopened := openKeyed(t, db, key, "")
	checkAll(t, db, reopened, key)
	if done, err := reopened.Reseal(t.Context()); !done || err != nil {
		t.Errorf("Reseal when nothing is to be done = %v, %v", done, err)
	}
}

// Resealing goes on where it was, in steps that others do not wait for long, and
// keeps the old key while something cannot be opened.
func TestResealInSteps(t *testing.T) {
	db, s, key, member := filledStore(t)
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		for i := range 1000 {
			if _, _, _, err := tx.Meet("test:1", fmt.Sprint("woman", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(kv store.KV) error {
		raw, err := kv.Get("member", member)
		if err != nil {
			return err
		}
		name := field(t, string(raw), "name")
		return kv.Put("member", member, bytes.Replace(raw, []byte(name), []byte("sealed1:000000"+name[len("sealed1:000000"):]), 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	steps, last := 0, 0
	for done := false; !done; steps++ {
		s = openKeyed(t, db, key, "") // a process that begins anew
		if done, err = s.Reseal(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p := aboutKeys(t, s).Resealing; p != nil {
			if p.Looked <= last || p.Looked > last+100 {
				t.Errorf("step %d looks at %d documents", steps, p.Looked-last)
			}
			last = p.Looked
		}
	}
	if steps < 10 {
		t.Errorf("1,000 contacts are sealed in %d steps", steps)
	}
	if k := aboutKeys(t, s); len(k.Data) != 2 {
		t.Errorf("a key was dropped although not everything could be opened: %+v", k)
	}
}

func aboutKeys(t *testing.T, s *store.Store) (k *store.Keys) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		k, err = tx.Keys()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Whatever many write while keys change over and over can be read afterwards.
func TestRotateWhileWriting(t *testing.T) {
	db, s, key, _ := filledStore(t)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 4 {
		s := openKeyed(t, db, key, "")
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				err := s.Update(t.Context(), func(tx *store.Tx) error {
					c, m, _, err := tx.Meet("test:1", fmt.Sprint("writer", w, "/", i%20))
					if err != nil {
						return err
					}
					m.Name = fmt.Sprint("name", i)
					return errors.Join(tx.PutMember(m), tx.Post(&store.Message{Contact: c.ID, Member: m.ID, Channel: c.Channel, Address: c.Address, Text: m.Name}))
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 10 {
		if _, err := s.RotateKey(t.Context()); err != nil {
			t.Error(err)
		}
		for done := false; !done && !t.Failed(); {
			var err error
			if done, err = s.Reseal(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	stop()
	writers.Wait()
	if k := aboutKeys(t, s); len(k.Data) != 1 {
		t.Errorf("%d keys are left, want 1", len(k.Data))
	}
	checkAll(t, db, s, key)
}

// The key file can be changed, and replaced by whoever holds the recovery
// identity.
func TestChangeAndRecover(t *testing.T) {
	identity, recipient, err := store.NewRecovery()
	if err != nil {
		t.Fatal(err)
	}
	db, first, second, third := memory.New(), store.NewKey(), store.NewKey(), store.NewKey()
	s := openKeyed(t, db, first, recipient)
	if err := s.Update(t.Context(), func(tx *store.Tx) error { _, _, err := fill(tx, canary); return err }); err != nil {
		t.Fatal(err)
	}
	opens := func(key []byte) error {
		_, err := store.Open(t.Context(), db, store.Options{Key: key})
		return err
	}
	if err := s.ChangeKey(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if err := opens(first); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("the former key: %v, want %v", err, store.ErrWrongKey)
	}
	if _, err := s.RotateKey(t.Context()); err != nil {
		t.Errorf("a rotation after the change: %v", err)
	}
	checkAll(t, db, s, second)

	stranger, other, err := store.NewRecovery()
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Recover(t.Context(), db, stranger, third); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("a stranger recovers: %v", err)
	}
	if err := opens(second); err != nil {
		t.Errorf("after a stranger tried: %v", err)
	}
	if err := store.Recover(t.Context(), db, " "+identity+"\n", third); err != nil {
		t.Fatal(err)
	}
	if err := opens(second); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("the lost key opens still: %v", err)
	}
	s = openKeyed(t, db, third, "")
	checkAll(t, db, s, third)

	if err := s.ChangeRecovery(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if err := store.Recover(t.Context(), db, identity, first); !errors.Is(err, store.ErrWrongKey) {
		t.Errorf("the former identity recovers: %v", err)
	}
	if err := store.Recover(t.Context(), db, stranger, first); err != nil {
		t.Error(err)
	}
	if err := store.Recover(t.Context(), db, "AGE-SECRET-KEY-1NONSENSE", first); err == nil || strings.Contains(err.Error(), "NONSENSE") {
		t.Errorf("nonsense: %v", err)
	}
	if err := store.Recover(t.Context(), memory.New(), identity, first); err == nil {
		t.Error("an empty database is recovered")
	}
}

func TestRecipients(t *testing.T) {
	identity, recipient, err := store.NewRecovery()
	if err != nil || len(identity) != 74 {
		t.Fatalf("NewRecovery = %d characters, %v", len(identity), err)
	}
	for text, good := range map[string]bool{recipient: true, " " + recipient + "\n": true, "": false, identity: false, "age1x": false, recipient + "\n" + recipient: false} {
		if err := store.CheckRecipient(text); (err == nil) != good {
			t.Errorf("CheckRecipient(%.12q…) = %v, want good: %v", text, err, good)
		}
	}
}
