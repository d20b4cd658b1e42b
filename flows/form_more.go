package flows

import (
	"fmt"
	"strconv"
	"strings"

	"chihai/flows/form"
)

// This file asks for the instances of a repeat: another one, one to change, one to
// take away.

// instanceLines are the instances of a repeat, a line each, by the first answers in
// them.
func (t *Turn) instanceLines(s *sheet, repeat string, count int) []string {
	lines := make([]string, count)
	paths := s.walk.Paths(form.Ask)
	for i := range lines {
		var said []string
		for _, path := range paths {
			if !strings.HasPrefix(path, fmt.Sprintf("%s[%d]/", repeat, i+1)) || len(said) == 2 {
				continue
			}
			if q, ok := s.walk.At(path); ok && q.Answer.State == form.Answered {
				said = append(said, cut(t.answerText(&q), 40))
			}
		}
		lines[i] = fmt.Sprintf("%d. %s", i+1, strings.Join(said, ", "))
		if len(said) == 0 {
			lines[i] = fmt.Sprintf("%d. –", i+1)
		}
	}
	return lines
}

// repeatName is what one instance of a repeat is called.
func (t *Turn) repeatName(q *form.Step) string {
	if q.Label != "" {
		return q.Label
	}
	return t.T("questionnaire.instance_name")
}

// sayMore shows the instances there are and asks for another. The buttons say how
// many there are: one that is tapped twice adds once.
func (t *Turn) sayMore(s *sheet, q *form.Step) {
	tag := questionTag(q.Path) + strconv.Itoa(q.Count)
	if q.Count == 0 {
		t.Say("questionnaire.more_none", "name", t.repeatName(q))
		t.Offer(Option{ID: "add" + tag, Label: "questionnaire.add"}, Option{ID: "done" + tag, Label: "questionnaire.add_none"})
		return
	}
	t.Say("questionnaire.more", "name", t.repeatName(q), "n", q.Count)
	t.SayText(strings.Join(t.instanceLines(s, q.Path, q.Count), "\n"))
	t.Offer(Option{ID: "add" + tag, Label: "questionnaire.add"}, Option{ID: "done" + tag, Label: "questionnaire.done"},
		Option{ID: "edit" + tag, Label: "questionnaire.edit"}, Option{ID: "remove" + tag, Label: "questionnaire.remove"})
}

func takeFormMore(t *Turn, s *sheet, q *form.Step) error {
	tag := questionTag(q.Path) + strconv.Itoa(q.Count)
	switch t.Chosen() {
	case "add" + tag:
		return s.walk.Add(q.Path)
	case "done" + tag:
		return s.walk.Done(q.Path)
	case "edit" + tag:
		t.Set("within", q.Path)
		return t.Goto(deskChange)
	case "remove" + tag:
		t.Set("within", q.Path)
		return t.Goto(deskRemove)
	case "":
		return t.Again("engine.unclear")
	}
	t.Say("engine.late")
	return t.Stay()
}

// removing is the end of the repeat from which something is taken away; false: there
// is none, and the talk goes on.
func (d *desk) removing(t *Turn) (*sheet, form.Step, bool, error) {
	s, err := d.opened(t)
	if err != nil || s == nil {
		return nil, form.Step{}, false, err
	}
	q, ok := s.walk.At(t.Note("within"))
	if !ok || q.Kind != form.More || q.Count == 0 {
		return nil, q, false, t.Goto(deskGo)
	}
	return s, q, true, nil
}

func (d *desk) askRemove(t *Turn) error {
	s, q, ok, err := d.removing(t)
	if err != nil || !ok {
		return err
	}
	if q.Count == 1 {
		t.Set("number", 1)
		return t.Goto(deskSure)
	}
	t.Say("questionnaire.remove_which")
	taken := map[string]bool{}
	for i, line := range t.instanceLines(s, q.Path, q.Count) {
		t.Offer(PickText(fmt.Sprintf("remove%s/%d", questionTag(q.Path), i+1), unlike(taken, line)))
	}
	return nil
}

func (d *desk) takeRemove(t *Turn) error {
	_, q, ok, err := d.removing(t)
	if err != nil || !ok {
		return err
	}
	number, ok := strings.CutPrefix(t.Chosen(), "remove"+questionTag(q.Path)+"/")
	if !ok {
		return t.Again("engine.unclear")
	}
	t.Set("number", atoi(number))
	return t.Goto(deskSure)
}

func (d *desk) askSure(t *Turn) error {
	s, q, ok, err := d.removing(t)
	if err != nil || !ok {
		return err
	}
	number := t.Count("number")
	if number < 1 || number > q.Count {
		return t.Goto(deskGo)
	}
	line := t.instanceLines(s, q.Path, q.Count)[number-1]
	t.Say("questionnaire.remove_sure", "what", line)
	tag := questionTag(q.Path) + fmt.Sprintf("/%d/%d", number, q.Count)
	t.Offer(Option{ID: "yes" + tag, Label: "questionnaire.remove_yes"}, Option{ID: "no" + tag, Label: "answer.no"})
	return nil
}

func (d *desk) takeSure(t *Turn) error {
	s, q, ok, err := d.removing(t)
	if err != nil || !ok {
		return err
	}
	number := t.Count("number")
	tag := questionTag(q.Path) + fmt.Sprintf("/%d/%d", number, q.Count)
	switch t.Chosen() {
	case "yes" + tag:
		if err := s.walk.Remove(q.Path, number); err != nil {
			return err
		}
		t.Say("questionnaire.removed")
		return t.Goto(deskGo)
	case "no" + tag:
		return t.Goto(deskGo)
	}
	return t.Again("engine.unclear")
}
