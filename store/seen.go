package store

import (
	"errors"
	"iter"
	"time"
)

// What was seen: each input and each due thing acts once, however often it is
// delivered. The days stand first in the key, so that old ones are found.
//
//	seen  day YYYYMMDD/id → seen
type seen struct {
	At    time.Time `json:"at"`
	Again int       `json:"again,omitzero"` // how often it came again
}

// SeenDays is for how many days what was seen is kept. Networks deliver again
// for 24 hours, so today and yesterday are looked at; and tomorrow, because the
// clock may have been set back over midnight, by a day at most.
const SeenDays = 3

// FirstSeen remembers the input id and says whether it is the first time. id
// is unique among all channels. A repeated one writes too: on a replicated
// database an acknowledgement may only follow a commit of its own,
// or a failover loses what was acknowledged.
func (tx *Tx) FirstSeen(id string) (bool, error) {
	for key := range tx.seenKeys(id) {
		was, err := get[seen](tx, "seen", key)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		was.Again++
		return false, put(tx, "seen", key, was)
	}
	return true, put(tx, "seen", tx.Now.Format("20060102")+"/"+id, seen{At: tx.Now})
}

// seenKeys yields the keys under which the input id may have been seen.
func (tx *Tx) seenKeys(id string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, days := range []int{0, -1, 1} {
			if !yield(tx.Now.AddDate(0, 0, days).Format("20060102") + "/" + id) {
				return
			}
		}
	}
}

// ForgetSeen deletes at most n of what was seen more than [SeenDays] ago and
// says how many it deleted.
func (tx *Tx) ForgetSeen(n int) (int, error) {
	return tx.deleteRange("seen", "", tx.Now.AddDate(0, 0, -SeenDays).Format("20060102"), n)
}

// deleteRange deletes at most n keys with from <= key < to.
func (tx *Tx) deleteRange(bucket, from, to string, n int) (int, error) {
	var keys []string
	for p, err := range tx.kv.Scan(bucket, from, to) {
		if err != nil {
			return 0, err
		}
		if len(keys) == n {
			break
		}
		keys = append(keys, p.Key)
	}
	for _, key := range keys {
		if err := tx.kv.Delete(bucket, key); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}
