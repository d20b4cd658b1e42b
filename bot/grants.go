package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"chihai/store"
)

// runGrants lists who holds which role.
func runGrants(ctx context.Context, c *call) error {
	set := c.flags("grants")
	all := set.Bool("all", false, "those that have ended too")
	if _, err := c.parse(set, 0, 0); err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	return c.do(ctx, cfg, true, "grants", []string{fmt.Sprint(*all)}, nil, c.stdout)
}

func grants(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	all := len(args) > 0 && args[0] == "true"
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	n := 0
	err := d.store.View(ctx, func(tx *store.Tx) error {
		tree, err := tx.Areas()
		if err != nil {
			return err
		}
		for g, err := range tx.AllGrants() {
			if err != nil {
				return err
			}
			if !all && !g.Holds(tx.Now) {
				continue
			}
			m, err := tx.Member(g.Member)
			if err != nil {
				return err
			}
			where := g.Area
			if a := tree.Area(g.Area); a != nil {
				where += " " + a.Name
			}
			if n++; n == 1 {
				fmt.Fprintln(table, "MEMBER\tNAME\tROLE\tFOR\tSINCE\tUNTIL")
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", m.Code, m.Name, g.Role, where, d.day(g.From), d.day(g.Until))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintln(table, "Nobody holds a role.")
	}
	return table.Flush()
}

// day writes the day and hour of t in local time, and nothing for no time.
func (d *desk) day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(d.config.zone).Format("2006-01-02 15:04")
}

// runRevoke ends the roles of a member, whose code "grants" shows.
func runRevoke(ctx context.Context, c *call) error {
	set := c.flags("revoke")
	role := set.String("role", "", "only this `role`")
	words, err := c.parse(set, 1, 1)
	if err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	return c.do(ctx, cfg, true, "revoke", []string{words[0], *role}, nil, c.stdout)
}

func revoke(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("want the member and the role")
	}
	n := 0
	err := d.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.MemberByCode(args[0])
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("nobody has the code %s: \"grants\" shows the codes", args[0])
		}
		if err != nil {
			return err
		}
		if n, err = tx.Revoke(m.ID, store.Role(args[1])); err != nil || n == 0 {
			return err
		}
		return tx.Log("", "revoke", m.ID)
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%s holds no such role now", args[0])
	}
	_, err = fmt.Fprintf(out, "%d ended.\n", n)
	return err
}
