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
		{"no key", "b", "", text("")},
		{"long key", "b", strings.Repeat("k", store.MaxKey+1), text("")},
		{"key with NUL", "b", "a\x00b", text("")},
		{"key not UTF-8", "b", "a\xff", text("")},
		{"half a rune", "b", "đ"[:1], text("")},
		{"surrogate", "b", "\xed\xa0\x80", text("")},
		{"no bucket", "", "k", text("")},
		{"bucket with capital", "B", "k", text("")},
		{"bucket with space", "b b", "k", text("")},
		{"long bucket", strings.Repeat("b", 41), "k", text("")},
		{"long value", "b", "k", text(strings.Repeat("v", store.MaxValue-1))},
		{"no value", "b", "k", nil},
		{"value not JSON", "b", "k", []byte("word")},
		{"two values", "b", "k", []byte("1 2")},
		{"half a value", "b", "k", []byte(`{"a":`)},
		{"value not UTF-8", "b", "k", []byte("\"\xff\"")},
		{"value with NUL", "b", "k", []byte("\"\x00\"")},
		{"value with half a surrogate", "b", "k", []byte(`"\ud800"`)},
		{"value nested without end", "b", "k", []byte(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000))},
	} {
		err := b.Update(t.Context(), func(kv store.KV) error {
			if err := kv.Put(tt.bucket, tt.key, tt.value); err == nil {
				t.Errorf("%s: Put returns no error", tt.name)
			}
			if store.CheckKey(tt.bucket, tt.key) != nil && kv.Delete(tt.bucket, tt.key) == nil {
				t.Errorf("%s: Delete returns no error", tt.name)
			}
			return kv.Put("b", "sound", text("1"))
		})
		if err != nil {
			t.Errorf("%s: Update = %v, want nil: its other write is sound", tt.name, err)
		}
	}
	want(t, b, "b", "b/sound=1")
}

// testGreatest keeps what just fits, with every kind of character in the value,
// a hundred times in one Update. Documents stay as they are to the byte.
func testGreatest(t *testing.T, b store.Backend) {
	var every strings.Builder
	for r := range rune(0x800) {
		every.WriteRune(r)
	}
	value := text(every.String() + "\u2028😀\U0010ffff")
	value = append([]byte(`{ "a":"\u0000\u00e9\ud83d\ude00\/", "n":1.50e+3,"a":`), value...)
	value = append(value, strings.Repeat(" ", store.MaxValue-len(value)-1)+"}"...)
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
