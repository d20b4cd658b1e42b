package flows

// This file holds the words that work everywhere: commands, links, and the ways
// back and out.

import (
	"fmt"
	"slices"
	"strings"

	"chihai/store"
)

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
	// t and a training's code, c and a club's, h and the code by which one is handed over, g and a one-time code, v and a
	// ticket (vé), p and the codes of a training and its room, q_ and a campaign's (question)
	switch {
	case len(rest) > 1 && rest[0] == 'c' && e.byName["club_join"] != nil:
		return "club_join", rest[1:]
	case len(rest) > 1 && rest[0] == 't':
		return "register", rest[1:]
	case len(rest) > 1 && rest[0] == 'h' && e.byName["club_take"] != nil:
		return "club_take", rest[1:]
	case len(rest) > 1 && rest[0] == 'g':
		return "grant", rest[1:]
	case len(rest) > 1 && rest[0] == 'v':
		return "ticket", rest[1:]
	case len(rest) > 1 && rest[0] == 'p':
		return "room", rest[1:]
	case len(rest) > 2 && strings.HasPrefix(rest, "q_"):
		return "form_answer", rest[2:]
	}
	return "", nil
}

// means returns the flow that a text starts from anywhere: a command, a link,
// one of the words for it, or the code of a club.
func (e *Engine) means(text string) (flow string, note any) {
	if flow, note = e.opens(text); flow != "" {
		return flow, note
	}
	if flow = e.triggers[store.Fold(text)]; flow == "" && e.byName["club_join"] != nil {
		if code, ok := store.ReadClubCode(text); ok { // no word of any language here
			return "club_join", code
		}
	}
	return flow, nil
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

// worthKeeping says whether a talk is worth coming back to: its flow has a name
// to offer it by, and she has answered something, or the bot had asked.
func (t *Turn) worthKeeping(frames []store.Frame) bool {
	if len(frames) < 2 {
		return false
	}
	flow := t.engine.byName[frames[1].Flow]
	return flow != nil && flow.Title != "" && (len(frames[1].Trail) > 0 || flow.Waits)
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

// dropWaiting drops the talk that waits in the flow about title: it has become
// void. For what is heard only, where the talk is otherwise left as it is.
func (t *Turn) dropWaiting(flow, title string) error {
	conv, err := t.Conversation(t.hearer().ID)
	if err != nil {
		return err
	}
	n := len(conv.Waiting)
	conv.Waiting = slices.DeleteFunc(conv.Waiting, func(w []store.Frame) bool { return w[0].Flow == flow && w[0].Title == title })
	if len(conv.Waiting) == n {
		return nil
	}
	return t.PutConversation(conv)
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

// aside says whether the flow of that name leaves no trace.
func (t *Turn) aside(name string) bool {
	flow := t.engine.byName[name]
	return flow != nil && flow.Aside
}
