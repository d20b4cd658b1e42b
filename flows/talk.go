package flows

// This file leads a talk from one question to the next: through the steps of a
// flow, into others and back out of them.

import (
	"fmt"

	"chihai/store"
)

// goOn lets the talk go on without her having been heard by a step; where there
// is no talk it begins with the menu.
func (t *Turn) goOn(kind moveKind) error {
	if len(t.conv.Frames) == 0 {
		return t.home()
	}
	t.move = move{kind: kind}
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
		t.below = keyboardOf(t.conv.Prompt)
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
	if flow.Back != nil {
		if done, err := flow.Back(t); done || err != nil {
			return err
		}
	}
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

func (t *Turn) push(flow string, note any) {
	t.conv.Frames = append(t.conv.Frames, store.Frame{Flow: flow, Since: t.Now})
	if note != nil {
		t.Set(flow, note)
	}
}

// visit adds v to the questions to which one can go back in f.
func visit(f *store.Frame, v store.Visit) {
	f.Trail = append(f.Trail, v)
	f.Trail = f.Trail[max(0, len(f.Trail)-maxTrail):]
}
