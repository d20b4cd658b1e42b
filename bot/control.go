package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"chihai/store"
)

// A database belongs to one process. So a command that works on it first asks
// the bot that runs, over a Unix socket beside the database, and opens the file
// itself only when nobody holds it. PostgreSQL may be opened by many, so there
// the command opens it in any case. Either way the same [work] is done.
//
// What is spoken over the socket is HTTP: the arguments stand in the address,
// a file to be read is the body of the question, what is written that of the
// answer, and a trailer says how it ended. Whoever may open the socket, which
// is the user of the bot, may do all of that.

// A work is what a command does with the store, wherever it is done. Files that
// arguments name are opened where the command was typed: in and out are what
// is read and written.
type work func(ctx context.Context, d *desk, args []string, in io.Reader, out io.Writer) error

// works are all works, by name.
func works() map[string]work {
	return map[string]work{
		"backup":               backup,
		"check audit":          checkAudit,
		"export registrations": exportRegistrations,
		"export responses":     exportResponses,
		"grant":                grant,
		"grants":               grants,
		"import areas":         importAreas,
		"import form":          importForm,
		"outbox":               showHeld,
		"outbox drop":          dropHeld,
		"outbox release":       releaseHeld,
		"key change":           changeKey,
		"key recovery":         changeRecovery,
		"key rotate":           rotateKey,
		"key show":             showKeys,
		"reset passphrase":     resetPassphrase,
		"revoke":               revoke,
		"set":                  set,
	}
}

// A desk is what a work has at hand.
type desk struct {
	store  *store.Store
	config *config
	doors  func() []door // how people reach the bot
}

// outcome is the trailer that says "ok", or what went wrong.
const outcome = "Chihai-Outcome"

// socketOf is where the bot on the database path listens for commands.
func socketOf(path string) string { return path + ".sock" }

// listenControl opens the socket for commands on the database path, for this
// user only; nil where commands open the database themselves. The caller holds the database open: so whoever left a socket there
// is gone.
func listenControl(path string) (net.Listener, error) {
	if isAddress(path) {
		return nil, nil
	}
	name, err := filepath.Abs(socketOf(path))
	if err != nil {
		return nil, err
	}
	if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSocket == 0 {
		return nil, fmt.Errorf("listen for commands: %s is in the way: it is no socket", name)
	}
	// Made in a directory that nobody else may enter and then put in its place,
	// it is never open to others.
	dir, err := os.MkdirTemp(filepath.Dir(name), ".s")
	if err != nil {
		return nil, fmt.Errorf("listen for commands: %w", err)
	}
	defer os.RemoveAll(dir)
	hidden := filepath.Join(dir, "s")
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: hidden, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listen for commands (a socket's name has at most about 100 bytes; a shorter CHIHAI_DB may help): %w", err)
	}
	ln.SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(hidden, 0o600), os.Rename(hidden, name)); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for commands: %w", err), ln.Close())
	}
	return &control{ln, name}, nil
}

// A control is a listener that takes its socket away when it is closed.
type control struct {
	*net.UnixListener
	name string
}

func (l *control) Close() error {
	err := os.Remove(l.name)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.UnixListener.Close())
}

// serveControl does the works that commands ask for until ctx ends.
func serveControl(ctx context.Context, ln net.Listener, d *desk) error {
	srv := &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve commands: %w", err)
	case <-ctx.Done(): // works end with it, too
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if srv.Shutdown(wait) != nil {
		srv.Close()
	}
	<-served
	return nil
}

// ServeHTTP does one work.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	do := works()[q.Get("work")]
	if do == nil {
		http.Error(w, "this bot does not know how to "+q.Get("work")+": it is of another version", http.StatusNotFound)
		return
	}
	w.Header().Set("Trailer", outcome)
	w.WriteHeader(http.StatusOK)
	how := "ok"
	if err := do(r.Context(), d, q["arg"], r.Body, w); err != nil {
		how = url.QueryEscape(err.Error())
	}
	w.Header().Set(outcome, how)
}

// errNoBot says that no bot runs on a database.
var errNoBot = errors.New("no bot runs on this database")

// ask has the bot that runs on the database path do a work. It returns
// [errNoBot] when there is none.
func ask(ctx context.Context, path, name string, args []string, in io.Reader, out io.Writer) error {
	if isAddress(path) {
		return errNoBot // or some that need not be asked
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socketOf(path))
	}
	if !answers(ctx, path) {
		return errNoBot // or one that cannot be asked: it holds the file then
	}
	to := url.URL{Scheme: "http", Host: "bot", Path: "/", RawQuery: url.Values{"work": {name}, "arg": args}.Encode()}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), in)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true, DisableCompression: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the bot: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return fmt.Errorf("ask the bot: %s", why)
	}
	if _, err := io.Copy(out, resp.Body); err != nil {
		return fmt.Errorf("hear the bot: %w", err)
	}
	switch how, err := url.QueryUnescape(resp.Trailer.Get(outcome)); {
	case err != nil, how == "":
		return errors.New("the bot ended before the command did")
	case how != "ok":
		return errors.New(how)
	}
	return nil
}

// answers says whether a bot listens for commands on the database path.
func answers(ctx context.Context, path string) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socketOf(path))
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// do does a work where it can be done: by the bot that runs on the database,
// or here. Unless made is set, a database that is not there is made.
func (c *call) do(ctx context.Context, cfg *config, made bool, name string, args []string, in io.Reader, out io.Writer) error {
	err := ask(ctx, cfg.db, name, args, in, out)
	if !errors.Is(err, errNoBot) {
		return err
	}
	if made {
		if err := mustExist(cfg.db); err != nil {
			return err
		}
	}
	s, err := c.open(ctx, cfg, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	d := &desk{store: s, config: cfg, doors: func() []door { return doorsOf(ctx, cfg, s) }}
	return works()[name](ctx, d, args, in, out)
}
