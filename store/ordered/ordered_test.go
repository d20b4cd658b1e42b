package ordered_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"chihai/store/ordered"
)

// TestMap compares a Map, and the copies taken of it on the way, with plain
// maps.
func TestMap(t *testing.T) {
	buckets := []string{"a", "ab", "b"}
	rapid.Check(t, func(t *rapid.T) {
		m, model := new(ordered.Map), map[[2]string]string{}
		type copied struct {
			m     *ordered.Map
			model map[[2]string]string
		}
		var copies []copied
		bucket := rapid.SampledFrom(buckets)
		key := rapid.Custom(func(t *rapid.T) string { return fmt.Sprintf("%03d", rapid.IntRange(0, 600).Draw(t, "n")) })
		t.Repeat(map[string]func(*rapid.T){
			"set many": func(t *rapid.T) {
				b, step := bucket.Draw(t, "bucket"), rapid.SampledFrom([]int{-7, -1, 1, 7}).Draw(t, "step")
				for i, n := rapid.IntRange(0, 600).Draw(t, "from"), 0; n < 150 && i >= 0 && i <= 600; i, n = i+step, n+1 {
					k := fmt.Sprintf("%03d", i)
					m.Set(b, k, []byte(k))
					model[[2]string{b, k}] = k
				}
			},
			"set": func(t *rapid.T) {
				b, k, v := bucket.Draw(t, "bucket"), key.Draw(t, "key"), key.Draw(t, "value")
				m.Set(b, k, []byte(v))
				model[[2]string{b, k}] = v
			},
			"delete": func(t *rapid.T) {
				b, k := bucket.Draw(t, "bucket"), key.Draw(t, "key")
				m.Delete(b, k)
				delete(model, [2]string{b, k})
			},
			"delete many": func(t *rapid.T) {
				b, from, to := bucket.Draw(t, "bucket"), key.Draw(t, "from"), key.Draw(t, "to")
				for k := range maps.Clone(model) {
					if k[0] == b && k[1] >= from && k[1] < to {
						m.Delete(k[0], k[1])
						delete(model, k)
					}
				}
			},
			"clone": func(t *rapid.T) {
				copies = append(copies, copied{m.Clone(), maps.Clone(model)})
				if rapid.Bool().Draw(t, "go on with the copy") {
					m, copies[len(copies)-1].m = copies[len(copies)-1].m, m
				}
			},
			"": func(t *rapid.T) { check(t, m, model) },
		})
		for _, c := range copies {
			check(t, c.m, c.model)
		}
	})
}

func check(t *rapid.T, m *ordered.Map, model map[[2]string]string) {
	if m.Len() != len(model) {
		t.Fatalf("Len = %d, want %d", m.Len(), len(model))
	}
	var all []string
	for e := range m.All() {
		all = append(all, e.Bucket+" "+e.Key)
		if got := model[[2]string{e.Bucket, e.Key}]; got != string(e.Value) {
			t.Fatalf("%s %s = %s, want %s", e.Bucket, e.Key, e.Value, got)
		}
	}
	if len(all) != len(model) || !slices.IsSorted(all) {
		t.Fatalf("All yields %d of %d entries, sorted: %v", len(all), len(model), slices.IsSorted(all))
	}
	from, to := rapid.SampledFrom([]string{"", "100", "128", "300"}).Draw(t, "from"), rapid.SampledFrom([]string{"", "200", "400", "601"}).Draw(t, "to")
	for _, b := range []string{"", "a", "ab", "b", "c"} {
		var want, got, back []string
		for _, k := range keysOf(model, b) {
			if k >= from && (to == "" || k < to) {
				want = append(want, k)
			}
		}
		up, down := m.Ascend(b, from, to), m.Descend(b, from, to)
		for e, ok := up.Next(); ok; e, ok = up.Next() {
			got = append(got, e.Key)
		}
		for e, ok := down.Next(); ok; e, ok = down.Next() {
			back = append(back, e.Key)
		}
		slices.Reverse(back)
		if !slices.Equal(got, want) || !slices.Equal(back, want) {
			t.Fatalf("bucket %q from %q to %q:\nascending  %v\ndescending %v\nwant       %v", b, from, to, got, back, want)
		}
	}
}

func keysOf(model map[[2]string]string, bucket string) []string {
	var keys []string
	for k := range model {
		if k[0] == bucket {
			keys = append(keys, k[1])
		}
	}
	slices.Sort(keys)
	return keys
}
