// Package schedule is the clock: it does what has come due in the store.
//
// What is to happen at a time stands in the store ([store.Due]) and nowhere
// else. Every second the schedule looks what has come due, does it and deletes
// it. A restart, a suspended machine and a corrected clock are all the same to
// it: what is due is done, once.
//
// # Why robfig/cron only ticks
//
// It forgets its entries with the process, sorts all of them for each that is
// added, and keeps those that have fired. One entry that ticks has none of
// these faults.
//
// # How to add a job
//
// Write a file with the job, which takes all rows of its name that are due, and
// add it to jobs. A row that was done or has lapsed is deleted by the job; one
// that is left comes again at the next tick, or after a pause if the job asked
// for one.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/robfig/cron/v3"
)

// A Schedule does what has come due in one store. Where several processes work
// on a database, one of them runs it, under a lease (bot/lead): what it does under
// one that was lost is refused.
type Schedule struct {
	store  *store.Store
	handle func(context.Context, flows.Input) error
	ears   []*ear
	zone   *time.Location // see Quiet; nil: there is no night

	mu      sync.Mutex // held by a tick
	pauses  map[string]pause
	tidied  time.Time // when it was last tidied
	untidy  []noun    // what is left to tidy
	tallies tallying
	logged  string // day on which the end of the audit was last logged

	counting sync.Mutex
	stats    Stats
}

// Stats are the numbers of a Schedule since the start of the process.
type Stats struct {
	Reminded int64 // people handed over to be reminded
	Missed   int64 // people whose reminder came too late to be of use

	// Lapsed is how many rows were dropped because their time was over, by their
	// kind ([store.Latenesses]).
	Lapsed map[string]int64
}

// A job does the rows that are due under its name.
type job struct {
	name string
	do   func(ctx context.Context, rows []*store.Due) error
}

// jobs are all jobs, in the order in which a tick does them.
func (s *Schedule) jobs() []job {
	return []job{
		{store.RemindJob, s.byDay(s.remind)},
		{store.GuestsJob, s.guests},
		{store.TellJob, s.byDay(s.tell)},
		{store.TellOneJob, s.byDay(s.hear)},
		{store.SeatsJob, s.seats},
		{store.ClubJob, s.byDay(s.club)},
		{store.BeforeJob, s.byDay(s.before)},
		{store.AfterJob, s.after},
		{store.HearJob, s.hear},
		{store.BroadcastJob, s.broadcast},
		{store.CampaignJob, s.campaign},
		{store.OutageJob, s.outage},
		{store.ScrubJob, s.scrub},
		{store.ResealJob, s.reseal},
	}
}

// New returns a Schedule. What is due for a member is given to handle, which
// returns nil when it was handled and is kept, and must recognise by its ID
// what it was given before.
func New(s *store.Store, handle func(ctx context.Context, in flows.Input) error) *Schedule {
	return &Schedule{store: s, handle: handle, pauses: map[string]pause{}}
}

// Run ticks every second until ctx ends, and waits for the tick under way. A
// tick that takes longer lets the next ones fall out.
func (s *Schedule) Run(ctx context.Context) {
	log := logger{}
	c := cron.New(
		cron.WithLocation(time.UTC),
		cron.WithLogger(log),
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)), // the other way round a panic would be the last tick
	)
	c.Schedule(cron.Every(time.Second), cron.FuncJob(func() {
		if err := s.Tick(ctx); err != nil && ctx.Err() == nil {
			slog.Error("tick failed", "err", err)
		}
	}))
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
}

// Tick does what is due now. Run calls it; tests and simulations may. What
// could not be done stays due, and the error says why.
func (s *Schedule) Tick(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	due, err := s.comeDue(ctx)
	if err != nil {
		return fmt.Errorf("read what is due: %w", err)
	}
	var errs []error
	for _, j := range s.jobs() {
		if rows := due[j.name]; len(rows) > 0 {
			if err := j.do(ctx, rows); err != nil {
				errs = append(errs, fmt.Errorf("job %s: %w", j.name, err))
			}
		}
	}
	for _, w := range []struct {
		name string
		do   func(context.Context) error
	}{{"listen", s.listen}, {"chain the audit", s.chain}, {"count the members", s.tally}, {"tidy", s.tidy}} {
		if err := w.do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", w.name, err))
		}
	}
	return errors.Join(errs...)
}

