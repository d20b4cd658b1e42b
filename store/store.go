// Package store is the memory of Chị Hai: one file per noun, each written once
// over a narrow database seam ([Backend]).
//
// A noun's file says at its head under which keys it is kept. Documents are
// JSON; fields are added, never renamed, and what a newer program wrote
// survives an older one (every noun carries the rest it does not know).
//
// The store knows no words and no networks: it never speaks to people and
// never sends anything. What is to be said is put into the outbox ([Message])
// in the same transaction as the change that it tells of.
//
// # How to add a noun
//
// Write a file with its type, its keys and the methods of [Tx] that keep it.
// Tag fields that tell something about a person with `personal:"…"`: they are
// encrypted (personal.go). Add the bucket to [Buckets] and say in deletion.go
// what happens to it when a member is deleted; one with personal fields also
// stands in reseal.go. The tests hold you to all of it.
package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Store keeps the nouns in a [Backend]. Its methods may be called from many
// goroutines at once.
type Store struct {
	backend       Backend
	now           func() time.Time
	random        io.Reader
	clock         clock
	key           atomic.Pointer[[]byte] // that of the key file; nil: none was given
	keys          atomic.Pointer[keys]
	locked        atomic.Pointer[error] // why the keys as they are now cannot be opened; nil: they can
	blind         bool                  // sealed fields are passed over, as the key is not known
	forms         forms
	sealers       sync.Pool // of *sealer
	zone          *time.Location
	secret        []byte    // keys the hashes that stand for phone numbers and addresses
	macs          sync.Pool // of hash.Hash keyed with secret: keying one costs more than using it
	areas         atomic.Pointer[AreaTree]
	members       readings[Member]
	contacts      readings[Contact]
	conversations readings[Conversation]
	trainings     readings[Training]
	registrations readings[Registration]
	broadcasts    readings[Broadcast]
	campaigns     readings[Campaign]
	watch         struct {
		sync.Mutex
		committed []func([]Message)
		tasks     []func()
		changes   []changeWatch
	}
}

// Options of [Open]. Real use needs a Key and a Recovery; the rest may be zero.
type Options struct {
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // for ids and codes, nil: crypto/rand; must never fail

	// Zone is where people live, by whose clocks trainings are reminded of. Nil:
	// those of UTC, and there is no night.
	Zone *time.Location

	// Key is that of the key file ([ReadKey]). A database that is opened with
	// one for the first time gets keys, and its personal fields are encrypted
	// from then on. Nil: nothing is encrypted, which is for tests and for data
	// that is made up; should another process give the database keys, nothing of
	// people is read or written without it any more ([Store.LockedOut]).
	Key []byte
	// Recovery is the recipient for whom new keys are locked too ([NewRecovery]);
	// empty: nobody. A database that has keys keeps the one it has.
	Recovery string
}

// Open brings the documents of b up to this program's schema and returns a
// Store over it. It returns [ErrNewer] when a newer program has written b, and
// [ErrWrongKey] when b has keys that opt.Key does not open. Closing the Store
// closes b.
func Open(ctx context.Context, b Backend, opt Options) (*Store, error) {
	s := newStore(b, opt)
	if err := s.migrate(ctx, opt.Recovery); err != nil {
		return nil, err
	}
	return s, nil
}

// At returns a Store over the same database by another clock, for what is written
// as if at another time.
func (s *Store) At(now func() time.Time) *Store {
	other := newStore(s.backend, Options{Now: now, Random: s.random, Zone: s.zone, Key: s.fileKey()})
	other.secret = s.secret
	other.keys.Store(s.keys.Load())
	return other
}

// newStore returns a Store that knows no secret yet.
func newStore(b Backend, opt Options) *Store {
	s := &Store{backend: b, now: opt.Now, random: opt.Random, zone: opt.Zone}
	if opt.Key != nil {
		s.key.Store(&opt.Key)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	s.sealers.New = func() any { return new(sealer) }
	s.macs.New = func() any { return hmac.New(sha256.New, s.secret) }
	return s
}

// fileKey is the key of the key file, nil when none was given.
func (s *Store) fileKey() []byte {
	if key := s.key.Load(); key != nil {
		return *key
	}
	return nil
}

// Now is the time by the store's clock, in UTC.
func (s *Store) Now() time.Time { return s.now().UTC() }

// Backend returns what the store is kept in, for what only some databases can
// do ([Backup], [Scrubber]).
func (s *Store) Backend() Backend { return s.backend }

// Close closes the store and its database.
func (s *Store) Close() error { return s.backend.Close() }

// View runs fn on one snapshot of the store.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	now := s.Now().Truncate(time.Millisecond)
	return s.backend.View(ctx, func(kv KV) error {
		return fn(&Tx{Now: now, kv: kv, store: s})
	})
}

