package store_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/bolt"

	"github.com/go-json-experiment/json"
)

// oldFile unpacks a database that was written before there were keys: schema 2,
// by the program of commit 9f290e3, filled by fill of deletion_test.go.
func oldFile(t *testing.T) (path string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "schema2.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "old.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A database that is older than the keys can be read at once, and in the end
// nothing in its file can be read without the key.
func TestOldFile(t *testing.T) {
	path := oldFile(t)
	db, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	member, secret := "", ""
	pairs(t, db, func(bucket, key string, raw []byte) {
		switch {
		case bucket == "member" && bytes.Contains(raw, []byte(canary)):
			member = key
		case bucket == "meta" && key == "schema":
			var head struct {
				Secret []byte `json:"secret"`
			}
			if err := json.Unmarshal(raw, &head); err != nil || len(head.Secret) != 32 {
				t.Fatalf("the secret is %x, %v", head.Secret, err)
			}
			secret = base64.StdEncoding.EncodeToString(head.Secret)
		}
	})
	key := store.NewKey()
	s, err := store.Open(t.Context(), db, store.Options{Key: key, Now: func() time.Time { return villageTime }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	look := func(when string) {
		t.Helper()
		err := s.Update(t.Context(), func(tx *store.Tx) error {
			_, m, met, err := tx.Meet("test:1", canary+"-address")
			if err != nil || met || m.ID != member || m.Name != canary+" name" {
				t.Errorf("%s her address finds %+v, %v", when, m, err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		checkAll(t, db, s, key)
	}
	look("before,")
	if aboutKeys(t, s).Resealing == nil || !due(t, s, store.ResealJob) {
		t.Error("it is not planned that what is old is sealed")
	}
	for done := false; !done; {
		if done, err = s.Reseal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look("afterwards,")
	if !due(t, s, store.ScrubJob) {
		t.Error("it is not planned that the file is wiped")
	}
	scrubbed(t, db)
	raw := read(t, path)
	for _, mark := range []string{canary, inBase64, secret} {
		if at := bytes.Index(raw, []byte(mark)); at >= 0 {
			t.Errorf("%q stands in the file: %q", mark, raw[max(0, at-60):min(len(raw), at+60)])
		}
	}
}

// due says whether a job is planned.
func due(t *testing.T, s *store.Store, job string) (planned bool) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) error {
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			planned = planned || d.Job == job
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return planned
}

// An old database opened without a key stays as it was.
func TestOldFileWithoutKey(t *testing.T) {
	db, err := bolt.Open(oldFile(t), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if keyed, _, err := store.Peek(t.Context(), db); keyed || err != nil {
		t.Errorf("Peek = %v, %v", keyed, err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Keys()
		if err == nil {
			t.Error("there are keys")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if done, err := s.Reseal(t.Context()); !done || err != nil {
		t.Errorf("Reseal = %v, %v", done, err)
	}
}

// A passphrase of schema 4 stands there as its bare hash. The next start seals
// it.
func TestMigrateFromSchema4(t *testing.T) {
	db, s, key, member := filledStore(t)
	bare := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(canary), 5))
	change(t, db, func(kv store.KV) error {
		raw, err := kv.Get("passphrase", member)
		if err != nil {
			return err
		}
		old := bytes.Replace(raw, []byte(field(t, string(raw), "hash")), []byte(bare), 1)
		head, err := kv.Get("meta", "schema")
		if err != nil {
			return err
		}
		head = bytes.Replace(head, fmt.Appendf(nil, `{"version":%d`, store.SchemaVersion()), []byte(`{"version":4`), 1)
		return errors.Join(kv.Put("passphrase", member, old), kv.Put("meta", "schema", head))
	})
	s = openKeyed(t, db, key, "")
	look := func() {
		t.Helper()
		err := s.View(t.Context(), func(tx *store.Tx) error {
			p, err := tx.Passphrase(member)
			if err == nil && !bytes.Equal(p.Hash, bytes.Repeat([]byte(canary), 5)) {
				t.Errorf("the hash comes back as %q", p.Hash)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	look()
	if !due(t, s, store.ResealJob) {
		t.Error("it is not planned that it is sealed")
	}
	for done := false; !done; {
		var err error
		if done, err = s.Reseal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look()
	pairs(t, db, func(bucket, key string, raw []byte) {
		if bytes.Contains(raw, []byte(bare)) {
			t.Errorf("%s %s still holds the bare hash", bucket, key)
		}
	})
	checkAll(t, db, s, key)
}
