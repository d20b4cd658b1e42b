package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"chihai/bot/channel"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// How long a call may take. Telegram holds a poll for pollTime.
const (
	callTime   = 20 * time.Second
	uploadTime = 120 * time.Second
	pollSlack  = 20 * time.Second
)

// maxAnswer is how much of an answer is read, in bytes. The Bot API's server
// keeps the updates of one answer below 4 MiB.
const maxAnswer = 32 << 20

// newClient returns a client for calls of which so many are under way at once.
func newClient(flights int) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	// With HTTP/1.1 a connection that breaks costs one call, not all.
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ForceAttemptHTTP2 = false
	t.MaxIdleConnsPerHost = flights + 2 // the poll and an answer to a tap
	// Sending on a connection that the other side is just closing leaves it
	// unknown whether the message arrived; so ours are closed first.
	t.IdleConnTimeout = 50 * time.Second
	return &http.Client{Transport: t}
}

// withoutRedirects is c, except that a redirect is an answer like others:
// following one would turn a message into a question for a page.
func withoutRedirects(c *http.Client) *http.Client {
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// call asks the Bot API for method and returns the result as JSON. Its error
// is one of three: a [tgbotapi.Error], with Code set, when the API said no; one
// that wraps [channel.ErrUncertain] when the request was written and no answer
// of the API came; and any other when nothing was asked for. None of them holds
// the token.
func (b *Bot) call(ctx context.Context, method string, p tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	c := &call{ctx: ctx, client: b.client, most: callTime}
	api := tgbotapi.BotAPI{Token: b.token, Client: c}
	api.SetAPIEndpoint(b.endpoint)

	var resp *tgbotapi.APIResponse
	var err error
	switch {
	case len(files) > 0:
		c.most = uploadTime
		resp, err = api.UploadFiles(method, p, files)
	case method == "getUpdates":
		c.most = pollTime + pollSlack
		fallthrough
	default:
		resp, err = api.MakeRequest(method, p)
	}
	if err == nil {
		return resp.Result, nil
	}
	return nil, fmt.Errorf("%s: %w", method, b.meaning(c, err))
}

// meaning turns what the library says of a call that failed into an error
// that says what happened to the request.
func (b *Bot) meaning(c *call, err error) error {
	var api *tgbotapi.Error
	switch {
	case errors.As(err, &api) && api.Message != "": // without one it is some other JSON
		api.Message = b.redact(api.Message)
		if api.Code == 0 { // the library forgets it for uploads
			api.Code = c.status
		}
		return api
	case c.status == http.StatusTooManyRequests, c.status == http.StatusRequestEntityTooLarge:
		// A proxy may say these in the API's place, and means the same.
		api = &tgbotapi.Error{Code: c.status, Message: http.StatusText(c.status)}
		api.RetryAfter = c.retryAfter
		return api
	case c.status >= 300 && c.status < 500, c.status == http.StatusServiceUnavailable:
		return fmt.Errorf("HTTP %d, not from the Bot API", c.status)
	case c.status == http.StatusOK:
		return fmt.Errorf("%w: %w", channel.ErrUncertain, unreadable(c.body))
	case c.status != 0: // a proxy that gave up waiting, or an answer cut short
		return fmt.Errorf("%w: HTTP %d without an answer of the Bot API", channel.ErrUncertain, c.status)
	case c.sent.Load():
		return fmt.Errorf("%w: %w", channel.ErrUncertain, bare(err))
	}
	return bare(err)
}

// quoted is what stands in quotes; an apostrophe within a word begins none.
var quoted = regexp.MustCompile(`"[^"]*"|\B'[^']*'`)

// redact takes from what the API says about a call whatever it repeats of it:
// the token, and in quotes what was sent.
func (b *Bot) redact(s string) string {
	return quoted.ReplaceAllString(strings.ReplaceAll(s, b.token, "…"), "…")
}

// bare takes off the layers of err that name the address of the call, in
// which the token stands.
func bare(err error) error {
	for {
		var u *url.Error
		if !errors.As(err, &u) {
			return err
		}
		err = u.Err
	}
}

// A call is the HTTP client of one call: the library's own methods know no
// context, so it carries it. It notes what became of the request.
type call struct {
	ctx    context.Context
	client *http.Client
	most   time.Duration

	sent       atomic.Bool // the whole request was written
	status     int         // HTTP status of a complete answer; 0: none came
	body       []byte      // of that answer
	retryAfter int         // in seconds, from the header
}

// Do makes the request and reads the answer whole, so that the library, which
// decodes it, meets no broken connection.
func (c *call) Do(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(c.ctx, c.most)
	defer cancel()
	if req.GetBody == nil {
		if err := hold(req); err != nil {
			return nil, err
		}
	}
	req = req.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// The transport tries once more, on a fresh connection, only when
		// nothing of the request went out on the one before.
		GetConn:      func(string) { c.sent.Store(false) },
		WroteRequest: func(i httptrace.WroteRequestInfo) { c.sent.Store(i.Err == nil) },
	}))
	resp, err := c.client.Do(req) // #nosec G704 -- the operator names the Bot API, and nobody else has a part in the address
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		c.sent.Store(true)
		return nil, err
	}
	c.status, c.body = resp.StatusCode, body
	c.retryAfter, _ = strconv.Atoi(resp.Header.Get("Retry-After"))
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// hold reads the body of an upload, which the library writes into a pipe, so
// that it has a length and the transport can send it again on a fresh
// connection. The library's goroutine behind the pipe ends with it.
func hold(req *http.Request) error {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return fmt.Errorf("read upload: %w", err)
	}
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, err = req.GetBody()
	return err
}
