package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

const (
	// heardEvery is how often it is kept until when a channel was heard.
	heardEvery = time.Minute

	// settleTime is how long after an outage it is waited before somebody is
	// asked again: what the network has kept for her comes first.
	settleTime = 30 * time.Second

	outagePortion = 64   // members handed over in a tick
	outageLooks   = 2000 // talks looked at in a tick
)

// An Ear is a channel whose network forgets what people do while nobody hears.
type Ear struct {
	Name  string           // of the channel
	Heard func() time.Time // until when everything was heard; zero: nothing yet since the start
	Taps  time.Duration    // for how long the network keeps a tap
	Rest  time.Duration    // for how long it keeps everything else
}

// An ear is an Ear and what is known of it.
type ear struct {
	Ear
	last time.Time // until when this process heard it, as of the last look
	kept time.Time // what the store said then; other processes write it too
	read bool      // kept is known
}

// Listen has e watched for outages: who may have answered in vain meanwhile is
// asked again. It is called before Run, Attend and Tick.
func (s *Schedule) Listen(e Ear) { s.ears = append(s.ears, &ear{Ear: e}) }

// Attend looks every second, until ctx ends, until when this process heard.
// Where several work on a database each does so: the one that hears a network
// is not always the clock. It may run beside Run.
func (s *Schedule) Attend(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		err := s.listen(ctx)
		s.mu.Unlock()
		if err != nil && ctx.Err() == nil {
			slog.Error("tick failed", "err", fmt.Errorf("listen: %w", err))
		}
	}
}

// listen looks how long every ear was deaf.
func (s *Schedule) listen(ctx context.Context) error {
	var errs []error
	for _, e := range s.ears {
		if err := s.listenTo(ctx, e); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", e.Name, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Schedule) listenTo(ctx context.Context, e *ear) error {
	at := e.Heard()
	if at.IsZero() {
		return nil
	}
	if !e.read {
		if err := s.store.View(ctx, func(tx *store.Tx) (err error) {
			e.kept, err = tx.Heard(e.Name)
			return err
		}); err != nil {
			return err
		}
		e.last, e.read = e.kept, true
	}
	if at.Equal(e.last) {
		return nil // nothing new: another process may hear it now
	}
	if !e.deaf(e.last, at) && at.Sub(e.kept).Abs() < heardEvery { // it is negative when the clock went back
		e.last = at
		return nil
	}
	var since, kept time.Time
	missed := false
	err := s.store.Update(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.Heard(e.Name)
		if err != nil {
			return err
		}
		// What this process did not hear another one may have heard.
		if since = e.last; kept.After(since) {
			since = kept
		}
		missed = e.deaf(since, at)
		if !missed && at.Sub(kept).Abs() < heardEvery {
			return nil
		}
		if missed {
			d, err := e.outage(since, at)
			if err == nil {
				err = tx.Plan(d)
			}
			if err != nil {
				return err
			}
		}
		kept = at
		return tx.PutHeard(e.Name, at)
	})
	if err != nil {
		return err
	}
	if missed {
		slog.Warn("nothing was heard for a while; open questions are asked again", "channel", e.Name, "for", at.Sub(since).Round(time.Second))
	}
	e.last, e.kept = at, kept
	return nil
}

// deaf says whether taps were lost if nothing was heard between the two times.
func (e *ear) deaf(since, at time.Time) bool { return !since.IsZero() && at.Sub(since) > e.Taps }

// outage is the row for what e has missed between the two times.
func (e *ear) outage(since, at time.Time) (*store.Due, error) {
	data, err := json.Marshal(flows.Outage{Channel: e.Name, From: since.UTC(), To: at.UTC(), Lost: at.Sub(since) > e.Rest})
	return &store.Due{
		ID: fmt.Sprintf("outage/%s/%d", e.Name, since.Unix()), At: at.Add(settleTime), Until: at.Add(store.OutageBound),
		Job: store.OutageJob, Data: data,
	}, err
}

// outage hands those whom an outage concerns over to be asked again, a portion
// of each row at a tick. How far that got stands in the row.
func (s *Schedule) outage(ctx context.Context, rows []*store.Due) error {
	var errs []error
	for _, d := range rows {
		if err := s.outageOf(ctx, d); err != nil {
			s.pause(d)
			errs = append(errs, fmt.Errorf("%s: %w", d.ID, err))
		}
	}
	return errors.Join(errs...)
}

func (s *Schedule) outageOf(ctx context.Context, d *store.Due) error {
	var o flows.Outage
	if err := json.Unmarshal(d.Data, &o); err != nil {
		return err
	}
	now := s.store.Now()
	if !now.Before(d.Until) {
		return s.lapse(ctx, d)
	}
	morning, night, err := s.morning(ctx)
	if err != nil {
		return err
	}
	if night && !o.Night {
		return s.untilMorning(ctx, d, o, morning)
	}
	var people []string
	looked, next := 0, ""
	err = s.store.View(ctx, func(tx *store.Tx) error {
		for c, err := range talks(tx, &o, d.Told) {
			if err != nil {
				return err
			}
			if c.Member == d.Told {
				continue
			}
			looked, next = looked+1, c.Member
			if o.Concerns(c) {
				people = append(people, c.Member)
			}
			if len(people) == outagePortion || looked == outageLooks {
				break
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	failed, err := s.handOver(ctx, people, func(member string) flows.Input {
		return flows.Input{
			ID: strings.TrimSuffix(d.ID, nightRow) + "/" + member, Member: member, Kind: flows.Due, Flow: flows.OutageFlow, Data: d.Data, At: d.At,
		}
	})
	if err != nil {
		return fmt.Errorf("%d of %d were not handed over: %w", failed, len(people), err)
	}
	if looked == 0 {
		return s.done(ctx, d)
	}
	d.Told = next
	return s.store.Update(ctx, func(tx *store.Tx) error { return tx.Plan(d) })
}

// talks yields the talks among which are those that o concerns, from that of a
// member on. Only where messages were lost too must all be looked at.
func talks(tx *store.Tx, o *flows.Outage, from string) iter.Seq2[*store.Conversation, error] {
	if o.Lost {
		return tx.Conversations(from)
	}
	return tx.Tappable(from)
}
