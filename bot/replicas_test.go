package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
	"chihai/store/postgres/postgrestest"
)

// TestReplicas lets several processes of the real program work on one PostgreSQL
// while women register for trainings with scarce seats, and 40 others are
// reminded.
//
// With webhooks there are three processes and 30 women, and each update goes to
// any process. The process that sends is killed, and another time stopped for 15
// seconds; others are killed, and their connections to the database are cut. With
// long polling there are two processes and 10 women, and the one that polls is
// killed.
//
// It asks of the end what [TestKill] asks, and that each reminder was shown
// once, or not at all and reported as uncertain. How long it took until another
// process had the lease is printed, and may be ten seconds at most. CHIHAI_KILLS
// says how often each of these is done (once unless said otherwise; 0 disturbs
// nothing, and then no message may come twice).
//
//	CHIHAI_KILLS=20 go test ./bot -run TestReplicas -v -timeout 60m
func TestReplicas(t *testing.T) {
	server := postgrestest.Start(t, "max_connections=120") // up to 19 for each program, and those of the test
	binary := buildProgram(t)
	t.Run("webhook", func(t *testing.T) {
		t.Parallel()
		w := newReplicaWorld(t, server, binary)
		w.webhook, w.people, w.waves = true, 40, 3
		w.run(3, 30, func() {
			w.cuts()
			w.replace("outbox", "the process that sends was killed")
			w.cuts()
			other := w.other(w.holder("outbox"))
			other.kill(t)
			other.start(t)

			holder, stopped := w.holder("outbox"), time.Now()
			w.takeover("outbox", "the process that sends was stopped", func() { holder.signal(syscall.SIGSTOP) })
			w.until(stopped.Add(15 * time.Second))
			holder.signal(syscall.SIGCONT)
		})
	})
	t.Run("polling", func(t *testing.T) {
		t.Parallel()
		w := newReplicaWorld(t, server, binary)
		w.people, w.waves = 40, 1
		w.run(2, 10, func() { w.replace("poll telegram:7000000001", "the process that polls was killed") })
	})
}

const replicaToken = "7000000001:replica-test"

// A replicaWorld is a database, a network and the processes between them.
type replicaWorld struct {
	t        *testing.T
	binary   string
	tg       *telegramtest.Server
	dsn      string
	address  string       // host:port of the database
	key      string       // file of its key
	store    *store.Store // of the test itself
	balancer *httptest.Server
	replicas []*replica

	webhook   bool
	people    int // who are reminded
	waves     int // of so many trainings, one soon after the other
	trainings []*store.Training
	slowest   time.Duration // takeover
}

// A replica is one process.
type replica struct {
	process
	listen string
	line   *line
}

func (r *replica) signal(s syscall.Signal) { r.cmd.Process.Signal(s) }

func newReplicaWorld(t *testing.T, server *postgrestest.Server, binary string) *replicaWorld {
	t.Helper()
	w := &replicaWorld{t: t, binary: binary, dsn: server.Database(t), address: server.Address(), key: filepath.Join(t.TempDir(), "key")}
	var err error
	if w.store, err = (opening{path: w.dsn, key: w.key}).open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	if err := w.store.Update(t.Context(), addTrainings(t, 10, 5)); err != nil {
		t.Fatal(err)
	}
	w.tg = telegramtest.New(replicaToken)
	if err := w.tg.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.tg.Close)
	w.balancer = httptest.NewServer(http.HandlerFunc(w.balance))
	t.Cleanup(w.balancer.Close)
	return w
}

// run lets n processes work while women talk with them, and disturbs as often as
// CHIHAI_KILLS says. Then it looks at what has come of it.
func (w *replicaWorld) run(n, women int, disturb func()) {
	t := w.t
	rounds := 1
	if s := os.Getenv("CHIHAI_KILLS"); s != "" {
		var err error
		if rounds, err = strconv.Atoi(s); err != nil {
			t.Fatal("CHIHAI_KILLS:", err)
		}
	}
	for range n {
		w.add()
	}
	w.plan()
	ctx, stop := context.WithTimeout(t.Context(), time.Duration(1+rounds)*time.Minute)
	defer stop()
	var quit atomic.Bool
	crowd := make([]*woman, women)
	var wg sync.WaitGroup
	for i := range crowd {
		crowd[i] = &woman{tg: w.tg, chat: int64(1000 + i), random: rand.New(rand.NewPCG(uint64(i), 7)), holds: map[string]bool{}, quit: &quit}
		wg.Go(func() { crowd[i].live(ctx) })
	}
	for range rounds {
		disturb()
	}
	w.until(w.trainings[w.waves-1].Start.Add(2*time.Second - store.SoonTime))
	quit.Store(true)
	wg.Wait()
	turns, repeated := 0, 0
	for i, woman := range crowd {
		if woman.err != nil {
			for j, r := range w.replicas {
				t.Logf("log of process %d:\n%s", j, r.log.String())
			}
			t.Fatalf("woman %d: %v", i, woman.err)
		}
		turns, repeated = turns+woman.turns, repeated+woman.repeated
	}
	w.settled()
	for _, r := range w.replicas {
		r.stop(t)
	}
	key, err := store.ReadKey(w.key)
	if err != nil {
		t.Fatal(err)
	}
	o := &killOracle{t: t, crowd: crowd}
	o.sound(w.store, key)
	shown, unknown := w.reminded()
	if rounds == 0 && repeated+unknown > 0 {
		t.Error("messages came twice or are uncertain though nothing was disturbed")
	}
	t.Logf("%d processes, %d rounds: another one had the lease within %v; %d women, %d messages of theirs, %d seats held as they were told; %d of the bot's messages came twice; of %d reminders %d were shown and %d reported as uncertain",
		n, rounds, w.slowest.Round(10*time.Millisecond), women, turns, o.held, repeated, w.people*w.waves, shown, unknown)
}

