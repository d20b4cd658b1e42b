package store

import "errors"

// WipeTraces removes what the course of an anonymous campaign has left beside the
// draft of d, which is about to be sent: messages to who holds it that stand in the
// outbox, and what has stood on her web chats' screens since she began, her own words
// among it. It must be called in the transaction of [Tx.SendAnswers], before it. Of
// a campaign that is not anonymous it removes nothing.
//
// What else she said on these screens since then goes with it: lines do not tell
// what they answer.
func (tx *Tx) WipeTraces(d *Answering) error {
	c, err := tx.Campaign(d.Campaign)
	if err != nil || c.Mode != Anonymous {
		return err
	}
	m, err := tx.Member(d.holder())
	if err != nil {
		return err
	}
	ids, err := tx.messagesFor(m.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		said, err := tx.Message(id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if said.Questions == c.ID {
			if err := tx.Settle(id); err != nil {
				return err
			}
		}
	}
	for _, contact := range m.Contacts {
		if err := tx.clearScreen(contact, idAt(d.Begun)); err != nil {
			return err
		}
	}
	return nil
}

// clearScreen deletes the lines of a contact's screen from the id from on.
func (tx *Tx) clearScreen(contact, from string) error {
	var keys []string
	for p, err := range tx.kv.Scan("screen", contact+"/"+from, after(contact+"/")) {
		if err != nil {
			return err
		}
		keys = append(keys, p.Key)
	}
	for _, key := range keys {
		if err := tx.kv.Delete("screen", key); err != nil {
			return err
		}
	}
	return nil
}
