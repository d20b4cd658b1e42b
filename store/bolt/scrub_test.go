package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"chihai/store"
	"chihai/store/bolt"
)

// A token like <00000001> marks what one Update wrote; it stands in the key or
// all through the value.
const tokenSize = 10

// nextToken returns the first token in content and what comes after it.
func nextToken(content []byte) (string, []byte) {
	for {
		i := bytes.IndexByte(content, '<')
		if i < 0 || i+tokenSize > len(content) {
			return "", nil
		}
		if content[i+tokenSize-1] == '>' {
			return string(content[i : i+tokenSize]), content[i+tokenSize:]
		}
		content = content[i+1:]
	}
}

func tokenOf(s string) string {
	first, _ := nextToken([]byte(s))
	return first
}

// tokens returns those that the bytes of a file hold anywhere.
func tokens(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for mark, rest := nextToken(content); mark != ""; mark, rest = nextToken(rest) {
		found[mark] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// TestScrub puts, replaces and deletes documents of all sizes at random. After
// a Scrub the file must hold those that live and no trace of any other.
func TestScrub(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			db := open(t, path, bolt.Options{NoSync: true})
			random := rand.New(rand.NewPCG(seed, 0))
			sizes := []int{0, 10, 100, 900, 2000, 4000, 5000, 9000, 30_000, store.MaxValue - 2}
			live := make(map[string]string) // key to the token in its value
			n := 0
			for round := range 4 {
				for range 40 {
					err := db.Update(t.Context(), func(kv store.KV) error {
						for range 1 + random.IntN(8) {
							keys := slices.Sorted(maps.Keys(live))
							key := fmt.Sprintf("%03d", random.IntN(1000))
							if len(keys) > 0 && random.IntN(2) == 0 {
								key = keys[random.IntN(len(keys))]
							} else {
								n++
								key += fmt.Sprintf("<%08d>", n)
							}
							if random.IntN(3) == 0 {
								delete(live, key)
								if err := kv.Delete("b", key); err != nil {
									return err
								}
								continue
							}
							n++
							mark := fmt.Sprintf("<%08d>", n)
							size := sizes[random.IntN(len(sizes))]
							value := strings.Repeat(mark, size/len(mark)+1)[:size]
							live[key] = tokenOf(value)
							if err := kv.Put("b", key, quoted(value)); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				if round == 3 { // nothing at all is left
					for key := range live {
						remove(t, db, key)
					}
					clear(live)
				}
				var want []string
				for key, mark := range live {
					want = append(want, tokenOf(key))
					if mark != "" {
						want = append(want, mark)
					}
				}
				slices.Sort(want)
				if before := tokens(t, path); len(before) <= len(want) {
					t.Fatalf("round %d: no remains before the scrub: %d tokens, %d of them alive", round, len(before), len(want))
				}
				wiped, err := db.Scrub(t.Context())
				if err != nil || wiped == 0 {
					t.Fatalf("Scrub = %d, %v; want that it wipes", wiped, err)
				}
				if got := tokens(t, path); !slices.Equal(got, want) {
					t.Fatalf("round %d: the file holds %d tokens\n%v\nof which %d are alive\n%v", round, len(got), got, len(want), want)
				}
				if wiped, err := db.Scrub(t.Context()); err != nil || wiped != 0 {
					t.Errorf("second Scrub = %d, %v; want nothing to do", wiped, err)
				}
				for key, mark := range live {
					if got := get(t, db, key); tokenOf(got) != mark {
						t.Fatalf("%s begins with %.10q, want %q", key, got, mark)
					}
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if err := bolt.Check(path); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestScrubKeepsBothHeads destroys one of the two heads of a scrubbed file, as
// a torn write might. The other one must lead to everything.
func TestScrubKeepsBothHeads(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	db := open(t, path, bolt.Options{})
	for i := range 100 {
		put(t, db, fmt.Sprint(i), strings.Repeat("old", 300))
	}
	for i := range 100 {
		put(t, db, fmt.Sprint(i), strings.Repeat("new", 300))
	}
	if _, err := db.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	db.Close()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for head := range 2 {
		torn := slices.Clone(content)
		clear(torn[head*os.Getpagesize():][:os.Getpagesize()])
		path := filepath.Join(dir, fmt.Sprint("torn", head))
		if err := os.WriteFile(path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		db := open(t, path, bolt.Options{})
		for i := range 100 {
			if got := get(t, db, fmt.Sprint(i)); got != strings.Repeat("new", 300) {
				t.Fatalf("without head %d the value of %d begins with %.6q", head, i, got)
			}
		}
		put(t, db, "more", "")
		db.Close()
		if err := bolt.Check(path); err != nil {
			t.Error(err)
		}
	}
}

// TestScrubWithReader scrubs while somebody reads an older state.
func TestScrubWithReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db := open(t, path, bolt.Options{})
	for i := range 100 {
		put(t, db, fmt.Sprint(i), strings.Repeat("<00000001>", 200))
	}
	err := db.View(t.Context(), func(kv store.KV) error {
		scrubbed := make(chan error)
		go func() {
			for i := range 100 {
				put(t, db, fmt.Sprint(i), strings.Repeat("<00000002>", 200))
			}
			_, err := db.Scrub(t.Context())
			scrubbed <- err
		}()
		if err := <-scrubbed; err != store.ErrScrubLater {
			t.Errorf("Scrub = %v, want ErrScrubLater", err)
		}
		n := 0
		for p, err := range kv.Scan("b", "", "") {
			if err != nil || !strings.HasPrefix(string(p.Value), `"<00000001>`) {
				return fmt.Errorf("the reader sees %.10q, %v", p.Value, err)
			}
			n++
		}
		if n != 100 {
			t.Errorf("the reader sees %d documents, want 100", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Scrub(t.Context()); err != nil {
		t.Errorf("Scrub after the reader = %v", err)
	}
	if got := tokens(t, path); !slices.Equal(got, []string{"<00000002>"}) {
		t.Errorf("the file holds %v, want only the new values", got)
	}
}

// TestScrubAmongOthers scrubs while others write and read in short
// transactions.
func TestScrubAmongOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db := open(t, path, bolt.Options{NoSync: true})
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for g := range 6 {
		all.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				key, value := fmt.Sprintf("%d-%02d", g, i%50), strings.Repeat(fmt.Sprint(i%10), 100*(i%60))
				if err := db.Update(context.Background(), func(kv store.KV) error { return kv.Put("b", key, quoted(value)) }); err != nil {
					t.Error(err)
				}
				if got := get(t, db, key); got != value {
					t.Errorf("%s begins with %.10q, want %.10q", key, got, value)
				}
			}
		})
	}
	wiped := int64(0)
	for range 8 {
		n, err := db.Scrub(t.Context())
		if err != nil && !errors.Is(err, store.ErrScrubLater) {
			t.Error(err)
		}
		wiped += n
	}
	cancel()
	all.Wait()
	if wiped == 0 {
		t.Error("nothing was wiped in 8 scrubs")
	}
	db.Close()
	if err := bolt.Check(path); err != nil {
		t.Error(err)
	}
}

func TestScrubCancelled(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "test.db"), bolt.Options{})
	put(t, db, "k", "v")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Scrub(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Scrub = %v, want the error of ctx", err)
	}
	put(t, db, "k", "w")
}
