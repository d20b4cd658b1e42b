// Package broadcast brings broadcasts to the outbox: it puts down who gets one,
// and then hands its messages over, a few at a time.
//
// # Why a few at a time
//
// A broadcast to a hundred thousand is under way for an hour. Only some two
// seconds' worth of it stand in the outbox, so that it can be paused and called
// off at once, so that one to a club does not wait behind one to the province,
// and so that each recipient is looked up right before her turn: who has left,
// opted out or given her seat up meanwhile gets nothing.
//
// # What a crash does
//
// Each step is one transaction. Putting down goes on from the member at which it
// stood. A message is posted in the transaction that notes its recipient as
// posted, and settled in the one that moves her to her bin (bot/outbox); an
// attempt is kept before each call, so that after a crash what was under way is
// unknown, and nothing comes twice.
//
// # Where it runs
//
// In the process that sends, under the same lease, because it asks the outbox
// how much room there is.
package broadcast

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"chihai/store"
)

// A Letter makes the message of b to the member m through the contact c, where
// relay reads it; nil: she does so herself. Others are those to whom relay
// passes it on as well.
type Letter func(tx *store.Tx, b *store.Broadcast, c *store.Contact, relay, m *store.Member, others []*store.Member) (*store.Message, error)

// A Feeder brings the broadcasts of one store to its outbox.
type Feeder struct {
	Config
	shown map[string]progress // by broadcast: what its sender was told last
	turn  int                 // which broadcast of a lane is served first
	busy  bool                // something is being sent, put down or called off
}

// Config is what a Feeder works with.
type Config struct {
	Store  *store.Store
	Letter Letter

	// Room says how many messages more of the lane the outbox takes for a
	// channel; connected is false for one that nobody sends over.
	Room func(channel string, lane store.Lane) (n int, connected bool)

	// Together says whether one message serves all to whom somebody passes b on.
	Together func(b *store.Broadcast) bool

	Zone *time.Location // of the quiet hours
}

// A progress is what the sender of a broadcast was told last.
type progress struct {
	at   time.Time
	bins store.Bins
}

const (
	feedEvery     = 250 * time.Millisecond // while something is sent
	lookEvery     = time.Second            // while nothing is
	progressEvery = 3 * time.Second        // a network takes an edit of one message as a message to its chat
	workTime      = time.Second            // for which one broadcast may be put down or withdrawn until the others have their turn: the outbox has more than that of them
)

// New returns a Feeder. Nothing happens until Run or Tick.
func New(c Config) *Feeder {
	return &Feeder{Config: c, shown: map[string]progress{}}
}

// Run feeds the outbox until ctx ends. It may be called again after that, by
// turns in several processes.
func (f *Feeder) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := f.Tick(ctx); err != nil && ctx.Err() == nil {
			slog.Error("broadcasts do not go on", "err", err)
		}
		if f.busy {
			timer.Reset(feedEvery)
		} else {
			timer.Reset(lookEvery)
		}
	}
}

// Tick does for each broadcast what is to be done now. Run calls it; tests and
// simulations may.
func (f *Feeder) Tick(ctx context.Context) error {
	live, quiet, err := f.live(ctx)
	if err != nil {
		return fmt.Errorf("read what is under way: %w", err)
	}
	var errs []error
	note := func(b *store.Broadcast, err error) {
		if err != nil && !errors.Is(err, store.ErrBroadcastState) {
			errs = append(errs, fmt.Errorf("broadcast %s: %w", b.ID, err))
		}
	}
	f.busy = false
	f.turn++
	running := map[store.Lane][]*store.Broadcast{}
	for _, b := range live {
		if b.State == store.Freezing {
			f.busy = true
			note(b, f.freeze(ctx, b))
		}
		switch b.State {
		case store.Cancelled:
			f.busy = true
			note(b, f.withdraw(ctx, b))
		case store.Running:
			if b.Urgent || !quiet {
				f.busy = true
				running[b.Lane] = append(running[b.Lane], b)
			}
		}
	}
	for _, lane := range []store.Lane{store.ClubLane, store.ProvinceLane} {
		same := running[lane]
		for i := range same {
			b := same[(i+f.turn)%len(same)]
			note(b, f.feed(ctx, b, len(same)))
		}
	}
	f.forget(live)
	return errors.Join(errs...)
}

// live returns the broadcasts that are under way, and whether it is night. What a
// restored database was still to send waits until the operator has decided.
func (f *Feeder) live(ctx context.Context) (live []*store.Broadcast, quiet bool, err error) {
	err = f.Store.View(ctx, func(tx *store.Tx) error {
		live = nil
		night, err := tx.Night(f.Zone)
		if err != nil {
			return err
		}
		quiet = night.Falls(tx.Now)
		hold, err := tx.Hold()
		if err != nil {
			return err
		}
		for b, err := range tx.LiveBroadcasts() {
			if err != nil {
				return err
			}
			if !hold.Keeps(b.ID) {
				live = append(live, b)
			}
		}
		return nil
	})
	return live, quiet, err
}

// withdraw takes those who wait off the roll of a broadcast that was called off.
func (f *Feeder) withdraw(ctx context.Context, b *store.Broadcast) error {
	for until, more := f.Store.Now().Add(workTime), true; more && f.Store.Now().Before(until); {
		err := f.Store.Update(ctx, func(tx *store.Tx) (err error) {
			now, err := tx.Broadcast(b.ID)
			if err != nil {
				return err
			}
			more, err = tx.Withdraw(now)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// forget forgets what was told of broadcasts that are over.
func (f *Feeder) forget(live []*store.Broadcast) {
	was := f.shown
	f.shown = map[string]progress{}
	for _, b := range live {
		if p, ok := was[b.ID]; ok {
			f.shown[b.ID] = p
		}
	}
}
