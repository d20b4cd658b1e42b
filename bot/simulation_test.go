package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/simulation"
	"chihai/bot/web"
	"chihai/locales"
	"chihai/store"
)

// crashesOfSeed is how often one seed kills the bot.
const crashesOfSeed = 150

// TestSimulation lets the whole bot live through CHIHAI_CRASHES crashes (1,000
// unless said otherwise) at named points, with six women and an officer, on a
// network that loses answers: see package simulation. CHIHAI_SEED repeats one
// seed.
//
//	CHIHAI_CRASHES=40000 go test ./bot -run TestSimulation -v
func TestSimulation(t *testing.T) {
	const memory = "/dev/shm" // bbolt wants a real file, and thousands of openings want no disk
	if info, err := os.Stat(memory); err != nil || !info.IsDir() {
		t.Skip("no file system in memory at " + memory)
	}
	dir, err := os.MkdirTemp(memory, "chihai")
	if err != nil {
		t.Skip("nothing can be written to "+memory+":", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	crashes, first := number(t, "CHIHAI_CRASHES", 1000), number(t, "CHIHAI_SEED", 0)
	seeds := (crashes + crashesOfSeed - 1) / crashesOfSeed
	if first != 0 {
		seeds = 1
	} else {
		first = 1
	}
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // many short lives leave much behind, in little memory
	start := startSimulated(words)
	errs := overhear(t)
	began := time.Now()
	var sum total
	t.Run("seed", func(t *testing.T) {
		for i := range seeds {
			seed := uint64(first + i)
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					path := filepath.Join(dir, fmt.Sprint(seed)+".db")
					defer os.Remove(path)
					r := simulation.Run(t.Context(), simulation.Config{
						Seed: seed, Crashes: min(crashesOfSeed, crashes), Path: path, Words: words, Start: start,
						Web: seed%3 == 0,
					})
					sum.add(r)
					if len(r.Broken) > 0 {
						t.Errorf("CHIHAI_SEED=%d\n%s\n\nlast events:\n%s", seed, strings.Join(r.Broken, "\n"), strings.Join(r.Trace, "\n"))
					}
				})
			})
		}
	})
	t.Logf("%s in %.1f s", sum.String(), time.Since(began).Seconds())
	if n := errs.count; n > 0 {
		t.Errorf("%d errors in the log that no crash explains, the first: %s", n, errs.first)
	}
}

// An ear hears what the bots log and keeps what no crash explains.
type ear struct {
	slog.Handler
	mu    sync.Mutex
	count int
	first string
}

// overhear makes everything that is logged during the test go to an ear.
func overhear(t *testing.T) *ear {
	e := &ear{Handler: slog.DiscardHandler}
	was := slog.Default()
	slog.SetDefault(slog.New(e))
	t.Cleanup(func() { slog.SetDefault(was) })
	return e
}

// Enabled implements [slog.Handler], as do the following.
func (e *ear) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (e *ear) WithAttrs([]slog.Attr) slog.Handler { return e }

func (e *ear) Handle(_ context.Context, r slog.Record) error {
	why := r.Message
	r.Attrs(func(a slog.Attr) bool {
		why += " " + a.String()
		return true
	})
	for _, known := range []string{"the process is dead", context.Canceled.Error(), "begun too often"} {
		if strings.Contains(why, known) {
			return nil
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.count++; e.count == 1 {
		e.first = why
	}
	return nil
}

// startSimulated builds bots as runServe does, but for the listener of the web
// server: what comes in is handed to it.
func startSimulated(words *locales.Catalog) simulation.Start {
	read := func(more map[string]string) (*config, error) {
		return readConfig(func(name string) string {
			if name == "CHIHAI_TELEGRAM_TOKEN" {
				return simulation.Token
			}
			return more[name]
		})
	}
	polling, errPolling := read(nil)
	hooked, errHooked := read(map[string]string{"CHIHAI_URL": "https://127.0.0.1", "CHIHAI_TELEGRAM_WEBHOOK": "1", "CHIHAI_WEBCHAT": "1"})
	pages := web.ReadPages()
	return func(ctx context.Context, s *store.Store, telegram *http.Client, withWeb bool) (*simulation.Service, error) {
		if err := errors.Join(errPolling, errHooked); err != nil {
			return nil, err
		}
		p := parts{config: polling, store: s, words: words, network: telegram}
		if withWeb {
			p.config, p.listener, p.chat, p.pages = hooked, newDeaf(), true, pages
		}
		b, err := newBot(ctx, p)
		if err != nil {
			return nil, err
		}
		service := &simulation.Service{Run: b.run}
		if withWeb {
			service.Web = b.web
		}
		return service, nil
	}
}

// A deaf listener waits for connections that never come.
type deaf struct{ closed chan struct{} }

func newDeaf() *deaf { return &deaf{make(chan struct{})} }

// Accept implements [net.Listener], as do the following.
func (d *deaf) Accept() (net.Conn, error) {
	<-d.closed
	return nil, net.ErrClosed
}

func (d *deaf) Close() error {
	select {
	case <-d.closed:
	default:
		close(d.closed)
	}
	return nil
}

func (d *deaf) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

func number(t *testing.T, name string, otherwise int) int {
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(name+":", err)
	}
	return n
}

// A total adds up what the seeds have seen.
type total struct {
	mu    sync.Mutex
	seeds int
	simulation.Report
}

func (s *total) add(r *simulation.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seeds++
	s.Inputs += r.Inputs
	s.Shown += r.Shown
	s.Twice += r.Twice
	s.Doubts += r.Doubts
	s.Unknown += r.Unknown
	s.GivenUp += r.GivenUp
	s.Reminded += r.Reminded
	s.News += r.News
	s.Blocked += r.Blocked
	s.Deleted += r.Deleted
	s.Late += r.Late
	s.Starts += r.Starts
	s.Virtual += r.Virtual
	if s.Crashes == nil {
		s.Crashes = map[string]int{}
	}
	for point, n := range r.Crashes {
		s.Crashes[point] += n
	}
}

func (s *total) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d seeds, %d crashes, %d starts, %d inputs, %d messages shown, %d of them twice after %d doubtful sends, %d not repeated and reported, %d given up after a day, %d reminders, %d news, %d updates overtaken, %d blocks, %d deletions, %.0f virtual hours",
		s.seeds, s.Killed(), s.Starts, s.Inputs, s.Shown, s.Twice, s.Doubts, s.Unknown, s.GivenUp, s.Reminded, s.News, s.Late, s.Blocked, s.Deleted, s.Virtual.Hours())
	for _, point := range slices.Sorted(maps.Keys(s.Crashes)) {
		fmt.Fprintf(&b, "\n%8d  %s", s.Crashes[point], point)
	}
	b.WriteString("\n")
	return b.String()
}
