package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// A process is the program under test.
type process struct {
	binary string
	env    []string
	cmd    *exec.Cmd
	log    lockedBuffer
	starts time.Duration // how long starting took, in all
}

// start starts the program and returns when it says that it is ready.
func (p *process) start(t *testing.T) {
	t.Helper()
	begin := time.Now()
	defer func() { p.starts += time.Since(begin) }()
	p.cmd = exec.Command(p.binary, "serve")
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan error, 1)
	go func() {
		line := make([]byte, 1)
		_, err := out.Read(line)
		ready <- err
		io.Copy(io.Discard, out)
	}()
	select {
	case err := <-ready:
		if err != nil {
			t.Fatalf("the program did not get ready: %v\n%s", err, p.log.String())
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("the program did not get ready\n%s", p.log.String())
	}
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.cmd.Wait()
}

func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("stopped with %v\n%s", err, p.log.String())
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b.Len() > 1<<20 {
		l.b.Reset()
	}
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
