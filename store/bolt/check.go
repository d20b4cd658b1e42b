package bolt

import (
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"chihai/store"
)

// maxComplaints bounds what [Check] tells of one file.
const maxComplaints = 10

// Check reads all of the database file path and returns what is wrong with it,
// as one error. It says nothing about what the documents mean.
//
// bbolt may panic in a goroutine of its own, and the process may fault, when
// the file is damaged: run Check in a child process, where that is an answer
// too. Nobody may have the file open for writing; a server's file is checked
// as a backup of it.
func Check(path string) error {
	d, err := openFile(path, Options{Timeout: time.Second}, true)
	if err != nil {
		return err
	}
	defer d.bolt.Close()
	var wrong []error
	complain := func(err error) {
		if len(wrong) < maxComplaints {
			wrong = append(wrong, fmt.Errorf("check %s: %w", path, err))
		}
	}
	err = d.bolt.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() { // to its end, or its goroutine stays
			complain(err)
		}
		return tx.ForEach(func(bucket []byte, b *bbolt.Bucket) error {
			if b == nil {
				complain(fmt.Errorf("pair %q stands outside of any bucket", bucket))
				return nil
			}
			return b.ForEach(func(key, value []byte) error {
				if value == nil {
					complain(fmt.Errorf("bucket %s holds another bucket", bucket))
				} else if err := store.CheckPair(string(bucket), string(key), value); err != nil {
					complain(err)
				}
				return nil
			})
		})
	})
	return errors.Join(append(wrong, err)...)
}
