package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"chihai/bot/backups"
)

// runBackup copies the database into FILE while it is used.
func runBackup(ctx context.Context, c *call) error {
	set := c.flags("backup")
	sound := set.Bool("check", true, "read the copy as a whole first, and make no backup of one that is not sound")
	to := set.String("to", "", "encrypt it for these `recipients` of age, such as \"age1… age1…\"; without it for CHIHAI_BACKUP_TO")
	words, err := c.parse(set, 1, 1)
	if err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	if *to == "" {
		*to = c.getenv("CHIHAI_BACKUP_TO")
	} else if _, err := backups.Recipients(*to); err != nil {
		return misuse("backup: --to: %w", err)
	}
	size := counter(0)
	err = writeFile(words[0], false, func(w io.Writer) error {
		return c.do(ctx, cfg, true, "backup", []string{fmt.Sprint(*sound), *to}, nil, io.MultiWriter(w, &size))
	})
	if err != nil {
		return err
	}
	if sealed, err := backups.Encrypted(words[0]); err != nil {
		return err
	} else if !sealed && *to != "" {
		return errors.Join(errors.New("the bot that runs is of an older version and cannot encrypt backups"), os.Remove(words[0]))
	}
	_, err = fmt.Fprintf(c.stdout, "%s, %d KiB\n", words[0], (size+1023)/1024)
	return err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// backup writes a copy of the database to out, encrypted if it is told for whom.
// The copy is made beside the database first, as fast as the disk can, because
// the database grows while an old state of it is being read, and because it can
// be read as a whole only there. An older program that asks tells neither of
// the arguments.
func backup(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) (err error) {
	sound, recipients := false, ""
	if len(args) == 2 {
		sound, recipients = args[0] == "true", args[1]
	}
	to, err := backups.Recipients(recipients)
	if err != nil {
		return err
	}
	copied := d.config.db + copySuffix + rand.Text()
	defer func() {
		if gone := os.Remove(copied); gone != nil && !errors.Is(gone, os.ErrNotExist) && err == nil {
			err = gone
		}
	}()
	if err := backups.Copy(ctx, d.store, copied, backups.SizeOf(d.config.db)); err != nil {
		return err
	}
	if sound {
		if err := checkCopy(ctx, copied, d.config.keyFile()); err != nil {
			return fmt.Errorf("the copy is not sound, \"backup --check=false\" makes one all the same: %w", err)
		}
	}
	return backups.Pour(ctx, out, copied, to)
}

// checkCopy has a child process read the copy of the database at path, which the
// key file opens, and returns the first faults it finds.
func checkCopy(ctx context.Context, path, key string) error {
	var said, why strings.Builder
	err := checkApart(ctx, path, key, false, &head{w: &said, left: 1000}, &head{w: &why, left: 1000})
	if errors.Is(err, errUnsound) {
		return fmt.Errorf("%s%s", said.String(), strings.TrimSpace(why.String()))
	}
	return err
}

// A head passes the first bytes on and drops the rest.
type head struct {
	w    io.Writer
	left int
}

func (h *head) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.left -= n
	if _, err := h.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
