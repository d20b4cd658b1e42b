package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chihai/store"

	"golang.org/x/term"
)

// What is encrypted in the database is opened by the key file, and by the
// recovery identity, which is on paper (store/keys.go). These commands make and
// change the two.

// newSuffix stands after the name of a key file that is about to take the place
// of the one before: the database is locked with it first, and a process that
// ends in between finds both.
const newSuffix = ".new"

// runKey does what the first argument says with the keys of the database.
func runKey(ctx context.Context, c *call) error {
	set := c.flags("key")
	identity := set.String("identity", "", "recover: `file` with the recovery identity; without it, it is typed or piped in")
	words, err := c.parse(set, 1, 2)
	if err != nil {
		return err
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	if want := map[string]int{"recovery": 2}[words[0]]; len(words) != max(1, want) {
		return misuse("key %s: %d arguments do not fit", words[0], len(words)-1)
	}
	switch words[0] {
	case "init":
		return c.do(ctx, cfg, false, "key show", nil, nil, c.stdout)
	case "show", "rotate", "change":
		return c.do(ctx, cfg, true, "key "+words[0], nil, nil, c.stdout)
	case "recovery":
		if err := store.CheckRecipient(words[1]); err != nil {
			return misuse("key recovery: %v", err)
		}
		return c.do(ctx, cfg, true, "key recovery", words[1:], nil, c.stdout)
	case "recover":
		return c.recover(ctx, cfg, *identity)
	}
	return misuse("key: %q is not one of init, show, rotate, change, recovery, recover", words[0])
}

// newRecovery returns the recipient for whom the keys of a new database are
// locked: the one that the environment names, or that of a new identity, which
// is shown. Where nobody would see it, it returns an error.
func (c *call) newRecovery(cfg *config) (string, error) {
	if cfg.recovery != "" {
		return cfg.recovery, nil
	}
	if out, ok := c.stdout.(*os.File); !ok || !term.IsTerminal(int(out.Fd())) {
		return "", misuse("this database gets its keys now, and a way to open it when its key file is lost: run \"chihai key init\" once in a terminal, " +
			"which shows a recovery identity to write down; or set CHIHAI_RECOVERY to a recipient (age1…) whose identity is kept elsewhere")
	}
	identity, recipient, err := store.NewRecovery()
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(c.stdout, recoveryText, databaseName(cfg.db), cfg.keyFile(), identity, recipient)
	return recipient, err
}

const recoveryText = `Names, numbers and texts in the database %s are encrypted. Two things open them: the key file

    %s

and this recovery identity, which is shown once and kept nowhere:

    %s

Write it down twice, put each into a sealed envelope, and keep the two at different places, not with the machine.
When the key file is lost and the identity too, nobody can read the database or any backup of it ever again.
What belongs to the identity and is not secret is its recipient, %s.

`

// showKeys says what can be told about the keys.
func showKeys(ctx context.Context, d *desk, _ []string, _ io.Reader, out io.Writer) error {
	var k *store.Keys
	err := d.store.View(ctx, func(tx *store.Tx) (err error) {
		k, err = tx.Keys()
		return err
	})
	if err != nil {
		return err
	}
	day := func(t time.Time) string { return t.In(d.config.zone).Format(time.DateTime) }
	fmt.Fprintf(out, "key file      %s, with key %s\n", d.config.keyFile(), k.Lock)
	recovery := k.Recovery
	if recovery == "" {
		recovery = "none: without the key file nobody can open this database; \"chihai key recovery age1…\" changes that"
	}
	fmt.Fprintf(out, "recovery      %s\n", recovery)
	for i, key := range k.Data {
		what := "is sealed with nothing new any more"
		if i == len(k.Data)-1 {
			what = "seals what is written"
		}
		fmt.Fprintf(out, "data key      %s of %s %s\n", key.ID, day(key.Created), what)
	}
	if p := k.Resealing; p != nil {
		fmt.Fprintf(out, "sealing anew  since %s, %d documents looked at; the bot does it while it runs\n", day(p.Since), p.Looked)
		if p.Shut > 0 {
			fmt.Fprintf(out, "              %d of them cannot be opened: \"chihai check\" names them. No key is dropped\n", p.Shut)
		}
	}
	return nil
}

// rotateKey makes a new data key.
func rotateKey(ctx context.Context, d *desk, _ []string, _ io.Reader, out io.Writer) error {
	id, err := d.store.RotateKey(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "All that is written is sealed with the data key %s from now on. The bot seals the rest anew while it runs;\n"+
		"\"chihai key show\" says how far it is. The former key is dropped in the end.\n", id)
	return err
}

// changeKey makes a new key file in the place of the one before.
func changeKey(ctx context.Context, d *desk, _ []string, _ io.Reader, out io.Writer) error {
	path := d.config.keyFile()
	if err := d.clearNewKey(ctx, path); err != nil {
		return err
	}
	key := store.NewKey()
	if err := store.WriteKey(path+newSuffix, key); err != nil {
		return err
	}
	if err := d.store.ChangeKey(ctx, key); err != nil {
		return fmt.Errorf("%w; the new key is in %s still, in case the database took it", err, path+newSuffix)
	}
	now := d.store.Now()
	if err := replaceKey(path, now); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "The key file %s is a new one. Backups that were made before open with the former, which is kept as\n%s;\n"+
		"destroy it when those backups are gone. Other processes on this database need the new file.\n", path, formerKey(path, now))
	return err
}

