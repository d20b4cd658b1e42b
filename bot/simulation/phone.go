package simulation

import (
	"context"

	"chihai/bot/telegram/telegramtest"
)

// A phone is where a person reads and writes: a chat of Telegram, or a page of
// the web chat.
type phone interface {
	// names says on which channel she writes and from which address, as the
	// service knows her.
	names() (channel, address string)
	// next is the next message that she sees, or the error of ctx.
	next(ctx context.Context) (seen, error)
	// say has her write, or press a button that says so. It is called once the
	// world was told that she will (see did).
	say(text string, did func(key string))
}

// A seen message is what stands on a phone.
type seen struct {
	text     string
	keyboard bool
	labels   []string
}

// A chat is a phone with Telegram on it.
type chat struct {
	tg *telegramtest.Server
	id int64
}

func (c *chat) names() (channel, address string) { return Channel, itoa(c.id) }

func (c *chat) next(ctx context.Context) (seen, error) {
	m, err := c.tg.Next(ctx, c.id)
	return seen{m.Text, m.Markup == telegramtest.Keyboard, m.Labels()}, err
}

func (c *chat) say(text string, did func(key string)) { did(itoa(c.tg.Text(c.id, text))) }
