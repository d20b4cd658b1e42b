package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"chihai/store"
	"chihai/store/bolt"
)

// unlock finds the key file that opens the copy, or makes a new one with the
// recovery identity when it is gone or belongs to another time. The new one
// stands beside its place until the copy has the name of the database: a process
// that ends in between finds both ([opening.openChanged]).
func (r *restoring) unlock(ctx context.Context) error {
	r.key = r.config.keyFile()
	db, err := bolt.Open(r.beside, bolt.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	keyed, _, err := store.Peek(ctx, db)
	if err != nil {
		return err
	}
	if !keyed { // it gets keys when it is opened
		if r.drill {
			r.key, r.newKey = r.beside+keySuffix, true
		}
		return nil
	}
	why := opens(ctx, db, r.key)
	if why == nil || !errors.Is(why, fs.ErrNotExist) && !errors.Is(why, store.ErrWrongKey) {
		return why
	}
	identity, err := r.readIdentity(r.recovery)
	if err != nil {
		return err
	}
	if strings.TrimSpace(identity) == "" {
		return fmt.Errorf("%w: --recovery names the file with the recovery identity, which makes a new key file", why)
	}
	made := r.config.keyFile() + newSuffix
	if r.drill {
		made = r.beside + keySuffix
	}
	if exists(made) {
		return fmt.Errorf("%s is in the way, from a change that was cut off: move it away, but do not delete it", made)
	}
	key := store.NewKey()
	if err := store.WriteKey(made, key); err != nil {
		return err
	}
	r.key, r.newKey = made, true
	return store.Recover(ctx, db, identity, key)
}

// opens returns nil when the key file opens the database.
func opens(ctx context.Context, db store.Backend, file string) error {
	key, err := store.ReadKey(file)
	if err != nil {
		return err
	}
	_, err = store.Open(ctx, db, store.Options{Key: key})
	return err
}

// forgetKey deletes a key file that was made for nothing.
func (r *restoring) forgetKey() error {
	if !r.newKey {
		return nil
	}
	err := os.Remove(r.key)
	if errors.Is(err, fs.ErrNotExist) { // it is in its place
		return nil
	}
	return err
}
