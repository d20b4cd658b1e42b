package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
)

// TestDiskFull fills the disk of the real program while 20 women register and
// give seats up. It must say that the disk is full, stay up and readable,
// confirm nothing that it does not keep, and go on by itself when there is room:
// then the store holds what each woman was told.
func TestDiskFull(t *testing.T) {
	binary := buildProgram(t)
	for _, webhook := range []bool{false, true} {
		name := "long polling"
		if webhook {
			name = "webhook"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fillDisk(t, binary, webhook)
		})
	}
}

// smallDisk mounts a file system of some MiB and returns where.
func smallDisk(t *testing.T, mib int) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "chihai") // the names of sockets are short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir) })
	err = syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", mib))
	if errors.Is(err, syscall.EPERM) {
		t.Skip("mounting a small file system is for root only")
	}
	if err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func fillDisk(t *testing.T, binary string, webhook bool) {
	const women, trainings, seats = 20, 8, 5
	dir := smallDisk(t, 16)
	path := filepath.Join(dir, "full.db")
	makeKillDB(t, path, trainings, seats)
	const token = "7000000001:full-test"
	tg := telegramtest.New(token)
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	addr := freeAddress(t)
	bot := &process{binary: binary, env: []string{
		"CHIHAI_DB=" + path, "CHIHAI_LISTEN=" + addr, "CHIHAI_URL=http://" + addr,
		"CHIHAI_RECOVERY=" + recipient, "CHIHAI_TELEGRAM_TOKEN=" + token, "CHIHAI_TELEGRAM_API=" + tg.URL(),
	}}
	if webhook {
		bot.env = append(bot.env, "CHIHAI_TELEGRAM_WEBHOOK=1")
	}
	bot.start(t)

	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	c := gather(ctx, tg, women)
	until := func(what string, is func() bool) {
		t.Helper()
		if !comes(ctx, is) {
			t.Fatalf("%s: never\n%s", what, bot.log.String())
		}
	}
	ready := func() string { return look(ctx, "http://"+addr+"/readyz") }
	sent := func() int { return tg.Calls("sendMessage") }

	until("the women talk", func() bool { return sent() > 5*women })
	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	until("the bot says that the disk is full", func() bool {
		said := ready()
		return strings.HasPrefix(said, "503 ") && strings.Contains(said, "the disk is full")
	})
	until("what women say stays with Telegram", func() bool { return tg.Waiting() > women/2 })
	before := tg.Waiting()
	if said := look(ctx, "http://"+addr+"/healthz"); !strings.HasPrefix(said, "200 ") {
		t.Errorf("the database cannot be read while the disk is full: %s", said)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	until("the bot says that it goes on", func() bool { return strings.HasPrefix(ready(), "200 ") })
	freed := sent()
	until("the women talk again", func() bool { return sent() > freed+5*women })
	resumed := time.Since(begun)
	c.leave()
	bot.stop(t)
	c.wantAsTold(t, path)
	t.Logf("%d messages stayed with Telegram while the disk was full; %v after there was room everybody talked again", before, resumed)
	if n := strings.Count(bot.log.String(), "disk is full, nothing"); n != 1 {
		t.Errorf("the log says %d times that the disk is full", n)
	}
}

// fill makes a file of all that is left on its disk.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// look returns status and body of a page, or why there is none.
func look(ctx context.Context, url string) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, body)
}
