package flows

import (
	"errors"
	"fmt"
	"time"

	"chihai/store"
)

// broadcastProgress shows the sender one broadcast: how far it is, in a message
// that changes in place while it goes on, and what can be done about it. It hears
// whenever there is something new (store.BroadcastFlow). What it shows without
// having been asked makes no sound, except at the end and when the broadcast has
// stopped by itself.
func broadcastProgress() *Flow {
	return &Flow{
		Name:  store.BroadcastFlow,
		Aside: true, // the talk goes on below it, and "Thôi" beside it might read as if it called the broadcast off
		Steps: []Step{
			{Name: "watch", Ask: askWatch, Take: takeWatch},
			{Name: "sure", Ask: askCancelBroadcast, Take: takeCancelBroadcast},
		},
		Hear: hearProgress,
	}
}

// watched is the broadcast that is shown. It is nil when it is gone or not hers;
// the talk goes on elsewhere then.
func (t *Turn) watched() (*store.Broadcast, error) {
	var n broadcastNote
	t.Get(store.BroadcastFlow, &n)
	b, err := t.Broadcast(n.Broadcast)
	if errors.Is(err, store.ErrNotFound) || err == nil && b.By != t.Member.ID {
		t.Say("broadcast.gone")
		return nil, t.Home()
	}
	return b, err
}

func askWatch(t *Turn) error {
	b, err := t.watched()
	if err != nil || b == nil {
		return err
	}
	t.frame().Trail = nil // from here one goes back to what was before the broadcast
	shown := t.Shown()
	n, err := t.BroadcastCounts(b)
	if err != nil {
		return err
	}
	night, err := t.night()
	if err != nil {
		return err
	}
	t.SayText(t.progressText(b, n, night))
	switch {
	case !b.Ended.IsZero():
		if left := n.Failed + n.Unknown; left > 0 && b.State == store.Ended {
			t.OfferInline(Option{ID: "again", Label: t.T("broadcast.again", "n", left), Text: true, Wide: true, Like: "broadcast.again_short"})
		}
		t.OfferInline(Pick("look", "broadcast.refresh"))
	case b.State == store.Draft:
		t.OfferInline(Pick("write", "broadcast.write_on"), Pick("delete", "broadcast.delete"))
	case b.State == store.Cancelled:
		t.OfferInline(Pick("look", "broadcast.refresh"))
	case b.State == store.Paused:
		t.OfferInline(Pick("resume", "broadcast.resume"), Pick("cancel", "broadcast.cancel"))
	case b.State == store.Unapproved:
		t.OfferInline(Pick("back", "broadcast.take_back"))
	case b.State == store.Planned:
		t.OfferInline(Pick("cancel", "broadcast.cancel"))
	default:
		t.OfferInline(Pick("pause", "broadcast.pause"), Pick("cancel", "broadcast.cancel"))
	}
	if b.Progress == shown {
		return nil
	}
	return t.ShowProgress(b, shown)
}

func takeWatch(t *Turn) error {
	b, err := t.watched()
	if err != nil || b == nil {
		return err
	}
	switch t.Chosen() {
	case "look":
		return t.Stay()
	case "pause":
		_, err = t.PauseBroadcast(b.ID, store.PauseAsked, "")
	case "resume":
		_, err = t.ResumeBroadcast(b.ID)
	case "back":
		_, err = t.ReturnBroadcast(b.ID)
	case "cancel":
		return t.Goto("sure")
	case "write":
		return t.Start("broadcast_new", broadcastNote{Broadcast: b.ID})
	case "delete":
		if err = t.DeleteDraft(b.ID); err == nil {
			t.Say("broadcast.deleted")
			return errors.Join(t.dropFileOf(b), t.Home())
		}
	case "again":
		var next *store.Broadcast
		if next, err = t.Tx.Again(b); err == nil {
			return t.Start("broadcast_new", broadcastNote{Broadcast: next.ID})
		}
	default:
		return t.Again("engine.unclear")
	}
	if errors.Is(err, store.ErrNoScope) {
		t.Say("broadcast.resume_no_scope")
		return t.Stay()
	}
	if errors.Is(err, store.ErrBroadcastState) { // it has gone on while she looked at it
		return t.Stay()
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, t.Chosen()+" broadcast", b.ID); err != nil {
		return err
	}
	return t.Stay()
}

func askCancelBroadcast(t *Turn) error {
	b, err := t.watched()
	if err != nil || b == nil {
		return err
	}
	t.Say("broadcast.cancel_sure")
	t.Offer(Option{ID: "yes", Label: "broadcast.cancel_yes", Wide: true}, Pick("no", "broadcast.cancel_no"))
	return nil
}

