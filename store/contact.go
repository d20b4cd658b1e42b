package store

import (
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Contact is an address on a network, such as a chat with the bot. A phone
// that women share is one contact of several members.
//
//	contact  ID → Contact, where ID is channel/keyed hash of the address
type Contact struct {
	ID          string    `json:"id"`
	Channel     string    `json:"channel"`                    // network and bot, such as "telegram:7000000001"
	Address     string    `json:"address" personal:"address"` // what the network sends to, such as a chat id
	Members     []string  `json:"members"`                    // ids of those who use it, never empty
	Speaker     string    `json:"speaker"`                    // the one of them who speaks now
	Unreachable time.Time `json:"unreachable,omitzero"`       // since when the network refuses messages to it; zero: reachable
	Created     time.Time `json:"created"`

	Rest jsontext.Value `json:",embed"`
}

// ContactID returns the id of the contact with address on channel, whether it
// is kept or not.
func (tx *Tx) ContactID(channel, address string) string {
	return channel + "/" + tx.hash("address", channel+"\x00"+address)
}

// Contact returns the contact with id, or [ErrNotFound].
func (tx *Tx) Contact(id string) (*Contact, error) {
	return read(tx, &tx.store.contacts, "contact", id, (*Contact).clone)
}

// PutContact keeps c.
func (tx *Tx) PutContact(c *Contact) error {
	return write(tx, &tx.store.contacts, "contact", c.ID, c, (*Contact).clone)
}

// Meet returns the contact with address on channel and the member who speaks
// from it now. Whoever was not known yet is kept as a new member with a new
// contact; met is true then.
func (tx *Tx) Meet(channel, address string) (c *Contact, m *Member, met bool, err error) {
	id := tx.ContactID(channel, address)
	c, err = tx.Contact(id)
	if err == nil {
		m, err = tx.Member(c.Speaker)
		return c, m, false, err
	}
	if !errors.Is(err, ErrNotFound) {
		return nil, nil, false, err
	}
	m, err = tx.NewMember()
	if err != nil {
		return nil, nil, false, err
	}
	c = &Contact{ID: id, Channel: channel, Address: address, Created: tx.Now}
	if err := tx.Join(c, m); err != nil {
		return nil, nil, false, err
	}
	return c, m, true, nil
}

// Join makes m one of those who use c and the one who speaks from it now.
func (tx *Tx) Join(c *Contact, m *Member) error {
	if !slices.Contains(c.Members, m.ID) {
		c.Members = append(c.Members, m.ID)
	}
	c.Speaker = m.ID
	if err := tx.PutContact(c); err != nil {
		return err
	}
	if len(m.Contacts) > 0 && m.Contacts[0] == c.ID {
		return nil
	}
	m.Contacts = slices.DeleteFunc(m.Contacts, func(id string) bool { return id == c.ID })
	m.Contacts = slices.Insert(m.Contacts, 0, c.ID)
	return tx.PutMember(m)
}

// Part makes m no longer one of those who use c. When nobody is left, the
// contact is deleted.
func (tx *Tx) Part(c *Contact, m *Member) error {
	m.Contacts = slices.DeleteFunc(m.Contacts, func(id string) bool { return id == c.ID })
	if err := tx.PutMember(m); err != nil {
		return err
	}
	c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == m.ID })
	if len(c.Members) == 0 {
		return tx.kv.Delete("contact", c.ID)
	}
	if c.Speaker == m.ID {
		c.Speaker = c.Members[0]
	}
	return tx.PutContact(c)
}
