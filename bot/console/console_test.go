package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
)

func TestReceive(t *testing.T) {
	c := New(strings.NewReader("/start\n\n  1 \n1\nTrần Thị Ánh"), io.Discard, Options{})
	var ids, texts []string
	var last time.Time
	err := c.Receive(t.Context(), func(in flows.Input, done func(error)) {
		if in.Channel != c.Name() || in.From != Address || in.Kind != flows.Text {
			t.Errorf("input %+v is not a text from the terminal", in)
		}
		if in.At.Sub(last) < pace {
			t.Errorf("input %q comes %v after the one before", in.Text, in.At.Sub(last))
		}
		ids, texts, last = append(ids, in.ID), append(texts, in.Text), in.At
		go done(nil)
	})
	if !errors.Is(err, io.EOF) {
		t.Errorf("Receive returns %v at the end of the input, want io.EOF", err)
	}
	if want := []string{"/start", "1", "1", "Trần Thị Ánh"}; !slices.Equal(texts, want) {
		t.Errorf("heard %q, want %q", texts, want)
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != 4 {
		t.Errorf("ids %q are not unique", ids)
	}
	if other := New(nil, nil, Options{}); other.run == c.run {
		t.Error("two runs have the same ids")
	}
}

// An input that could not be kept comes again with its ID, and those behind it
// wait.
func TestReceiveInsists(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(strings.NewReader("một\nhai\n"), io.Discard, Options{})
		var heard []string
		err := c.Receive(t.Context(), func(in flows.Input, done func(error)) {
			heard = append(heard, in.ID[len(in.ID)-1:]+in.Text)
			if len(heard) < 3 {
				done(errors.New("no room"))
				return
			}
			done(nil)
		})
		if want := []string{"1một", "1một", "1một", "2hai"}; !errors.Is(err, io.EOF) || !slices.Equal(heard, want) {
			t.Errorf("heard %q, %v; want %q", heard, err, want)
		}
	})
}

// The next line waits until the answers to the one before are shown, so that
// what is printed reads like a talk.
func TestReceiveWaitsForAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		c := New(strings.NewReader("một\nhai\n"), &out, Options{Echo: true})
		err := c.Receive(t.Context(), func(in flows.Input, done func(error)) {
			m := store.Message{ID: in.ID, Channel: Name, Address: Address, Text: "Dạ, " + in.Text}
			c.Posted([]store.Message{m, {ID: "x", Channel: "telegram:1"}})
			done(nil)
			go func() {
				time.Sleep(time.Second) // the outbox takes its time; the clock is the test's
				if _, err := c.Send(t.Context(), channel.Message{Message: m}); err != nil {
					t.Error(err)
				}
			}()
		})
		want := "một\n    Dạ, một\n\nhai\n    Dạ, hai\n\n"
		if !errors.Is(err, io.EOF) || out.String() != want {
			t.Errorf("printed %q, %v; want %q", out.String(), err, want)
		}
	})
}

// A message that is never sent does not hold up the talk for ever.
func TestQuietGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(nil, io.Discard, Options{})
		c.Posted([]store.Message{{ID: "m", Channel: Name}})
		c.Quiet(t.Context())
	})
}

func TestReceiveEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe() // a terminal at which nobody types
	defer w.Close()
	c := New(r, io.Discard, Options{})
	cancel()
	if err := c.Receive(ctx, nil); err != nil {
		t.Errorf("Receive returns %v when told to end, want nil", err)
	}
}

func TestSend(t *testing.T) {
	var out buffer
	c := New(nil, &out, Options{})
	send := func(m channel.Message) {
		t.Helper()
		if _, err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	send(channel.Message{Message: store.Message{ID: "1", Text: "Đúng chưa ạ?\n\nChị xem lại.", Choices: []store.Choice{{Label: "Có"}, {Label: "Không"}}}})
	send(channel.Message{Message: store.Message{ID: "2", Text: "Chào \x1b[2Jchị\a!"}})
	want := "    Đúng chưa ạ?\n\n    Chị xem lại.\n\n    1. Có\n    2. Không\n\n    Chào [2Jchị!\n\n"
	if out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

func TestSendFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out buffer
	c := New(nil, &out, Options{})
	m := channel.Message{
		Message: store.Message{ID: "1", Text: "Danh sách đây ạ."},
		File:    &channel.File{Name: "../danh-sach.xlsx", Data: []byte("PK")},
	}
	if _, err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	path := strings.TrimSpace(lines[len(lines)-1])
	if data, err := os.ReadFile(path); err != nil || string(data) != "PK" || !strings.HasPrefix(path, os.TempDir()) {
		t.Errorf("%s holds %q, %v; want the file below %s", path, data, err, os.TempDir())
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: the file can be read by others", info.Mode(), err)
	}
}

// A buffer may be written to from many goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
