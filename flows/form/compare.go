package form

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"chihai/flows/form/xpath"
	"chihai/locales"
)

// A Change is one difference between two versions of a form. It is kept in the store as JSON.
type Change struct {
	Kind ChangeKind `json:"kind"`
	Code ChangeCode `json:"code"`

	// Path is the item's: the names of the groups around it and its own. It is empty for the form as a whole,
	// and for a list of choices.
	Path   string            `json:"path,omitzero"`
	Number int               `json:"number,omitzero"` // of the question among those that are asked, in the version that has it, from 1; 0 for others
	Label  Text              `json:"label,omitzero"`  // of the item
	Args   map[string]string `json:"args,omitzero"`   // what the words need: "list", "choice", "language"
}

// A ChangeKind is what a change means for answers that are there already.
type ChangeKind string

// The kinds of changes, from the lightest.
const (
	// Cosmetic changes what is read and not what is meant: it may reach people who are in the middle.
	Cosmetic ChangeKind = "cosmetic"

	// Compatible leaves old answers valid beside new ones; people in the middle go on with their version.
	Compatible ChangeKind = "compatible"

	// Breaking means that old answers and new ones are not answers to the same.
	Breaking ChangeKind = "breaking"
)

// A ChangeCode names what was changed; it is a key of the locales, in the section formchange.
type ChangeCode string

// The codes of changes.
const (
	ChangeTitle           ChangeCode = "title"
	ChangeID              ChangeCode = "id"
	ChangeLanguageAdded   ChangeCode = "language_added"
	ChangeLanguageRemoved ChangeCode = "language_removed"
	ChangeOrder           ChangeCode = "order"
	ChangeAdded           ChangeCode = "added"
	ChangeAddedRequired   ChangeCode = "added_required"
	ChangeRemoved         ChangeCode = "removed"
	ChangeMoved           ChangeCode = "moved"
	ChangeType            ChangeCode = "type"
	ChangeLabel           ChangeCode = "label"
	ChangeHint            ChangeCode = "hint"
	ChangeMessage         ChangeCode = "message"
	ChangeMedia           ChangeCode = "media"
	ChangeAppearance      ChangeCode = "appearance"
	ChangeRequired        ChangeCode = "required"
	ChangeOptional        ChangeCode = "optional"
	ChangeRelevant        ChangeCode = "relevant"
	ChangeConstraint      ChangeCode = "constraint"
	ChangeRelaxed         ChangeCode = "relaxed"
	ChangeCalculation     ChangeCode = "calculation"
	ChangeDefault         ChangeCode = "default"
	ChangeFilter          ChangeCode = "filter"
	ChangeParameters      ChangeCode = "parameters"
	ChangeCount           ChangeCode = "count"
	ChangeList            ChangeCode = "list"
	ChangeChoiceAdded     ChangeCode = "choice_added"
	ChangeChoiceInserted  ChangeCode = "choice_inserted"
	ChangeChoiceRemoved   ChangeCode = "choice_removed"
	ChangeChoiceOrder     ChangeCode = "choice_order"
	ChangeChoiceLabel     ChangeCode = "choice_label"
	ChangeChoiceReused    ChangeCode = "choice_reused"
	ChangeChoiceColumn    ChangeCode = "choice_column"
)

// ChangeCodes lists all of them, for the test of the locales.
func ChangeCodes() []ChangeCode {
	return []ChangeCode{ChangeTitle, ChangeID, ChangeLanguageAdded, ChangeLanguageRemoved, ChangeOrder, ChangeAdded, ChangeAddedRequired,
		ChangeRemoved, ChangeMoved, ChangeType, ChangeLabel, ChangeHint, ChangeMessage, ChangeMedia, ChangeAppearance, ChangeRequired,
		ChangeOptional, ChangeRelevant, ChangeConstraint, ChangeRelaxed, ChangeCalculation, ChangeDefault, ChangeFilter, ChangeParameters,
		ChangeCount, ChangeList, ChangeChoiceAdded, ChangeChoiceInserted, ChangeChoiceRemoved, ChangeChoiceOrder, ChangeChoiceLabel,
		ChangeChoiceReused, ChangeChoiceColumn}
}

