package flows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Turn is one input being answered inside one transaction: everything on it
// can be undone. Steps speak and decide with its methods. A Turn is valid until
// the step returns.
type Turn struct {
	*store.Tx
	*locales.Printer

	Member  *store.Member  // who speaks, or whom a due thing is for
	Contact *store.Contact // where she speaks from, or where she is reached
	Input   Input

	// Relay is the member who passes on what is said in this turn to Member,
	// who has no phone of her own; nil when she is told herself.
	Relay *store.Member

	engine *Engine
	conv   *store.Conversation
	move   move
	chosen string // id of the choice that was resolved, "" when none was

	repeated bool // the input was handled before

	sheet *sheet // the questionnaire that is answered in this turn; nil: none was taken up yet
	quiet string // id of the anonymous campaign in whose course this is said; empty: none

	said      []string // what is said in this turn so far, a paragraph each
	voices    []string // ids of what was said that can be heard too
	options   []Option // what the step offers
	layout    store.Layout
	free      bool
	token     string        // of the question that stands again after an aside
	edit      string        // id of the message that the next one replaces
	editOnly  bool          // … and that is left out where it cannot be replaced
	ahead     string        // see Shown; empty: it was not asked for
	below     *store.Prompt // the question whose reply keyboard stood before this one
	anew      bool          // see Anew
	backwards bool          // the step that is shown next is gone back to
	out       []*store.Message
	asks      []asked
	seated    *seat // which was got in this turn; of several the last
	until     time.Time
	seat      string
	report    string
}

// An asked is another member's question, put when this turn is done.
type asked struct {
	member, flow string
	note         any
}

// A move says where the talk goes after a step.
type move struct {
	kind moveKind
	step string // goTo
	flow string // call, start
	note any    // call, start: what the flow finds under its own name
}

type moveKind int

const (
	none     moveKind = iota
	next              // to the step that follows
	goTo              // to a step
	again             // to the same step, because the answer was not understood
	stay              // to the same step, because it shows something else now
	refresh           // to the same step, whose message changes without a sound
	stand             // nowhere: the open question stands as it is
	back              // to the step before
	call              // into another flow, and back here
	start             // into another flow instead of this one
	giveBack          // out of a called flow
	end               // out of everything, to the menu
	leave             // nowhere: the talk is over and nothing of it is kept
)

// Say says the message id; args are pairs of a placeholder's name and its
// value. What is said in one turn goes out as one message, with the choices
// below it.
func (t *Turn) Say(id string, args ...any) {
	t.said = append(t.said, t.T(id, args...))
	if t.engine.opt.Voice(t.Language, id) {
		t.voices = append(t.voices, id)
	}
}

// SayText says text that is no message: a name, a list.
func (t *Turn) SayText(text string) { t.said = append(t.said, text) }

// SayFile sends the stored file id with the message id below it, as a message
// of its own.
func (t *Turn) SayFile(file, id string, args ...any) {
	t.part()
	t.send(&store.Message{Text: t.T(id, args...), File: file})
}

// Tell says the message id to another member, in her language, wherever she is
// reached; words makes the arguments for her. It is sent until the time given;
// zero: without end. A member who cannot be reached is not told. It does not
// touch the question that is open with her.
func (t *Turn) Tell(m *store.Member, until time.Time, id string, words func(*locales.Printer) []any) error {
	c, relay, err := t.Reach(m)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	who := m
	if relay != nil {
		who = relay
	}
	p := t.engine.printer(who)
	text := p.T(id, words(p)...)
	if head := t.engine.forWhom(c, who, m); head != "" {
		text = head + "\n\n" + text
	}
	return t.Post(&store.Message{
		Contact: c.ID, Member: who.ID, Channel: c.Channel, Address: c.Address,
		Lane: store.Reminder, Text: text, Until: until, Repeat: true,
	})
}

// Ask has another member asked something by the flow, as soon as this turn is
// done: what she does meanwhile waits and is offered to her again. note, unless
// it is nil, is what the flow finds under its own name. A member whom nothing
// reaches, or only through somebody else, is not asked.
func (t *Turn) Ask(m *store.Member, flow string, note any) {
	t.asks = append(t.asks, asked{m.ID, flow, note})
}

