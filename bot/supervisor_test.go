package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// listenAsSupervisor plays systemd and returns what it is told.
func listenAsSupervisor(t *testing.T) (socket string, told chan string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sd") // a socket's name is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	told = make(chan string, 100)
	go func() {
		buf := make([]byte, 1000)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			told <- string(buf[:n])
		}
	}()
	return socket, told
}

// next returns what the supervisor is told next.
func next(t *testing.T, told chan string) string {
	t.Helper()
	select {
	case s := <-told:
		return s
	case <-time.After(20 * time.Second):
		t.Fatal("the supervisor is told nothing")
		return ""
	}
}

// Signs of life are given while the database answers, and only then.
func TestSupervisor(t *testing.T) {
	socket, told := listenAsSupervisor(t)
	e := environment{"NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "30000", "WATCHDOG_PID": "77"}
	s := findSupervisor(e.get, 77)
	if s.every != 30*time.Millisecond {
		t.Errorf("a sign of life is wanted every %v", s.every)
	}
	if other := findSupervisor(e.get, 78); other.every != 0 {
		t.Errorf("signs of life are given for another process, every %v", other.every)
	}
	ctx, cancel := context.WithCancel(t.Context())
	answers := make(chan error)
	ended := make(chan struct{})
	go func() {
		s.attend(ctx, func(ctx context.Context) error { return <-answers })
		close(ended)
	}()
	want := func(state string) {
		t.Helper()
		if got := next(t, told); got != state {
			t.Errorf("told %q, want %q", got, state)
		}
	}
	want("READY=1")
	answers <- nil
	want("WATCHDOG=1")
	answers <- errors.New("no answer")
	answers <- errors.New("no answer")
	cancel()
	select {
	case answers <- context.Canceled: // it was just asked once more
	case <-ended:
	}
	<-ended
	want("STOPPING=1")
}

// The program itself is ready only when it says so.
func TestServeTellsItsSupervisor(t *testing.T) {
	socket, told := listenAsSupervisor(t)
	r := newEnvironment(t).with("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "60000").start(t, "chihai demo", "serve")
	for _, want := range []string{"READY=1", "WATCHDOG=1"} {
		if got := next(t, told); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
	last := ""
	for len(told) > 0 || last != "STOPPING=1" {
		last = next(t, told)
	}
}
