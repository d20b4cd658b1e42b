// Package forms does the work of those who write questionnaires: it examines their
// workbooks, hands them back with what is wrong in them, makes templates, and has
// made-up people walk a form.
//
// It decides nothing: what is kept, the flows say. Each method of [Maker] is a work
// of bot/tasks and may be done twice; the files that it leaves in the store go by
// themselves after [flows.WaitingForm]. For the command line [Read] does the same
// without a chat.
package forms

import (
	"time"

	"context"
	"errors"
	"fmt"

	"chihai/bot/channel"
	"chihai/bot/export"
	"chihai/flows"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// A Maker does the works that the flows "forms" and "form_one" leave.
type Maker struct {
	Channels []channel.Channel // by which workbooks come
	Words    *locales.Catalog
	Zone     *time.Location // by whose clocks made-up people answer
}

// nothing is what comes of a work when there is nothing to make a file of.
var nothing = []byte(`""`)

// staff is the member who left the task, if she is still staff; nil: she is not, or
// is gone.
func staff(tx *store.Tx, task store.Task) (*store.Member, error) {
	m, err := tx.Member(task.Member)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	grants, err := tx.Grants(m)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if g.Role == store.Staff || g.Role == store.Admin {
			return m, nil
		}
	}
	return nil, nil
}

// keep puts a file into the store for the member and returns its ID.
func keep(ctx context.Context, s *store.Store, member, name, kind string, data []byte) (string, error) {
	f := &store.File{Name: name, Type: kind, Member: member}
	err := s.Update(ctx, func(tx *store.Tx) error {
		f.Expires = tx.Now.Add(flows.WaitingForm)
		return tx.PutFile(f, data)
	})
	if err != nil {
		return "", fmt.Errorf("keep a file: %w", err)
	}
	return f.ID, nil
}

// keepBook is keep for a workbook; what it returns is the outcome of a task.
func keepBook(ctx context.Context, s *store.Store, task store.Task, name string, data []byte) ([]byte, error) {
	id, err := keep(ctx, s, task.Member, name, export.Workbook, data)
	if err != nil {
		return nil, err
	}
	return json.Marshal(id)
}