// add starts another process.
func (w *replicaWorld) add() {
	w.t.Helper()
	r := &replica{line: newLine(w.t, w.address)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	r.listen = l.Addr().String()
	l.Close()
	r.binary = w.binary
	r.env = []string{
		"CHIHAI_DB=" + strings.Replace(w.dsn, w.address, r.line.address(), 1), "CHIHAI_KEY=" + w.key, "CHIHAI_LISTEN=" + r.listen,
		"CHIHAI_URL=" + w.balancer.URL, "CHIHAI_TELEGRAM_TOKEN=" + replicaToken, "CHIHAI_TELEGRAM_API=" + w.tg.URL(),
		"CHIHAI_TZ=" + daylight(),
	}
	if w.webhook {
		r.env = append(r.env, "CHIHAI_TELEGRAM_WEBHOOK=1")
	}
	r.start(w.t)
	w.t.Cleanup(func() {
		r.signal(syscall.SIGCONT)
		r.cmd.Process.Kill()
		r.cmd.Wait()
	})
	w.replicas = append(w.replicas, r)
}

// balance hands a delivery to any process, or to another one when nobody
// listens there.
func (w *replicaWorld) balance(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return
	}
	client := http.Client{Timeout: 3 * time.Second}
	for _, i := range rand.Perm(len(w.replicas)) {
		r, err := http.NewRequestWithContext(in.Context(), in.Method, "http://"+w.replicas[i].listen+in.URL.Path, bytes.NewReader(body))
		if err != nil {
			break
		}
		r.Header = in.Header.Clone()
		resp, err := client.Do(r)
		if errors.Is(err, syscall.ECONNREFUSED) {
			continue
		}
		if err != nil {
			break
		}
		defer resp.Body.Close()
		out.Header().Set("Retry-After", "1")
		out.WriteHeader(resp.StatusCode)
		io.Copy(out, resp.Body)
		return
	}
	out.Header().Set("Retry-After", "1")
	out.WriteHeader(http.StatusBadGateway)
}

