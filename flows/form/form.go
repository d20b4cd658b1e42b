// Package form reads questionnaires that were written in Excel, in the XLSForm standard
// (xlsform.org), which ODK and KoboToolbox read as well. It turns a workbook into a [Form], and
// tells its author what is wrong, with the cell and what to do about it.
//
// It asks nobody, keeps nothing and knows no network: what it returns depends on the file alone.
//
//	Examine      the bytes of an .xlsx → all of the following
//	Open         the bytes of an .xlsx → a Workbook of text cells
//	Read         a Workbook → a Form and findings, by the rules of pyxform
//	ReadSimple   a Workbook of one sheet in plain words → the same, by way of an XLSForm
//	ReadRelease  the sheet phat_hanh → for whom the form is meant
//	Lint         a Form → further findings: what pyxform lets pass and people stumble over later
//	Extent       a Form → how many questions it asks, at least, at most and mostly
//	Respondents  a Form → made-up people who together take every branch of it
//	Compare      two versions of a Form → what was changed, and whether it breaks what is answered
//	Walk         a Form and a Response → what to ask next; an answer → the changed Response
//
// # Why
//
// A form that pyxform accepts must be accepted here, and one that it rejects must not be, or forms
// would no longer travel between this program, ODK and Kobo. Read therefore follows the rules of
// pyxform 4.5.0; tests measure the agreement. What we think ourselves is in Lint.
//
// # To add to it
//
// A kind of finding is a line in codes.go and a message in the section finding of the locales. A lint is
// a file lint_<subject>.go with one function, and a line in [Lint]. A question type is a line in kind.go.
package form

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// A Form is a questionnaire. It does not change once made: a new workbook is a new version.
type Form struct {
	ID              string            `json:"id"`
	Title           string            `json:"title,omitzero"`
	Version         string            `json:"version,omitzero"` // as its author wrote it; often empty
	Name            string            `json:"name"`             // of the root; no repeat may have it
	DefaultLanguage string            `json:"default_language,omitzero"`
	Languages       []Language        `json:"languages,omitzero"` // in the order of columns; empty: texts have no language
	Items           []Item            `json:"items"`
	Lists           []List            `json:"lists,omitzero"`
	InstanceName    string            `json:"instance_name,omitzero"` // an expression that names a response
	Settings        map[string]string `json:"settings,omitzero"`      // further ones, by column
	Places          Places            `json:"places,omitzero"`
}

// An Item is one of a group, a repeat and a question; exactly one of the three is set.
type Item struct {
	Group    *Group    `json:"group,omitzero"`
	Repeat   *Repeat   `json:"repeat,omitzero"`
	Question *Question `json:"question,omitzero"`
}

// A Group holds items that belong together. What is not relevant about it is not relevant in it.
type Group struct {
	Name       string            `json:"name"`
	Row        int               `json:"row"` // of the survey sheet, from 1
	Label      Text              `json:"label,omitzero"`
	Hint       Text              `json:"hint,omitzero"`
	Media      map[string]Text   `json:"media,omitzero"`
	Relevant   string            `json:"relevant,omitzero"`
	ReadOnly   string            `json:"read_only,omitzero"`
	Appearance string            `json:"appearance,omitzero"`
	Loop       string            `json:"loop,omitzero"` // the list for each choice of which it holds a group
	Items      []Item            `json:"items,omitzero"`
	More       map[string]string `json:"more,omitzero"` // columns that this program does not know
}

// A Repeat is a group that is answered any number of times.
type Repeat struct {
	Group
	Count string `json:"count,omitzero"` // an expression; empty: as often as she says
}

// A Question is a row that is asked, shown or computed: [Kind] says which.
type Question struct {
	Name              string            `json:"name"`
	Row               int               `json:"row"` // of the survey sheet, from 1
	Kind              Kind              `json:"kind"`
	Type              string            `json:"type"`           // as written
	List              string            `json:"list,omitzero"`  // of choices; for [SelectExternal] on its own sheet
	File              string            `json:"file,omitzero"`  // that holds the choices, such as "xa.csv"
	From              string            `json:"from,omitzero"`  // the question whose answers are the choices
	Other             string            `json:"other,omitzero"` // the question that asks which other, for or_other
	Label             Text              `json:"label,omitzero"`
	Hint              Text              `json:"hint,omitzero"`
	Guidance          Text              `json:"guidance,omitzero"`
	Media             map[string]Text   `json:"media,omitzero"`    // files by kind: image, big-image, audio, video
	Required          string            `json:"required,omitzero"` // an expression; empty: no
	RequiredMessage   Text              `json:"required_message,omitzero"`
	Relevant          string            `json:"relevant,omitzero"`
	Constraint        string            `json:"constraint,omitzero"`
	ConstraintMessage Text              `json:"constraint_message,omitzero"`
	Calculation       string            `json:"calculation,omitzero"`
	Default           string            `json:"default,omitzero"`
	Dynamic           bool              `json:"dynamic,omitzero"` // Default is an expression
	ChoiceFilter      string            `json:"choice_filter,omitzero"`
	Appearance        string            `json:"appearance,omitzero"`
	Parameters        map[string]string `json:"parameters,omitzero"`
	ReadOnly          string            `json:"read_only,omitzero"` // an expression; empty: no
	Trigger           []string          `json:"trigger,omitzero"`   // names of questions whose answers compute this one anew
	SaveTo            string            `json:"save_to,omitzero"`
	Made              bool              `json:"made,omitzero"` // by or_other of the question before
	More              map[string]string `json:"more,omitzero"` // columns that this program does not know
}

