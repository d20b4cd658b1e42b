package flows

import (
	"errors"
	"strings"
	"time"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// A news says what has become of a training, to those who hold a seat in it or
// wait for one.
type news struct {
	Training string    `json:"training"`
	At       time.Time `json:"at"` // who registered later knows it already
	Until    time.Time `json:"until"`

	Cancelled bool `json:"cancelled,omitzero"`

	// What the training was like before, as people know it. All empty: it was
	// cancelled, and is otherwise as it was.
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
	Place string    `json:"place,omitzero"`
}

// changeNews is what becomes news of a training that was as was.
func changeNews(was *store.Training) news {
	return news{Training: was.ID, Start: was.Start, End: was.End, Place: was.Place}
}

// tellHolders has everyone who holds a seat or waits for one told n, each in her language, in a
// turn of her own (see [store.Tx.Telling]). It returns when: now, or in the
// morning.
func (t *Turn) tellHolders(training *store.Training, n news) (time.Time, error) {
	first := training.Start
	if !n.Start.IsZero() && n.Start.Before(first) {
		first = n.Start
	}
	d, err := t.Telling(training, first)
	if err != nil {
		return time.Time{}, err
	}
	if d.Data != nil {
		var before news
		if err := jsonNote(d.Data, &before); err != nil {
			return time.Time{}, err
		}
		n.Start, n.End, n.Place = before.Start, before.End, before.Place // of what was between they have not heard
	}
	n.Training, n.At, n.Until = training.ID, t.Now, training.Start
	if n.Start.After(n.Until) { // who is not told comes at the time that was
		n.Until = n.Start
	}
	if d.Data, err = json.Marshal(n); err != nil {
		return time.Time{}, err
	}
	d.Until = n.Until
	return d.At, t.Plan(d)
}

// trainingNews tells one who holds a seat or waits for one what has become of the training. It
// says the neutral name only: the phone may lie on the table.
func trainingNews() *Flow {
	return &Flow{
		Name: "training_news",
		Hear: func(t *Turn) error {
			var n news
			if err := jsonNote(t.Input.Data, &n); err != nil {
				return err
			}
			training, err := t.Training(n.Training)
			if err != nil {
				return ignore(err, store.ErrNotFound)
			}
			if training.ByInvitation {
				return t.hearGuestNews(n, training)
			}
			r, err := t.Registration(n.Training, t.Member.ID)
			if errors.Is(err, store.ErrNotFound) || err == nil && (!r.Stands() || r.At.After(n.At)) || !t.Now.Before(n.Until) {
				return nil
			}
			if err != nil {
				return err
			}
			text := t.newsText(n, training)
			if text == "" {
				return nil
			}
			t.Until(n.Until)
			t.OfSeat(r)
			t.SayText(text)
			return nil
		},
	}
}

// newsText is n for a training that is now as it is; empty when there is
// nothing to tell.
func (t *Turn) newsText(n news, training *store.Training) string {
	name := training.Name.In(t.Language)
	if n.Cancelled || n.Start.IsZero() {
		start, end := n.Start, n.End // when people still expect it
		if start.IsZero() {
			start, end = training.Start, training.End
		}
		said := "training_news.cancelled"
		if training.ByInvitation {
			said = "invitation.cancelled"
		}
		return t.T(said, "training", name, "time", t.span(start, end))
	}
	if !training.Cancelled.IsZero() { // that is told too
		return ""
	}
	moved := !n.Start.Equal(training.Start) || !n.End.Equal(training.End)
	if !moved && n.Place == training.Place {
		return ""
	}
	head, cannot := "training_news.changed", "\n\n"+t.T("remind.cannot")
	if training.ByInvitation { // she is asked again below
		head, cannot = "invitation.changed", ""
	}
	lines := []string{t.T(head, "training", name)}
	if moved {
		lines = append(lines, t.T("training_news.time", "time", t.span(training.Start, training.End), "old", t.span(n.Start, n.End)))
	}
	if n.Place != training.Place {
		lines = append(lines, t.T("training_news.place", "place", training.Place, "old", n.Place))
	} else {
		lines = append(lines, t.T("training_news.same_place", "place", training.Place))
	}
	if !moved {
		lines = append(lines, t.T("training_news.same_time", "time", t.span(training.Start, training.End)))
	}
	return strings.Join(lines, "\n") + cannot
}
