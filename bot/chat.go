package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"chihai/bot/console"
	"chihai/store"
)

// runChat leads the conversations in the terminal: on sample data in a
// temporary file, or on the database CHIHAI_DB, which is filled with sample
// data when it does not exist yet.
//
// On a database of real people nothing happens that the person at the terminal
// does not ask for: no clock runs, nothing is sent on other networks, and a role
// is given by the command grant only.
func runChat(ctx context.Context, c *call) error {
	set := c.flags("chat")
	role := set.String("role", "", "talk as staff or facilitator; on sample data only")
	if _, err := c.parse(set, 0, 0); err != nil {
		return err
	}
	if *role != "" && *role != string(store.Staff) && *role != string(store.Facilitator) {
		return misuse("chat: --role is staff or facilitator")
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	cfg.telegram = account{}
	c.logTo(cfg.log, slog.LevelWarn)
	lost := make(chan error, 1)
	db, err := openSample(ctx, c, cfg, lost)
	if err != nil {
		return err
	}
	defer db.Close()
	if *role != "" {
		if !db.made {
			return errors.New("--role is for sample data; in a real database \"grant\" makes a code, which is typed here")
		}
		if err := takeRole(ctx, db.Store, console.Name, console.Address, store.Role(*role)); err != nil {
			return err
		}
	}
	typed := isTerminal(c.stdin)
	b, err := newBot(ctx, parts{
		config: cfg, store: db.Store, lost: lost, silent: !db.made,
		console: console.New(c.stdin, c.stdout, console.Options{Echo: !typed}),
	})
	if err != nil {
		return err
	}
	if b.control, err = listenControl(cfg.db); err != nil {
		return err
	}
	if b.control != nil {
		defer b.control.Close()
	}
	if typed {
		what := "sample data; everything is forgotten afterwards"
		if !db.temporary {
			what = databaseName(cfg.db)
		}
		fmt.Fprintf(c.stdout, "You talk with Chị Hai, on %s.\nType /start to begin; a choice is given by its number. Ctrl-D ends.\n\n", what)
	}
	if err := b.run(ctx); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// isTerminal says whether a person types what is read from in.
func isTerminal(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
