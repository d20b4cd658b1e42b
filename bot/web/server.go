// Package web is the HTTP server of the bot: its mouth and ears for whoever has
// a browser and no messenger, and the door through which networks deliver.
//
//	/                 the web chat, or a page that says what this is
//	/chat/…           what the chat page posts and listens to
//	/e/CODE           the public page of a training, with a QR code and a calendar entry
//	/g/CODE           whether a certificate is genuine
//	/staff/…          the pages of Union staff (staff.go)
//	/hook/<channel>   webhooks, handed in by main
//	/healthz          200 when the database answers
//	/readyz           200 when what people say can be kept, and how all is (bot/health)
//	/metrics          numbers, for this machine and private networks (inside.go)
//
// The web chat is a channel like every other (bot/channel): it turns what a page
// posts into [flows.Input] (receive.go) and keeps what is sent as lines of the
// visitor's screen, from which her page is told (send.go, stream.go). It knows
// nothing of what is said.
//
// The pages work without a framework, a build step or a request to a third
// party, on the browser of a cheap phone. Whatever a page needs is embedded
// from assets/.
//
// # How to add a page
//
// Write its handler in a file of its own, its template in assets/, and its line
// in [New]. Scripts and styles go into files: the security headers forbid them
// inside a page.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"chihai/bot/health"
	"chihai/bot/paper"
	"chihai/locales"
	"chihai/store"
)

// Config is what a [Server] is made from.
type Config struct {
	Store *store.Store
	URL   *url.URL   // how the outside reaches the server: scheme and host, never nil
	Proxy netip.Addr // of the proxy whose X-Forwarded-For is believed; zero: none
	Log   *slog.Logger

	// Open is set where everybody may use the web chat.
	Open bool
	// Roles is set in the demo only. It makes the visitor, an address of the
	// web chat that may not have written yet, hold the role "facilitator" or
	// "staff". It is called for browsers on this machine only.
	Roles func(ctx context.Context, visitor, role string) error
	// Forward moves the time of the demo forward, for browsers on this machine
	// only; nil: it cannot be moved.
	Forward func(ctx context.Context, d time.Duration) error

	Ready   func(context.Context) health.Report // how all is, for /readyz; nil: all is well
	Metrics http.Handler                        // nil: not handed out here

	Hooks    map[string]http.Handler // by what follows /hook/ in the path
	Networks []Network               // where one can register for a training, in the order shown

	// Words says the message id of the locales in the language lang, with
	// args as pairs of a name and a value.
	Words func(lang, id string, args ...any) string
	// When writes day and time of day of t in local time.
	When func(lang string, t time.Time) string
	// Speak says the messages of the staff pages in the language lang to somebody
	// who is addressed by the form you. Nil: there are no staff pages.
	Speak func(lang, you string) *locales.Printer
	// Zone is where trainings take place; for the staff pages.
	Zone *time.Location
	// Fonts loads the letters of papers; for the staff pages. Nil: they hand out
	// no papers.
	Fonts func() (*paper.Fonts, error)
	// Status says how the bot is; for the staff pages. Nil: nobody knows.
	Status func(ctx context.Context) Status
	// Voice returns a recording, an Ogg Opus file, as [store.Message.Voice]
	// names it: language and message id. Nil: there are none.
	Voice func(language, id string) ([]byte, bool)
	// Pages are what the server hands out; nil: they are read from the program.
	// Whoever makes thousands of servers gives all of them the same.
	Pages *Pages
}

// A Network is a way to talk to the bot.
type Network struct {
	Name string                      // as people call it, such as "Telegram"
	Link func(payload string) string // opens the talk there and says "/start payload"; "" where that is not known yet
}

// ChatLink is where the web chat opens and says "/start payload" at once.
// payload is of A-Z, a-z, 0-9, _ and -, at most 64 characters, as in
// Telegram's deep links.
func ChatLink(payload string) string { return "/?start=" + url.QueryEscape(payload) }

// A Server answers what browsers and networks ask for over HTTP.
type Server struct {
	Config
	chat    *Chat // nil: not open
	pages   *Pages
	limits  limits
	uploads uploads
	handler http.Handler
}

