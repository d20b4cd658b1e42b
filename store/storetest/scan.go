package storetest

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"chihai/store"
)

// testByteOrder writes keys that a collation would order, fold or trim in its
// own way.
func testByteOrder(t *testing.T, b store.Backend) {
	names := []string{
		"a", "A", "b", "B", "Z", "z", "aa", "Aa", "aA", "a a", "a ", " a", "a-a", "a_a", "a/a", "a/", "a0", "a.a",
		"0", "1", "10", "2", "02", "-1", "~", "!", "%", "\\", "'", "\"", "\t", "\x01", "\x7f",
		"d", "đ", "Đ", "e", "ê", "ế", "é", "e\u0301", "i", "ı", "ß", "ss", "ﬁ", "ÿ", "\u0080", "\u07ff", "\u0800",
		"한", "日本", "\ufffd", "\uffff", "\U00010000", "😀", "\U0010ffff",
		strings.Repeat("a", 200), strings.Repeat("a", 200) + "b", strings.Repeat("a", 201),
	}
	put(t, b, "b/remove=me")
	err := b.Update(t.Context(), func(kv store.KV) error {
		for i, name := range names {
			if err := kv.Put("b", name, fmt.Append(nil, i)); err != nil {
				return err
			}
		}
		return kv.Delete("b", "remove")
	})
	if err != nil {
		t.Fatal(err)
	}
	sorted := slices.Sorted(slices.Values(names))
	err = b.View(t.Context(), func(kv store.KV) error {
		if err := wantScan(kv, "b", "", "", sorted...); err != nil {
			return err
		}
		for i, name := range names {
			if v, err := kv.Get("b", name); err != nil || string(v) != fmt.Sprint(i) {
				return fmt.Errorf("get(%q) = %s, %v; want %d", name, v, err, i)
			}
			at, _ := slices.BinarySearch(sorted, name)
			if err := wantScan(kv, "b", name, "", sorted[at:]...); err != nil {
				return err
			}
			if err := wantScan(kv, "b", "", name, sorted[:at]...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func testBucketsApart(t *testing.T, b store.Backend) {
	put(t, b, "a/k=a", "a_/k=a_", "a0/k=a0", "aa/k=aa", "b/k=b", "b/l=b", "a/z=a")
	want(t, b, "a", "a/k=a", "a/z=a")
	want(t, b, "a_", "a_/k=a_")
	want(t, b, "aa", "aa/k=aa")
	want(t, b, "b", "b/k=b", "b/l=b")
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := kv.Delete("a", "k"); err != nil {
			return err
		}
		return wantScan(kv, "a", "", "", "z")
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, b, "a aa", "a/z=a", "aa/k=aa")
}

// testScanEdges scans between all pairs of bounds, in a View and in an Update
// that wrote half of the keys itself.
func testScanEdges(t *testing.T, b store.Backend) {
	names := []string{"b", "b/1", "b/2", "b0", "c", "ca", "d"}
	bounds := append([]string{"", "a", "b/", "b/10", "b/3", "bb", "zz"}, names...)
	edges := func(kv store.KV) error {
		for _, from := range bounds {
			for _, to := range bounds {
				var inside []string
				for _, n := range names {
					if n >= from && (to == "" || n < to) {
						inside = append(inside, n)
					}
				}
				if err := wantScan(kv, "b", from, to, inside...); err != nil {
					return err
				}
			}
		}
		return nil
	}
	put(t, b, "b/b=", "b/b/2=", "b/c=", "b/d=", "a/z=", "c/a=", "b/bad=")
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := putAll(kv, "b/b/1=", "b/b0=", "b/ca="); err != nil {
			return err
		}
		if err := kv.Delete("b", "bad"); err != nil {
			return err
		}
		return edges(kv)
	})
	if err != nil {
		t.Errorf("in an Update: %v", err)
	}
	if err := b.View(t.Context(), edges); err != nil {
		t.Errorf("in a View: %v", err)
	}
}

func testScanStops(t *testing.T, b store.Backend) {
	put(t, b, "b/a=", "b/c=", "b/e=")
	stops := func(kv store.KV) error {
		all, back := kv.Scan("b", "", ""), kv.ScanBack("b", "", "")
		for n := range 4 {
			for _, scan := range []iter.Seq2[store.Pair, error]{all, back} {
				seen := 0
				for _, err := range scan {
					if err != nil {
						return err
					}
					if seen++; seen >= n {
						break
					}
				}
				if seen != max(n, 1) {
					return fmt.Errorf("a scan to be stopped after %d yielded %d", n, seen)
				}
			}
		}
		return wantScan(kv, "b", "", "", "a", "c", "e")
	}
	if err := b.View(t.Context(), stops); err != nil {
		t.Error(err)
	}
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := putAll(kv, "b/b=", "b/c=", "b/d="); err != nil {
			return err
		}
		for _, key := range []string{"b", "d"} {
			if err := kv.Delete("b", key); err != nil {
				return err
			}
		}
		return stops(kv)
	})
	if err != nil {
		t.Error(err)
	}
}

