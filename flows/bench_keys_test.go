package flows

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"chihai/store"
)

// benchKey is the key of databases in benchmarks; nil: nothing is encrypted in
// them.
var benchKey = store.NewKey()

// BenchmarkKeys measures what encryption costs a turn: the same turns with and
// without keys, in turns, and the processor time that they take. The rate is
// reported, too, but says less on a machine that does other things.
//
//	go test ./flows -run '^$' -bench Keys -benchtime 3000x
func BenchmarkKeys(b *testing.B) {
	defer func(key []byte) { benchKey = key }(benchKey)
	const rounds = 4
	for _, chats := range []int{1, 64} {
		b.Run(fmt.Sprintf("chats=%d", chats), func(b *testing.B) {
			var took [2]time.Duration // processor time without and with
			var rate [2]float64
			for range rounds {
				for i, key := range [][]byte{nil, store.NewKey()} {
					benchKey = key
					before := processorTime(b)
					runTurns(b, chats, 1, openBolt(b), nil) // what it takes to begin does not count
					begun := processorTime(b)
					rate[i] += runTurns(b, chats, b.N, openBolt(b), nil).perSecond / rounds
					took[i] += processorTime(b) - begun - (begun - before)
				}
			}
			turns := float64(rounds * b.N)
			b.ReportMetric(float64(took[0].Microseconds())/turns, "µs-plain")
			b.ReportMetric(float64(took[1].Microseconds())/turns, "µs-sealed")
			b.ReportMetric(100*(float64(took[1])/float64(took[0])-1), "%-more")
			b.ReportMetric(rate[0], "plain/s")
			b.ReportMetric(rate[1], "sealed/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// processorTime is how long this process has kept processors busy.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
