package broadcast_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/store"
	"chihai/store/bolt"
)

// inFull says whether what takes minutes is run as well: CHIHAI_LONG=1.
func inFull() bool { return os.Getenv("CHIHAI_LONG") != "" }

// A broadcast beside replies keeps to the rate, no second sees more than the
// network takes, and replies do not wait for it. The full run is
//
//	CHIHAI_LONG=1 go test ./bot/broadcast -run TestRates -v -timeout 1h
func TestRates(t *testing.T) {
	tests := []struct {
		limits  channel.Limits
		women   int
		full    int           // with CHIHAI_LONG
		replies time.Duration // from one to the next, about
	}{
		{channel.Limits{Total: 28, Most: 30, PerChat: 1, Burst: 5, Flights: 32}, 1500, 100_000, 240 * time.Millisecond},
		{channel.Limits{Total: 970, Most: 1000, PerChat: 1, Burst: 5, Flights: 256}, 5000, 100_000, 20 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.limits.Most), func(t *testing.T) {
			n := tt.women
			if inFull() {
				n = tt.full
			}
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.net.limits = tt.limits
				w.run()
				defer func() { w.stop() }()
				keepsRate(w, n, tt.replies)
				w.stop()
				w.once()
				w.sound()
			})
		})
	}
}

func keepsRate(w *world, n int, pause time.Duration) {
	t := w.t
	w.women("31", n)
	id := w.send("31", func(b *store.Broadcast) { b.Urgent = true })
	posted := map[string]time.Time{}
	for i, over := 0, false; !over; i++ {
		time.Sleep(pause/6 + time.Duration(i*7919%1000)*pause*5/3/1000)
		if i%20 == 0 {
			b, _ := w.now(id)
			over = !b.Ended.IsZero()
		}
		address := fmt.Sprint("woman", i)
		posted[address] = time.Now()
		w.update(func(tx *store.Tx) error {
			return tx.Post(&store.Message{Channel: "test:1", Address: address, Text: "x", Repeat: true})
		})
	}
	time.Sleep(time.Second)
	w.stop()
	b, bins := w.now(id)
	check(t, "bins", bins, store.Bins{Delivered: n})
	var waits []time.Duration
	for address, at := range posted {
		waits = append(waits, w.net.at[address].Sub(at)-w.net.latency)
	}
	slices.Sort(waits)
	took := b.Ended.Sub(b.Frozen) - w.net.latency // until the last call began
	most, within := w.net.most(), 0
	for _, at := range w.net.calls {
		if age := at.Sub(b.Frozen); age >= 0 && age <= took {
			within++
		}
	}
	rate, late := float64(within)/took.Seconds(), waits[len(waits)*99/100]
	t.Logf("%d women in %v beside %d replies: %.2f calls a second, at most %d in one; 99 of 100 replies go within %v, all within %v",
		n, took, len(waits), rate, most, late, waits[len(waits)-1])
	if limits := w.net.limits; most > limits.Most || rate < 0.98*limits.Total || late > 20*time.Millisecond {
		t.Errorf("want %v a second, at most %d, and replies within 20 ms", limits.Total, limits.Most)
	}
}

// onDisk returns a world in a file, at the pace of real time.
func onDisk(t *testing.T) *world {
	w := newWorld(t)
	db, err := bolt.Open(filepath.Join(t.TempDir(), "broadcast.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w.db = db
	w.open()
	w.grantOfficer()
	return w
}

// A thousand a second in real time, with a commit before and after each call.
//
//	CHIHAI_LONG=1 go test ./bot/broadcast -run TestThousandASecond -v
func TestThousandASecond(t *testing.T) {
	if !inFull() {
		t.Skip("needs a quiet machine for half a minute: set CHIHAI_LONG=1")
	}
	w := onDisk(t)
	w.net.limits = channel.Limits{Total: 970, Most: 1000, PerChat: 1, Burst: 5, Flights: 256}
	w.run()
	defer func() { w.stop() }()
	keepsRate(w, 20_000, 20*time.Millisecond)
}

// What a broadcast takes of memory does not depend on how many get it. A million
// women are made first, which takes minutes; CHIHAI_RECIPIENTS makes fewer.
//
//	CHIHAI_LONG=1 go test ./bot/broadcast -run TestMemory -v -timeout 1h
func TestMemory(t *testing.T) {
	if !inFull() {
		t.Skip("makes a million women: set CHIHAI_LONG=1")
	}
	n := 1_000_000
	if s := os.Getenv("CHIHAI_RECIPIENTS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal("CHIHAI_RECIPIENTS:", err)
		}
	}
	w := onDisk(t)
	w.net.limits, w.net.latency = channel.Limits{Flights: 32}, 0
	w.net.forget = true
	w.women("32", 10_000)
	w.women("31", n)
	w.run()
	defer func() { w.stop() }()
	base := w.peak(w.send("32", func(b *store.Broadcast) { b.Urgent = true }))
	began := time.Now()
	id := w.send("31", func(b *store.Broadcast) { b.Urgent = true })
	most := w.peak(id)
	b, bins := w.now(id)
	grown := float64(int64(most)-int64(base)) / (1 << 20)
	t.Logf("%d recipients: at most %.1f MiB alive, with 10,000 %.1f MiB: %.1f MiB more; put down in %v, sent %d in %v",
		b.Total, float64(most)/(1<<20), float64(base)/(1<<20), grown, b.Frozen.Sub(b.Started).Round(time.Millisecond), bins.Over(), time.Since(began).Round(time.Second))
	if grown > 10*float64(n)/1e6 {
		t.Errorf("want at most 10 MB for a million")
	}
}

// peak is how much memory was alive at most until the broadcast had ended, or
// for a minute after it was put down.
func (w *world) peak(id string) (most uint64) {
	for {
		wake := time.NewTimer(500 * time.Millisecond)
		<-wake.C
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
		b, _ := w.now(id)
		if !b.Ended.IsZero() || !b.Frozen.IsZero() && time.Since(b.Frozen) > time.Minute {
			return most
		}
	}
}