func testScanMerges(t *testing.T, b store.Backend) {
	put(t, b, "b/20=old", "b/30=old", "b/40=old", "b/50=old", "b/60=old")
	err := b.Update(t.Context(), func(kv store.KV) error {
		if err := putAll(kv, "b/10=new", "b/30=new", "b/35=new", "b/36=new", "b/50=brief", "b/55=brief", "b/70=new"); err != nil {
			return err
		}
		for _, key := range []string{"20", "50", "55", "99"} {
			if err := kv.Delete("b", key); err != nil {
				return err
			}
		}
		wanted := []string{"10=new", "30=new", "35=new", "36=new", "40=old", "60=old", "70=new"}
		for _, scan := range []iter.Seq2[store.Pair, error]{kv.Scan("b", "", ""), kv.ScanBack("b", "", "")} {
			var got []string
			for p, err := range scan {
				if err != nil {
					return err
				}
				got = append(got, p.Key+"="+word(p.Value))
			}
			if slices.Sort(got); !slices.Equal(got, wanted) {
				return fmt.Errorf("scan yields %q, want %q", got, wanted)
			}
		}
		if err := wantScan(kv, "b", "20", "40", "30", "35", "36"); err != nil {
			return err
		}
		return wantScan(kv, "b", "", "", "10", "30", "35", "36", "40", "60", "70")
	})
	if err != nil {
		t.Fatal(err)
	}
}

// testWriteDuringScan writes behind, at and ahead of a running scan, which must
// not see any of it.
func testWriteDuringScan(t *testing.T, b store.Backend) {
	var names []string
	for i := range 60 {
		names = append(names, fmt.Sprintf("b/%03d=old", i*10))
	}
	for _, back := range []bool{false, true} {
		err := b.Update(t.Context(), func(kv store.KV) error {
			if err := deleteAll(kv, "b"); err != nil {
				return err
			}
			return putAll(kv, names[:40]...)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = b.Update(t.Context(), func(kv store.KV) error {
			if err := putAll(kv, names[30:]...); err != nil {
				return err
			}
			scan, sign := kv.Scan("b", "", ""), 1
			if back {
				scan, sign = kv.ScanBack("b", "", ""), -1
			}
			last, n := "", 0
			for p, err := range scan {
				if err != nil {
					return err
				}
				if last != "" && cmp.Compare(p.Key, last) != sign {
					return fmt.Errorf("%s follows %s", p.Key, last)
				}
				if n++; word(p.Value) != "old" {
					return fmt.Errorf("the scan yields %s, which was written while it ran", p.Key)
				}
				last = p.Key
				if err := putAll(kv, "b/"+p.Key+"-=new", "b/"+p.Key[:2]+"/=new", "b/"+p.Key+"=new"); err != nil {
					return err
				}
				ahead := fmt.Sprintf("%03d", (30+n*10*sign)%600)
				if err := kv.Put("b", ahead, text("new")); err != nil {
					return err
				}
				if err := kv.Delete("b", ahead); err != nil {
					return err
				}
			}
			if n != 60 {
				return fmt.Errorf("the scan saw %d of the 60 keys that were there before", n)
			}
			return nil
		})
		if err != nil {
			t.Errorf("backwards %v: %v", back, err)
		}
	}
}

func testScanWithinScan(t *testing.T, b store.Backend) {
	put(t, b, "b/1=", "b/2=", "b/3=", "c/1=", "c/2=")
	nested := func(kv store.KV) error {
		var got []string
		for p, err := range kv.Scan("b", "", "") {
			if err != nil {
				return err
			}
			for q, err := range kv.ScanBack("c", "", "") {
				if err != nil {
					return err
				}
				if _, err := kv.Get("b", q.Key); err != nil {
					return err
				}
				got = append(got, p.Key+q.Key)
			}
		}
		if want := []string{"12", "11", "22", "21", "32", "31"}; !slices.Equal(got, want) {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		return nil
	}
	if err := b.View(t.Context(), nested); err != nil {
		t.Error(err)
	}
	if err := b.Update(t.Context(), nested); err != nil {
		t.Error(err)
	}
}

// testLongScan goes through many pages of a database, also such as the same
// transaction has emptied.
func testLongScan(t *testing.T, b store.Backend) {
	var names []string
	err := b.Update(t.Context(), func(kv store.KV) error {
		names = nil
		for i := range 3000 {
			names = append(names, fmt.Sprintf("%05d", i))
			if err := kv.Put("b", names[i], text(fmt.Sprintf("%100d", i))); err != nil {
				return err
			}
		}
		return wantScan(kv, "b", "", "", names...)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = b.Update(t.Context(), func(kv store.KV) error {
		for _, name := range names[1000:2000] {
			if err := kv.Delete("b", name); err != nil {
				return err
			}
		}
		return wantScan(kv, "b", "", "", slices.Concat(names[:1000], names[2000:])...)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = b.View(t.Context(), func(kv store.KV) error {
		if err := wantScan(kv, "b", "00990", "02010", slices.Concat(names[990:1000], names[2000:2010])...); err != nil {
			return err
		}
		return wantScan(kv, "b", "", "", slices.Concat(names[:1000], names[2000:])...)
	})
	if err != nil {
		t.Error(err)
	}
}

func deleteAll(kv store.KV, bucket string) error {
	for p, err := range kv.Scan(bucket, "", "") {
		if err != nil {
			return err
		}
		if err := kv.Delete(bucket, p.Key); err != nil {
			return err
		}
	}
	return nil
}
