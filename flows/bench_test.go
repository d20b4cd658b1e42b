package flows

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/locales"
	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// BenchmarkTurn measures turns through engine and database, with fsync: whole
// registrations by many women, typed and pressed as on a phone. Beside the
// turns it issues the very same reads and writes raw through the group
// committer, as a measure of what the engine itself costs.
//
//	go test ./flows -run '^$' -bench Turn/db=bolt -benchtime 20000x
//	go test ./flows -run '^$' -bench Turn/db=postgres -benchtime 20000x
func BenchmarkTurn(b *testing.B) {
	b.Run("db=bolt", benchBolt)
	b.Run("db=postgres", benchPostgres)
}

func benchBolt(b *testing.B) {
	for _, chats := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("chats=%d", chats), func(b *testing.B) {
			turns := runTurns(b, chats, b.N, openBolt(b), nil)
			raw := &recorder{} // in a run of its own: writing down costs too
			runTurns(b, chats, b.N, openBolt(b), raw)
			b.ReportMetric(turns.perSecond, "turns/s")
			b.ReportMetric(float64(turns.p50.Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(turns.p99.Microseconds())/1000, "p99-ms")
			b.ReportMetric(turns.perCommit, "turns/commit")
			b.ReportMetric(float64(raw.reads.Load())/float64(b.N), "reads/turn")
			b.ReportMetric(float64(raw.writes.Load())/float64(b.N), "writes/turn")
			b.ReportMetric(0, "ns/op")
			rate := raw.replay(b, chats)
			b.ReportMetric(rate, "raw/s")
			b.ReportMetric(100*turns.perSecond/rate, "%-of-raw")
		})
	}
}

