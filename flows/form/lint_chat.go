package form

import (
	"slices"
	"strings"
)

// chat looks for what a conversation cannot do, and says the way round.
func (l *linter) chat() {
	asked := false
	for q := range l.form.Questions() {
		asked = asked || q.Kind.Asked()
	}
	if !asked {
		l.fs.add(l.form.Places["survey"].Sheet, "", FormEmpty)
	}
	for it, around := range l.form.All() {
		if it.Repeat != nil && slices.ContainsFunc(around, func(o Item) bool { return o.Repeat != nil }) {
			l.say(it.Row(), "type", RepeatInRepeat, "name", it.Name())
		}
		if it.Question != nil {
			l.chatQuestion(it.Question)
		}
	}
}

func (l *linter) chatQuestion(q *Question) {
	say := func(code Code) { l.say(q.Row, "type", code, "name", q.Name, "type", q.Type) }
	switch q.Kind {
	case Trace, Shape, OSM:
		say(ChatMap)
	case Barcode:
		say(ChatBarcode)
	case Background:
		say(ChatBackground)
	case Audit:
		say(ChatAudit)
	case ExternalData:
		say(ChatData)
	case Device:
		say(ChatDevice)
	case Image:
		for _, a := range []string{"draw", "annotate", "signature"} {
			if q.Has(a) {
				l.say(q.Row, "appearance", ChatDrawing, "name", q.Name, "appearance", a)
			}
		}
	case SelectOne, SelectMultiple:
		if q.File != "" {
			l.say(q.Row, "type", ChatFile, "name", q.Name, "file", q.File)
		}
		for _, a := range []string{"map", "image-map"} {
			if q.Has(a) {
				l.say(q.Row, "appearance", ChatMapChoice, "name", q.Name)
			}
		}
	case Point:
		for _, a := range []string{"placement-map", "maps"} {
			if q.Has(a) {
				l.say(q.Row, "appearance", ChatPlace, "name", q.Name)
			}
		}
	}
	for _, e := range q.expressions() {
		if pulldata.MatchString(e.text) {
			l.say(q.Row, e.column, ChatPulldata, "name", q.Name)
		}
	}
	if search.MatchString(q.Appearance) {
		l.say(q.Row, "appearance", ChatSearch, "name", q.Name)
	}
	if strings.HasPrefix(q.Appearance, "ex:") || q.More["intent"] != "" {
		l.say(q.Row, "appearance", ChatApp, "name", q.Name)
	}
}

// An expression is one of a question's, with its column.
type expression struct{ column, text string }

// expressions are those of a question that say something.
func (q *Question) expressions() []expression {
	all := []expression{
		{"relevant", q.Relevant}, {"required", q.Required}, {"read_only", q.ReadOnly}, {"constraint", q.Constraint},
		{"calculation", q.Calculation}, {"choice_filter", q.ChoiceFilter},
	}
	if q.Dynamic {
		all = append(all, expression{"default", q.Default})
	}
	return slices.DeleteFunc(all, func(e expression) bool { return e.text == "" })
}
