package flows

// This file says what a turn has to say: the question that stands at its end, and
// what stands before it.

import (
	"errors"
	"strings"

	"chihai/store"
)

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
	if t.edit == "" {
		m.ID = t.ahead
	}
	t.ahead = ""
	t.send(m)
	p.Step = t.place()
	if p.Inline {
		p.Below = t.below
		m.Receipt = true
		if t.edit != "" {
			m.Act, m.Target, m.EditOnly = store.Edit, t.edit, t.editOnly
		}
		p.Message = m.ID
		if m.Act == store.Edit {
			p.Message = m.Target
		}
	}
	t.conv.Prompt = p
	return nil
}

// keyboardOf is the question whose reply keyboard stands on her phone while p is
// open: p itself, or the one before it when p's choices stand below its message.
func keyboardOf(p *store.Prompt) *store.Prompt {
	if p == nil || !p.Inline {
		return p
	}
	return p.Below
}

// standOn makes the question below the open one the open one again: she has
// pressed a button of the keyboard that still stands there. It says whether the
// question is one of the flow in which she stands.
func (t *Turn) standOn(below *store.Prompt) bool {
	flow, step, _ := strings.Cut(below.Step, ".")
	f := t.frame()
	if f.Flow != flow || t.engine.byName[flow] == nil || t.engine.byName[flow].step(step) < 0 {
		return false
	}
	f.Step = step
	if n := len(f.Trail); n > 0 && f.Trail[n-1].Step == step {
		f.Trail = f.Trail[:n-1]
	}
	t.conv.Prompt = below
	return true
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
		m.Until, m.About, m.Report, m.Repeat = t.until, t.seat, t.report, t.report == ""
		m.Questions = t.quiet
		if err := t.Post(m); err != nil {
			return err
		}
	}
	return nil
}
