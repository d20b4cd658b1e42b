// Package mutants holds small bugs and has each of them caught.
//
// A [Mutant] is one of our own promises broken by a few words of code: the
// mistake that somebody may make one day. Its text must still stand in the
// program, which a test sees to on every run; on demand each is put in place of
// the right text, without touching the tree, and the tests that should notice
// are run. caught.md says which did.
//
// # How to add a mutant
//
// Add it to the table in table.go, with the tests that should catch it, the
// likeliest first, and run
//
//	CHIHAI_MUTANTS=name go test ./bot/simulation/mutants -v
//
// One that survives shows a test that is missing.
package mutants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A Mutant is a bug that is put into the program.
type Mutant struct {
	Name string // a word or two, for the command line and the table
	Does string // what it would do to people
	File string // from the root of the module
	Old  string // stands in File exactly once
	New  string
	By   []Test // that should catch it
}

// A Test is a package and the tests of it that are run.
type Test struct {
	Package string // from the root of the module, such as "store"
	Run     string // as go test -run takes it
}

// simulation is the one that should catch whatever breaks the promises on
// crashes.
var simulation = Test{"bot", "TestSimulation"}

// simulated is how many crashes a mutant has to survive there.
const simulated = "450"

// testTime is how long one test of a mutant may run. One that hangs is caught.
const testTime = 4 * time.Minute

// buildTime is how long building that test may take. It takes ten seconds on a
// machine that does nothing else.
const buildTime = 10 * time.Minute

// Mutate returns the file of m, in the module at root, with the bug in it.
func (m *Mutant) Mutate(root string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(root, m.File))
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(raw), m.Old); n != 1 {
		return nil, fmt.Errorf("%s holds the text of the mutant %d times, not once", m.File, n)
	}
	if m.Old == m.New {
		return nil, errors.New("the mutant changes nothing")
	}
	return []byte(strings.Replace(string(raw), m.Old, m.New, 1)), nil
}

// A Catch says which test caught a mutant.
type Catch struct {
	Test  string // empty: none did
	Why   string // the first line that it said
	Taken time.Duration
}

// Hunt runs the tests of m until one catches it. dir is for files of its own.
// Its error says that the mutant does not apply or does not compile, or that its
// tests could not be built in time.
func (m *Mutant) Hunt(ctx context.Context, root, dir string) (Catch, error) {
	began := time.Now()
	overlay, err := m.overlay(root, dir)
	if err != nil {
		return Catch{}, err
	}
	for _, t := range m.By {
		out, err := m.test(ctx, root, overlay, t)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return Catch{}, ctx.Err()
		}
		if strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]") {
			return Catch{}, fmt.Errorf("does not compile:\n%s", out)
		}
		if !failed.MatchString(out) && !strings.Contains(out, "panic: ") {
			return Catch{}, fmt.Errorf("%s was cut off before it said anything: %w", t.Run, err)
		}
		return Catch{t.name(out), reason(out), time.Since(began)}, nil
	}
	return Catch{Taken: time.Since(began)}, nil
}

// overlay writes what the go command reads in place of the file of m.
func (m *Mutant) overlay(root, dir string) (name string, err error) {
	text, err := m.Mutate(root)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "mutant.go")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, m.File): file}})
	if err != nil {
		return "", err
	}
	name = filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, list, 0o600)
}

// test runs t with the overlay and returns what it said.
func (m *Mutant) test(ctx context.Context, root, overlay string, t Test) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, testTime+buildTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "-count=1", "-failfast", "-timeout", testTime.String(), "-run", "^("+t.Run+")$", "./"+t.Package)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CHIHAI_CRASHES="+simulated, "CHIHAI_MUTANTS=")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

var (
	failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	said   = regexp.MustCompile(`(?m)^\s+\w+_test\.go:\d+: (.*)$`)
	broken = regexp.MustCompile(`(?m)BROKEN (.*)$`)
)

// name is the test that failed, with its package.
func (t Test) name(out string) string {
	name := t.Run
	if f := failed.FindStringSubmatch(out); f != nil {
		name, _, _ = strings.Cut(f[1], "/")
	}
	return t.Package + " " + name
}

// reason is the first thing that a failed test said.
func reason(out string) string {
	for _, r := range []*regexp.Regexp{broken, said} {
		if f := r.FindStringSubmatch(out); f != nil {
			return f[1]
		}
	}
	if strings.Contains(out, "panic: test timed out") {
		return "it hangs"
	}
	return "it fails"
}
