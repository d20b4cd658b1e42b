package broadcast

import (
	"context"
	"errors"
	"time"

	"chihai/flows"
	"chihai/store"
)

// lookAtOnce is how many recipients are looked up in one transaction. Those who
// are not meant any more cost the outbox nothing, so that only this bounds them.
const lookAtOnce = 500

// feed hands the outbox as many messages of b as it has room for, or its share
// of them when so many others of its lane want some as well.
func (f *Feeder) feed(ctx context.Context, b *store.Broadcast, sharers int) error {
	was := f.shown[b.ID]
	told := was
	err := f.Store.Update(ctx, func(tx *store.Tx) error {
		told = was
		now, err := tx.Broadcast(b.ID)
		if err != nil {
			return err
		}
		if now.State != store.Running {
			return store.ErrBroadcastState
		}
		why, err := tx.MayGoOn(now)
		if err != nil {
			return err
		}
		if why != "" {
			_, err := tx.PauseBroadcast(b.ID, why, "")
			return err
		}
		p := &portion{Feeder: f, Tx: tx, b: now, roll: tx.Roll(now), sharers: sharers, left: map[string]int{}}
		if !now.Urgent {
			night, err := tx.Night(f.Zone)
			if err != nil {
				return err
			}
			p.until = night.Asleep(tx.Now)
		}
		if err := p.fill(); err != nil {
			return err
		}
		if now.Progress == "" || tx.Now.Sub(was.at) < progressEvery {
			return nil
		}
		told.at = tx.Now
		if told.bins, err = tx.BroadcastCounts(now); err != nil || told.bins == was.bins || now.State != store.Running {
			return err
		}
		return tx.TellProgress(now)
	})
	if err == nil {
		f.shown[b.ID] = told
	}
	return err
}

// A portion is what one transaction hands over of a broadcast.
type portion struct {
	*Feeder
	*store.Tx
	b       *store.Broadcast
	roll    *store.Roll
	sharers int
	until   time.Time      // nothing of it is sent from then on; zero: without end
	left    map[string]int // by channel: for how many messages more there is room
}

// fill posts until there is no room, or nobody waits.
func (p *portion) fill() error {
	looked := 0
	for r, err := range p.roll.Waiting() {
		if err != nil {
			return err
		}
		if looked++; looked > lookAtOnce {
			break
		}
		bin, err := p.post(r)
		if err != nil {
			return err
		}
		if bin == store.BinWaiting {
			break
		}
		if err := p.roll.Put(r, bin); err != nil {
			return err
		}
	}
	return p.roll.Keep()
}

// post puts the message for r into the outbox and returns the bin in which she
// is now: the one in which she was when there is no room.
func (p *portion) post(r store.Recipient) (store.Bin, error) {
	meant, err := p.StillMeant(p.b, r.Member)
	if err != nil || !meant {
		return store.BinWithdrawn, err
	}
	m, err := p.Member(r.Member)
	if err != nil {
		return 0, err
	}
	c, relay, err := p.Reach(m)
	if errors.Is(err, store.ErrNotFound) {
		return store.BinUnreachable, nil
	}
	if err != nil {
		return 0, err
	}
	room, connected := p.room(c.Channel)
	if !connected {
		return store.BinUnreachable, nil
	}
	if room == 0 {
		return store.BinWaiting, nil
	}
	var with []store.Recipient
	var others []*store.Member
	if relay != nil && p.Together(p.b) {
		if with, others, err = p.passedOn(relay, m); err != nil {
			return 0, err
		}
	}
	message, err := p.Letter(p.Tx, p.b, c, relay, m, others)
	if errors.Is(err, flows.ErrNoValue) {
		return store.BinFailed, nil
	}
	if err != nil {
		return 0, err
	}
	message.Report, message.Until = r.Report(), p.until
	for _, o := range with {
		message.With = append(message.With, o.Report())
		if err := p.roll.Put(o, store.BinPosted); err != nil {
			return 0, err
		}
	}
	p.left[c.Channel]--
	return store.BinPosted, p.Post(message)
}

// room is for how many messages more the outbox has room on the channel, as far
// as they are this broadcast's.
func (p *portion) room(channel string) (left int, connected bool) {
	left, known := p.left[channel]
	if known {
		return left, true
	}
	n, connected := p.Room(channel, p.b.Lane)
	if n > 0 {
		n = max(1, n/p.sharers)
	}
	p.left[channel] = max(0, n)
	return p.left[channel], connected
}

// maxTogether is how many women stand in one message to the one who passes it
// on: their names are at the head of it.
const maxTogether = 20

// passedOn returns who else waits for the broadcast and is told it by relay, as
// m is.
func (p *portion) passedOn(relay, m *store.Member) (with []store.Recipient, others []*store.Member, err error) {
	for o, err := range p.RelayedBy(relay.ID) {
		if err != nil {
			return nil, nil, err
		}
		if len(with) == maxTogether-1 {
			break
		}
		if o.ID == m.ID {
			continue
		}
		r, bin, err := p.roll.Find(o.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && bin != store.BinWaiting {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if meant, err := p.StillMeant(p.b, o.ID); err != nil {
			return nil, nil, err
		} else if !meant {
			continue // withdrawn at her own turn
		}
		if _, through, err := p.Reach(o); err != nil || through == nil {
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, nil, err
			}
			continue
		}
		with, others = append(with, r), append(others, o)
	}
	return with, others, nil
}