// Compare lists what a newer version changes in an older one: the form itself first, then items in their order,
// then lists. Where it cannot be shown that a change is harmless, it is Breaking.
func Compare(older, newer *Form) []Change {
	c := &comparison{older: older, newer: newer, was: placesOf(older), is: placesOf(newer)}
	c.form()
	for _, p := range c.was.order {
		c.item(c.was.all[p], c.is.all[p])
	}
	for _, p := range c.is.order {
		if _, ok := c.was.all[p]; !ok {
			c.added(c.is.all[p])
		}
	}
	c.order()
	c.lists()
	return c.changes
}

// Heaviest is the gravest kind among changes; "" for none.
func Heaviest(changes []Change) ChangeKind {
	rank := []ChangeKind{"", Cosmetic, Compatible, Breaking}
	most := 0
	for _, c := range changes {
		most = max(most, slices.Index(rank, c.Kind))
	}
	return rank[most]
}

// Reword is the version with which somebody goes on who began with an older one: the newer if it changes no more
// than words, else the older. Paths and answers mean the same in both.
func Reword(older, newer *Form) *Form {
	if k := Heaviest(Compare(older, newer)); k == "" || k == Cosmetic {
		return newer
	}
	return older
}

// A formPlaces is the items of a form by their paths.
type formPlaces struct {
	order []string
	all   map[string]formPlace
	paths map[string][]string // by name
}

type formPlace struct {
	path   string
	item   Item
	number int
}

func placesOf(f *Form) formPlaces {
	p := formPlaces{all: map[string]formPlace{}, paths: map[string][]string{}}
	asked := 0
	for it, around := range f.All() {
		var b strings.Builder
		for _, o := range around {
			b.WriteString(o.Name() + "/")
		}
		at := formPlace{path: b.String() + it.Name(), item: it}
		if q := it.Question; q != nil && q.Kind.Asked() {
			asked++
			at.number = asked
		}
		p.order = append(p.order, at.path)
		p.all[at.path] = at
		p.paths[it.Name()] = append(p.paths[it.Name()], at.path)
	}
	return p
}

// A comparison holds two versions while they are compared.
type comparison struct {
	older, newer *Form
	was, is      formPlaces
	changes      []Change
	compared     []string // pairs of lists
}

func (c *comparison) say(kind ChangeKind, code ChangeCode, at formPlace, pairs ...string) {
	change := Change{Kind: kind, Code: code, Path: at.path, Number: at.number}
	if q := at.item.Question; q != nil {
		change.Label = q.Label
	} else if b := at.item; b.Group != nil || b.Repeat != nil {
		change.Label = b.Body().Label
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if change.Args == nil {
			change.Args = map[string]string{}
		}
		change.Args[pairs[i]] = shorten(pairs[i+1])
	}
	c.changes = append(c.changes, change)
}

// form compares what is no item.
func (c *comparison) form() {
	if c.older.ID != c.newer.ID {
		c.say(Breaking, ChangeID, formPlace{})
	}
	if c.older.Title != c.newer.Title {
		c.say(Cosmetic, ChangeTitle, formPlace{})
	}
	for _, l := range c.newer.Languages {
		if !slices.Contains(c.older.Languages, l) {
			c.say(Compatible, ChangeLanguageAdded, formPlace{}, "language", l.Name)
		}
	}
	for _, l := range c.older.Languages {
		if !slices.Contains(c.newer.Languages, l) {
			c.say(Breaking, ChangeLanguageRemoved, formPlace{}, "language", l.Name)
		}
	}
}

// added judges an item that only the newer version has.
func (c *comparison) added(at formPlace) {
	q := at.item.Question
	switch {
	case len(c.was.paths[at.item.Name()]) > 0 && len(c.is.paths[at.item.Name()]) == 1:
		// It was moved: that is said at its old place.
	case q == nil || q.Kind.Asked() && q.Required == "":
		c.say(Compatible, ChangeAdded, at)
	case q.Kind.Asked():
		c.say(Breaking, ChangeAddedRequired, at)
	case q.Kind == Note && q.Calculation == "":
		c.say(Cosmetic, ChangeAdded, at)
	default:
		c.say(Compatible, ChangeAdded, at)
	}
}

