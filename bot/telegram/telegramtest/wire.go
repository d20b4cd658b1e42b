package telegramtest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptrace"
)

// Client returns a client for which every address leads to s, without a
// network and without [Server.Start]. Such calls work in a bubble of
// testing/synctest, where the server waits by the bubble's clock.
func (s *Server) Client() *http.Client { return &http.Client{Transport: Wire(s)} }

// Wire leads to a handler without a network, whatever the address. A handler that
// panics with [http.ErrAbortHandler] breaks the connection off.
func Wire(to http.Handler) http.RoundTripper { return wire{to} }

type wire struct{ to http.Handler }

// RoundTrip has the other side answer r. A call that it breaks off ends as on a
// connection that is closed: after the request was written.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	if t := httptrace.ContextClientTrace(ctx); t != nil && t.WroteRequest != nil {
		t.WroteRequest(httptrace.WroteRequestInfo{})
	}
	in := r.Clone(ctx)
	in.Body = io.NopCloser(bytes.NewReader(sent))
	out := &reply{header: http.Header{}, status: http.StatusOK}
	served := make(chan bool, 1)
	go func() {
		whole := false
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				panic(p)
			}
			served <- whole
		}()
		w.to.ServeHTTP(out, in)
		whole = true
	}()
	select {
	case whole := <-served:
		if !whole {
			return nil, io.ErrUnexpectedEOF
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return &http.Response{
		Status:        http.StatusText(out.status),
		StatusCode:    out.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        out.header,
		ContentLength: int64(out.body.Len()),
		Body:          io.NopCloser(&out.body),
		Request:       r,
	}, nil
}

// A reply collects an answer.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *reply) Header() http.Header         { return r.header }
func (r *reply) WriteHeader(status int)      { r.status = status }
func (r *reply) Write(p []byte) (int, error) { return r.body.Write(p) }
