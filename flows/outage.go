package flows

import (
	"time"

	"chihai/store"
)

// OutageFlow is the flow that hears of an outage; the Data of its inputs is an
// [Outage].
const OutageFlow = "outage"

// Awake is how shortly before the end of an outage at night one must have said
// something to be taken to be awake.
const Awake = 15 * time.Minute

// An Outage is a time in which nothing was heard of a network.
type Outage struct {
	Channel string    `json:"channel"`
	From    time.Time `json:"from"`          // when it was heard last
	To      time.Time `json:"to"`            // when it was heard again
	Lost    bool      `json:"lost,omitzero"` // so long that what was written may be lost, not taps alone

	// Night has only those asked who are [Awake]: the others are asked in the
	// morning.
	Night bool `json:"night,omitzero"`
}

const (
	lateTaps = 24 * time.Hour     // how long a question may have stood before the outage that its buttons are offered again
	lateTalk = 7 * 24 * time.Hour // the same for a talk in which something may have been lost
)

// Concerns says whether she who leads the talk c should be asked again what she
// is being asked: she may have answered in vain. It is not so once she was heard
// after the outage, nor twice while she says nothing.
func (o *Outage) Concerns(c *store.Conversation) bool {
	p := c.Prompt
	switch {
	case p == nil || p.Anew || c.At.After(o.To), o.Night && o.To.Sub(c.At) > Awake:
		return false
	case p.Inline && c.At.After(o.From.Add(-lateTaps)):
		return true
	}
	return o.Lost && (p.Inline || len(c.Frames) > 1) && c.At.After(o.From.Add(-lateTalk))
}

// outage asks again, after nothing was heard for so long that an answer may be
// lost, what stands open.
func outage() *Flow {
	return &Flow{
		Name: OutageFlow,
		Hear: func(t *Turn) error {
			var o Outage
			if err := jsonNote(t.Input.Data, &o); err != nil {
				return err
			}
			talk := *t.conv
			talk.Frames = talk.Frames[:len(talk.Frames)-1] // without this flow's own
			if t.Relay != nil || t.Contact.Channel != o.Channel || t.Contact.Speaker != t.Member.ID || !o.Concerns(&talk) {
				return nil
			}
			if talk.Prompt.Contact != t.Contact.ID {
				return nil // it stands on another phone than the one on which she wrote last
			}
			if ok, err := t.allowed(); err != nil || !ok {
				return err // she hears of it when she says something
			}
			t.Until(o.To.Add(lateTaps))
			if o.Lost {
				t.Say("outage.lost", "from", t.When(t.Local(o.From)), "to", t.When(t.Local(o.To)))
			} else {
				t.Say("outage.taps")
			}
			return t.Stay()
		},
	}
}
