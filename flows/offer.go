package flows

import (
	"errors"
	"slices"
	"strings"
	"time"

	"chihai/store"
)

// An OfferNews is the Data of the due input that the flow offer hears.
type OfferNews struct {
	Training string    `json:"training"`
	Entry    string    `json:"entry"`
	Members  []string  `json:"members"`
	Until    time.Time `json:"until"`           // when the offer lapses
	Lapsed   bool      `json:"lapsed,omitzero"` // nobody took it in time
}

// offer asks somebody who waited whether she takes the seat that has become
// free; who registered a group answers for each of its women.
func offer() *Flow {
	return &Flow{
		Name:  "offer",
		Title: "offer.title",
		Waits: true,
		Steps: []Step{
			{Name: "ask", Ask: askOffer, Take: takeOffer},
			{Name: "each", Ask: askEach, Take: takeEach},
		},
		Hear: hearOffer,
	}
}

func hearOffer(t *Turn) error {
	var n OfferNews
	if err := jsonNote(t.Input.Data, &n); err != nil {
		return err
	}
	if !n.Lapsed {
		e, err := t.Entry(n.Training, n.Entry)
		if err != nil || !e.Open(t.Now) {
			return ignore(err, store.ErrNotFound)
		}
		return t.Start("offer", n)
	}
	training, err := t.Training(n.Training)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	if !training.Open(t.Now) {
		return nil
	}
	if err := t.dropWaiting("offer", training.Name.In(t.Language)); err != nil {
		return err
	}
	t.Until(training.Start)
	t.Say("offer.lapsed", "training", training.Name.In(t.Language), "until", t.When(t.Local(n.Until)))
	return nil
}

// An offered is an offer that she may answer.
type offered struct {
	training *store.Training
	entry    *store.Entry
	members  []*store.Member
}

// offered returns what she is asked about. When it is not open any more she is
// told so, and the result is nil.
func (t *Turn) offered() (*offered, error) {
	var n OfferNews
	t.Get("offer", &n)
	training, err := t.Training(n.Training)
	if errors.Is(err, store.ErrNotFound) {
		t.Say("offer.over")
		return nil, t.End()
	}
	if err != nil {
		return nil, err
	}
	t.About(training.Name.In(t.Language))
	if !training.Open(t.Now) {
		t.Say("register.over")
		return nil, t.End()
	}
	e, err := t.Entry(n.Training, n.Entry)
	if errors.Is(err, store.ErrNotFound) || err == nil && !e.Open(t.Now) {
		t.Say("offer.over")
		return nil, t.End()
	}
	if err != nil {
		return nil, err
	}
	o := &offered{training: training, entry: e}
	for _, id := range e.Members {
		m, err := t.Tx.Member(id)
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, m)
	}
	may, err := t.AnswersFor(e)
	if err := ignore(err, store.ErrNotFound); err != nil {
		return nil, err
	}
	if may == nil || may.ID != t.Member.ID && !slices.Contains(e.Members, t.Member.ID) {
		t.Say("offer.over")
		return nil, t.End() // another one answers for them now
	}
	return o, nil
}

func askOffer(t *Turn) error {
	o, err := t.offered()
	if err != nil || o == nil {
		return err
	}
	t.Forget("come")
	t.Forget("asked")
	args := []any{
		"training", o.training.Name.In(t.Language), "when", t.When(t.Local(o.training.Start)), "place", o.training.Place,
		"until", t.When(t.Local(o.entry.Until)), "names", fullNames(o.members), "n", len(o.members),
	}
	many := len(o.members) > 1
	switch hers := o.members[0].ID == t.Member.ID; {
	case many:
		t.Say("offer.group", args...)
	case hers:
		t.Say("offer.free", args...)
	default:
		t.Say("offer.free_other", args...)
	}
	if o.entry.Rush {
		t.Say("offer.rush", args...)
	} else {
		t.Say("offer.kept", args...)
	}
	if many {
		t.Offer(Option{ID: "yes", Label: "offer.yes_all", Wide: true}, Pick("each", "offer.each"), Pick("no", "offer.no"))
	} else {
		t.Offer(Option{ID: "yes", Label: "offer.yes", Wide: true}, Pick("no", "offer.no"))
	}
	return nil
}

func takeOffer(t *Turn) error {
	o, err := t.offered()
	if err != nil || o == nil {
		return err
	}
	switch t.Chosen() {
	case "yes":
		return t.answerOffer(o, o.entry.Members)
	case "no":
		return t.answerOffer(o, nil)
	case "each":
		return t.Goto("each")
	}
	return t.Again("engine.unclear")
}

// askEach asks of one woman of the group after the other.
func askEach(t *Turn) error {
	o, err := t.offered()
	if err != nil || o == nil {
		return err
	}
	n := t.Count("asked")
	if n >= len(o.members) {
		return t.Goto("ask") // the group has become smaller meanwhile
	}
	t.Say("offer.whether", "name", o.members[n].Name)
	t.Offer(Pick("yes", "offer.comes"), Pick("no", "offer.comes_not"))
	return nil
}

func takeEach(t *Turn) error {
	o, err := t.offered()
	if err != nil || o == nil {
		return err
	}
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	n := t.Count("asked")
	if n >= len(o.members) {
		return t.Goto("ask")
	}
	var come []string
	t.Get("come", &come)
	if t.Chosen() == "yes" {
		come = append(come, o.members[n].ID)
		t.Set("come", come)
	}
	if n++; n < len(o.members) {
		t.Set("asked", n)
		return t.Stay()
	}
	return t.answerOffer(o, come)
}

// answerOffer carries out her answer: those in come take their seats.
func (t *Turn) answerOffer(o *offered, come []string) error {
	training, _, err := t.Take(o.training.ID, o.entry.ID, t.Member.ID, come)
	switch {
	case errors.Is(err, store.ErrFull):
		t.Say("offer.quicker", "training", o.training.Name.In(t.Language))
		return t.End()
	case errors.Is(err, store.ErrLapsed), errors.Is(err, store.ErrOver):
		t.Say("offer.over")
		return t.End()
	case err != nil:
		return err
	}
	if len(come) == 0 {
		t.Say("offer.declined", "training", training.Name.In(t.Language))
		return t.End()
	}
	for _, m := range o.members {
		if !slices.Contains(come, m.ID) {
			continue
		}
		r, err := t.Registration(training.ID, m.ID)
		if err != nil {
			return err
		}
		t.sayDone(training, r, m)
	}
	if err := t.sayNext(training); err != nil {
		return err
	}
	return t.End()
}

// fullNames are the names of members in one line.
func fullNames(members []*store.Member) string {
	var all []string
	for _, m := range members {
		all = append(all, m.Name)
	}
	return strings.Join(all, ", ")
}
