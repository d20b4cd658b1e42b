package forms

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"chihai/bot/export"
	"chihai/flows"
	"chihai/flows/form"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// Template makes the empty workbook that task.Data names
// ([flows.FormTemplateWork]).
func (m *Maker) Template(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.FormTemplate
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	name, write := export.XLSFormTemplateName, export.XLSFormTemplate
	if ask.Simple {
		name, write = export.SimpleTemplateName, export.SimpleTemplate
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return nil, fmt.Errorf("make a template: %w", err)
	}
	return keepBook(ctx, s, task, name, b.Bytes())
}

// Sheets writes the simple sheet that task.Data names as an XLSForm
// ([flows.FormSheetsWork]).
func (m *Maker) Sheets(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
	var ask flows.FormAt
	if err := json.Unmarshal(task.Data, &ask); err != nil {
		return nil, fmt.Errorf("read the task: %w", err)
	}
	var book *store.File
	var data []byte
	err := s.View(ctx, func(tx *store.Tx) error {
		who, err := staff(tx, task)
		if err != nil || who == nil {
			return err
		}
		v, err := tx.FormVersion(ask.Form, ask.Version)
		if err == nil {
			book, data, err = tx.File(v.Workbook)
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && book == nil {
		return nothing, nil
	}
	if err != nil {
		return nil, err
	}
	u := form.Examine(stem(book.Name), data)
	if u.XLSForm == nil || form.Broken(u.Findings) {
		return nothing, nil
	}
	var b bytes.Buffer
	if err := export.FormWorkbook(&b, u.XLSForm); err != nil {
		return nil, fmt.Errorf("write an XLSForm: %w", err)
	}
	return keepBook(ctx, s, task, stem(book.Name)+"-xlsform.xlsx", b.Bytes())
}
