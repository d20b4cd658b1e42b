package storetest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"chihai/store"
)

func testLimits(t *testing.T, b store.Backend) {
	for _, tt := range []struct {
		name, bucket, key string
		value             []byte
	}{
		{"no key", "b", "", nil},
		{"long key", "b", strings.Repeat("k", store.MaxKey+1), nil},
		{"key with NUL", "b", "a\x00b", nil},
		{"key not UTF-8", "b", "a\xff", nil},
		{"half a rune", "b", "đ"[:1], nil},
		{"surrogate", "b", "\xed\xa0\x80", nil},
		{"no bucket", "", "k", nil},
		{"bucket with capital", "B", "k", nil},
		{"bucket with space", "b b", "k", nil},
		{"long bucket", strings.Repeat("b", 41), "k", nil},
		{"long value", "b", "k", make([]byte, store.MaxValue+1)},
	} {
		err := b.Update(t.Context(), func(kv store.KV) error {
			if err := kv.Put(tt.bucket, tt.key, tt.value); err == nil {
				t.Errorf("%s: Put returns no error", tt.name)
			}
			if tt.name != "long value" && kv.Delete(tt.bucket, tt.key) == nil {
				t.Errorf("%s: Delete returns no error", tt.name)
			}
			return kv.Put("b", "sound", []byte("1"))
		})
		if err != nil {
			t.Errorf("%s: Update = %v, want nil: its other write is sound", tt.name, err)
		}
	}
	want(t, b, "b", "b/sound=1")
}

// testGreatest keeps what just fits, with every byte in the value, a hundred
// times in one Update.
func testGreatest(t *testing.T, b store.Backend) {
	value := make([]byte, store.MaxValue)
	for i := range value {
		value[i] = byte(i)
	}
	bucket := strings.Repeat("b", 40)
	key := func(i int) string { return fmt.Sprintf("%04d", i) + strings.Repeat("đ", store.MaxKey/2-2) }
	err := b.Update(t.Context(), func(kv store.KV) error {
		for i := range 100 {
			if err := kv.Put(bucket, key(i), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = b.View(t.Context(), func(kv store.KV) error {
		for i := range 100 {
			if v, err := kv.Get(bucket, key(i)); err != nil || !bytes.Equal(v, value) {
				return fmt.Errorf("get of pair %d returns %d bytes, %v; want the %d that were put", i, len(v), err, len(value))
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// testBadKeys reads with keys and buckets that cannot be there.
func testBadKeys(t *testing.T, b store.Backend) {
	put(t, b, "b/k=1")
	err := b.View(t.Context(), func(kv store.KV) error {
		for _, at := range [][2]string{{"b", ""}, {"b", strings.Repeat("k", 40_000)}, {"b", "k\x00"}, {"b", "\xff"}, {"B", "k"}, {"b\xff", "k"}} {
			if v, err := kv.Get(at[0], at[1]); err == nil {
				t.Errorf("Get(%.20q, %.20q) = %q, want an error", at[0], at[1], v)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
