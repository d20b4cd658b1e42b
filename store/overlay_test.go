package store_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"chihai/store"
)

// counted is a base with the keys from 0 up to n, which counts how many pairs
// were taken from it.
type counted struct {
	n     int
	taken *int
}

func (c counted) Get(bucket, key string) ([]byte, error) { return nil, store.ErrNotFound }

func (c counted) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for i := range c.n {
			*c.taken++
			if !yield(store.Pair{Key: fmt.Sprintf("%07d", i), Value: []byte("base")}, nil) {
				return
			}
		}
	}
}

func (c counted) ScanBack(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for i := c.n - 1; i >= 0; i-- {
			*c.taken++
			if !yield(store.Pair{Key: fmt.Sprintf("%07d", i), Value: []byte("base")}, nil) {
				return
			}
		}
	}
}

// TestOverlayIsLazy stops scans over a million keys.
func TestOverlayIsLazy(t *testing.T) {
	for name, scan := range map[string]func(*store.Overlay) iter.Seq2[store.Pair, error]{
		"Scan":     func(o *store.Overlay) iter.Seq2[store.Pair, error] { return o.Scan("b", "", "") },
		"ScanBack": func(o *store.Overlay) iter.Seq2[store.Pair, error] { return o.ScanBack("b", "", "") },
	} {
		taken := 0
		o := store.NewOverlay(counted{1_000_000, &taken})
		for _, key := range []string{"0000001", "0000002x", "0999998", "0999997x"} {
			if err := o.Put("b", key, []byte(`"own"`)); err != nil {
				t.Fatal(err)
			}
		}
		for _, key := range []string{"0000000", "0999999"} {
			if err := o.Delete("b", key); err != nil {
				t.Fatal(err)
			}
		}
		seq := scan(o)
		if taken != 0 {
			t.Errorf("%s took %d pairs from the base before it was ranged over", name, taken)
		}
		var got []string
		for p, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, string(p.Value)); len(got) == 4 {
				break
			}
		}
		if !slices.Equal(got, []string{`"own"`, "base", `"own"`, "base"}) && !slices.Equal(got, []string{`"own"`, `"own"`, "base", "base"}) {
			t.Errorf("%s yields %v", name, got)
		}
		if taken > 5 {
			t.Errorf("%s took %d pairs from the base to yield 4", name, taken)
		}
	}
}

func TestOverlayWrites(t *testing.T) {
	taken := 0
	below := store.NewOverlay(counted{0, &taken})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(below.Put("b", "2", []byte(`"below"`)))
	must(below.Put("b", "3", []byte(`"below"`)))
	above := store.NewOverlay(below)
	must(above.Put("b", "1", []byte(`"above"`)))
	must(above.Put("b", "3", []byte(`"above"`)))
	must(above.Put("a", "9", []byte("{}")))
	must(above.Delete("b", "2"))
	above.End()
	if got := written(above); got != "a/9={} b/1=\"above\" b/2 deleted b/3=\"above\" " {
		t.Errorf("written above: %s", got)
	}
	if got := written(below); got != "b/2=\"below\" b/3=\"below\" " {
		t.Errorf("written below before Absorb: %s", got)
	}
	below.Absorb(above)
	if got := written(below); got != "a/9={} b/1=\"above\" b/2 deleted b/3=\"above\" " {
		t.Errorf("written below after Absorb: %s", got)
	}
	if below.Len() != 4 || below.Size() < len("abovebelow") {
		t.Errorf("Len, Size = %d, %d", below.Len(), below.Size())
	}
	if err := above.Put("b", "1", []byte("{}")); err != store.ErrTxDone {
		t.Errorf("Put after End = %v, want ErrTxDone", err)
	}
}

func written(o *store.Overlay) string {
	s := ""
	for w := range o.Writes() {
		if s += w.Bucket + "/" + w.Key; w.Value == nil {
			s += " deleted "
		} else {
			s += "=" + string(w.Value) + " "
		}
	}
	return s
}

// failing is a base whose disk is broken.
type failing struct{ err error }

func (f failing) Get(bucket, key string) ([]byte, error) { return nil, f.err }
func (f failing) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) { yield(store.Pair{}, f.err) }
}
func (f failing) ScanBack(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return f.Scan(bucket, from, to)
}

func TestOverlayErrors(t *testing.T) {
	broken := errors.New("disk is broken")
	o := store.NewOverlay(failing{broken})
	if err := o.Put("b", "k", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Get("b", "other"); err != broken {
		t.Errorf("Get = %v, want the error of the base", err)
	}
	for p, err := range o.Scan("b", "", "") {
		if err != broken {
			t.Errorf("Scan yields %v, %v; want the error of the base", p, err)
		}
	}
}

// TestOverlayAllocates bounds what a turn costs: six puts, ten gets.
func TestOverlayAllocates(t *testing.T) {
	taken := 0
	value := fmt.Appendf(nil, "%100d", 1)
	keys := []string{"a", "b", "c", "d", "e", "f"}
	n := testing.AllocsPerRun(100, func() {
		o := store.NewOverlay(counted{0, &taken})
		for _, key := range keys {
			o.Put("b", key, value)
		}
		for range 10 {
			o.Get("b", "none")
		}
		o.End()
	})
	if n > 11 {
		t.Errorf("a turn allocates %v times, want at most once per put and five times more", n)
	}
}
