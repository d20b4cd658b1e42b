package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"
)

// A supervisor is who started the program and wants to hear how it is: systemd,
// with Type=notify (sd_notify(3)). It is told over a datagram socket that
// NOTIFY_SOCKET names. The zero value is nobody.
type supervisor struct {
	socket string        // empty: nobody listens
	every  time.Duration // a sign of life is wanted at least so often; 0: none is
}

// findSupervisor reads from the environment who supervises the process pid.
func findSupervisor(getenv func(string) string, pid int) supervisor {
	s := supervisor{socket: getenv("NOTIFY_SOCKET")}
	if of := getenv("WATCHDOG_PID"); of == "" || of == strconv.Itoa(pid) {
		if n, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64); err == nil && n > 0 {
			s.every = time.Duration(n) * time.Microsecond
		}
	}
	return s
}

// tell says something, such as READY=1. A name that begins with @ is one of
// Linux's abstract sockets, for the net package too.
func (s supervisor) tell(state string) error {
	if s.socket == "" {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: s.socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("tell the supervisor: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(state)); err != nil {
		return fmt.Errorf("tell the supervisor: %w", err)
	}
	return nil
}

// say is tell for where nothing else can be done about it.
func (s supervisor) say(state string) {
	if err := s.tell(state); err != nil {
		slog.Warn("supervisor cannot be told", "state", state, "err", err)
	}
}

// attend says that the program is ready, gives signs of life for as long as
// alive says that it is, and says that the program ends when ctx does. Whoever
// hears no sign of life starts it anew.
func (s supervisor) attend(ctx context.Context, alive func(context.Context) error) {
	s.say("READY=1")
	defer s.say("STOPPING=1")
	if s.every == 0 {
		<-ctx.Done()
		return
	}
	beat := time.NewTicker(s.every / 3)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		look, cancel := context.WithTimeout(ctx, s.every/3)
		err := alive(look)
		cancel()
		switch {
		case err == nil:
			s.say("WATCHDOG=1")
		case ctx.Err() == nil:
			slog.Error("no sign of life: the database does not answer", "err", err)
		}
	}
}
