package flows

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
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
	commands map[string]string // slash command → flow or one of the ways below
	triggers map[string]string // folded word → flow
	words    map[string][]word // locale id → what may be typed for it
}

// Options of an [Engine]. The zero value serves tests.
type Options struct {
	Zone  *time.Location              // of what is said and scheduled; nil: UTC
	URL   string                      // how the outside reaches the web server
	Links func(payload string) []Link // deep links into the bot; nil: none
	Log   *slog.Logger                // nil: slog.Default()

	// Voice says whether there is a recording of a message in a language; nil:
	// [locales.HasVoice].
	Voice func(language, id string) bool
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

// ways are the ways that a word opens also where no button offers it.
var ways = []store.PromptChoice{{ID: navBack, Key: "nav.back"}, {ID: navLater, Key: "nav.later"}, {ID: navStop, Key: "nav.stop"}}

// isWay says whether c is a choice that the engine has added.
func isWay(c store.PromptChoice) bool { return strings.HasPrefix(c.ID, "nav:") }

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
	if opt.Voice == nil {
		opt.Voice = locales.HasVoice
	}
	e := &Engine{
		store: s, catalog: c, opt: opt, flows: flows,
		byName: map[string]*Flow{}, triggers: map[string]string{},
		commands: map[string]string{
			wayStart: wayStart, wayMenu: wayMenu, wayBack: wayBack, wayStop: wayStop, wayLater: wayLater,
		},
		words: map[string][]word{},
	}
	for _, id := range c.IDs() {
		for _, w := range c.Words(id) {
			if len(w) > 4*mostLabel || strings.ContainsAny(w, "{\n") {
				continue // no label
			}
			e.words[id] = append(e.words[id], word{store.Fold(w), w})
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
			for _, word := range e.words[id] {
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
			err = &fault{flow, step, panicked(p)}
		}
	}()
	return e.store.Update(ctx, func(tx *store.Tx) error {
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
}

// panicked is the error for the value of a panic, which may hold what a person
// wrote unless it is the runtime's own.
func panicked(p any) error {
	if err, ok := p.(runtime.Error); ok {
		return fmt.Errorf("panic: %w\n%s", err, debug.Stack())
	}
	return fmt.Errorf("panic with a %T\n%s", p, debug.Stack())
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

// clean makes of whatever a network delivered something that can be kept and
// compared.
func clean(in Input) Input {
	in.ID = cleanText(in.ID, 200)
	in.Text = cleanText(in.Text, MaxText)
	in.Phone = cleanText(in.Phone, 40)
	in.Tap.Token = cleanText(in.Tap.Token, 64)
	in.Tap.ID = cleanText(in.Tap.ID, 64)
	in.File.ID = cleanText(in.File.ID, 300)
	in.File.Name = cleanText(in.File.Name, 200)
	in.File.Type = cleanText(in.File.Type, 100)
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
		s = strings.TrimSpace(string([]rune(s)[:most]))
	}
	return s
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

// run answers the input.
func (t *Turn) run() error {
	first, err := t.FirstSeen(t.Input.ID)
	if err != nil || !first {
		return err
	}
	if t.Input.At = t.Input.At.UTC(); t.Input.At.IsZero() {
		t.Input.At = t.Now
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

// hear hands something due, or the outcome of a task, to its flow. What the
// flow needs a role for is left alone when she does not hold it any more.
func (t *Turn) hear() error {
	flow := t.engine.byName[t.Input.Flow]
	if flow == nil || flow.Hear == nil {
		return fmt.Errorf("no flow hears %q", t.Input.Flow)
	}
	if err := t.find(t.Input.Member); err != nil {
		return ignore(err, store.ErrNotFound) // she was deleted meanwhile, or nothing reaches her
	}
	if ok, err := t.may(flow); err != nil || !ok {
		return err
	}
	frames := slices.Clone(t.conv.Frames)
	t.conv.Frames = append(t.conv.Frames, store.Frame{Flow: flow.Name})
	if err := flow.Hear(t); err != nil {
		return err
	}
	t.conv.Frames = frames
	if t.move.kind == start {
		return t.ask(t.move.flow, t.move.note)
	}
	return t.pushOut()
}

// find makes the turn one for member and the chat in which she is told things.
// It returns [store.ErrNotFound] when she is not there or nothing reaches her.
func (t *Turn) find(member string) (err error) {
	if t.Member, err = t.Tx.Member(member); err != nil {
		return err
	}
	if t.Contact, t.Relay, err = t.Reach(t.Member); err != nil {
		return err
	}
	t.Printer = t.engine.printer(t.hearer())
	t.conv, err = t.Conversation(t.hearer().ID)
	return err
}

// hearer is who reads what is said in this turn: the member herself, or the one
// who passes it on to her.
func (t *Turn) hearer() *store.Member {
	if t.Relay != nil {
		return t.Relay
	}
	return t.Member
}

// ask asks her something that she did not come for: what is under way waits. One
// who shares her phone and is not the one who speaks now is told that there is a
// question, and finds it when she speaks. One who has no phone is not asked, as
// nobody answers for another, nor is one who has not said a word yet.
func (t *Turn) ask(flow string, note any) error {
	if t.Relay != nil || t.Member.Language == "" {
		return nil
	}
	t.interrupt(flow, note)
	if t.Contact.Speaker != t.Member.ID {
		t.move, t.said = move{}, nil
		t.Say("people.question")
		if err := t.PutConversation(t.conv); err != nil {
			return err
		}
		return t.pushOut()
	}
	if head := t.engine.forWhom(t.Contact, t.Member, t.Member); head != "" {
		t.said = slices.Insert(t.said, 0, head)
	}
	if err := t.advance(); err != nil {
		return err
	}
	return t.finish()
}

// askOthers asks whom a flow wanted to be asked in this turn.
func (t *Turn) askOthers() error {
	for _, a := range t.asks {
		o := &Turn{Tx: t.Tx, engine: t.engine, Input: Input{Kind: Due, Member: a.member, Flow: a.flow, At: t.Input.At}}
		err := o.find(a.member)
		if err == nil {
			err = o.ask(a.flow, a.note)
		}
		if err := ignore(err, store.ErrNotFound); err != nil {
			return err
		}
	}
	return nil
}

// pushOut puts what was said without having been asked for into the outbox. It
// says for whom it is where that is not plain.
func (t *Turn) pushOut() error {
	t.part()
	if head := t.engine.forWhom(t.Contact, t.hearer(), t.Member); head != "" && len(t.out) > 0 {
		t.out[0].Text = strings.TrimSpace(head + "\n\n" + t.out[0].Text)
	}
	if err := t.post(t.hearer(), store.Reminder); err != nil {
		return err
	}
	return t.askOthers()
}

// forWhom is what stands before something that reaches m through c and is read
// by hearer: her name where several women share the phone, and the name of the
// one to whom it is to be passed on. It is empty when it is plain.
func (e *Engine) forWhom(c *store.Contact, hearer, m *store.Member) string {
	p := e.printer(hearer)
	var lines []string
	if name := givenName(hearer.Name); len(c.Members) > 1 && name != "" {
		lines = append(lines, p.T("people.for", "name", name))
	} else if len(c.Members) > 1 {
		lines = append(lines, p.T("people.for_nobody"))
	}
	if hearer.ID != m.ID {
		lines = append(lines, p.T("relay.pass_on", "name", m.Name))
	}
	return strings.Join(lines, "\n")
}

// answer finds out what she means and lets the talk go on from it.
func (t *Turn) answer() error {
	in := &t.Input
	if in.Kind == Other && in.Text == OtherAlbum {
		return nil // its first picture was answered
	}
	if ok, err := t.allowed(); err != nil {
		return err
	} else if !ok {
		t.roleEnded()
		return t.home()
	}
	if t.Member.Language == "" {
		if done, err := t.newcomer(); done || err != nil {
			return err
		}
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
		if p.Contact != t.Contact.ID {
			return t.elsewhere()
		}
		folded := store.Fold(in.Text)
		if l := t.conv.Last; l != nil && l.Text != "" && l.Text == folded && in.At.Sub(l.At).Abs() <= doubleTap {
			return nil // the same button twice: the second press was for the question before
		}
		if c, ok := resolve(p, t.engine.typed, in.Text); ok {
			t.conv.Last = &store.LastTap{ID: c.ID, Text: folded, At: in.At}
			return t.choose(c)
		}
		if p.Free {
			break
		}
		if flow := t.engine.triggers[folded]; flow != "" {
			return t.begin(flow, nil)
		}
		if c, ok := resolve(&store.Prompt{Choices: ways}, t.engine.typed, in.Text); ok {
			return t.choose(c)
		}
	case Contact, Location, File:
		if step == nil || !slices.Contains(step.Hears, in.Kind) {
			t.Say("other." + string(in.Kind))
			return t.goOn(again)
		}
	case Other:
		switch in.Text {
		case OtherEdited:
			t.Say("other.edited")
			return t.goOn(stay)
		case OtherSticker:
			t.Say("other.sticker")
		default:
			t.Say("other.lost")
		}
		return t.goOn(again)
	}
	if step == nil || step.Take == nil {
		return t.goOn(stay)
	}
	return t.take(step)
}

// newcomer sees to it that the language is asked for before anything else. What
// she came for, as by the link to a training, is noted and opens after it. The
// result says whether the input is dealt with.
func (t *Turn) newcomer() (bool, error) {
	in, p := &t.Input, t.conv.Prompt
	asked := p != nil && len(t.conv.Frames) > 0 && t.conv.Frames[0].Flow == "welcome"
	if !asked {
		t.conv.Frames, t.conv.Prompt = []store.Frame{{Flow: "welcome", Since: t.Now}}, nil
	}
	if in.Kind == Text {
		if asked {
			if _, ok := resolve(p, t.engine.typed, in.Text); ok {
				return false, nil
			}
		}
		if flow, _ := t.engine.means(in.Text); flow != "" {
			t.Set("then", in.Text)
		} else if asked && !strings.HasPrefix(in.Text, "/") {
			return false, nil
		}
	} else if asked {
		return false, nil
	}
	return true, t.goOn(stay)
}

// elsewhere takes a text that she wrote from another phone than the one on which
// she was asked: a number or a label is no answer to what she does not see here.
func (t *Turn) elsewhere() error {
	if now := t.frame().Flow; now == "menu" || now == "resume" { // nothing was under way
		if flow := t.engine.triggers[store.Fold(t.Input.Text)]; flow != "" {
			return t.begin(flow, nil)
		}
		return t.goOn(stay)
	}
	t.Say("engine.other_phone")
	return t.goOn(stay)
}

// goOn lets the talk go on without her having been heard by a step; where there
// is no talk it begins with the menu.
func (t *Turn) goOn(kind moveKind) error {
	if len(t.conv.Frames) == 0 {
		return t.home()
	}
	t.move = move{kind: kind}
	return t.advance()
}

// trigger starts what a text means where no question is open.
func (t *Turn) trigger() error {
	if flow := t.engine.triggers[store.Fold(t.Input.Text)]; flow != "" && t.Input.Kind == Text {
		return t.begin(flow, nil)
	}
	return t.goOn(stay)
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
	return t.goOn(stay)
}

// choose takes a choice of the open question.
func (t *Turn) choose(c store.PromptChoice) error {
	switch c.ID {
	case navBack:
		return t.goWay(wayBack)
	case navLater:
		return t.goWay(wayLater)
	case navStop:
		return t.goWay(wayStop)
	case navHelp:
		return t.begin("help", nil)
	case navListen:
		for _, id := range t.conv.Prompt.Voices {
			t.send(&store.Message{Voice: t.Language + "/" + id})
		}
		return nil
	}
	step := t.step()
	if step == nil || step.Take == nil {
		return t.goOn(stay)
	}
	t.chosen = c.ID
	return t.take(step)
}

// take has the step hear the answer, and remembers the question for going back.
func (t *Turn) take(step *Step) error {
	depth, before := len(t.conv.Frames), t.frame().Step
	if err := step.Take(t); err != nil {
		return err
	}
	if t.move.kind == none {
		t.move = move{kind: next}
	}
	switch t.move.kind {
	case call:
		if t.aside(t.move.flow) {
			break // the question stands again afterwards
		}
		fallthrough
	case next, goTo, giveBack:
		visit(&t.conv.Frames[depth-1], store.Visit{Step: before})
	}
	return t.advance()
}

// visit adds v to the questions to which one can go back in f.
func visit(f *store.Frame, v store.Visit) {
	f.Trail = append(f.Trail, v)
	f.Trail = f.Trail[max(0, len(f.Trail)-maxTrail):]
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

// means returns the flow that a text starts from anywhere: a command, a link or
// one of the words for it.
func (e *Engine) means(text string) (flow string, note any) {
	if flow, note = e.opens(text); flow == "" {
		flow = e.triggers[store.Fold(text)]
	}
	return flow, note
}

// command takes a text that begins with a slash.
func (t *Turn) command() error {
	if flow, note := t.engine.opens(t.Input.Text); flow != "" {
		return t.begin(flow, note)
	}
	word, _, _ := strings.Cut(t.Input.Text, " ")
	word, _, _ = strings.Cut(word, "@")
	way := t.engine.commands[strings.ToLower(word)]
	if way == "" {
		t.Say("engine.no_command")
		return t.goOn(stay)
	}
	return t.goWay(way)
}

// goWay goes where a command leads that belongs to no flow.
func (t *Turn) goWay(way string) error {
	switch way {
	case wayBack:
		return t.goOn(back)
	case wayStop:
		return t.stop()
	case wayLater:
		return t.later()
	}
	t.suspend()
	return t.home()
}

// begin starts a flow that she asked for in the middle of whatever she does.
func (t *Turn) begin(flow string, note any) error {
	f := t.engine.byName[flow]
	if f == nil {
		return fmt.Errorf("no flow %q", flow)
	}
	if ok, err := t.may(f); err != nil {
		return err
	} else if !ok {
		t.Say("engine.no_command")
		return t.goOn(stay)
	}
	if f.Aside && len(t.conv.Frames) > 0 {
		if t.frame().Flow == flow { // asked for again while in it
			return t.goOn(stay)
		}
		t.move = move{kind: call, flow: flow, note: note}
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

// suspend makes what is under way wait, when it is worth coming back to.
func (t *Turn) suspend() {
	frames := t.conv.Frames
	if i := slices.IndexFunc(frames, func(f store.Frame) bool { return t.aside(f.Flow) }); i > 0 {
		frames = frames[:i]
	}
	t.conv.Frames, t.conv.Prompt = nil, nil
	if !t.worthKeeping(frames) {
		return
	}
	frames = slices.Clone(frames[1:])
	for i := range frames { // what stands before them in the flows that returned is not kept: a talk must stay small
		frames[i].Trail = slices.DeleteFunc(slices.Clone(frames[i].Trail), func(v store.Visit) bool { return v.In != nil })
	}
	w := slices.DeleteFunc(t.conv.Waiting, func(w []store.Frame) bool {
		return w[0].Flow == frames[0].Flow && w[0].Title == frames[0].Title
	})
	w = append(w, frames)
	t.conv.Waiting = w[max(0, len(w)-maxWaiting):]
}

// dropSame drops what waits of the same flow about the same thing as the one that
// ends now: she has just come to its end.
func (t *Turn) dropSame() {
	if len(t.conv.Frames) < 2 || t.conv.Frames[1].Title == "" {
		return
	}
	now := t.conv.Frames[1]
	t.conv.Waiting = slices.DeleteFunc(t.conv.Waiting, func(w []store.Frame) bool {
		return w[0].Flow == now.Flow && w[0].Title == now.Title
	})
}

// worthKeeping says whether a talk is worth coming back to: its flow has a name
// to offer it by, and she has answered something, or the bot had asked.
func (t *Turn) worthKeeping(frames []store.Frame) bool {
	if len(frames) < 2 {
		return false
	}
	flow := t.engine.byName[frames[1].Flow]
	return flow != nil && flow.Title != "" && (len(frames[1].Trail) > 0 || flow.Waits)
}

// aside says whether the flow of that name leaves no trace.
func (t *Turn) aside(name string) bool {
	flow := t.engine.byName[name]
	return flow != nil && flow.Aside
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

// stop drops what is under way: in a flow that leaves no trace that flow alone,
// and where she is asked whether to go on with something, that.
func (t *Turn) stop() error {
	if n := len(t.conv.Frames); n > 1 {
		if t.aside(t.frame().Flow) {
			return t.goOn(giveBack)
		}
		if w := t.conv.Waiting; t.frame().Flow == "resume" && len(w) > 0 {
			t.conv.Waiting = w[:len(w)-1]
		}
		t.Say("engine.stopped")
	}
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
		if t.move.kind == leave || t.move.kind == stand {
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
	switch m.kind { // these lead out of whatever she is in
	case start:
		if t.engine.byName[m.flow] == nil {
			return false, fmt.Errorf("no flow %q", m.flow)
		}
		t.conv.Frames = []store.Frame{{Flow: "menu"}}
		if m.flow != "menu" {
			t.push(m.flow, m.note)
		}
		return false, t.Next()
	case end:
		t.dropSame()
		return false, t.homeward()
	}
	f := t.frame()
	flow := t.engine.byName[f.Flow]
	if flow == nil { // it was taken out of the program
		t.Say("engine.flow_gone")
		t.conv.Frames = nil
		return false, t.homeward()
	}
	if ok, err := t.may(flow); err != nil { // also where it is entered from another flow, or taken up again
		return false, err
	} else if !ok {
		t.roleEnded()
		return false, t.homeward()
	}
	backwards := t.backwards
	t.backwards = false
	if m.kind != stay {
		t.token = ""
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
		if p := t.conv.Prompt; p != nil && p.Inline && t.chosen != "" {
			t.edit = p.Message // not when she wrote or sent something else: the answer to that stands below it
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
		held := t.conv.Prompt
		t.push(m.flow, m.note)
		if t.aside(m.flow) {
			t.frame().Held = held
		}
		return false, t.Next()
	case giveBack:
		return false, t.giveBack(m.note)
	}
	if m.kind != again {
		t.conv.Prompt = nil
	}
	step := &flow.Steps[at]
	f.Step = step.Name
	t.options, t.layout, t.free = nil, "", step.Free
	t.anew = backwards || m.kind == again || m.kind == stay
	said := len(t.said)
	if step.Ask != nil {
		if err := step.Ask(t); err != nil {
			return false, err
		}
	}
	if t.move.kind == none && step.Take == nil {
		t.move = move{kind: next}
	}
	if backwards && (t.move.kind == next || t.move.kind == goTo) { // it is not asked any more: further back
		t.said = t.said[:said]
		t.move = move{kind: back}
	}
	if t.move.kind != none {
		return false, nil
	}
	return true, t.prompt(flow)
}

// nearest is the step at which a flow goes on whose step was taken out of the
// program: the last one asked before it that is still there, or the first.
func (t *Turn) nearest(flow *Flow) int {
	f := t.frame()
	for len(f.Trail) > 0 {
		v := f.Trail[len(f.Trail)-1]
		f.Trail = f.Trail[:len(f.Trail)-1]
		if at := flow.step(v.Step); at >= 0 && v.In == nil {
			return at
		}
	}
	return 0
}

// goBack goes to the question before, which may be one of the flow that called,
// or of one that was called and has returned.
func (t *Turn) goBack(flow *Flow) error {
	f := t.frame()
	for len(f.Trail) > 0 {
		v := f.Trail[len(f.Trail)-1]
		f.Trail = f.Trail[:len(f.Trail)-1]
		switch {
		case v.In != nil && t.engine.byName[v.In.Flow] != nil:
			f.Step = v.Step
			t.conv.Frames = append(t.conv.Frames, *v.In)
			return t.Back()
		case v.In == nil && flow.step(v.Step) >= 0:
			t.backwards = true
			return t.Goto(v.Step)
		}
	}
	switch {
	case flow.Aside:
		return t.Return(nil)
	case len(t.conv.Frames) > 2:
		t.conv.Frames = t.conv.Frames[:len(t.conv.Frames)-1]
		return t.Back()
	}
	return t.homeward()
}

// giveBack ends the running flow and lets the one that called it go on.
func (t *Turn) giveBack(result any) error {
	f := *t.frame()
	t.conv.Frames = t.conv.Frames[:len(t.conv.Frames)-1]
	if t.aside(f.Flow) && len(t.conv.Frames) > 0 {
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
	if len(f.Trail) > 0 { // she can go back into it
		visit(t.frame(), store.Visit{Step: t.frame().Step, In: &f})
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
	if tries >= maxTries && flow.Name != "welcome" { // there every language is spoken already
		p.Tries = 0
		if flow.Name == "menu" { // it offers help already, and there is no way out of it
			t.Say("engine.way_out_menu")
		} else {
			t.Say("engine.way_out")
			t.options = append(t.options, Pick(navHelp, "nav.help"))
		}
	}
	if len(t.voices) > 0 {
		p.Voices = t.voices
		t.options = append(t.options, Pick(navListen, "nav.listen"))
	}
	t.options = append(t.options, t.nav(flow)...)
	if len(t.said) == 0 {
		return errors.New("asks without a word")
	}
	m := &store.Message{Text: strings.Join(t.said, "\n\n"), Token: token, Layout: t.layout, Free: p.Free}
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
		c := store.PromptChoice{ID: o.ID, Label: label, Key: o.Like}
		if !o.Text {
			c.Key = o.Label
		}
		if o.Kind != store.Link {
			p.Choices = append(p.Choices, c)
		}
	}
	t.send(m)
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
	t.conv.Prompt = p
	return nil
}

// nav are the ways back and out that a question of flow offers.
func (t *Turn) nav(flow *Flow) []Option {
	switch {
	case flow.Name == "menu" || flow.Name == "welcome":
		return nil
	case flow.Aside:
		return []Option{Pick(navBack, "nav.back")}
	}
	var nav []Option
	if len(t.frame().Trail) > 0 || len(t.conv.Frames) > 2 {
		nav = append(nav, Pick(navBack, "nav.back"))
	}
	if t.worthKeeping(t.conv.Frames) {
		nav = append(nav, Pick(navLater, "nav.later"))
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
	if err := t.post(t.Member, store.Reply); err != nil {
		return err
	}
	return t.askOthers()
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
func (t *Turn) allowed() (bool, error) {
	for _, f := range t.conv.Frames {
		if flow := t.engine.byName[f.Flow]; flow != nil {
			if ok, err := t.may(flow); err != nil || !ok {
				return false, err
			}
		}
	}
	return true, nil
}

// may says whether she holds the role that flow asks for.
func (t *Turn) may(flow *Flow) (bool, error) {
	if flow.Role == "" {
		return true, nil
	}
	return t.Holds(flow.Role, "*")
}

// roleEnded says that she is no longer what she was and drops all she was doing.
func (t *Turn) roleEnded() {
	t.Say("engine.role_ended")
	t.conv.Frames, t.conv.Waiting, t.conv.Prompt = nil, nil, nil
}

func (e *Engine) typed(id string) []word { return e.words[id] }

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