// clearNewKey sees to a new key file that an earlier change left behind: it takes
// its place when the database was locked with it, and goes otherwise.
func (d *desk) clearNewKey(ctx context.Context, path string) error {
	left, err := store.ReadKey(path + newSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var k *store.Keys
	err = d.store.View(ctx, func(tx *store.Tx) (err error) {
		k, err = tx.Keys()
		return err
	})
	switch {
	case err != nil:
		return err
	case k.Lock == store.KeyName(left):
		return replaceKey(path, d.store.Now())
	}
	return os.Remove(path + newSuffix)
}

// replaceKey puts the new key file in the place of the one at path, which is kept
// beside it.
func replaceKey(path string, now time.Time) error {
	if exists(path) {
		if err := os.Link(path, formerKey(path, now)); err != nil && !same(path, formerKey(path, now)) {
			return fmt.Errorf("keep the former key file: %w", err)
		}
	}
	if err := os.Rename(path+newSuffix, path); err != nil {
		return fmt.Errorf("replace the key file: %w", err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// same says whether two names lead to one file, as after a replaceKey that was
// cut off.
func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

func formerKey(path string, now time.Time) string {
	return path + ".until-" + now.UTC().Format("20060102T150405.000Z")
}

// changeRecovery locks the keys for another recovery recipient.
func changeRecovery(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("want the recipient")
	}
	if err := d.store.ChangeRecovery(ctx, strings.TrimSpace(args[0])); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "The keys are locked for this recipient now. Backups that were made before open with the former recovery identity.")
	return err
}

// recover makes a new key file with the recovery identity.
func (c *call) recover(ctx context.Context, cfg *config, file string) error {
	if err := mustExist(cfg.db); err != nil {
		return err
	}
	path := cfg.keyFile()
	for _, there := range []string{path, path + newSuffix} {
		if exists(there) {
			return fmt.Errorf("%s is there: if it is not the right key file, move it away, but do not delete it", there)
		}
	}
	identity, err := c.readIdentity(file)
	if err != nil {
		return err
	}
	db, err := openAlone(ctx, cfg.db)
	if err != nil {
		return err
	}
	defer db.Close()
	key := store.NewKey()
	if err := store.WriteKey(path+newSuffix, key); err != nil {
		return err
	}
	if err := store.Recover(ctx, db, identity, key); err != nil {
		return errors.Join(err, os.Remove(path+newSuffix))
	}
	if err := replaceKey(path, time.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "The key file %s opens the database.\n", path)
	return err
}

// readIdentity reads the recovery identity from the file, or from what is typed
// or piped in. It never stands among the arguments, which everybody on the
// machine can see.
func (c *call) readIdentity(file string) (string, error) {
	if file != "" {
		text, err := os.ReadFile(file)
		return string(text), err
	}
	if in, ok := c.stdin.(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		fmt.Fprint(c.stderr, "Recovery identity (AGE-SECRET-KEY-1…; it does not show): ")
		text, err := term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(c.stderr)
		return string(text), err
	}
	text, err := io.ReadAll(io.LimitReader(c.stdin, 10_000))
	return string(text), err
}
