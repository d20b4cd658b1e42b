package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An Area is a unit of the country: a province, a commune, a branch of the
// Union. Which levels there are is data. Units have been renamed, merged and
// abolished (the districts on 1 July 2025); old ones are kept with the time
// they were valid, so that their names still lead to the present ones.
//
//	area          Code → Area
//	meta/areas    → how many times the tree was imported
type Area struct {
	Code         string    `json:"code"` // official code with its leading zeros, or one of the operator's own
	Name         string    `json:"name"` // with the word for its kind, such as "Xã Mỹ Xuyên"
	Kind         string    `json:"kind"` // thanh_pho, tinh, quan, huyen, phuong, xa, thi_tran, ap, khom, chi_hoi, …
	Parent       string    `json:"parent,omitzero"`
	From         time.Time `json:"from,omitzero"`         // first day it is valid; zero: always was
	Until        time.Time `json:"until,omitzero"`        // last day it is valid; zero: it is still
	Predecessors []string  `json:"predecessors,omitzero"` // codes of the units it was made of
	Aliases      []string  `json:"aliases,omitzero"`      // other names that people use

	Rest jsontext.Value `json:",embed"`
}

// Valid says whether the unit exists on the day of t.
func (a *Area) Valid(t time.Time) bool {
	return !t.Before(a.From) && (a.Until.IsZero() || t.Before(a.Until.AddDate(0, 0, 1)))
}

// An AreaTree is all areas at once: there are few, and every search needs
// most of them. It never changes.
type AreaTree struct {
	version  int
	byCode   map[string]*Area
	children map[string][]*Area
	heirs    map[string][]*Area // by code of a predecessor
	names    map[string][]*Area // by folded name or alias
	sounds   map[string][]*Area // by the sound of a name or alias
	sorted   []*Area            // by code
}

type areasMeta struct {
	Version int `json:"version"`
}

// ImportAreas puts all areas into the tree: what has the same code is
// replaced, what is not among them stays. It returns an error that names the
// first unit with an unknown parent or predecessor, or a circle of parents.
func (tx *Tx) ImportAreas(areas []*Area) error {
	tree, err := tx.Areas()
	if err != nil {
		return err
	}
	all := make(map[string]*Area, len(areas))
	for code, a := range tree.byCode {
		all[code] = a
	}
	for _, a := range areas {
		all[a.Code] = a
	}
	for _, a := range areas {
		if a.Parent != "" && all[a.Parent] == nil {
			return fmt.Errorf("area %s: parent %s is not known", a.Code, a.Parent)
		}
		for _, p := range a.Predecessors {
			if all[p] == nil {
				return fmt.Errorf("area %s: predecessor %s is not known", a.Code, p)
			}
		}
		for up, n := a, 0; up.Parent != ""; up = all[up.Parent] {
			if n++; n > len(all) {
				return fmt.Errorf("area %s: its parents go in a circle", a.Code)
			}
			if all[up.Parent] == nil {
				break
			}
		}
	}
	for _, a := range areas {
		if err := put(tx, "area", a.Code, a); err != nil {
			return err
		}
	}
	return put(tx, "meta", "areas", areasMeta{tree.version + 1})
}

// Areas returns the tree of all areas. It is read once and kept until it is
// imported again.
func (tx *Tx) Areas() (*AreaTree, error) {
	meta, err := get[areasMeta](tx, "meta", "areas")
	if errors.Is(err, ErrNotFound) {
		meta, err = &areasMeta{}, nil
	}
	if err != nil {
		return nil, err
	}
	if tree := tx.store.areas.Load(); tree != nil && tree.version == meta.Version {
		return tree, nil
	}
	tree := &AreaTree{
		version:  meta.Version,
		byCode:   map[string]*Area{},
		children: map[string][]*Area{},
		heirs:    map[string][]*Area{},
		names:    map[string][]*Area{},
		sounds:   map[string][]*Area{},
	}
	for a, err := range each[Area](tx, "area", "", "") {
		if err != nil {
			return nil, err
		}
		tree.add(a)
	}
	tx.store.areas.Store(tree)
	return tree, nil
}

