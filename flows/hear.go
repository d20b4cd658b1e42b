package flows

// This file answers what nobody wrote: what is due, what came of a task, what
// one member's turn wants to ask another.

import (
	"fmt"
	"slices"
	"strings"

	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

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
	switch t.move.kind {
	case start:
		return t.ask(t.move.flow, t.move.note)
	case stay:
		return t.askAnew()
	case refresh:
		return t.showAnew()
	}
	return t.pushOut()
}

// showAnew changes the message of the open question to what its step shows now.
func (t *Turn) showAnew() error {
	p := t.conv.Prompt
	t.move, t.token, t.edit, t.editOnly = move{kind: stay}, p.Token, p.Message, true
	if err := t.advance(); err != nil {
		return err
	}
	if err := t.PutConversation(t.conv); err != nil {
		return err
	}
	return t.post(t.Member, store.Reminder)
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

// askAnew puts the open question again, in a message of its own below what the
// flow has said. It is a push like others: what she does next is what counts.
func (t *Turn) askAnew() error {
	if head := t.engine.forWhom(t.Contact, t.Member, t.Member); head != "" {
		t.said = slices.Insert(t.said, 0, head)
	}
	if err := t.advance(); err != nil {
		return err
	}
	if p := t.conv.Prompt; p != nil {
		p.Anew = true
	}
	if err := t.PutConversation(t.conv); err != nil {
		return err
	}
	t.part()
	return t.post(t.Member, store.Reminder)
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

// jsonNote reads what Data of a due thing or an outcome says.
func jsonNote(data []byte, v any) error {
	return json.Unmarshal(jsontext.Value(data), v)
}
