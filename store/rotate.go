package store

import (
	"context"
	"errors"
	"time"
)

// Keys is what can be told about the keys of a database. Nothing in it is
// secret.
type Keys struct {
	Lock      string    // names the key of the key file by which all are locked
	Recovery  string    // the recipient for whom they are locked too; empty: nobody
	Data      []DataKey // oldest first: the last one seals
	Resealing *Progress // nil when all there is was sealed with the last key
}

// A DataKey seals personal fields.
type DataKey struct {
	ID      string
	Created time.Time
}

// Progress is how far sealing anew has come.
type Progress struct {
	Since  time.Time
	Looked int // documents that were looked at
	Shut   int // those of them that could not be opened; as long as there are any, no key is dropped
}

// ErrNoKeys says that a database is kept without encryption.
var ErrNoKeys = errors.New("nothing in this database is encrypted: it has no keys")

// Keys tells about the keys, or returns [ErrNoKeys].
func (tx *Tx) Keys() (*Keys, error) {
	ring, err := tx.ring()
	if err != nil {
		return nil, err
	}
	k := &Keys{Lock: ring.Lock, Recovery: ring.Recovery}
	for _, d := range ring.Data {
		k.Data = append(k.Data, DataKey{d.ID, d.Created})
	}
	at, err := get[resealing](tx, "meta", resealDoc)
	if errors.Is(err, ErrNotFound) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	k.Resealing = &Progress{at.Since, at.Looked, at.Shut}
	return k, nil
}

func (tx *Tx) ring() (*keyRing, error) {
	ring, err := get[keyRing](tx, "meta", ringKey)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrNoKeys
	}
	return ring, err
}

// RotateKey makes a new data key and returns its id. Whatever is written from
// then on is sealed with it, by every process; what was written before is sealed
// anew by [Store.Reseal].
func (s *Store) RotateKey(ctx context.Context) (id string, err error) {
	err = s.changeRing(ctx, "rotate data key", func(tx *Tx, ring *keyRing) error {
		if err := ring.add(s.fileKey(), tx.Now); err != nil {
			return err
		}
		id = ring.latest().ID
		return tx.planReseal()
	})
	return id, err
}

// ChangeKey locks all keys with newKey instead of the one that the store was
// opened with, which opens only older backups from then on. The caller keeps
// newKey in a file before. A process that shares the database goes on with the
// key it has until the next rotation: it should be started anew before that.
func (s *Store) ChangeKey(ctx context.Context, newKey []byte) error {
	err := s.changeRing(ctx, "change key file", func(_ *Tx, ring *keyRing) error {
		for _, k := range ring.all() {
			plain, err := k.open(s.fileKey())
			if err != nil {
				return err
			}
			if err := k.lock(newKey, plain); err != nil {
				return err
			}
		}
		ring.Lock = KeyName(newKey)
		return nil
	})
	if err == nil {
		s.key.Store(&newKey)
		s.locked.Store(nil) // a transaction in between may have met the new lock with the former key
	}
	return err
}

// ChangeRecovery locks all keys for recipient instead of the one before, whose
// identity opens only older backups from then on.
func (s *Store) ChangeRecovery(ctx context.Context, recipient string) error {
	return s.changeRing(ctx, "change recovery recipient", func(_ *Tx, ring *keyRing) error {
		for _, k := range ring.all() {
			plain, err := k.open(s.fileKey())
			if err != nil {
				return err
			}
			if err := k.lockFor(recipient, plain); err != nil {
				return err
			}
		}
		ring.Recovery = recipient
		return nil
	})
}

// changeRing has change edit the keys and keeps that did was done.
func (s *Store) changeRing(ctx context.Context, did string, change func(*Tx, *keyRing) error) error {
	return s.Update(ctx, func(tx *Tx) error {
		ring, err := tx.ring()
		if err != nil {
			return err
		}
		if err := ring.fits(s.fileKey()); err != nil {
			return err
		}
		if err := change(tx, ring); err != nil {
			return err
		}
		if err := tx.putKeys(ring); err != nil {
			return err
		}
		return tx.Log("", did, ring.latest().ID)
	})
}
