package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"chihai/store"
)

// A province that grows out of its file moves to PostgreSQL by copying its
// database, and could move back the same way. Documents are copied as they
// are, so what is encrypted stays so, and the key file stays the same.
//
// A copy that was interrupted goes on where it was, because each run makes the
// target equal to the source: what is there already is only read. Until it is
// finished the target is marked, and no bot opens it.

const (
	batchDocs  = 1000    // documents that are copied in one transaction
	batchBytes = 4 << 20 // about how many bytes of them
	sayEvery   = 5 * time.Second
)

// copyMark is the key in the bucket meta under which an unfinished copy says so.
const copyMark = "copy"

// runCopy copies a database into another one.
func runCopy(ctx context.Context, c *call) (err error) {
	set := c.flags("copy")
	from := set.String("from", "", "the `database` that is read: a file, or postgres://…")
	to := set.String("to", "", "the `database` that is made: an empty one, or what an interrupted copy has left")
	if _, err := c.parse(set, 0, 0); err != nil {
		return err
	}
	switch {
	case *from == "" || *to == "":
		return misuse("copy: say what is copied, with --from, and where to, with --to")
	case *from == *to, !isAddress(*from) && !isAddress(*to) && filepath.Clean(*from) == filepath.Clean(*to):
		return misuse("copy: --from and --to are the same database")
	}
	if err := mustExist(*from); err != nil {
		return err
	}
	source, err := openAlone(ctx, *from)
	if err != nil {
		return fmt.Errorf("%s: %w", databaseName(*from), err)
	}
	defer source.Close()
	target, err := openAlone(ctx, *to)
	if err != nil {
		return fmt.Errorf("%s: %w", databaseName(*to), err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if err := copyDatabase(ctx, source, target, c.stdout, c.stderr); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "%s is a copy of %s now. Set CHIHAI_DB to it, and CHIHAI_KEY to the key file of the old one.\n",
		databaseName(*to), databaseName(*from))
	return err
}

// copyDatabase makes target equal to source and compares the two. It prints
// the count and the digest of each bucket to out, and to progress how far it
// is. Nobody else may use either.
func copyDatabase(ctx context.Context, source, target store.Backend, out, progress io.Writer) error {
	if err := mayCopy(ctx, source, target); err != nil {
		return err
	}
	buckets := store.Buckets()
	total, said := 0, time.Now()
	for _, bucket := range buckets {
		for at, more := "", true; more; {
			read, n := at, 0
			var err error
			if at, n, more, err = copyBatch(ctx, source, target, bucket, read); err != nil {
				return fmt.Errorf("copy %s: %w", bucket, err)
			}
			if total += n; time.Since(said) > sayEvery {
				said = time.Now()
				fmt.Fprintf(progress, "%d documents copied, now in %s\n", total, bucket)
			}
		}
	}
	fmt.Fprintf(progress, "%d documents copied; reading them back\n", total)
	for _, bucket := range buckets {
		want, err := digest(ctx, source, bucket)
		if err != nil {
			return fmt.Errorf("read %s: %w", bucket, err)
		}
		got, err := digest(ctx, target, bucket)
		if err != nil {
			return fmt.Errorf("read back %s: %w", bucket, err)
		}
		if want != got {
			return fmt.Errorf("%s: %d documents with digest %s were read, and %d with %s arrived", bucket, want.count, want.sum, got.count, got.sum)
		}
		fmt.Fprintf(out, "%9d %-20s %s\n", got.count, bucket, got.sum)
	}
	// An Update that writes nothing is refused, too, when somebody else had the
	// source meanwhile.
	if err := source.Update(ctx, func(store.KV) error { return nil }); err != nil {
		return fmt.Errorf("make sure of the source: %w", err)
	}
	return target.Update(ctx, func(kv store.KV) error { return kv.Delete("meta", copyMark) })
}

// mayCopy returns an error unless source is a database of this program and
// target empty, or what an interrupted copy of it has left. It marks target.
func mayCopy(ctx context.Context, source, target store.Backend) error {
	version, secret, err := schemaOf(ctx, source)
	switch {
	case err != nil:
		return err
	case secret == nil:
		return errors.New("there is nothing in the database that is to be copied")
	case version > store.SchemaVersion():
		return store.ErrNewer
	}
	if unfinished, err := isUnfinished(ctx, source); err != nil || unfinished {
		return cmp.Or(err, errUnfinished)
	}
	of := sha256.Sum256(append([]byte("copy of "), secret...))
	mark, err := json.Marshal(map[string]string{"of": hex.EncodeToString(of[:])})
	if err != nil {
		return err
	}
	return target.Update(ctx, func(kv store.KV) error {
		was, err := kv.Get("meta", copyMark)
		switch {
		case err == nil && bytes.Equal(was, mark):
			return nil
		case err == nil:
			return errors.New("the target holds an unfinished copy of another database: choose an empty one")
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		for _, bucket := range store.Buckets() {
			for _, err := range kv.Scan(bucket, "", "") {
				if err != nil {
					return err
				}
				return errors.New("the target is not empty: choose an empty one")
			}
		}
		return kv.Put("meta", copyMark, mark)
	})
}

// errUnfinished says that a database is not to be used yet.
var errUnfinished = errors.New("the database is an unfinished copy: run copy again with the same --from and --to")

// isUnfinished says whether db is a copy that was interrupted.
func isUnfinished(ctx context.Context, db store.Backend) (unfinished bool, err error) {
	err = db.View(ctx, func(kv store.KV) error {
		_, err := kv.Get("meta", copyMark)
		unfinished = err == nil
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return unfinished, err
}

// schemaOf returns the schema of db and its secret, which is nil when nothing
// is there.
func schemaOf(ctx context.Context, db store.Backend) (version int, secret []byte, err error) {
	err = db.View(ctx, func(kv store.KV) error {
		raw, err := kv.Get("meta", "schema")
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		var schema struct {
			Version int `json:"version"`
		}
		version, secret = 0, raw
		if err := json.Unmarshal(raw, &schema); err != nil {
			return fmt.Errorf("meta schema: %w", err)
		}
		version = schema.Version
		return nil
	})
	return version, secret, err
}

// copyBatch makes a part of a bucket of target equal to that of source: what
// comes behind the key at. It returns the last key that it looked at, how many
// documents that were, and whether there are more.
func copyBatch(ctx context.Context, source, target store.Backend, bucket, at string) (last string, n int, more bool, err error) {
	pairs, more, err := readBatch(ctx, source, bucket, at)
	if err != nil {
		return "", 0, false, err
	}
	last = at
	if len(pairs) > 0 {
		last = pairs[len(pairs)-1].Key
	}
	there := map[string][]byte{}
	err = target.View(ctx, func(kv store.KV) error {
		for p, err := range kv.Scan(bucket, at, "") {
			if err != nil {
				return err
			}
			if more && p.Key > last {
				break
			}
			if p.Key != at && !isMark(bucket, p.Key) {
				there[p.Key] = p.Value
			}
		}
		return nil
	})
	if err != nil {
		return "", 0, false, err
	}
	missing := slices.DeleteFunc(slices.Clone(pairs), func(p store.Pair) bool {
		was, ok := there[p.Key]
		delete(there, p.Key)
		return ok && bytes.Equal(was, p.Value)
	})
	if len(missing) == 0 && len(there) == 0 {
		return last, len(pairs), more, nil
	}
	return last, len(pairs), more, target.Update(ctx, func(kv store.KV) error {
		for _, p := range missing {
			if err := kv.Put(bucket, p.Key, p.Value); err != nil {
				return err
			}
		}
		for key := range there { // the source has changed since the copy was interrupted
			if err := kv.Delete(bucket, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// readBatch reads what comes behind the key at, and says whether there may be
// more.
func readBatch(ctx context.Context, db store.Backend, bucket, at string) (pairs []store.Pair, more bool, err error) {
	err = db.View(ctx, func(kv store.KV) error {
		size := 0
		for p, err := range kv.Scan(bucket, at, "") {
			if err != nil {
				return err
			}
			if p.Key == at || isMark(bucket, p.Key) {
				continue
			}
			pairs = append(pairs, p)
			if size += len(p.Value); len(pairs) == batchDocs || size >= batchBytes {
				more = true
				return nil
			}
		}
		return nil
	})
	return pairs, more, err
}

func isMark(bucket, key string) bool { return bucket == "meta" && key == copyMark }

// A sum is what a bucket holds, in short.
type sum struct {
	count int
	sum   string // SHA-256 over the keys and values in order, each behind its length as 8 bytes, in hex
}

func digest(ctx context.Context, db store.Backend, bucket string) (sum, error) {
	hash, n := sha256.New(), 0
	err := db.View(ctx, func(kv store.KV) error {
		for p, err := range kv.Scan(bucket, "", "") {
			if err != nil {
				return err
			}
			if isMark(bucket, p.Key) {
				continue
			}
			n++
			for _, part := range [][]byte{[]byte(p.Key), p.Value} {
				hash.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
				hash.Write(part)
			}
		}
		return nil
	})
	return sum{n, hex.EncodeToString(hash.Sum(nil))}, err
}
