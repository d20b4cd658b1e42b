package main

import (
	"context"
	"errors"
	"fmt"

	"chihai/store/postgres"
)

// runReader makes what analysts may read, and the role that may read it.
func runReader(ctx context.Context, c *call) error {
	if _, err := c.parse(c.flags("reader"), 0, 0); err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	if !isAddress(cfg.db) {
		return errors.New("only a database of PostgreSQL can be read beside the bot: set CHIHAI_DB to its address")
	}
	db, err := postgres.Open(ctx, cfg.db, postgres.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Publish(ctx); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "The role %s may read the tables training and area, and these views:\n", postgres.Reader)
	for _, view := range postgres.Views() {
		fmt.Fprintf(c.stdout, "    %s\n", view)
	}
	_, err = fmt.Fprintf(c.stdout, "Somebody who analyses gets it with: create role NAME login password '…' in role %s\n"+
		"Whoever logs in to PostgreSQL can hear ids of what changes (listen), and keep a bot from starting (advisory locks):\n"+
		"give a login to those you trust, or let others read a standby server.\n", postgres.Reader)
	return err
}
