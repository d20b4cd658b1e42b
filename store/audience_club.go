package store

import (
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
)

// This file is all that an audience looks at in clubs: who is in one ([Membership]),
// and whose it is ([Club]). It decodes nothing else: an audience may be large.

type clubMember struct {
	State MembershipState `json:"state"`
}

// A ClubHead is what a broadcast knows of a club.
type ClubHead struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`        // neutral: it stands on the phones of all who belong to it
	Facilitator string    `json:"facilitator"` // member who keeps it together
	Closed      time.Time `json:"closed"`      // nothing is said in it from then on; zero: it is open
}

// ClubHead returns the club, or [ErrNotFound].
func (tx *Tx) ClubHead(id string) (c ClubHead, err error) {
	raw, err := tx.kv.Get("club", id)
	if err == nil {
		err = decodePlain(Pair{Key: id, Value: raw}, &c)
	}
	return c, err
}

// audienceClub yields the members of the club, those who were taken in and have
// not left, in the order of their ids.
func (tx *Tx) audienceClub(club, from string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		prefix := club + "/"
		for p, err := range tx.kv.Scan("club_member", prefix+from, after(prefix)) {
			var m clubMember
			if err == nil {
				err = decodePlain(p, &m)
			}
			if err == nil && m.State != In {
				continue
			}
			if err != nil {
				yield("", err)
				return
			}
			if !yield(p.Key[len(prefix):], nil) {
				return
			}
		}
	}
}

// inClub says whether the member is in the club.
func (tx *Tx) inClub(club, member string) (bool, error) {
	raw, err := tx.kv.Get("club_member", club+"/"+member)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	var m clubMember
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	return m.State == In, err
}

// clubsOf returns the ids of the open clubs of a facilitator, sorted.
func (tx *Tx) clubsOf(facilitator string) (ids []string, err error) {
	for p, err := range tx.kv.Scan("club", "", "") {
		if err != nil {
			return nil, err
		}
		var c ClubHead
		if err := decodePlain(p, &c); err != nil {
			return nil, err
		}
		if c.Facilitator == facilitator && c.Closed.IsZero() {
			ids = append(ids, p.Key)
		}
	}
	slices.Sort(ids)
	return ids, nil
}
