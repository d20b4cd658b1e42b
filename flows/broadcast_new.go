package flows

import (
	"errors"
	"strings"

	"chihai/store"
)

// broadcastNew makes a broadcast: what it says, to whom, when. From the first
// text on it stands in the store as a draft, so that nothing is lost when she
// goes on with it another day, or on another phone. Its note says which draft.
func broadcastNew() *Flow {
	return &Flow{
		Name:  "broadcast_new",
		Title: "broadcast.title",
		Roles: senderRoles,
		Steps: []Step{
			{Name: "begin", Ask: beginBroadcast},
			{Name: "text", Ask: askText, Take: takeText("vi", "km"), Free: true, Hears: []Kind{File}},
			{Name: "km", Ask: askOther("km"), Take: takeText("km", "en"), Free: true},
			{Name: "en", Ask: askOther("en"), Take: takeText("en", "file"), Free: true},
			{Name: "file", Ask: askAttach, Take: takeAttach, Hears: []Kind{File}},
			{Name: "fetch", Ask: askFetch, Take: takeFetch},
			{Name: "audience", Ask: askGroup, Take: takeGroup},
			{Name: "area", Ask: keepGroupArea},
			{Name: "groups", Ask: askGroups, Take: takeGroups},
			{Name: "training", Ask: askGroupTraining, Take: takeGroupTraining},
			{Name: "unanswered", Ask: askUnanswered, Take: takeUnanswered},
			{Name: "count", Ask: askCount, Take: takeCount},
			{Name: "check", Ask: askBroadcast, Take: takeBroadcast},
			{Name: "fix", Ask: askFix, Take: takeFix},
			{Name: "when", Ask: askWhen, Take: takeWhen, Free: true},
			{Name: "sure", Ask: askSend, Take: takeSend},
		},
		Hear: hearDraft,
	}
}

func beginBroadcast(t *Turn) error {
	var n broadcastNote
	t.Get("broadcast_new", &n)
	if n.Broadcast == "" {
		return nil
	}
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return err
	}
	t.About(broadcastName(b, mostLabel))
	switch {
	case b.Audience.Op == "":
		return t.Goto("audience")
	default:
		t.Set("checked", 1)
		return t.Goto("count")
	}
}

// draftLetter is the draft that she writes. It is nil when it is none any more,
// because it was sent or deleted from another phone; she is told so, and the talk
// goes on elsewhere then.
func (t *Turn) draftLetter() (*store.Broadcast, error) {
	var n broadcastNote
	t.Get("broadcast_new", &n)
	b, err := t.Broadcast(n.Broadcast)
	if errors.Is(err, store.ErrNotFound) || err == nil && b.By != t.Member.ID {
		t.Say("broadcast.gone")
		return nil, t.Home()
	}
	if err == nil && b.State != store.Draft {
		t.Say("broadcast.sent_meanwhile")
		return nil, t.Start(store.BroadcastFlow, n)
	}
	return b, err
}

// rewrite changes the draft. The result is nil when it is none any more, as with
// draftLetter.
func (t *Turn) rewrite(change func(*store.Broadcast)) (*store.Broadcast, error) {
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return nil, err
	}
	return t.ChangeDraft(b.ID, b.Revision, change)
}

// onTo goes on with the step, or with counting once she has been shown all.
func (t *Turn) onTo(step string) error {
	if t.Count("checked") > 0 {
		step = "count"
	}
	return t.Goto(step)
}

func askText(t *Turn) error {
	t.Say("broadcast.text_ask", "most", MaxBroadcast)
	t.Say("broadcast.text_variables", typedVariables...)
	return nil
}

// askOther asks for the text in one more language.
func askOther(language string) func(*Turn) error {
	return func(t *Turn) error {
		b, err := t.draftLetter()
		if err != nil || b == nil {
			return err
		}
		t.Say("broadcast.text_ask_" + language)
		if b.Text[language] == "" {
			t.Offer(Pick("none", "broadcast.skip"))
		} else {
			t.Offer(Pick("keep", "broadcast.text_keep"), Pick("none", "broadcast.text_none"))
		}
		return nil
	}
}

// takeText takes the text in a language and goes on with the next step.
func takeText(language, next string) func(*Turn) error {
	return func(t *Turn) error {
		switch {
		case t.Chosen() == "keep":
			return t.onTo(next)
		case t.Chosen() == "none":
			if _, err := t.rewrite(func(b *store.Broadcast) { delete(b.Text, language) }); err != nil || t.move.kind != none {
				return err
			}
			return t.onTo(next)
		case t.Input.Kind == File:
			return t.Again("broadcast.text_first")
		}
		text := strings.TrimSpace(t.Words())
		if text == "" {
			return t.Again("broadcast.text_again")
		}
		if over := textLength(text) - MaxBroadcast; over > 0 {
			return t.Again("broadcast.text_long", "n", textLength(text), "most", MaxBroadcast, "over", over)
		}
		text, unknown := readVariables(text)
		if len(unknown) > 0 {
			return t.Again("broadcast.text_unknown", append([]any{"words", strings.Join(unknown, ", ")}, typedVariables...)...)
		}
		if language == "km" && !isKhmer(text) {
			return t.Again("broadcast.text_no_khmer")
		}
		return t.keepText(language, text, next)
	}
}

// keepText keeps the text in a language. The first one makes the draft.
func (t *Turn) keepText(language, text, next string) error {
	var n broadcastNote
	t.Get("broadcast_new", &n)
	if n.Broadcast == "" {
		b := &store.Broadcast{By: t.Member.ID, Text: store.Text{language: text}}
		if err := t.AddBroadcast(b); err != nil {
			return err
		}
		t.Set("broadcast_new", broadcastNote{Broadcast: b.ID})
		t.About(broadcastName(b, mostLabel))
		return t.onTo(next)
	}
	b, err := t.rewrite(func(b *store.Broadcast) { b.Text[language] = text })
	if err != nil || b == nil {
		return err
	}
	t.About(broadcastName(b, mostLabel))
	return t.onTo(next)
}

func askFix(t *Turn) error {
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return err
	}
	t.Say("broadcast.fix_ask")
	t.Offer(Pick("text", "broadcast.fix_text"), Pick("km", "broadcast.fix_km"), Pick("en", "broadcast.fix_en"))
	if b.Document == "" && b.Campaign == "" {
		t.Offer(Pick("file", "broadcast.fix_file"))
	}
	if b.Source == "" && b.Audience.Op != store.Unread {
		t.Offer(Pick("audience", "broadcast.fix_audience"))
	}
	if uses(b, TrainingVariable, DateVariable, TimeVariable) {
		t.Offer(Pick("training", "broadcast.fix_training"))
	}
	t.Offer(Pick("count", "broadcast.fix_done"))
	return nil
}

func takeFix(t *Turn) error {
	switch step := t.Chosen(); step {
	case "":
		return t.Again("engine.unclear")
	case "audience":
		t.Set("op", "")
		return t.Goto(step)
	case "training":
		t.Set("op", opAbout)
		return t.Goto(step)
	default:
		return t.Goto(step)
	}
}