// Until bounds when what is said in this turn may still be sent. For due
// things only; a reply has no bound.
func (t *Turn) Until(at time.Time) { t.until = at }

// OfSeat says that what is said in this turn is about the seat r, and is not sent
// any more once that was given up. For due things only, as nobody wants to hear
// of a training after the word that she has given up her seat in it.
func (t *Turn) OfSeat(r *store.Registration) { t.seat = r.Training + "/" + r.Member }

// Report keeps how the delivery of what is said in this turn ends under key.
// What is reported is not repeated when it is not known whether it arrived.
func (t *Turn) Report(key string) { t.report = key }

// Offer offers the options as a reply keyboard below what was said. The engine
// adds the ways back and out.
func (t *Turn) Offer(options ...Option) {
	t.options = append(t.options, options...)
	t.layout = store.Keyboard
}

// OfferInline offers the options as buttons below the message itself, for
// lists that are edited in place: when the step shows itself again, the
// message on her phone changes.
func (t *Turn) OfferInline(options ...Option) {
	t.options = append(t.options, options...)
	t.layout = store.Inline
}

// Chosen is the ID of the option that was chosen, or "" when she did something
// else.
func (t *Turn) Chosen() string { return t.chosen }

// Words is what she wrote as an answer, in NFC and without spaces around it;
// empty when she chose or sent something else.
func (t *Turn) Words() string {
	if t.chosen != "" || t.Input.Kind != Text {
		return ""
	}
	return t.Input.Text
}

// Anew says that the step asks once more, because its answer was not understood
// or she came back to it: a step that leaves out what is known asks all the same.
func (t *Turn) Anew() bool { return t.anew }

// Set writes value down until the flow ends. It must be encodable as JSON.
func (t *Turn) Set(name string, value any) {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("note %s: %v", name, err))
	}
	f := t.frame()
	if f.Notes == nil {
		f.Notes = map[string]jsontext.Value{}
	}
	f.Notes[name] = raw
}

// Get reads what was written down as name into value and says whether there
// was anything.
func (t *Turn) Get(name string, value any) bool {
	raw, ok := t.frame().Notes[name]
	return ok && json.Unmarshal(raw, value) == nil
}

// Note is what was written down as name when it is a text, else "".
func (t *Turn) Note(name string) string {
	var s string
	t.Get(name, &s)
	return s
}

// Count is what was written down as name when it is a number, else 0.
func (t *Turn) Count(name string) int {
	var n int
	t.Get(name, &n)
	return n
}

// Forget removes what was written down as name.
func (t *Turn) Forget(name string) { delete(t.frame().Notes, name) }

// About says what the flow is about, such as the name of a training, for when
// it is offered again after an interruption.
func (t *Turn) About(title string) { t.frame().Title = title }

// Next goes on with the step that follows. It is what happens when a step
// returns nil without choosing anything else.
func (t *Turn) Next() error { return t.go_(move{kind: next}) }

// Goto goes on with the named step of the same flow.
func (t *Turn) Goto(step string) error { return t.go_(move{kind: goTo, step: step}) }

// Again says the message id, which tells what is wrong and how to do it, and
// asks once more. When it is not understood three times she is shown ways out.
func (t *Turn) Again(id string, args ...any) error {
	t.Say(id, args...)
	return t.go_(move{kind: again})
}

// Stay asks once more without blaming her: the step shows something else now.
func (t *Turn) Stay() error { return t.go_(move{kind: stay}) }

// Refresh changes the message of the open question, below which its choices
// stand, to what its step shows now, without a sound. It is for what a flow
// hears, and for a question of that flow: see [Turn.Watches].
func (t *Turn) Refresh() error { return t.go_(move{kind: refresh}) }

// Watches says whether the question that is open with her is that of the step of
// the flow that hears this, and stands in the chat that this turn speaks to.
func (t *Turn) Watches(step string) bool {
	p := t.conv.Prompt
	return p != nil && p.Step == t.frame().Flow+"."+step && p.Contact == t.Contact.ID && t.Relay == nil && t.Contact.Speaker == t.Member.ID
}

