package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
)

// TestKillBroadcast kills the real program with SIGKILL while a broadcast goes
// out, CHIHAI_BROADCAST_KILLS times (3 unless said otherwise), at any moment from
// its start on, in the middle of calls mostly. In the end nobody may have been
// shown it twice; everybody stands in one bin, and who stands as delivered was
// shown it, who stands as waiting or withdrawn was not; and those of whom it is
// not known are no more than were under way at each kill: printed beside what
// rate and round trip make.
//
//	TMPDIR=/dev/shm CHIHAI_BROADCAST_KILLS=300 go test ./bot -run TestKillBroadcast -v -timeout 1h
func TestKillBroadcast(t *testing.T) {
	kills := 3
	if s := os.Getenv("CHIHAI_BROADCAST_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal("CHIHAI_BROADCAST_KILLS:", err)
		}
		kills = n
	}
	binary := filepath.Join(t.TempDir(), "chihai")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for left := kills; left > 0 && !t.Failed(); left -= killRound {
		killBroadcast(t, binary, min(left, killRound))
	}
}

func killBroadcast(t *testing.T, binary string, kills int) {
	women := 60 + 25*kills // so that it is under way at each kill
	tg := telegramtest.New(loadToken)
	tg.Keep = 4
	var calls atomic.Int64
	tg.OnMessage = func(telegramtest.Message) { calls.Add(1) }
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	tg.Fail(telegramtest.Fault{Method: "send", Delay: loadRound})
	path := filepath.Join(t.TempDir(), "kill.db")
	var b *store.Broadcast
	change(t, path, func(tx *store.Tx) (err error) {
		b, err = makeBroadcast(tx, tg, women)
		return err
	})
	ctx, stop := context.WithTimeout(t.Context(), time.Minute+time.Duration(kills+women/20)*3*time.Second)
	defer stop()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	bot := &process{binary: binary, env: []string{
		"CHIHAI_DB=" + path, "CHIHAI_LISTEN=127.0.0.1:0", "CHIHAI_RECOVERY=" + recipient,
		"CHIHAI_TELEGRAM_TOKEN=" + loadToken, "CHIHAI_TELEGRAM_API=" + tg.URL(),
	}}
	midway := 0
	for range kills {
		bot.start(t)
		if random.IntN(4) > 0 { // the first messages are under way
			from := calls.Load()
			comes(ctx, func() bool { return calls.Load() > from })
			midway++
		}
		sleepFor(ctx, time.Duration(random.IntN(300))*time.Millisecond)
		bot.kill(t)
	}
	bot.start(t)
	settled := func() bool {
		before := calls.Load()
		sleepFor(ctx, 5*time.Second)
		return calls.Load() == before
	}
	if !comes(ctx, settled) {
		t.Fatalf("comes to no end\n%s", bot.log.String())
	}
	bot.stop(t)

	shown := 0
	for i := range women {
		n := len(tg.Sent(int64(100_000 + i)))
		shown += n
		if n > 1 {
			t.Errorf("a woman was shown it %d times", n)
		}
	}
	judgeBroadcast(t, path, b.ID, func(bins store.Bins) error {
		flights := 32.0 // of telegram's limits, three quarters for those that are no replies
		t.Logf("%d kills, %d of them right after a message: %d recipients, %d shown, %+v; %.2f unknown a kill, rate × round trip is %.2f",
			kills, midway, women, shown, bins, float64(bins.Unknown)/float64(kills), 28*loadRound.Seconds())
		switch {
		case bins.Over() != women || bins.Delivered+bins.Unknown != women:
			return fmt.Errorf("%+v, want %d delivered or unknown", bins, women)
		case shown < bins.Delivered:
			return fmt.Errorf("%d were shown it, %d stand as delivered", shown, bins.Delivered)
		case float64(bins.Unknown) > float64(kills)*flights*3/4:
			return fmt.Errorf("%d unknown after %d kills", bins.Unknown, kills)
		}
		return nil
	})
}
