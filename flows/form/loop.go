package form

import "strings"

// expand makes of a loop a group for each choice of its list, each with the loop's questions, as
// pyxform does. A choice named "none" is left out. %(label)s and %(name)s in texts and
// expressions stand for the choice.
func (r *reader) expand(f *frame) {
	list := r.list(f.list, false)
	if list == nil {
		return
	}
	template := f.body.Items
	// A form grows by the product of rows and choices: a loop in a loop over long lists is a bomb.
	if n := size(template) * len(list.Choices); n > maxItems {
		r.fs.add(r.survey.sheet.Name, decimal(f.row), LoopTooLarge, "name", f.name, "count", decimal(n))
		return
	}
	f.body.Items = nil
	columns := 0
	for _, c := range list.Choices {
		if c.Name == "none" {
			continue
		}
		columns++
		if !isName(c.Name) {
			r.fs.add(r.choices.sheet.Name, r.choices.cell("name", c.Row), NameInvalid, "name", c.Name)
		}
		g := &Group{Name: c.Name, Row: f.row, Label: c.Label, Items: inst(template, c)}
		f.body.Items = append(f.body.Items, Item{Group: g})
	}
	if columns != 1 {
		r.loopNames(template, columns)
	}
}

// loopNames makes the names within a loop occur as often as they do.
func (r *reader) loopNames(items []Item, times int) {
	walk(items, nil, func(it Item, _ []Item) bool {
		r.names[it.Name()] *= times
		if it.Repeat != nil && times > 1 { // repeats have names of their own in the whole form
			r.fs.add(r.survey.sheet.Name, r.survey.cell("name", it.Row()), RepeatNameTwice, "name", it.Name())
		}
		return true
	})
}

// maxItems bounds what a loop may become.
const maxItems = 10_000

func size(items []Item) int {
	n := 0
	walk(items, nil, func(Item, []Item) bool { n++; return true })
	return n
}

// inst copies the items of a loop for one choice.
func inst(items []Item, c Choice) []Item {
	made := make([]Item, 0, len(items))
	for _, it := range items {
		switch {
		case it.Question != nil:
			q := *it.Question
			q.Label, q.Hint, q.Guidance = inText(q.Label, c), inText(q.Hint, c), inText(q.Guidance, c)
			q.RequiredMessage, q.ConstraintMessage = inText(q.RequiredMessage, c), inText(q.ConstraintMessage, c)
			for _, e := range []*string{&q.Relevant, &q.Required, &q.Constraint, &q.Calculation, &q.ReadOnly, &q.Default, &q.ChoiceFilter} {
				*e = inString(*e, c, c.Label.Any())
			}
			made = append(made, Item{Question: &q})
		case it.Repeat != nil:
			count := inString(it.Repeat.Count, c, c.Label.Any())
			made = append(made, Item{Repeat: &Repeat{*instGroup(&it.Repeat.Group, c), count}})
		default:
			made = append(made, Item{Group: instGroup(it.Group, c)})
		}
	}
	return made
}

func instGroup(g *Group, c Choice) *Group {
	made := *g
	made.Label, made.Hint, made.Items = inText(g.Label, c), inText(g.Hint, c), inst(g.Items, c)
	made.Relevant = inString(g.Relevant, c, c.Label.Any())
	return &made
}

func inText(t Text, c Choice) Text {
	if t == nil {
		return nil
	}
	made := Text{}
	for lang, s := range t {
		label := c.Label[lang]
		if label == "" {
			label = c.Label.Any()
		}
		made[lang] = inString(s, c, label)
	}
	return made
}

func inString(s string, c Choice, label string) string {
	if !strings.Contains(s, "%(") {
		return s
	}
	return strings.NewReplacer("%(label)s", label, "%(name)s", c.Name).Replace(s)
}
