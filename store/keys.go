package store

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The keys of a database. Data keys seal personal fields (personal.go), the
// hash key makes the hashes that stand for numbers and addresses in keys. All of
// them stand in the database, each locked with the key of the key file, and
// locked once more for the recovery recipient (recovery.go). So the key file or
// the recipient can change without a document being touched.
//
// Which data key seals now stands in a document of its own. Every transaction
// that seals reads it: on a database that several processes share, none of them
// can commit what it sealed with a key that another has replaced meanwhile. That
// is what makes it safe to drop a key once nothing is sealed with it any more. A
// process that was opened without a key reads it too, to see that there is none:
// from the moment when another makes keys, it can commit nothing in plain text.
//
//	meta/keys → keyRing
//	meta/key  → currentKey
type keyRing struct {
	Lock     string       `json:"lock"`              // [KeyName] of the key that locks
	Recovery string       `json:"recovery,omitzero"` // recipient for whom all are locked too; empty: nobody
	Hash     *lockedKey   `json:"hash"`              // the hash key
	Data     []*lockedKey `json:"data"`              // the data keys, the latest last

	Rest jsontext.Value `json:",embed"`
}

const (
	ringKey    = "keys"
	currentDoc = "key"
)

// A lockedKey is a key that only the key file, or the recovery identity, opens.
type lockedKey struct {
	ID       string    `json:"id"`
	Created  time.Time `json:"created"`
	Locked   []byte    `json:"locked"`            // nonce and AES-256-GCM, with the ID as associated data
	Recovery []byte    `json:"recovery,omitzero"` // an age file that holds ID, line feed and key
}

type currentKey struct {
	ID string `json:"id"`
}

// ErrWrongKey says that a database cannot be opened with a key: it was locked
// with another one, or none was given for a database that has keys.
var ErrWrongKey = errors.New("key does not fit the database")

// LockedOut returns an error that wraps [ErrWrongKey] when another process has
// meanwhile given the database keys, or a lock, that the key of s does not open,
// and nil otherwise. s keeps and reads nothing of people then: its transactions
// return the same error, and the process should end.
func (s *Store) LockedOut() error {
	if err := s.locked.Load(); err != nil {
		return *err
	}
	return nil
}

// keys are the opened keys of a database. They do not change: after a rotation
// there are others.
type keys struct {
	current []byte // the document meta/key by which they were read
	seal    *dataKey
	data    map[string]*dataKey
	hash    []byte
}

// A dataKey seals and opens fields. At most 2^32 may be sealed with one
// (crypto/cipher, NewGCMWithRandomNonce): at a million turns a day those are two
// years.
type dataKey struct {
	id   string
	head string // of everything that is sealed with it
	cipher.AEAD
}

// newRing returns keys that lock with key: a new data key, and the hash key hash.
func newRing(key []byte, recovery string, hash []byte, now time.Time) (*keyRing, error) {
	r := &keyRing{Lock: KeyName(key), Recovery: recovery, Hash: &lockedKey{ID: "hash", Created: now}}
	if err := errors.Join(r.Hash.lock(key, hash), r.Hash.lockFor(recovery, hash)); err != nil {
		return nil, err
	}
	return r, r.add(key, now)
}

// add makes a new data key, by which is sealed from now on.
func (r *keyRing) add(key []byte, now time.Time) error {
	k := &lockedKey{Created: now}
	for k.ID == "" || r.has(k.ID) {
		k.ID = base32.EncodeToString(NewKey())[:keyIDSize]
	}
	plain := NewKey()
	r.Data = append(r.Data, k)
	return errors.Join(k.lock(key, plain), k.lockFor(r.Recovery, plain))
}

// keyIDSize is the length of the id of a data key, in characters of base32.
const keyIDSize = 6

func (r *keyRing) has(id string) bool {
	for _, k := range r.Data {
		if k.ID == id {
			return true
		}
	}
	return false
}

func (r *keyRing) all() []*lockedKey { return append([]*lockedKey{r.Hash}, r.Data...) }

// latest is the data key that seals.
func (r *keyRing) latest() *lockedKey { return r.Data[len(r.Data)-1] }

// fits returns [ErrWrongKey] unless key opens the ring.
func (r *keyRing) fits(key []byte) error {
	switch {
	case key == nil:
		return fmt.Errorf("%w: its personal fields are encrypted, and no key was given", ErrWrongKey)
	case r.Lock != KeyName(key):
		return fmt.Errorf("%w: it was locked with key %s, this is key %s", ErrWrongKey, r.Lock, KeyName(key))
	}
	return nil
}

// open opens all keys.
func (r *keyRing) open(key []byte) (*keys, error) {
	if err := r.fits(key); err != nil {
		return nil, err
	}
	if r.Hash == nil || len(r.Data) == 0 {
		return nil, errors.New("the keys of the database are not whole")
	}
	k := &keys{data: map[string]*dataKey{}}
	for _, locked := range r.Data {
		plain, err := locked.open(key)
		if err != nil {
			return nil, err
		}
		aead, err := newAEAD(plain)
		if err != nil {
			return nil, err
		}
		k.seal = &dataKey{locked.ID, sealedHead + locked.ID + ":", aead}
		k.data[locked.ID] = k.seal
	}
	var err error
	k.hash, err = r.Hash.open(key)
	return k, err
}

