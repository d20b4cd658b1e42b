package postgres_test

import (
	"context"
	"testing"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// TestPrefetch has what an Update reads at hand in two round trips, the second
// for what the first one leads to, and takes new names for absent without
// asking.
func TestPrefetch(t *testing.T) {
	dsn := postgrestest.Start(t).Database(t)
	one := open(t, dsn, postgres.Options{})
	put(t, one, "contact", `{"id":"x","members":[1,2],"speaker":"member","more":{"speaker":"wrong"}}`)
	put(t, one, "member", `{"name":"m"}`)
	other := open(t, dsn, postgres.Options{}) // which knows all tables now
	wants := []store.Want{
		{Bucket: "b", Key: "contact", Field: "speaker", Next: []string{"b", "seen"}},
		{Bucket: "b", Key: "new", New: true},
	}
	read := func(want string) {
		t.Helper()
		err := other.Update(context.Background(), func(kv store.KV) error {
			for _, key := range []string{"contact", "member", "new"} {
				if _, err := kv.Get("b", key); err != nil && err != store.ErrNotFound {
					return err
				}
			}
			if _, err := kv.Get("seen", "member"); err != store.ErrNotFound {
				t.Errorf("Get = %v, want ErrNotFound", err)
			}
			v, err := kv.Get("b", "new")
			if err == store.ErrNotFound {
				v = []byte("null")
			}
			if string(v) != want {
				return kv.Put("b", "wrong", v) // a first run may see it so
			}
			return kv.Put("b", "right", v)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	other.Prefetch(t.Context(), wants)
	read("null")
	s := other.Stats()
	if s.Prefetches != 2 || s.Fetches != 0 || s.Sent != 1 || s.Reruns != 0 {
		t.Errorf("Stats = %+v, want two round trips before the Update and one for it", s)
	}
	// What was taken for new, and is there, is found at the commit.
	put(t, one, "new", `7`)
	put(t, one, "right", `1`)
	other.Prefetch(t.Context(), wants)
	read("7")
	if got := get(t, one, "right"); got != "7" {
		t.Errorf("the Update went by %s, want 7", got)
	}
	if s := other.Stats(); s.Reruns != 1 {
		t.Errorf("Stats = %+v, want one that ran again", s)
	}
}
