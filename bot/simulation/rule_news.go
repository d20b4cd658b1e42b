package simulation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// newsOnce: who holds a seat is told of each change of when and where, and of
// the end of it, once. That the last of them reaches her is what toldTrue
// looks at; a change that another one has overtaken need not be told.
var newsOnce = Rule{
	Name: "each change is told once",
	Commit: func(w *World, c *Commit) error {
		for _, wr := range c.Writes {
			if row := w.tellings[wr.Key]; wr.Bucket == "due" && wr.Value == nil && row != nil {
				if err := w.told(c, wr.Key, row); err != nil {
					return err
				}
			}
		}
		if c.Kind != "news" {
			return nil
		}
		parts := c.parts() // tell/training/revision/member
		raw, err := c.Get("registration", parts[1]+"/"+parts[3])
		if err != nil && c.posts() == 0 { // she had everything deleted meanwhile, and nothing is said to her
			return nil
		}
		if err != nil {
			return fmt.Errorf("told who is not registered: %w", err)
		}
		var r store.Registration
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		h := w.trainings[parts[1]]
		since := slices.IndexFunc(h.changes, func(at time.Time) bool { return !at.Before(r.At) })
		told := w.news[parts[1]+"/"+parts[3]]
		if c.posts() > 0 && (since < 0 || told >= len(h.changes)-since) {
			return fmt.Errorf("of %s a holder is told %d times, it was changed %d times", h.Name.In("vi"), told+1, len(h.changes))
		}
		return nil
	},
	Kept: func(w *World, c *Commit) {
		for _, wr := range c.Writes {
			if wr.Bucket == "training" && wr.Value != nil {
				w.changed(wr.Value)
			}
			if wr.Bucket == "due" && wr.Value != nil {
				var row store.Due
				if json.Unmarshal(wr.Value, &row) == nil && strings.HasPrefix(row.ID, "tell/") && (row.Job == store.TellJob || row.Job == store.TellOneJob) {
					w.tellings[wr.Key] = &row
				}
			}
			if wr.Bucket == "registration" { // the count begins anew with each registration
				w.registered(wr)
			}
		}
		if c.Kind == "news" {
			w.heard[c.Inputs[len(c.Inputs)-1]] = true
		}
		if c.Kind == "news" && c.posts() > 0 {
			parts := c.parts()
			w.news[parts[1]+"/"+parts[3]]++
		}
	},
}

// A history is a training as it is now, and when that was changed of which
// people are told.
type history struct {
	store.Training
	changes []time.Time
	moved   time.Time // when it got its present start; zero: when it was made
	until   time.Time // the last change is told until then
}

// changed takes in a training as it is kept. World.mu is held.
func (w *World) changed(raw []byte) {
	var t store.Training
	if json.Unmarshal(raw, &t) != nil {
		return // the check of the store tells
	}
	h := w.trainings[t.ID]
	if h == nil {
		w.trainings[t.ID] = &history{Training: t}
		return
	}
	was := h.Training
	h.Training = t
	if !was.Start.Equal(t.Start) {
		h.moved = time.Now()
	}
	if was.Start.Equal(t.Start) && was.End.Equal(t.End) && was.Place == t.Place && was.Cancelled.Equal(t.Cancelled) {
		return
	}
	h.changes = append(h.changes, time.Now())
	if h.until = t.Start; was.Start.After(t.Start) {
		h.until = was.Start
	}
}

// registered takes in that somebody got a seat or gave it up. World.mu is held.
func (w *World) registered(wr store.Write) {
	var r store.Registration
	if wr.Value == nil || json.Unmarshal(wr.Value, &r) == nil && time.Since(r.At) < time.Second {
		delete(w.news, wr.Key)
	}
}
