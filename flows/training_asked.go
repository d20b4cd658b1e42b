package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// The steps by which staff decide who comes to a training that wants that, one
// woman or group after the other in the order in which they asked, and see who
// waits for a seat.

// entriesOf are the entries of the list that staff decide about, or the others.
func (t *Turn) entriesOf(training *store.Training, asked bool) ([]*store.Entry, error) {
	var all []*store.Entry
	for e, err := range t.WaitingList(training.ID) {
		if err != nil {
			return nil, err
		}
		if e.Asked == asked {
			all = append(all, e)
		}
	}
	return all, nil
}

// asking is the entry that is to be decided, with those after it; e is nil when
// there is none, and the training is shown again then.
func (t *Turn) asking(training *store.Training) (e *store.Entry, all []*store.Entry, err error) {
	all, err = t.entriesOf(training, true)
	if err != nil {
		return nil, nil, err
	}
	if len(all) == 0 {
		t.Say("training.asked_none")
		return nil, nil, t.Goto("one")
	}
	after := t.Note("after")
	at := slices.IndexFunc(all, func(e *store.Entry) bool { return e.ID > after })
	return all[max(0, at)], all, nil
}

func askAsked(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	e, all, err := t.asking(training)
	if err != nil || e == nil {
		return err
	}
	if err := t.Log(t.Member.ID, "see registrations", training.ID); err != nil {
		return err
	}
	lines, err := t.entryLines(e)
	if err != nil {
		return err
	}
	t.Say("training.asked_head", "n", training.Asked, "free", training.Free())
	t.SayText(strings.Join(lines, "\n"))
	t.Set("asking", e.ID)
	t.Offer(Pick("yes", "training.asked_yes"), Pick("no", "training.asked_no"))
	if len(all) > 1 {
		t.Offer(Pick("next", "training.asked_next"), Pick("all", "training.asked_all"))
	}
	t.Offer(Pick("one", "training.see"))
	return nil
}

func takeAsked(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	if !training.Open(t.Now) {
		t.Say("training.closed")
		return t.Goto("one")
	}
	id := t.Note("asking")
	switch t.Chosen() {
	case "yes":
		if err := t.approve(training, id); err != nil {
			return err
		}
	case "no":
		if err := t.refuse(training, id); err != nil {
			return err
		}
	case "next":
		t.Set("after", id)
		return t.Stay()
	case "all":
		return t.Goto("asked_all")
	case "one":
		t.Forget("after")
		return t.Goto("one")
	default:
		return t.Again("engine.unclear")
	}
	if training, err = t.Training(training.ID); err != nil || training.Asked > 0 {
		return errors.Join(err, t.Stay())
	}
	return t.Goto("one")
}

func askAskedAll(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	t.Say("training.asked_all_sure", "n", training.Asked, "free", training.Free())
	t.Offer(Pick("yes", "training.asked_all_yes"), Pick("no", "training.asked_all_no"))
	return nil
}

func takeAskedAll(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("asked")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	if !training.Open(t.Now) {
		t.Say("training.closed")
		return t.Goto("one")
	}
	all, err := t.entriesOf(training, true)
	if err != nil {
		return err
	}
	for _, e := range all {
		if err := t.approve(training, e.ID); err != nil {
			return err
		}
	}
	return t.Goto("one")
}

// approve lets the entry id have seats, and tells who answers for it. What
// another one has decided meanwhile stays.
func (t *Turn) approve(training *store.Training, id string) error {
	e, seated, err := t.Approve(training.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "approve registration", training.ID+"/"+id); err != nil {
		return err
	}
	if seated {
		return t.tellEntry(training, e, "offer.approved", "training.asked_seated")
	}
	return t.tellEntry(training, e, "offer.approved_waits", "training.asked_waits")
}

