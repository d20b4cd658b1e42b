package simulation

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A network carries the calls of one life to the Bot API, loses some and has
// points of its own.
type network struct {
	*life
	wire http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	if n.over.Load() {
		return nil, errDead
	}
	form, err := read(r)
	if err != nil {
		return nil, err
	}
	var resp *http.Response
	switch method := path.Base(r.URL.Path); {
	case method == "getUpdates":
		resp, err = n.poll(r, form)
	case strings.HasPrefix(method, "send"):
		resp, err = n.show(r, form)
	default:
		if n.fault() == refused {
			return nil, errRefused
		}
		resp, err = n.wire.RoundTrip(r)
	}
	if n.over.Load() {
		return nil, errDead
	}
	return resp, err
}

// A fault is what becomes of a call.
type fault int

const (
	none    fault = iota
	refused       // nothing is written
	lost          // it is carried out, and no answer comes
	html          // a proxy in between has a failure
	failure       // the Bot API has one
	slow          // it asks to be left alone
	hung          // nothing is carried out, and no answer comes until the caller gives up
)

var (
	errRefused = errors.New("connection refused")
	errBroken  = io.ErrUnexpectedEOF
)

// fault chooses what becomes of a call.
func (n *network) fault() fault {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.calm {
		return none
	}
	switch k := n.random.IntN(1000); {
	case k < 8:
		return refused
	case k < 20:
		return lost
	case k < 24:
		return html
	case k < 30:
		return failure
	case k < 42:
		return slow
	case k < 44:
		return hung
	}
	return none
}

// poll is a question for updates.
func (n *network) poll(r *http.Request, form url.Values) (*http.Response, error) {
	offset, _ := strconv.ParseInt(form.Get("offset"), 10, 64)
	n.mu.Lock()
	confirms := slices.ContainsFunc(n.inputs.open, func(in *input) bool { return in.before(offset) })
	n.mu.Unlock()
	if confirms {
		if err := n.at("confirm: before"); err != nil {
			return nil, err
		}
		n.confirm(r.Context(), offset)
	}
	switch f := n.fault(); f {
	case refused:
		return nil, errRefused
	case html, failure, slow:
		return n.no(r, f, "")
	case lost:
		n.now(r, form)
		n.wire.RoundTrip(r)
		n.forgotten(offset)
		return nil, errBroken
	}
	if confirms {
		n.forgotten(offset)
		n.mu.Lock()
		dies := !n.calm && n.plan.aims("confirm: during")
		n.mu.Unlock()
		if dies {
			n.now(r, form)
			n.wire.RoundTrip(r)
		}
		if err := n.at("confirm: during"); err != nil {
			return nil, err
		}
	}
	return n.wire.RoundTrip(r)
}

// aims says whether a process dies the next time it comes to point.
func (p *plan) aims(point string) bool {
	return p != nil && (p.point == point && p.n < 1 || p.rest < 1)
}

// now makes a question one that is answered at once.
func (n *network) now(r *http.Request, form url.Values) {
	form.Del("timeout")
	fill(r, []byte(form.Encode()))
}

// show is a call that shows a message.
func (n *network) show(r *http.Request, form url.Values) (*http.Response, error) {
	if err := n.at("send: before"); err != nil {
		return nil, err
	}
	address := form.Get("chat_id")
	p := n.send(address, form.Get("text")+form.Get("caption"))
	switch f := n.fault(); f {
	case refused:
		n.sent(p, true, false)
		return nil, errRefused
	case html, failure, slow:
		n.sent(p, f != html, false)
		return n.no(r, f, address)
	case hung:
		wrote(r)
		<-r.Context().Done()
		n.sent(p, false, false)
		return nil, r.Context().Err()
	case lost:
		n.wire.RoundTrip(r)
		n.sent(p, false, true)
		return nil, errBroken
	}
	resp, err := n.wire.RoundTrip(r)
	if err := n.at("send: during"); err != nil {
		return nil, err
	}
	n.sent(p, err == nil, err == nil && resp.StatusCode == http.StatusOK)
	return resp, err
}

// no is an answer of somebody who does nothing.
func (n *network) no(r *http.Request, f fault, address string) (*http.Response, error) {
	wrote(r)
	status, body, header := http.StatusBadGateway, "<html><h1>502 Bad Gateway</h1></html>", http.Header{}
	switch f {
	case failure:
		status, body = 500, `{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}`
	case slow:
		n.mu.Lock()
		wait := 1 + n.random.IntN(20)
		n.waits[address] = time.Now().Add(time.Duration(wait) * time.Second)
		n.mu.Unlock()
		s := strconv.Itoa(wait)
		status, body = 429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after `+s+`","parameters":{"retry_after":`+s+`}}`
		header.Set("Retry-After", s)
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}, nil
}

// wrote says that the request went out whole.
func wrote(r *http.Request) {
	if t := httptrace.ContextClientTrace(r.Context()); t != nil && t.WroteRequest != nil {
		t.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

// read reads the parameters of a call and leaves its body as it was.
func read(r *http.Request) (url.Values, error) {
	if r.Body == nil {
		return url.Values{}, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body.Close()
	fill(r, body)
	kind, extra, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return url.ParseQuery(string(body))
	}
	form, err := multipart.NewReader(bytes.NewReader(body), extra["boundary"]).ReadForm(1 << 20)
	if err != nil {
		return nil, err
	}
	return form.Value, nil
}

// fill gives r another body.
func fill(r *http.Request, body []byte) {
	r.ContentLength = int64(len(body))
	r.Body = io.NopCloser(bytes.NewReader(body))
}
