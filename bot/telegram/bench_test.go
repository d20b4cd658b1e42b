package telegram

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/bot/channel"
	"chihai/bot/telegram/telegramtest"
	"chihai/flows"
	"chihai/store"
)

// BenchmarkEcho measures the way from a person to the bot and back over real
// connections, without anything in between: 500 people write, each again as
// soon as she is answered.
func BenchmarkEcho(b *testing.B) {
	const people = 500
	tg := telegramtest.New(token)
	tg.Keep = 4
	answered := make(chan int64, people)
	tg.OnMessage = func(m telegramtest.Message) { answered <- m.Chat }
	if err := tg.Start(); err != nil {
		b.Fatal(err)
	}
	defer tg.Close()
	bot, err := New(Config{Token: token, API: tg.URL()})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	type job struct {
		in   flows.Input
		done func(error)
	}
	jobs := make(chan job, people)
	var running sync.WaitGroup
	var failed atomic.Int64
	for range bot.Limits().Flights {
		running.Go(func() {
			for j := range jobs {
				j.done(nil)
				_, err := bot.Send(context.Background(), channel.Message{Message: store.Message{
					ID: j.in.ID, Address: j.in.From, Text: "Chị vừa viết: " + j.in.Text,
					Layout: store.Keyboard, Choices: []store.Choice{{ID: "1", Label: "Đăng ký"}, {ID: "2", Label: "Trợ giúp"}}}})
				if err != nil {
					failed.Add(1)
				}
			}
		})
	}
	ended := make(chan error)
	go func() { ended <- bot.Receive(ctx, func(in flows.Input, done func(error)) { jobs <- job{in, done} }) }()
	b.ReportAllocs()
	b.ResetTimer()
	written, got := 0, 0
	wrote := make(map[int64]time.Time, people)
	var slowest time.Duration
	write := func(chat int64) {
		wrote[chat] = time.Now()
		tg.Text(chat, "Em muốn đăng ký")
		written++
	}
	for chat := range int64(min(people, b.N)) {
		write(chat + 1)
	}
	for got < b.N {
		chat := <-answered
		got++
		slowest = max(slowest, time.Since(wrote[chat]))
		if written < b.N {
			write(chat)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
	b.ReportMetric(float64(slowest.Milliseconds()), "slowest-ms")
	stop()
	if err := <-ended; err != nil {
		b.Error(err)
	}
	close(jobs)
	running.Wait()
	if n := failed.Load(); n > 0 {
		b.Errorf("%d answers failed", n)
	}
}
