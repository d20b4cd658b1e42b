package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"chihai/store"
)

// runGrant makes a one-time code that gives whoever uses it first a role.
func runGrant(ctx context.Context, c *call) error {
	set := c.flags("grant")
	role := set.String("role", "", "`role`: "+roleNames())
	area := set.String("area", "", "`code` of the unit for which, and for all below it, the role holds")
	until := set.String("until", "", "last `day` of the role, YYYY-MM-DD; without it the role does not end by itself")
	if _, err := c.parse(set, 0, 0); err != nil {
		return err
	}
	switch {
	case !slices.Contains(store.Roles, store.Role(*role)):
		return misuse("grant: --role is one of %s", roleNames())
	case *area == "":
		return misuse("grant: say for which unit, with --area CODE")
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	if *until != "" {
		if _, err := time.Parse(time.DateOnly, *until); err != nil {
			return misuse("grant: --until: %q is no day such as 2026-12-31", *until)
		}
	}
	return c.do(ctx, cfg, true, "grant", []string{*role, *area, *until}, nil, c.stdout)
}

func roleNames() string {
	var names []string
	for _, r := range store.Roles {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

func grant(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 3 {
		return errors.New("want role, area and day")
	}
	role, area, until := store.Role(args[0]), args[1], args[2]
	if !slices.Contains(store.Roles, role) {
		return fmt.Errorf("there is no role %q", role)
	}
	var ends time.Time
	if until != "" {
		last, err := time.ParseInLocation(time.DateOnly, until, d.config.zone)
		if err != nil {
			return err
		}
		if ends = last.AddDate(0, 0, 1).UTC(); !ends.After(d.store.Now()) {
			return fmt.Errorf("%s is over", until)
		}
	}
	code, where := "", ""
	err := d.store.Update(ctx, func(tx *store.Tx) error {
		tree, err := tx.Areas()
		if err != nil {
			return err
		}
		a := tree.Area(area)
		if a == nil {
			return fmt.Errorf("there is no unit with the code %s: \"import areas\" reads them", area)
		}
		where = a.Name
		if code, err = tx.NewGrantCode(role, area, ends, ""); err != nil {
			return err
		}
		return tx.Log("", "make grant code", string(role)+" "+area)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Whoever uses this first is %s for %s", role, where)
	if until != "" {
		fmt.Fprintf(out, ", until %s", until)
	}
	fmt.Fprint(out, ". Give it to nobody else.\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	for _, door := range d.doors() {
		fmt.Fprintf(table, "    %s\t%s\n", door.name, door.link("g"+code))
	}
	fmt.Fprintf(table, "    typed to the bot\t/start g%s\n", code)
	fmt.Fprintf(table, "    code\t%s\n", code)
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\nIt is good for %d hours.\n", store.GrantCodeHours)
	return err
}
