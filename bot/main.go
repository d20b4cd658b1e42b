// Command chihai is Chị Hai, the chat backend of a provincial Women's Union.
//
//	go run ./bot demo     everything on sample data; prints an address to open
//	go run ./bot          serves
//	go run ./bot help     says the rest
//
// This package wires the rooms together: it opens the store, builds the engine
// over it, and runs the channels, the inbox, the outbox, the clock, the tasks
// and the web server until it is told to end (build.go, bot.go).
//
// # How to add a command
//
// Write a file with a function of *call and add a line to [commands]. One that
// works on the store is a [work] (control.go), so that it can be carried out by
// a bot that is running.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // small machines and containers have no list of time zones
)

// spare is how much the heap may grow before it is collected, in per cent. What
// lives is small (some tens of MB), and a turn leaves much that does not: the
// usual 100 would spend a tenth of the processor on collecting.
const spare = 300

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(spare)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// Exit codes.
const (
	done   = 0
	failed = 1
	usage  = 2 // wrong arguments or environment
)

// A call is a command with all that it gets from outside.
type call struct {
	args           []string
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// A command is what the first argument names.
type command struct {
	name string
	args string // how its arguments are written
	what string // what it does, in a line
	run  func(context.Context, *call) error
}

// commands are all commands, in the order in which help shows them.
func commands() []command {
	return []command{
		{"demo", "", "everything on sample data; prints an address to open", runDemo},
		{"chat", "[--role staff|facilitator]", "the same conversations in the terminal", runChat},
		{"serve", "[--adopt]", "run the bot; also what happens without a command", runServe},
		{"import", "areas FILE.csv | form FILE.xlsx [--area CODE]", "read the tree of communes and wards, or a questionnaire", runImport},
		{"export", "registrations --training CODE | responses --form CODE [-o FILE]", "write the list of participants, or the answers to a questionnaire", runExport},
		{"grant", "--role ROLE --area CODE [--until YYYY-MM-DD]", "make a one-time code that gives a role", runGrant},
		{"grants", "[--all]", "list who holds which role", runGrants},
		{"revoke", "MEMBERCODE [--role ROLE]", "end the roles of a member at once", runRevoke},
		{"passphrase", "reset MEMBERCODE", "forget a passphrase for the staff pages; she chooses another", runPassphrase},
		{"set", "[NAME VALUE]", "show or change the organisation's settings", runSet},
		{"backup", "[--to RECIPIENTS] FILE", "copy the database while it is used", runBackup},
		{"restore", "[--replace] [--identity FILE] [--recovery FILE] FILE", "make the database anew from a backup", runRestore},
		{"outbox", "[hold|release|drop]", "show what a restored database holds back, hold it back, have it sent or drop it", runOutbox},
		{"health", "", "ask the bot that runs here how it is", runHealth},
		{"key", "init|show|rotate|change|recovery RECIPIENT|recover", "make, show and change the keys of what is encrypted", runKey},
		{"copy", "--from DATABASE --to DATABASE", "move to PostgreSQL, or back to a file", runCopy},
		{"reader", "", "let analysts read what is nobody's own: a role and views in PostgreSQL", runReader},
		{"check", "[--file FILE] [--key FILE]", "read the whole database and say what is wrong", runCheck},
		{"check audit", "[--head HASH]", "say whether the audit was changed past the program", runCheckAudit},
		{"version", "", "say which version this is", runVersion},
		{"help", "", "say this", runHelp},
	}
}

// A usageError is the fault of whoever typed the command or set the
// environment.
type usageError struct{ error }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run carries out the command in args and returns the exit code. Everything
// comes in from outside, so that tests may call it.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	name := "serve"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if name == "-h" || name == "--help" {
		name = "help"
	}
	if len(args) > 0 && name == "check" && args[0] == "audit" { // a command of two words
		name, args = "check audit", args[1:]
	}
	c := &call{args: args, getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr}
	err := misuse("there is no command %q", name)
	for _, cmd := range commands() {
		if cmd.name == name {
			err = cmd.run(ctx, c)
			break
		}
	}
	var wrong usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return done
	case errors.As(err, &wrong):
		fmt.Fprintf(stderr, "chihai: %v\n\"chihai help\" says what there is.\n", err)
		return usage
	default:
		fmt.Fprintf(stderr, "chihai %s: %v\n", name, err)
		return failed
	}
}

// flags returns the set of flags of a command, which tells about itself on
// stderr when asked with -h.
func (c *call) flags(name string) *flag.FlagSet {
	set := flag.NewFlagSet("chihai "+name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {
		for _, cmd := range commands() {
			if cmd.name == name {
				fmt.Fprintf(c.stderr, "chihai %s %s\n\n%s\n\n", cmd.name, cmd.args, cmd.what)
			}
		}
		set.SetOutput(c.stderr)
		set.PrintDefaults()
		set.SetOutput(io.Discard)
	}
	return set
}

// parse reads the flags of set from anywhere among the arguments and returns
// the other arguments, of which there must be from least to most.
func (c *call) parse(set *flag.FlagSet, least, most int) ([]string, error) {
	var words []string
	for rest := c.args; ; {
		if err := set.Parse(rest); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usageError{err}
		}
		rest = set.Args()
		if len(rest) == 0 {
			break
		}
		words, rest = append(words, rest[0]), rest[1:]
	}
	if len(words) < least || len(words) > most {
		set.Usage()
		return nil, misuse("%s: %d arguments do not fit", set.Name(), len(words))
	}
	return words, nil
}
