package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"chihai/store"
)

// maxTable is how large a table may be, in bytes: a unit takes about 60, and a
// wrong file must not fill the memory of a running bot.
const maxTable = 64 << 20

// runImport reads what FILE holds into the database, which is made if there is
// none.
func runImport(ctx context.Context, c *call) error {
	set := c.flags("import")
	area := set.String("area", "", "form: `code` of the unit whose staff see it; without it the unit of the whole Union")
	by := set.String("by", "", "form: `code` of the member who brings it in; without it nobody is named")
	marked := set.String("o", "", "form: `file` for the workbook with what was found in it; an earlier one is replaced")
	words, err := c.parse(set, 2, 2)
	if err != nil {
		return err
	}
	switch {
	case words[0] == "form":
		return importFormFile(ctx, c, words[1], *area, *by, *marked)
	case words[0] != "areas":
		return misuse("import: %q cannot be imported, only areas and a form", words[0])
	case *area+*by+*marked != "":
		return misuse("import areas: it has no flags")
	}
	return importAreasFile(ctx, c, words[1])
}

// importAreasFile reads the table file: the areas are the first thing that a new
// database needs.
func importAreasFile(ctx context.Context, c *call, file string) error {
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	// What is wrong with the table shows before any database is opened or made.
	table, err := readTable(f)
	if err == nil {
		_, err = store.ReadAreas(bytes.NewReader(table))
	}
	if err == nil {
		err = c.do(ctx, cfg, false, "import areas", nil, bytes.NewReader(table), c.stdout)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// readTable reads in to its end, which must come within [maxTable].
func readTable(in io.Reader) ([]byte, error) {
	table, err := io.ReadAll(io.LimitReader(in, maxTable+1))
	if err != nil {
		return nil, err
	}
	if len(table) > maxTable {
		return nil, fmt.Errorf("the table is larger than %d MB", maxTable>>20)
	}
	return table, nil
}

func importAreas(ctx context.Context, d *desk, _ []string, in io.Reader, out io.Writer) error {
	table, err := readTable(in)
	if err != nil {
		return err
	}
	areas, err := store.ReadAreas(bytes.NewReader(table))
	if err != nil {
		return err
	}
	total, valid := 0, 0
	err = d.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.ImportAreas(areas); err != nil {
			return err
		}
		tree, err := tx.Areas()
		if err != nil {
			return err
		}
		total, valid = len(tree.All()), 0
		for _, a := range tree.All() {
			if a.Valid(tx.Now) {
				valid++
			}
		}
		return tx.Log("", "import areas", "")
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d units were read. The tree has %d now, of which %d are valid today.\n", len(areas), total, valid)
	return err
}
