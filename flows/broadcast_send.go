package flows

import (
	"errors"
	"time"

	"chihai/store"
)

// This file sends a broadcast, or has somebody else look at it first.

// plannedFor is when she wants the draft to go out, zero for at once, and whether
// it may in the quiet hours.
func (t *Turn) plannedFor() (at time.Time, urgent bool) {
	t.Get("at", &at)
	return at, t.Count("urgent") > 0
}

func askSend(t *Turn) error {
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return err
	}
	if b.Count == nil || t.Count("revision") != b.Revision {
		t.Say("broadcast.changed_meanwhile")
		return t.Goto("count")
	}
	at, urgent := t.plannedFor()
	night, err := t.night()
	if err != nil {
		return err
	}
	switch {
	case !at.IsZero() && !urgent && night.Falls(at):
		t.Say("broadcast.when_quiet", "time", t.moment(at), "morning", t.moment(night.Awake(at)))
		t.Offer(Option{ID: "morning", Label: "broadcast.when_morning", Wide: true}, Option{ID: "urgent", Label: "broadcast.when_urgent", Wide: true},
			Pick("when", "broadcast.when_other"))
		return nil
	case !at.IsZero():
		t.Say("broadcast.sure_at", "n", b.Count.People, "time", t.moment(at))
	default:
		t.Say("broadcast.sure_now", "n", b.Count.People)
	}
	if urgent {
		t.Say("broadcast.sure_urgent")
	}
	yes := "broadcast.yes"
	if b.Count.People > t.engine.opt.Alone {
		yes = "broadcast.yes_approve"
	}
	t.Offer(Option{ID: "yes", Label: yes, Wide: true}, Pick("no", "broadcast.no"))
	return nil
}

func takeSend(t *Turn) error {
	at, _ := t.plannedFor()
	switch t.Chosen() {
	case "no":
		return t.Goto("check")
	case "when":
		return t.Goto("when")
	case "morning":
		night, err := t.night()
		if err != nil {
			return err
		}
		t.Set("at", night.Awake(at).UTC())
		return t.Stay()
	case "urgent":
		t.Set("urgent", 1)
		return t.Stay()
	case "yes":
		return t.sendDraft()
	}
	return t.Again("engine.unclear")
}

// sendDraft has the draft begin, or asks others to approve it.
func (t *Turn) sendDraft() error {
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return err
	}
	if b.Count == nil || t.Count("revision") != b.Revision {
		t.Say("broadcast.changed_meanwhile")
		return t.Goto("count")
	}
	at, urgent := t.plannedFor()
	if !at.IsZero() && !at.After(t.Now) {
		t.Say("broadcast.when_past")
		return t.Goto("when")
	}
	scope, err := t.broadcastScope(b.Audience) // a role may have changed since she began
	if err != nil {
		return err
	}
	count, approve := b.Count, b.Count.People > t.engine.opt.Alone
	var others []*store.Member
	if approve {
		if others, err = t.approvers(scope); err != nil {
			return err
		}
		if len(others) == 0 {
			t.Say("broadcast.no_approver")
			return t.Goto("check")
		}
	}
	b, err = t.ChangeDraft(b.ID, b.Revision, func(b *store.Broadcast) { b.Scope, b.At, b.Urgent, b.Count = scope, at, urgent, count })
	if err != nil {
		return err
	}
	b, err = t.SendBroadcast(b.ID, approve)
	if errors.Is(err, store.ErrNoScope) || errors.Is(err, store.ErrAudience) {
		t.Say("broadcast.audience_not_yours")
		t.Set("op", opFirst)
		return t.Goto("audience")
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "send broadcast", b.ID); err != nil {
		return err
	}
	for _, m := range others {
		t.Ask(m, "broadcast_approve", broadcastNote{Broadcast: b.ID})
	}
	return t.Start(store.BroadcastFlow, broadcastNote{Broadcast: b.ID})
}
