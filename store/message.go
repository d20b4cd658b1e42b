package store

import (
	"errors"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Message is something to be sent: one line of the outbox. A turn leaves
// messages in the same transaction as its changes; bot/outbox sends what is
// due and settles it. A message is deleted when it was settled; what must be
// known afterwards is kept as a [Delivery] or a [Receipt], without the text.
//
//	message         ID → Message; ids of one process sort in the order of posting
//	message_member  member ID/message ID → mark
type Message struct {
	ID      string `json:"id"`
	Contact string `json:"contact"`                    // whose address it goes to
	Member  string `json:"member,omitzero"`            // whom it is for; empty for an address that is nobody's, such as a group
	Channel string `json:"channel"`                    // network and bot
	Address string `json:"address" personal:"address"` // where to on that network
	Lane    Lane   `json:"lane"`
	Act     Act    `json:"act,omitzero"`
	Target  string `json:"target,omitzero"` // id of the earlier message that is edited or deleted

	Text    string   `json:"text,omitzero" personal:"text"`
	Choices []Choice `json:"choices,omitzero" personal:"text"`
	Layout  Layout   `json:"layout,omitzero"`
	Token   string   `json:"token,omitzero"`  // of the question whose choices these are
	Free    bool     `json:"free,omitzero"`   // the question takes free text: where choices have numbers they are #1, #2, …
	File    string   `json:"file,omitzero"`   // id of the [File] that goes with it
	Voice   string   `json:"voice,omitzero"`  // language/message id of a recording in locales/voice
	Secret  bool     `json:"secret,omitzero"` // asks the network to forbid forwarding and saving
	Group   string   `json:"group,omitzero"`  // messages of one turn: never separated by others of the same chat

	NotBefore time.Time `json:"not_before,omitzero"` // a retry waits until then
	Until     time.Time `json:"until,omitzero"`      // not sent any more from then on; zero: without end
	Repeat    bool      `json:"repeat,omitzero"`     // sent again when it is not known whether it arrived
	Attempt   time.Time `json:"attempt,omitzero"`    // when sending began; kept before it does unless Repeat is set
	Tries     int       `json:"tries,omitzero"`      // how often sending failed
	About     string    `json:"about,omitzero"`      // key of the [Registration] that it is about: not sent any more once that was given up
	Report    string    `json:"report,omitzero"`     // key of the [Delivery] that says how it ended; empty: none unless it failed
	Receipt   bool      `json:"receipt,omitzero"`    // the network's id of it is kept, for editing or deleting it later
	EditOnly  bool      `json:"edit_only,omitzero"`  // of an Edit: left out where Target cannot be edited, instead of being sent as new
	Questions string    `json:"questions,omitzero"`  // id of the anonymous [Campaign] in whose course it is said: deleted when she sends her answers
	With      []string  `json:"with,omitzero"`       // reports of the other recipients of a broadcast to whom it is passed on

	Rest jsontext.Value `json:",embed"`
}

// A Lane says which messages go first: lower ones overtake higher ones.
type Lane int

const (
	Reply        Lane = 0 // to a person who just wrote; never waits behind others
	Reminder     Lane = 1 // is worthless when late
	ClubLane     Lane = 2 // a broadcast to some dozens who know one another
	ProvinceLane Lane = 3 // a broadcast to any number: whatever else there is goes first
)

// Bulk says whether the messages of the lane wait while the network asks to be
// left alone, so that all others go on.
func (l Lane) Bulk() bool { return l >= ClubLane }

// An Act says what a message does.
type Act string

const (
	Say    Act = ""       // is shown as a new message
	Edit   Act = "edit"   // replaces text and choices of Target; sent as new where that cannot be done
	Delete Act = "delete" // removes Target where the network can
)

// A Layout says how the choices of a message are shown.
type Layout string

const (
	Keep     Layout = ""         // leaves the reply keyboard as it is; Choices is empty
	Keyboard Layout = "keyboard" // a reply keyboard: a press is a message with the label
	Inline   Layout = "inline"   // buttons below the message
	Clear    Layout = "clear"    // takes the reply keyboard away
)

// A Choice is a button.
type Choice struct {
	ID    string     `json:"id"`    // comes back with the token when it is tapped
	Label string     `json:"label"` // as shown
	Kind  ChoiceKind `json:"kind,omitzero"`
	URL   string     `json:"url,omitzero"`  // of a Link
	Wide  bool       `json:"wide,omitzero"` // gets a row of its own
}

// A ChoiceKind says what a button does.
type ChoiceKind string

const (
	Tap   ChoiceKind = ""      // answers the question
	Phone ChoiceKind = "phone" // shares her phone number, on networks that can
	Link  ChoiceKind = "link"  // opens a web page

	// Standing answers no question: it works for as long as the message stands, and
	// by its label typed anywhere.
	Standing ChoiceKind = "standing"
)

// Post puts m into the outbox. ID is given to it when it has none.
func (tx *Tx) Post(m *Message) error {
	if m.ID == "" {
		m.ID = tx.NewID()
	}
	if err := put(tx, "message", m.ID, m); err != nil {
		return err
	}
	if err := tx.indexMessage(m); err != nil {
		return err
	}
	tx.posted = append(tx.posted, *m)
	return nil
}

// Message returns the message with id, or [ErrNotFound] when it was settled.
func (tx *Tx) Message(id string) (*Message, error) {
	return get[Message](tx, "message", id)
}

// PutMessage keeps m as it is now: an attempt, a retry. Its Member stays.
func (tx *Tx) PutMessage(m *Message) error {
	return put(tx, "message", m.ID, m)
}

// Settle deletes the message id from the outbox, if it is there still.
func (tx *Tx) Settle(id string) error {
	m, err := tx.Message(id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if m.Member != "" {
		if err := tx.kv.Delete("message_member", m.Member+"/"+id); err != nil {
			return err
		}
	}
	return tx.kv.Delete("message", id)
}

// indexMessage lets m be found by whom it is for. The outbox may hold a great
// many, and deleting a member must not look at them all.
func (tx *Tx) indexMessage(m *Message) error {
	if m.Member == "" {
		return nil
	}
	return tx.kv.Put("message_member", m.Member+"/"+m.ID, mark)
}

// messagesFor returns the ids of what stands in the outbox for the member.
func (tx *Tx) messagesFor(member string) (ids []string, err error) {
	for p, err := range tx.kv.Scan("message_member", member+"/", after(member+"/")) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, p.Key[len(member)+1:])
	}
	return ids, nil
}