// plan registers people in trainings of which they are reminded soon.
func (w *replicaWorld) plan() {
	w.t.Helper()
	err := w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		w.trainings = nil
		for i := range w.waves {
			start := tx.Now.Add(2*time.Hour + time.Duration(8+9*i)*time.Second)
			training := &store.Training{
				Kind: store.Class, Name: store.Text{"vi": fmt.Sprintf("Buổi nhắc %d", i)}, Area: "92",
				Start: start, End: start.Add(time.Hour), Seats: w.people,
			}
			if err := tx.AddTraining(training); err != nil {
				return err
			}
			w.trainings = append(w.trainings, training)
		}
		for i := range w.people {
			_, m, _, err := tx.Meet("telegram:7000000001", fmt.Sprint(5000+i))
			if err != nil {
				return err
			}
			m.Language = "vi"
			if err := tx.PutMember(m); err != nil {
				return err
			}
			for _, training := range w.trainings {
				if _, err := tx.Register(&store.Registration{Training: training.ID, Member: m.ID}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range w.people {
		w.tg.Know(int64(5000 + i))
	}
}

// reminded counts the reminders that were shown and those that were reported as
// uncertain, and complains of those that are neither or were shown twice.
func (w *replicaWorld) reminded() (shown, unknown int) {
	outcomes := map[string]store.Outcome{}
	err := w.store.View(w.t.Context(), func(tx *store.Tx) error {
		for d, err := range tx.Deliveries(time.Time{}) {
			if err != nil {
				return err
			}
			outcomes[d.Report] = d.Outcome
		}
		for i := range w.people {
			chat := int64(5000 + i)
			m, err := memberOf(tx, "telegram:7000000001", fmt.Sprint(chat))
			if err != nil {
				return err
			}
			for _, training := range w.trainings {
				times := 0
				for _, said := range w.tg.Sent(chat) {
					if strings.Contains(said.Text, training.Name["vi"]) {
						times++
					}
				}
				outcome := outcomes[fmt.Sprintf("remind/2h/%s/0/%s", training.ID, m.ID)]
				switch {
				case times > 1, times == 0 && outcome != store.Unknown, outcome != store.Delivered && outcome != store.Unknown:
					w.t.Errorf("chat %d, %s: shown %d times, reported as %q", chat, training.Name["vi"], times, outcome)
				}
				if outcome == store.Unknown {
					unknown++
				}
				shown += times
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return shown, unknown
}

// lease returns the lease as it is now.
func (w *replicaWorld) lease(name string) (l *store.Lease) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx *store.Tx) (err error) {
		l, err = tx.Lease(name)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// holder returns the process that holds the lease, waiting until one does.
func (w *replicaWorld) holder(name string) *replica {
	w.t.Helper()
	var found *replica
	w.wait("nobody holds the lease "+name, func() bool {
		l := w.lease(name)
		if l.Holder == "" {
			return false
		}
		for _, r := range w.replicas {
			for line := range strings.Lines(r.log.String()) {
				if strings.Contains(line, "this process leads") && strings.Contains(line, name) && strings.HasSuffix(line, fmt.Sprintf("epoch=%d\n", l.Epoch)) {
					found = r
				}
			}
		}
		return found != nil
	})
	return found
}

// other returns a process that is not r.
func (w *replicaWorld) other(r *replica) *replica {
	for {
		if o := w.replicas[rand.IntN(len(w.replicas))]; o != r {
			return o
		}
	}
}

// takeover does to the holder of the lease what ends it, and notes how long it
// takes until the lease is somebody else's.
func (w *replicaWorld) takeover(name, what string, end func()) {
	w.t.Helper()
	epoch := w.lease(name).Epoch
	began := time.Now()
	end()
	w.wait("nobody took over after "+what, func() bool {
		l := w.lease(name)
		return l.Epoch > epoch && l.Holder != ""
	})
	took := time.Since(began)
	w.slowest = max(w.slowest, took)
	if took > 10*time.Second {
		w.t.Errorf("%s: it took %v until another one had the lease", what, took)
	}
}

// replace kills the holder of the lease and starts it again when another one has
// the lease.
func (w *replicaWorld) replace(name, what string) {
	w.t.Helper()
	holder := w.holder(name)
	w.takeover(name, what, func() { holder.kill(w.t) })
	holder.start(w.t)
}

// cuts breaks connections of some processes to the database.
func (w *replicaWorld) cuts() {
	for range 3 {
		w.replicas[rand.IntN(len(w.replicas))].line.cut()
	}
}

// settled waits until nothing is left to be sent.
func (w *replicaWorld) settled() {
	w.t.Helper()
	w.wait("messages are left in the outbox", func() bool {
		left := false
		err := w.store.View(w.t.Context(), func(tx *store.Tx) error {
			left = false
			for _, err := range tx.Messages("") {
				left = true
				return err
			}
			return nil
		})
		return err == nil && !left
	})
}

// wait looks again and again, for at most 40 seconds, until done says true.
func (w *replicaWorld) wait(complaint string, done func() bool) {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(40 * time.Second); !done(); <-tick.C {
		if time.Now().After(late) {
			w.t.Fatal(complaint)
		}
	}
}

// until waits for a time.
func (w *replicaWorld) until(at time.Time) {
	w.t.Helper()
	select {
	case <-time.After(time.Until(at)):
	case <-w.t.Context().Done():
	}
}

// A line is the connection of one process to the database, which can be cut.
type line struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	open     map[net.Conn]bool
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener, to: to, open: map[net.Conn]bool{}}
	t.Cleanup(func() { listener.Close(); l.cut() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go l.join(near)
		}
	}()
	return l
}

func (l *line) address() string { return l.listener.Addr().String() }

// join passes on what comes, both ways, until either side ends.
func (l *line) join(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer far.Close()
	l.mu.Lock()
	l.open[near], l.open[far] = true, true
	l.mu.Unlock()
	over := make(chan struct{}, 2)
	pass := func(to, from net.Conn) { io.Copy(to, from); over <- struct{}{} }
	go pass(far, near)
	go pass(near, far)
	<-over
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, near)
	delete(l.open, far)
}

// cut breaks every connection off, whatever is under way.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.open {
		conn.Close()
	}
}
