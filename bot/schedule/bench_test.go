package schedule

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"chihai/flows"
	"chihai/locales"
	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"

	"github.com/go-json-experiment/json/jsontext"
)

// Timings decide nothing here: they are for whoever changes the schedule. All run
// on databases that are encrypted as in use:
//
//	go test ./bot/schedule -run xxx -bench 'DueCatchUp|DueLapse' -benchtime 1x -count 5
//	go test ./bot/schedule -run xxx -bench 'DueEmpty|DueInsert' -benchtime 300x -count 5

// planAtOnce is how many rows the benchmarks plan in one transaction.
const planAtOnce = 10_000

// lateRows is how many are late.
const lateRows = 100_000

// onDatabases runs a benchmark on each kind of database.
func onDatabases(b *testing.B, run func(b *testing.B, s *store.Store, db store.Watched)) {
	for name, open := range map[string]func(b *testing.B) store.Backend{
		"bbolt": func(b *testing.B) store.Backend {
			db, err := bolt.Open(filepath.Join(b.TempDir(), "bench.db"), bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			return db
		},
		"postgres": func(b *testing.B) store.Backend {
			db, err := postgres.Open(b.Context(), postgrestest.Start(b).Database(b), postgres.Options{})
			if err != nil {
				b.Fatal(err)
			}
			return db
		},
	} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			s, err := store.Open(b.Context(), db, store.Options{Key: store.NewKey(), Zone: time.UTC})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { s.Close() })
			run(b, s, db.(store.Watched))
		})
	}
}

func mustUpdate(b *testing.B, s *store.Store, fn func(*store.Tx) error) {
	b.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		b.Fatal(err)
	}
}