// Held reads what the flow that hears this has written down as name where it
// stands with her, and says whether there was anything.
func (t *Turn) Held(name string, value any) bool {
	f := t.heldFrame()
	return f != nil && json.Unmarshal(f.Notes[name], value) == nil
}

// Hold writes value down as name where the flow that hears this stands with her.
// It does nothing where the flow has no note yet.
func (t *Turn) Hold(name string, value any) error {
	f := t.heldFrame()
	if f == nil || f.Notes == nil {
		return nil
	}
	raw, err := json.Marshal(value)
	f.Notes[name] = raw
	return err
}

// heldFrame is where the flow that hears something stands with her; nil when she
// is doing something else. It stands below the frame in which it hears.
func (t *Turn) heldFrame() *store.Frame {
	n := len(t.conv.Frames)
	if n < 2 || t.conv.Frames[n-2].Flow != t.frame().Flow {
		return nil
	}
	return &t.conv.Frames[n-2]
}

// Shown is the id of the message that shows the question of this step: the one
// that is edited, or one that is sent when the step has asked. What was said
// before goes out before it, in a message of its own.
func (t *Turn) Shown() string {
	if t.edit != "" {
		return t.edit
	}
	t.part()
	if t.ahead == "" {
		t.ahead = t.NewID()
	}
	return t.ahead
}

// Stand leaves the open question as it stands on her phone: what was said goes
// out, and nothing is asked anew.
func (t *Turn) Stand() error { return t.go_(move{kind: stand}) }

// Back goes to the question before this one.
func (t *Turn) Back() error { return t.go_(move{kind: back}) }

// Call goes into another flow. When it returns, this flow goes on with the
// step that follows the one that called. note, unless it is nil, is what the
// other flow finds under its own name.
func (t *Turn) Call(flow string, note any) error {
	return t.go_(move{kind: call, flow: flow, note: note})
}

// Start leaves this flow for another one.
func (t *Turn) Start(flow string, note any) error {
	return t.go_(move{kind: start, flow: flow, note: note})
}

// Return ends a called flow. result, unless it is nil, is what the flow that
// called finds under the called one's name.
func (t *Turn) Return(result any) error { return t.go_(move{kind: giveBack, note: result}) }

// Home ends the flow and all that called it and shows the menu, without
// offering again what was interrupted.
func (t *Turn) Home() error {
	t.conv.Frames = nil
	return t.go_(move{kind: start, flow: "menu"})
}

// End ends the flow and all that called it. The menu follows, or the flow that
// was interrupted is offered again.
func (t *Turn) End() error { return t.go_(move{kind: end}) }

func (t *Turn) go_(m move) error {
	t.move = m
	return nil
}

// Task leaves work to be done outside the transaction. Its outcome comes back
// to this flow's Hear as an input of the same member.
func (t *Turn) Task(work string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return t.AddTask(t.task(work, raw))
}

// TaskOnce is Task, unless the same is left for her already: what takes seconds or
// fills the disk is done once for whoever presses again and again.
func (t *Turn) TaskOnce(work string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	task := t.task(work, raw)
	if queued, err := t.Queued(task); err != nil || queued {
		return err
	}
	return t.AddTask(task)
}

func (t *Turn) task(work string, data jsontext.Value) *store.Task {
	return &store.Task{Member: t.Member.ID, Work: work, Flow: t.frame().Flow, Data: data}
}

// A TaskOutcome is the Data of an input of the kind Outcome.
type TaskOutcome struct {
	Task   string         `json:"task"`            // which work it was, as [Turn.Task] named it
	Data   jsontext.Value `json:"data,omitzero"`   // what it was to do, as [Turn.Task] gave it
	Result jsontext.Value `json:"result,omitzero"` // what came of it; for work that makes a file, the file's ID
	Error  string         `json:"error,omitzero"`  // why nothing came of it, for nobody's eyes but a log's; empty: it is done
}

