package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// errUnsound says that the database is not as it should be; what is wrong was
// said already.
var errUnsound = errors.New("the database is not sound; a backup that is can take its place")

// runCheck reads the whole database and says what is wrong with it.
//
// A damaged file can make whoever reads it fault, so it is read by a child
// process, and the bot that runs is only asked for a copy.
func runCheck(ctx context.Context, c *call) error {
	set := c.flags("check")
	file := set.String("file", "", "read this `file`, which nobody uses, and not CHIHAI_DB; for backups")
	key := set.String("key", "", "the key `file` that opens what is encrypted in it; without it that of CHIHAI_KEY")
	child := set.Bool("child", false, "read the file in this process")
	pages := set.Bool("pages", false, "only see whether the file can be read, not whether what it holds fits together")
	if _, err := c.parse(set, 0, 0); err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	if *key == "" {
		*key = cfg.keyFile()
	}
	if *child {
		return checkFile(ctx, *file, *key, *pages, c.stdout)
	}
	if *file == "" {
		*file = cfg.db
	}
	if isAddress(*file) {
		return checkAddress(ctx, *file, *key, c.stdout)
	}
	if !exists(*file) {
		return fmt.Errorf("there is no database %s: set CHIHAI_DB to the one that is meant", *file)
	}
	if *file == cfg.db {
		copied, err := copyInUse(ctx, cfg.db)
		switch {
		case err == nil:
			defer os.Remove(copied)
			*file = copied
		case !errors.Is(err, errNoBot):
			return err
		}
	}
	return checkApart(ctx, *file, *key, *pages, c.stdout, c.stderr)
}

// copyInUse has the bot that runs on the database path make a copy beside it
// and returns where, or [errNoBot] when none runs.
func copyInUse(ctx context.Context, path string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+checkSuffix+"*")
	if err != nil {
		return "", err
	}
	err = errors.Join(ask(ctx, path, "backup", nil, nil, f), f.Close())
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// checkApart reads the file in a child process, what is encrypted with the key
// file if that is there. What is wrong, and how many documents there are, goes to
// stdout, and why it cannot be read to stderr. With pages it only sees whether
// the file can be read.
func checkApart(ctx context.Context, path, key string, pages bool, stdout, stderr io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if db, err := bolt.OpenReadOnly(path); errors.Is(err, store.ErrInUse) {
		return err // says nothing about how sound it is
	} else if err == nil {
		if err := db.Close(); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, self, "check", "--child", "--file", path, "--key", key, fmt.Sprintf("--pages=%t", pages)) // #nosec G204 -- this program, without a shell
	cmd.Stdout = stdout
	said, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	// What a child that faults says is long and helps nobody here.
	last, err := io.ReadAll(io.LimitReader(said, 4<<10))
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, said); err != nil {
		return err
	}
	var exit *exec.ExitError
	switch err := cmd.Wait(); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit) && exit.ExitCode() == failed:
		fmt.Fprintf(stderr, "%s", last)
		return errUnsound
	default:
		fmt.Fprintln(stdout, "Reading the file crashed: parts of it are damaged.")
		return errUnsound
	}
}

// checkFile reads the file path, which nobody has open for writing, and says
// what is wrong. What is encrypted is looked into if the key file is there.
func checkFile(ctx context.Context, path, keyFile string, pages bool, out io.Writer) error {
	if err := bolt.Check(path); err != nil || pages {
		return err
	}
	db, err := bolt.OpenReadOnly(path)
	if err != nil {
		return err
	}
	defer db.Close()
	return checkDocuments(ctx, db, keyFile, out)
}

// checkAddress reads a database of PostgreSQL, beside those who use it.
func checkAddress(ctx context.Context, address, keyFile string, out io.Writer) error {
	db, err := openBackend(ctx, address, bolt.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	return checkDocuments(ctx, db, keyFile, out)
}

// checkDocuments reads what db holds and says what is wrong with it.
func checkDocuments(ctx context.Context, db store.Backend, keyFile string, out io.Writer) error {
	say := bufio.NewWriter(out)
	defer say.Flush()
	keyed, _, err := store.Peek(ctx, db)
	if err != nil {
		return err
	}
	var key []byte
	if keyed {
		key, err = store.ReadKey(keyFile)
		if errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(say, "The key file %s is not there: what is encrypted is not looked into.\n", keyFile)
		} else if err != nil {
			return err
		}
	}
	faults := 0
	counts, err := store.CheckSealed(ctx, db, key, time.Now(), func(bucket, key, what string) {
		faults++
		fmt.Fprintf(say, "%s %s %s\n", bucket, key, what)
	})
	if err != nil {
		return err
	}
	if faults > 0 {
		return fmt.Errorf("%d faults", faults)
	}
	total := 0
	for _, bucket := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(say, "%9d %s\n", counts[bucket], bucket)
		total += counts[bucket]
	}
	fmt.Fprintf(say, "%9d documents, and nothing is wrong with them.\n", total)
	return nil
}
