package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chihai/bot/backups"
	"chihai/bot/disk"
	"chihai/store"
	"chihai/store/bolt"

	"filippo.io/age"
)

// runRestore makes the database anew from the backup FILE.
//
// It works on a copy beside the database, which gets its name last: whatever
// goes wrong before leaves all as it was. What the backup was still to say is
// held back ([store.Hold]).
func runRestore(ctx context.Context, c *call) error {
	set := c.flags("restore")
	r := restoring{call: c}
	set.StringVar(&r.identity, "identity", "", "`file` with the identity of age that opens an encrypted backup")
	set.StringVar(&r.recovery, "recovery", "", "`file` with the recovery identity, for when the key file is gone; without it, it is typed or piped in")
	set.BoolVar(&r.replace, "replace", false, "take the place of the database that is there, which is kept under another name")
	set.BoolVar(&r.drill, "drill", false, "only see whether it could be restored: nothing is left of it")
	words, err := c.parse(set, 1, 1)
	if err != nil {
		return err
	}
	if r.config, err = readConfig(c.getenv); err != nil {
		return err
	}
	if strings.Contains(r.config.db, "://") {
		return misuse("restore: %w", backups.ErrOwnTools)
	}
	r.from = words[0]
	return r.run(ctx)
}

// A restoring is one run of restore.
type restoring struct {
	*call
	config         *config
	from           string
	identity       string // file; empty: none
	recovery       string // file; empty: what is typed or piped in
	replace, drill bool

	beside string // the copy that is to become the database
	key    string // the key file that opens it
	newKey bool   // which was made for it and is not in its place
	backup time.Time
}