// Update runs fn and keeps all its changes or none; see [Backend.Update] for
// what its errors mean. fn may run more than once. Where ctx is [Under] a term
// that is over it returns [ErrLeaseLost].
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	now := s.Now().Truncate(time.Millisecond)
	ids, err := s.clock.seed(now, s.random)
	if err != nil {
		return err
	}
	var last *Tx
	err = s.backend.Update(ctx, func(kv KV) error {
		last = &Tx{Now: now, store: s, ids: ids}
		last.kv = &watchedKV{kv, last}
		if err := last.fence(TermOf(ctx)); err != nil {
			return err
		}
		return fn(last)
	})
	if err == nil {
		s.tell(last)
	}
	return err
}

// tell tells those who watch what tx has left to be done.
func (s *Store) tell(tx *Tx) {
	if len(tx.posted) == 0 && !tx.tasked {
		return
	}
	s.watch.Lock()
	posted, tasks := slices.Clone(s.watch.committed), slices.Clone(s.watch.tasks)
	s.watch.Unlock()
	if len(tx.posted) > 0 {
		for _, fn := range posted {
			fn(tx.posted)
		}
	}
	if tx.tasked {
		for _, fn := range tasks {
			fn()
		}
	}
}

// OnPosted has fn called with the messages of each committed transaction that
// put some into the outbox, of this process ([Store.OnChange] tells of others). fn must return quickly and may not use the store.
// A crash between the commit and the call loses the call, never the messages.
func (s *Store) OnPosted(fn func([]Message)) {
	s.watch.Lock()
	defer s.watch.Unlock()
	s.watch.committed = append(s.watch.committed, fn)
}

// OnTask has fn called after each committed transaction of this process that
// left a [Task]. fn must return quickly and may not use the store. A crash between the commit
// and the call loses the call, never the task.
func (s *Store) OnTask(fn func()) {
	s.watch.Lock()
	defer s.watch.Unlock()
	s.watch.tasks = append(s.watch.tasks, fn)
}

// A Tx is one transaction on the store. Its methods are the nouns' verbs; they
// stand in the nouns' files. A Tx is valid until the function it was given to
// returns, and for one goroutine.
type Tx struct {
	// Now is when the transaction began, in UTC to the millisecond. Code
	// inside a transaction uses it and no other clock, so that a re-run
	// decides alike.
	Now time.Time

	kv     KV
	store  *Store
	ids    ids
	seal   *dataKey // by which it seals; nil: not asked for yet, or nothing is encrypted
	posted []Message
	tasked bool // a task was left
	broken error
}

// Broken returns the first error with which the database itself answered in
// this transaction, or nil. An error that fn returns while the database
// works is fn's own.
func (tx *Tx) Broken() error { return tx.broken }

// hash returns the keyed hash that stands for a private value in a key, as
// text of 26 characters. What separates kinds of values (a phone number from
// an address) is kind.
func (tx *Tx) hash(kind, value string) string {
	sum := tx.sum(kind, value)
	return base32.EncodeToString(sum[:16])
}

// sum is the keyed hash itself (HMAC-SHA-256).
func (tx *Tx) sum(kind, value string) (sum [sha256.Size]byte) {
	mac := tx.store.macs.Get().(hash.Hash)
	defer tx.store.macs.Put(mac)
	mac.Reset()
	io.WriteString(mac, kind)
	mac.Write([]byte{0})
	io.WriteString(mac, value)
	mac.Sum(sum[:0])
	return sum
}

// get reads the document under key into a new T, or returns [ErrNotFound].
func get[T any](tx *Tx, bucket, key string) (*T, error) {
	raw, err := tx.kv.Get(bucket, key)
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := decode(tx, bucket, key, raw, v); err != nil {
		return nil, err
	}
	return v, nil
}

// put keeps v as the document under key.
func put(tx *Tx, bucket, key string, v any) error {
	raw, err := encode(tx, bucket, key, v)
	if err != nil {
		return err
	}
	return tx.kv.Put(bucket, key, raw)
}

// has says whether there is a document under key.
func has(tx *Tx, bucket, key string) (bool, error) {
	_, err := tx.kv.Get(bucket, key)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// each yields the documents with from <= key < to in the order of their keys.
func each[T any](tx *Tx, bucket, from, to string) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for p, err := range tx.kv.Scan(bucket, from, to) {
			if err != nil {
				yield(nil, err)
				return
			}
			v := new(T)
			if err := decode(tx, bucket, p.Key, p.Value, v); err != nil {
				yield(nil, err)
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}

// after is the first key that does not begin with prefix, which must end in
// the separator '/': '0' follows it in ASCII.
func after(prefix string) string {
	return prefix[:len(prefix)-1] + "0"
}

// mark is the document of an index entry: that it is there says it all.
var mark = []byte("{}")