// A List is choices in their order.
type List struct {
	Name     string   `json:"name"`
	External bool     `json:"external,omitzero"` // from the sheet external_choices
	Choices  []Choice `json:"choices"`
}

// A Choice is one answer to choose.
type Choice struct {
	Name  string            `json:"name"` // what is kept
	Label Text              `json:"label,omitzero"`
	Media map[string]Text   `json:"media,omitzero"`
	Row   int               `json:"row,omitzero"`  // of the choices sheet, from 1; 0: made by or_other
	More  map[string]string `json:"more,omitzero"` // further columns, for choice filters
}

// Places tells where the columns of the form stand, so that findings about it can name cells: by
// "survey", "choices", "external_choices" and "settings".
type Places map[string]Place

// A Place is one sheet of the workbook that a form came from.
type Place struct {
	Sheet   string            `json:"sheet"`   // its name, as written
	Columns map[string]string `json:"columns"` // the letters of a column ("label", "label::Tiếng Việt (vi)")
}

// At is the sheet and the address of a row in a column. Without such a column in the language it is
// the column without a language, else the row alone.
func (p Places) At(sheet, column, language string, row int) (name, cell string) {
	at := p[sheet]
	letters := at.Columns[column]
	if l := at.Columns[column+"::"+language]; l != "" && language != "" {
		letters = l
	}
	return at.Sheet, letters + decimal(row)
}

// Encode writes a form as JSON, the same bytes for equal forms.
func Encode(f *Form) ([]byte, error) {
	b, err := json.Marshal(f, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode form %s: %w", f.ID, err)
	}
	return b, nil
}

// Decode reads what [Encode] wrote.
func Decode(b []byte) (*Form, error) {
	f := new(Form)
	if err := json.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("decode form: %w", err)
	}
	return f, nil
}

// All goes through all items in their order, each group and repeat before what it holds. The
// second value is the groups and repeats around the item, outermost first; it is used again for
// the next item.
func (f *Form) All() iter.Seq2[Item, []Item] {
	return func(yield func(Item, []Item) bool) {
		walk(f.Items, nil, yield)
	}
}

func walk(items, around []Item, yield func(Item, []Item) bool) bool {
	for _, it := range items {
		if !yield(it, around) {
			return false
		}
		if g := it.Body(); g != nil && !walk(g.Items, append(around, it), yield) {
			return false
		}
	}
	return true
}

// Questions goes through all questions in their order.
func (f *Form) Questions() iter.Seq[*Question] {
	return func(yield func(*Question) bool) {
		for it := range f.All() {
			if it.Question != nil && !yield(it.Question) {
				return
			}
		}
	}
}

// Question finds a question by its name; nil if there is none. Names may occur twice in different
// groups: then it is the first.
func (f *Form) Question(name string) *Question {
	for q := range f.Questions() {
		if q.Name == name {
			return q
		}
	}
	return nil
}

// List finds the list of a question; nil for one without, or with choices from elsewhere.
func (f *Form) List(q *Question) *List {
	i := slices.IndexFunc(f.Lists, func(l List) bool {
		return l.Name == q.List && l.External == (q.Kind == SelectExternal)
	})
	if q.List == "" || i < 0 {
		return nil
	}
	return &f.Lists[i]
}

// Body is the item's group, also for a repeat; nil for a question.
func (it Item) Body() *Group {
	if it.Repeat != nil {
		return &it.Repeat.Group
	}
	return it.Group
}

// Name is that of whatever the item is.
func (it Item) Name() string {
	if it.Question != nil {
		return it.Question.Name
	}
	return it.Body().Name
}

// Row is the row of the survey sheet where the item stands.
func (it Item) Row() int {
	if it.Question != nil {
		return it.Question.Row
	}
	return it.Body().Row
}

// Has reports whether the question has an appearance, such as "minimal", among others.
func (q *Question) Has(appearance string) bool {
	return slices.Contains(strings.Fields(q.Appearance), appearance)
}
