package memory_test

import (
	"fmt"
	"testing"

	"chihai/store"
	"chihai/store/memory"
	"chihai/store/storetest"
)

func TestBackend(t *testing.T) {
	for _, rerun := range []int{0, 1, 3} {
		t.Run(fmt.Sprint("rerun ", rerun), func(t *testing.T) {
			storetest.TestBackend(t, func(*testing.T) store.Backend { return memory.Open(memory.Options{Rerun: rerun}) })
		})
	}
}

// TestRerun counts how often fn runs.
func TestRerun(t *testing.T) {
	db := memory.Open(memory.Options{Rerun: 3})
	var runs []int
	for i := range 6 {
		runs = append(runs, 0)
		err := db.Update(t.Context(), func(kv store.KV) error {
			runs[i]++
			if _, err := kv.Get("b", fmt.Sprint(i)); err != store.ErrNotFound {
				t.Errorf("run %d of Update %d: Get = %v, want ErrNotFound", runs[i], i, err)
			}
			return kv.Put("b", fmt.Sprint(i), []byte("{}"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(runs); got != "[1 1 2 1 1 2]" {
		t.Errorf("the Updates ran %s times, want every third twice", got)
	}
}

func BenchmarkUpdate(b *testing.B) {
	for _, documents := range []int{100, 100_000} {
		b.Run(fmt.Sprint(documents), func(b *testing.B) {
			db := memory.New()
			value := fmt.Appendf(nil, "%1000d", 1)
			key := func(i int) string { return fmt.Sprintf("%08d", i*7919%documents) }
			db.Update(b.Context(), func(kv store.KV) error {
				for i := range documents {
					kv.Put("state", key(i), value)
				}
				return nil
			})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				db.Update(b.Context(), func(kv store.KV) error {
					kv.Get("state", key(i))
					return kv.Put("state", key(i), value)
				})
			}
		})
	}
}