func (t *Turn) refuse(training *store.Training, id string) error {
	e, err := t.Refuse(training.ID, id, t.Member.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "refuse registration", training.ID+"/"+id); err != nil {
		return err
	}
	return t.tellEntry(training, e, "offer.refused", "training.asked_refused")
}

// tellEntry tells who answers for e what staff decided, and staff that it is
// done.
func (t *Turn) tellEntry(training *store.Training, e *store.Entry, told, done string) error {
	var members []*store.Member
	for _, id := range e.Members {
		m, err := t.Tx.Member(id)
		if err != nil {
			return err
		}
		members = append(members, m)
	}
	t.Say(done, "names", fullNames(members))
	who, err := t.AnswersFor(e)
	if errors.Is(err, store.ErrNotFound) {
		t.Say("training.asked_unreached")
		return nil
	}
	if err != nil {
		return err
	}
	return t.Tell(who, training.Start, told, func(p *locales.Printer) []any {
		return []any{"names", fullNames(members), "training", training.Name.In(p.Language), "when", p.When(t.Local(training.Start)), "place", training.Place}
	})
}

// entryLines are those of an entry, a line each.
func (t *Turn) entryLines(e *store.Entry) ([]string, error) {
	people, err := t.people(func(yield func(*store.Registration, error) bool) {
		for _, m := range e.Members {
			if !yield(t.Registration(e.Training, m)) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, p := range people {
		line, err := t.personLine(p)
		if err != nil {
			return nil, err
		}
		lines = append(lines, "• "+line)
	}
	return lines, nil
}

// waitingMost is how many of those who wait are shown.
const waitingMost = 20

func askWaiting(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	all, err := t.entriesOf(training, false)
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "see registrations", training.ID); err != nil {
		return err
	}
	lines := []string{t.T("training.waiting_head", "n", training.Waiting+training.Kept)}
	for i, e := range all {
		if i == waitingMost {
			lines = append(lines, t.T("training.waiting_more", "n", len(all)-i))
			break
		}
		people, err := t.entryLines(e)
		if err != nil {
			return err
		}
		head := fmt.Sprintf("%d.", i+1)
		if e.Open(t.Now) {
			head += " " + t.T("training.waiting_offered", "until", t.When(t.Local(e.Until)))
		}
		lines = append(lines, head)
		lines = append(lines, people...)
	}
	t.SayText(strings.Join(lines, "\n"))
	t.Offer(Pick("one", "training.see"))
	return nil
}

func takeWaiting(t *Turn) error {
	if t.Chosen() != "one" {
		return t.Again("engine.unclear")
	}
	return t.Goto("one")
}

// askedEvery is how often at most staff are told that somebody asks.
const askedEvery = 10 * time.Minute

// planAsked has the member of staff who made the training told that somebody
// asks to come.
func (t *Turn) planAsked(training *store.Training) error {
	if training.By == "" {
		return nil
	}
	data, err := json.Marshal(training.ID)
	if err != nil {
		return err
	}
	night, err := t.night()
	if err != nil {
		return err
	}
	at := night.Awake(t.Now.Truncate(askedEvery).Add(askedEvery)) // one word for all who ask meanwhile
	return t.Plan(&store.Due{
		ID: "asked/" + training.ID, At: at, Until: training.Start, Job: store.HearJob, Member: training.By, Flow: "training_asked", Data: data,
	})
}

// trainingAsked tells staff that somebody asks to come to a training.
func trainingAsked() *Flow {
	return &Flow{
		Name: "training_asked",
		Role: store.Staff,
		Hear: func(t *Turn) error {
			var id string
			if err := jsonNote(t.Input.Data, &id); err != nil {
				return err
			}
			training, err := t.Training(id)
			if err != nil || training.Asked == 0 || !training.Open(t.Now) {
				return ignore(err, store.ErrNotFound)
			}
			t.Until(training.Start)
			t.Say("training.asked_news", "training", training.Name["vi"], "n", training.Asked)
			return nil
		},
	}
}
