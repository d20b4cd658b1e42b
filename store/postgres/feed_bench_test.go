package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// BenchmarkFeed commits what turns commit that say something, by 64 callers of
// one process, while so many processes listen to what it puts; "off" tells
// nobody. It reports what a turn costs, how many notifications a commit needs,
// when the last listener had heard all of it after the last commit, and how full
// the queue of the server was by then, of its 8 GB.
//
//	go test ./store/postgres -run '^$' -bench Feed -benchtime 20000x
func BenchmarkFeed(b *testing.B) {
	server := postgrestest.Start(b)
	for _, tt := range []struct {
		name      string
		watch     []string // nil: as usual
		listeners int
	}{
		{"off", []string{"nothing"}, 0},
		{"listeners=0", nil, 0},
		{"listeners=1", nil, 1},
		{"listeners=4", nil, 4},
		{"listeners=16", nil, 16},
	} {
		b.Run(tt.name, func(b *testing.B) {
			dsn := server.Database(b)
			db := open(b, dsn, postgres.Options{Watch: tt.watch})
			put(b, db, "warm", `1`)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			var ears []*ear
			for range tt.listeners {
				ears = append(ears, listen(ctx, b, dsn, b.N))
			}
			before := db.Stats()
			b.ResetTimer()
			say(b, db, 64)
			b.StopTimer()
			elapsed, ended := b.Elapsed(), time.Now()
			full := queueUsage(b, dsn)
			for _, e := range ears {
				<-e.all
			}
			s, n := db.Stats(), float64(b.N)
			commits := float64(s.Commits - before.Commits)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(n/elapsed.Seconds(), "turns/s")
			b.ReportMetric(commits/elapsed.Seconds(), "commits/s")
			if len(ears) > 0 {
				b.ReportMetric(float64(ears[0].calls.Load())/commits, "told/commit")
				b.ReportMetric(float64(time.Since(ended).Microseconds())/1000, "behind-ms")
				b.ReportMetric(100*full, "%-of-queue")
			}
		})
	}
}

// say has callers do b.N turns, each of which keeps a document of its own and two
// messages.
func say(b *testing.B, db *postgres.DB, callers int) {
	var next atomic.Int64
	var all sync.WaitGroup
	text := fmt.Appendf(nil, "%q", fmt.Sprintf("%300d", 1))
	for range callers {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				err := db.Update(context.Background(), func(kv store.KV) error {
					for part := range 2 {
						if err := kv.Put("message", fmt.Sprintf("reply/%026d/%d", i, part), text); err != nil {
							return err
						}
					}
					return kv.Put("conversation", fmt.Sprintf("%026d", i%1000), text)
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// An ear is one process that listens.
type ear struct {
	calls atomic.Int64  // notifications
	all   chan struct{} // closed when it has heard of the messages of all turns
}

// listen opens the database as another process, and listens until it has heard
// of the messages of n turns.
func listen(ctx context.Context, b *testing.B, dsn string, n int) *ear {
	b.Helper()
	e, ready, began, heard := &ear{all: make(chan struct{})}, make(chan struct{}), false, 0
	db := open(b, dsn, postgres.Options{})
	go db.Listen(ctx, func(changes []store.Change, lost bool) {
		if lost {
			if began {
				b.Error("something was missed")
				return
			}
			began = true
			close(ready)
			return
		}
		e.calls.Add(1)
		if heard += len(changes); heard == 2*n {
			close(e.all)
		}
	})
	<-ready
	return e
}

// queueUsage is which part of the queue of notifications is in use.
func queueUsage(b *testing.B, dsn string) (part float64) {
	b.Helper()
	db := begin(b, dsn)
	defer db.Conn().Close(context.Background())
	if err := db.QueryRow(b.Context(), "select pg_notification_queue_usage()").Scan(&part); err != nil {
		b.Fatal(err)
	}
	return part
}
