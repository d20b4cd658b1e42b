package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Tries are the attempts of one member or from one network address that did not
// succeed: to sign in to the staff pages, or to give the code of a room. They stand in the store, so that a
// restart gives nobody a fresh start.
//
//	tries  kind/keyed hash of whose they are → Tries
type Tries struct {
	Failed int       `json:"failed"`
	Last   time.Time `json:"last"`
	Until  time.Time `json:"until,omitzero"` // no attempt is taken before it

	Rest jsontext.Value `json:",embed"`
}

// A TryKind says whose attempts are counted, and how many are free.
type TryKind struct {
	name string
	free int           // attempts without a pause
	most time.Duration // the longest pause
}

var (
	// TryMember counts the passphrases tried for a member. Only who came by a
	// code from her own chat can try one, so nobody can shut her out.
	TryMember = TryKind{"member", 4, time.Hour}
	// TryAddress counts the codes tried from a network address, behind which
	// there may be a whole office.
	TryAddress = TryKind{"address", 20, 10 * time.Minute}
	// TryRoom counts the codes of rooms that a member gives ([Tx.InRoom]). Two
	// of a million are right at a time.
	TryRoom = TryKind{"room", 6, 10 * time.Minute}
)

const (
	// firstPause follows the first attempt that is not free; each further one
	// doubles it.
	firstPause = 30 * time.Second
	// triesTime is after how long without an attempt they are forgotten.
	triesTime = 24 * time.Hour
)

// Try counts an attempt of who, before it is known how it ends: so that many at
// once are many. When it may not be made yet it returns for how long not, and
// counts nothing.
func (tx *Tx) Try(kind TryKind, who string) (*Tries, time.Duration, error) {
	t, err := get[Tries](tx, "tries", tx.triesKey(kind, who))
	if errors.Is(err, ErrNotFound) || err == nil && tx.Now.Sub(t.Last) > triesTime {
		t, err = &Tries{}, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if wait := t.Until.Sub(tx.Now); wait > 0 {
		return t, wait, nil
	}
	t.Failed++
	t.Last = tx.Now
	if over := t.Failed - kind.free; over > 0 {
		t.Until = tx.Now.Add(min(firstPause<<min(over-1, 20), kind.most))
	}
	return t, 0, put(tx, "tries", tx.triesKey(kind, who), t)
}

// Forgive forgets the attempts of who: one has succeeded.
func (tx *Tx) Forgive(kind TryKind, who string) error {
	return tx.kv.Delete("tries", tx.triesKey(kind, who))
}

// ForgetTries deletes at most n that are older than a day and says how many it
// deleted.
func (tx *Tx) ForgetTries(n int) (int, error) {
	return tx.forget("tries", n, func(key string) (bool, error) {
		t, err := get[Tries](tx, "tries", key)
		return err == nil && tx.Now.Sub(t.Last) > triesTime, err
	})
}

func (tx *Tx) triesKey(kind TryKind, who string) string {
	return kind.name + "/" + tx.hash("tries "+kind.name, who)
}
