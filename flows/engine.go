package flows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"
)

// An Engine leads the talks. It may be used from many goroutines at once.
type Engine struct {
	store    *store.Store
	catalog  *locales.Catalog
	opt      Options
	flows    []*Flow
	byName   map[string]*Flow
	commands map[string]string // slash command → flow or one of the ways below
	triggers map[string]string // folded word → flow
	lexicon  *lexicon
	logics   logics
}

// Options of an [Engine]. The zero value serves tests.
type Options struct {
	Zone  *time.Location              // of what is said and scheduled; nil: UTC
	URL   string                      // how the outside reaches the web server
	Links func(payload string) []Link // deep links into the bot; nil: none
	Log   *slog.Logger                // nil: slog.Default()

	// Rate returns how many messages a second a broadcast is sent at; 0: it is not
	// known, and nobody is told how long one takes. nil: it never is.
	Rate func() float64

	// Alone is to how many people somebody may write without anybody else having
	// approved it; 0: [MaxUnapproved].
	Alone int

	// Voice says whether there is a recording of a message in a language; nil:
	// [locales.HasVoice].
	Voice func(language, id string) bool

	// Watch is told how each input ended, in the goroutine that handed it
	// over and before Handle returns. It must return at once; nil: nobody
	// watches.
	Watch func(in Input, end Ending)
}

// An Ending says how an input ended.
type Ending string

const (
	Answered Ending = "answered" // it was handled, and that is kept
	Repeated Ending = "repeated" // it was handled before
	Failed   Ending = "failed"   // a flow failed at it; she was told so, and it counts as handled
	NotKept  Ending = "not_kept" // the store could not keep it: it must come again
)

// A Link opens the bot on a network.
type Link struct {
	Network string // as people call it, such as "Telegram"
	URL     string
}

const (
	maxSteps   = 50 // how many steps one turn goes through at most
	maxTrail   = 40 // how many questions one can go back
	maxWaiting = 3  // how many interrupted talks wait
	maxFrames  = 8  // how deep flows call one another
	maxTries   = 3  // after so many answers that were not understood, ways out are shown

	// doubleTap is how soon after a choice the same one is taken for a
	// trembling finger. Telegram tells the time to the second.
	doubleTap = 2 * time.Second
)

