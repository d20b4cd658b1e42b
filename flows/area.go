package flows

import (
	"slices"
	"strings"
	"time"

	"chihai/store"
)

// area asks for the commune or ward in which somebody lives. Its result is the
// unit's code. Names of units that are gone lead to what became of them; a name
// that means several places is asked about, never resolved silently.
func area() *Flow {
	return &Flow{
		Name: "area",
		Steps: []Step{
			{Name: "name", Ask: askAreaName, Take: takeAreaName, Free: true},
			{Name: "which", Ask: askWhich, Take: takeWhich},
			{Name: "unit", Ask: askUnit, Take: takeUnit},
		},
	}
}

// An areaNote says for whom it is asked.
type areaNote struct {
	Other bool   `json:"other,omitzero"` // for somebody else than the one who speaks
	Any   bool   `json:"any,omitzero"`   // staff: units with others below them count too
	Top   string `json:"top,omitzero"`   // only within this unit
}

// unitPage is how many units one message offers.
const unitPage = 8

func askAreaName(t *Turn) error {
	var n areaNote
	t.Get("area", &n)
	switch {
	case n.Any:
		t.Say("area.name_staff")
	case n.Other:
		t.Say("area.name_other")
	default:
		t.Say("area.name")
	}
	t.Offer(Pick("list", "area.list"))
	return nil
}

func takeAreaName(t *Turn) error {
	if t.Chosen() == "list" {
		t.Forget("units") // all of them: too many to write down
		t.Forget("skip")
		return t.Goto("unit")
	}
	words := t.Words()
	if len(store.FoldArea(words)) < 2 {
		return t.Again("area.again")
	}
	tree, err := t.Areas()
	if err != nil {
		return err
	}
	now, meant := tree.Find(words, t.Now)
	now = slices.DeleteFunc(now, func(a *store.Area) bool { return !t.suits(tree, a) })
	if len(now) > 1 {
		if meant = t.differ(tree, meant); len(meant) > 1 {
			t.Set("meant", codes(meant))
			return t.Goto("which")
		}
	}
	if len(now) == 0 {
		if now = t.units(words); len(now) == 1 { // a part of a name: she says whether it is meant
			t.Say("area.alike")
			t.Set("units", codes(now))
			t.Forget("skip")
			return t.Goto("unit")
		}
	}
	if len(now) == 0 {
		alike := slices.DeleteFunc(slices.Clone(tree.Alike(words)), func(a *store.Area) bool { return !t.suits(tree, a) })
		if len(alike) == 0 {
			return t.Again("area.none", "name", cleanText(words, 60))
		}
		t.Say("area.alike")
		t.Set("units", codes(alike))
		t.Forget("skip")
		return t.Goto("unit")
	}
	if len(now) == 1 {
		if len(meant) > 0 && meant[0].Code != now[0].Code {
			t.Say("area.now_called", "old", cleanText(words, 60), "area", now[0].Name)
		}
		return t.Return(now[0].Code)
	}
	t.Set("units", codes(now))
	t.Forget("skip")
	return t.Goto("unit")
}

// differ leaves of the units that a name may mean those that lead to different
// places: an old town that has become the commune of the same name is no second
// answer beside it.
func (t *Turn) differ(tree *store.AreaTree, meant []*store.Area) []*store.Area {
	leads := map[string]bool{}
	var left []*store.Area
	for _, valid := range []bool{true, false} { // the present ones stay
		for _, a := range meant {
			if a.Valid(t.Now) != valid {
				continue
			}
			to := strings.Join(codes(tree.Present(a, t.Now)), " ")
			if !leads[to] {
				leads[to] = true
				left = append(left, a)
			}
		}
	}
	return left
}

// units returns the units that suit and have a word that begins like words;
// all that suit when words is empty.
func (t *Turn) units(words string) []*store.Area {
	tree, err := t.Areas()
	if err != nil {
		return nil
	}
	settings, err := t.Settings()
	if err != nil {
		return nil
	}
	var found []*store.Area
	if words != "" {
		found = tree.Search(words, settings.Top, t.Now, 50)
	} else {
		for _, a := range tree.All() {
			if a.Valid(t.Now) && tree.Within(a.Code, settings.Top) {
				found = append(found, a)
			}
		}
	}
	return slices.DeleteFunc(found, func(a *store.Area) bool { return !t.suits(tree, a) })
}