// lock locks the key plain, which is k's, with key.
func (k *lockedKey) lock(key, plain []byte) error {
	aead, err := newAEAD(key)
	if err != nil {
		return fmt.Errorf("lock key %s: %w", k.ID, err)
	}
	k.Locked = aead.Seal(nil, nil, plain, k.bound()) // #nosec G407 -- newAEAD draws the nonce anew each time
	return nil
}

func (k *lockedKey) open(key []byte) ([]byte, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, fmt.Errorf("open key %s: %w", k.ID, err)
	}
	plain, err := aead.Open(nil, nil, k.Locked, k.bound())
	if err != nil {
		return nil, fmt.Errorf("open key %s: %w", k.ID, err) // the name did fit, so the document is damaged
	}
	return plain, nil
}

// bound is the associated data of a locked key: none can stand for another.
func (k *lockedKey) bound() []byte { return []byte("chihai key " + k.ID) }

// newAEAD returns AES-256-GCM. Each seal begins with a random nonce.
func newAEAD(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("a key has %d bytes, not %d", KeySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// KeyName names the key of a key file without saying anything about it; the name
// stands in [Keys].Lock.
func KeyName(key []byte) string {
	sum := sha256.Sum256(append([]byte("chihai key file\x00"), key...))
	return hex.EncodeToString(sum[:6])
}

// readKeys opens the keys as they stand in the database, and returns nil when
// there are none.
func (tx *Tx) readKeys() (*keys, error) {
	ring, err := get[keyRing](tx, "meta", ringKey)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k, err := ring.open(tx.store.fileKey())
	if errors.Is(err, ErrWrongKey) {
		tx.store.locked.Store(&err)
	}
	if err != nil {
		return nil, tx.fail(err)
	}
	if k.current, err = tx.kv.Get("meta", currentDoc); err != nil {
		return nil, fmt.Errorf("read which key seals: %w", err)
	}
	// Of two documents that were read one after the other, one may be older than
	// the other: such a transaction runs again. To remember what it read would
	// seal with the old key under the name of the new one.
	var now currentKey
	if err := json.Unmarshal(k.current, &now); err != nil || now.ID != k.seal.id {
		return nil, tx.fail(fmt.Errorf("the keys of the database are not whole: %q seals, and the latest is %q", now.ID, k.seal.id))
	}
	// Should this transaction fail, the next one finds that meta/key differs.
	tx.store.keys.Store(k)
	tx.store.locked.Store(nil)
	return k, nil
}

// fail has the transaction fail with err, whatever a flow makes of it: without
// its keys a database keeps nothing, and it is no fault of what was said.
func (tx *Tx) fail(err error) error {
	if tx.broken == nil {
		tx.broken = err
	}
	return err
}

// putKeys keeps ring.
func (tx *Tx) putKeys(ring *keyRing) error {
	if err := put(tx, "meta", ringKey, ring); err != nil {
		return err
	}
	return put(tx, "meta", currentDoc, currentKey{ring.latest().ID})
}

// sealing returns the key by which tx seals, nil when nothing is encrypted.
func (tx *Tx) sealing() (*dataKey, error) {
	if tx.seal != nil {
		return tx.seal, nil
	}
	k := tx.store.keys.Load()
	now, err := tx.kv.Get("meta", currentDoc)
	if k == nil && errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which key seals: %w", err)
	}
	if k == nil || !bytes.Equal(now, k.current) {
		if k, err = tx.readKeys(); err != nil {
			return nil, err
		}
		if k == nil {
			return nil, tx.fail(errors.New("the keys of the database are not whole: they are gone"))
		}
	}
	tx.seal = k.seal
	return tx.seal, nil
}

// dataKey returns the data key with id. One that another process has made
// meanwhile stands in the database: whoever sees what was sealed with it sees
// the key, too. It is nil when there is no such key any more.
func (tx *Tx) dataKey(id string) (*dataKey, error) {
	if d := tx.store.keys.Load().data[id]; d != nil {
		return d, nil
	}
	k, err := tx.readKeys()
	if err != nil || k == nil {
		return nil, err
	}
	return k.data[id], nil
}

// Peek looks at the database b before it is opened. keyed says whether it has
// keys, so that [Open] wants one; made, whether all in it is made up
// ([Tx.IsSample]). An empty database is neither.
func Peek(ctx context.Context, b Backend) (keyed, made bool, err error) {
	err = b.View(ctx, func(kv KV) error {
		tx := &Tx{kv: kv}
		var errs [2]error
		keyed, errs[0] = has(tx, "meta", ringKey)
		made, errs[1] = tx.IsSample()
		return errors.Join(errs[:]...)
	})
	return keyed, made, err
}