// New returns an Engine that leads talks through flows. It returns an error
// when two flows share a name or a trigger, or a message they need is missing.
func New(s *store.Store, c *locales.Catalog, flows []*Flow, opt Options) (*Engine, error) {
	if opt.Zone == nil {
		opt.Zone = time.UTC
	}
	if opt.Links == nil {
		opt.Links = func(string) []Link { return nil }
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Alone == 0 {
		opt.Alone = MaxUnapproved
	}
	if opt.Rate == nil {
		opt.Rate = func() float64 { return 0 }
	}
	if opt.Voice == nil {
		opt.Voice = locales.HasVoice
	}
	if opt.Watch == nil {
		opt.Watch = func(Input, Ending) {}
	}
	e := &Engine{
		store: s, catalog: c, opt: opt, flows: flows,
		byName: map[string]*Flow{}, triggers: map[string]string{},
		commands: map[string]string{
			wayStart: wayStart, wayMenu: wayMenu, wayBack: wayBack, wayStop: wayStop, wayLater: wayLater,
		},
		lexicon: &lexicon{catalog: c},
	}
	for _, f := range flows {
		if e.byName[f.Name] != nil {
			return nil, fmt.Errorf("two flows are called %s", f.Name)
		}
		e.byName[f.Name] = f
		for _, id := range f.Triggers {
			if !c.Has(id) {
				return nil, fmt.Errorf("flow %s: no message %s", f.Name, id)
			}
			for _, word := range e.lexicon.words(id) {
				w, into := word.folded, e.triggers
				if strings.HasPrefix(w, "/") {
					into = e.commands
				}
				if was := into[w]; was != "" && was != f.Name {
					return nil, fmt.Errorf("flows %s and %s are both started by %q", was, f.Name, w)
				}
				into[w] = f.Name
			}
		}
	}
	return e, nil
}

// Handle answers one input. It returns nil when the input was handled and is
// kept, which includes one that was handled before and one at which a flow
// failed: she was told that something went wrong then. After an error the
// input was not kept and must come again.
//
// Inputs of one address must be handed over one after the other.
func (e *Engine) Handle(ctx context.Context, in Input) error {
	in = clean(in)
	end, err := e.turn(ctx, in)
	var f *fault
	if errors.As(err, &f) {
		e.opt.Log.Error("turn failed", "channel", in.Channel, "kind", in.Kind, "flow", f.flow, "step", f.step, "err", f.err)
		end, err = Failed, e.sorry(ctx, in)
	}
	if err != nil {
		end = NotKept
	}
	e.opt.Watch(in, end)
	return err
}

// A fault is a failure of a flow, not of the database.
type fault struct {
	flow, step string
	err        error
}

func (f *fault) Error() string { return fmt.Sprintf("flow %s, step %s: %v", f.flow, f.step, f.err) }

func (f *fault) Unwrap() error { return f.err }

// turn answers one input in one transaction and says whether that was done
// before.
func (e *Engine) turn(ctx context.Context, in Input) (end Ending, err error) {
	var t *Turn
	defer func() {
		if p := recover(); p != nil {
			flow, step := t.where()
			err = &fault{flow, step, panicked(p)}
		}
	}()
	e.store.Expect(ctx, in.ID, in.Channel, in.From)
	err = e.store.Update(ctx, func(tx *store.Tx) error {
		t = &Turn{Tx: tx, Input: in, engine: e}
		err := t.run()
		if broken := tx.Broken(); broken != nil {
			return broken // also where a flow passed it over: what it decided rests on nothing
		}
		if err != nil && ctx.Err() == nil {
			flow, step := t.where()
			return &fault{flow, step, err}
		}
		return err
	})
	if t != nil && t.repeated {
		return Repeated, err
	}
	return Answered, err
}

// panicked is the error for the value of a panic, which may hold what a person
// wrote unless it is the runtime's own.
func panicked(p any) error {
	if err, ok := p.(runtime.Error); ok {
		return fmt.Errorf("panic: %w\n%s", err, debug.Stack())
	}
	return fmt.Errorf("panic with a %T\n%s", p, debug.Stack())
}

// where says in which flow and step the turn stands; t is nil when it had not
// begun.
func (t *Turn) where() (flow, step string) {
	switch {
	case t == nil:
		return "", ""
	case t.conv == nil || len(t.conv.Frames) == 0:
		return t.Input.Flow, ""
	}
	f := t.frame()
	return f.Flow, f.Step
}

// sorry says that something went wrong, and that the input counts as handled.
func (e *Engine) sorry(ctx context.Context, in Input) error {
	return e.store.Update(ctx, func(tx *store.Tx) error {
		first, err := tx.FirstSeen(in.ID)
		if err != nil || !first || in.From == "" {
			return err
		}
		c, m, _, err := tx.Meet(in.Channel, in.From)
		if err == nil {
			_, err = leads(tx, c, &in) // the rest of an album counts as answered too
		}
		if err == nil {
			err = tx.Post(&store.Message{
				Contact: c.ID, Member: m.ID, Channel: c.Channel, Address: c.Address,
				Text: e.printer(m).T("engine.sorry"), Repeat: true,
			})
		}
		if err != nil && tx.Broken() == nil {
			return nil // it is her own document that cannot be read: trying again would hold up everybody
		}
		return err
	})
}

func (e *Engine) printer(m *store.Member) *locales.Printer {
	return e.catalog.In(m.Language, m.Address)
}

func (e *Engine) typed(id string) []word { return e.lexicon.words(id) }

// run answers the input.
func (t *Turn) run() error {
	first, err := t.FirstSeen(t.Input.ID)
	if err != nil || !first {
		t.repeated = err == nil
		return err
	}
	if t.Input.At = t.Input.At.UTC(); t.Input.At.IsZero() {
		t.Input.At = t.Now
	}
	if t.Input.Done != nil {
		if err := t.Input.Done(t.Tx); err != nil {
			return err
		}
	}
	switch t.Input.Kind {
	case Due, Outcome:
		return t.hear()
	case Unreachable, Reachable:
		return t.reached()
	}
	if t.Input.Kind == Other && t.Input.Text == OtherGroup {
		return t.answerGroup()
	}
	if t.Contact, t.Member, _, err = t.Meet(t.Input.Channel, t.Input.From); err != nil {
		return err
	}
	if !t.Contact.Unreachable.IsZero() { // who writes can be reached
		t.Contact.Unreachable = time.Time{}
		if err := t.PutContact(t.Contact); err != nil {
			return err
		}
	}
	if len(t.Member.Contacts) == 0 || t.Member.Contacts[0] != t.Contact.ID {
		if err := t.Join(t.Contact, t.Member); err != nil {
			return err
		}
	}
	if t.conv, err = t.Conversation(t.Member.ID); err != nil {
		return err
	}
	t.Speak()
	if err := t.answer(); err != nil {
		return err
	}
	return t.finish()
}

// reached keeps that the network said whether the bot may write.
func (t *Turn) reached() error {
	c, err := t.Tx.Contact(t.ContactID(t.Input.Channel, t.Input.From))
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	c.Unreachable = time.Time{}
	if t.Input.Kind == Unreachable {
		c.Unreachable = t.Now
	}
	return t.PutContact(c)
}

// answerGroup says once, however much is said there, that the bot does not
// talk in groups. Nobody of the group becomes a member by it.
func (t *Turn) answerGroup() error {
	contact := t.ContactID(t.Input.Channel, t.Input.From)
	if first, err := t.FirstSeen("group/" + contact); err != nil || !first {
		return err
	}
	return t.Post(&store.Message{
		Contact: contact, Channel: t.Input.Channel, Address: t.Input.From,
		Text: t.engine.catalog.In(locales.Source, "").T("other.group"),
	})
}

// ignore returns nil when err is one of those that do not matter here.
func ignore(err error, which ...error) error {
	for _, w := range which {
		if errors.Is(err, w) {
			return nil
		}
	}
	return err
}
