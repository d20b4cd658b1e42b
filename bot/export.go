package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"chihai/bot/export"
	"chihai/locales"
	"chihai/store"
)

// runExport writes lists and answers to files.
func runExport(ctx context.Context, c *call) error {
	set := c.flags("export")
	training := set.String("training", "", "registrations: `code` or id of the training")
	answers := answersFlags(set)
	file := set.String("o", "", "`file` to write; without it danh-sach-CODE.xlsx or tra-loi-CODE.xlsx. An earlier one is replaced")
	words, err := c.parse(set, 1, 1)
	if err != nil {
		return err
	}
	var args []string
	switch {
	case words[0] == "responses":
		if args, err = answers.args(); err != nil {
			return err
		}
		if *file == "" {
			*file = answers.file()
		}
	case words[0] != "registrations":
		return misuse("export: %q cannot be exported, only registrations and responses", words[0])
	case *training == "":
		return misuse("export: say which training, with --training CODE")
	default:
		args = []string{*training}
		if *file == "" {
			*file = "danh-sach-" + store.ReadCode(*training) + ".xlsx"
		}
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	err = writeFile(*file, true, func(w io.Writer) error {
		return c.do(ctx, cfg, true, "export "+words[0], args, nil, w)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, *file)
	return err
}

func exportRegistrations(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("want the training")
	}
	list, err := export.Take(ctx, d.store, args[0], "")
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no training %s", args[0])
	}
	if err != nil {
		return err
	}
	catalog, err := locales.Load()
	if err != nil {
		return err
	}
	return export.Registrations(out, list, catalog.In(locales.Source, ""), d.config.zone)
}
