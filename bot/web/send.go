package web

import (
	"context"
	"errors"

	"chihai/bot/channel"
	"chihai/store"
)

// Send keeps m as a line of the visitor's screen and tells the pages that are
// open. The line has the message's ID: a message that is sent again stands
// there once. One that is in the outbox no more was deleted on its way, with all
// that is kept of her: it is not shown. What [channel.ErrBlocked] and the like
// report cannot happen here: every error is one of the database.
func (c *Chat) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	line := store.Line{
		ID:      m.ID,
		Text:    m.Text,
		Choices: m.Choices,
		Layout:  m.Layout,
		Token:   m.Token,
		File:    m.Message.File,
		Voice:   m.Voice,
	}
	switch {
	case m.Act == store.Edit:
		line.Edits = m.Network
	case m.Act == store.Delete && m.Network == "":
		return channel.Receipt{}, nil // nothing is known to be there
	case m.Act == store.Delete:
		line = store.Line{ID: m.ID, Edits: m.Network, Gone: true}
	}
	if m.File != nil && line.File != "" {
		c.heads.put(line.File, head{Name: m.File.Name, Type: m.File.Type})
	}
	gone := false
	err := c.store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Message(m.ID)
		if gone = errors.Is(err, store.ErrNotFound); gone {
			return nil
		}
		if err != nil {
			return err
		}
		line.At = tx.Now // when an earlier attempt kept the line, the store has the time of that one
		if _, err := tx.ShowLine(m.Contact, &line); err != nil {
			return err
		}
		return c.heads.read(tx, []store.Line{line})
	})
	if err != nil || gone {
		return channel.Receipt{}, err
	}
	// Also when the line was there: the attempt that kept it may have died
	// before it told the pages.
	c.streams.push(m.Contact, line)
	if m.Act == store.Edit {
		return channel.Receipt{Network: m.Network}, nil // it still is the line that it was
	}
	return channel.Receipt{Network: m.ID}, nil
}
