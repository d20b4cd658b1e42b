package flows

import (
	"errors"

	"chihai/locales"
	"chihai/store"
)

// This file counts who gets a broadcast, shows it as they will see it, and says
// what stands in its way.

// CountWork is the name of the work that counts the recipients of a draft; its
// Data is a [CountDraft], and what comes of it a [store.AudienceCount].
const CountWork = "count broadcast"

// A CountDraft is what a task that counts is to do.
type CountDraft struct {
	Broadcast string `json:"broadcast"` // ID
	Revision  int    `json:"revision"`  // of the draft: what is counted of another one is not kept
}

// MaxUnapproved is to how many people somebody may write without anybody else
// having looked at it, unless [Options.Alone] says otherwise.
const MaxUnapproved = 500

// askCount waits until the recipients are counted: whoever sends to an area has
// all members passed over, which may take seconds.
func askCount(t *Turn) error {
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return err
	}
	if b.Audience.Op == "" {
		return t.Goto("audience")
	}
	if b.Training == "" && uses(b, TrainingVariable, DateVariable, TimeVariable) {
		if own, err := t.ownAreas(); err != nil {
			return err
		} else if len(own) == 0 {
			t.Say("broadcast.about_none")
			t.Set("checked", 1)
			return t.Goto("text")
		}
		t.Set("op", opAbout)
		return t.Goto("training")
	}
	scope, err := t.broadcastScope(b.Audience)
	if err != nil {
		return err
	}
	if scope.None() {
		t.Say("broadcast.audience_not_yours")
		t.Set("op", opFirst)
		return t.Goto("audience")
	}
	if b.Count != nil {
		return t.Goto("check")
	}
	if t.Count("counting") != b.Revision+1 {
		if b, err = t.rewrite(func(b *store.Broadcast) { b.Scope, b.Lane = scope, laneOf(b.Audience) }); err != nil || b == nil {
			return err
		}
		t.Set("counting", b.Revision+1)
		if err := t.Task(CountWork, CountDraft{Broadcast: b.ID, Revision: b.Revision}); err != nil {
			return err
		}
	}
	t.Say("broadcast.counting")
	t.Offer(Pick("again", "broadcast.count_again"), Pick("fix", "broadcast.fix"))
	return nil
}

func takeCount(t *Turn) error {
	switch t.Chosen() {
	case "again":
		t.Forget("counting")
		return t.Stay()
	case "fix":
		return t.Goto("fix")
	}
	return t.Again("engine.unclear")
}

func (t *Turn) hearCounted(o TaskOutcome) error {
	var ask CountDraft
	if err := jsonNote(o.Data, &ask); err != nil {
		return err
	}
	waits := t.Watches("count") && t.writes(ask.Broadcast)
	if o.Error != "" {
		if waits {
			t.Say("broadcast.count_failed")
		}
		return nil
	}
	var n store.AudienceCount
	if err := jsonNote(o.Result, &n); err != nil {
		return err
	}
	err := t.KeepCount(ask.Broadcast, ask.Revision, n)
	if errors.Is(err, store.ErrChanged) || errors.Is(err, store.ErrBroadcastState) || errors.Is(err, store.ErrNotFound) {
		return nil // it is counted anew, or was sent or deleted
	}
	if err != nil || !waits {
		return err
	}
	return t.Stay()
}

// askBroadcast shows the draft as its recipients will see it, and how many they
// are. What cannot be sent as it is can only be changed.
func askBroadcast(t *Turn) error {
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return err
	}
	if b.Count == nil {
		return t.Goto("count")
	}
	t.Set("checked", 1)
	t.Set("revision", b.Revision)
	training, err := t.broadcastTraining(b)
	if err != nil {
		return err
	}
	fine, err := t.sayObstacles(b, training)
	if err != nil {
		return err
	}
	if fine {
		if t.Count("previewed") != b.Revision+1 { // once is enough
			t.Set("previewed", b.Revision+1)
			if err := t.preview(b, training); err != nil {
				return err
			}
		}
		lines, err := t.audienceLines(b.Audience)
		if err != nil {
			return err
		}
		if b.Source != "" {
			lines = append(lines, "• "+t.T("broadcast.line_left"))
		}
		t.Say("broadcast.audience_is", "groups", joined(lines))
		at := t.Now
		night, err := t.night()
		if err != nil {
			return err
		}
		if !b.Urgent {
			at = night.Awake(at)
		}
		t.sayCount(b, night, at)
		if b.Count.People > t.engine.opt.Alone {
			t.Say("broadcast.needs_approval", "n", t.engine.opt.Alone)
		}
		if night.Falls(t.Now) {
			t.Say("broadcast.quiet")
			t.Offer(Option{ID: "morning", Label: "broadcast.send_morning", Wide: true}, Option{ID: "urgent", Label: "broadcast.send_urgent", Wide: true})
		} else {
			t.Offer(Pick("now", "broadcast.send_now"))
		}
		t.Offer(Pick("when", "broadcast.send_later"))
	}
	t.Offer(Pick("fix", "broadcast.fix"))
	return nil
}

// sayObstacles says what stands against sending b as it is, and whether nothing
// does.
func (t *Turn) sayObstacles(b *store.Broadcast, training *store.Training) (fine bool, err error) {
	against, err := t.againstSending(b)
	if err != nil {
		return false, err
	}
	err = CheckBroadcast(b)
	switch {
	case against != "":
		t.Say(against)
		return false, nil
	case b.Training != "" && training == nil:
		t.Say("broadcast.training_gone")
		return false, nil
	case errors.Is(err, ErrLongBroadcast):
		t.Say("broadcast.long", "most", mostBroadcast(b))
		return false, nil
	case errors.Is(err, ErrNoValue):
		t.Say("broadcast.no_value")
		return false, nil
	case err != nil:
		return false, err
	}
	over, err := t.overlong(b, training)
	switch {
	case err != nil:
		return false, err
	case over > 0:
		t.Say("broadcast.long_by", "most", mostBroadcast(b), "over", over)
	case b.Count.People == 0:
		t.Say("broadcast.nobody")
	case b.Count.Nameless > 0 && uses(b, NameVariable):
		t.Say("broadcast.nameless", "n", b.Count.Nameless, "name", "{ten}")
	default:
		return true, nil
	}
	return false, nil
}

// preview shows b in her own chat exactly as its recipients see it, in each
// language a message.
func (t *Turn) preview(b *store.Broadcast, training *store.Training) error {
	whom := *t.Member
	if whom.Name == "" {
		whom.Name = t.T("broadcast.preview_name")
	}
	for _, language := range locales.Languages {
		if b.Text[language] == "" {
			continue
		}
		t.Say("broadcast.preview_" + language)
		t.part()
		text, err := t.engine.letterText(t.Tx, b, language, t.Member.Address, &whom, training)
		if err != nil {
			return err
		}
		letter := &store.Message{Text: text, File: b.File}
		p := t.engine.catalog.In(language, t.Member.Address)
		addDocument(p, letter, b, t.Member.ID)
		addInvitation(p, letter, b, t.Member.ID)
		t.send(letter)
	}
	return nil
}

func takeBroadcast(t *Turn) error {
	switch id := t.Chosen(); id {
	case "fix", "when":
		return t.Goto(id)
	case "now", "morning", "urgent":
		t.Forget("at")
		t.Forget("urgent")
		if id == "morning" {
			night, err := t.night()
			if err != nil {
				return err
			}
			t.Set("at", night.Awake(t.Now))
		}
		if id == "urgent" {
			t.Set("urgent", 1)
		}
		return t.Goto("sure")
	}
	return t.Again("engine.unclear")
}
