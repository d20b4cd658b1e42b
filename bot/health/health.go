// Package health says in plain words whether the bot can do its work: for
// /readyz, for "chihai health", for whoever restarts what has failed.
//
// There are two kinds of bad news. A warning is something that somebody should
// look at, such as a backup that is late; taking the bot out of service for it
// would only make it worse. Broken is when what people say cannot be kept.
//
// # How to add a check
//
// Write a function that returns a [Finding] within a second or two, and add it
// with a name to the list in bot/checks.go. It says what is wrong and, where
// there is one thing to do, what to do; nothing about persons.
package health

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// A State says how bad something is; the zero value is that all is well.
type State int

const (
	Fine    State = iota
	Warning       // somebody should look at it; the bot works
	Broken        // what people say cannot be kept
)

// String returns "ok", "warning" or "broken".
func (s State) String() string {
	switch s {
	case Fine:
		return "ok"
	case Warning:
		return "warning"
	}
	return "broken"
}

// A Finding is what a check found: a state, and in one sentence without a
// period what there is to say.
type Finding struct {
	State State
	Says  string
}

// Ok, Warn and Break return a Finding of that state; format and args are those
// of [fmt.Sprintf].
func Ok(format string, args ...any) Finding { return Finding{Fine, fmt.Sprintf(format, args...)} }

// Warn is described at [Ok].
func Warn(format string, args ...any) Finding { return Finding{Warning, fmt.Sprintf(format, args...)} }

// Break is described at [Ok].
func Break(format string, args ...any) Finding { return Finding{Broken, fmt.Sprintf(format, args...)} }

// A Check looks at one thing. Look may be called from several goroutines at
// once.
type Check struct {
	Name string // one word
	Look func(context.Context) Finding
}

// A Line is what one check found.
type Line struct {
	Name string
	Finding
}

// A Report is what all checks found, in their order.
type Report []Line

// patience is how long a check may take; one that takes longer is broken.
const patience = 5 * time.Second

// Look carries out all checks, side by side.
func Look(ctx context.Context, checks []Check) Report {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	report := make(Report, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { report[i] = Line{c.Name, c.Look(ctx)} })
	}
	all.Wait()
	return report
}

// State is the worst state of any line.
func (r Report) State() State {
	worst := Fine
	for _, l := range r {
		worst = max(worst, l.State)
	}
	return worst
}

// Verdict is one line that says whether the bot can do its work.
func (r Report) Verdict() string {
	switch r.State() {
	case Fine:
		return "ready"
	case Warning:
		return "ready, with warnings"
	}
	return "not ready: what people say cannot be kept"
}

// String returns the verdict and below it a line for each check.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Verdict())
	for _, l := range r {
		fmt.Fprintf(&b, "%-10s %-8s %s\n", l.Name, l.State, l.Says)
	}
	return b.String()
}
