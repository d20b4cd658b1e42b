package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets this binary stand in for the program where it starts itself:
// check reads files in a child process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "check" {
		os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// An environment is what getenv reads.
type environment map[string]string

func (e environment) get(name string) string { return e[name] }

// recipient is for whom the keys of databases in tests are locked, and identity
// what opens them then.
const (
	recipient = "age1m8ttzzfrk9se4dymh0xd7k58ffy8ne43ypzp265d39gfphc3f9mqp3y3f9"
	identity  = "AGE-SECRET-KEY-1AWFHS8KD5QH0WSRETX94363XGTWP3RAEAR8SPQVPKVD8MCSXC9HSNJNMG3"
)

// with returns e with more variables: names and values in turn.
func (e environment) with(pairs ...string) environment {
	more := environment{}
	for name, value := range e {
		more[name] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		more[pairs[i]] = pairs[i+1]
	}
	return more
}

// newEnvironment returns the environment of a machine of its own: a database
// that does not exist yet, and any free port. The names of sockets are short,
// so the directory is not t.TempDir.
func newEnvironment(t *testing.T) environment {
	t.Helper()
	dir, err := os.MkdirTemp("", "chihai")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return environment{"CHIHAI_DB": filepath.Join(dir, "test.db"), "CHIHAI_LISTEN": "127.0.0.1:0", "CHIHAI_RECOVERY": recipient}
}

// daylight is a zone in which it is about ten in the morning, for tests of real
// processes: at night nobody is reminded.
func daylight() string {
	switch ahead := (10-time.Now().UTC().Hour()+36)%24 - 12; { // the names count the other way
	case ahead < 0:
		return fmt.Sprintf("Etc/GMT+%d", -ahead)
	case ahead > 0:
		return fmt.Sprintf("Etc/GMT-%d", ahead)
	}
	return "UTC"
}

// bot returns what serve would run in e, made of p, without a web server and not
// running yet. Unless p has a store it is on the database of e, which is closed
// when the test ends.
func (e environment) bot(t *testing.T, p parts) *bot {
	t.Helper()
	var err error
	if p.config, err = readConfig(e.get); err != nil {
		t.Fatal(err)
	}
	if p.store == nil {
		if p.store, err = openStore(t.Context(), e["CHIHAI_DB"], nil); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { p.store.Close() })
	}
	b, err := newBot(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// command runs a command to its end.
func (e environment) command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return e.talk(t, "", args...)
}

// talk is command with something typed.
func (e environment) talk(t *testing.T, typed string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, e.get, strings.NewReader(typed), &out, &errs)
	return code, out.String(), errs.String()
}

// must is command for those that must succeed. It returns what is printed.
func (e environment) must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := e.command(t, args...)
	if code != done {
		t.Fatalf("chihai %s: exit %d: %s", strings.Join(args, " "), code, errs)
	}
	return out
}

// A running is a command that goes on until it is stopped.
type running struct {
	t      *testing.T
	said   string // until it was ready
	errs   lockedBuffer
	cancel context.CancelFunc
	exit   chan int
}

// start starts a command and returns when it has said a line with the word
// ready, or has ended.
func (e environment) start(t *testing.T, ready string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t: t, cancel: cancel, exit: make(chan int, 1)}
	read, write := io.Pipe()
	go func() {
		r.exit <- run(ctx, args, e.get, strings.NewReader(""), write, &r.errs)
		write.Close()
	}()
	lines := bufio.NewReader(read)
	for !strings.Contains(r.said, ready) {
		line, err := lines.ReadString('\n')
		r.said += line
		if err != nil {
			t.Fatalf("chihai %s ended with %d: %s%s", strings.Join(args, " "), <-r.exit, r.said, r.errs.String())
		}
	}
	go io.Copy(io.Discard, lines)
	t.Cleanup(cancel)
	return r
}

// wait returns when the command has logged what.
func (r *running) wait(what string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !strings.Contains(r.errs.String(), what) {
		select {
		case <-look.C:
		case <-ctx.Done():
			r.t.Fatalf("does not log %q: %s", what, r.errs.String())
		}
	}
}

// stop tells the command to end and returns its exit code.
func (r *running) stop() int {
	r.t.Helper()
	r.cancel()
	begun := time.Now()
	code := <-r.exit
	if took := time.Since(begun); took > stopTime+time.Second {
		r.t.Errorf("took %v to end", took)
	}
	return code
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		args string
		code int
		said string // on either output
	}{
		{"help", done, "CHIHAI_DB"},
		{"--help", done, "CHIHAI_TELEGRAM_TOKEN"},
		{"version", done, "schema 6"},
		{"export -h", done, "--training"},
		{"grant -h", done, "YYYY-MM-DD"},
		{"dance", usage, "no command \"dance\""},
		{"serve now", usage, "arguments"},
		{"serve --fast", usage, "-fast"},
		{"demo please", usage, "arguments"},
		{"chat --role admin", usage, "--role is staff or facilitator"},
		{"import", usage, "arguments"},
		{"import people x.csv", usage, "only areas"},
		{"import areas nowhere.csv", failed, "nowhere.csv"},
		{"import areas nowhere.csv --area 92", usage, "no flags"},
		{"import form nowhere.xlsx", failed, "nowhere.xlsx"},
		{"export registrations", usage, "--training"},
		{"export people --training X", usage, "only registrations"},
		{"export registrations --training X", failed, "there is no database"},
		{"grant --role queen --area 92", usage, "facilitator, staff, caseworker, admin"},
		{"grant --role staff", usage, "--area"},
		{"grant --role staff --area 92 --until tomorrow", usage, "2026-12-31"},
		{"grant --role staff --area 92", failed, "there is no database"},
		{"grants", failed, "there is no database"},
		{"revoke", usage, "arguments"},
		{"set colour red", usage, "no setting \"colour\""},
		{"set top", usage, "to which value"},
		{"set", failed, "there is no database"},
		{"backup", usage, "arguments"},
		{"backup x.db", failed, "there is no database"},
		{"check", failed, "there is no database"},
		{"restore", usage, "arguments"},
		{"restore nowhere.db", failed, "no such file"},
		{"outbox", failed, "there is no database"},
		{"outbox send", usage, "neither hold nor release nor drop"},
		{"key", usage, "arguments"},
		{"key lose", usage, "init, show, rotate"},
		{"key show", failed, "there is no database"},
		{"key show me", usage, "arguments"},
		{"key recovery", usage, "arguments"},
		{"key recovery age1", usage, "not one recipient"},
		{"key recover", failed, "there is no database"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			code, out, errs := newEnvironment(t).command(t, strings.Fields(tt.args)...)
			if code != tt.code || !strings.Contains(out+errs, tt.said) {
				t.Errorf("exit %d with %q %q, want %d with %q", code, out, errs, tt.code, tt.said)
			}
		})
	}
}
