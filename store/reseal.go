package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// What stands in the database is sealed anew when it has got keys, or another
// data key: little by little, while the bot works. What is written meanwhile is
// sealed with the latest key anyway. When the end is reached, the keys with which
// nothing is sealed any more are dropped, and the space of what was there before
// is wiped.
//
//	meta/reseal → resealing, as long as it is under way
type resealing struct {
	Since  time.Time `json:"since"`
	Bucket string    `json:"bucket,omitzero"` // the latest document that was looked at; empty: none was
	Key    string    `json:"key,omitzero"`
	Looked int       `json:"looked,omitzero"` // how many were
	Shut   int       `json:"shut,omitzero"`   // how many of them cannot be opened: they stay, and so do all keys

	Rest jsontext.Value `json:",embed"`
}

const resealDoc = "reseal"

// ResealJob is the job that seals documents anew.
const ResealJob = "reseal"

// resealers seal documents of the buckets that hold personal fields. They return
// nil for one that need not be written.
var resealers = map[string]func(tx *Tx, bucket, key string, raw []byte) ([]byte, error){
	"club_member":         reseal[Membership],
	"club_pupil":          reseal[Pupil],
	"certificate":         reseal[Certificate],
	"contact":             reseal[Contact],
	"conversation":        reseal[Conversation],
	"draft":               reseal[Answering],
	"draft_chunk":         reseal[chunk],
	"feedback":            reseal[Feedback],
	"file":                reseal[File],
	"file_chunk":          reseal[chunk],
	"guest":               reseal[Guest],
	"member":              reseal[Member],
	"message":             reseal[Message],
	"passphrase":          reseal[Passphrase],
	"response":            reseal[Response],
	"response_box":        reseal[boxed],
	"response_box_chunk":  reseal[chunk],
	"response_chunk":      reseal[chunk],
	"response_past":       reseal[responsePast],
	"response_past_chunk": reseal[chunk],
	"screen":              reseal[Line],
	"task":                reseal[Task],
}

func reseal[T any](tx *Tx, bucket, key string, raw []byte) ([]byte, error) {
	v := new(T)
	stale, err := open(tx, bucket, key, raw, v)
	if err != nil || !stale {
		return nil, err
	}
	return encode(tx, bucket, key, v)
}

// A batch is how much [Store.Reseal] looks at and writes in one transaction, in
// documents and bytes: others wait for it.
const (
	resealBatch = 100
	resealBytes = 256 << 10
)

// planReseal begins again at the first document.
func (tx *Tx) planReseal() error {
	if err := put(tx, "meta", resealDoc, resealing{Since: tx.Now}); err != nil {
		return err
	}
	return tx.Plan(&Due{ID: "reseal", At: tx.Now, Until: tx.Now.AddDate(100, 0, 0), Job: ResealJob})
}

// Reseal seals the next documents and says whether the end was reached. It may be
// called at any time: where nothing is to be done, the end was reached.
func (s *Store) Reseal(ctx context.Context) (done bool, err error) {
	err = s.Update(ctx, func(tx *Tx) error {
		done = false
		at, err := get[resealing](tx, "meta", resealDoc)
		if errors.Is(err, ErrNotFound) {
			done = true
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := tx.sealing(); err != nil {
			return err
		}
		if done, err = tx.resealSome(at); err != nil {
			return err
		}
		if done {
			return tx.endReseal(at)
		}
		return put(tx, "meta", resealDoc, at)
	})
	return done, err
}

// resealSome goes on from at, and moves it on.
func (tx *Tx) resealSome(at *resealing) (done bool, err error) {
	looked, written := 0, 0
	for _, bucket := range slices.Sorted(maps.Keys(resealers)) {
		if bucket < at.Bucket {
			continue
		}
		from := ""
		if bucket == at.Bucket {
			from = at.Key
		}
		for p, err := range tx.kv.Scan(bucket, from, "") {
			if err != nil {
				return false, err
			}
			if p.Key == from {
				continue
			}
			if looked == resealBatch || written >= resealBytes {
				return false, nil
			}
			raw, err := resealers[bucket](tx, bucket, p.Key, p.Value)
			var shut *sealedError
			switch {
			case err == nil && raw != nil:
				if err := tx.kv.Put(bucket, p.Key, raw); err != nil {
					return false, err
				}
				written += len(raw)
			case errors.As(err, &shut):
				at.Shut++
			case err != nil:
				return false, fmt.Errorf("%s %s: %w", bucket, p.Key, err)
			}
			at.Bucket, at.Key = bucket, p.Key
			at.Looked++
			looked++
		}
	}
	return true, nil
}

// endReseal drops what is not needed any more.
func (tx *Tx) endReseal(at *resealing) error {
	if at.Shut == 0 {
		ring, err := get[keyRing](tx, "meta", ringKey)
		if err != nil {
			return err
		}
		ring.Data = ring.Data[len(ring.Data)-1:]
		if err := tx.putKeys(ring); err != nil {
			return err
		}
	}
	if err := tx.kv.Delete("meta", resealDoc); err != nil {
		return err
	}
	return tx.planScrub()
}
