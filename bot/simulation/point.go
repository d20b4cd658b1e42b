package simulation

import "strings"

// A plan says where a process dies: the n-th time that it comes to a point, or
// if it comes there too seldom, wherever it is then.
type plan struct {
	target
	n    int // how often it is passed before
	rest int // points of any kind that are passed at most
}

// A target is a point at which processes are made to die.
type target struct {
	point string
	often int // it comes again and again: any of the first so many is meant
	when  when
}

// when says what must be so for a point to be come to.
type when int

const (
	always   when = iota // people do something
	due                  // something is due
	seldom               // somebody asks for something, or the network fails
	upgraded             // the database is of the program before
	sent                 // a broadcast begins
)

// shutdown is any point at which a process is told to end, and then any that it
// comes to before it has ended.
const shutdown = "shutdown"

// targets are the points at which processes are made to die, each as often as
// the others where they come to it. Point names are built where they are
// passed: by what a transaction does (disk.go) and by the call of the network
// (network.go).
var targets = []target{
	{"turn: before commit", 2, always},
	{"turn: after commit, before it is confirmed", 2, always},
	{"repeated input: before commit", 1, seldom},
	{"confirm: before", 3, always},
	{"confirm: during", 3, always},
	{"send: before", 3, always},
	{"send: during", 3, always},
	{"settle: before, after it was sent", 3, always},
	{"settle: after", 3, always},
	{"retry: before it is kept", 1, seldom},
	{"retry: after", 1, seldom},
	{"attempt: before it is kept", 3, due},
	{"attempt: kept, not sent", 3, due},
	{"reminder: before hand-over is kept", 3, due},
	{"reminder: between hand-overs", 3, due},
	{"news: before hand-over is kept", 2, due},
	{"news: between hand-overs", 2, due},
	{"due row: before it is deleted", 1, due},
	{"due row: after", 1, due},
	{"due row: before its progress is kept", 1, due},
	{"task: before it is begun", 1, seldom},
	{"task: begun", 1, seldom},
	{"task outcome: before it is kept", 1, seldom},
	{"task outcome: kept, task still there", 1, seldom},
	{"task: before it is deleted", 1, seldom},
	{"broadcast: before a portion is kept", 2, sent},
	{"broadcast: portion kept", 2, sent},
	{"opening: before commit", 1, upgraded},
	{"opening: after commit", 1, upgraded},
	{"tidying: before commit", 2, due},
	{"tidying: after commit", 2, due},
	{shutdown, 12, always},
}

// aim makes a plan. World.mu is held.
func (w *World) aim() *plan {
	if w.calm {
		return nil
	}
	p := &plan{target: targets[w.random.IntN(len(targets))], rest: 6 + w.random.IntN(12)}
	p.n = w.random.IntN(p.often)
	if p.when != always {
		p.rest *= 3
	}
	return p
}

// hit says whether a process dies at point now.
func (p *plan) hit(point string) bool {
	if p == nil {
		return false
	}
	if p.point == point || p.point == shutdown {
		p.n--
	}
	if !strings.HasPrefix(point, "repeated input") { // else they would die of nothing else
		p.rest--
	}
	return p.n < 0 || p.rest < 0
}
