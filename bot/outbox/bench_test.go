package outbox

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/memory"
)

// A sink takes everything at once.
type sink struct{ took sync.WaitGroup }

func (*sink) Name() string           { return "test:1" }
func (*sink) Limits() channel.Limits { return channel.Limits{Flights: 64} }

func (*sink) Receive(context.Context, func(flows.Input, func(error))) error { return nil }

func (s *sink) Send(context.Context, channel.Message) (channel.Receipt, error) {
	s.took.Done()
	return channel.Receipt{}, nil
}

// BenchmarkSend is the way of a message from its posting, a hundred in a
// transaction, to the network.
func BenchmarkSend(b *testing.B) {
	for _, repeat := range []bool{true, false} {
		b.Run(fmt.Sprintf("memory/repeat=%v", repeat), func(b *testing.B) {
			benchmark(b, memory.New(), repeat)
		})
		b.Run(fmt.Sprintf("bolt/repeat=%v", repeat), func(b *testing.B) {
			db, err := bolt.Open(filepath.Join(b.TempDir(), "chihai.db"), bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			benchmark(b, db, repeat)
		})
	}
}

func benchmark(b *testing.B, db store.Backend, repeat bool) {
	s, err := store.Open(b.Context(), db, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	net := &sink{}
	ctx, cancel := context.WithCancel(b.Context())
	box := New(s, []channel.Channel{net}, Options{})
	ended := make(chan struct{})
	go func() { box.Run(ctx); close(ended) }()
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += 100 {
		n := min(100, b.N-i)
		net.took.Add(n)
		if err := s.Update(ctx, func(tx *store.Tx) error {
			for j := range n {
				m := store.Message{Channel: "test:1", Address: fmt.Sprint((i + j) % 5000), Text: "Chị đã đăng ký lớp tập huấn.", Repeat: repeat}
				if err := tx.Post(&m); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	net.took.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	cancel()
	<-ended
}
