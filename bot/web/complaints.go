package web

import (
	"bytes"
	"log"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
)

// complaints are what net/http says in its log, by how it begins. Of the rest
// of such a line nothing is kept: it may hold what a visitor sent. Those of
// Accept are about this machine and are kept whole.
var complaints = []string{
	"http: Accept error",
	"http: TLS handshake error",
	"http: panic serving",
	"http: superfluous response.WriteHeader call",
	"http: response.Write on hijacked connection",
	"http: response.WriteHeader on hijacked connection",
	"http: URL query contains semicolon",
	"http2: ",
}

// complainer returns a log for [http.Server.ErrorLog] that tells l what kind of
// thing happened.
func complainer(l *slog.Logger) *log.Logger { return log.New(complaintWriter{l}, "", 0) }

type complaintWriter struct{ log *slog.Logger }

func (w complaintWriter) Write(line []byte) (int, error) {
	what := "other"
	for _, c := range complaints {
		if bytes.HasPrefix(line, []byte(c)) {
			what = strings.TrimSuffix(c, ": ")
		}
	}
	if what == complaints[0] {
		what, _, _ = strings.Cut(string(line), "\n")
	}
	w.log.Warn("web server complains", "what", what)
	return len(line), nil
}

// caught tells the log where next panicked, but not with what, which may be
// what a visitor sent, and ends the connection.
func (s *Server) caught(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p != http.ErrAbortHandler {
				s.Log.Error("web request panicked", "path", r.Pattern, "stack", string(debug.Stack()))
			}
			// Whatever was written is cut off, so that nobody takes it for whole.
			panic(http.ErrAbortHandler)
		}()
		next.ServeHTTP(w, r)
	})
}
