package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"chihai/bot/export"
	"chihai/bot/forms"
	"chihai/flows"
	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"
)

// importFormFile examines the workbook file, says what was found in it, writes it
// with its mistakes to marked unless that is empty, and has it kept unless it cannot
// be used.
func importFormFile(ctx context.Context, c *call, file, area, by, marked string) error {
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := readBook(f)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	book, err := readForm(file, data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if err := listFindings(c.stdout, book); err != nil {
		return err
	}
	if marked != "" && book.Marked != nil {
		if err := writeFile(marked, true, func(w io.Writer) error {
			_, err := w.Write(book.Marked)
			return err
		}); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(c.stdout, marked); err != nil {
			return err
		}
	}
	if book.Said.Broken {
		return fmt.Errorf("%s: the form cannot be used as it is", file)
	}
	if err := c.do(ctx, cfg, false, "import form", []string{flows.FormBookName(file), area, by}, bytes.NewReader(data), c.stdout); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// readBook reads in to its end, which must come within [store.MaxFile].
func readBook(in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, store.MaxFile+1))
	if err == nil && len(data) > store.MaxFile {
		err = fmt.Errorf("the workbook is larger than %d MB", store.MaxFile>>20)
	}
	return data, err
}

// readForm examines a workbook, with words for operators.
func readForm(name string, data []byte) (*forms.Book, error) {
	catalog, err := locales.Load()
	if err != nil {
		return nil, err
	}
	return forms.Read(name, data, catalog.In("en", ""))
}

// listFindings writes what was found, a line each: how grave, where, what is wrong
// and what to do about it.
func listFindings(w io.Writer, book *forms.Book) error {
	catalog, err := locales.Load()
	if err != nil {
		return err
	}
	p := catalog.In("en", "")
	for _, f := range form.Gravest(book.Upload.Findings) {
		what, do := f.Words(p)
		if _, err := fmt.Fprintf(w, "%s: %s: %s %s\n", f.Severity, cmp.Or(f.Place(), "workbook"), what, do); err != nil {
			return err
		}
	}
	return nil
}

// importForm keeps a workbook as a form of an area, or as the next version of the
// one that it has of that name. The same workbook again changes nothing.
func importForm(ctx context.Context, d *desk, args []string, in io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("want the name of the file, the area and the member")
	}
	name, area, by := args[0], args[1], args[2]
	data, err := readBook(in)
	if err != nil {
		return err
	}
	book, err := readForm(name, data)
	if err != nil {
		return err
	}
	if book.Said.Broken {
		return errors.New("the form cannot be used as it is")
	}
	content, err := form.Encode(book.Upload.Form)
	if err != nil {
		return err
	}
	said := ""
	err = d.store.Update(ctx, func(tx *store.Tx) error {
		f, err := formHere(tx, book, area)
		if err != nil {
			return err
		}
		v := book.Said.NewVersion("")
		if by != "" {
			m, err := tx.MemberByCode(by)
			if errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("there is no member %s", by)
			}
			if err != nil {
				return err
			}
			v.By = m.ID
		}
		said, err = keepForm(tx, f, v, store.File{Name: name, Type: export.Workbook}, data, content)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, said)
	return err
}

// formHere is the form of the area that has the name of the workbook, compared with
// it, or a new one without ID. An empty area is the whole Union.
func formHere(tx *store.Tx, book *forms.Book, area string) (*store.Form, error) {
	settings, err := tx.Settings()
	if err != nil {
		return nil, err
	}
	if area = cmp.Or(area, settings.Top); area != "" {
		tree, err := tx.Areas()
		if err != nil {
			return nil, err
		}
		if tree.Area(area) == nil {
			return nil, fmt.Errorf("there is no unit %s", area)
		}
	}
	for f, err := range tx.Forms() {
		if err != nil {
			return nil, err
		}
		if f.Name == book.Said.Name && f.Area == area {
			catalog, err := locales.Load()
			if err != nil {
				return nil, err
			}
			return f, book.Compare(tx, f, catalog.In("en", ""))
		}
	}
	return &store.Form{Name: book.Said.Name, Area: area}, nil
}

// keepForm keeps v as the first version of f, or as its next one, and says what was
// done.
func keepForm(tx *store.Tx, f *store.Form, v *store.FormVersion, file store.File, data, content []byte) (string, error) {
	if f.ID == "" {
		f.By = v.By
		if err := tx.AddForm(f, v, file, data, content); err != nil {
			return "", err
		}
		return fmt.Sprintf("form %s, version 1: %s", f.Code, f.Title), tx.Log(v.By, "add form", f.ID)
	}
	if v.Grade == "" {
		return fmt.Sprintf("form %s, version %d: the same, nothing was changed", f.Code, f.Versions), nil
	}
	f, err := tx.AddVersion(f.ID, f.Revision, v, file, data, content)
	if errors.Is(err, store.ErrSameForm) {
		return fmt.Sprintf("form %s, version %d: the same, nothing was changed", f.Code, f.Versions), nil
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("form %s, version %d, %s. Campaigns that run keep theirs", f.Code, v.Number, v.Grade), tx.Log(v.By, "add form version", f.ID)
}
