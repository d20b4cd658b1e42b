// Package flows holds the conversations: one engine, and one file for each
// flow.
//
// A flow is a list of steps that follow one another. A step asks something and
// takes the answer. The engine keeps where everybody stands, understands what a
// choice was given by (a tap, a number, a label without diacritics, …), and
// knows the words that work everywhere: back, stop, later, language, help. A
// flow decides and remembers inside the turn's transaction and speaks through
// locales; it knows no network and never sends anything.
//
// # How to add a flow
//
// Write a file with a function that returns its [Flow], add a line to [All], its
// words to every language in locales/, and a transcript to testdata/. Write the
// transcript first.
package flows

import (
	"chihai/store"
)

// A Flow is a conversation about one thing.
type Flow struct {
	// Name is kept in the store while somebody stands in the flow: it never
	// changes once used.
	Name string

	// Triggers are locale ids of the words and slash commands that start the
	// flow from anywhere. A word (not a command) does so only where a choice
	// is asked for, never where free text is.
	Triggers []string

	// Title is the locale id of what the flow is called where it is offered
	// again after an interruption. Flows without one are not offered again.
	Title string

	// Role is what a member must hold to be in the flow; empty: nothing. It is
	// looked at in every turn, so that a revoked role ends at once.
	Role store.Role

	// Roles, for a flow without Role, are those of which she must hold one;
	// empty: she needs none.
	Roles []store.Role

	// Waits says that the flow waits when it is interrupted even before she has
	// answered anything: it is the bot that wanted to know something. Other
	// flows wait once she has.
	Waits bool

	// Aside flows leave no trace: when one ends, the question that stood
	// before it stands again as if nothing had been.
	Aside bool

	// Steps follow one another unless a step says otherwise.
	Steps []Step

	// Back goes back within a step, where what the flow asks is not told by its
	// steps, and says whether it has; false: the question before this one is
	// that of the step before. Nil where each question has a step.
	Back func(*Turn) (bool, error)

	// Hear takes what comes without having been asked for: inputs of the kinds
	// Due and Outcome with the flow's name. Nil where there are none.
	Hear func(*Turn) error
}

// A Step asks something and takes the answer.
type Step struct {
	// Name is kept in the store: it never changes once used.
	Name string

	// Ask says and offers. Nil asks nothing.
	Ask func(*Turn) error

	// Take hears the answer. With nil the next step follows at once.
	Take func(*Turn) error

	// Free says that the answer is free text or a number: bare words are then
	// no commands, and only a pressed button or #1, #2, … is a choice.
	Free bool

	// Hears lists the kinds of input that Take understands besides text and
	// choices. Others are answered by the engine.
	Hears []Kind
}

func (f *Flow) step(name string) int {
	for i := range f.Steps {
		if f.Steps[i].Name == name {
			return i
		}
	}
	return -1
}

// An Option is a choice that a step offers.
type Option struct {
	ID    string // what Take hears
	Label string // locale id of the label, or with Text the label itself
	Text  bool
	Like  string // with Text: locale id of a label that means the same
	Kind  store.ChoiceKind
	URL   string // of a Link
	Wide  bool   // a row of its own
}

// Pick offers the locale message label as a choice that Take hears as id.
func Pick(id, label string) Option { return Option{ID: id, Label: label} }

// PickText offers text as a choice that Take hears as id.
func PickText(id, text string) Option {
	return Option{ID: id, Label: text, Text: true, Wide: true}
}

// SharePhone offers to share the phone number with one press, on networks that
// can; the step must hear [Contact].
func SharePhone(label string) Option {
	return Option{ID: "share", Label: label, Kind: store.Phone, Wide: true}
}

// OpenLink offers to open the web page url.
func OpenLink(label, url string) Option {
	return Option{ID: "open", Label: label, Kind: store.Link, URL: url, Wide: true}
}
