package form

import (
	"errors"
	"slices"
	"strings"

	"chihai/flows/form/xpath"
)

// A formula is an expression of the form, parsed.
type formula struct {
	expression
	row   int
	owner *Question // nil for one of a group or repeat
	expr  *xpath.Expr
}

// expressions parses all expressions, and looks for mistakes in each.
func (l *linter) expressions() {
	l.parsed = map[string]*xpath.Expr{}
	names := map[string]bool{"meta": true, "instanceID": true, "instanceName": true}
	for it := range l.form.All() {
		names[it.Name()] = true
	}
	questions := map[string]*Question{}
	for q := range l.form.Questions() {
		if questions[q.Name] == nil {
			questions[q.Name] = q
		}
	}
	look := func(row int, owner *Question, all []expression) {
		for _, e := range all {
			x, ok := l.parse(row, e)
			if !ok {
				continue
			}
			f := formula{e, row, owner, x}
			for _, m := range x.Check() {
				l.sayMistake(row, e, m)
			}
			l.mentions(f, names)
			l.bareNames(f)
			l.comparisons(f, questions)
		}
	}
	for it := range l.form.All() {
		if q := it.Question; q != nil {
			look(q.Row, q, q.expressions())
			continue
		}
		look(it.Row(), nil, it.expressions())
	}
}

// expressions are those of a group or repeat that say something.
func (it Item) expressions() []expression {
	all := []expression{{"relevant", it.Body().Relevant}}
	if it.Repeat != nil {
		all = append(all, expression{"repeat_count", it.Repeat.Count})
	}
	return slices.DeleteFunc(all, func(e expression) bool { return e.text == "" })
}

// parse reads an expression, once however often it occurs, and tells what is wrong with it.
func (l *linter) parse(row int, e expression) (*xpath.Expr, bool) {
	if x, ok := l.parsed[e.text]; ok && x != nil {
		return x, true
	}
	x, err := xpath.Parse(e.text)
	if m := (*xpath.Error)(nil); errors.As(err, &m) {
		l.sayMistake(row, e, m)
		return nil, false
	}
	l.parsed[e.text] = x
	return x, err == nil
}

// sayMistake tells what package xpath found. Its arguments are a, b, c; at is the place in
// characters.
func (l *linter) sayMistake(row int, e expression, m *xpath.Error) {
	pairs := []string{"at", decimal(m.Column), "column", e.column}
	for i, a := range m.Args {
		if i < 3 {
			pairs = append(pairs, string(rune('a'+i)), a)
		}
	}
	code := "expression_" + string(m.Code)
	if m.Code == xpath.CodeFunction && len(m.Args) > 1 && m.Args[1] != "" {
		code = string(ExpressionFunctionMisspelt)
	}
	l.say(row, e.column, Code(code), pairs...)
}

// mentions looks for questions that a path names and that are not there. Those in ${} Read has
// checked.
func (l *linter) mentions(f formula, names map[string]bool) {
	refs, _ := References(f.text)
	for _, m := range f.expr.Questions() {
		if !names[m.Name] && !slices.ContainsFunc(refs, func(r Reference) bool { return r.Name == m.Name }) {
			l.say(f.row, f.column, ExpressionName, "name", m.Name)
		}
	}
}

// bareNames looks at names without ${}: in a choice filter they are columns of the list, elsewhere
// they are nothing.
func (l *linter) bareNames(f formula) {
	var columns map[string]bool
	if f.column == "choice_filter" && f.owner != nil {
		if f.owner.From != "" {
			return // filters answers, by paths of their own
		}
		columns = l.columnsOf(l.form.List(f.owner))
	}
	xpath.Walk(f.expr.Root(), func(n xpath.Node) bool {
		p, ok := n.(*xpath.Path)
		if !ok {
			return true
		}
		name, bare := p.Column()
		switch {
		case !bare:
		case f.column != "choice_filter":
			l.say(f.row, f.column, ExpressionBareName, "name", name)
		case columns != nil && !columns[name]:
			l.say(f.row, f.column, ChoiceColumnUnknown, "name", name, "list", f.owner.List)
		}
		return len(p.Filters) == 0 && p.From != xpath.List // conditions in brackets have columns of their own
	})
}

// columnsOf are the columns that a list has in some choice; nil for no list.
func (l *linter) columnsOf(list *List) map[string]bool {
	if list == nil {
		return nil
	}
	if c := l.columns[list]; c != nil {
		return c
	}
	columns := map[string]bool{"name": true, "label": true, "list_name": true}
	for _, c := range list.Choices {
		for k := range c.More {
			columns[k] = true
		}
	}
	if l.columns == nil {
		l.columns = map[*List]map[string]bool{}
	}
	l.columns[list] = columns
	return columns
}

// comparisons looks for answers that are compared with a choice that is not in the list, and for
// several answers that are compared as if they were one.
func (l *linter) comparisons(f formula, questions map[string]*Question) {
	told := map[*Question]bool{} // once in each expression is enough
	xpath.Walk(f.expr.Root(), func(n xpath.Node) bool {
		c, ok := xpath.Compared(n)
		if !ok {
			return true
		}
		q := f.owner
		if name, named := c.Path.Question(); named {
			q = questions[name]
		}
		if q == nil || !q.Kind.Selects() {
			return true
		}
		text := literal(f.text, c.Literal)
		if q.Kind == SelectMultiple && !c.Selected && text != "" && !told[q] {
			told[q] = true
			l.say(f.row, f.column, EqualMultiple, "name", q.Name, "choice", text)
		}
		list := l.form.List(q)
		if text == "" || list == nil {
			return true
		}
		similar := ""
		for _, choice := range list.Choices {
			if choice.Name == strings.TrimSpace(text) || sameNumber(choice.Name, text, c.Literal) {
				return true
			}
			if similar == "" && (strings.EqualFold(choice.Name, text) || nearby(choice.Name, text, 1)) {
				similar = choice.Name
			}
		}
		if similar != "" {
			l.say(f.row, f.column, ChoiceMisspelt, "name", q.Name, "choice", text, "similar", similar)
		} else {
			l.say(f.row, f.column, ChoiceUnknown, "name", q.Name, "choice", text, "list", list.Name)
		}
		return true
	})
}

// literal is what a literal says.
func literal(source string, n xpath.Node) string {
	if t, ok := n.(*xpath.Text); ok {
		return t.Value
	}
	at := n.Place()
	return source[at.Start:at.End]
}

// sameNumber reports whether a literal number is the choice in other digits: 1 is 01 and 1.0.
func sameNumber(choice, text string, n xpath.Node) bool {
	if _, ok := n.(*xpath.Text); ok {
		return false
	}
	x, y := number(choice), number(strings.ReplaceAll(text, " ", ""))
	return x != nil && y != nil && x.Cmp(y) == 0
}
