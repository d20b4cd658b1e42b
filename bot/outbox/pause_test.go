package outbox

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"chihai/bot/channel"
	"chihai/store"
	"chihai/store/memory"
)

func TestBackoff(t *testing.T) {
	for tries, most := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8: 256 * time.Second, 9: maxPause, 100: maxPause} {
		if most == 0 {
			continue
		}
		for i := range 1000 {
			id := fmt.Sprint(i)
			got := backoff(tries, id)
			if got > most || got < most*3/4 || got != backoff(tries, id) {
				t.Fatalf("backoff(%d, %s) = %v, want at most %v and three quarters of it", tries, id, got, most)
			}
		}
	}
	if backoff(3, "a") == backoff(3, "b") {
		t.Error("two messages come back together")
	}
}

func TestPosted(t *testing.T) {
	at := time.Date(2026, 12, 1, 7, 30, 0, 123e6, time.UTC)
	s, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	var id string
	if err := s.Update(t.Context(), func(tx *store.Tx) error {
		id = tx.NewID()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got, ok := posted(id); !ok || !got.Equal(at) {
		t.Errorf("posted(%s) = %v, %v, want %v", id, got, ok, at)
	}
	for _, id := range []string{"", "x", strings.Repeat("!", 26)} {
		if got, ok := posted(id); ok {
			t.Errorf("posted(%q) = %v, want none", id, got)
		}
	}
}

func TestWhy(t *testing.T) {
	l := &letter{Message: &store.Message{Address: "4711", Text: "chị ơi"}}
	tests := []struct {
		err  error
		want string
	}{
		{fmt.Errorf("%w: chat 4711 not found", channel.ErrRefused), "message was refused: chat … not found"},
		{errors.New("cannot show chị ơi\nstack"), "cannot show …"},
		{&url.Error{Op: "Post", URL: "https://api/bot123:SECRET/sendMessage", Err: errors.New("EOF")}, "Post: EOF"},
		{fmt.Errorf("send: %w", &url.Error{Op: "Post", URL: "SECRET", Err: errors.New("EOF")}), "Post: EOF"},
		{errors.New("a\xff"), "a"},
		{errors.New(strings.Repeat("ơ", 150)), strings.Repeat("ơ", 100) + "…"},
	}
	for _, tt := range tests {
		check(t, fmt.Sprintf("why(%q)", tt.err), why(l, tt.err), tt.want)
	}
}
