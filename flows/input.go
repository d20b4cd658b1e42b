package flows

import (
	"time"

	"chihai/store"
)

// An Input is something that happened to a talk: a message, a tap, something
// due. Channels make inputs of what their network delivers.
type Input struct {
	// ID names the input among all inputs of all channels for ever, such as
	// "telegram:7000000001/u/81234". The same ID acts once. At most 200 bytes.
	ID string

	Channel string // network and bot it came by, such as "telegram:7000000001"
	From    string // address it came from on that network: where an answer goes
	Member  string // for Due and Outcome: the member it is for; Channel and From are empty then

	Kind  Kind
	Text  string    // Text: what was written, at most [MaxText] characters · Other: what it was, see Other
	Tap   Tap       // Choice
	Phone string    // Contact: the number as the network gave it
	Own   bool      // Contact: the network vouches that it is the sender's own number
	Place Place     // Place
	File  FileRef   // File
	Album string    // File: which of her albums it is a part of, by the network's id; empty: it came alone
	Flow  string    // Due, Outcome: the flow that hears it
	Club  string    // Due: ID of the club that it is about; empty: none
	Data  []byte    // Due, Outcome: JSON that only that flow understands
	At    time.Time // when it happened, by the network's clock

	// Done takes out of the store what this input comes of, such as the task
	// whose outcome it is, in the transaction of its turn: IDs are remembered
	// for days only, and the next start may be later. nil: nothing. It is not
	// called for an ID that was seen before, nor when the turn fails.
	Done func(*store.Tx) error
}

// FromDue returns the input by which something planned as [store.HearJob]
// reaches its flow.
func FromDue(d *store.Due) Input {
	return Input{
		ID: d.ID, Member: d.Member, Kind: Due, Flow: d.Flow, Club: d.Club, Data: d.Data, At: d.At,
		Done: func(tx *store.Tx) error { return tx.Done(d) },
	}
}

// MaxText is how many characters of a written message are looked at; the rest
// is cut off. Telegram's messages have at most 4,096 UTF-16 units.
const MaxText = 4096

// A Kind says what an input is.
type Kind string

const (
	Text        Kind = "text"        // she wrote, or pressed a button of a reply keyboard
	Choice      Kind = "choice"      // she tapped a button that carries the token of its question
	Contact     Kind = "contact"     // she shared a phone number
	Location    Kind = "place"       // she shared a place
	File        Kind = "file"        // she sent a photo, a document, a recording
	Other       Kind = "other"       // she did something that the bot does not take; Text says what
	Due         Kind = "due"         // the clock: something is due
	Outcome     Kind = "outcome"     // a task is done
	Unreachable Kind = "unreachable" // the network says that she does not let the bot write any more
	Reachable   Kind = "reachable"   // she lets it again
)

// What an input of the kind Other was; it stands in Text.
const (
	OtherSticker = "sticker" // a sticker, a dice, an animation: nothing to read in it
	OtherEdited  = "edited"  // she changed a message that was sent before
	OtherGroup   = "group"   // the bot was added to a group, or spoken to in one
	OtherLost    = "lost"    // a message the network would not hand over to a bot
)

// A Tap is the answer to a question by a button that carries its token.
type Tap struct {
	Token string // of the question, as [store.Message.Token] had it
	ID    string // of the choice
}

// A Place is a point on the map, in degrees (WGS 84).
type Place struct{ Latitude, Longitude float64 }

// A FileRef names a file that stands with the network until it is fetched.
type FileRef struct {
	ID   string // what the channel fetches it by
	Name string // as the sender called it; may be empty
	Type string // media type as the sender claims it; may be empty
	Size int64  // in bytes as the network claims it; 0 when not known
}
