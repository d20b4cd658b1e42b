package postgres

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"chihai/store"
)

// Prefetch implements [store.Prefetcher]. What the cache holds is not asked
// for, so most often it asks nothing at all.
func (d *DB) Prefetch(ctx context.Context, wants []store.Want) {
	since := time.Now().Add(-justNow)
	for len(wants) > 0 {
		var missing []ref
		for _, w := range wants {
			r := ref{w.Bucket, w.Key}
			if store.CheckKey(w.Bucket, w.Key) != nil {
				continue
			} else if w.New {
				d.cache.absent(r)
			} else if _, ok := d.cache.get(r, since); !ok && d.tables.has(w.Bucket) {
				missing = append(missing, r)
			}
		}
		if len(missing) > 0 && d.fetch(ctx, missing) != nil {
			return // the Update will find out
		}
		wants = d.next(wants, since)
	}
}

// next returns what the documents of wants lead to.
func (d *DB) next(wants []store.Want, since time.Time) []store.Want {
	var next []store.Want
	for _, w := range wants {
		if w.Field == "" {
			continue
		}
		found, _ := d.cache.get(ref{w.Bucket, w.Key}, since)
		key := field(found.value, w.Field)
		if key == "" {
			continue
		}
		for _, bucket := range w.Next {
			next = append(next, store.Want{Bucket: bucket, Key: key})
		}
	}
	return next
}

// field returns the text that stands in a field of a document, or "".
func field(document []byte, name string) string {
	d := jsontext.NewDecoder(bytes.NewReader(document), jsontext.AllowDuplicateNames(true))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return ""
	}
	for {
		t, err := d.ReadToken()
		if err != nil || t.Kind() != '"' {
			return "" // the end of the document
		}
		if t.String() != name {
			if d.SkipValue() != nil {
				return ""
			}
			continue
		}
		if t, err = d.ReadToken(); err != nil || t.Kind() != '"' {
			return ""
		}
		return t.String()
	}
}

// fetch asks the database for refs.
func (d *DB) fetch(ctx context.Context, refs []ref) error {
	slices.SortFunc(refs, func(a, b ref) int { return cmp.Or(cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.key, b.key)) })
	refs = slices.Compact(refs)
	ask := newList(len(refs))
	for _, r := range refs {
		ask.add(r.bucket, r.key)
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	asked := time.Now()
	d.counts.prefetches.Add(1)
	rows, err := d.reads.Query(ctx, "select at, doc, version from chihai.fetch($1, $2, $3)", ask.buckets, ask.ends, ask.keys)
	if err != nil {
		return err
	}
	docs := make([]doc, len(refs)) // the others are absent
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var at int32
		var one doc
		err := row.Scan(&at, &one.value, &one.version)
		if err == nil {
			docs[at-1] = one
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	for i, r := range refs {
		d.cache.fetched(r, docs[i], asked)
	}
	return nil
}