// item compares one item; in the newer version it may be missing.
func (c *comparison) item(was, is formPlace) {
	if is.path == "" {
		kind, code := Breaking, ChangeRemoved
		if len(c.is.paths[was.item.Name()]) > 0 {
			code = ChangeMoved
		} else if q := was.item.Question; q != nil && q.Kind == Note && q.Calculation == "" {
			kind = Cosmetic
		}
		c.say(kind, code, was)
		return
	}
	a, b := was.item.Question, is.item.Question
	switch {
	case a != nil && b != nil:
		c.question(is, a, b)
	case a == nil && b == nil && (was.item.Repeat == nil) == (is.item.Repeat == nil):
		c.group(is, was.item, is.item)
	default:
		c.say(Breaking, ChangeType, is)
	}
}

func (c *comparison) group(at formPlace, was, is Item) {
	a, b := was.Body(), is.Body()
	c.texts(at, a.Label, b.Label, a.Hint, b.Hint, a.Media, b.Media)
	c.breaks(at, ChangeRelevant, a.Relevant, b.Relevant)
	c.breaks(at, ChangeFilter, a.ReadOnly, b.ReadOnly)
	if was.Repeat != nil {
		c.breaks(at, ChangeCount, was.Repeat.Count, is.Repeat.Count)
	}
	if a.Loop != b.Loop {
		c.say(Breaking, ChangeList, at)
	}
	c.looks(at, a.Appearance, b.Appearance)
}

func (c *comparison) question(at formPlace, a, b *Question) {
	if a.Kind != b.Kind || a.File != b.File || a.From != b.From || a.Other != b.Other || a.Kind == Device && a.Type != b.Type {
		c.say(Breaking, ChangeType, at)
		return
	}
	c.texts(at, a.Label, b.Label, a.Hint, b.Hint, a.Media, b.Media)
	if c.reworded(a.ConstraintMessage, b.ConstraintMessage) || c.reworded(a.RequiredMessage, b.RequiredMessage) || c.reworded(a.Guidance, b.Guidance) {
		c.say(Cosmetic, ChangeMessage, at)
	}
	c.looks(at, a.Appearance, b.Appearance)
	switch {
	case sameExpression(a.Required, b.Required):
	case b.Required == "":
		c.say(Compatible, ChangeOptional, at)
	default:
		c.say(Breaking, ChangeRequired, at)
	}
	switch {
	case sameExpression(a.Constraint, b.Constraint):
	case c.relaxed(b, a.Constraint, b.Constraint):
		c.say(Compatible, ChangeRelaxed, at)
	default:
		c.say(Breaking, ChangeConstraint, at)
	}
	c.breaks(at, ChangeRelevant, a.Relevant, b.Relevant)
	c.breaks(at, ChangeCalculation, a.Calculation, b.Calculation)
	c.breaks(at, ChangeFilter, a.ChoiceFilter, b.ChoiceFilter)
	c.breaks(at, ChangeFilter, a.ReadOnly, b.ReadOnly)
	if a.Default != b.Default || a.Dynamic != b.Dynamic {
		kind := Breaking
		if b.Kind.Asked() && b.ReadOnly == "" && b.Calculation == "" {
			kind = Compatible // it is only proposed
		}
		c.say(kind, ChangeDefault, at)
	}
	if !maps.Equal(a.Parameters, b.Parameters) || !slices.Equal(a.Trigger, b.Trigger) {
		c.say(Breaking, ChangeParameters, at)
	}
	was, is := c.older.List(a), c.newer.List(b)
	switch {
	case (was == nil) != (is == nil):
		c.say(Breaking, ChangeList, at)
	case was != nil:
		if pair := was.Name + "\n" + is.Name + "\n" + string(a.Kind); !slices.Contains(c.compared, pair) {
			c.compared = append(c.compared, pair)
		}
	}
}

