package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"chihai/store"
)

// runPassphrase forgets the passphrase of a member, whose code "grants" shows.
func runPassphrase(ctx context.Context, c *call) error {
	words, err := c.parse(c.flags("passphrase"), 2, 2)
	if err != nil {
		return err
	}
	if words[0] != "reset" {
		return misuse("passphrase: it can only be reset: passphrase reset MEMBERCODE")
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	return c.do(ctx, cfg, true, "reset passphrase", words[1:], nil, c.stdout)
}

func resetPassphrase(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("want the member")
	}
	err := d.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.MemberByCode(args[0])
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("nobody has the code %s: \"grants\" shows the codes", args[0])
		}
		if err != nil {
			return err
		}
		if err := tx.ForgetPassphrase(m.ID); err != nil {
			return err
		}
		return tx.Log("", "reset passphrase", m.ID)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "She is signed out everywhere and chooses another passphrase when she next opens the staff pages from the chat.\n"+
		"Until then whoever holds her phone can choose it: reset it while you speak with her.")
	return err
}