func (tree *AreaTree) add(a *Area) {
	tree.byCode[a.Code] = a
	tree.sorted = append(tree.sorted, a)
	tree.children[a.Parent] = append(tree.children[a.Parent], a)
	for _, p := range a.Predecessors {
		tree.heirs[p] = append(tree.heirs[p], a)
	}
	for _, name := range append([]string{a.Name}, a.Aliases...) {
		_, bare := splitKind(name)
		for _, f := range []string{FoldArea(name), foldName(bare)} {
			if !slices.Contains(tree.names[f], a) {
				tree.names[f] = append(tree.names[f], a)
			}
		}
		if s := sound(foldName(bare)); !slices.Contains(tree.sounds[s], a) {
			tree.sounds[s] = append(tree.sounds[s], a)
		}
	}
}

// Area returns the unit with code, or nil.
func (tree *AreaTree) Area(code string) *Area { return tree.byCode[code] }

// All returns the units in the order of their codes.
func (tree *AreaTree) All() []*Area { return tree.sorted }

// Children returns the units right below code that are valid at t. The units
// without a parent are those of "".
func (tree *AreaTree) Children(code string, t time.Time) []*Area {
	return slices.DeleteFunc(slices.Clone(tree.children[code]), func(a *Area) bool { return !a.Valid(t) })
}

// Within says whether the unit code is the unit top or lies below it. Every
// unit lies within "".
func (tree *AreaTree) Within(code, top string) bool {
	for n := 0; n <= len(tree.byCode); n++ {
		if code == top || top == "" {
			return true
		}
		a := tree.byCode[code]
		if a == nil || a.Parent == "" {
			return false
		}
		code = a.Parent
	}
	return false
}

// Leaf says whether nothing that is valid at t lies below the unit.
func (tree *AreaTree) Leaf(code string, t time.Time) bool {
	return len(tree.Children(code, t)) == 0
}

// Find returns the present units that a name may mean at t, by code: those so
// called, the heirs of old ones so called, and, for an old unit that held
// others, the heirs of all below it. What is typed may lack diacritics and
// carry the word for the kind ("huyện Kế Sách"); a kind that is named excludes
// units of other kinds. The second result is the units, present and old, that
// are so called: when they are several, she must be asked which one she means.
func (tree *AreaTree) Find(typed string, t time.Time) (now, meant []*Area) {
	kinds, name := splitKind(typed)
	for _, a := range tree.names[foldName(name)] {
		if len(kinds) == 0 || slices.Contains(kinds, a.Kind) {
			meant = append(meant, a)
		}
	}
	if len(meant) == 0 { // a name may begin with such a word, or the kind has changed
		meant = slices.Clone(tree.names[FoldArea(typed)])
	}
	slices.SortFunc(meant, func(a, b *Area) int { return strings.Compare(a.Code, b.Code) })
	for _, a := range meant {
		for _, h := range tree.Present(a, t) {
			if !slices.Contains(now, h) {
				now = append(now, h)
			}
		}
	}
	return now, meant
}

// Present returns what has become of a at t: a itself while it is valid, else
// its heirs, or those of what lay below it.
func (tree *AreaTree) Present(a *Area, t time.Time) []*Area {
	var found []*Area
	seen := map[string]bool{}
	var walk func(a *Area)
	walk = func(a *Area) {
		if seen[a.Code] {
			return
		}
		seen[a.Code] = true
		if a.Valid(t) {
			if !slices.Contains(found, a) {
				found = append(found, a)
			}
			return
		}
		for _, h := range tree.heirs[a.Code] {
			walk(h)
		}
		for _, c := range tree.children[a.Code] {
			if !c.Valid(t) {
				walk(c)
			}
		}
	}
	walk(a)
	slices.SortFunc(found, func(a, b *Area) int { return strings.Compare(a.Code, b.Code) })
	return found
}

