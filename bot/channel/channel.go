// Package channel is the contract of a network with the bot, and what all
// networks share: choices as numbers for those without buttons, and the
// splitting of long texts.
//
// # How to add a network
//
// Copy bot/console, the smallest one. Write receive.go, which turns what the
// network delivers into [flows.Input], and send.go, which turns a
// [store.Message] into calls of the network and its answers into the errors
// below. Then add it to the channels that bot/build.go puts together.
package channel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"chihai/flows"
	"chihai/store"
)

// A Channel is one bot on one network. Its methods are called from many
// goroutines at once, except that Receive is called once, or by turns in several
// processes ([Poller]).
//
// A rare ability is an optional interface: a channel that is fed by a webhook
// is also an http.Handler, one that can edit is an [Editor], one that knows its
// network's limits is a [Limiter].
type Channel interface {
	// Name is network and bot, such as "telegram:7000000001". It stands in
	// the store and never changes for the same bot.
	Name() string

	// Receive hands inputs over in the order of arrival and returns when ctx
	// ends, or with an error that cannot be mended by trying again.
	//
	// handle returns at once. done runs later and once, in any goroutine: with
	// nil after the commit, or with the reason why the input could not be
	// kept. Only an input that was done with nil may be confirmed to the
	// network; where a network confirms up to a number, the lowest input that
	// is not done bounds it. One done with an error must come again.
	Receive(ctx context.Context, handle func(in flows.Input, done func(error))) error

	// Send shows m and returns when the network took it, or with one of the
	// errors below; any other error means that m surely was not shown and may
	// be tried again. m.Act is Say unless the channel is an [Editor]. Calls
	// for one address never overlap.
	Send(ctx context.Context, m Message) (Receipt, error)
}

// A Message is what a channel is given to send: the message of the outbox with
// what it refers to.
type Message struct {
	store.Message
	Network string // the network's id of the message that Target names; empty when it is not known
	File    *File  // nil: none
}

// A File goes with a message.
type File struct {
	ID   string // of the stored file, which never changes; empty: it is none
	Name string // as it is shown, with its ending
	Type string // media type; a channel shows images and plays recordings by it
	Data []byte
}

// A Receipt is what the network said when it took a message.
type Receipt struct {
	Network string // its id of the message; empty when it has none
}

// An Editor can also carry out [store.Edit] and [store.Delete] with
// Message.Network set. On other channels an edit is sent as a new message and
// a deletion is left out.
type Editor interface{ CanEdit() }

// A Listener knows whether it hears its network.
type Listener interface {
	// Deaf returns since when it has not been able to ask its network what
	// people said, and why, in a few words. A zero time means that it hears.
	// It may be called at any time.
	Deaf() (since time.Time, why string)
}

// A Poller may ask its network for inputs rather than be given them. Where it
// polls, its Receive runs in one process at a time of all that work on a
// database, and may be called again after it has returned.
type Poller interface{ Polls() bool }

// A Limiter knows how fast its network lets a bot send.
type Limiter interface{ Limits() Limits }

// A Forgetter is a channel whose network keeps what people do while nobody
// hears for some time only.
type Forgetter interface {
	// Heard returns until when everything was heard that people did, the zero
	// time when that is not known yet. It never waits.
	Heard() time.Time

	// Keeps returns for how long the network keeps taps on buttons below
	// messages, and everything else.
	Keeps() (taps, rest time.Duration)
}

// A Fetcher is a channel that can fetch a file which somebody has sent.
type Fetcher interface {
	// Fetch returns the bytes of the file that [flows.FileRef.ID] names, at most
	// most of them. It returns [ErrTooLarge], [ErrRefused] when the network will
	// never hand the file over, or an error that may pass.
	Fetch(ctx context.Context, id string, most int) ([]byte, error)
}

// Limits of a network. A zero rate means without limit.
type Limits struct {
	Total   float64 // messages per second over all addresses; replies go beyond it when they must
	Most    int     // calls within any second that the network takes, replies counted; 0 means without limit
	PerChat float64 // messages per second to one address
	Burst   int     // messages to one address that may go at once; 0 means 1

	PerGroup float64 // messages per second to a group, in place of PerChat, and none at once
	Groups   string  // what the address of a group begins with; empty: there are none

	Flights int // calls under way at once; 0 means 16
}

var (
	// ErrBlocked says that this address takes no messages of the bot any more:
	// blocked, left, deleted.
	ErrBlocked = errors.New("address does not take messages")
	// ErrRefused says that the network will never take this message.
	ErrRefused = errors.New("message was refused")
	// ErrTooLarge says that a file is larger than may be fetched.
	ErrTooLarge = errors.New("file is too large")
	// ErrUncertain says that the message was handed over and no answer came.
	ErrUncertain = errors.New("no answer after sending")
)

// A RetryError says that the network wants to be left alone for a while.
type RetryError struct {
	After time.Duration // at least so long
	All   bool          // every address must wait, not only this one
}

func (e *RetryError) Error() string {
	return fmt.Sprintf("network asks to wait %v", e.After)
}

// A MovedError says that the address has a new name from now on.
type MovedError struct{ Address string }

func (e *MovedError) Error() string { return "address has moved" }
