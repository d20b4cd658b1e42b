package flows

// This file finds out what she means: by a word, a number or a tap, at the
// question that is open or beside it.

import (
	"slices"
	"strings"

	"chihai/store"
)

// answer finds out what she means and lets the talk go on from it.
func (t *Turn) answer() error {
	in := &t.Input
	if first, err := leads(t.Tx, t.Contact, in); err != nil || !first {
		return err
	}
	if in.Kind == Choice {
		if done, err := t.tappedLetter(); done || err != nil {
			return err
		}
		if done, err := t.tappedInvitation(); done || err != nil {
			return err
		}
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
		if t.trembled(folded) {
			return nil
		}
		if c, ok := resolve(p, t.engine.typed, in.Text); ok {
			t.conv.Last = &store.LastTap{ID: c.ID, Text: folded, Step: t.place(), At: in.At}
			return t.choose(c)
		}
		if p.Below != nil {
			if c, ok := resolve(p.Below, t.engine.typed, in.Text); ok && choiceNumber(folded) == 0 && t.standOn(p.Below) {
				return t.choose(c)
			}
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
			if offers, err := t.offersForm(); err != nil {
				return err
			} else if offers {
				return t.offerForm()
			}
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

// leads says whether in is to be answered: all but the further parts of an album
// are, which arrives as an input for each of its pictures. The store keeps which
// albums were answered, because parts may reach several processes, or one before
// and one after a restart.
func leads(tx *store.Tx, c *store.Contact, in *Input) (bool, error) {
	if in.Album == "" {
		return true, nil
	}
	return tx.FirstSeen("album/" + c.ID + "/" + in.Album)
}

// trembled says whether a text is the press of a button that was pressed just
// before: it was for the question that the first press has answered. At the same
// question again, as when a list goes on, twice is meant; and a number is typed,
// not pressed.
func (t *Turn) trembled(folded string) bool {
	l := t.conv.Last
	return l != nil && l.Text != "" && l.Text == folded && l.Step != t.place() && choiceNumber(folded) == 0 &&
		t.Input.At.Sub(l.At).Abs() <= doubleTap
}

// place names the step in which she stands.
func (t *Turn) place() string {
	if len(t.conv.Frames) == 0 {
		return ""
	}
	f := t.frame()
	return f.Flow + "." + f.Step
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
		c, err := t.campaignTyped(in.Text)
		if err != nil {
			return false, err
		}
		if flow, _ := t.engine.means(in.Text); flow != "" {
			t.Set("then", in.Text)
		} else if c != nil { // the code of a questionnaire, as it stands on paper
			t.Set("then", "/start q_"+c.Code)
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
	if b := p.Below; b != nil && tap.Token == b.Token {
		for _, c := range b.Choices {
			if c.ID == tap.ID && t.standOn(b) {
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

// may says whether she holds the role that flow asks for, or one of several.
func (t *Turn) may(flow *Flow) (bool, error) {
	if flow.Role != "" {
		return t.Holds(flow.Role, "*")
	}
	for _, role := range flow.Roles {
		if ok, err := t.Holds(role, "*"); err != nil || ok {
			return ok, err
		}
	}
	return len(flow.Roles) == 0, nil
}

// roleEnded says that she is no longer what she was and drops all she was doing.
func (t *Turn) roleEnded() {
	t.Say("engine.role_ended")
	t.conv.Frames, t.conv.Waiting, t.conv.Prompt = nil, nil, nil
}
