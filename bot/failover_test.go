package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"

	"github.com/jackc/pgx/v5"
)

// A pair is a primary with a standby, and a database on both.
type pair struct {
	t                *testing.T
	primary, standby *postgrestest.Server
	dsn              string // names both: whichever takes writes is used
}

// newPair returns a primary whose commits wait for the standby, unless commit,
// which is a value of synchronous_commit, says otherwise.
func newPair(t *testing.T, commit string) *pair {
	t.Helper()
	p := &pair{t: t, primary: postgrestest.Start(t)}
	database := "failover"
	p.primary.Exec(t, "postgres", "create database "+database)
	p.standby = p.primary.Standby(t, "standby")
	p.primary.Exec(t, "postgres", "alter system set synchronous_standby_names = 'standby'")
	p.primary.Exec(t, "postgres", "select pg_reload_conf()")
	p.await(p.primary, "select count(*) = 1 from pg_stat_replication where sync_state = 'sync'")
	p.dsn = fmt.Sprintf("postgres://postgres@%s,%s/%s?sslmode=disable&target_session_attrs=read-write&connect_timeout=2&synchronous_commit=%s",
		p.primary.Address(), p.standby.Address(), database, commit)
	return p
}

// await asks a server the question until it says yes.
func (p *pair) await(s *postgrestest.Server, question string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close(ctx)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for yes := false; !yes; {
		if err := conn.QueryRow(ctx, question).Scan(&yes); err != nil {
			p.t.Fatalf("%s: %v", question, err)
		}
		<-tick.C
	}
}