// texts compares what is read of an item.
func (c *comparison) texts(at formPlace, label, newLabel, hint, newHint Text, media, newMedia map[string]Text) {
	if c.reworded(label, newLabel) {
		c.say(Cosmetic, ChangeLabel, at)
	}
	if c.reworded(hint, newHint) {
		c.say(Cosmetic, ChangeHint, at)
	}
	if !maps.EqualFunc(media, newMedia, func(a, b Text) bool { return maps.Equal(a, b) }) {
		c.say(Cosmetic, ChangeMedia, at)
	}
}

// reworded reports whether a text differs, other than by a language that only one version has.
func (c *comparison) reworded(a, b Text) bool {
	for lang := range maps.Keys(mergedTexts(a, b)) {
		if (lang == "" || hasLanguage(c.older, lang) && hasLanguage(c.newer, lang)) && a[lang] != b[lang] {
			return true
		}
	}
	return false
}

func mergedTexts(a, b Text) Text {
	all := maps.Clone(a)
	if all == nil {
		all = Text{}
	}
	maps.Copy(all, b)
	return all
}

func hasLanguage(f *Form, name string) bool {
	return slices.ContainsFunc(f.Languages, func(l Language) bool { return l.Name == name })
}

// looks compares appearances. One that searches a file decides what is offered.
func (c *comparison) looks(at formPlace, a, b string) {
	switch {
	case a == b:
	case strings.Contains(a, "search(") || strings.Contains(b, "search("):
		c.say(Breaking, ChangeFilter, at)
	default:
		c.say(Cosmetic, ChangeAppearance, at)
	}
}

func (c *comparison) breaks(at formPlace, code ChangeCode, a, b string) {
	if !sameExpression(a, b) {
		c.say(Breaking, code, at)
	}
}

// sameExpression reports whether two expressions are the same, however they are spaced.
func sameExpression(a, b string) bool {
	if a == b {
		return true
	}
	x, err1 := xpath.Parse(a)
	y, err2 := xpath.Parse(b)
	return err1 == nil && err2 == nil && x.String() == y.String()
}

// relaxed reports whether it is proved that every answer which met a constraint meets the newer one.
func (c *comparison) relaxed(q *Question, was, is string) bool {
	if is == "" {
		return true
	}
	x, err1 := xpath.Parse(was)
	y, err2 := xpath.Parse(is)
	if err1 != nil || err2 != nil {
		return false
	}
	proof := xpath.Satisfy(func(name string) xpath.Domain {
		if name == q.Name {
			return c.newer.domain(q)
		}
		return xpath.Domain{}
	}, xpath.Condition{Expr: x, Self: q.Name}, xpath.Condition{Expr: y, Self: q.Name, Not: true})
	return proof.Verdict == xpath.Impossible
}

// order looks whether questions that both versions ask come in another order.
func (c *comparison) order() {
	common := func(p, other formPlaces) []string {
		return slices.DeleteFunc(slices.Clone(p.order), func(path string) bool {
			return p.all[path].number == 0 || other.all[path].number == 0
		})
	}
	was, is := common(c.was, c.is), common(c.is, c.was)
	for i := range is {
		if is[i] != was[i] {
			c.say(Breaking, ChangeOrder, c.is.all[is[i]])
			return
		}
	}
}

// Words says a change to staff: where, and what. Labels are in the language of p where the form has it.
func (c Change) Words(f *Form, p *locales.Printer) string {
	label := f.In(c.Label, p.Language)
	args := []any{"n", cmp.Or(c.Number, 0), "label", shorten(label), "name", c.Path}
	for k, v := range c.Args {
		args = append(args, k, v)
	}
	what := p.T("formchange."+string(c.Code), args...)
	switch {
	case c.Args["list"] != "":
		return p.T("formchange.at_list", args...) + ": " + what
	case c.Path == "":
		return what
	case c.Number > 0 && label != "":
		return p.T("formchange.at_question", args...) + ": " + what
	case label != "":
		return p.T("formchange.at_label", args...) + ": " + what
	}
	return c.Path + ": " + what
}

// Words says what a kind of change means for people who are in the middle, in a sentence.
func (k ChangeKind) Words(p *locales.Printer) string { return p.T("formchange." + string(k)) }