// deleteMessages takes what is for the member out of the outbox.
func (tx *Tx) deleteMessages(member string) error {
	ids, err := tx.messagesFor(member)
	if err != nil {
		return err
	}
	for _, id := range ids {
		m, err := tx.Message(id)
		if err != nil {
			return err
		}
		if err := errors.Join(tx.Settle(id), tx.leaveBroadcast(m, member)); err != nil {
			return err
		}
	}
	return nil
}

// passMessages makes what is for the member from be for the member to.
func (tx *Tx) passMessages(from, to string) error {
	ids, err := tx.messagesFor(from)
	if err != nil {
		return err
	}
	for _, id := range ids {
		m, err := tx.Message(id)
		if err != nil {
			return err
		}
		if err := tx.kv.Delete("message_member", from+"/"+id); err != nil {
			return err
		}
		m.Member = to
		if err := tx.PutMessage(m); err != nil {
			return err
		}
		if err := tx.indexMessage(m); err != nil {
			return err
		}
	}
	return nil
}

// Messages yields what stands in the outbox, in the order of posting, from the
// id from on.
func (tx *Tx) Messages(from string) iter.Seq2[*Message, error] {
	return each[Message](tx, "message", from, "")
}

// A Receipt is the network's own id of a message that was sent, kept for as
// long as it may be edited or deleted.
//
//	receipt  message ID → Receipt
type Receipt struct {
	Network string    `json:"network"` // the network's id of the message
	At      time.Time `json:"at"`

	Rest jsontext.Value `json:",embed"`
}

// ReceiptDays is for how long receipts are kept. Telegram lets a bot delete
// its messages for 48 hours.
const ReceiptDays = 2

// Receipt returns the receipt of the message id, or [ErrNotFound].
func (tx *Tx) Receipt(id string) (*Receipt, error) {
	return get[Receipt](tx, "receipt", id)
}

// PutReceipt keeps the network's id of the message id.
func (tx *Tx) PutReceipt(id, network string) error {
	return put(tx, "receipt", id, Receipt{Network: network, At: tx.Now})
}

// ForgetReceipts deletes at most n receipts that are older than [ReceiptDays]
// and says how many it deleted.
func (tx *Tx) ForgetReceipts(n int) (int, error) {
	return tx.deleteRange("receipt", "", idAt(tx.Now.AddDate(0, 0, -ReceiptDays)), n)
}

// idAt is less than every id made at t or later and greater than those made
// before it.
func idAt(t time.Time) string {
	s := ids{time: uint64(t.UnixMilli())}
	return (&Tx{ids: s}).NewID()[:9]
}
