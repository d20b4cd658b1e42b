package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
)

const (
	loadToken   = "7000000001:load-test"
	loadChannel = "telegram:7000000001"
	loadRound   = 60 * time.Millisecond // the way to Telegram and back
)

// makeBroadcast fills an empty store with an officer and so many women, and has
// a broadcast to all of them begin. They are reached at the chats from 100,000 on.
func makeBroadcast(tx *store.Tx, tg *telegramtest.Server, women int) (*store.Broadcast, error) {
	_, officer, _, err := tx.Meet(loadChannel, "99999")
	if err != nil {
		return nil, err
	}
	if err := tx.Grant(officer, &store.Grant{Role: store.Staff}); err != nil {
		return nil, err
	}
	if err := tx.ImportAreas([]*store.Area{{Code: "92", Name: "Thành phố Cần Thơ", Kind: "thanh_pho"}}); err != nil {
		return nil, err
	}
	for i := range women {
		chat := int64(100_000 + i)
		tg.Know(chat)
		_, m, _, err := tx.Meet(loadChannel, strconv.FormatInt(chat, 10))
		if err != nil {
			return nil, err
		}
		m.Area = "92"
		if err := tx.PutMember(m); err != nil {
			return nil, err
		}
	}
	b := &store.Broadcast{
		By: officer.ID, Text: store.Text{"vi": broadcastText}, Audience: store.Audience{Op: store.InArea, ID: "92"},
		Scope: store.Scope{Areas: []string{""}}, Lane: store.Province, Urgent: true,
	}
	if err := tx.AddBroadcast(b); err != nil {
		return nil, err
	}
	return tx.SendBroadcast(b.ID, false)
}

const broadcastText = "Mời chị em dự buổi nói chuyện chiều thứ Bảy."

// TestBroadcastLoad runs the real program beside a Bot API server that takes 30
// calls within any second and no more, 60 ms away. While a broadcast goes out,
// ten women talk with the bot. What is measured is from what she says to the
// answer on her phone, where the way to Telegram and back is once in it.
//
// It takes a few seconds and only looks at the bins; with CHIHAI_LONG=1 it takes
// a minute, and the figures must hold, for which the machine must be quiet:
//
//	CHIHAI_LONG=1 go test ./bot -run TestBroadcastLoad -v
func TestBroadcastLoad(t *testing.T) {
	long := os.Getenv("CHIHAI_LONG") != ""
	women := 100
	if long {
		women = 28*60 - 5*60
	}
	tg := telegramtest.New(loadToken)
	tg.Keep, tg.Most = 20, 30
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	tg.Fail(telegramtest.Fault{Method: "send", Delay: loadRound})
	path := filepath.Join(t.TempDir(), "load.db")
	var b *store.Broadcast
	bot := &process{binary: buildProgram(t), env: []string{
		"CHIHAI_DB=" + path, "CHIHAI_RECOVERY=" + recipient, "CHIHAI_LISTEN=127.0.0.1:0",
		"CHIHAI_TELEGRAM_TOKEN=" + loadToken, "CHIHAI_TELEGRAM_API=" + tg.URL(),
	}}
	change(t, path, func(tx *store.Tx) (err error) {
		b, err = makeBroadcast(tx, tg, women)
		return err
	})
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	talking, quit := context.WithCancel(ctx)
	var crowd sync.WaitGroup
	var mu sync.Mutex
	var waits []time.Duration
	begin := time.Now()
	bot.start(t)
	for w := range 10 {
		crowd.Go(func() {
			chat, random := int64(1000+w), rand.New(rand.NewPCG(uint64(w), 1))
			for n := 0; talking.Err() == nil; n++ {
				if !sleepFor(talking, time.Duration(1500+random.IntN(1000))*time.Millisecond) {
					return
				}
				at := time.Now()
				tg.Text(chat, []string{"/start", "Tiếng Việt", "/menu"}[min(n, 2)])
				if _, err := tg.Next(ctx, chat); err != nil {
					t.Errorf("woman %d: %v", chat, err)
					return
				}
				mu.Lock()
				waits = append(waits, time.Since(at)-loadRound)
				mu.Unlock()
			}
		})
	}
	all := func() bool {
		n := 0
		for i := range women {
			n += min(1, len(tg.Sent(int64(100_000+i))))
		}
		return n == women
	}
	if !comes(ctx, all) {
		t.Fatalf("not everybody was reached\n%s", bot.log.String())
	}
	took := time.Since(begin)
	quit()
	crowd.Wait()
	if !comes(ctx, func() bool { return tg.Calls("sendMessage") > 0 && quietSince(tg) }) {
		t.Fatal("does not come to rest")
	}
	bot.stop(t)

	most, refused := tg.Busiest()
	slices.Sort(waits)
	p99 := waits[len(waits)*99/100]
	rate := float64(women+len(waits)) / took.Seconds()
	t.Logf("%d women and %d replies in %v: %.2f/s, at most %d in a second, %d refused; replies take the way and %v, 99 of 100 %v",
		women, len(waits), took.Round(time.Millisecond), rate, most, refused, waits[len(waits)/2].Round(time.Microsecond), p99.Round(time.Microsecond))
	if long && (refused > 0 || p99 > 20*time.Millisecond || rate < 0.98*28) {
		t.Errorf("want no refusals, 28/s and replies within 20 ms")
	}
	for i := range women {
		if n := len(tg.Sent(int64(100_000 + i))); n != 1 {
			t.Errorf("a woman was shown it %d times", n)
		}
	}
	judgeBroadcast(t, path, b.ID, func(bins store.Bins) error {
		if bins != (store.Bins{Delivered: women}) {
			return fmt.Errorf("%+v, want %d delivered", bins, women)
		}
		return nil
	})
}

// quietSince says whether nothing is on its way any more.
func quietSince(tg *telegramtest.Server) bool {
	before := tg.Calls("sendMessage")
	sleepFor(context.Background(), 500*time.Millisecond)
	return tg.Calls("sendMessage") == before
}

// sleepFor waits for d, and says false when ctx ends before.
func sleepFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// judgeBroadcast looks whether the database is sound and what the bins of a
// broadcast are.
func judgeBroadcast(t *testing.T, path, id string, look func(store.Bins) error) {
	t.Helper()
	s, err := openMade(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	key, err := store.ReadKey(path + keySuffix)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.CheckSealed(t.Context(), s.Backend(), key, time.Now(), func(bucket, key, what string) { t.Errorf("%s %s: %s", bucket, key, what) }); err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(tx *store.Tx) error {
		b, err := tx.Broadcast(id)
		if err != nil {
			return err
		}
		bins, err := tx.BroadcastCounts(b)
		if err == nil && bins.Sum() != b.Total {
			err = fmt.Errorf("bins %+v, want a sum of %d", bins, b.Total)
		}
		return errors.Join(err, look(bins))
	}); err != nil {
		t.Error(err)
	}
}
