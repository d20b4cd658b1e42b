package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// A Backend keeps documents under sorted keys in named buckets, and nothing
// more. The databases stand in the folders below this one; storetest holds
// what each of them must do.
type Backend interface {
	// View runs fn on one snapshot: what others write meanwhile is not seen.
	// Writing in it returns [ErrReadOnly]. It returns what fn returned, or
	// [ErrClosed], or the error of ctx if that ended before fn began.
	View(ctx context.Context, fn func(KV) error) error

	// Update runs fn and keeps all it wrote, or nothing. When it returns nil,
	// the writes are on stable storage. When it returns an error of fn, of ctx,
	// [ErrRefused] or [ErrClosed], nothing was written; after any other error
	// it is not known whether it was.
	//
	// fn may run more than once, on data that changed in between, and must do
	// nothing that cannot be undone. What it decides must rest on documents it
	// read: those that Get returned or missed and those that a Scan yielded are
	// as they were until the commit, or fn runs again. On a shared database a
	// document that appears in a range which fn has scanned need not make fn
	// run again; so where there may be only one, let it have a key that Get
	// asks for, and where there may be so many, count them in a document.
	//
	// An error of fn counts only when what fn read is found to have been so;
	// otherwise fn runs again.
	//
	// A panic of fn leaves nothing written and reaches the caller of Update.
	Update(ctx context.Context, fn func(KV) error) error

	// Close waits for what runs and releases the database. What comes after it
	// returns [ErrClosed]; a second Close returns nil.
	Close() error
}

// A KV is the view that one run of a transaction has of the database. It is
// valid until fn returns and for the goroutine that runs fn only. What it
// hands out (values and pairs) belongs to the caller and stays valid.
//
// A bucket exists as soon as something is put into it; one that does not
// exist is empty.
type KV interface {
	// Get returns the value under key, or [ErrNotFound].
	Get(bucket, key string) ([]byte, error)

	// Put keeps value, a JSON document, under key; see [CheckPair]. It stays as
	// it is to the byte. The caller may use value again afterwards.
	Put(bucket, key string, value []byte) error

	// Delete removes key. A key that is not there is no error.
	Delete(bucket, key string) error

	// Scan yields the pairs with from <= key < to in byte order; to "" means
	// without end. It sees what this transaction wrote before it began, may be
	// stopped at any time, and the transaction may write while it runs, which
	// it does not see. An error is yielded last.
	Scan(bucket, from, to string) iter.Seq2[Pair, error]

	// ScanBack yields the same pairs as Scan, last first.
	ScanBack(bucket, from, to string) iter.Seq2[Pair, error]
}

// A Pair is a key with its value.
type Pair struct {
	Key   string
	Value []byte
}

var (
	// ErrNotFound says that nothing is kept under a key.
	ErrNotFound = errors.New("not found")
	// ErrReadOnly says that a View tried to write.
	ErrReadOnly = errors.New("transaction is read-only")
	// ErrClosed says that the database has been closed.
	ErrClosed = errors.New("database is closed")
	// ErrRefused says that the database took nothing of an Update, for want of
	// room most often. The cause is wrapped beside it.
	ErrRefused = errors.New("database refused the commit")
	// ErrInUse says that another process has the database open.
	ErrInUse = errors.New("database is in use by another process")
)

const (
	// MaxKey is the greatest length of a key, in bytes.
	MaxKey = 512
	// MaxValue is the greatest length of a value, in bytes. What is longer is
	// a file and is kept in chunks.
	MaxValue = 64 << 10
)

// CheckKey returns an error unless bucket is a word of a-z, 0-9 and _ of at
// most 40 bytes and key is valid UTF-8 without NUL, of 1 to [MaxKey] bytes.
// Backends call it before they write.
func CheckKey(bucket, key string) error {
	if bucket == "" || len(bucket) > 40 || strings.Trim(bucket, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return fmt.Errorf("bucket %q is not a word of a-z, 0-9 and _", bucket)
	}
	if key == "" || len(key) > MaxKey {
		return fmt.Errorf("bucket %s: key of %d bytes, want 1 to %d", bucket, len(key), MaxKey)
	}
	if !utf8.ValidString(key) || strings.IndexByte(key, 0) >= 0 {
		return fmt.Errorf("bucket %s: key is not UTF-8 without NUL", bucket)
	}
	return nil
}

// CheckPair is [CheckKey] together with what holds for the value: it is one JSON
// document of at most [MaxValue] bytes (RFC 8259, as strictly as
// github.com/go-json-experiment/json/jsontext reads it, but for names that
// stand twice in an object), so that every database can keep it, and those who
// analyse can read it there.
func CheckPair(bucket, key string, value []byte) error {
	if err := CheckKey(bucket, key); err != nil {
		return err
	}
	if len(value) > MaxValue {
		return fmt.Errorf("bucket %s: value of %d bytes, want at most %d", bucket, len(value), MaxValue)
	}
	if !jsontext.Value(value).IsValid(jsontext.AllowDuplicateNames(true)) {
		return fmt.Errorf("bucket %s: value of %d bytes is not a JSON document", bucket, len(value))
	}
	return nil
}

// A Backup is a Backend that can copy itself into a file while it is used.
type Backup interface {
	// Backup writes a consistent copy to the file path, which must not exist,
	// and returns when the copy is on stable storage. Writers go on meanwhile.
	Backup(ctx context.Context, path string) error
}

// A Feed is a Backend that several processes use at once, and that tells each
// what the others wrote.
type Feed interface {
	// Listen calls fn, from one goroutine, with documents that other processes
	// have put into the buckets that are watched, right after their commit.
	// lost says that some may have been missed, as at the beginning and after
	// each breakdown: everything should be looked at then. It returns when ctx
	// ends or the database is closed, with the reason.
	Listen(ctx context.Context, fn func(changes []Change, lost bool)) error
}

// A Change is a document that was put.
type Change struct{ Bucket, Key string }

// A Scrubber is a Backend that can wipe what deleted documents left behind in
// its file. Databases that cannot do so do not have it.
type Scrubber interface {
	// Scrub overwrites the space that deleted and replaced values occupied. It
	// returns how many bytes it wiped, and [ErrScrubLater] when readers of old
	// snapshots still need some of it.
	Scrub(ctx context.Context) (int64, error)
}

// ErrScrubLater says that a [Scrubber] could not wipe everything yet.
var ErrScrubLater = errors.New("old snapshots are still being read")