// outcome reads what came of a task: what it was to do into work, and what it
// made into made, which stays as it is when nothing came of it.
func (t *Turn) outcome(work, made any) (o TaskOutcome, err error) {
	if err := jsonNote(t.Input.Data, &o); err != nil {
		return o, err
	}
	if err := jsonNote(o.Data, work); err != nil || o.Error != "" {
		return o, err
	}
	return o, jsonNote(o.Result, made)
}

// Local is the time in the zone in which people live.
func (t *Turn) Local(at time.Time) time.Time { return at.In(t.engine.opt.Zone) }

// Today is when today began where people live.
func (t *Turn) Today() time.Time {
	now := t.Local(t.Now)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
}

// Links are the ways in which others can open what payload names, on every
// network that is connected.
func (t *Turn) Links(payload string) []Link { return t.engine.opt.Links(payload) }

// Page is the address of a public page of the bot, such as "/e/7K2M4Q".
func (t *Turn) Page(path string) string {
	return strings.TrimSuffix(t.engine.opt.URL, "/") + path
}

// Holds says whether she holds role now, for an area that contains area or,
// when area is "*", for any.
func (t *Turn) Holds(role store.Role, area string) (bool, error) {
	scopes, err := t.Scopes(role)
	if err != nil || area == "*" {
		return len(scopes) > 0, err
	}
	tree, err := t.Areas()
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(scopes, func(top string) bool { return tree.Within(area, top) }), nil
}

// Scopes returns the areas for which she holds role now. Administrators hold
// the role of staff too.
func (t *Turn) Scopes(role store.Role) ([]string, error) {
	grants, err := t.Grants(t.Member)
	if err != nil {
		return nil, err
	}
	var scopes []string
	for _, g := range grants {
		if g.Role == role || g.Role == store.Admin && role == store.Staff {
			scopes = append(scopes, g.Area)
		}
	}
	return scopes, nil
}

// InScope returns a function that says whether an area lies within those for
// which she holds role now.
func (t *Turn) InScope(role store.Role) (func(area string) bool, error) {
	scopes, err := t.Scopes(role)
	if err != nil {
		return nil, err
	}
	tree, err := t.Areas()
	if err != nil {
		return nil, err
	}
	return func(area string) bool {
		return slices.ContainsFunc(scopes, func(top string) bool { return tree.Within(area, top) })
	}, nil
}

// SpeakAs makes m, who uses the same phone, the one who speaks from it now. What
// the other one was doing waits for her, and m goes on where she stood: with the
// language when she is new, with a question that was put to her meanwhile, or
// with the menu.
func (t *Turn) SpeakAs(m *store.Member) error {
	last := t.conv.Last
	t.conv.Last = nil // it holds a name
	t.suspend()
	if err := t.PutConversation(t.conv); err != nil {
		return err
	}
	if err := t.Join(t.Contact, m); err != nil {
		return err
	}
	conv, err := t.Conversation(m.ID)
	if err != nil {
		return err
	}
	t.Member, t.conv = m, conv
	t.conv.Last = last // her name, pressed twice, is no answer of hers
	t.Speak()
	switch {
	case m.Language == "":
		t.conv.Frames = []store.Frame{{Flow: "welcome", Since: t.Now}}
	case len(t.conv.Frames) < 2:
		t.conv.Frames = []store.Frame{{Flow: "menu"}}
	default:
		t.hello()
	}
	return t.Stay()
}

// Speak changes the language and the form of address of what is said from now
// on to those of the member as she is now.
func (t *Turn) Speak() { t.Printer = t.engine.printer(t.Member) }

func (t *Turn) frame() *store.Frame {
	if len(t.conv.Frames) == 0 {
		t.conv.Frames = []store.Frame{{}}
	}
	return &t.conv.Frames[len(t.conv.Frames)-1]
}

// part ends the message that was being said, so that what follows is another.
func (t *Turn) part() {
	if len(t.said) > 0 {
		t.send(&store.Message{Text: strings.Join(t.said, "\n\n")})
		t.said = nil
	}
}

// send makes m the last message of this turn. It gets its ID here, because the
// outbox sends in the order of IDs.
func (t *Turn) send(m *store.Message) {
	if m.ID == "" {
		m.ID = t.NewID()
	}
	t.out = append(t.out, m)
}