// Stats returns the present numbers.
func (s *Schedule) Stats() Stats {
	s.counting.Lock()
	defer s.counting.Unlock()
	now := s.stats
	now.Lapsed = maps.Clone(s.stats.Lapsed)
	return now
}

func (s *Schedule) count(reminded, missed int) {
	s.counting.Lock()
	defer s.counting.Unlock()
	s.stats.Reminded += int64(reminded)
	s.stats.Missed += int64(missed)
}

// duePortion is how many rows are taken up in a tick, the oldest first. After a
// standstill there may be very many: a portion bounds the memory that they take,
// the transactions that delete them, and how long something new and urgent waits.
const duePortion = 2_000

// comeDue returns the rows that are due and do not pause, by job, a portion of
// them if there are many. Rows of a job that only a newer program knows stay for
// it, and take no room of a portion.
func (s *Schedule) comeDue(ctx context.Context) (map[string][]*store.Due, error) {
	now := s.store.Now()
	known := map[string]bool{}
	for _, j := range s.jobs() {
		known[j.name] = true
	}
	var due map[string][]*store.Due
	var pauses map[string]pause
	err := s.store.View(ctx, func(tx *store.Tx) error {
		hold, err := tx.Hold()
		if err != nil {
			return err
		}
		due, pauses = map[string][]*store.Due{}, map[string]pause{}
		room := duePortion
		for d, err := range tx.ComeDue() {
			if err != nil {
				return err
			}
			if hold.KeepsDue(d) {
				continue
			}
			if p, ok := s.pauses[d.ID]; ok {
				pauses[d.ID] = p
				if !p.over(now) {
					continue
				}
			}
			due[d.Job] = append(due[d.Job], d)
			if known[d.Job] {
				room--
			}
			if room == 0 {
				pauses = s.pauses // of those behind it, too
				break
			}
		}
		return nil
	})
	if err == nil {
		s.pauses = pauses // only of rows that are still there
	}
	return due, err
}

// done deletes rows.
func (s *Schedule) done(ctx context.Context, rows ...*store.Due) error {
	return s.each(ctx, rows, (*store.Tx).Done)
}

// rowsAtOnce is how many rows are written in one transaction, so that a chat waits
// for no long one.
const rowsAtOnce = 200

// each has do change every row, some of them in a transaction.
func (s *Schedule) each(ctx context.Context, rows []*store.Due, do func(*store.Tx, *store.Due) error) error {
	for some := range slices.Chunk(rows, rowsAtOnce) {
		err := s.store.Update(ctx, func(tx *store.Tx) error {
			for _, d := range some {
				if err := do(tx, d); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// lapse deletes rows whose time is over, and counts them.
func (s *Schedule) lapse(ctx context.Context, rows ...*store.Due) error {
	if err := s.done(ctx, rows...); err != nil {
		return err
	}
	kinds := map[string]int64{}
	for _, d := range rows {
		kinds[d.Kind()]++
	}
	s.counting.Lock()
	defer s.counting.Unlock()
	if s.stats.Lapsed == nil {
		s.stats.Lapsed = map[string]int64{}
	}
	for kind, n := range kinds {
		slog.Warn("came too late to be done", "kind", kind, "rows", n)
		s.stats.Lapsed[kind] += n
	}
	return nil
}

// A pause keeps a row that could not be done from being tried every second. It
// does not outlive the process.
type pause struct {
	until time.Time
	tries int
}

const maxPause = time.Minute

// over says whether the pause has gone by. One that seems longer than any can
// be is that of a clock that went back.
func (p pause) over(now time.Time) bool {
	return !now.Before(p.until) || p.until.Sub(now) > maxPause
}

// pause lets the row d rest, longer each time: at first a second, at most a
// minute.
func (s *Schedule) pause(d *store.Due) {
	p := s.pauses[d.ID]
	p.until = s.store.Now().Add(min(time.Second<<min(p.tries, 16), maxPause))
	p.tries++
	s.pauses[d.ID] = p
}

// logger hands the words of robfig/cron to slog. What it says routinely is
// left out: an entry that ticks every second says a lot.
type logger struct{}

func (logger) Info(string, ...any) {}

func (logger) Error(err error, msg string, args ...any) {
	slog.Error("tick failed", append([]any{"err", err, "what", msg}, args...)...)
}
