// Package storetest says what a [store.Backend] must do, as tests. A backend's
// own test calls [TestBackend], and [TestReopen] if it outlives the process:
//
//	func TestBackend(t *testing.T) {
//		storetest.TestBackend(t, func(t *testing.T) store.Backend { return memory.New() })
//	}
//
// A test that every database must pass belongs here; what only one of them
// promises is tested beside it.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"chihai/store"
)

// TestBackend tests the databases that open returns, each of which must be
// empty and is closed by the test.
func TestBackend(t *testing.T, open func(t *testing.T) store.Backend) {
	for _, tt := range []struct {
		name string
		test func(t *testing.T, b store.Backend)
	}{
		{"put, get and delete", testPutGetDelete},
		{"absent bucket", testAbsentBucket},
		{"own writes", testOwnWrites},
		{"error undoes", testErrorUndoes},
		{"panic undoes", testPanicUndoes},
		{"end of goroutine undoes", testGoexitUndoes},
		{"view is read-only", testViewReadOnly},
		{"view is a snapshot", testViewSnapshot},
		{"update is seen when it is done", testIsolation},
		{"values belong to the caller", testOwnership},
		{"use after the end", testUseAfterEnd},
		{"scan after the end", testScanAfterEnd},

		{"byte order", testByteOrder},
		{"buckets are apart", testBucketsApart},
		{"scan edges", testScanEdges},
		{"scan stops", testScanStops},
		{"scan merges own writes", testScanMerges},
		{"write during scan", testWriteDuringScan},
		{"scan within scan", testScanWithinScan},
		{"long scan", testLongScan},

		{"limits", testLimits},
		{"greatest pairs", testGreatest},
		{"bad keys", testBadKeys},

		{"cancelled before", testCancelledBefore},
		{"cancelled while another runs", testCancelledWaiting},
		{"cancelled within", testCancelledWithin},
		{"counter", testCounter},
		{"crossing reads", testCrossingReads},
		{"sum stays", testSumStays},
		{"closed", testClosed},
		{"close waits", testCloseWaits},
		{"close among writers", testCloseAmongWriters},

		{"model", testModel},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := open(t)
			tt.test(t, b)
			if err := b.Close(); err != nil {
				t.Errorf("Close = %v", err)
			}
		})
	}
}

var errTest = errors.New("error of the test")

// put keeps pairs, given as "bucket/key=value", in one Update.
func put(t *testing.T, b store.Backend, pairs ...string) {
	t.Helper()
	if err := b.Update(t.Context(), func(kv store.KV) error { return putAll(kv, pairs...) }); err != nil {
		t.Fatalf("Update = %v", err)
	}
}

func putAll(kv store.KV, pairs ...string) error {
	for _, p := range pairs {
		at, value, _ := strings.Cut(p, "=")
		bucket, key, _ := strings.Cut(at, "/")
		if err := kv.Put(bucket, key, text(value)); err != nil {
			return fmt.Errorf("put %s: %w", p, err)
		}
	}
	return nil
}

// want compares what the buckets hold, as "bucket/key=value" in byte order,
// with pairs.
func want(t *testing.T, b store.Backend, buckets string, pairs ...string) {
	t.Helper()
	var got []string
	err := b.View(context.Background(), func(kv store.KV) error {
		got = nil
		for _, bucket := range strings.Fields(buckets) {
			for p, err := range kv.Scan(bucket, "", "") {
				if err != nil {
					return err
				}
				value, err := kv.Get(bucket, p.Key)
				if err != nil || string(value) != string(p.Value) {
					return fmt.Errorf("get %s/%s = %q, %v; Scan yields %q", bucket, p.Key, value, err, p.Value)
				}
				got = append(got, bucket+"/"+p.Key+"="+word(p.Value))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("View = %v", err)
	}
	if !slices.Equal(got, pairs) {
		t.Fatalf("database holds\n%q\nwant\n%q", got, pairs)
	}
}

// keys collects the keys that a scan yields.
func keys(scan func(func(store.Pair, error) bool)) ([]string, error) {
	var keys []string
	for p, err := range scan {
		if err != nil {
			return keys, err
		}
		keys = append(keys, p.Key)
	}
	return keys, nil
}

// wantScan compares the keys that Scan and ScanBack yield with keys.
func wantScan(kv store.KV, bucket, from, to string, want ...string) error {
	got, err := keys(kv.Scan(bucket, from, to))
	if err != nil || !slices.Equal(got, want) {
		return fmt.Errorf("scan(%q, %q, %q) yields %q, %v; want %q", bucket, from, to, got, err, want)
	}
	back, err := keys(kv.ScanBack(bucket, from, to))
	slices.Reverse(back)
	if err != nil || !slices.Equal(back, want) {
		return fmt.Errorf("scan back(%q, %q, %q) yields the reverse of %q, %v; want %q", bucket, from, to, back, err, want)
	}
	return nil
}

// text is the document that the tests keep for s: a JSON string.
func text(s string) []byte {
	doc, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		panic(err) // the tests keep UTF-8 only
	}
	return doc
}

// word is what text made a document of, or the document itself.
func word(doc []byte) string {
	s, err := jsontext.AppendUnquote(nil, doc)
	if err != nil {
		return string(doc)
	}
	return string(s)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
