package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"chihai/store"
)

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
	if err := c.do(ctx, cfg, false, "import areas", nil, f, c.stdout); err != nil {
		return fmt.Errorf("%s: %w", words[1], err)
	}
	return nil
}

func importAreas(ctx context.Context, d *desk, _ []string, in io.Reader, out io.Writer) error {
	areas, err := store.ReadAreas(in)
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
