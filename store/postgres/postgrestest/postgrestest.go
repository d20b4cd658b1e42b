// Package postgrestest starts PostgreSQL servers for tests, from the binaries
// of the machine (as Debian installs them). No server that runs already is
// touched.
//
//	func TestSomething(t *testing.T) {
//		server := postgrestest.Start(t)
//		db, err := postgres.Open(ctx, server.Database(t), postgres.Options{})
//
// A test is skipped where there are no binaries, and fails there when the
// environment says CHIHAI_POSTGRES=must.
package postgrestest

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Server is a cluster of databases in a folder of its own, on a port of
// 127.0.0.1. It syncs its commits to the disk as a real one does, unless it is
// started with "fsync=off". It stops when its test ends, and also when the
// process of the test is killed.
type Server struct {
	bin, dir  string
	port      int
	owner     *syscall.Credential // nil: whoever runs the test
	cmd       *exec.Cmd
	leash     io.Closer // the server stops when it is closed
	databases atomic.Int64
}

// startWait is how long a server may take until it answers.
const startWait = 30 * time.Second

// Start starts a new server, with settings such as "max_connections=20" beside
// the usual ones. It takes about a second.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := create(t)
	s.run(t, "initdb", "-D", s.data(), "-N", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
	s.configure(t, append([]string{
		"listen_addresses='127.0.0.1'", "unix_socket_directories=''", "max_connections=200",
		"wal_level=replica", "max_wal_senders=4", "shared_buffers=128MB", "fsync=on",
	}, settings...)...)
	s.Restart(t)
	return s
}

// Standby returns a new server that follows s as a hot standby called name, to
// be named in synchronous_standby_names.
func (s *Server) Standby(t testing.TB, name string) *Server {
	t.Helper()
	follower := create(t)
	follower.run(t, "pg_basebackup", "-D", follower.data(), "-X", "stream", "-c", "fast",
		"-d", fmt.Sprintf("host=127.0.0.1 port=%d user=postgres", s.port))
	follower.configure(t, fmt.Sprintf("port=%d", follower.port),
		fmt.Sprintf("primary_conninfo='host=127.0.0.1 port=%d user=postgres application_name=%s'", s.port, name))
	if err := os.WriteFile(filepath.Join(follower.data(), "standby.signal"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	follower.Restart(t)
	return follower
}

// create returns a server that has no data yet.
func create(t testing.TB) *Server {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		if os.Getenv("CHIHAI_POSTGRES") == "must" {
			t.Fatal("no PostgreSQL in /usr/lib/postgresql/*/bin, though CHIHAI_POSTGRES=must")
		}
		t.Skip("no PostgreSQL in /usr/lib/postgresql/*/bin to test on")
	}
	dir, err := os.MkdirTemp("", "postgres")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{bin: found[len(found)-1], dir: dir, port: freePort(t)}
	if os.Getuid() == 0 { // the server refuses to be run by root
		s.owner = unprivileged(t)
		if err := os.Chown(dir, int(s.owner.Uid), int(s.owner.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(s.Stop)
	return s
}

// unprivileged returns the account that Debian makes for PostgreSQL, or nobody.
func unprivileged(t testing.TB) *syscall.Credential {
	t.Helper()
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			t.Fatal(err)
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// freePort returns a port that nobody listened on a moment ago.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// configure appends settings to those of the server, which take effect when it
// starts.
func (s *Server) configure(t testing.TB, settings ...string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Join(settings, "\n") + "\n"); err != nil {
		t.Fatal(err)
	}
}

// Restart stops the server if it runs, starts it with settings added to its
// own, and returns when it answers.
func (s *Server) Restart(t testing.TB, settings ...string) {
	t.Helper()
	s.Stop()
	s.configure(t, settings...)
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	// The shell holds the leash: it reads until this process closes the pipe,
	// by Stop or by dying, and then stops the server.
	s.cmd = exec.Command("/bin/sh", "-c", `"$@" </dev/null & read _; kill -INT $!; wait $!`, "sh",
		filepath.Join(s.bin, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.port))
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.Dir = log, log, s.dir
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner, Setpgid: true}
	if s.leash, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := s.ready(); err != nil {
		said, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		t.Fatalf("start PostgreSQL: %v\n%s", err, said)
	}
}

// ready waits until the server answers.
func (s *Server) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), startWait)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.DSN("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// Stop ends all connections and stops the server. Its data stay until the test
// ends. Stopping twice is no error.
func (s *Server) Stop() {
	if s.cmd == nil {
		return
	}
	s.leash.Close()
	s.cmd.Wait()
	s.cmd = nil
}

// Kill ends the server and all that it started, as a power cut would, except
// that what was written but not synced survives.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	pids := []int{pid}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		raw, _ := os.ReadFile(path) // pid (name) state parent …
		_, rest, _ := strings.Cut(string(raw), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, child)
		}
	}
	for _, pid := range pids {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	s.Stop()
	os.Remove(filepath.Join(s.data(), "postmaster.pid"))
}

// Promote makes a standby a primary and returns when it takes writes.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.run(t, "pg_ctl", "promote", "-w", "-D", s.data())
}

// Database makes an empty database and returns its DSN.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprint("test", s.databases.Add(1))
	s.Exec(t, "postgres", "create database "+name)
	return s.DSN(name)
}

// Exec runs one statement in a database as the owner of the server.
func (s *Server) Exec(t testing.TB, database, sql string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), s.DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// DSN returns the address of a database as the owner of the server.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", s.Address(), database)
}

// Address returns host:port.
func (s *Server) Address() string { return fmt.Sprint("127.0.0.1:", s.port) }

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// run runs one of PostgreSQL's programs to its end.
func (s *Server) run(t testing.TB, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.owner}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}
