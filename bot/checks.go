package main

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"chihai/bot/backups"
	"chihai/bot/channel"
	"chihai/bot/disk"
	"chihai/bot/health"
	"chihai/bot/outbox"
	"chihai/bot/schedule"
	"chihai/flows"
	"chihai/store"
)

// ready says how all is, for /readyz and "chihai health".
func (b *bot) ready(ctx context.Context) health.Report { return health.Look(ctx, b.checks()) }

// checks are what is looked at for that.
func (b *bot) checks() []health.Check {
	list := []health.Check{
		{Name: "store", Look: b.keeper.look},
		{Name: "disk", Look: func(context.Context) health.Finding { return lookAtDisk(b.disk) }},
		{Name: "backup", Look: func(context.Context) health.Finding { return lookAtBackups(b.backups, b.store.Backend()) }},
		{Name: "keys", Look: func(ctx context.Context) health.Finding { return lookAtKeys(ctx, b.store) }},
		{Name: "held", Look: func(ctx context.Context) health.Finding { return lookAtHeld(ctx, b.store) }},
		{Name: "outbox", Look: func(context.Context) health.Finding { return lookAtOutbox(b.outbox, b.store.Now()) }},
	}
	for _, ch := range b.channels {
		if l, ok := ch.(channel.Listener); ok {
			network, _, _ := strings.Cut(ch.Name(), ":")
			list = append(list, health.Check{Name: network, Look: func(context.Context) health.Finding { return lookAtChannel(l, b.store.Now()) }})
		}
	}
	if b.schedule != nil {
		list = append(list, health.Check{Name: "clock", Look: func(ctx context.Context) health.Finding { return lookAtClock(ctx, b.schedule) }})
	}
	return list
}

// A keeper knows whether the store keeps what people say.
type keeper struct {
	store   *store.Store
	failing atomic.Bool // the last input was not kept
}

// ended is told of each input.
func (k *keeper) ended(end flows.Ending) {
	if failing := end == flows.NotKept; k.failing.Load() != failing { // not touched by every turn
		k.failing.Store(failing)
	}
}

// look reads the store. It tries to write only after something was not kept:
// while nobody can write no input would tell that it is over.
func (k *keeper) look(ctx context.Context) health.Finding {
	if err := k.store.Answers(ctx); err != nil {
		return health.Break("the database does not answer: %v", err)
	}
	if !k.failing.Load() {
		return health.Ok("the database answers, and keeps what people say")
	}
	if err := k.store.Keeps(ctx); err != nil {
		if full(err) {
			return health.Break("the disk is full: make room, and what people say is kept again at once")
		}
		return health.Break("the database keeps nothing: %v", err)
	}
	k.failing.Store(false)
	return health.Ok("the database keeps again what people say")
}

// full says whether err comes from a disk without room. bbolt drops the cause
// when it cannot make its file longer.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		strings.Contains(err.Error(), syscall.ENOSPC.Error()) || strings.Contains(err.Error(), syscall.EDQUOT.Error())
}

// How long something may wait before somebody should look at it. A reply waits
// for nothing but the network; 50,000 reminders take half an hour at Telegram's
// rate.
const (
	lateReply   = 5 * time.Minute
	lateMessage = time.Hour
	lateNetwork = 2 * time.Minute
	lateClock   = 5 * time.Minute
)

func lookAtDisk(w *disk.Watch) health.Finding {
	if w == nil {
		return health.Ok("is not watched")
	}
	switch room, err := w.Room(); {
	case err != nil:
		return health.Warn("it is not known how much is free: %v", err)
	case room.Full():
		return health.Break("the disk is full, %v: make room, and what people say is kept again at once; until then networks keep it", room)
	case room.Low():
		return health.Warn("the disk is nearly full, %v: lists for staff wait", room)
	default:
		return health.Ok("%v", room)
	}
}

func lookAtBackups(b *backups.Backups, db store.Backend) health.Finding {
	if b == nil {
		if _, file := db.(store.Backup); !file {
			return health.Ok("%v", backups.ErrOwnTools)
		}
		return health.Ok("none are made by themselves: CHIHAI_BACKUPS switches that on")
	}
	if err := b.Health(); err != nil {
		return health.Warn("%v", err)
	}
	if last := b.Stats().Last; !last.IsZero() {
		return health.Ok("the last one is of %s", last.Format(time.RFC3339))
	}
	return health.Ok("the first one is being made")
}

// lookAtKeys warns of keys that only one file opens: if it is lost, so are the
// database and every backup of it.
func lookAtKeys(ctx context.Context, s *store.Store) health.Finding {
	if err := s.LockedOut(); err != nil {
		return health.Break("another process has changed the keys of the database, and this one has no key that opens them: %v", err)
	}
	var k *store.Keys
	made := false
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		if made, err = tx.IsSample(); err != nil || made {
			return err
		}
		k, err = tx.Keys()
		return err
	})
	switch {
	case made:
		return health.Ok("everybody in this database is made up")
	case errors.Is(err, store.ErrNoKeys):
		return health.Warn("nothing in this database is encrypted")
	case err != nil:
		return health.Warn("the keys of the database cannot be read: %v", err)
	case k.Recovery == "":
		return health.Warn("only the key file opens this database and its backups: if it is lost, nobody can ever read them; " +
			"\"chihai key recovery age1…\" adds a recipient whose identity you keep elsewhere")
	}
	return health.Ok("the key file opens the database, and so does the recovery identity")
}

// lookAtHeld reminds of a decision that somebody has to take after a restore.
func lookAtHeld(ctx context.Context, s *store.Store) health.Finding {
	var hold *store.Hold
	if err := s.View(ctx, func(tx *store.Tx) (err error) { hold, err = tx.Hold(); return err }); err != nil {
		return health.Warn("it is not known whether anything is held back: %v", err)
	}
	if hold.On() {
		return health.Warn("what the restored database was still to say is held back: \"chihai outbox\" shows it")
	}
	return health.Ok("nothing is held back")
}

func lookAtOutbox(o *outbox.Outbox, now time.Time) health.Finding {
	count := 0
	var reply, oldest time.Duration
	for _, s := range o.Stats() {
		for lane, n := range s.Waiting {
			count += n
			if since := s.Since[lane]; !since.IsZero() {
				age := now.Sub(since)
				oldest = max(oldest, age)
				if store.Lane(lane) == store.Reply {
					reply = max(reply, age)
				}
			}
		}
	}
	switch {
	case reply > lateReply:
		return health.Warn("an answer has waited for %v to be sent; %d messages wait", round(reply), count)
	case oldest > lateMessage:
		return health.Warn("a message has waited for %v to be sent; %d messages wait", round(oldest), count)
	}
	return health.Ok("%d messages wait, the oldest for %v", count, round(oldest))
}

func lookAtChannel(l channel.Listener, now time.Time) health.Finding {
	since, why := l.Deaf()
	switch age := now.Sub(since); {
	case since.IsZero():
		return health.Ok("tells what people say")
	case age > lateNetwork:
		return health.Warn("has not told what people say for %v: %s", round(age), why)
	default:
		return health.Ok("does not answer just now: %s", why)
	}
}

func lookAtClock(ctx context.Context, s *schedule.Schedule) health.Finding {
	switch late, err := s.Overdue(ctx); {
	case err != nil:
		return health.Warn("what is due cannot be read: %v", err)
	case late > lateClock:
		return health.Warn("something should have happened %v ago", round(late))
	}
	return health.Ok("nothing is overdue")
}

func round(d time.Duration) time.Duration { return d.Round(time.Second) }
