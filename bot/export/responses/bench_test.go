package responses

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"chihai/flows/form"
)

// BenchmarkMillion writes 1,000,000 responses to 30 questions, two of them texts and two with several
// choices, and reports the processor time, which other work on the machine does not lengthen, the most heap
// in use, and the size of the file. CHIHAI_ROWS asks for another number.
func BenchmarkMillion(b *testing.B) {
	rows := 1_000_000
	if s := os.Getenv("CHIHAI_ROWS"); s != "" {
		var err error
		if rows, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	survey := ""
	for i := range 10 {
		survey += fmt.Sprintf("select_one nghe | mot%d | Câu %d | សំណួរ\ninteger | so%d | Số %d | លេខ\n", i, i, i, i)
	}
	for i := range 2 {
		survey += fmt.Sprintf("select_multiple dich_vu | nhieu%d | Câu %d | សំណួរ\ntext | chu%d | Chữ %d | អក្សរ\ndecimal | le%d | Số lẻ | លេខ\ndate | ngay%d | Ngày | ថ្ងៃ\nselect_one co_khong | co%d | Có không | មាន\n", i, i, i, i, i, i, i)
	}
	f := formOf(b, "1", survey, sampleChoices)
	g := guesser{rand.New(rand.NewPCG(1, 2))}
	few := g.rows([]*form.Form{f}, 100) // so few that they stay in the cache, as a row does that was just read
	d := datasetOf([]*form.Form{f}, nil)
	d.Rows = func() iter.Seq2[*Row, error] {
		return func(yield func(*Row, error) bool) {
			for i := range rows {
				if !yield(few[i%len(few)], nil) {
					return
				}
			}
		}
	}
	for _, format := range []Format{CSV, XLSX, SPSS, Stata, JSON} {
		b.Run(string(format), func(b *testing.B) {
			for b.Loop() {
				runtime.GC()
				peak := watchHeap()
				w := new(counter)
				began := processorTime(b)
				if err := Write(b.Context(), w, d, Options{Format: format, Words: words(b, "vi")}, nil); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric((processorTime(b) - began).Seconds(), "cpu-s")
				b.ReportMetric(float64(peak())/(1<<20), "MB-heap")
				b.ReportMetric(float64(*w)/(1<<20), "MB-file")
			}
		})
	}
}

// processorTime is what the process has used so far, in itself and in the kernel.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watchHeap looks at the heap until what it returns is called, which tells the most there was.
func watchHeap() func() uint64 {
	var most atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return most.Load()
	}
}

// A counter counts what is written.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
