package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Tries are the attempts of one member or from some networks that did not
// succeed: to sign in to the staff pages, or to guess the code of a club, of a
// room or of a member. They stand in the store, so that a restart gives nobody a fresh start.
//
// There are more networks than a store can count: one home has 65,536 of IPv6,
// and an attacker may have any number. So networks share a fixed number of
// documents (two characters of base32: 1,024), each finding its own by its hash. Who shares one
// with an attacker loses nothing by it, since the pause is only for codes that
// are wrong: a right one, of 60 bits and good once for ten minutes, cannot be
// guessed, and is taken at any time. What the pause saves is the disk, which
// would keep every wrong code, and the audit, which would tell of it.
//
//	tries  member/keyed hash of the member → Tries
//	tries  address/first characters of the keyed hash of the network → Tries
type Tries struct {
	Failed int       `json:"failed"`
	Last   time.Time `json:"last"`
	Until  time.Time `json:"until,omitzero"` // no attempt is taken before it

	Rest jsontext.Value `json:",embed"`
}

// A TryKind says whose attempts are counted, and how many are free.
type TryKind struct {
	name  string
	free  int           // attempts without a pause
	most  time.Duration // the longest pause
	short int           // characters of the hash in the key; 0: all

	first  time.Duration // the pause after the first attempt that is not free; 0: firstPause
	forget time.Duration // after so long without one attempts count as none; 0: triesTime
}

var (
	// TryMember counts the passphrases tried for a member. Only who came by a
	// code from her own chat can try one, so nobody can shut her out.
	TryMember = TryKind{name: "member", free: 4, most: time.Hour}
	// TryNetwork counts the wrong codes tried from a network, behind which there
	// may be a whole office.
	TryNetwork = TryKind{name: "address", free: 20, most: 10 * time.Minute, short: 2}
	// TryClub counts the club codes typed on a phone that belong to no club: five
	// in an hour. With 17 letters in six places that is no way to find one.
	TryClub = TryKind{name: "club", free: 4, most: time.Hour, first: time.Hour, forget: time.Hour}
	// TryRoom counts the codes of rooms that a member gives ([Tx.InRoom]). Two
	// of a million are right at a time.
	TryRoom = TryKind{name: "room", free: 6, most: 10 * time.Minute}
	// TryPerson counts the member codes that an officer types and that are nobody's
	// whom she may find. With 32 signs in six places that is no way to find one.
	TryPerson = TryKind{name: "person", free: 9, most: time.Hour}
)

const (
	// firstPause follows the first attempt that is not free; each further one
	// doubles it.
	firstPause = 30 * time.Second
	// triesTime is after how long without an attempt they are forgotten.
	triesTime = 24 * time.Hour
)

// Try counts an attempt of who. A passphrase is counted before it is known
// whether it is right, so that many at once are many; a code only when it was
// wrong. When no attempt may be made yet it returns for how long not, and counts
// nothing.
func (tx *Tx) Try(kind TryKind, who string) (*Tries, time.Duration, error) {
	t, err := get[Tries](tx, "tries", tx.triesKey(kind, who))
	if errors.Is(err, ErrNotFound) || err == nil && tx.Now.Sub(t.Last) > kind.memory() {
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
		first := kind.first
		if first == 0 {
			first = firstPause
		}
		t.Until = tx.Now.Add(min(first<<min(over-1, 20), kind.most))
	}
	return t, 0, put(tx, "tries", tx.triesKey(kind, who), t)
}

// Paused is for how long who may make no attempt; 0: she may now. It counts
// nothing: for codes of which only a wrong one is counted, and which may not be
// tried at all while she has to wait.
func (tx *Tx) Paused(kind TryKind, who string) (time.Duration, error) {
	t, err := get[Tries](tx, "tries", tx.triesKey(kind, who))
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return max(0, t.Until.Sub(tx.Now)), nil
}

// Worth says whether the attempt just counted is worth a row in the audit: the
// one with which pauses begin, and then each time the number has doubled. An
// attacker who goes on for days fills no disk with rows.
func (t *Tries) Worth(kind TryKind) bool {
	over := t.Failed - kind.free
	return over > 0 && over&(over-1) == 0
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

// memory is after how long without an attempt those before count as none.
func (k TryKind) memory() time.Duration {
	if k.forget == 0 {
		return triesTime
	}
	return k.forget
}

func (tx *Tx) triesKey(kind TryKind, who string) string {
	hash := tx.hash("tries "+kind.name, who)
	if kind.short > 0 {
		hash = hash[:kind.short]
	}
	return kind.name + "/" + hash
}
