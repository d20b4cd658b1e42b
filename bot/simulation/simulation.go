// Package simulation plays the whole service with its people, and kills it.
//
// A [World] is one seed: a database file on a memory file system, a Bot API in
// memory ([telegramtest]), women and an officer who read what they are shown
// and answer it, on Telegram or in a browser, and a service that is started,
// killed at a named point, and started again on the same file, some hundred
// times over some weeks. It runs in a bubble of testing/synctest, so that weeks
// take seconds.
//
// # What a crash is
//
// At a named point ([Report].Crashes counts them) the process is dead from one
// instant to the next: no transaction of it commits any more, no call of it
// reaches the network, and its goroutines end because everything they touch
// fails. What the database had committed stays; what Telegram was not told to
// forget, it gives again. Power cuts are another matter: they are played in
// store/bolt.
//
// # What a seed fixes
//
// The people, what they do, and at which point each process dies. The order in
// which goroutines run is not fixed, so that a seed that has failed may pass
// the next time: the trace of its last events is what tells. The rules must
// hold in every order.
//
// # How to add a rule
//
// Write a file rule_….go with a [Rule] and name it in rules. It sees every
// transaction before it commits, or the store when all is quiet at the end of
// a seed, or both. What people are shown and believe stands in [World].
//
// # How to add a habit
//
// People are driven by what stands on their phone: see person.go. A habit is
// one more thing that somebody does at the menu, or at a question of which it
// knows the words by their locale ids; add it to the list in woman.go or
// officer.go. What only one of the women does is in her [nature], which sample.go
// gives her.
//
// # How to add a network
//
// A way to the service is a [phone] for people to hold, and points in point.go
// at which processes die on that way: door.go and browser.go show how a web
// server is called without a connection.
package simulation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/locales"
	"chihai/store"
)

// Token is that of the bot in the simulation, and Channel its name.
const (
	Token   = "7000000001:simulation"
	Channel = "telegram:7000000001"
)

// A Service is what is simulated.
type Service struct {
	Run func(context.Context) error // until the context ends
	Web http.Handler                // its web server; nil: it has none
}

// A Start builds a service over s that reaches Telegram through the client. An
// error is one that would end the process. With web it has Telegram deliver to
// its web server, and its web chat is open; else it polls.
type Start func(ctx context.Context, s *store.Store, telegram *http.Client, web bool) (*Service, error)

// A Config says what a [World] is like.
type Config struct {
	Seed    uint64
	Crashes int    // when so many have happened the seed comes to its end
	Path    string // of the database file, which must not exist
	Web     bool   // Telegram delivers, and two of the women write in a browser
	Words   *locales.Catalog
	Start   Start
}

// A Report says what a seed has seen.
type Report struct {
	Seed     uint64
	Inputs   int            // what people did, as the network saw it
	Shown    int            // messages that were shown to them
	Twice    int            // of those, shown once more
	Doubts   int            // sends of which the service could not know whether they arrived
	Unknown  int            // messages that were reported and not repeated
	GivenUp  int            // messages that could not be sent for a day and more
	Reminded int            // reminders that were shown
	News     int            // messages that were shown and told that a training has changed
	Blocked  int            // how often somebody blocked the bot
	Deleted  int            // how often somebody had everything deleted
	Late     int            // updates that others of the same person could overtake
	Starts   int            // of the service
	Virtual  time.Duration  // by the clock of the bubble
	Crashes  map[string]int // by point
	Broken   []string       // what should not have happened, the first few; each a sentence
	Trace    []string       // the last events before the first of those, or before the end
}

// Killed is how often the service was killed.
func (r *Report) Killed() (n int) {
	for _, k := range r.Crashes {
		n += k
	}
	return n
}

