package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A rest is until when a network wants to be left alone by broadcasts. It is
// kept, because networks ask for hours at times, and a bot that begins anew
// would ask for more.
//
//	meta/rest/channel → rest
type rest struct {
	Until time.Time `json:"until"`

	Rest jsontext.Value `json:",embed"`
}

// RestOf returns until when the channel is left alone by broadcasts; zero, or a
// time that has gone by: it is not.
func (tx *Tx) RestOf(channel string) (time.Time, error) {
	r, err := get[rest](tx, "meta", "rest/"+channel)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return r.Until, nil
}

// LetRest has the channel left alone by broadcasts until then, or longer where
// that was asked for before.
func (tx *Tx) LetRest(channel string, until time.Time) error {
	was, err := tx.RestOf(channel)
	if err != nil || !until.After(was) {
		return err
	}
	return put(tx, "meta", "rest/"+channel, rest{Until: until})
}