// ask returns what the primary answers.
func (p *pair) ask(question string) (answer string) {
	p.t.Helper()
	conn, err := pgx.Connect(p.t.Context(), p.primary.DSN("postgres"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close(p.t.Context())
	if err := conn.QueryRow(p.t.Context(), question).Scan(&answer); err != nil {
		p.t.Fatalf("%s: %v", question, err)
	}
	return answer
}

// open opens the database as one process does.
func (p *pair) open(patience time.Duration) *store.Store {
	p.t.Helper()
	db, err := postgres.Open(p.t.Context(), p.dsn, postgres.Options{Patience: patience})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { db.Close() })
	s, err := store.Open(p.t.Context(), db, store.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// freeze stops what sends the primary's writes to the standby.
func (p *pair) freeze() {
	p.t.Helper()
	pid, err := strconv.Atoi(p.ask("select pid::text from pg_stat_replication"))
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGSTOP)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// TestFailover kills the primary with SIGKILL under 32 writers, just after its
// link to the standby broke, and promotes the standby. Nothing that was
// acknowledged may be lost, and nothing may be done twice. CHIHAI_FAILOVERS says
// how often (once unless said otherwise). The control commits without waiting
// for the standby: it must lose, or the test could not see a loss.
//
//	CHIHAI_FAILOVERS=100 go test ./bot -run TestFailover -v -timeout 60m
func TestFailover(t *testing.T) {
	times := 1
	if s := os.Getenv("CHIHAI_FAILOVERS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal("CHIHAI_FAILOVERS:", err)
		}
		times = n
	}
	for i := range times {
		t.Run(fmt.Sprint(i), func(t *testing.T) { // whose servers end with it
			acked, lost, outage := failover(t, "on")
			t.Logf("synchronous: %d acknowledged, %d lost; no write for %v", acked, lost, outage.Round(time.Millisecond))
			if lost > 0 {
				t.Errorf("%d of %d acknowledged writes are lost", lost, acked)
			}
		})
	}
	acked, lost, _ := failover(t, "local")
	t.Logf("control, asynchronous: %d acknowledged, %d lost", acked, lost)
	if lost == 0 {
		t.Error("the control lost nothing, so the test could not have seen a loss")
	}
}

// failover counts the acknowledged writes and those of them that the promoted
// standby does not have.
func failover(t *testing.T, commit string) (acked, lost int, outage time.Duration) {
	p := newPair(t, commit)
	s := p.open(30 * time.Second)
	const writers = 32
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var mu sync.Mutex
	var total, after atomic.Int64
	var promoted atomic.Bool
	turns := make([]int, writers) // by writer: acknowledged
	ids := map[string]bool{}
	var last time.Time // of an acknowledgement
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				id := fmt.Sprintf("w%02d-%06d", w, i)
				err := s.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
					c, err := tx.Conversation(id[:3])
					if err != nil {
						return err
					}
					c.Turns++
					if err := tx.PutConversation(c); err != nil {
						return err
					}
					return tx.PutReceipt(id, "x")
				})
				if err != nil {
					t.Errorf("%s: %v", id, err)
					return
				}
				mu.Lock()
				ids[id] = true
				turns[w]++
				if promoted.Load() {
					after.Add(1)
				}
				if now := time.Now(); !last.IsZero() && now.Sub(last) > outage {
					outage = now.Sub(last)
				}
				last = time.Now()
				mu.Unlock()
				total.Add(1)
			}
		})
	}
	reach(t, &total, 2000)
	p.freeze()
	if commit != "on" {
		reach(t, &total, total.Load()+500)
	}
	p.primary.Kill(t)
	p.standby.Promote(t)
	promoted.Store(true)
	reach(t, &after, 500)
	stop()
	wg.Wait()

	fresh := p.open(30 * time.Second)
	err := fresh.View(t.Context(), func(tx *store.Tx) error {
		for id := range ids {
			if _, err := tx.Receipt(id); err != nil {
				lost++
			}
		}
		for w := range writers {
			c, err := tx.Conversation(fmt.Sprintf("w%02d", w))
			if err != nil {
				return err
			}
			if commit == "on" && c.Turns != int64(turns[w]) {
				t.Errorf("writer %d: %d turns are kept, %d were acknowledged", w, c.Turns, turns[w])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(ids), lost, outage
}

// reach waits until n is at least want.
func reach(t *testing.T, n *atomic.Int64, want int64) {
	t.Helper()
	late := time.After(60 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for n.Load() < want {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%d after a minute, want %d", n.Load(), want)
		}
	}
}

// An input was committed on the primary and waits for a standby that is away,
// when its connection is cut off: it stands there, unreplicated. When it comes
// again, on another replica too, its acknowledgement must wait for the standby
// all the same. (PostgreSQL lets a transaction that writes nothing commit
// without a wait.)
func TestRepeatedInputWaits(t *testing.T) {
	p := newPair(t, "on")
	first, second := p.open(time.Minute), p.open(time.Minute)
	p.standby.Stop()
	hear := func(s *store.Store) chan string {
		ended := make(chan string, 1)
		go func() {
			isFirst := false
			err := s.Update(context.WithoutCancel(t.Context()), func(tx *store.Tx) (err error) {
				isFirst, err = tx.FirstSeen("telegram:1/u/1")
				return err
			})
			ended <- fmt.Sprint(isFirst, err)
		}()
		return ended
	}
	// waiting returns when a commit waits for the standby that has begun since
	// the server was last interrupted, and ends the test if one was acknowledged.
	since := "-infinity"
	waiting := func(ended chan string) {
		t.Helper()
		p.await(p.primary, "select count(*) > 0 from pg_stat_activity where wait_event = 'SyncRep' and xact_start > '"+since+"'")
		select {
		case how := <-ended:
			t.Fatalf("acknowledged without the standby: %s", how)
		default:
		}
	}
	interrupt := func(how string) {
		t.Helper()
		since = p.ask("select now()::text")
		p.primary.Exec(t, "postgres", "select "+how+"(pid) from pg_stat_activity where wait_event = 'SyncRep'")
	}
	one := hear(first)
	waiting(one)
	interrupt("pg_cancel_backend") // the server lets the commit stand, with a warning
	waiting(one)
	interrupt("pg_terminate_backend")
	waiting(one)
	two := hear(second)
	waiting(two)
	interrupt("pg_terminate_backend")
	waiting(two)
	waiting(one)

	p.standby.Restart(t)
	heard := []string{<-one, <-two}
	if got := strings.Join(heard, ", "); got != "true <nil>, false <nil>" {
		t.Errorf("heard: %s", got)
	}
	p.primary.Kill(t)
	p.standby.Promote(t)
	err := p.open(time.Minute).Update(t.Context(), func(tx *store.Tx) error {
		isFirst, err := tx.FirstSeen("telegram:1/u/1")
		if err == nil && isFirst {
			t.Error("the input was acknowledged and is lost")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
