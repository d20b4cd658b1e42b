package flows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// An Engine leads the talks. It may be used from many goroutines at once.
type Engine struct {
	store    *store.Store
	catalog  *locales.Catalog
	opt      Options
	flows    []*Flow
	byName   map[string]*Flow
	commands map[string]string   // slash command → flow or one of the ways below
	triggers map[string]string   // folded word → flow
	words    map[string][]string // locale id → what may be typed for it, folded
}

// Options of an [Engine]. The zero value serves tests.
type Options struct {
	Zone  *time.Location              // of what is said and scheduled; nil: UTC
	URL   string                      // how the outside reaches the web server
	Links func(payload string) []Link // deep links into the bot; nil: none
	Log   *slog.Logger                // nil: slog.Default()
}

// A Link opens the bot on a network.
type Link struct {
	Network string // as people call it, such as "Telegram"
	URL     string
}

// Commands that work everywhere and belong to no flow.
const (
	wayStart = "/start"
	wayMenu  = "/menu"
	wayBack  = "/quaylai"
	wayStop  = "/huy"
	wayLater = "/desau"
)

// IDs of the choices that the engine adds to a question.
const (
	navBack   = "nav:back"
	navLater  = "nav:later"
	navStop   = "nav:stop"
	navListen = "nav:listen"
	navHelp   = "nav:help"
)

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
	e := &Engine{
		store: s, catalog: c, opt: opt, flows: flows,
		byName: map[string]*Flow{}, triggers: map[string]string{},
		commands: map[string]string{
			wayStart: wayStart, wayMenu: wayMenu, wayBack: wayBack, wayStop: wayStop, wayLater: wayLater,
		},
		words: map[string][]string{},
	}
	for _, id := range c.IDs() {
		for _, w := range c.Words(id) {
			e.words[id] = append(e.words[id], store.Fold(w))
		}
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
			for _, w := range e.words[id] {
				into := e.triggers
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
	err := e.turn(ctx, in)
	var f *fault
	if !errors.As(err, &f) {
		return err
	}
	e.opt.Log.Error("turn failed", "channel", in.Channel, "kind", in.Kind, "flow", f.flow, "step", f.step, "err", f.err)
	return e.sorry(ctx, in)
}

// A fault is a failure of a flow, not of the database.
type fault struct {
	flow, step string
	err        error
}

func (f *fault) Error() string { return fmt.Sprintf("flow %s, step %s: %v", f.flow, f.step, f.err) }
func (f *fault) Unwrap() error { return f.err }

func (e *Engine) turn(ctx context.Context, in Input) (err error) {
	var t *Turn
	defer func() {
		if p := recover(); p != nil {
			flow, step := t.where()
			err = &fault{flow, step, fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	return e.store.Update(ctx, func(tx *store.Tx) error {
		t = &Turn{Tx: tx, Input: in, engine: e}
		err := t.run()
		if err != nil && tx.Broken() == nil && ctx.Err() == nil {
			flow, step := t.where()
			return &fault{flow, step, err}
		}
		return err
	})
}

// sorry says that something went wrong, and that the input counts as handled.
func (e *Engine) sorry(ctx context.Context, in Input) error {
	return e.store.Update(ctx, func(tx *store.Tx) error {
		first, err := tx.FirstSeen(in.ID)
		if err != nil || !first || in.From == "" {
			return err
		}
		c, m, _, err := tx.Meet(in.Channel, in.From)
		if err != nil {
			return err
		}
		return tx.Post(&store.Message{
			Contact: c.ID, Member: m.ID, Channel: c.Channel, Address: c.Address,
			Text: e.printer(m).T("engine.sorry"), Repeat: true,
		})
	})
}

func (e *Engine) printer(m *store.Member) *locales.Printer {
	return e.catalog.In(m.Language, m.Address)
}

// clean makes of whatever a network delivered something that can be kept and
// compared.
func clean(in Input) Input {
	in.Text = cleanText(in.Text, MaxText)
	in.Phone = cleanText(in.Phone, 40)
	in.Tap.Token = cleanText(in.Tap.Token, 64)
	in.Tap.ID = cleanText(in.Tap.ID, 64)
	return in
}

// cleanText brings s into NFC, without spaces around it, control characters,
// and marks that turn the direction of what follows, and cuts it after most
// characters.
func cleanText(s string, most int) string {
	if len(s) > most*utf8.UTFMax {
		s = s[:most*utf8.UTFMax]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError || r == '\ufeff' || unicode.Is(unicode.Bidi_Control, r):
			return -1
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(norm.NFC.String(s))
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most])
	}
	return s
}

func (t *Turn) where() (flow, step string) {
	if t == nil || t.conv == nil || len(t.conv.Frames) == 0 {
		return t.Input.Flow, ""
	}
	f := t.frame()
	return f.Flow, f.Step
}

// run answers the input.
func (t *Turn) run() error {
	first, err := t.FirstSeen(t.Input.ID)
	if err != nil || !first {
		return err
	}
	switch t.Input.Kind {
	case Due, Outcome:
		return t.hear()
	case Unreachable, Reachable:
		return t.reached()
	}
	if t.Input.Kind == Other && t.Input.Text == OtherGroup {
		return t.Post(&store.Message{
			Contact: t.ContactID(t.Input.Channel, t.Input.From), Channel: t.Input.Channel, Address: t.Input.From,
			Text: t.engine.catalog.In(locales.Source, "").T("other.group"),
		})
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

// hear hands something due, or the outcome of a task, to its flow.
func (t *Turn) hear() error {
	flow := t.engine.byName[t.Input.Flow]
	if flow == nil || flow.Hear == nil {
		return fmt.Errorf("no flow hears %q", t.Input.Flow)
	}
	var err error
	if t.Member, err = t.Tx.Member(t.Input.Member); err != nil {
		return ignore(err, store.ErrNotFound) // she was deleted meanwhile
	}
	if t.Contact, t.Relay, err = t.Reach(t.Member); err != nil {
		return ignore(err, store.ErrNotFound)
	}
	who := t.Member
	if t.Relay != nil {
		who = t.Relay
	}
	t.Printer = t.engine.printer(who)
	if t.conv, err = t.Conversation(who.ID); err != nil {
		return err
	}
	frames := slices.Clone(t.conv.Frames)
	t.conv.Frames = append(t.conv.Frames, store.Frame{Flow: flow.Name})
	if err := flow.Hear(t); err != nil {
		return err
	}
	t.conv.Frames = frames
	if t.move.kind == start { // it wants to ask something
		t.interrupt(t.move.flow, t.move.note)
		if err := t.advance(); err != nil {
			return err
		}
		return t.finish()
	}
	t.part()
	return t.post(who, store.Reminder)
}

// answer finds out what she means and lets the talk go on from it.
func (t *Turn) answer() error {
	in := &t.Input
	if len(t.conv.Frames) > 0 && !t.allowed() {
		t.Say("engine.role_ended")
		t.conv.Frames, t.conv.Waiting, t.conv.Prompt = nil, nil, nil
		return t.home()
	}
	if t.Member.Language == "" && (len(t.conv.Frames) == 0 || t.conv.Frames[0].Flow != "welcome") {
		t.conv.Frames = []store.Frame{{Flow: "welcome", Since: t.Now}}
		if in.Kind == Text && in.Text != wayStart {
			t.Set("then", in.Text)
		}
		t.move = move{kind: next}
		return t.advance()
	}
	if in.Kind == Text && strings.HasPrefix(in.Text, "/") {
		return t.command()
	}
	p := t.conv.Prompt
	if p == nil {
		return t.trigger()
	}
	step := t.step()
	switch in.Kind {
	case Choice:
		return t.tapped(p)
	case Text:
		if p.Contact != t.Contact.ID { // it was asked on her other phone
			t.Say("engine.other_phone")
			t.move = move{kind: stay}
			return t.advance()
		}
		c, ok := resolve(p, t.engine.typed, in.Text)
		if l := t.conv.Last; ok && l != nil && l.Text != "" && l.Text == store.Fold(in.Text) && in.At.Sub(l.At).Abs() <= doubleTap {
			return nil // the same button twice: the second press was for the question before
		}
		if ok {
			t.conv.Last = &store.LastTap{ID: c.ID, Text: store.Fold(in.Text), At: in.At}
			return t.choose(c)
		}
		if l := t.conv.Last; l != nil && l.Text != "" && l.Text == store.Fold(in.Text) && in.At.Sub(l.At).Abs() <= doubleTap {
			return nil
		}
		if flow := t.engine.triggers[store.Fold(in.Text)]; !p.Free && flow != "" {
			return t.begin(flow, nil)
		}
	case Contact, Location, File:
		if step == nil || !slices.Contains(step.Hears, in.Kind) {
			t.Say("other." + string(in.Kind))
			t.move = move{kind: stay}
			return t.advance()
		}
	case Other:
		if in.Text == OtherAlbum {
			return nil // its first picture was answered
		}
		t.Say("other." + in.Text)
		t.move = move{kind: stay}
		return t.advance()
	}
	if step == nil || step.Take == nil {
		t.move = move{kind: stay}
		return t.advance()
	}
	return t.take(step)
}

// trigger starts what a text means where no question is open.
func (t *Turn) trigger() error {
	if flow := t.engine.triggers[store.Fold(t.Input.Text)]; flow != "" && t.Input.Kind == Text {
		return t.begin(flow, nil)
	}
	if len(t.conv.Frames) > 0 {
		t.move = move{kind: stay}
		return t.advance()
	}
	return t.home()
}

// tapped takes a button that carries the token of its question.
func (t *Turn) tapped(p *store.Prompt) error {
	tap := t.Input.Tap
	if l := t.conv.Last; l != nil && l.Token != "" && l.Token == tap.Token && l.ID == tap.ID && t.Input.At.Sub(l.At).Abs() <= 5*doubleTap {
		return nil // the same tap twice
	}
	if tap.Token == p.Token {
		for _, c := range p.Choices {
			if c.ID == tap.ID {
				t.conv.Last = &store.LastTap{Token: tap.Token, ID: c.ID, At: t.Input.At}
				return t.choose(c)
			}
		}
	}
	t.Say("engine.late")
	t.move = move{kind: stay}
	return t.advance()
}

// choose takes a choice of the open question.
func (t *Turn) choose(c store.PromptChoice) error {
	switch c.ID {
	case navBack:
		t.move = move{kind: back}
		return t.advance()
	case navLater:
		return t.later()
	case navStop:
		return t.stop()
	case navHelp:
		return t.begin("help", nil)
	case navListen:
		for _, id := range t.conv.Prompt.Voices {
			t.out = append(t.out, &store.Message{Voice: t.Language + "/" + id})
		}
		return nil
	}
	step := t.step()
	if step == nil || step.Take == nil {
		t.move = move{kind: stay}
		return t.advance()
	}
	t.chosen = c.ID
	return t.take(step)
}

func (t *Turn) take(step *Step) error {
	depth, before := len(t.conv.Frames), t.frame().Step
	if err := step.Take(t); err != nil {
		return err
	}
	if t.move.kind == none {
		t.move = move{kind: next}
	}
	if t.move.kind == next || t.move.kind == goTo || t.move.kind == call {
		f := &t.conv.Frames[depth-1]
		if f.Trail = append(f.Trail, before); len(f.Trail) > maxTrail {
			f.Trail = f.Trail[len(f.Trail)-maxTrail:]
		}
	}
	return t.advance()
}

// opens returns the flow that a text starts which is a command or a link's, and
// what that flow is given; "" when it starts none.
func (e *Engine) opens(text string) (flow string, note any) {
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	word, _, _ = strings.Cut(word, "@") // in groups Telegram appends the bot's name
	word = strings.ToLower(word)
	if word != wayStart {
		if e.byName[e.commands[word]] == nil {
			return "", nil
		}
		return e.commands[word], nil
	}
	switch { // t and a training's code, g and a one-time code
	case len(rest) > 1 && rest[0] == 't':
		return "register", rest[1:]
	case len(rest) > 1 && rest[0] == 'g':
		return "grant", rest[1:]
	}
	return "", nil
}

// command takes a text that begins with a slash.
func (t *Turn) command() error {
	if flow, note := t.engine.opens(t.Input.Text); flow != "" {
		return t.begin(flow, note)
	}
	word, _, _ := strings.Cut(t.Input.Text, " ")
	word, _, _ = strings.Cut(word, "@")
	switch t.engine.commands[strings.ToLower(word)] {
	case wayStart, wayMenu:
		t.suspend()
		return t.home()
	case wayBack:
		if len(t.conv.Frames) == 0 {
			return t.home()
		}
		t.move = move{kind: back}
		return t.advance()
	case wayStop:
		return t.stop()
	case wayLater:
		return t.later()
	}
	t.Say("engine.no_command")
	if len(t.conv.Frames) == 0 {
		return t.home()
	}
	t.move = move{kind: stay}
	return t.advance()
}

// begin starts a flow that she asked for in the middle of whatever she does.
func (t *Turn) begin(flow string, note any) error {
	f := t.engine.byName[flow]
	if f == nil {
		return fmt.Errorf("no flow %q", flow)
	}
	if f.Role != "" {
		if ok, err := t.Holds(f.Role, "*"); err != nil || !ok {
			if err == nil {
				t.Say("engine.no_command")
				t.move = move{kind: stay}
				return t.advance()
			}
			return err
		}
	}
	if f.Aside && len(t.conv.Frames) > 0 {
		if t.frame().Flow == flow { // asked for again while in it
			t.move = move{kind: stay}
			return t.advance()
		}
		held := t.conv.Prompt
		t.push(flow, note)
		t.frame().Held = held
		t.move = move{kind: next}
		return t.advance()
	}
	t.interrupt(flow, note)
	return t.advance()
}

// interrupt puts aside what is under way and enters a flow.
func (t *Turn) interrupt(flow string, note any) {
	t.suspend()
	t.conv.Frames = []store.Frame{{Flow: "menu"}}
	t.push(flow, note)
	t.move = move{kind: next}
}

func (t *Turn) push(flow string, note any) {
	t.conv.Frames = append(t.conv.Frames, store.Frame{Flow: flow, Since: t.Now})
	if note != nil {
		t.Set(flow, note)
	}
}

// suspend makes what is under way wait, when it is worth coming back to: she
// has answered something, and the flow has a name to offer it by.
func (t *Turn) suspend() {
	frames := t.conv.Frames
	if i := slices.IndexFunc(frames, func(f store.Frame) bool {
		flow := t.engine.byName[f.Flow]
		return flow != nil && flow.Aside
	}); i > 0 {
		frames = frames[:i]
	}
	t.conv.Frames, t.conv.Prompt = nil, nil
	if len(frames) < 2 || len(frames[1].Trail) == 0 {
		return
	}
	flow := t.engine.byName[frames[1].Flow]
	if flow == nil || flow.Title == "" {
		return
	}
	w := slices.DeleteFunc(t.conv.Waiting, func(w []store.Frame) bool {
		return w[0].Flow == flow.Name && w[0].Title == frames[1].Title
	})
	w = append(w, slices.Clone(frames[1:]))
	t.conv.Waiting = w[max(0, len(w)-maxWaiting):]
}

// later puts off what is under way.
func (t *Turn) later() error {
	before := len(t.conv.Waiting)
	t.suspend()
	if len(t.conv.Waiting) > before {
		t.Say("engine.kept")
	}
	return t.home()
}

// stop drops what is under way.
func (t *Turn) stop() error {
	if len(t.conv.Frames) > 1 {
		t.Say("engine.stopped")
	}
	t.conv.Frames = nil
	return t.home()
}

// home shows the menu.
func (t *Turn) home() error {
	t.conv.Frames, t.conv.Prompt = []store.Frame{{Flow: "menu"}}, nil
	t.move = move{kind: next}
	return t.advance()
}

// advance lets the talk go on until a question stands.
func (t *Turn) advance() error {
	for range maxSteps {
		if t.move.kind == leave {
			return nil
		}
		done, err := t.follow()
		if err != nil || done {
			return err
		}
	}
	return fmt.Errorf("went through %d steps without asking anything", maxSteps)
}

// follow carries out the move and shows the step that it leads to. It says
// whether a question stands now.
func (t *Turn) follow() (bool, error) {
	m := t.move
	t.move = move{}
	f := t.frame()
	flow := t.engine.byName[f.Flow]
	if flow == nil { // it was taken out of the program
		t.Say("engine.flow_gone")
		t.conv.Frames = nil
		return false, t.homeward()
	}
	at := flow.step(f.Step)
	switch m.kind {
	case next:
		if f.Step == "" {
			at = 0
		} else if at < 0 {
			at = t.nearest(flow)
		} else {
			at++
		}
		if at >= len(flow.Steps) {
			return false, t.Return(nil)
		}
	case goTo:
		if at = flow.step(m.step); at < 0 {
			return false, fmt.Errorf("flow %s has no step %s", flow.Name, m.step)
		}
	case again:
		if p := t.conv.Prompt; p != nil {
			p.Tries++
		}
		fallthrough
	case stay:
		if at < 0 {
			at = t.nearest(flow)
		}
		if p := t.conv.Prompt; p != nil && p.Inline {
			t.edit = p.Message
		}
	case back:
		return false, t.goBack(flow)
	case call:
		if len(t.conv.Frames) >= maxFrames {
			return false, fmt.Errorf("flow %s calls too deep", flow.Name)
		}
		if t.engine.byName[m.flow] == nil {
			return false, fmt.Errorf("no flow %q", m.flow)
		}
		t.push(m.flow, m.note)
		return false, t.Next()
	case start:
		if t.engine.byName[m.flow] == nil {
			return false, fmt.Errorf("no flow %q", m.flow)
		}
		t.conv.Frames = []store.Frame{{Flow: "menu"}}
		if m.flow != "menu" {
			t.push(m.flow, m.note)
		}
		return false, t.Next()
	case giveBack:
		return false, t.giveBack(m.note)
	case end:
		t.conv.Frames = nil
		return false, t.homeward()
	}
	if m.kind != again {
		t.conv.Prompt = nil
	}
	step := &flow.Steps[at]
	f.Step = step.Name
	t.options, t.layout, t.free = nil, "", step.Free
	if step.Ask != nil {
		if err := step.Ask(t); err != nil {
			return false, err
		}
	}
	if t.move.kind != none {
		return false, nil
	}
	if step.Take == nil {
		return false, t.Next()
	}
	return true, t.prompt(flow)
}

// nearest is the step at which a flow goes on whose step was taken out of the
// program: the last one asked before it that is still there, or the first.
func (t *Turn) nearest(flow *Flow) int {
	f := t.frame()
	for len(f.Trail) > 0 {
		name := f.Trail[len(f.Trail)-1]
		f.Trail = f.Trail[:len(f.Trail)-1]
		if at := flow.step(name); at >= 0 {
			return at
		}
	}
	return 0
}

// goBack goes to the question before, which may be one of the flow that called.
func (t *Turn) goBack(flow *Flow) error {
	f := t.frame()
	for len(f.Trail) > 0 {
		name := f.Trail[len(f.Trail)-1]
		f.Trail = f.Trail[:len(f.Trail)-1]
		if flow.step(name) >= 0 {
			return t.Goto(name)
		}
	}
	if len(t.conv.Frames) > 2 {
		held := f.Held
		t.conv.Frames = t.conv.Frames[:len(t.conv.Frames)-1]
		if held != nil {
			t.conv.Prompt, t.token = held, held.Token
			return t.Stay()
		}
		return t.Back()
	}
	t.conv.Frames = nil
	return t.homeward()
}

// giveBack ends the running flow and lets the one that called it go on.
func (t *Turn) giveBack(result any) error {
	f := *t.frame()
	t.conv.Frames = t.conv.Frames[:len(t.conv.Frames)-1]
	if flow := t.engine.byName[f.Flow]; flow != nil && flow.Aside && len(t.conv.Frames) > 0 {
		if t.conv.Prompt = f.Held; f.Held != nil {
			t.token = f.Held.Token
		}
		return t.Stay()
	}
	if len(t.conv.Frames) == 0 || t.frame().Flow == "menu" {
		return t.homeward()
	}
	if result != nil {
		t.Set(f.Flow, result)
	}
	return t.Next()
}

// homeward goes to the menu, by way of what waits to be taken up again.
func (t *Turn) homeward() error {
	t.conv.Frames, t.conv.Prompt = []store.Frame{{Flow: "menu"}}, nil
	if len(t.conv.Waiting) > 0 && t.Input.Kind != Due && t.Input.Kind != Outcome {
		t.push("resume", nil)
	}
	return t.Next()
}

// takeUp goes on with the latest talk that waits.
func (t *Turn) takeUp() error {
	w := t.conv.Waiting
	if len(w) == 0 {
		return t.End()
	}
	t.conv.Frames = append([]store.Frame{{Flow: "menu"}}, w[len(w)-1]...)
	t.conv.Waiting = w[:len(w)-1]
	return t.Stay()
}

// prompt makes what the step said and offered the open question.
func (t *Turn) prompt(flow *Flow) error {
	tries := 0
	if p := t.conv.Prompt; p != nil {
		tries = p.Tries
	}
	token := t.token
	if token == "" {
		token = strings.ToLower(t.NewCode(10))
	}
	p := &store.Prompt{Token: token, Contact: t.Contact.ID, Free: t.free, Inline: t.layout == store.Inline, Tries: tries}
	if tries >= maxTries {
		t.Say("engine.way_out")
		t.options = append(t.options, Pick(navHelp, "nav.help"))
		p.Tries = 0
	}
	if len(t.voices) > 0 {
		p.Voices = t.voices
		t.options = append(t.options, Pick(navListen, "nav.listen"))
	}
	t.options = append(t.options, t.nav(flow)...)
	if len(t.said) == 0 {
		return errors.New("asks without a word")
	}
	m := &store.Message{Text: strings.Join(t.said, "\n\n"), Token: token, Layout: t.layout}
	t.said = nil
	if len(t.options) == 0 {
		m.Layout = store.Clear
	} else if m.Layout == "" {
		m.Layout = store.Keyboard
	}
	for _, o := range t.options {
		label := o.Label
		if !o.Text {
			label = t.T(o.Label)
		}
		m.Choices = append(m.Choices, store.Choice{ID: o.ID, Label: label, Kind: o.Kind, URL: o.URL, Wide: o.Wide})
		c := store.PromptChoice{ID: o.ID, Label: label}
		if !o.Text {
			c.Key = o.Label
		}
		if o.Kind != store.Link {
			p.Choices = append(p.Choices, c)
		}
	}
	m.ID = t.NewID()
	if p.Inline {
		m.Receipt = true
		if t.edit != "" {
			m.Act, m.Target = store.Edit, t.edit
		}
		p.Message = m.ID
		if m.Act == store.Edit {
			p.Message = m.Target
		}
	}
	t.out = append(t.out, m)
	t.conv.Prompt = p
	return nil
}

// nav are the ways back and out that a question of flow offers.
func (t *Turn) nav(flow *Flow) []Option {
	if flow.Name == "menu" || flow.Name == "welcome" {
		return nil
	}
	var nav []Option
	f := t.frame()
	if len(f.Trail) > 0 || len(t.conv.Frames) > 2 {
		nav = append(nav, Pick(navBack, "nav.back"))
	}
	if len(t.conv.Frames) > 1 {
		root := t.conv.Frames[1]
		if rf := t.engine.byName[root.Flow]; rf != nil && rf.Title != "" && len(root.Trail) > 0 {
			nav = append(nav, Pick(navLater, "nav.later"))
		}
	}
	return append(nav, Pick(navStop, "nav.stop"))
}

// finish keeps the talk and puts what was said into the outbox.
func (t *Turn) finish() error {
	t.conv.Turns++
	t.conv.At = t.Now
	if t.conv.Member != "" { // a member who was just deleted has no talk
		if err := t.PutConversation(t.conv); err != nil {
			return err
		}
	}
	t.part()
	return t.post(t.Member, store.Reply)
}

// post puts what was said in this turn into the outbox.
func (t *Turn) post(to *store.Member, lane store.Lane) error {
	group := ""
	if len(t.out) > 1 {
		group = t.NewID()
	}
	for _, m := range t.out {
		m.Contact, m.Channel, m.Address = t.Contact.ID, t.Contact.Channel, t.Contact.Address
		m.Member, m.Lane, m.Group = to.ID, lane, group
		m.Until, m.Report, m.Repeat = t.until, t.report, t.report == ""
		if err := t.Post(m); err != nil {
			return err
		}
	}
	return nil
}

// step is the step in which she stands, or nil when it was taken out of the
// program.
func (t *Turn) step() *Step {
	if len(t.conv.Frames) == 0 {
		return nil
	}
	f := t.frame()
	flow := t.engine.byName[f.Flow]
	if flow == nil {
		return nil
	}
	if at := flow.step(f.Step); at >= 0 {
		return &flow.Steps[at]
	}
	return nil
}

// allowed says whether she still holds the roles of the flows in which she
// stands.
func (t *Turn) allowed() bool {
	for _, f := range t.conv.Frames {
		if flow := t.engine.byName[f.Flow]; flow != nil && flow.Role != "" {
			if ok, err := t.Holds(flow.Role, "*"); err != nil || !ok {
				return err != nil
			}
		}
	}
	return true
}

func (e *Engine) typed(id string) []string { return e.words[id] }

// jsonNote reads what Data of a due thing or an outcome says.
func jsonNote(data []byte, v any) error {
	return json.Unmarshal(jsontext.Value(data), v)
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
