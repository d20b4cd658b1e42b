package flows

import (
	"path"
	"regexp"
	"strings"
	"time"

	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// This file says what is done outside the turns for those who write questionnaires.
// The works are those of bot/forms.

const (
	// FormWork is the name of the work that fetches a workbook from its network and
	// examines it; its Data is an [ExamineForm], and what comes of it an [ExaminedForm].
	FormWork = "examine form"

	// FormTemplateWork makes an empty workbook to begin with; its Data is a
	// [FormTemplate], and what comes of it the ID of a file.
	FormTemplateWork = "form template"

	// FormSheetsWork writes a simple sheet that was kept as an XLSForm; its Data is a
	// [FormAt], and what comes of it the ID of a file, "" where it was an XLSForm
	// already.
	FormSheetsWork = "form sheets"

	// FormProofWork has made-up respondents walk a form; its Data is a [FormAt], and
	// what comes of it the ID of a file that holds a [FormProof] as JSON, "" where
	// there is nothing to walk.
	FormProofWork = "form proof"
)

// WaitingForm is for how long a workbook that is not kept yet waits for her word.
const WaitingForm = 24 * time.Hour

// An ExamineForm is what a task that examines a workbook is to do.
type ExamineForm struct {
	Channel string `json:"channel"` // that the file came by
	ID      string `json:"id"`      // by which the channel fetches it
	Name    string `json:"name,omitzero"`
	Form    string `json:"form,omitzero"` // [store.Form] of which it is to be a new version; empty: the work looks for one of its name
}

// An ExaminedForm says what came of an [ExamineForm]. Its files are kept for
// [WaitingForm].
type ExaminedForm struct {
	Missing  bool `json:"missing,omitzero"`   // the file could not be had
	TooLarge bool `json:"too_large,omitzero"` // because it is larger than [store.MaxFile]
	Refused  bool `json:"refused,omitzero"`   // who sent it is no member of staff any more

	Broken bool     `json:"broken,omitzero"` // it cannot be used as it is
	Lines  []string `json:"lines,omitzero"`  // what was found, in her language, at most [form.ChatLines]

	Workbook string `json:"workbook,omitzero"` // ID of the file as she sent it
	Marked   string `json:"marked,omitzero"`   // ID of the workbook with what was found; empty: nothing was, or it cannot be marked
	Content  string `json:"content,omitzero"`  // ID of the form as [form.Encode] writes it; empty when Broken

	Name    string         `json:"name,omitzero"`    // the form's own
	Title   string         `json:"title,omitzero"`   // for people, in one line
	Version string         `json:"version,omitzero"` // as its author wrote it
	Simple  bool           `json:"simple,omitzero"`  // it came as a simple sheet
	Tells   bool           `json:"tells,omitzero"`   // its answers may say who answers: see [form.LintAnonymous]
	Facts   FormFacts      `json:"facts,omitzero"`
	Release jsontext.Value `json:"release,omitzero"` // [form.Release], for whom it is meant; nil: it does not say

	// Of the form whose new version it would be; Old is empty: there is none.
	Old      string          `json:"old,omitzero"`      // its ID
	Revision int             `json:"revision,omitzero"` // at which it was compared
	Grade    store.FormGrade `json:"grade,omitzero"`    // of the change; empty: nothing changed
	Changed  []string        `json:"changed,omitzero"`  // what, in her language
	Changes  jsontext.Value  `json:"changes,omitzero"`  // for [store.FormVersion.Changes]
}

// A FormTemplate is what a task that makes a template is to do.
type FormTemplate struct {
	Simple bool `json:"simple,omitzero"` // the simple sheet; else the XLSForm
}

// A FormAt is one version of a form.
type FormAt struct {
	Form    string `json:"form"`
	Version int    `json:"version"`
}

// A FormProof is how made-up respondents went through a form.
type FormProof struct {
	Ways []string `json:"ways"`          // one each: a page of a telephone, question and answer by turns
	Left int      `json:"left,omitzero"` // branches that none of them took
}

// copyMark is what telephones and browsers put behind the name of a file that they
// have under that name already.
var copyMark = regexp.MustCompile(`( ?\(\d{1,3}\))+$`)

// FormBookName is a file's name without folders and the mark of a copy and with the
// ending of a workbook, fit to be shown and sent back.
func FormBookName(name string) string {
	name = cleanText(strings.ReplaceAll(name, `\`, "/"), 200)
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\n\t:*?\"<>|", r) {
			return ' '
		}
		return r
	}, path.Base("/"+name))
	stem := strings.Trim(strings.TrimSuffix(name, path.Ext(name)), " ./")
	stem = strings.TrimSpace(copyMark.ReplaceAllString(stem, ""))
	if stem == "" {
		stem = "phieu"
	}
	return cut(stem, 100) + ".xlsx"
}

// NewVersion is the version that the workbook becomes which the member by has sent.
func (e *ExaminedForm) NewVersion(by string) *store.FormVersion {
	return &store.FormVersion{
		Version: e.Version, Title: e.Title, By: by, Simple: e.Simple, Release: e.Release, Grade: e.Grade, Changes: e.Changes,
		Questions: e.Facts.Questions, Shortest: e.Facts.Shortest, Longest: e.Facts.Longest, Expected: e.Facts.Expected,
		Seconds: e.Facts.Seconds, Spoken: e.Facts.Languages,
	}
}

const (
	mostFinding  = 200     // how long one line of what was found or changed is, in letters
	mostChanged  = 8       // how many lines say what changed
	mostFormNote = 8 << 10 // how long a proposal or a list of changes is that stands in a talk, in bytes
)

// ExamineUpload says of a workbook that was read what the chat says of it, in the
// language of p. Files, and what it is compared with, are up to the caller.
func ExamineUpload(u *form.Upload, p *locales.Printer) (ExaminedForm, error) {
	e := ExaminedForm{Broken: u.Form == nil || form.Broken(u.Findings), Simple: u.XLSForm != nil}
	for i, line := range form.Lines(u.Findings, p) {
		if f := form.Gravest(u.Findings)[i]; f.Place() == "" && e.Broken { // a file that cannot be opened is not handed back with a sheet that says what to do
			_, do := f.Words(p)
			line += " " + do
		}
		e.Lines = append(e.Lines, cut(cleanText(line, 4*mostFinding), mostFinding))
	}
	if e.Broken {
		return e, nil
	}
	e.Name, e.Version = cleanText(u.Form.ID, 200), cleanText(u.Form.Version, 40)
	e.Title = formTitle(u.Form)
	e.Facts = formFacts(u.Form, u.Extent)
	e.Tells = len(form.LintAnonymous(u.Form)) > 0
	release, err := json.Marshal(u.Release)
	if err == nil && string(release) != "{}" && len(release) <= mostFormNote {
		e.Release = release
	}
	return e, err
}

// CompareForm notes in e what f changes about the form old, in the language of p.
func (e *ExaminedForm) CompareForm(old, f *form.Form, p *locales.Printer) {
	e.Grade, e.Changed, e.Changes = formChanges(old, f, p)
	e.Changed = e.Changed[:min(len(e.Changed), mostChanged)]
	for i, line := range e.Changed {
		e.Changed[i] = cut(cleanText(line, 4*mostFinding), mostFinding)
	}
	if len(e.Changes) > mostFormNote {
		e.Changes = nil // the grade tells what matters
	}
}

// mostFormTitle is how long the title of a form is, in letters.
const mostFormTitle = 120

// formTitle is what a form is called, in one line.
func formTitle(f *form.Form) string {
	for _, title := range []string{f.Title, f.ID} {
		if title = strings.Join(strings.Fields(cleanText(title, 4*mostFormTitle)), " "); title != "" {
			if !strings.Contains(title, " ") { // it is the file's name
				title = strings.ReplaceAll(title, "_", " ")
			}
			return cut(title, mostFormTitle)
		}
	}
	return "phieu"
}