func takeCancelBroadcast(t *Turn) error {
	b, err := t.watched()
	if err != nil || b == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("watch")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	_, err = t.CancelBroadcast(b.ID)
	if err != nil && !errors.Is(err, store.ErrBroadcastState) {
		return err
	}
	if err := t.Log(t.Member.ID, "cancel broadcast", b.ID); err != nil {
		return err
	}
	return t.Goto("watch")
}

// hearProgress shows what is new of a broadcast of hers.
func hearProgress(t *Turn) error {
	var news store.BroadcastNews
	if err := jsonNote(t.Input.Data, &news); err != nil {
		return err
	}
	b, err := t.Broadcast(news.Broadcast)
	if err != nil || b.By != t.Member.ID {
		return ignore(err, store.ErrNotFound)
	}
	watches := t.Watches("watch") && t.writes(b.ID) && t.conv.Prompt.Message == b.Progress
	n, err := t.BroadcastCounts(b)
	if err != nil {
		return err
	}
	night, err := t.night()
	if err != nil {
		return err
	}
	if !loud(b) {
		if watches {
			return t.Refresh()
		}
		t.showDone(b, n, night)
		return nil
	}
	first, err := t.FirstSeen(fmt.Sprintf("broadcast/%s/%s/%s/%d", b.ID, b.State, b.Why, n.Over()))
	if err != nil || !first {
		return err
	}
	t.showDone(b, n, night)
	if watches {
		return t.Stay()
	}
	t.SayText(t.progressText(b, n, night))
	t.Say("broadcast.where")
	return nil
}

// loud says whether what is new of b is told in a message of its own: it has come
// to its end, or has stopped by itself. One that was called off before it went to
// anybody has nothing to tell.
func loud(b *store.Broadcast) bool {
	return !b.Ended.IsZero() && (b.State == store.Ended || b.Total > 0) || b.State == store.Paused && b.Why != store.PauseAsked
}

// showDone changes the message that shows b, below which nothing is offered any
// more.
func (t *Turn) showDone(b *store.Broadcast, n store.Bins, night store.Night) {
	if b.Progress != "" {
		t.part()
		text := joined(t.progressHead(b, n, night))
		if !loud(b) {
			text = t.progressText(b, n, night)
		}
		t.send(&store.Message{Act: store.Edit, Target: b.Progress, EditOnly: true, Layout: store.Inline, Text: text})
	}
}

// progressHead says how b is and how far, without what became of each recipient.
func (t *Turn) progressHead(b *store.Broadcast, n store.Bins, night store.Night) []string {
	lines := []string{t.T("broadcast.head", "title", broadcastName(b, 60)), t.stateLine(b, n, night)}
	if b.Total > 0 && b.State != store.Freezing {
		lines = append(lines, bar(n.Over(), b.Total)+" "+t.T("broadcast.done", "done", n.Over(), "all", b.Total))
	}
	return lines
}

// progressText says how b is, how far, and what became of its recipients.
func (t *Turn) progressText(b *store.Broadcast, n store.Bins, night store.Night) string {
	lines := t.progressHead(b, n, night)
	for _, l := range []struct {
		id string
		n  int
	}{
		{"delivered", n.Delivered}, {"blocked", n.Blocked}, {"failed", n.Failed},
		{"unknown", n.Unknown}, {"unreachable", n.Unreachable}, {"withdrawn", n.Withdrawn},
	} {
		if l.n > 0 {
			lines = append(lines, t.T("broadcast.bin_"+l.id, "n", l.n))
		}
	}
	return joined(lines)
}

// stateLine says how b is.
func (t *Turn) stateLine(b *store.Broadcast, n store.Bins, night store.Night) string {
	switch {
	case b.State == store.Running && !b.Urgent && night.Falls(t.Now):
		return t.T("broadcast.state_night", "time", t.moment(night.Awake(t.Now)))
	case b.State == store.Running && t.engine.opt.Rate() > 0:
		left := time.Duration(float64(n.Waiting+n.Posted) / t.engine.opt.Rate() * float64(time.Second))
		return t.T("broadcast.state_running_left", "span", t.spell(max(left, time.Second)))
	case b.State == store.Planned:
		return t.T("broadcast.state_planned", "time", t.moment(b.At))
	case b.State == store.Paused:
		return t.T("broadcast.why_" + string(b.Why))
	case b.State == store.Cancelled && b.Ended.IsZero():
		return t.T("broadcast.state_cancelling")
	case b.State == store.Ended:
		return t.T("broadcast.state_ended", "time", t.moment(b.Ended))
	}
	return t.T("broadcast.state_" + string(b.State))
}
