package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Handover waits for another facilitator to take a club over and for the
// present one to confirm it.
//
//	club_hand  keyed hash of the code → Handover
type Handover struct {
	Club    string    `json:"club"`
	From    string    `json:"from"`        // member who hands it over
	To      string    `json:"to,omitzero"` // member who has the code and wants it; empty: nobody yet
	Expires time.Time `json:"expires"`
	Ended   time.Time `json:"ended,omitzero"` // it was carried out or refused

	Rest jsontext.Value `json:",embed"`
}

// HandoverDays is for how many days a handover waits.
const HandoverDays = 7

// NewHandover makes a one-time code by which another facilitator can take c
// over, and returns it. Only its hash is kept.
func (tx *Tx) NewHandover(c *Club) (string, error) {
	code := tx.NewCode(12)
	return code, put(tx, "club_hand", tx.hash("handover", code), Handover{
		Club: c.ID, From: c.Facilitator, Expires: tx.Now.AddDate(0, 0, HandoverDays),
	})
}

// Handover returns the one with the typed code and its key, by which it is found
// without the code, or [ErrCode] when it has ended, or the club has another
// facilitator since.
func (tx *Tx) Handover(typed string) (h *Handover, c *Club, key string, err error) {
	key = tx.hash("handover", ReadCode(typed))
	h, c, err = tx.HandoverBy(key)
	return h, c, key, err
}

// HandoverBy is [Tx.Handover] by its key.
func (tx *Tx) HandoverBy(key string) (*Handover, *Club, error) {
	h, err := get[Handover](tx, "club_hand", key)
	if err == nil && (!h.Ended.IsZero() || !tx.Now.Before(h.Expires)) {
		err = ErrNotFound
	}
	var c *Club
	if err == nil {
		c, err = tx.Club(h.Club)
	}
	if err == nil && (c.Facilitator != h.From || !c.Open()) {
		err = ErrNotFound
	}
	if errors.Is(err, ErrNotFound) {
		return nil, nil, ErrCode
	}
	return h, c, err
}

// WantHandover keeps that the member wants the club of the handover with key.
// From then on the code is of no use to others.
func (tx *Tx) WantHandover(key string, h *Handover, member string) error {
	h.To = member
	return put(tx, "club_hand", key, h)
}

// EndHandover keeps that the handover with key was carried out or refused.
func (tx *Tx) EndHandover(key string, h *Handover) error {
	h.Ended = tx.Now
	return put(tx, "club_hand", key, h)
}

// ForgetHandovers deletes at most n whose time is over and says how many it
// deleted.
func (tx *Tx) ForgetHandovers(n int) (int, error) {
	return tx.forget("club_hand", n, func(key string) (bool, error) {
		h, err := get[Handover](tx, "club_hand", key)
		return err == nil && !tx.Now.Before(h.Expires), err
	})
}
