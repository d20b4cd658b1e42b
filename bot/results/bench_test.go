package results_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"chihai/bot/export/responses"
	"chihai/bot/results"
	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"
	"chihai/store/bolt"
)

// thirty is a form of 30 questions: choices, numbers, two texts.
func thirty() *form.Form {
	f := &form.Form{ID: "ba_muoi", Title: "Ba mươi câu", Name: "data", Languages: []form.Language{{Name: "Tiếng Việt (vi)", Code: "vi"}}, DefaultLanguage: "Tiếng Việt (vi)"}
	list := form.List{Name: "muc"}
	for i := range 5 {
		list.Choices = append(list.Choices, form.Choice{Name: fmt.Sprint("muc", i+1), Label: form.Text{"Tiếng Việt (vi)": fmt.Sprint("Mức ", i+1)}})
	}
	f.Lists = []form.List{list}
	for i := range 30 {
		q := &form.Question{Name: fmt.Sprint("q", i+1), Row: i + 2, Kind: form.SelectOne, Type: "select_one muc", List: "muc", Label: form.Text{"Tiếng Việt (vi)": fmt.Sprint("Câu hỏi số ", i+1)}}
		switch {
		case i >= 28:
			q.Kind, q.Type, q.List = form.TextAnswer, "text", ""
		case i >= 18:
			q.Kind, q.Type, q.List = form.Integer, "integer", ""
		}
		f.Items = append(f.Items, form.Item{Question: q})
	}
	return f
}

func filled(lot *rand.Rand, f *form.Form) *form.Response {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	r := &form.Response{Form: f.ID, Started: at, Ended: at.Add(5 * time.Minute), Seed: lot.Uint64(), Answers: map[string]form.Answer{}}
	for i, it := range f.Items {
		value := fmt.Sprint("muc", 1+lot.IntN(5))
		switch {
		case i >= 28:
			value = "Mong có nhà trẻ gần nơi làm việc"
		case i >= 18:
			value = strconv.Itoa(lot.IntN(100))
		}
		r.Answers[it.Question.Name] = form.Answer{State: form.Answered, Value: value}
	}
	return r
}

// BenchmarkFile writes CHIHAI_RESPONSES responses (20,000 unless it says otherwise)
// from an encrypted database file into a file of each format, and reading them
// alone. The database stays where CHIHAI_RESPONSES_DB says, to be used again.
func BenchmarkFile(b *testing.B) {
	n := 20_000
	if v := os.Getenv("CHIHAI_RESPONSES"); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil {
			b.Fatal(err)
		}
	}
	path := os.Getenv("CHIHAI_RESPONSES_DB")
	if path == "" {
		path = filepath.Join(b.TempDir(), "responses.db")
	}
	s, campaign := crowd(b, path, n)
	catalog, err := locales.Load()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("read", func(b *testing.B) {
		for range b.N {
			r, err := results.Read(b.Context(), s, campaign)
			if err != nil {
				b.Fatal(err)
			}
			rows := 0
			peak := watchHeap(func() {
				for _, err := range r.Rows(b.Context(), r.Number) {
					if err != nil {
						b.Fatal(err)
					}
					rows++
				}
			})
			if rows != n {
				b.Fatalf("%d rows", rows)
			}
			b.ReportMetric(peak, "MB-heap")
		}
	})
	for _, format := range []responses.Format{responses.CSV, responses.XLSX, responses.SPSS, responses.Stata, responses.JSON} {
		b.Run(string(format), func(b *testing.B) {
			for range b.N {
				r, err := results.Read(b.Context(), s, campaign)
				if err != nil {
					b.Fatal(err)
				}
				d, err := r.Dataset(b.Context(), time.UTC)
				if err != nil {
					b.Fatal(err)
				}
				peak := watchHeap(func() {
					o := responses.Options{Format: format, Words: catalog.In("vi", "")}
					if err := responses.Write(b.Context(), io.Discard, d, o, nil); err != nil {
						b.Fatal(err)
					}
				})
				b.ReportMetric(peak, "MB-heap")
			}
		})
	}
}

// watchHeap is the most that the heap held while fn ran, in MB.
func watchHeap(fn func()) float64 {
	runtime.GC()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-ctx.Done():
				done <- most
				return
			case <-tick.C:
			}
		}
	}()
	fn()
	stop()
	return float64(<-done) / (1 << 20)
}

// crowd opens the database with n responses, which are entered when there is none.
func crowd(b *testing.B, path string, n int) (*store.Store, string) {
	b.Helper()
	_, err := os.Stat(path)
	made := err == nil
	db, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	f := thirty()
	if made {
		s, err := store.Open(b.Context(), db, store.Options{Key: make([]byte, 32)})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		campaign := ""
		err = s.View(b.Context(), func(tx *store.Tx) error {
			for c, err := range tx.Campaigns() {
				campaign = c.ID
				return err
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		return s, campaign
	}
	p := newPollWith(b, db, store.Named, f, make([]byte, 32))
	lot := rand.New(rand.NewPCG(1, 2))
	p.send(b, n, func(int) *form.Response { return filled(lot, f) })
	return p.s, p.c.ID
}
