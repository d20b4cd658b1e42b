package forms_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"chihai/bot/channel"
	"chihai/bot/export"
	"chihai/bot/forms"
	"chihai/flows"
	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// A world is a store with an officer, and a network that hands over one file.
type world struct {
	*testing.T
	store   *store.Store
	maker   *forms.Maker
	officer string
	data    []byte
	err     error
}

func (w *world) Name() string { return "test:1" }

func (w *world) Receive(ctx context.Context, _ func(flows.Input, func(error))) error {
	<-ctx.Done()
	return nil
}

func (w *world) Send(context.Context, channel.Message) (channel.Receipt, error) {
	return channel.Receipt{}, nil
}

func (w *world) Fetch(_ context.Context, id string, most int) ([]byte, error) {
	if id != "f" || most != store.MaxFile {
		return nil, errors.New("another file was asked for")
	}
	return w.data, w.err
}

func newWorld(t *testing.T) *world {
	s, err := store.Open(t.Context(), memory.Open(memory.Options{}), store.Options{
		Now: func() time.Time { return time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC) }, Random: rand.NewChaCha8([32]byte{1}), Key: store.NewKey(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, store: s}
	w.maker = &forms.Maker{Channels: []channel.Channel{w}, Words: catalog, Zone: time.UTC}
	w.update(func(tx *store.Tx) error {
		_, m, _, err := tx.Meet("test:1", "Lan")
		if err != nil {
			return err
		}
		w.officer = m.ID
		return tx.Grant(m, &store.Grant{Role: store.Staff})
	})
	return w
}

func (w *world) update(do func(*store.Tx) error) {
	w.Helper()
	if err := w.store.Update(w.Context(), do); err != nil {
		w.Fatal(err)
	}
}

// file reads a file of the store.
func (w *world) file(id string) (f *store.File, data []byte) {
	w.Helper()
	if err := w.store.View(w.Context(), func(tx *store.Tx) (err error) {
		f, data, err = tx.File(id)
		return err
	}); err != nil {
		w.Fatalf("file %q: %v", id, err)
	}
	return f, data
}

// examine has the workbook examined under a name.
func (w *world) examine(name string, data []byte) (e flows.ExaminedForm) {
	w.Helper()
	w.data = data
	w.work(w.maker.Examine, flows.ExamineForm{Channel: "test:1", ID: "f", Name: name}, &e)
	return e
}

// work does a work and reads what came of it.
func (w *world) work(do func(context.Context, *store.Store, store.Task) ([]byte, error), ask, made any) {
	w.Helper()
	raw, err := json.Marshal(ask)
	if err != nil {
		w.Fatal(err)
	}
	raw, err = do(w.Context(), w.store, store.Task{Member: w.officer, Data: raw})
	if err == nil {
		err = json.Unmarshal(raw, made)
	}
	if err != nil {
		w.Fatal(err)
	}
}

func template(t *testing.T, simple bool) []byte {
	var b bytes.Buffer
	write := export.XLSFormTemplate
	if simple {
		write = export.SimpleTemplate
	}
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A good workbook leaves what it takes to keep it; the same once it is kept is
// recognised.
func TestExamine(t *testing.T) {
	w := newWorld(t)
	data := template(t, false)
	e := w.examine(`C:\phieu\Nuôi con.xlsx`, data)
	if e.Broken || e.Title != "Nuôi con dưới 36 tháng" || e.Name != "nuoi_con_nho" || e.Facts.Questions != 4 || e.Old != "" || e.Simple {
		t.Fatalf("a template is examined as %+v", e)
	}
	var release form.Release
	if err := json.Unmarshal(e.Release, &release); err != nil || release.Anonymity != form.Named {
		t.Errorf("it is meant for %s: %v", e.Release, err)
	}
	book, kept := w.file(e.Workbook)
	if book.Name != "Nuôi con.xlsx" || !bytes.Equal(kept, data) || book.Member != w.officer || !book.Expires.Equal(w.store.Now().Add(flows.WaitingForm)) {
		t.Errorf("the workbook is kept as %+v", book)
	}
	_, content := w.file(e.Content)
	f := &store.Form{Name: e.Name, By: w.officer}
	w.update(func(tx *store.Tx) error { return tx.AddForm(f, e.NewVersion(w.officer), *book, kept, content) })

	if e := w.examine("a.xlsx", data); e.Old != f.ID || e.Grade != "" || e.Revision != f.Revision {
		t.Errorf("the same again is %+v", e)
	}
	var sheets, proof string
	w.work(w.maker.Sheets, flows.FormAt{Form: f.ID, Version: 1}, &sheets)
	if sheets != "" {
		t.Error("an XLSForm was made of an XLSForm")
	}
	w.work(w.maker.Proof, flows.FormAt{Form: f.ID, Version: 1}, &proof)
	_, raw := w.file(proof)
	var ways flows.FormProof
	if err := json.Unmarshal(raw, &ways); err != nil || len(ways.Ways) < 2 || !strings.HasPrefix(ways.Ways[0], "1. Chị có con dưới 36 tháng tuổi không?\n→ ") {
		t.Errorf("made-up people go %q, %v", ways.Ways, err)
	}
	w.work(w.maker.Proof, flows.FormAt{Form: f.ID, Version: 2}, &proof)
	if proof != "" {
		t.Error("a version that is not there was walked")
	}
}

// A simple sheet can be had as an XLSForm, which is read as the same questions.
func TestSheets(t *testing.T) {
	w := newWorld(t)
	e := w.examine("Phiếu của em.xlsx", template(t, true))
	if e.Broken || !e.Simple || e.Title != "Phiếu của em" || e.Facts.Questions != 4 {
		t.Fatalf("a simple template is examined as %+v", e)
	}
	book, data := w.file(e.Workbook)
	_, content := w.file(e.Content)
	f := &store.Form{Name: e.Name, By: w.officer}
	w.update(func(tx *store.Tx) error { return tx.AddForm(f, e.NewVersion(w.officer), *book, data, content) })
	var id string
	w.work(w.maker.Sheets, flows.FormAt{Form: f.ID, Version: 1}, &id)
	made, data := w.file(id)
	if again := form.Examine("x", data); again.XLSForm != nil || form.Broken(again.Findings) || made.Name != "Phiếu của em-xlsform.xlsx" {
		t.Errorf("%s has the findings %v", made.Name, again.Findings)
	}
}

// What cannot be used comes back marked, or with a word where it is no workbook.
func TestExamineBroken(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name, data string
		want       string
	}{
		{"phieu.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), ".xlsx"},
		{"phieu.xlsx", "<html>", "không phải tệp Excel"},
		{"", "", ""},
	} {
		e := w.examine(tt.name, []byte(tt.data))
		if !e.Broken || len(e.Lines) == 0 || !strings.Contains(strings.Join(e.Lines, "\n"), tt.want) {
			t.Errorf("%s is examined as %+v", tt.name, e)
		}
		if e.Marked+e.Workbook+e.Content != "" {
			t.Errorf("%s leaves files: %+v", tt.name, e)
		}
	}
}

// What the network says of a file is told apart; only what may pass is tried again.
func TestExamineFetches(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		err  error
		want flows.ExaminedForm
	}{
		{channel.ErrTooLarge, flows.ExaminedForm{TooLarge: true}},
		{channel.ErrRefused, flows.ExaminedForm{Missing: true}},
	} {
		w.err = tt.err
		e := w.examine("a.xlsx", nil)
		if e.TooLarge != tt.want.TooLarge || e.Missing != tt.want.Missing || e.Broken {
			t.Errorf("%v: %+v", tt.err, e)
		}
	}
	w.err = errors.New("hung up")
	raw, err := json.Marshal(flows.ExamineForm{Channel: "test:1", ID: "f"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.maker.Examine(t.Context(), w.store, store.Task{Member: w.officer, Data: raw}); err == nil {
		t.Error("what may pass is not tried again")
	}
}

// Who is no member of staff any more has nothing examined and is handed nothing.
func TestRoleEnded(t *testing.T) {
	w := newWorld(t)
	w.update(func(tx *store.Tx) error { _, err := tx.Revoke(w.officer, ""); return err })
	if e := w.examine("a.xlsx", template(t, true)); !e.Refused || e.Workbook != "" {
		t.Errorf("it was examined: %+v", e)
	}
}

// Templates are the workbooks of bot/export, under their names.
func TestTemplate(t *testing.T) {
	w := newWorld(t)
	for simple, name := range map[bool]string{true: export.SimpleTemplateName, false: export.XLSFormTemplateName} {
		var id string
		w.work(w.maker.Template, flows.FormTemplate{Simple: simple}, &id)
		f, data := w.file(id)
		if u := form.Examine("x", data); f.Name != name || form.Broken(u.Findings) || (u.XLSForm != nil) != simple {
			t.Errorf("%s, %v", f.Name, u.Findings)
		}
	}
}
