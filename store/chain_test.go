package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// chained is a database with 30 rows of the audit in its chain.
func chained(t *testing.T) (*store.Store, *memory.DB) {
	t.Helper()
	db := memory.New()
	s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return villageTime }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	logRows(t, s, 30)
	chainAll(t, s)
	return s, db
}

func logRows(t *testing.T, s *store.Store, n int) {
	t.Helper()
	for i := range n {
		if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Log("m", "see", fmt.Sprint(i)) }); err != nil {
			t.Fatal(err)
		}
	}
}

// chainAll chains in portions of 7, as a job does.
func chainAll(t *testing.T, s *store.Store) {
	t.Helper()
	for n := 7; n == 7; {
		err := s.Update(t.Context(), func(tx *store.Tx) (err error) {
			n, err = tx.ChainAudits(7)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// checkChain returns what is wrong with the audit.
func checkChain(t *testing.T, s *store.Store, head string) (*store.AuditReport, []string) {
	t.Helper()
	var r *store.AuditReport
	var wrong []string
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		r, err = tx.CheckAudits(head, func(bucket, key, what string) { wrong = append(wrong, bucket+" "+key+" "+what) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, wrong
}

func TestChain(t *testing.T) {
	s, _ := chained(t)
	r, wrong := checkChain(t, s, "")
	if len(wrong) > 0 || r.Head.Rows != 30 || r.Waiting != 0 || r.Late != 0 {
		t.Fatalf("%+v, %q", r, wrong)
	}
	head := r.Head.Hash
	logRows(t, s, 3)
	if r, wrong := checkChain(t, s, head); len(wrong) > 0 || !r.Found || r.Waiting != 3 || !r.Oldest.Equal(villageTime) {
		t.Errorf("with rows that wait: %+v, %q", r, wrong)
	}
	chainAll(t, s)
	if r, wrong := checkChain(t, s, strings.ToUpper(head)); len(wrong) > 0 || !r.Found || r.Head.Rows != 33 || r.Head.Hash == head {
		t.Errorf("an earlier head is not found: %+v, %q", r, wrong)
	}
	if r, _ := checkChain(t, s, strings.Repeat("0", 64)); r.Found {
		t.Error("a head that never was is found")
	}
}

// Whatever is done to the rows past the program is found out.
func TestTampering(t *testing.T) {
	rows := func(t *testing.T, kv store.KV, bucket string) (keys []string) {
		for p, err := range kv.Scan(bucket, "", "") {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, p.Key)
		}
		return keys
	}
	swap := func(kv store.KV, bucket, a, b string) error {
		x, err := kv.Get(bucket, a)
		if err != nil {
			return err
		}
		y, err := kv.Get(bucket, b)
		if err != nil {
			return err
		}
		if err := kv.Put(bucket, a, y); err != nil {
			return err
		}
		return kv.Put(bucket, b, x)
	}
	for name, tamper := range map[string]func(t *testing.T, kv store.KV, rows, links []string) error{
		"change a row": func(t *testing.T, kv store.KV, rows, _ []string) error {
			raw, err := kv.Get("audit", rows[12])
			if err != nil {
				return err
			}
			return kv.Put("audit", rows[12], []byte(strings.Replace(string(raw), `"see"`, `"sea"`, 1)))
		},
		"change a row and make its hash anew": func(_ *testing.T, kv store.KV, rows, links []string) error {
			row := []byte(`{"at":"2026-11-23T01:00:00Z","by":"m","did":"sea","object":"12"}`) // canonical
			before, err := link(kv, links[11])
			if err != nil {
				return err
			}
			l, err := link(kv, links[12])
			if err != nil {
				return err
			}
			sum := sha256.Sum256(fmt.Appendf(nil, "%s\n13\n%s\n2026-11-23T01:00:00Z\n%s", before.Hash, l.Row, row))
			l.Hash = hex.EncodeToString(sum[:])
			raw, err := json.Marshal(l)
			if err != nil {
				return err
			}
			return errors.Join(kv.Put("audit", l.Row, row), kv.Put("audit_chain", links[12], raw))
		},
		"add a field": func(t *testing.T, kv store.KV, rows, _ []string) error {
			raw, err := kv.Get("audit", rows[12])
			if err != nil {
				return err
			}
			return kv.Put("audit", rows[12], []byte(strings.Replace(string(raw), `{`, `{"x":1,`, 1)))
		},
		"delete a row":      func(_ *testing.T, kv store.KV, rows, _ []string) error { return kv.Delete("audit", rows[12]) },
		"delete the newest": func(_ *testing.T, kv store.KV, rows, _ []string) error { return kv.Delete("audit", rows[len(rows)-1]) },
		"delete a row and its link": func(_ *testing.T, kv store.KV, rows, links []string) error {
			if err := kv.Delete("audit", rows[12]); err != nil {
				return err
			}
			return kv.Delete("audit_chain", links[12])
		},
		"delete the newest and its link": func(_ *testing.T, kv store.KV, rows, links []string) error {
			if err := kv.Delete("audit", rows[29]); err != nil {
				return err
			}
			return kv.Delete("audit_chain", links[29])
		},
		"insert a row": func(_ *testing.T, kv store.KV, rows, _ []string) error {
			return kv.Put("audit", rows[12]+"x", []byte(`{"at":"2026-11-23T01:00:00Z","did":"see"}`))
		},
		"swap two rows": func(_ *testing.T, kv store.KV, rows, _ []string) error { return swap(kv, "audit", rows[3], rows[4]) },
		"swap two links": func(_ *testing.T, kv store.KV, _, links []string) error {
			return swap(kv, "audit_chain", links[3], links[4])
		},
		"an older head": func(_ *testing.T, kv store.KV, _, _ []string) error {
			return kv.Put("meta", "audit", []byte(`{"rows":29,"hash":"00"}`))
		},
		"no chain at all": func(_ *testing.T, kv store.KV, _, links []string) error {
			for _, l := range links {
				if err := kv.Delete("audit_chain", l); err != nil {
					return err
				}
			}
			return kv.Delete("meta", "audit")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, db := chained(t)
			change(t, db, func(kv store.KV) error { return tamper(t, kv, rows(t, kv, "audit"), rows(t, kv, "audit_chain")) })
			if _, wrong := checkChain(t, s, ""); len(wrong) == 0 {
				t.Error("nobody notices")
			}
			if wrong := check(t, db); !slices.ContainsFunc(wrong, func(w string) bool { return strings.HasPrefix(w, "audit") || strings.HasPrefix(w, "meta") }) {
				t.Errorf("Check does not notice: %q", wrong)
			}
		})
	}
}

func link(kv store.KV, key string) (l store.AuditLink, err error) {
	raw, err := kv.Get("audit_chain", key)
	if err == nil {
		err = json.Unmarshal(raw, &l)
	}
	return l, err
}

// The hash of a link is what its comment says, so that others can follow the
// chain without this program.
func TestLinkHash(t *testing.T) {
	_, db := chained(t)
	err := db.View(t.Context(), func(kv store.KV) error {
		before := ""
		for n := 1; n <= 30; n++ {
			l, err := link(kv, fmt.Sprintf("%012d", n))
			if err != nil {
				return err
			}
			row := fmt.Sprintf(`{"at":"2026-11-23T01:00:00Z","by":"m","did":"see","object":"%d"}`, n-1)
			sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s\n2026-11-23T01:00:00Z\n%s", before, n, l.Row, row))
			if l.Hash != hex.EncodeToString(sum[:]) {
				t.Fatalf("link %d has another hash than its row and the one before make", n)
			}
			before = l.Hash
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whoever makes the chain anew, without a row, cannot make the head that was
// noted before.
func TestChainMadeAnew(t *testing.T) {
	s, db := chained(t)
	r, _ := checkChain(t, s, "")
	change(t, db, func(kv store.KV) error {
		n := 0
		for p, err := range kv.Scan("audit", "", "") {
			if err != nil {
				return err
			}
			if n++; n == 12 {
				if err := kv.Delete("audit", p.Key); err != nil {
					return err
				}
				continue
			}
			if err := kv.Put("audit_new", p.Key, []byte("{}")); err != nil {
				return err
			}
		}
		for p, err := range kv.Scan("audit_chain", "", "") {
			if err != nil {
				return err
			}
			if err := kv.Delete("audit_chain", p.Key); err != nil {
				return err
			}
		}
		return kv.Delete("meta", "audit")
	})
	chainAll(t, s)
	if r, wrong := checkChain(t, s, r.Head.Hash); len(wrong) > 0 || r.Found {
		t.Errorf("the head that was noted is found in another chain: %+v %q", r, wrong)
	}
}

// Rows of a file of schema 2, which knew no chain, are chained.
func TestMigrateFromSchema2(t *testing.T) {
	_, db := chained(t)
	change(t, db, func(kv store.KV) error {
		for p, err := range kv.Scan("audit_chain", "", "") {
			if err != nil {
				return err
			}
			if err := kv.Delete("audit_chain", p.Key); err != nil {
				return err
			}
		}
		raw, err := kv.Get("meta", "schema")
		if err != nil {
			return err
		}
		now := fmt.Sprintf(`{"version":%d`, store.SchemaVersion())
		if err := kv.Put("meta", "schema", []byte(strings.Replace(string(raw), now, `{"version":2`, 1))); err != nil {
			return err
		}
		return kv.Delete("meta", "audit")
	})
	s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return villageTime }})
	if err != nil {
		t.Fatal(err)
	}
	chainAll(t, s)
	if r, wrong := checkChain(t, s, ""); len(wrong) > 0 || r.Head.Rows != 30 {
		t.Errorf("%+v, %q", r, wrong)
	}
}