const (
	// readWait is how long a request may take to arrive, and writeWait how long
	// its answer may take, the work included. Streams and files are exempt; files
	// that are sent have times of their own (upload.go).
	readWait  = 30 * time.Second
	writeWait = 60 * time.Second
	// stopWait is how long requests under way may go on when the server stops.
	stopWait = 10 * time.Second
	// maxBody is the greatest size of what is posted, in bytes. Updates of
	// networks are far smaller.
	maxBody = 1 << 20
)

// New returns a server that waits for [Server.Serve].
func New(c Config) *Server {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Ready == nil {
		c.Ready = func(context.Context) health.Report { return nil }
	}
	if c.Pages == nil {
		c.Pages = ReadPages()
	}
	s := &Server{Config: c, pages: c.Pages, limits: newLimits(c.Store.Now), uploads: newUploads(c.Store.Now)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	if c.Metrics != nil {
		mux.Handle("GET /metrics", s.insiders(c.Metrics))
	}
	mux.HandleFunc("GET /assets/{name}", s.pages.asset)
	mux.HandleFunc("GET /e/{code}", s.training)
	mux.HandleFunc("GET /g/{code}", s.certificate)
	mux.HandleFunc("GET /e/{code}/qr.png", s.trainingQR)
	mux.HandleFunc("GET /e/{code}/event.ics", s.trainingEvent)
	for name, hook := range c.Hooks {
		mux.Handle("/hook/"+name, hook)
	}
	if c.Open {
		s.chat = newChat(c.Store)
		mux.HandleFunc("GET /{$}", s.chatPage)
		mux.HandleFunc("POST /chat/new", s.newVisitor)
		mux.HandleFunc("POST /chat/send", s.receive)
		mux.HandleFunc("POST "+uploadPath, s.upload)
		mux.HandleFunc("GET /chat/events", s.events)
		mux.HandleFunc("GET /chat/file/{id}", s.file)
		mux.HandleFunc("GET /chat/voice/{language}/{id}", s.voice)
	} else {
		mux.HandleFunc("GET /{$}", s.closedPage)
	}
	if c.Speak != nil {
		newStaff(s).add(mux)
	}
	if c.Open && c.Roles != nil {
		mux.HandleFunc("GET /phone", s.chatPage)
		mux.HandleFunc("GET /phones", s.phonesPage)
		mux.HandleFunc("POST /demo/role", s.role)
		if c.Forward != nil {
			mux.HandleFunc("GET /demo/clock", s.clockPage)
			mux.HandleFunc("POST /demo/clock", s.forward)
		}
	}
	s.handler = s.guard(mux)
	return s
}

// Chat returns the web chat as a channel, or nil when it is not open.
func (s *Server) Chat() *Chat { return s.chat }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers what comes in on ln until ctx ends. Then it ends the streams,
// lets other requests finish and returns nil; it is called once. ln is closed
// in any case.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       readWait,
		WriteTimeout:      writeWait,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          complainer(s.Log),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve web: %w", err)
	case <-ctx.Done():
	}
	if s.chat != nil {
		s.chat.streams.close()
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
	defer cancel()
	if err := srv.Shutdown(wait); err != nil {
		return errors.Join(fmt.Errorf("stop web: %w", err), srv.Close())
	}
	return nil
}

// health says whether the database answers.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if err := s.Store.Answers(ctx); err != nil {
		s.Log.Error("database does not answer", "err", err)
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// fail logs err, which is ours and not the visitor's, and asks to come again.
// That the bot begins or ends is nothing to look after: the page comes again by
// itself.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil { // nobody waits for an answer otherwise
		level := slog.LevelError
		if errors.Is(err, errDeaf) || errors.Is(err, errStops) {
			level = slog.LevelWarn
		}
		s.Log.Log(r.Context(), level, "web request failed", "path", r.Pattern, "err", err)
	}
	w.Header().Set("Retry-After", "2")
	http.Error(w, "come again", http.StatusServiceUnavailable)
}
