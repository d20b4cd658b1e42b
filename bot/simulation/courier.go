package simulation

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A courier carries what Telegram delivers to the web server of the service, as
// the networks and proxies between them do: it loses answers, so that Telegram
// delivers again; keeps a copy and delivers it once more later; or takes an
// update for itself and delivers it late, while others overtake it.
type courier struct{ *World }

// RoundTrip implements [http.RoundTripper].
func (c *courier) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var u struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(body, &u); err != nil {
		return nil, err
	}
	key := strconv.FormatInt(u.ID, 10)
	c.mu.Lock()
	in, fate := c.inputs.byKey[key], c.random.IntN(1000)
	calm := c.calm || in == nil
	later := c.between(time.Second, time.Minute)
	if !calm && fate < 15 {
		in.late = true
		c.report.Late++
		c.note("update %s is late", key)
	}
	c.mu.Unlock()
	switch {
	case calm:
	case fate < 15:
		c.couriers.Go(func() {
			for ok := false; !ok && c.living.Err() == nil; {
				c.soon(c.living, later)
				_, ok = c.carry(r, body, key)
			}
		})
		return answered(http.StatusOK), nil
	case fate < 30:
		c.couriers.Go(func() {
			c.soon(c.living, later)
			c.carry(r, body, key)
		})
	case fate < 45:
		c.carry(r, body, key)
		return nil, errBroken
	}
	resp, ok := c.carry(r, body, key)
	if !ok && resp == nil {
		return nil, errRefused
	}
	return resp, nil
}

// carry delivers an update once and says whether it was confirmed.
func (c *courier) carry(r *http.Request, body []byte, key string) (resp *http.Response, ok bool) {
	l := c.reached()
	if l == nil || l.at("deliver: before") != nil {
		return nil, false
	}
	q := r.Clone(c.living)
	q.Body = io.NopCloser(bytes.NewReader(body))
	q.RemoteAddr, q.RequestURI = "127.0.0.1:40000", r.URL.RequestURI()
	if resp = l.post(q, "deliver: kept, not answered"); resp == nil {
		return nil, false
	}
	if resp.StatusCode != http.StatusOK {
		return resp, false
	}
	l.sure(c.living, func(key string) string { return Channel + "/u/" + key }, []string{key})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inputs.confirmed(func(in *input) bool { return in.key == key })
	return resp, true
}

// answered is an answer that says nothing more.
func answered(status int) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")),
	}
}
