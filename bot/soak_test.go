package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
)

// TestSoak lets 100 women write to the real program, 50 times a second in all,
// for as long as CHIHAI_SOAK says, and looks whether anything grows that should
// not. It prints what it saw about every minute.
//
// Memory that grows is seen by comparing thirds: the first is for warming up,
// and the median of the last may not lie above that of the middle one by more
// than a little (see grows). A lasting leak makes the difference larger the
// longer the run is, so eight hours find what five minutes cannot.
//
// How many goroutines and open files there are under load depends on how quick
// the machine is just then. So they are counted before and after, at rest.
//
//	CHIHAI_SOAK=8h go test ./bot -run TestSoak -v -timeout 9h
func TestSoak(t *testing.T) {
	if os.Getenv("CHIHAI_SOAK") == "" {
		t.Skip("takes as long as CHIHAI_SOAK says, such as 8h")
	}
	length, err := time.ParseDuration(os.Getenv("CHIHAI_SOAK"))
	if err != nil {
		t.Fatal("CHIHAI_SOAK:", err)
	}
	const women, perSecond = 100, 50
	const token = "7000000001:soak-test"
	path := filepath.Join(t.TempDir(), "soak.db")
	makeKillDB(t, path, 10, 10_000)
	tg := telegramtest.New(token)
	tg.Keep = 2
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	metrics := freeAddress(t)
	bot := &process{binary: buildProgram(t), env: []string{
		"CHIHAI_DB=" + path, "CHIHAI_RECOVERY=" + recipient, "CHIHAI_LISTEN=127.0.0.1:0", "CHIHAI_METRICS=" + metrics,
		"CHIHAI_TELEGRAM_TOKEN=" + token, "CHIHAI_TELEGRAM_API=" + tg.URL(),
	}}
	bot.start(t)
	before := takeSample(t, bot.cmd.Process.Pid, metrics)
	t.Log(before)

	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	pace := time.NewTicker(time.Second / perSecond)
	defer pace.Stop()
	var turns atomic.Int64
	var crowd sync.WaitGroup
	for w := range women {
		crowd.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-pace.C:
				case <-ctx.Done():
					return
				}
				tg.Text(int64(1000+w), fullTalk(n))
				if _, err := tg.Next(ctx, int64(1000+w)); err != nil {
					if ctx.Err() == nil {
						t.Errorf("woman %d: %v", w, err)
					}
					return
				}
				turns.Add(1)
			}
		})
	}
	var samples []sample
	look := time.NewTicker(min(time.Minute, length/60))
	defer look.Stop()
	begun, printed := time.Now(), time.Time{}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-look.C:
			s := takeSample(t, bot.cmd.Process.Pid, metrics)
			s.turns, s.at = turns.Load(), time.Since(begun)
			samples = append(samples, s)
			if time.Since(printed) >= 59*time.Second {
				printed = time.Now()
				t.Log(s)
			}
		}
	}
	crowd.Wait()
	rests(t, before, func() sample { return takeSample(t, bot.cmd.Process.Pid, metrics) })
	bot.stop(t)
	if len(samples) < 12 {
		t.Fatalf("%d samples say nothing: choose a longer time", len(samples))
	}
	t.Log(samples[len(samples)-1])
	if want := int64(length.Seconds() * perSecond * 0.8); turns.Load() < want {
		t.Errorf("%d turns, want at least %d: the machine was too busy for this to mean anything", turns.Load(), want)
	}
	grows(t, samples)
}

// A sample is how large the program was at a moment.
type sample struct {
	at         time.Duration // since the beginning
	turns      int64
	resident   float64 // bytes of memory, those of the mapped file too
	own        float64 // bytes of memory without the file
	live       float64 // bytes of the heap that were alive at the last collection
	goroutines float64
	files      float64 // open
	used       float64 // bytes of the database file that hold something
}

