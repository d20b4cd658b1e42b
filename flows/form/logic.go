package form

import (
	"fmt"
	"slices"
	"strings"

	"chihai/flows/form/xpath"
)

// A Logic is a form made ready for answering: its expressions parsed, its names found. It does not
// change once made, several goroutines may use it, and making it costs far more than a step of a
// [Walk]: whoever answers many times keeps it.
type Logic struct {
	form   *Form
	rules  []*rule // of the form's items, without those in groups
	root   *level
	byName map[string][]*rule
}

// A rule is one item of a form, ready.
type rule struct {
	item     Item
	name     string
	within   string   // its path within the instance it stands in: "ho/ten"
	names    []string // of all groups and repeats around it, and its own
	around   *rule    // the group or repeat around it; nil for none
	level    *level   // whose instances it stands in
	slot     int      // of its cell in such an instance
	inner    *level   // what a repeat makes instances of
	rules    []*rule  // of a group or repeat
	origin   origin
	triggers []string

	relevant, required, constraint, calculation *xpath.Expr
	count, filter, preset, readOnly             *xpath.Expr

	waits    []*rule // whom its relevant reads
	computes []*rule // whom its calculation or count reads
}

// A level is the form itself, or one repeat: what has instances.
type level struct {
	rule  *rule // the repeat; nil for the form
	outer *level
	size  int // cells of an instance
}

// An origin is where the value of a question comes from.
type origin int

const (
	silent   origin = iota // nowhere: it only says something, or not even that
	fromHer                // she answers it
	computed               // a calculation, a default that nobody may change, the caller
)

// NewLogic makes a form ready. The form must be one that [Read] found no error in and must not be
// changed afterwards. An expression that cannot be parsed is an error.
func NewLogic(f *Form) (*Logic, error) {
	l := &Logic{form: f, root: &level{}, byName: map[string][]*rule{}}
	var err error
	if l.rules, err = l.compile(f.Items, nil, l.root, ""); err != nil {
		return nil, fmt.Errorf("logic of form %s: %w", f.ID, err)
	}
	for _, all := range l.byName {
		for _, r := range all {
			r.waits = l.reads(r, r.relevant)
			r.computes = append(l.reads(r, r.calculation), l.reads(r, r.count)...)
		}
	}
	return l, nil
}

// Form is the form that the logic was made of.
func (l *Logic) Form() *Form { return l.form }

func (l *Logic) compile(items []Item, around *rule, lv *level, prefix string) ([]*rule, error) {
	made := make([]*rule, 0, len(items))
	for _, it := range items {
		r := &rule{item: it, name: it.Name(), within: prefix + it.Name(), around: around, level: lv, slot: lv.size}
		lv.size++
		if around != nil {
			r.names = slices.Clip(around.names)
		}
		r.names = append(r.names, r.name)
		if err := r.parse(); err != nil {
			return nil, fmt.Errorf("row %d: %w", it.Row(), err)
		}
		l.byName[r.name] = append(l.byName[r.name], r)
		var err error
		switch {
		case it.Question != nil:
			r.settleOrigin()
		case it.Repeat != nil:
			r.inner = &level{rule: r, outer: lv}
			r.rules, err = l.compile(it.Repeat.Items, r, r.inner, "")
		default:
			r.rules, err = l.compile(it.Group.Items, r, lv, r.within+"/")
		}
		if err != nil {
			return nil, err
		}
		made = append(made, r)
	}
	return made, nil
}

// parse parses the expressions of the item.
func (r *rule) parse() error {
	var err error
	parse := func(to **xpath.Expr, column, text string) {
		if text == "" || err != nil {
			return
		}
		if *to, err = xpath.Parse(text); err != nil {
			err = fmt.Errorf("%s: %w", column, err)
		}
	}
	q := r.item.Question
	if q == nil {
		parse(&r.relevant, "relevant", r.item.Body().Relevant)
		if r.item.Repeat != nil {
			parse(&r.count, "repeat_count", r.item.Repeat.Count)
		}
		return err
	}
	parse(&r.relevant, "relevant", q.Relevant)
	parse(&r.required, "required", q.Required)
	parse(&r.constraint, "constraint", q.Constraint)
	parse(&r.calculation, "calculation", q.Calculation)
	parse(&r.filter, "choice_filter", q.ChoiceFilter)
	parse(&r.readOnly, "read_only", q.ReadOnly)
	if q.Dynamic {
		parse(&r.preset, "default", q.Default)
	}
	return err
}

// settleOrigin says where the value of a question comes from.
func (r *rule) settleOrigin() {
	q := r.item.Question
	r.triggers = q.Trigger
	switch q.Kind {
	case Audit, Background, ExternalData, "":
	case Start, End, Today, Device, Calculate, Hidden:
		r.origin = computed
	case Note:
		if q.Calculation != "" {
			r.origin = computed
		}
	default:
		r.origin = fromHer
		if q.Calculation != "" || q.ReadOnly == "true()" {
			r.origin = computed
		}
	}
}

// spoken reports whether the item, a question, is said to her though she does not answer it.
func (r *rule) spoken() bool {
	q := r.item.Question
	return q.Kind == Note || q.Kind.Asked() && (len(q.Label) > 0 || len(q.Hint) > 0 || len(q.Media) > 0)
}

// reads lists the items that an expression of r names.
func (l *Logic) reads(r *rule, x *xpath.Expr) []*rule {
	if x == nil {
		return nil
	}
	var all []*rule
	xpath.Walk(x.Root(), func(n xpath.Node) bool {
		if p, ok := n.(*xpath.Path); ok && p.From != xpath.LastSaved {
			if to := l.find(r, p); to != nil && !slices.Contains(all, to) {
				all = append(all, to)
			}
			if p.From == xpath.Question && len(p.Steps) > 0 {
				if to := l.named(p.Name); to != nil && !slices.Contains(all, to) {
					all = append(all, to)
				}
			}
		}
		return true
	})
	return all
}

// named is the first item of a name; nil for none.
func (l *Logic) named(name string) *rule {
	if all := l.byName[name]; len(all) > 0 {
		return all[0]
	}
	return nil
}

// find is the item that a path in an expression of r leads to; nil for none. The last name decides,
// and only where several items have it the whole path.
func (l *Logic) find(r *rule, p *xpath.Path) *rule {
	name, ok := p.Question()
	if !ok {
		return nil
	}
	all := l.byName[name]
	if len(all) < 2 || p.From == xpath.Question && len(p.Steps) == 0 {
		return l.named(name)
	}
	want := l.absolute(r, p)
	for _, c := range all {
		if slices.Equal(c.names, want) {
			return c
		}
	}
	return all[0]
}

// absolute is the path by the names of all groups.
func (l *Logic) absolute(r *rule, p *xpath.Path) []string {
	var names []string
	steps := p.Steps
	switch p.From {
	case xpath.Root:
		steps = steps[min(1, len(steps)):] // the first is the form
	case xpath.Question:
		if from := l.named(p.Name); from != nil {
			names = slices.Clone(from.names)
		}
	default:
		if r != nil {
			names = slices.Clone(r.names[:max(0, len(r.names)-p.Up)])
		}
	}
	for _, s := range steps {
		if s.Name == ".." {
			names = names[:max(0, len(names)-1)]
			continue
		}
		names = append(names, s.Name)
	}
	return names
}

// instancePath is the path of an instance of a repeat.
func instancePath(repeat string, number int) string {
	var b strings.Builder
	b.WriteString(repeat)
	b.WriteByte('[')
	b.WriteString(decimal(number))
	b.WriteByte(']')
	return b.String()
}
