package forms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"chihai/bot/channel"
	"chihai/bot/export"
	"chihai/flows"
	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// A Book is a workbook that was read, with what is said of it.
type Book struct {
	Upload *form.Upload
	Said   flows.ExaminedForm
	Marked []byte // the workbook with what was found; nil: nothing was, or it cannot be marked
}

// Read examines the workbook data, whose file is called name; what is said of it is
// in the language of p.
func Read(name string, data []byte, p *locales.Printer) (*Book, error) {
	b := &Book{Upload: form.Examine(stem(name), data)}
	var err error
	if b.Said, err = flows.ExamineUpload(b.Upload, p); err != nil {
		return nil, fmt.Errorf("examine a workbook: %w", err)
	}
	if len(b.Upload.Findings) == 0 {
		return b, nil
	}
	marked, err := export.Mistakes(data, b.Upload.Findings, p)
	if err == nil && len(marked) <= store.MaxFile {
		b.Marked = marked // otherwise it is no workbook, or none that can be written again: the lines say what is wrong
	}
	return b, nil
}

// stem is a file's name without folders and ending.
func stem(name string) string { return strings.TrimSuffix(flows.FormBookName(name), ".xlsx") }

// Compare notes in b what its form changes about the newest version of f.
func (b *Book) Compare(tx *store.Tx, f *store.Form, p *locales.Printer) error {
	v, err := tx.FormVersion(f.ID, f.Versions)
	if err != nil {
		return err
	}
	content, err := tx.FormContent(v)
	if err != nil {
		return err
	}
	old, err := form.Decode(content)
	if err != nil {
		return fmt.Errorf("read version %d of form %s: %w", v.Number, f.ID, err)
	}
	b.Said.Old, b.Said.Revision = f.ID, f.Revision
	b.Said.CompareForm(old, b.Upload.Form, p)
	return nil
}

// Examine fetches the workbook that task.Data names and examines it
// ([flows.FormWork]).
func (m *Maker) Examine(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.ExamineForm
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var who *store.Member
	if err := s.View(ctx, func(tx *store.Tx) (err error) {
		who, err = staff(tx, task)
		return err
	}); err != nil {
		return nil, err
	}
	if who == nil {
		return json.Marshal(flows.ExaminedForm{Refused: true})
	}
	data, err := channel.Fetch(ctx, m.Channels, ask.Channel, ask.ID, store.MaxFile)
	switch {
	case errors.Is(err, channel.ErrTooLarge):
		return json.Marshal(flows.ExaminedForm{TooLarge: true})
	case errors.Is(err, channel.ErrRefused):
		return json.Marshal(flows.ExaminedForm{Missing: true})
	case err != nil:
		return nil, fmt.Errorf("fetch a workbook: %w", err)
	}
	b, err := Read(ask.Name, data, m.Words.In(who.Language, who.Address))
	if err != nil {
		return nil, err
	}
	if err := m.leave(ctx, s, task, ask, b, data); err != nil {
		return nil, err
	}
	return json.Marshal(b.Said)
}

// leave puts the files of b into the store, and compares it with the form of which
// it may be a new version.
func (m *Maker) leave(ctx context.Context, s *store.Store, task store.Task, ask flows.ExamineForm, b *Book, data []byte) (err error) {
	name := flows.FormBookName(ask.Name)
	if b.Marked != nil {
		if b.Said.Marked, err = keep(ctx, s, task.Member, stem(name)+"-loi.xlsx", export.Workbook, b.Marked); err != nil {
			return err
		}
	}
	if b.Said.Broken {
		return nil
	}
	content, err := form.Encode(b.Upload.Form)
	if err != nil {
		return fmt.Errorf("write a form: %w", err)
	}
	if len(content) > store.MaxFile {
		return errors.New("the form is larger than a file may be")
	}
	if b.Said.Content, err = keep(ctx, s, task.Member, "phieu.json", "application/json", content); err != nil {
		return err
	}
	if b.Said.Workbook, err = keep(ctx, s, task.Member, name, export.Workbook, data); err != nil {
		return err
	}
	return s.View(ctx, func(tx *store.Tx) error {
		who, err := staff(tx, task)
		if err != nil || who == nil {
			return err
		}
		f, err := older(tx, who, ask.Form, b.Said.Name)
		if err != nil || f == nil {
			return err
		}
		if err := b.Compare(tx, f, m.Words.In(who.Language, who.Address)); err != nil {
			slog.Warn("forms cannot be compared", "form", f.ID, "err", err)
			b.Said.Grade = store.Breaking
		}
		return nil
	})
}

// older is the form of which a workbook is a new version: the one with id, if it is
// named, may be changed by her and was not put away, else the one that has its name;
// nil: there is none.
func older(tx *store.Tx, who *store.Member, id, name string) (*store.Form, error) {
	if id != "" {
		f, err := tx.Form(id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err == nil && f.Off.IsZero() {
			return f, nil
		}
	}
	return flows.FormNamed(tx, who, name)
}
