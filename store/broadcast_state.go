package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// This file is what may become of a broadcast:
//
//	draft → (asked →) planned → freezing → running → ended
//	                      ↑         ⇅         ⇅
//	                   missed     paused    paused
//
// From asked it may go back to draft, and from everything that is not an end to
// cancelled.

var (
	// ErrBroadcastState says that a broadcast is not where it would have to be
	// for what was asked of it.
	ErrBroadcastState = errors.New("broadcast is not at that point")
	// ErrOwnBroadcast says that somebody wanted to approve what she sends.
	ErrOwnBroadcast = errors.New("a broadcast is approved by somebody else")
	// ErrNoScope says that the sender of a broadcast may not write to these
	// people.
	ErrNoScope = errors.New("sender may not write to these people")
	// ErrNoText says that a broadcast has nothing to say in Vietnamese.
	ErrNoText = errors.New("broadcast has no text")
)

const (
	// BroadcastJob is the job that begins a planned broadcast; its Data is a
	// [BroadcastNews].
	BroadcastJob = "broadcast"
	// BroadcastFlow is the flow of the sender that hears how far her broadcast
	// is; the Data is a [BroadcastNews].
	BroadcastFlow = "broadcast_progress"
)

// BroadcastNews is what the clock and the sender's flow are told: of which
// broadcast there is something new. What it is stands in the store.
type BroadcastNews struct {
	Broadcast string `json:"broadcast"`
}

// ChangeDraft has change edit the draft id, keeps the result and returns it. It
// returns [ErrBroadcastState] when it is no draft any more, and [ErrChanged]
// when it is not at revision.
func (tx *Tx) ChangeDraft(id string, revision int, change func(*Broadcast)) (*Broadcast, error) {
	b, err := tx.at(id, Draft)
	if err != nil {
		return b, err
	}
	if b.Revision != revision {
		return b, ErrChanged
	}
	b.Count = nil
	change(b)
	b.Revision++
	return b, tx.putBroadcast(b)
}

// SendBroadcast has the draft id begin at its time, or, when approve is set,
// wait until somebody else has approved it. It returns [ErrAudience],
// [ErrNoText] or [ErrNoScope] when it cannot be sent as it is.
func (tx *Tx) SendBroadcast(id string, approve bool) (*Broadcast, error) {
	b, err := tx.at(id, Draft)
	if err != nil {
		return b, err
	}
	if err := tx.sendable(b); err != nil {
		return b, err
	}
	if approve {
		b.State = Unapproved
		return b, tx.putBroadcast(b)
	}
	return b, tx.begin(b)
}

// ApproveBroadcast has the broadcast id begin at its time, because the member by
// agrees. It returns [ErrOwnBroadcast] when she is the one who sends it, and the
// errors of SendBroadcast.
func (tx *Tx) ApproveBroadcast(id, by string) (*Broadcast, error) {
	b, err := tx.at(id, Unapproved)
	if err != nil {
		return b, err
	}
	if by == b.By {
		return b, ErrOwnBroadcast
	}
	if err := tx.sendable(b); err != nil {
		return b, err
	}
	b.ApprovedBy, b.Approved = by, tx.Now
	return b, tx.begin(b)
}

// ReturnBroadcast makes a draft again of the broadcast id, which waits to be
// approved: somebody has said no, or the sender wants to change it.
func (tx *Tx) ReturnBroadcast(id string) (*Broadcast, error) {
	b, err := tx.at(id, Unapproved)
	if err != nil {
		return b, err
	}
	b.State = Draft
	b.Revision++
	return b, tx.putBroadcast(b)
}

// StartBroadcast begins the planned broadcast that d is for and deletes d. One
// that comes too late is paused, because by then its text may be wrong; d of
// one that was cancelled or planned anew lapses.
func (tx *Tx) StartBroadcast(d *Due, id string) error {
	if err := tx.Done(d); err != nil {
		return err
	}
	b, err := tx.at(id, Planned)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrBroadcastState):
		return nil
	case err != nil:
		return err
	case !b.At.Equal(d.At):
		return nil
	}
	if !tx.Now.Before(d.Until) {
		return tx.pause(b, PauseMissed, "")
	}
	return tx.start(b)
}

// PauseBroadcast stops the broadcast id for now: what is under way to a network
// arrives, and nothing else does. said is for [PauseRefused] only.
func (tx *Tx) PauseBroadcast(id string, why PauseReason, said string) (*Broadcast, error) {
	b, err := tx.at(id, Freezing, Running)
	if err != nil {
		return b, err
	}
	return b, tx.pause(b, why, said)
}

// ResumeBroadcast lets the broadcast id go on. It returns [ErrNoScope] as long
// as its sender may not write to these people.
func (tx *Tx) ResumeBroadcast(id string) (*Broadcast, error) {
	b, err := tx.at(id, Paused)
	if err != nil {
		return b, err
	}
	if err := tx.wantScope(b); err != nil {
		return b, err
	}
	b.Why, b.Said, b.Refused = "", "", 0
	if b.Frozen.IsZero() {
		return b, tx.start(b)
	}
	b.State = Running
	return b, errors.Join(tx.putBroadcast(b), tx.TellProgress(b))
}

// CancelBroadcast calls the broadcast id off: who still waits for it is
// withdrawn, soon after. [Broadcast.Ended] says when that was done.
func (tx *Tx) CancelBroadcast(id string) (*Broadcast, error) {
	b, err := tx.at(id, Unapproved, Planned, Freezing, Running, Paused)
	if err != nil {
		return b, err
	}
	if b.State == Unapproved || b.State == Planned {
		b.Ended = tx.Now // nobody has been put down
	}
	b.State, b.Why = Cancelled, ""
	return b, errors.Join(tx.putBroadcast(b), tx.TellProgress(b))
}

