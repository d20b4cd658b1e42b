package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof" // #nosec G108 -- served only by profiles, on a loopback address, when it is asked for
	"time"

	"chihai/bot/health"
)

// An aside is a web server beside the one for people: for those who look after
// the bot.
type aside struct {
	listener net.Listener
	handler  http.Handler
}

// openAsides opens the servers that cfg asks for.
func (b *bot) openAsides(cfg *config) error {
	for _, want := range []struct {
		name, address string
		handler       http.Handler
	}{
		{"CHIHAI_METRICS", cfg.metrics, numbers(b.metrics, b.ready)},
		{"CHIHAI_PPROF", cfg.pprof, profiles()},
	} {
		if want.address == "" {
			continue
		}
		ln, err := net.Listen("tcp", want.address)
		if err != nil {
			b.closeAsides()
			return fmt.Errorf("%w: %s chooses another address", err, want.name)
		}
		b.asides = append(b.asides, aside{ln, want.handler})
	}
	return nil
}

// closeAsides closes what openAsides opened. It may be called after they have
// ended.
func (b *bot) closeAsides() {
	for _, a := range b.asides {
		a.listener.Close()
	}
}

// serve answers until ctx ends. Nobody is waited for then.
func (a aside) serve(ctx context.Context) error {
	srv := &http.Server{
		Handler:           a.handler,
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    16 << 10,
		// net/http's complaints may hold what was sent, and those who look
		// after the bot see for themselves when this fails.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	context.AfterFunc(ctx, func() { srv.Close() })
	if err := srv.Serve(a.listener); ctx.Err() == nil {
		return fmt.Errorf("serve at %s: %w", a.listener.Addr(), err)
	}
	return nil
}

// numbers hands out the metrics and how all is to everybody who reaches it.
func numbers(metrics http.Handler, ready func(context.Context) health.Report) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		report := ready(r.Context())
		if report.State() == health.Broken {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		if _, err := fmt.Fprint(w, report); err != nil {
			slog.Debug("report not read", "err", err)
		}
	})
	return mux
}

// profiles hands out what runtime/pprof knows. A profile of the heap may show
// pieces of what people wrote, so it is for this machine only.
func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