// planRows plans n rows of a job, each for one of members.
func planRows(b *testing.B, s *store.Store, id string, n int, at, until time.Time, members []string) {
	b.Helper()
	for from := 0; from < n; from += planAtOnce {
		mustUpdate(b, s, func(tx *store.Tx) error {
			for i := from; i < min(n, from+planAtOnce); i++ {
				d := &store.Due{
					ID: fmt.Sprintf("tell/%s/%07d", id, i), At: at.Add(time.Duration(i%3600) * time.Second), Until: until,
					Job: store.HearJob, Member: members[i%len(members)], Flow: "bench", Data: jsontext.Value(`{"training":"bench"}`),
				}
				if err := tx.Plan(d); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// A tick with nothing to do, whatever is planned for later.
func BenchmarkDueEmpty(b *testing.B) {
	for _, planned := range []int{0, 1_000_000} {
		b.Run(fmt.Sprint(planned), func(b *testing.B) {
			onDatabases(b, func(b *testing.B, s *store.Store, _ store.Watched) {
				planRows(b, s, "later", planned, s.Now().AddDate(1, 0, 0), s.Now().AddDate(2, 0, 0), []string{"m"})
				schedule := New(s, func(context.Context, flows.Input) error { return nil })
				for range 3 { // what is done once an hour is done
					if err := schedule.Tick(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				b.Run("tick", func(b *testing.B) {
					for b.Loop() {
						if err := schedule.Tick(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
				})
				b.Run("look", func(b *testing.B) { // for what is due, without the other things that a tick does
					for b.Loop() {
						if _, err := schedule.comeDue(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		})
	}
}

// Planning one thing in a transaction of its own, beside others that are planned.
func BenchmarkDueInsert(b *testing.B) {
	onDatabases(b, func(b *testing.B, s *store.Store, _ store.Watched) {
		planRows(b, s, "later", lateRows, s.Now().AddDate(1, 0, 0), s.Now().AddDate(2, 0, 0), []string{"m"})
		n := 0
		for b.Loop() {
			n++
			mustUpdate(b, s, func(tx *store.Tx) error {
				return tx.Plan(&store.Due{
					ID: fmt.Sprintf("new/%d", n), At: tx.Now.AddDate(1, 0, 0), Until: tx.Now.AddDate(2, 0, 0), Job: store.HearJob,
				})
			})
		}
	})
}

// Catching up with 100,000 things that are late, each a turn of the real engine
// for a woman of her own, while twenty others chat. Reported beside the time:
// the longest commit, and how long their turns take, before and meanwhile.
func BenchmarkDueCatchUp(b *testing.B) {
	onDatabases(b, func(b *testing.B, s *store.Store, db store.Watched) {
		catalog, err := locales.Load()
		if err != nil {
			b.Fatal(err)
		}
		engine, err := flows.New(s, catalog, flows.All(), flows.Options{Zone: time.UTC, URL: "https://chihai.example"})
		if err != nil {
			b.Fatal(err)
		}
		training, members := fullHouse(b, s)
		alone := chatter(b, engine, func() { <-time.After(3 * time.Second) })
		var mu sync.Mutex
		var longest time.Duration
		db.Watch(func(c store.Commit) {
			mu.Lock()
			defer mu.Unlock()
			longest = max(longest, c.Ran+c.Took)
		})
		defer db.Watch(nil)
		var meanwhile []time.Duration
		round := 0
		for b.Loop() {
			b.StopTimer()
			round++
			lateNews(b, s, round, training, members)
			schedule := New(s, engine.Handle)
			mu.Lock()
			longest = 0
			mu.Unlock()
			b.StartTimer()
			meanwhile = chatter(b, engine, func() {
				for left := true; left; {
					if err := schedule.Tick(b.Context()); err != nil {
						b.Error(err)
						return
					}
					late, err := schedule.Overdue(b.Context())
					if err != nil {
						b.Error(err)
						return
					}
					left = late > 0
				}
			})
		}
		mu.Lock()
		defer mu.Unlock()
		b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest-commit")
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(lateRows*round), "µs/row")
		b.ReportMetric(percentile(alone, 99), "ms-p99-turn-alone")
		b.ReportMetric(percentile(meanwhile, 99), "ms-p99-turn")
		b.ReportMetric(percentile(meanwhile, 100), "ms-max-turn")
	})
}

// Dropping 100,000 things that are too late to be of use.
func BenchmarkDueLapse(b *testing.B) {
	onDatabases(b, func(b *testing.B, s *store.Store, db store.Watched) {
		var mu sync.Mutex
		var longest time.Duration
		db.Watch(func(c store.Commit) {
			mu.Lock()
			defer mu.Unlock()
			longest = max(longest, c.Ran+c.Took)
		})
		defer db.Watch(nil)
		round := 0
		for b.Loop() {
			b.StopTimer()
			round++
			planRows(b, s, fmt.Sprint(round), lateRows, s.Now().AddDate(0, 0, -2), s.Now().AddDate(0, 0, -1), []string{"m"})
			mu.Lock()
			longest = 0
			mu.Unlock()
			schedule := New(s, func(context.Context, flows.Input) error { return nil })
			b.StartTimer()
			for lapsed := int64(0); lapsed < lateRows; lapsed = schedule.Stats().Lapsed["tell"] {
				if err := schedule.Tick(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		}
		mu.Lock()
		defer mu.Unlock()
		b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest-commit")
	})
}

// fullHouse makes a training of which everybody who holds a seat has a contact.
func fullHouse(b *testing.B, s *store.Store) (training string, members []string) {
	mustUpdate(b, s, func(tx *store.Tx) error {
		t := &store.Training{Name: store.Text{"vi": "Khởi nghiệp"}, Place: "Nhà văn hóa", Start: tx.Now.AddDate(0, 6, 0), End: tx.Now.AddDate(0, 6, 1), Seats: lateRows}
		err := tx.AddTraining(t)
		training = t.ID
		return err
	})
	for from := 0; from < lateRows; from += 2000 {
		var some []string
		mustUpdate(b, s, func(tx *store.Tx) error {
			some = nil
			for i := from; i < from+2000; i++ {
				_, m, _, err := tx.Meet("test:1", fmt.Sprint("late", i))
				if err != nil {
					return err
				}
				m.Name, m.Language, m.Consent = "Nguyễn Thị Hoa", "vi", tx.Now
				if err := tx.PutMember(m); err != nil {
					return err
				}
				if _, err := tx.Register(&store.Registration{Training: training, Member: m.ID}); err != nil {
					return err
				}
				some = append(some, m.ID)
			}
			return nil
		})
		members = append(members, some...)
	}
	return training, members
}

// lateNews plans for each of members that she is told, an hour late, that the
// training was moved.
func lateNews(b *testing.B, s *store.Store, round int, training string, members []string) {
	now := s.Now()
	data := fmt.Sprintf(`{"training":%q,"at":%q,"until":%q,"start":%q,"end":%q,"place":"Trường B"}`, training,
		now.Format(time.RFC3339), now.AddDate(1, 0, 0).Format(time.RFC3339), now.AddDate(0, 5, 0).Format(time.RFC3339), now.AddDate(0, 5, 1).Format(time.RFC3339))
	for from := 0; from < len(members); from += planAtOnce {
		mustUpdate(b, s, func(tx *store.Tx) error {
			for _, m := range members[from:min(len(members), from+planAtOnce)] {
				d := &store.Due{
					ID: fmt.Sprintf("tell/%s/%d/%s", training, round, m), At: now.Add(-time.Hour), Until: now.AddDate(1, 0, 0),
					Job: store.TellOneJob, Training: training, Member: m, Flow: tellFlow, Data: jsontext.Value(data),
				}
				if err := tx.Plan(d); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// chatter has twenty women write every 100 ms while work goes on, and returns
// how long their turns took.
func chatter(b *testing.B, engine *flows.Engine, work func()) []time.Duration {
	stop := make(chan struct{})
	var mu sync.Mutex
	var took []time.Duration
	var women sync.WaitGroup
	for i := range 20 {
		women.Go(func() {
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				case at := <-tick.C:
					in := flows.Input{
						ID: fmt.Sprintf("chat/%d/%d", i, at.UnixNano()), Channel: "test:1", From: fmt.Sprint("chat", i), Kind: flows.Text, Text: "/menu", At: at,
					}
					begun := time.Now()
					if err := engine.Handle(context.Background(), in); err != nil {
						b.Error(err)
						return
					}
					mu.Lock()
					took = append(took, time.Since(begun))
					mu.Unlock()
				}
			}
		})
	}
	work()
	close(stop)
	women.Wait()
	return took
}

// percentile is how many milliseconds p percent of took are within.
func percentile(took []time.Duration, p int) float64 {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return float64(took[min(len(took)-1, len(took)*p/100)].Microseconds()) / 1000
}