// Again keeps a new draft with what b says, for those whom b failed to reach or
// of whom it does not know, as far as they are still meant. b must be at its
// end.
func (tx *Tx) Again(b *Broadcast) (*Broadcast, error) {
	if b.Ended.IsZero() {
		return nil, ErrBroadcastState
	}
	next := b.clone()
	next = &Broadcast{
		By: b.By, Text: next.Text, File: b.File, Training: b.Training, Audience: next.Audience, Scope: next.Scope,
		Lane: b.Lane, Urgent: b.Urgent, Source: b.ID, Document: b.Document, Title: b.Title, Campaign: b.Campaign,
	}
	if b.Document != "" || b.Campaign != "" {
		next.Follows = b.First()
	}
	return next, tx.AddBroadcast(next)
}

// DropBroadcasts pauses what a restored database holds back of broadcasts: some
// of their recipients may have got them between the backup and the restore. Who
// sends them decides whether they go on.
func (tx *Tx) DropBroadcasts() error {
	held, err := tx.HeldBroadcasts()
	for _, b := range held {
		err = errors.Join(err, tx.pause(b, PauseRestored, ""))
	}
	return err
}

// HeldBroadcasts returns those that go on or begin when the hold on a restored
// database ends.
func (tx *Tx) HeldBroadcasts() (held []*Broadcast, err error) {
	hold, err := tx.Hold()
	if err != nil {
		return nil, err
	}
	for b, err := range tx.LiveBroadcasts() {
		if err != nil {
			return nil, err
		}
		if !hold.Keeps(b.ID) {
			continue
		}
		switch b.State {
		case Planned:
			if b.At.After(hold.At) {
				continue
			}
		case Freezing, Running:
		default:
			continue
		}
		held = append(held, b)
	}
	return held, nil
}

// TellProgress has the sender's flow look at b again, if it shows her how far b
// is. bot/broadcast calls it every few seconds while b runs; whatever changes
// the state of b does so by itself.
func (tx *Tx) TellProgress(b *Broadcast) error {
	if b.Progress == "" {
		return nil
	}
	return tx.Plan(&Due{
		ID: fmt.Sprintf("%s/%s/%d", BroadcastFlow, b.ID, tx.Now.UnixMilli()), At: tx.Now.Truncate(time.Second), Until: tx.Now.AddDate(0, 0, 1),
		Job: HearJob, Member: b.By, Flow: BroadcastFlow, Data: broadcastNews(b.ID),
	})
}

func broadcastNews(id string) jsontext.Value {
	return jsontext.Value(fmt.Sprintf(`{"broadcast":%q}`, id))
}

// ShowProgress makes the message, which her flow posts in this transaction, the
// one that shows the sender of b how far it is.
func (tx *Tx) ShowProgress(b *Broadcast, message string) error {
	b.Progress = message
	return tx.putBroadcast(b)
}

// KeepCount keeps what counting the recipients of the draft id came to when it
// was at revision. It returns [ErrChanged] when the draft was changed meanwhile,
// and [ErrBroadcastState] when it is no draft any more.
func (tx *Tx) KeepCount(id string, revision int, n AudienceCount) error {
	b, err := tx.at(id, Draft)
	if err != nil {
		return err
	}
	if b.Revision != revision {
		return ErrChanged
	}
	b.Count = &n
	return tx.putBroadcast(b)
}

// at returns the broadcast id, or [ErrBroadcastState] with it when it is in none
// of the states.
func (tx *Tx) at(id string, states ...BroadcastState) (*Broadcast, error) {
	b, err := tx.Broadcast(id)
	if err == nil && (!slices.Contains(states, b.State) || !b.Ended.IsZero()) {
		err = ErrBroadcastState
	}
	return b, err
}

// sendable says what stands against sending b as it is.
func (tx *Tx) sendable(b *Broadcast) error {
	if err := b.Audience.Check(); err != nil {
		return err
	}
	if b.Text["vi"] == "" {
		return ErrNoText
	}
	return tx.wantScope(b)
}

// wantScope returns [ErrNoScope] when the sender of b may not write to all of
// its scope.
func (tx *Tx) wantScope(b *Broadcast) error {
	in, err := tx.inScope(b)
	if err == nil && !in {
		err = ErrNoScope
	}
	return err
}

// begin plans b, or starts it at once.
func (tx *Tx) begin(b *Broadcast) error {
	switch {
	case b.Lane.Bulk():
	case len(b.Scope.Areas) == 0:
		b.Lane = ClubLane
	default:
		b.Lane = ProvinceLane
	}
	if err := errors.Join(tx.noteSent(b), tx.noteAgain(b)); err != nil {
		return err
	}
	if !b.At.After(tx.Now) {
		return tx.start(b)
	}
	b.At = b.At.Truncate(time.Second)
	b.State = Planned
	return errors.Join(tx.putBroadcast(b), tx.Plan(&Due{
		ID: "broadcast/" + b.ID, At: b.At, Until: b.At.Add(BroadcastBound), Job: BroadcastJob, Data: broadcastNews(b.ID),
	}))
}

// start has the recipients of b frozen.
func (tx *Tx) start(b *Broadcast) error {
	b.State = Freezing
	if b.Started.IsZero() {
		b.Started = tx.Now
	}
	return errors.Join(tx.putBroadcast(b), tx.TellProgress(b))
}

func (tx *Tx) pause(b *Broadcast, why PauseReason, said string) error {
	b.State, b.Why, b.Said = Paused, why, said
	return errors.Join(tx.putBroadcast(b), tx.TellProgress(b))
}
