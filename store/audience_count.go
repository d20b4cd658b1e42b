package store

import "errors"

// An AudienceCount says what a broadcast to an audience would come to.
type AudienceCount struct {
	People      int `json:"people"`               // who are meant; each of them is one recipient
	OptedOut    int `json:"opted_out,omitzero"`   // who want no broadcasts: they are not among People
	NoPhone     int `json:"no_phone,omitzero"`    // of People: who have no address of their own that can be reached
	Relays      int `json:"relays,omitzero"`      // who pass messages on to some of those, each counted once
	Unreachable int `json:"unreachable,omitzero"` // of NoPhone: to whom nobody passes messages on, either
	Nameless    int `json:"nameless,omitzero"`    // of People: whose name is not known, so that {name} cannot be said
	Shared      int `json:"shared,omitzero"`      // of People: who share the phone by which they are reached
}

// Messages is how many messages the network is asked to show. together says
// that one who passes messages on gets one message for all.
func (c AudienceCount) Messages(together bool) int {
	n := c.People - c.Unreachable
	if together {
		n += c.Relays - (c.NoPhone - c.Unreachable)
	}
	return n
}

// CountAudience counts the members of the audience. It reads each of them and
// keeps none: a hundred thousand take some seconds.
func (tx *Tx) CountAudience(a Audience) (c AudienceCount, err error) {
	for id, err := range tx.AudienceFrom(a, "") {
		if err != nil {
			return c, err
		}
		if err := tx.countIn(&c, a, id); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (tx *Tx) countIn(c *AudienceCount, a Audience, id string) error {
	m, err := tx.Member(id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !m.OptedOut.IsZero() {
		c.OptedOut++
		return nil
	}
	c.People++
	if m.Name == "" {
		c.Nameless++
	}
	contact, relay, err := tx.Reach(m)
	switch {
	case errors.Is(err, ErrNotFound):
		c.NoPhone++
		c.Unreachable++
		return nil
	case err != nil:
		return err
	case relay == nil:
		if len(contact.Members) > 1 {
			c.Shared++
		}
		return nil
	}
	c.NoPhone++
	first, err := tx.firstRelayed(a, m)
	if first {
		c.Relays++
	}
	return err
}

// firstRelayed says whether m is the first, by her id, of those in the audience
// who are reached by the same relay as she: so relays are counted without being
// remembered.
func (tx *Tx) firstRelayed(a Audience, m *Member) (bool, error) {
	for id, err := range tx.keysFrom("relay", m.Relay+"/", "") {
		if err != nil {
			return false, err
		}
		if id >= m.ID {
			break
		}
		other, err := tx.Member(id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		if _, relay, err := tx.Reach(other); err != nil || relay == nil || !other.OptedOut.IsZero() {
			if err != nil && !errors.Is(err, ErrNotFound) {
				return false, err
			}
			continue
		}
		if in, err := tx.Meant(a, id); err != nil || in {
			return false, err
		}
	}
	return true, nil
}
