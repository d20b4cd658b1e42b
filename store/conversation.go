package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Conversation is where the talk with one member stands. Every turn of hers
// writes it. What she said in it stands in the frames, which are encrypted as a
// whole; where she stands is told by the prompt's step without them.
//
//	conversation  member ID → Conversation
type Conversation struct {
	Member  string    `json:"member"`
	Frames  []Frame   `json:"frames,omitzero" personal:"text"`  // the running flow last; before it those that called it
	Waiting [][]Frame `json:"waiting,omitzero" personal:"text"` // interrupted talks, latest last
	Prompt  *Prompt   `json:"prompt,omitzero"`                  // the open question, nil when none is
	Turns   int64     `json:"turns"`                            // how many turns were taken
	At      time.Time `json:"at"`                               // of the latest turn
	Place   string    `json:"place,omitzero"`                   // where its ids stand: those of the next turn sort after them
	Last    *LastTap  `json:"last,omitzero"`                    // the latest choice, for telling a double tap

	// Tappable says that the talk stands among those of [Tx.Tappable]; only
	// [Tx.PutConversation] sets it.
	Tappable bool `json:"tappable,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// A LastTap is the choice that was taken last.
type LastTap struct {
	Token string    `json:"token,omitzero"`                // of the question it answered
	ID    string    `json:"id"`                            // of the choice
	Text  string    `json:"text,omitzero" personal:"text"` // the label it was given by, folded; empty for a tap
	Step  string    `json:"step,omitzero"`                 // the step that it answered
	At    time.Time `json:"at"`                            // by the network's clock
}

// A Frame is one flow in which the member stands.
type Frame struct {
	Flow  string                    `json:"flow"`
	Step  string                    `json:"step"`           // empty before the first
	Trail []Visit                   `json:"trail,omitzero"` // what she was asked, in order, for going back
	Notes map[string]jsontext.Value `json:"notes,omitzero"` // what the flow wrote down until it ends
	Since time.Time                 `json:"since,omitzero"` // when the flow began
	Title string                    `json:"title,omitzero"` // what it is about, where it is offered again, such as a training's name
	Held  *Prompt                   `json:"held,omitzero"`  // of a flow that leaves no trace: the question that stood before it

	Rest jsontext.Value `json:",embed"`
}

// A Visit is a question that was answered, or a flow that was called and has
// returned.
type Visit struct {
	Step string `json:"step"`        // that asked, or that called
	In   *Frame `json:"in,omitzero"` // the called flow as it was when it returned
}

// A Prompt is a question as it stands on her phone.
type Prompt struct {
	Token   string         `json:"token"`                            // random; buttons of other questions carry another
	Contact string         `json:"contact"`                          // where it was asked
	Choices []PromptChoice `json:"choices,omitzero" personal:"text"` // in the order shown
	Free    bool           `json:"free,omitzero"`                    // takes free text: bare words are no commands
	Inline  bool           `json:"inline,omitzero"`                  // the choices stand below the message and are edited in place
	Message string         `json:"message,omitzero"`                 // id of the message that carries the choices, for editing it in place
	Voices  []string       `json:"voices,omitzero"`                  // recordings that "Nghe" plays
	Step    string         `json:"step,omitzero"`                    // flow.step that asks
	Below   *Prompt        `json:"below,omitzero" personal:"text"`   // of an Inline one: the question whose reply keyboard still stands on her phone
	Tries   int            `json:"tries,omitzero"`                   // how often the answer was not understood
	Anew    bool           `json:"anew,omitzero"`                    // was put again after an outage, and she has said nothing since

	Rest jsontext.Value `json:",embed"`
}

// A PromptChoice is one of the answers that a question offers.
type PromptChoice struct {
	ID    string `json:"id"`             // what the step hears
	Key   string `json:"key,omitzero"`   // locale id of the label: it is understood in every language
	Label string `json:"label,omitzero"` // the label as shown, where it is no locale's
}

// Conversation returns the talk with member. For one who never talked it is
// new and empty. Ids that are made afterwards sort after those of her latest
// turn, wherever that was taken: what she is told stays in order although the
// clocks of two machines differ.
func (tx *Tx) Conversation(member string) (*Conversation, error) {
	c, err := read(tx, &tx.store.conversations, "conversation", member, (*Conversation).clone)
	if errors.Is(err, ErrNotFound) {
		return &Conversation{Member: member}, nil
	}
	if err != nil {
		return nil, err
	}
	tx.ids.follow(c.Place)
	return c, nil
}

// PutConversation keeps c.
func (tx *Tx) PutConversation(c *Conversation) error {
	if err := tx.indexTaps(c); err != nil {
		return err
	}
	c.Place = max(c.Place, tx.ids.place())
	return write(tx, &tx.store.conversations, "conversation", c.Member, c, (*Conversation).clone)
}
