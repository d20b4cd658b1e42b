package demo

import (
	"context"
	"slices"
	"strconv"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
)

// Phones are the phones of the women of the sample, as a network of their own:
// they take what is sent to them, as slowly as one can watch, and nobody answers.
// Two of them have blocked the bot, and some women have no phone.
type Phones struct{}

// phonesName is their name among the channels.
const phonesName = "demo:1"

// Name returns "demo:1".
func (Phones) Name() string { return phonesName }

// blocked are the addresses of those who have blocked the bot.
var blocked = []string{"23", "41"}

// Limits make a notice to all of them last about twenty seconds.
func (Phones) Limits() channel.Limits { return channel.Limits{Total: 3, PerChat: 1, Burst: 5} }

// Receive hears nothing until ctx ends.
func (Phones) Receive(ctx context.Context, _ func(flows.Input, func(error))) error {
	<-ctx.Done()
	return nil
}

// Send takes m, unless its phone has blocked the bot.
func (Phones) Send(_ context.Context, m channel.Message) (channel.Receipt, error) {
	if slices.Contains(blocked, m.Address) {
		return channel.Receipt{}, channel.ErrBlocked
	}
	return channel.Receipt{}, nil
}

// phone gives the nth woman of the sample, counted from 0, a phone. The first
// one has none, because whoever plays the facilitator takes over her club, nor
// has one in twelve of the others.
func phone(tx *store.Tx, m *store.Member, nth int) error {
	if nth%12 == 0 {
		return nil
	}
	address := strconv.Itoa(nth)
	c := &store.Contact{ID: tx.ContactID(phonesName, address), Channel: phonesName, Address: address, Created: tx.Now}
	return tx.Join(c, m)
}
