package store

import "context"

// PutRaw writes a document through a transaction of s, for tests.
func PutRaw(ctx context.Context, s *Store, bucket, key string) error {
	return s.Update(ctx, func(tx *Tx) error { return tx.kv.Put(bucket, key, mark) })
}
