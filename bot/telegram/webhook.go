package telegram

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"chihai/flows"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// hookPath is where the web server mounts the bot.
	hookPath = "/hook/telegram"

	// secretHeader proves that a delivery comes from Telegram.
	secretHeader = "X-Telegram-Bot-Api-Secret-Token" // #nosec G101 -- the name of a header

	maxDelivery = 1 << 20 // of one update, in bytes

	// maxConnections is how many deliveries Telegram has under way at once. It
	// keeps those of one chat in order and gives the next one only after the
	// one before was taken.
	maxConnections = 40

	// maxFlights is how many updates are under way at once. It is more than
	// maxConnections for those that Telegram no longer waits for.
	maxFlights = 200

	// doneTime is for how long a delivery waits for its input to be done. A
	// connection without an answer for a minute is closed by Telegram.
	doneTime = 25 * time.Second

	// retryTime is when a delivery that was not taken is to come again.
	retryTime = 5 * time.Second
)

// secretOf derives the secret of the webhook from the token: it need not be
// kept, is the same after a restart, and does not give the token away.
func secretOf(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("chihai webhook"))
	return hex.EncodeToString(mac.Sum(nil))
}

// An inbox takes what the webhook delivers while [Bot.Receive] runs.
type inbox struct {
	handle func(flows.Input, func(error))

	mu      sync.Mutex
	flights map[int64]*flight // by update id
}

// A flight is an update that is being handled. Telegram may deliver it again
// meanwhile.
type flight struct {
	landed chan struct{}
	err    error // once landed
}

var errFull = errors.New("too many updates under way")

// take hands it over, unless it is under way already, and returns its flight.
func (x *inbox) take(it item, done func()) (*flight, error) {
	x.mu.Lock()
	f := x.flights[it.id]
	if f != nil {
		x.mu.Unlock()
		return f, nil
	}
	if len(x.flights) >= maxFlights {
		x.mu.Unlock()
		return nil, errFull
	}
	f = &flight{landed: make(chan struct{})}
	x.flights[it.id] = f
	x.mu.Unlock()

	var once sync.Once
	x.handle(it.in, func(err error) {
		once.Do(func() {
			x.mu.Lock()
			delete(x.flights, it.id)
			x.mu.Unlock()
			if err == nil {
				done()
			}
			f.err = err
			close(f.landed)
		})
	})
	return f, nil
}

// listen registers the webhook and waits for ctx to end.
func (b *Bot) listen(ctx context.Context, handle func(flows.Input, func(error)), connected func()) error {
	b.inbox.Store(&inbox{handle: handle, flights: map[int64]*flight{}})
	defer b.inbox.Store(nil)
	err := b.insist(ctx, "setWebhook", unauthorized, func() error {
		_, err := b.call(ctx, "setWebhook", tgbotapi.Params{
			"url":             b.hook,
			"secret_token":    b.secret,
			"max_connections": strconv.Itoa(maxConnections),
			"allowed_updates": wanted,
		})
		return err
	})
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("telegram does not know this token: %w", err)
	}
	connected()
	b.watchHook(ctx)
	return nil
}

func unauthorized(err error) bool { return codeOf(err) == http.StatusUnauthorized }

// ServeHTTP takes one update from Telegram, which regards it as confirmed when
// the answer is 200 and delivers it again otherwise. Without a webhook there
// is nothing here.
func (b *Bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if b.hook == "" {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	if !hmac.Equal([]byte(r.Header.Get(secretHeader)), []byte(b.secret)) {
		http.Error(w, "not from Telegram", http.StatusForbidden)
		return
	}
	x := b.inbox.Load()
	if x == nil {
		later(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxDelivery))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	case err != nil:
		later(w)
		return
	}
	it := b.read(json.RawMessage(body))
	if it.silent { // one that cannot be read, too: else it came again for a day
		b.answerTap(it.tap)
		return
	}
	f, err := x.take(it, func() { b.answerTap(it.tap) })
	if err != nil {
		later(w)
		return
	}
	timer := time.NewTimer(doneTime)
	defer timer.Stop()
	select {
	case <-f.landed:
		if f.err != nil {
			later(w)
		}
	case <-timer.C:
		later(w)
	case <-r.Context().Done():
	}
}

// later asks Telegram to deliver the update again.
func later(w http.ResponseWriter) {
	w.Header().Set("Retry-After", strconv.Itoa(int(retryTime/time.Second)))
	http.Error(w, "not now", http.StatusServiceUnavailable)
}
