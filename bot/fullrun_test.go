package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/bot/channel"
	"chihai/bot/inbox"
	"chihai/bot/outbox"
	"chihai/bot/telegram"
	"chihai/bot/telegram/telegramtest"
	"chihai/flows"
	"chihai/locales"
	"chihai/store"
	"chihai/store/bolt"
)

// BenchmarkFullRun is a full run over loopback HTTP: 500 women on a Bot API
// server write as soon as they were answered; polling, engine, database with
// fsync, outbox and sending are the real ones, only the network's limits are
// lifted. Times are from her message to the bot's answer on her phone.
//
//	go test ./bot -run '^$' -bench FullRun -benchtime 20000x
func BenchmarkFullRun(b *testing.B) {
	const women = 500
	path := filepath.Join(b.TempDir(), "full.db")
	makeKillDB(b, path, 10, 10_000)
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), db, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	catalog, err := locales.Load()
	if err != nil {
		b.Fatal(err)
	}
	engine, err := flows.New(s, catalog, flows.All(), flows.Options{})
	if err != nil {
		b.Fatal(err)
	}
	tg := telegramtest.New("7000000001:full-run")
	tg.Keep = 2
	if err := tg.Start(); err != nil {
		b.Fatal(err)
	}
	defer tg.Close()
	bot, err := telegram.New(telegram.Config{
		Token: "7000000001:full-run", API: tg.URL(),
		Limits: &channel.Limits{Flights: 64},
	})
	if err != nil {
		b.Fatal(err)
	}
	in := inbox.New(engine.Handle, inbox.Options{})
	out := outbox.New(s, []channel.Channel{bot}, outbox.Options{})
	ctx, stop := context.WithCancel(b.Context())
	var parts sync.WaitGroup
	parts.Go(func() { in.Run(ctx) })
	parts.Go(func() { out.Run(ctx) })
	parts.Go(func() { bot.Receive(ctx, in.Take) })

	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var crowd sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for c := range women {
		crowd.Go(func() {
			for n := 0; ; n++ {
				i := int(next.Add(1)) - 1
				if i >= b.N {
					return
				}
				begin := time.Now()
				tg.Text(int64(1000+c), fullTalk(n))
				if _, err := tg.Next(ctx, int64(1000+c)); err != nil {
					b.Error(err)
					return
				}
				took[i] = time.Since(begin)
			}
		})
	}
	crowd.Wait()
	span := time.Since(start)
	b.StopTimer()
	stop()
	parts.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/span.Seconds(), "turns/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
	if b.N > 10*women && testing.Verbose() {
		b.Log(fmt.Sprint(db.Stats()))
	}
}

// fullTalk is what a woman writes as the nth thing: she registers, and then
// gives up and registers again, over and over.
func fullTalk(n int) string {
	first := []string{"/start", "Tiếng Việt", "Đăng ký tham gia", "1", "Đăng ký", "Đồng ý", "Nguyễn Thị Hoa", "Xã Kế Sách", "0912 345 678", "Đúng, đăng ký"}
	if n < len(first) {
		return first[n]
	}
	again := []string{"Đăng ký của tôi", "1", "Hủy đăng ký", "Có, hủy đăng ký", "Đăng ký tham gia", "1", "Đăng ký", "Đúng, đăng ký"}
	return again[(n-len(first))%len(again)]
}