func (s sample) String() string {
	const mib = 1 << 20
	return fmt.Sprintf("%8v %8d turns  resident %5.1f MiB  own %5.1f MiB  live heap %4.1f MiB  goroutines %3.0f  files %3.0f  database %6.1f MiB",
		s.at.Round(time.Second), s.turns, s.resident/mib, s.own/mib, s.live/mib, s.goroutines, s.files, s.used/mib)
}

// takeSample reads what the process and its numbers tell.
func takeSample(t *testing.T, pid int, metrics string) sample {
	t.Helper()
	_, numbers := fetch(t, "http://"+metrics+"/metrics")
	number := func(name string) float64 {
		for _, line := range strings.Split(numbers, "\n") {
			if value, ok := strings.CutPrefix(line, name+" "); ok {
				n, err := strconv.ParseFloat(value, 64)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
		}
		t.Fatalf("there is no number %s", name)
		return 0
	}
	return sample{
		resident: statusOf(t, pid, "VmRSS"), own: statusOf(t, pid, "RssAnon"),
		live:       number("go_memstats_next_gc_bytes") / (1 + spare/100.0),
		goroutines: number("go_goroutines"), files: number("process_open_fds"),
		used: number("chihai_database_bytes") - number("chihai_database_free_bytes"),
	}
}

// statusOf reads a size out of /proc/pid/status (proc(5)), in bytes.
func statusOf(t *testing.T, pid int, field string) float64 {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("there is no /proc here to read memory from: ", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, _ := strings.Cut(lines.Text(), ":"); name == field {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib * 1024
		}
	}
	t.Fatalf("/proc says nothing of %s", field)
	return 0
}

// soakRest is how long the program may take until it rests: connections that
// are not used any more are closed within a minute.
const soakRest = 90 * time.Second

// rests fails the test when the program does not come back to about as many
// goroutines and open files as before.
func rests(t *testing.T, before sample, now func() sample) {
	t.Helper()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	var s sample
	for begun := time.Now(); time.Since(begun) < soakRest; <-look.C {
		s = now()
		if s.goroutines <= before.goroutines+10 && s.files <= before.files+3 {
			t.Logf("at rest: %.0f goroutines and %.0f files before, %.0f and %.0f after %v",
				before.goroutines, before.files, s.goroutines, s.files, time.Since(begun).Round(time.Second))
			return
		}
	}
	t.Errorf("at rest there are %.0f goroutines and %.0f open files, before there were %.0f and %.0f",
		s.goroutines, s.files, before.goroutines, before.files)
}

// grows fails the test when something grows. By how much the median of the last
// third may lie above that of the middle one is in per cent and, for what is
// small, in absolute terms: what a collection more or less, or a connection that
// is just opened, makes.
func grows(t *testing.T, samples []sample) {
	third := len(samples) / 3
	middle, last := samples[third:2*third], samples[2*third:]
	for _, what := range []struct {
		name          string
		of            func(sample) float64
		percent, more float64
	}{
		{"own memory", func(s sample) float64 { return s.own }, 10, 8 << 20},
		{"live heap", func(s sample) float64 { return s.live }, 10, 2 << 20},
	} {
		before, after := median(middle, what.of), median(last, what.of)
		t.Logf("%-10s %12.0f in the middle, %12.0f at the end", what.name, before, after)
		if after > before*(1+what.percent/100)+what.more {
			t.Errorf("%s grow from %.0f to %.0f", what.name, before, after)
		}
	}
	// The database does grow: it remembers each input for a while. It may not
	// grow faster and faster.
	before, after := growth(middle), growth(last)
	t.Logf("the database grows by %.0f KiB in 1,000 turns in the middle, %.0f KiB at the end", before/1024, after/1024)
	if after > 1.5*before+64<<10 {
		t.Errorf("the database grows faster: by %.0f and then %.0f bytes in 1,000 turns", before, after)
	}
}

func median(samples []sample, of func(sample) float64) float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, of(s))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// growth is by how many bytes the used part of the database grows in 1,000
// turns.
func growth(samples []sample) float64 {
	first, last := samples[0], samples[len(samples)-1]
	return (last.used - first.used) / float64(max(1, last.turns-first.turns)) * 1000
}