func (r *restoring) run(ctx context.Context) (err error) {
	if !r.drill {
		release, err := r.idle(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	r.beside = r.config.db + restoreSuffix + rand.Text()
	defer func() {
		if gone := os.Remove(r.beside); gone != nil && !errors.Is(gone, os.ErrNotExist) && err == nil {
			err = gone
		}
		if gone := r.forgetKey(); err == nil {
			err = gone
		}
	}()
	if err := r.fetch(ctx); err != nil {
		return err
	}
	if err := checkApart(ctx, r.beside, "", true, r.stdout, r.stderr); errors.Is(err, errUnsound) {
		return fmt.Errorf("%s is no sound backup; nothing was changed", r.from)
	} else if err != nil {
		return err
	}
	h, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	// What does not fit together was so in the database itself, most likely. It
	// is better than none.
	if err := checkApart(ctx, r.beside, r.key, false, r.stdout, r.stderr); errors.Is(err, errUnsound) {
		fmt.Fprintln(r.stderr, "The backup can be read, but not all in it fits together; see above.")
	} else if err != nil {
		return err
	}
	if r.drill {
		_, err = fmt.Fprintf(r.stdout, "%s can be restored: %s.\n", r.from, r.made())
		return err
	}
	kept, err := r.place()
	if err != nil {
		return err
	}
	fmt.Fprintf(r.stdout, "\n%s is restored from %s, %s.\n", r.config.db, r.from, r.made())
	if kept != "" {
		fmt.Fprintf(r.stdout, "What was there is kept as %s: delete it when you do not need it any more.\n", kept)
	}
	fmt.Fprint(r.stdout, "What people wrote after the backup is not in it, and Telegram does not deliver again what it has delivered.\n"+
		"Whoever has deleted her data since then is there again: delete it again where you know of it.\n\n")
	if h.empty() {
		_, err := fmt.Fprintln(r.stdout, "Nothing was waiting to be sent.")
		return err
	}
	h.say(r.stdout, r.config.zone)
	return nil
}

// made says when the backup was made.
func (r *restoring) made() string {
	if r.backup.IsZero() {
		return "a copy that does not say when it was made"
	}
	return fmt.Sprintf("a backup of %s, %v ago",
		r.backup.In(r.config.zone).Format("2006-01-02 15:04"), time.Since(r.backup).Round(time.Minute))
}

// idle returns an error if a bot runs on the database, or if there is one that
// is not to be replaced. Until release is called none can start on it.
func (r *restoring) idle(ctx context.Context) (release func(), err error) {
	release = func() {}
	path := r.config.db
	if answers(ctx, path) {
		return nil, fmt.Errorf("a bot runs on %s: stop it first", path)
	}
	if !exists(path) {
		return release, nil
	}
	if !r.replace {
		return nil, fmt.Errorf("there is a database %s: --replace puts the backup in its place and keeps it under another name", path)
	}
	db, err := bolt.OpenReadOnly(path)
	if errors.Is(err, store.ErrInUse) {
		return nil, fmt.Errorf("%w: stop the bot first", err)
	}
	if err != nil { // that is why it is to be replaced
		return release, nil
	}
	return func() { db.Close() }, nil
}

// fetch copies the backup, decrypted, beside the database.
func (r *restoring) fetch(ctx context.Context) error {
	info, err := os.Stat(r.from)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // a pipe or a device may never end
		return fmt.Errorf("%s is no file", r.from)
	}
	if now, err := os.Stat(r.config.db); err == nil && os.SameFile(info, now) {
		return fmt.Errorf("%s is the database itself, not a backup of it", r.from)
	}
	room, err := disk.RoomAt(filepath.Dir(r.config.db))
	if err != nil {
		return err
	}
	if !room.Takes(info.Size()) {
		return fmt.Errorf("no room for %d MiB beside %s: %v", info.Size()>>20, r.config.db, room)
	}
	f, err := os.Open(r.from)
	if err != nil {
		return err
	}
	defer f.Close()
	defer context.AfterFunc(ctx, func() { f.Close() })() // a large copy ends with Ctrl-C
	sealed, err := backups.Encrypted(r.from)
	if err != nil {
		return err
	}
	in := io.Reader(f)
	if sealed {
		if in, err = r.open(f); err != nil {
			return err
		}
	} else if err := unused(r.from); err != nil {
		return err
	}
	return writeFile(r.beside, false, func(w io.Writer) error {
		if _, err := io.Copy(w, in); err != nil {
			return fmt.Errorf("read %s, which may have been cut off: %w", r.from, err)
		}
		return nil
	})
}

// unused returns an error if a process has the database file path open: a copy
// of it would be of several moments.
func unused(path string) error {
	db, err := bolt.OpenReadOnly(path)
	if errors.Is(err, store.ErrInUse) {
		return err
	}
	if err == nil {
		return db.Close()
	}
	return nil // what is wrong with it the check tells
}

// open returns what the encrypted backup f holds.
func (r *restoring) open(f io.Reader) (io.Reader, error) {
	if r.identity == "" {
		return nil, misuse("restore: %s is encrypted: --identity names the file with the identity that opens it (AGE-SECRET-KEY-1…)", r.from)
	}
	secret, err := os.Open(r.identity)
	if err != nil {
		return nil, err
	}
	defer secret.Close()
	who, err := age.ParseIdentities(secret)
	if err != nil { // which may quote it
		return nil, fmt.Errorf("%s holds no identity of age: one is a line that begins with AGE-SECRET-KEY-1", r.identity)
	}
	in, err := age.Decrypt(f, who...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, fmt.Errorf("%s was encrypted for others than the identity in %s", r.from, r.identity)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", r.from, err)
	}
	return in, nil
}

// prepare brings the copy up to this program and holds back what it was still
// to say.
func (r *restoring) prepare(ctx context.Context) (*held, error) {
	if err := ours(ctx, r.beside); err != nil {
		return nil, fmt.Errorf("%s: %w", r.from, err)
	}
	if err := r.unlock(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", r.from, err)
	}
	s, err := opening{path: r.beside, key: r.key, recovery: func() (string, error) { return r.newRecovery(r.config) }}.open(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	err = s.View(ctx, func(tx *store.Tx) error {
		last, err := tx.LastBackup()
		if err != nil {
			return err
		}
		if r.backup = last.At; tx.Now.Before(r.backup) {
			return fmt.Errorf("the backup was made at %s, and this machine says that it is %s: set its clock first",
				r.backup.Format(time.RFC3339), tx.Now.Format(time.RFC3339))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	h, err := holdBack(ctx, s, r.backup, "restore")
	if err != nil {
		return nil, err
	}
	return h, s.Close()
}

// ours returns an error unless the file path is a database of this program.
func ours(ctx context.Context, path string) error {
	db, err := bolt.OpenReadOnly(path)
	if err != nil {
		return err
	}
	defer db.Close()
	err = db.View(ctx, func(kv store.KV) error {
		_, err := kv.Get("meta", "schema")
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return errors.New("this is no database of Chị Hai: it has no schema")
	}
	return err
}

// place gives the copy the name of the database. What was there gets another
// one first, which it returns; at no time is there neither.
func (r *restoring) place() (kept string, err error) {
	path := r.config.db
	if exists(path) {
		kept = path + ".replaced-" + time.Now().UTC().Format("20060102T150405Z")
		if err := os.Link(path, kept); err != nil { // no links on this file system
			if err := os.Rename(path, kept); err != nil {
				return "", err
			}
		}
	}
	if err := os.Rename(r.beside, path); err != nil {
		return "", err
	}
	if r.newKey {
		r.newKey = false // the database needs it from here on
		if err := replaceKey(r.config.keyFile(), time.Now()); err != nil {
			return kept, fmt.Errorf("the database is restored, but its key file is not in its place yet, \"chihai key show\" puts it there: %w", err)
		}
	}
	return kept, backups.SyncDir(filepath.Dir(path))
}