// A World is one seed while it runs. Rules read it.
type World struct {
	Config
	rules []Rule
	texts *texts

	living context.Context // of people and of what goes between them and the service

	mu      sync.Mutex // guards all below, and the fields of people that say so
	random  *rand.Rand
	tg      *telegramtest.Server
	people  []*person
	report  Report
	began   time.Time
	morning time.Time // people sleep until then
	closing bool      // people begin nothing any more
	calm    bool      // no crashes and no faults
	nextDue time.Time
	plan    *plan  // of the next life; nil: it need not die
	lives   []span // when the service ran

	inputs    inputs
	ledger    ledger
	present   *life                 // the service that can be reached from outside; nil: none
	back      chan struct{}         // closed when it can be reached again
	outcomes  map[string]bool       // tasks of which was heard
	trainings map[string]*history   // by id
	news      map[string]int        // how often somebody was told of changes, by training/member
	tellings  map[string]*store.Due // rows of changes and of those who are told, which stand in the store or did, by key
	heard     map[string]bool       // ids of those that were turns
	offers    map[string]time.Time  // when an entry of a waiting list was offered seats last, by its ID
	gaveUp    map[string]time.Time  // when seats were given up that nobody has taken again, by training/member
	tickets   map[string]map[string]*ticket
	silent    map[string]time.Time // since when the service knows that addresses take no messages
	wiped     []string             // what may stand nowhere any more
	couriers  sync.WaitGroup       // those that deliver late
	letters   letters
	untold    map[string]bool // chats to which a message was given up
}

// A span of time.
type span struct{ from, to time.Time }

// maxBroken is how many failures of a seed are told.
const maxBroken = 5

// Run plays a seed. It must be called in a bubble of testing/synctest.
func Run(ctx context.Context, c Config) *Report {
	w := &World{
		Config: c, rules: rules(), texts: newTexts(c.Words),
		random: rand.New(rand.NewPCG(c.Seed, 0x5eed)),
		tg:     telegramtest.New(Token),
		began:  time.Now(),
		inputs: inputs{byKey: map[string]*input{}}, ledger: newLedger(), letters: newLetters(), untold: map[string]bool{},
		back: make(chan struct{}), outcomes: map[string]bool{}, trainings: map[string]*history{}, news: map[string]int{},
		tellings: map[string]*store.Due{}, heard: map[string]bool{},
		offers: map[string]time.Time{}, gaveUp: map[string]time.Time{}, tickets: map[string]map[string]*ticket{}, silent: map[string]time.Time{},
	}
	w.report.Seed, w.report.Crashes = c.Seed, map[string]int{}
	w.tg.Keep = 16
	w.tg.OnMessage = w.shown
	w.tg.Way = &courier{World: w}
	defer w.tg.Close()
	if err := w.prepare(ctx); err != nil {
		w.fail("prepare", err)
		return &w.report
	}
	w.play(ctx)
	w.report.Virtual = time.Since(w.began)
	return &w.report
}

// play lets people live while the service dies and comes back, and then
// looks whether all is well.
func (w *World) play(ctx context.Context) {
	living, end := context.WithCancel(ctx)
	w.living = living
	var crowd sync.WaitGroup
	for _, p := range w.people {
		crowd.Go(func() { p.live(living) })
		if b, web := p.phone.(*browser); web {
			crowd.Go(func() { b.open(living) })
			crowd.Go(func() { b.pump(living) })
		}
	}
	for w.report.Killed() < w.Crashes && !w.failed() {
		w.live(ctx)
		w.gap()
	}
	w.mu.Lock()
	w.closing, w.calm = true, true
	w.mu.Unlock()
	if !w.failed() {
		if err := w.broadcast(ctx); err != nil {
			w.fail("broadcast", err)
		}
		w.finish(ctx)
	}
	end()
	crowd.Wait()
	w.couriers.Wait()
	if !w.failed() {
		w.judge(ctx)
	}
}

// chance is true n times of a thousand. World.mu is held.
func (w *World) chance(n int) bool { return w.random.IntN(1000) < n }

// between is some time from a to b. World.mu is held.
func (w *World) between(a, b time.Duration) time.Duration {
	return a + time.Duration(w.random.Int64N(int64(b-a)+1))
}

// note adds to the trace. World.mu is held.
func (w *World) note(format string, args ...any) {
	if len(w.report.Broken) > 0 {
		return // the trace ends with what broke first
	}
	line := time.Since(w.began).Round(time.Millisecond).String() + " " + fmt.Sprintf(format, args...)
	if w.report.Trace = append(w.report.Trace, line); len(w.report.Trace) > 2*traceLength {
		w.report.Trace = slices.Clone(w.report.Trace[traceLength:])
	}
}

const traceLength = 150

// broken notes that something happened which should not. World.mu is held.
func (w *World) broken(rule, format string, args ...any) {
	what := rule + ": " + fmt.Sprintf(format, args...)
	w.note("BROKEN %s", what)
	if len(w.report.Broken) < maxBroken {
		w.report.Broken = append(w.report.Broken, what)
	}
}

// fail is broken for an error.
func (w *World) fail(rule string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken(rule, "%v", err)
}

func (w *World) failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.report.Broken) > 0
}
