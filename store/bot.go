package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Bot is the one through which this database speaks on a network. Its id is
// part of every address there, so another bot would find nobody that this one
// knows.
//
//	meta/bot/network → Bot
type Bot struct {
	Network string    `json:"network"`       // such as "telegram"
	ID      string    `json:"id"`            // the network's own id of it, never a token
	Name    string    `json:"name,omitzero"` // by which people find it there; empty until the network told it
	Since   time.Time `json:"since"`

	Rest jsontext.Value `json:",embed"`
}

// ErrOtherBot says that a database belongs to another bot of the network.
var ErrOtherBot = errors.New("database belongs to another bot")

// Bot returns the bot of the network, or [ErrNotFound].
func (tx *Tx) Bot(network string) (*Bot, error) {
	return get[Bot](tx, "meta", "bot/"+network)
}

// SetBot makes the bot id the one of the network from now on. Where that is
// another it returns [ErrOtherBot], unless adopt is set: then those who spoke
// with the former one stay in the store and are met anew when they write.
func (tx *Tx) SetBot(network, id string, adopt bool) error {
	was, err := tx.Bot(network)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return err
	case was.ID == id:
		return nil
	case !adopt:
		return fmt.Errorf("%w on %s: %s, not %s", ErrOtherBot, network, was.ID, id)
	}
	return put(tx, "meta", "bot/"+network, Bot{Network: network, ID: id, Since: tx.Now})
}

// NameBot keeps the name by which people find the bot of the network. One that
// was not set is left alone.
func (tx *Tx) NameBot(network, name string) error {
	b, err := tx.Bot(network)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil || b.Name == name {
		return err
	}
	b.Name = name
	return put(tx, "meta", "bot/"+network, b)
}
