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
// none: the areas are the first thing that a new one needs.
func runImport(ctx context.Context, c *call) error {
	set := c.flags("import")
	words, err := c.parse(set, 2, 2)
	if err != nil {
		return err
	}
	if words[0] != "areas" {
		return misuse("import: %q cannot be imported, only areas", words[0])
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	f, err := os.Open(words[1])
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
		return fmt.Errorf("%s: %w", words[1], err)
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