// suits says whether one can live in a: it is there, and a commune or below.
func (t *Turn) suits(tree *store.AreaTree, a *store.Area) bool {
	var n areaNote
	t.Get("area", &n)
	return a.Valid(t.Now) && tree.Within(a.Code, n.Top) && (n.Any || tree.Leaf(a.Code, t.Now))
}

func askWhich(t *Turn) error {
	tree, err := t.Areas()
	if err != nil {
		return err
	}
	t.Say("area.which")
	units := t.noted(tree, "meant")
	for _, a := range units {
		same := func(b *store.Area) bool { return b.Name == a.Name && b != a }
		t.Offer(PickText(a.Code, t.unitLabel(tree, a, slices.ContainsFunc(units, same))))
	}
	t.Offer(Pick("list", "area.list"))
	return nil
}

func takeWhich(t *Turn) error {
	tree, err := t.Areas()
	if err != nil {
		return err
	}
	if t.Chosen() == "list" || t.Words() != "" { // or she typed another name
		return takeAreaName(t)
	}
	a := tree.Area(t.Chosen())
	if a == nil {
		return t.Again("engine.unclear")
	}
	now := slices.DeleteFunc(tree.Present(a, t.Now), func(a *store.Area) bool { return !t.suits(tree, a) })
	if len(now) == 1 {
		if now[0].Code != a.Code {
			t.Say("area.now_called", "old", a.Name, "area", now[0].Name)
		}
		return t.Return(now[0].Code)
	}
	t.Set("units", codes(now))
	t.Forget("skip")
	return nil
}

func askUnit(t *Turn) error {
	tree, err := t.Areas()
	if err != nil {
		return err
	}
	units := t.noted(tree, "units")
	if len(units) == 0 {
		units = t.units("")
	}
	skip := t.Count("skip")
	t.Say("area.unit")
	for _, a := range units[min(skip, len(units)):min(skip+unitPage, len(units))] {
		t.Offer(PickText(a.Code, a.Name))
	}
	if skip+unitPage < len(units) {
		t.Offer(Pick("more", "register.more"))
	} else if skip > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	return nil
}

func takeUnit(t *Turn) error {
	switch t.Chosen() {
	case "more":
		t.Set("skip", t.Count("skip")+unitPage)
		return t.Stay()
	case "first":
		t.Forget("skip")
		return t.Stay()
	case "":
		if t.Words() != "" { // she typed a name after all
			return takeAreaName(t)
		}
		return t.Again("engine.unclear")
	}
	return t.Return(t.Chosen())
}

// noted returns the units whose codes were written down under name.
func (t *Turn) noted(tree *store.AreaTree, name string) []*store.Area {
	var list []string
	t.Get(name, &list)
	var units []*store.Area
	for _, code := range list {
		if a := tree.Area(code); a != nil {
			units = append(units, a)
		}
	}
	return units
}

// unitLabel is how a unit is offered that a name may mean: one that is gone with
// the year until which it was there, and with where it was when another of them
// is called the same.
func (t *Turn) unitLabel(tree *store.AreaTree, a *store.Area, several bool) string {
	label := a.Name
	if up := tree.Area(a.Parent); up != nil && several {
		label += ", " + shortKinds.Replace(up.Name)
	}
	if a.Valid(t.Now) {
		return label
	}
	return t.T("area.old", "area", label, "year", yearOf(a.Until))
}

// shortKinds shortens the words for kinds of units as signs and letters do, so
// that a unit's name fits a button beside another's.
var shortKinds = strings.NewReplacer("Thành phố ", "TP ", "Thị xã ", "TX ", "Thị trấn ", "TT ", "Huyện ", "H. ", "Tỉnh ", "")

func yearOf(t time.Time) string { return t.Format("2006") }

func codes(units []*store.Area) []string {
	list := make([]string, len(units))
	for i, a := range units {
		list[i] = a.Code
	}
	return list
}