// benchPostgres takes the same turns on a server of PostgreSQL on loopback,
// and counts the round trips to it.
func benchPostgres(b *testing.B) {
	server := postgrestest.Start(b)
	for _, chats := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("chats=%d", chats), func(b *testing.B) {
			db, err := postgres.Open(b.Context(), server.Database(b), postgres.Options{})
			if err != nil {
				b.Fatal(err)
			}
			var before postgres.Stats
			turns := runTurns(b, chats, b.N, database{db, func() (int64, int64) {
				s := db.Stats()
				if before.Commits == 0 {
					before = s
				}
				return s.Commits, s.Updates
			}}, nil)
			s, n := db.Stats(), float64(b.N)
			b.ReportMetric(turns.perSecond, "turns/s")
			b.ReportMetric(float64(turns.p50.Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(turns.p99.Microseconds())/1000, "p99-ms")
			b.ReportMetric(turns.perCommit, "turns/commit")
			b.ReportMetric(100*float64(s.Reruns-before.Reruns)/n, "%-rerun")
			b.ReportMetric(float64(s.Fetches-before.Fetches)/n, "fetches/turn")
			b.ReportMetric(float64(s.Prefetches-before.Prefetches)/n, "prefetches/turn")
			b.ReportMetric(float64(s.Scans-before.Scans)/n, "scans/turn")
			trips := s.Sent + s.Prefetches + s.Fetches + s.Scans - before.Sent - before.Prefetches - before.Fetches - before.Scans
			b.ReportMetric(float64(trips)/n, "trips/turn")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkSteady measures how long a turn takes when inputs arrive at a third
// of the rate that BenchmarkTurn reaches at 64 chats.
func BenchmarkSteady(b *testing.B) {
	reached := runTurns(b, 64, 20000, openBolt(b), nil)
	e := benchEngine(b, openBolt(b), nil)
	rate := reached.perSecond / 3
	gap := time.Duration(float64(time.Second) / rate)
	const women = 512
	talks := make([]talk, women)
	for i := range talks {
		talks[i] = talk{who: fmt.Sprint("steady", i)}
	}
	inputs := make([]chan Input, women)
	took := make([]time.Duration, b.N)
	arrived := make([]time.Time, b.N)
	var wg sync.WaitGroup
	for i := range inputs {
		inputs[i] = make(chan Input, 64)
		wg.Go(func() {
			for in := range inputs[i] {
				if err := e.Handle(context.Background(), in); err != nil {
					b.Error(err)
				}
				var n int
				fmt.Sscan(in.ID[strings.LastIndex(in.ID, "#")+1:], &n)
				took[n] = time.Since(arrived[n])
			}
		})
	}
	b.ResetTimer()
	start := time.Now()
	for n := range b.N {
		next := start.Add(time.Duration(n) * gap)
		if d := time.Until(next); d > 0 {
			time.Sleep(d) // an open loop: arrivals do not wait for answers
		}
		in := talks[n%women].next()
		in.ID += fmt.Sprint("#", n)
		arrived[n] = next
		inputs[n%women] <- in
	}
	for i := range inputs {
		close(inputs[i])
	}
	wg.Wait()
	slices.Sort(took)
	b.ReportMetric(rate, "turns/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkMembers measures a lone turn, and opening, with a thousand members
// and with a million. The million takes a few minutes to make, so it is made
// only when CHIHAI_LONG is set.
func BenchmarkMembers(b *testing.B) {
	for _, members := range []int{1_000, 1_000_000} {
		b.Run(fmt.Sprint("members=", members), func(b *testing.B) {
			if members > 100_000 && os.Getenv("CHIHAI_LONG") == "" {
				b.Skip("takes minutes to make; set CHIHAI_LONG=1")
			}
			path := filepath.Join(b.TempDir(), "members.db")
			fill(b, path, members)
			start := time.Now()
			db, err := bolt.Open(path, bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			e, _ := openEngine(b, db)
			ready := time.Since(start)
			woman := talk{who: "alone"}
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				in := woman.next()
				begin := time.Now()
				if err := e.Handle(context.Background(), in); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(ready.Milliseconds()), "ready-ms")
		})
	}
}

// A result of runTurns.
type result struct {
	perSecond, perCommit float64
	p50, p99             time.Duration
}

// A database is one to take turns on, with its counts.
type database struct {
	store.Backend
	counts func() (commits, updates int64)
}

// runTurns has women take n turns in all, chats of them at once, on db.
func runTurns(b *testing.B, chats, n int, db database, rec *recorder) result {
	e := benchEngine(b, db, rec)
	took := make([]time.Duration, n)
	var next atomic.Int64
	commits, updates := db.counts()
	var wg sync.WaitGroup
	if rec != nil {
		rec.on.Store(true)
	}
	b.ResetTimer()
	start := time.Now()
	for c := range chats {
		wg.Go(func() {
			woman := talk{who: fmt.Sprint("woman", c)}
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				in := woman.next()
				begin := time.Now()
				if err := e.Handle(context.Background(), in); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(begin)
			}
		})
	}
	wg.Wait()
	span := time.Since(start)
	b.StopTimer()
	if rec != nil {
		rec.on.Store(false)
	}
	slices.Sort(took)
	after, updated := db.counts()
	return result{
		perSecond: float64(n) / span.Seconds(),
		perCommit: float64(updated-updates) / float64(max(1, after-commits)),
		p50:       took[len(took)/2], p99: took[len(took)*99/100],
	}
}

// A talk is one woman who registers and gives up, over and over.
type talk struct {
	who string
	n   int
}

var firstTalk = []string{"/start", "Tiếng Việt", "Đăng ký tham gia", "1", "Đăng ký", "Đồng ý", "Nguyễn Thị Hoa", "Xã Kế Sách", "0912 345 678", "Đúng, đăng ký"}
var laterTalk = []string{"Đăng ký của tôi", "1", "Hủy đăng ký", "Có, hủy đăng ký", "Đăng ký tham gia", "1", "Đăng ký", "Đúng, đăng ký"}

func (t *talk) next() Input {
	text := ""
	if t.n < len(firstTalk) {
		text = firstTalk[t.n]
	} else {
		text = laterTalk[(t.n-len(firstTalk))%len(laterTalk)]
	}
	t.n++
	return Input{
		ID: fmt.Sprintf("test:1/%s/%d", t.who, t.n), Channel: "test:1", From: t.who, Kind: Text, Text: text,
		At: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC).Add(time.Duration(t.n) * time.Minute),
	}
}

func openBolt(b *testing.B) database {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bench.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return database{db, func() (int64, int64) { s := db.Stats(); return s.Commits, s.Updates }}
}

func benchEngine(b *testing.B, db database, rec *recorder) *Engine {
	was := debug.SetGCPercent(300) // as the program has it; for the raw reads and writes too
	b.Cleanup(func() { debug.SetGCPercent(was) })
	backend := db.Backend
	if rec != nil {
		rec.Backend = backend
		backend = rec
	}
	e, _ := openEngine(b, backend)
	return e
}

func openEngine(b *testing.B, backend store.Backend) (*Engine, *store.Store) {
	s, err := store.Open(b.Context(), backend, store.Options{Key: benchKey})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	raw, err := os.ReadFile("../bot/demo/areas.csv")
	if err != nil {
		b.Fatal(err)
	}
	areas, err := store.ReadAreas(bytes.NewReader(raw))
	if err != nil {
		b.Fatal(err)
	}
	err = s.Update(b.Context(), func(tx *store.Tx) error {
		if err := tx.ImportAreas(areas); err != nil {
			return err
		}
		for i := range 8 {
			err := tx.AddTraining(&store.Training{
				Kind: store.Class, Name: store.Text{"vi": fmt.Sprint("Lớp ", i)}, Place: "Nhà văn hóa", Area: "92",
				Start: tx.Now.AddDate(0, 1, i), End: tx.Now.AddDate(0, 1, i).Add(time.Hour), Seats: 10000, Listed: true,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	c, err := locales.Load()
	if err != nil {
		b.Fatal(err)
	}
	e, err := New(s, c, All(), Options{Zone: zone})
	if err != nil {
		b.Fatal(err)
	}
	return e, s
}

// fill makes a database of so many members.
func fill(b *testing.B, path string, members int) {
	db, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), db, store.Options{Key: benchKey})
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; n < members; {
		err := s.Update(b.Context(), func(tx *store.Tx) error {
			for i := n; i < min(members, n+2000); i++ {
				_, m, _, err := tx.Meet("test:1", fmt.Sprint("member", i))
				if err != nil {
					return err
				}
				m.Name, m.Phone, m.Area, m.Language, m.Consent = "Nguyễn Thị Hoa", "+84912345678", "31528", "vi", tx.Now
				if err := tx.PutMember(m); err != nil {
					return err
				}
				if err := tx.PutConversation(&store.Conversation{Member: m.ID, Turns: 9, At: tx.Now}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		n += 2000
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}

// A recorder writes down what transactions read and write, for doing the same
// again without an engine.
type recorder struct {
	store.Backend
	on            atomic.Bool
	reads, writes atomic.Int64
	mu            sync.Mutex
	log           [][]op
}

type op struct {
	verb        byte // g, p, d, s
	bucket, key string
	to          string
	value       []byte
	n           int
}

func (r *recorder) Update(ctx context.Context, fn func(store.KV) error) error {
	if !r.on.Load() {
		return r.Backend.Update(ctx, fn)
	}
	var ops []op
	err := r.Backend.Update(ctx, func(kv store.KV) error {
		ops = ops[:0]
		return fn(&recorded{kv, &ops})
	})
	r.mu.Lock()
	r.log = append(r.log, ops)
	r.mu.Unlock()
	for _, o := range ops {
		if o.verb == 'p' || o.verb == 'd' {
			r.writes.Add(1)
		} else {
			r.reads.Add(1)
		}
	}
	return err
}

// replay issues all that was written down into a new database, chats at once,
// and returns how many transactions a second that makes.
func (r *recorder) replay(b *testing.B, chats int) float64 {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "raw.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var next atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range chats {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(r.log) {
					return
				}
				err := db.Update(context.Background(), func(kv store.KV) error {
					for _, o := range r.log[i] {
						switch o.verb {
						case 'g':
							kv.Get(o.bucket, o.key)
						case 'p':
							if err := kv.Put(o.bucket, o.key, o.value); err != nil {
								return err
							}
						case 'd':
							if err := kv.Delete(o.bucket, o.key); err != nil {
								return err
							}
						case 's':
							n := 0
							for range kv.Scan(o.bucket, o.key, o.to) {
								if n++; n >= o.n {
									break
								}
							}
						}
					}
					return nil
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(len(r.log)) / time.Since(start).Seconds()
}

type recorded struct {
	store.KV
	ops *[]op
}

func (r *recorded) Get(bucket, key string) ([]byte, error) {
	*r.ops = append(*r.ops, op{verb: 'g', bucket: bucket, key: key})
	return r.KV.Get(bucket, key)
}

func (r *recorded) Put(bucket, key string, value []byte) error {
	*r.ops = append(*r.ops, op{verb: 'p', bucket: bucket, key: key, value: bytes.Clone(value)})
	return r.KV.Put(bucket, key, value)
}

func (r *recorded) Delete(bucket, key string) error {
	*r.ops = append(*r.ops, op{verb: 'd', bucket: bucket, key: key})
	return r.KV.Delete(bucket, key)
}

func (r *recorded) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	at := len(*r.ops)
	*r.ops = append(*r.ops, op{verb: 's', bucket: bucket, key: from, to: to})
	return func(yield func(store.Pair, error) bool) {
		for p, err := range r.KV.Scan(bucket, from, to) {
			(*r.ops)[at].n++
			if !yield(p, err) {
				return
			}
		}
	}
}
