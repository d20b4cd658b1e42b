package store

import (
	"context"
	"iter"
)

// PutRaw writes a document through a transaction of s, for tests.
func PutRaw(ctx context.Context, s *Store, bucket, key string) error {
	return s.Update(ctx, func(tx *Tx) error { return tx.kv.Put(bucket, key, mark) })
}

// Files yields all files, for tests.
func Files(tx *Tx) iter.Seq2[*File, error] { return each[File](tx, "file", "", "") }

// Counts are the numbers of a training, for comparing two versions of it.
func (t *Training) Counts() *[6]int {
	return &[6]int{t.Seats, t.Taken, t.Kept, t.Waiting, t.Asked, t.Invited}
}
