package telegram

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/flows"
)

// What may be found at the other end of a connection instead of Telegram. Each
// gets the connection after the request was written, or, with TLS, at once.
var otherEnds = []struct {
	name      string
	tls       bool
	play      func(net.Conn)
	uncertain bool          // it may have been shown
	took      time.Duration // until Send returned
}{
	{"silence", false, hushes, true, callTime},
	{"half a head, then silence", false, answers("HTTP/1.1 200 OK\r\nContent-Ty", hushes), true, callTime},
	{"half an answer, then silence", false, answers("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ok\":true,\"res", hushes), true, callTime},
	{"half an answer, then the end", false, answers("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ok\":true,\"res", closes), true, 0},
	{"a byte a second", false, trickles, true, callTime},
	{"no HTTP", false, answers("220 mail.example.vn ESMTP\r\n", closes), true, 0},
	{"a head without end", false, answers("HTTP/1.1 200 OK\r\n"+strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 12_000), closes), true, 0},
	{"the end at once", false, closes, true, 0},
	{"no TLS", true, answers("HTTP/1.1 400 Bad Request\r\n\r\n", closes), false, 0},
	{"garbage for TLS", true, answers(strings.Repeat("\x16\x03\x01\xff\xff", 200), closes), false, 0},
	{"silence for TLS", true, hushes, false, 10 * time.Second}, // of the transport, for a handshake
}

func hushes(c net.Conn) { io.Copy(io.Discard, c) }

func closes(c net.Conn) {}

func answers(text string, then func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		go io.WriteString(c, text)
		time.Sleep(time.Second / 2) // of the bubble's clock: what was written is read
		then(c)
	}
}

func trickles(c net.Conn) {
	io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
	for range 500 {
		time.Sleep(time.Second)
		if _, err := c.Write([]byte{' '}); err != nil {
			return
		}
	}
}

// connectedTo returns a bot at the other end of whose connections play is.
func connectedTo(t *testing.T, tls bool, play func(net.Conn)) *Bot {
	t.Helper()
	var ends sync.WaitGroup
	client := newClient(4)
	client.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		ends.Go(func() {
			defer there.Close()
			if !tls {
				r, err := http.ReadRequest(bufio.NewReader(there))
				if err != nil {
					return
				}
				io.Copy(io.Discard, r.Body)
			}
			play(there)
		})
		return here, nil
	}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		ends.Wait()
	})
	scheme := "http"
	if tls {
		scheme = "https"
	}
	b, err := New(Config{Token: token, API: scheme + "://telegram.invalid", Client: client})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A message is sent again only where it was surely not shown, and no connection
// holds a call for ever.
func TestOtherEnds(t *testing.T) {
	for _, tt := range otherEnds {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := connectedTo(t, tt.tls, tt.play)
				begin := time.Now()
				_, err := b.Send(t.Context(), say)
				if err == nil || errors.Is(err, channel.ErrUncertain) != tt.uncertain || errors.Is(err, channel.ErrRefused) {
					t.Errorf("Send returned %v", err)
				}
				if took := time.Since(begin).Truncate(5 * time.Second); took != tt.took {
					t.Errorf("it took %v, want %v", time.Since(begin), tt.took)
				}
				if err != nil && strings.Contains(err.Error(), "secret") {
					t.Errorf("the token stands in %v", err)
				}
			})
		})
	}
}

// Such an end brings no update, loses none and holds nobody up for ever.
func TestOtherEndsOfPolling(t *testing.T) {
	const good = `{"ok":true,"result":[` + aText + `]}`
	for _, tt := range otherEnds {
		if tt.tls {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				// Of several connections at once: the last poll, which confirms what was
				// heard, is dialled while the one before it may still be at its request.
				var calls atomic.Int32
				b := connectedTo(t, false, func(c net.Conn) {
					if calls.Add(1) <= 3 {
						tt.play(c)
						return
					}
					answers("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"+good, closes)(c)
				})
				ctx, cancel := context.WithCancel(t.Context())
				heard := make(chan string, 100)
				ended := make(chan error)
				go func() {
					ended <- b.Receive(ctx, func(in flows.Input, done func(error)) {
						heard <- in.Text
						done(nil)
					})
				}()
				select {
				case text := <-heard:
					if text != "a" {
						t.Errorf("heard %q", text)
					}
				case <-time.After(10 * time.Minute):
					t.Error("nothing is heard ten minutes later")
				}
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What is nested deeper than any message holds nobody up: it is skipped like
// others that cannot be read.
func TestDeepNesting(t *testing.T) {
	deep := strings.Repeat(`{"a":[`, 100_000)
	inBubble(t, withHook, func(k *talk) {
		k.receive()
		for _, body := range []string{deep, `{"update_id":7,"message":` + deep, `{"update_id":8,"message":` + deep + strings.Repeat("]}", 100_000) + "}"} {
			if w := k.deliver(body); w.Code != http.StatusOK {
				t.Errorf("a nested delivery gets %d, and would come again for a day", w.Code)
			}
		}
		if list := k.take(); len(list) != 0 {
			t.Errorf("handed over %+v", list)
		}
	})
}