// Search returns the units that are valid at t, lie within top and have a name
// or alias with a word that begins like typed, at most n of them.
func (tree *AreaTree) Search(typed, top string, t time.Time, n int) []*Area {
	_, name := splitKind(typed)
	want := foldName(name)
	if want == "" {
		return nil
	}
	var found []*Area
	for _, a := range tree.sorted {
		if len(found) == n {
			break
		}
		if !a.Valid(t) || !tree.Within(a.Code, top) {
			continue
		}
		for _, name := range append([]string{a.Name}, a.Aliases...) {
			_, bare := splitKind(name)
			if strings.Contains(" "+foldName(bare), " "+want) {
				found = append(found, a)
				break
			}
		}
	}
	return found
}

// Alike returns the units, present and old, whose names sound in the south like
// what was typed. It guesses: people must be asked whether they mean one.
func (tree *AreaTree) Alike(typed string) []*Area {
	_, name := splitKind(typed)
	return tree.sounds[sound(foldName(name))]
}

// sound brings a folded name into a form in which two names are the same that
// many people in the south say alike and therefore spell alike: s and x, ch and
// tr, d, gi and v at the head of a word, n and ng, t and c at its end.
func sound(folded string) string {
	words := strings.Fields(folded)
	for i, w := range words {
		for _, s := range soundHeads {
			if rest, ok := strings.CutPrefix(w, s.written); ok {
				w = s.said + rest
				break
			}
		}
		for _, s := range soundTails {
			if rest, ok := strings.CutSuffix(w, s.written); ok {
				w = rest + s.said
				break
			}
		}
		words[i] = w
	}
	return strings.Join(words, " ")
}

type spelling struct{ written, said string }

var (
	soundHeads = []spelling{
		{"ngh", "ng"}, {"gh", "g"}, {"gy", "d"}, {"tr", "ch"}, {"ph", "f"}, // gy: foldName makes y of i
		{"x", "s"}, {"v", "d"}, {"k", "c"}, {"q", "c"},
	}
	soundTails = []spelling{{"ng", "n"}, {"nh", "n"}, {"ch", "t"}, {"c", "t"}}
)

// kindWords are what people write before a name, folded, and the kinds that
// each may mean. Longer ones stand first.
var kindWords = []struct {
	words string
	kinds []string
}{
	{"thanh pho truc thuoc tinh", []string{"thanh_pho_thuoc_tinh"}},
	{"thanh pho", []string{"thanh_pho", "thanh_pho_thuoc_tinh"}},
	{"thi tran", []string{"thi_tran"}},
	{"thi xa", []string{"thi_xa"}},
	{"phuong", []string{"phuong"}},
	{"huyen", []string{"huyen"}},
	{"quan", []string{"quan"}},
	{"tinh", []string{"tinh"}},
	{"tp", []string{"thanh_pho", "thanh_pho_thuoc_tinh"}},
	{"tx", []string{"thi_xa"}},
	{"tt", []string{"thi_tran"}},
	{"xa", []string{"xa"}},
	{"khom", []string{"khom"}},
	{"ap", []string{"ap"}},
}

// splitKind takes the word for a kind from the head of a typed name.
func splitKind(typed string) (kinds []string, name string) {
	f := Fold(typed)
	for _, k := range kindWords {
		if rest, ok := strings.CutPrefix(f, k.words+" "); ok {
			return k.kinds, rest
		}
	}
	return nil, f
}

// FoldArea brings a name of a unit into the form in which names are compared.
func FoldArea(name string) string { return foldName(Fold(name)) }

// foldName makes one of the spellings that differ by sound or keyboard only.
func foldName(s string) string {
	return strings.NewReplacer("i", "y", "-", " ", "'", "").Replace(s)
}
