package store

import (
	"errors"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// What is known for the time after an outage: until when a network was heard,
// and with whom a question stands whose buttons may have been pressed in vain.
// Networks forget a tap on a button below a message after minutes, and what was
// written after a day.
//
//	meta/heard/channel  → Heard
//	tappable            member ID → mark; her open question is an Inline one

// A Heard says until when a channel was heard. It is written about once a minute,
// so a restart knows it no better than that.
type Heard struct {
	At time.Time `json:"at"`

	Rest jsontext.Value `json:",embed"`
}

// OutageJob is the job that asks again after an outage. Its Data is for
// chihai/flows.
const OutageJob = "outage"

// Heard returns until when the channel was heard, the zero time when that is not
// known.
func (tx *Tx) Heard(channel string) (time.Time, error) {
	h, err := get[Heard](tx, "meta", "heard/"+channel)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return h.At, nil
}

// PutHeard keeps that the channel was heard at that time.
func (tx *Tx) PutHeard(channel string, at time.Time) error {
	return put(tx, "meta", "heard/"+channel, Heard{At: at.UTC()})
}

// Tappable yields the talks whose open question is an Inline one, in the order
// of member ids, from that of the member from on. Questions that an older
// program has put are found after the next turn of their member.
func (tx *Tx) Tappable(from string) iter.Seq2[*Conversation, error] {
	return func(yield func(*Conversation, error) bool) {
		for p, err := range tx.kv.Scan("tappable", from, "") {
			var c *Conversation
			if err == nil {
				c, err = get[Conversation](tx, "conversation", p.Key)
			}
			if errors.Is(err, ErrNotFound) {
				continue // Check tells of it; the others are asked all the same
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// Conversations yields all talks in the order of member ids, from that of the
// member from on. There may be millions.
func (tx *Tx) Conversations(from string) iter.Seq2[*Conversation, error] {
	return each[Conversation](tx, "conversation", from, "")
}

// indexTaps keeps whether the open question of c is an Inline one, where that has
// changed: most turns write nothing here.
func (tx *Tx) indexTaps(c *Conversation) error {
	tappable := c.Prompt != nil && c.Prompt.Inline
	if tappable == c.Tappable {
		return nil
	}
	c.Tappable = tappable
	if tappable {
		return tx.kv.Put("tappable", c.Member, mark)
	}
	return tx.kv.Delete("tappable", c.Member)
}

// deleteConversation deletes the talk with member and what leads to it.
func (tx *Tx) deleteConversation(member string) error {
	return errors.Join(tx.kv.Delete("conversation", member), tx.kv.Delete("tappable", member))
}
