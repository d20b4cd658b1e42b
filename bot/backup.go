package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"chihai/store"
)

// runBackup copies the database into FILE while it is used.
func runBackup(ctx context.Context, c *call) error {
	words, err := c.parse(c.flags("backup"), 1, 1)
	if err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	size := counter(0)
	err = writeFile(words[0], false, func(w io.Writer) error {
		return c.do(ctx, cfg, true, "backup", nil, nil, io.MultiWriter(w, &size))
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s, %d KiB\n", words[0], (size+1023)/1024)
	return err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// backup writes a copy of the database to out. The copy is made beside the
// database first, as fast as the disk can, because the database grows while an
// old state of it is being read.
func backup(ctx context.Context, d *desk, _ []string, _ io.Reader, out io.Writer) (err error) {
	db, ok := d.store.Backend().(store.Backup)
	if !ok {
		return errors.New("PostgreSQL has tools of its own for this: pg_dump -Fc DATABASE > FILE while the bot runs, or pg_basebackup with the log for every moment")
	}
	// What was deleted must not live on in copies.
	if s, ok := d.store.Backend().(store.Scrubber); ok {
		if _, err := s.Scrub(ctx); errors.Is(err, store.ErrScrubLater) {
			slog.Warn("backup may hold what was deleted in the last minutes")
		} else if err != nil {
			return fmt.Errorf("wipe what was deleted: %w", err)
		}
	}
	copied := d.config.db + copySuffix + rand.Text()
	defer func() {
		if gone := os.Remove(copied); gone != nil && err == nil {
			err = gone
		}
	}()
	if err := db.Backup(ctx, copied); err != nil {
		return err
	}
	f, err := os.Open(copied)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(out, f)
	return err
}
