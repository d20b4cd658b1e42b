package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"chihai/store"
)

// errAudit says that the audit is not as the program kept it.
var errAudit = errors.New("the audit was changed past the program")

// runCheckAudit follows the chain of the audit from its beginning.
func runCheckAudit(ctx context.Context, c *call) error {
	set := c.flags("check audit")
	head := set.String("head", "", "`hash` that was printed earlier, which must be in the chain")
	if _, err := c.parse(set, 0, 0); err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	return c.do(ctx, cfg, true, "check audit", []string{*head}, nil, c.stdout)
}

// chainTime is after how long a row is chained at the latest while a bot runs:
// it does so every second.
const chainTime = time.Minute

func checkAudit(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("want the head")
	}
	var r *store.AuditReport
	faults := 0
	now := d.store.Now()
	err := d.store.View(ctx, func(tx *store.Tx) (err error) {
		r, err = tx.CheckAudits(args[0], func(bucket, key, what string) {
			faults++
			fmt.Fprintf(out, "%s %s %s\n", bucket, key, what)
		})
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d rows are chained. Note the head elsewhere, on paper or in a mail:\n\n    %s\n\n", r.Head.Rows, r.Head.Hash)
	switch {
	case r.Waiting > 0 && now.Sub(r.Oldest) > chainTime:
		fmt.Fprintf(out, "%d rows are not chained yet, the oldest from %s: a bot that runs does so within seconds.\n", r.Waiting, d.day(r.Oldest))
	case r.Waiting > 0:
		fmt.Fprintf(out, "%d rows are so new that they are not chained yet.\n", r.Waiting)
	}
	if r.Late > 0 {
		fmt.Fprintf(out, "%d rows were chained more than 10 minutes after the time that they name, as those of commands are while no bot runs.\n", r.Late)
	}
	if !r.Found {
		faults++
		fmt.Fprintf(out, "The head %s is not in this chain: it is another one, or was cut off.\n", args[0])
	}
	if faults > 0 {
		return fmt.Errorf("%w: %d faults", errAudit, faults)
	}
	_, err = fmt.Fprintln(out, "Nothing was changed.")
	return err
}
