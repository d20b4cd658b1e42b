package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Form is a questionnaire that staff have uploaded, with all its versions. What
// it asks, the store does not understand: package form does.
//
//	form          ID → Form
//	form_code     Code → ID
//	form_version  form ID/number of 4 digits → FormVersion
type Form struct {
	ID       string    `json:"id"`
	Code     string    `json:"code"`         // 6 characters, for people; unique
	Name     string    `json:"name"`         // as the workbook calls it, its form_id
	Title    string    `json:"title"`        // of the newest version, for people
	Area     string    `json:"area"`         // code of the unit whose staff see it; empty: everywhere
	By       string    `json:"by"`           // member who uploaded it first
	Versions int       `json:"versions"`     // how many there are; the newest has this number
	Revision int       `json:"revision"`     // how often it was changed
	Off      time.Time `json:"off,omitzero"` // when it was put away; zero: campaigns may be made with it
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"`

	Rest jsontext.Value `json:",embed"`
}

// A FormVersion is one workbook of a form as it was understood. It never changes.
type FormVersion struct {
	Form     string    `json:"form"`
	Number   int       `json:"number"`           // from 1
	Version  string    `json:"version,omitzero"` // as its author wrote it; often empty
	Title    string    `json:"title"`
	Workbook string    `json:"workbook"` // id of the [File] as it was uploaded
	Content  string    `json:"content"`  // id of the [File] with the form as package form encodes it
	Hash     string    `json:"hash"`     // SHA-256 of the content, in hexadecimal: the same form has the same
	By       string    `json:"by"`       // member who uploaded it
	Created  time.Time `json:"created"`

	// Changes is what is otherwise than in the version before, as package form
	// tells it; nil: nothing, or it is the first one.
	Changes jsontext.Value `json:"changes,omitzero"`
	// Grade is the gravest of the changes; empty in the first version.
	Grade FormGrade `json:"grade,omitzero"`

	Shortest int      `json:"shortest"` // questions that are asked at least
	Longest  int      `json:"longest"`  // and at most; 0: no bound
	Expected int      `json:"expected"` // and probably
	Seconds  int      `json:"seconds"`  // for which that takes, estimated
	Spoken   []string `json:"spoken"`   // codes of the languages it is written in; empty: it does not say which

	Questions int  `json:"questions,omitzero"` // that it holds; 0: not counted
	Simple    bool `json:"simple,omitzero"`    // the workbook is a simple sheet, not an XLSForm
	// Release is for whom the workbook says it is meant, as package form has it; nil:
	// it does not say.
	Release jsontext.Value `json:"release,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// A FormGrade says how grave the difference between two versions is.
type FormGrade string

const (
	Cosmetic   FormGrade = "cosmetic"   // words only: who is in the middle of the older one sees them
	Compatible FormGrade = "compatible" // answers to both can be counted together
	Breaking   FormGrade = "breaking"   // they cannot, or not all of them
)

var (
	// ErrSameForm says that an uploaded form is that of the newest version.
	ErrSameForm = errors.New("form is the same as the newest version")
	// ErrManyVersions says that a form has as many versions as there may be.
	ErrManyVersions = errors.New("form has too many versions")
)

// maxVersions is how many versions a form may have.
const maxVersions = 9999

type formRef struct {
	Form string `json:"form"`
}

// AddForm keeps f as a new form with v as its first version. f.Name, f.Area, f.By,
// and of v what the caller knows of it must be set; the rest is filled in.
// workbook and content are the bytes of its files.
func (tx *Tx) AddForm(f *Form, v *FormVersion, workbook File, data, content []byte) error {
	f.ID, f.Created, f.Versions, f.Revision = tx.NewID(), tx.Now, 0, 0
	for {
		f.Code = tx.NewCode(6)
		taken, err := has(tx, "form_code", f.Code)
		if err != nil {
			return err
		}
		if !taken {
			break
		}
	}
	if err := put(tx, "form_code", f.Code, formRef{f.ID}); err != nil {
		return err
	}
	return tx.putVersion(f, v, workbook, data, content)
}

// AddVersion makes v the newest version of the form id, which must be at revision;
// otherwise it returns [ErrChanged]. It returns [ErrSameForm] when nothing is new,
// and [ErrOff] when the form was put away.
func (tx *Tx) AddVersion(id string, revision int, v *FormVersion, workbook File, data, content []byte) (*Form, error) {
	f, err := tx.Form(id)
	switch {
	case err != nil:
		return nil, err
	case !f.Off.IsZero():
		return f, ErrOff
	case f.Revision != revision:
		return f, ErrChanged
	case f.Versions == maxVersions:
		return f, ErrManyVersions
	}
	newest, err := tx.FormVersion(id, f.Versions)
	if err != nil {
		return nil, err
	}
	if newest.Hash == HashForm(content) {
		return f, ErrSameForm
	}
	return f, tx.putVersion(f, v, workbook, data, content)
}

// HashForm is the [FormVersion.Hash] of a form's content.
func HashForm(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func (tx *Tx) putVersion(f *Form, v *FormVersion, workbook File, data, content []byte) error {
	f.Versions++
	f.Revision++
	f.Title, f.Changed = v.Title, tx.Now
	v.Form, v.Number, v.Created, v.Hash = f.ID, f.Versions, tx.Now, HashForm(content)
	workbook.Member, workbook.Form, workbook.Expires = "", f.ID, onShelf
	if err := tx.PutFile(&workbook, data); err != nil {
		return err
	}
	made := File{Name: f.Code + ".json", Type: "application/json", Form: f.ID, Expires: onShelf}
	if err := tx.PutFile(&made, content); err != nil {
		return err
	}
	v.Workbook, v.Content = workbook.ID, made.ID
	return errors.Join(
		put(tx, "form_version", formVersionKey(f.ID, v.Number), v),
		put(tx, "form", f.ID, f),
	)
}

// Form returns the form with id, one that was put away as well, or [ErrNotFound].
func (tx *Tx) Form(id string) (*Form, error) { return get[Form](tx, "form", id) }

// FormByCode returns the form with the code as people typed it, or [ErrNotFound].
func (tx *Tx) FormByCode(code string) (*Form, error) {
	ref, err := get[formRef](tx, "form_code", ReadCode(code))
	if err != nil {
		return nil, err
	}
	return tx.Form(ref.Form)
}

// Forms yields all forms that were not put away, the latest first. There are some
// hundreds at most.
func (tx *Tx) Forms() iter.Seq2[*Form, error] {
	return func(yield func(*Form, error) bool) {
		for p, err := range tx.kv.ScanBack("form", "", "") {
			f := &Form{}
			if err == nil {
				err = decode(tx, "form", p.Key, p.Value, f)
			}
			if err == nil && !f.Off.IsZero() {
				continue
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// PutAwayForm puts the form id away: no campaign can be made with it any more.
// What was answered stays, and running campaigns go on. It returns [ErrOff] when
// that was done before.
func (tx *Tx) PutAwayForm(id string) (*Form, error) {
	f, err := tx.Form(id)
	if err != nil {
		return nil, err
	}
	if !f.Off.IsZero() {
		return f, ErrOff
	}
	f.Off = tx.Now
	f.Revision++
	return f, put(tx, "form", f.ID, f)
}

// FormVersion returns the version of a form with that number, or [ErrNotFound].
func (tx *Tx) FormVersion(form string, number int) (*FormVersion, error) {
	return get[FormVersion](tx, "form_version", formVersionKey(form, number))
}

// FormVersions yields the versions of a form, the oldest first.
func (tx *Tx) FormVersions(form string) iter.Seq2[*FormVersion, error] {
	return each[FormVersion](tx, "form_version", form+"/", after(form+"/"))
}

// FormContent returns the content of a version, as it was given to [Tx.AddForm].
func (tx *Tx) FormContent(v *FormVersion) ([]byte, error) {
	_, data, err := tx.File(v.Content)
	return data, err
}

// WordedVersion is the number of the version in whose words somebody is asked who
// has begun with the version number: the newest one that differs from it by its
// words alone.
func (tx *Tx) WordedVersion(form string, number int) (int, error) {
	for v, err := range each[FormVersion](tx, "form_version", formVersionKey(form, number+1), after(form+"/")) {
		if err != nil {
			return 0, err
		}
		if v.Grade != Cosmetic {
			break
		}
		number = v.Number
	}
	return number, nil
}

func formVersionKey(form string, number int) string { return fmt.Sprintf("%s/%04d", form, number) }
