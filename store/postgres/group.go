package postgres

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"time"

	"chihai/store"
)

// A group is the Updates that are committed together. Each runs on an overlay
// over the one of the group, which takes over what it wrote.
type group struct {
	db      *DB
	overlay *store.Overlay
	written map[ref]bool // what is in the overlay
	members []*member
	current *member // whose turn it is
	broken  error   // why the database could not be read
	begun   time.Time
	waited  time.Duration // of all members, until it was their turn

	ctx   context.Context // for what is asked of the database; ends some time after nobody waits for it
	end   context.CancelFunc
	waits atomic.Int32 // members that wait
}

// errTurnedDown says that others changed what a group had read, each time.
var errTurnedDown = errors.New("documents were changed by others")

func (d *DB) newGroup() *group {
	g := &group{db: d, begun: time.Now()}
	g.ctx, g.end = context.WithCancel(d.asking)
	g.clear()
	return g
}

func (g *group) clear() {
	g.overlay, g.written = store.NewOverlay(base{g}), map[ref]bool{}
}

// add lets m have its turn as the last member.
func (g *group) add(m *member) {
	g.members = append(g.members, m)
	g.waited += time.Since(m.came)
	g.waits.Add(1)
	m.stay = context.AfterFunc(m.ctx, g.left)
	g.let(m)
	g.absorb(m)
}

// left is called when the context of a member has ended. When that was the last
// one, the database is not waited for much longer.
func (g *group) left() {
	if g.waits.Add(-1) > 0 {
		return
	}
	time.AfterFunc(grace, func() {
		if g.waits.Load() == 0 {
			g.end()
		}
	})
}

// over lets go of what the group waited with.
func (g *group) over() {
	for _, m := range g.members {
		m.stay()
	}
	g.end()
}

// let lets m run and waits for it.
func (g *group) let(m *member) {
	g.current = m
	m.steps <- step{run: g}
	<-g.db.ran
}

// absorb takes over what m wrote, if it means it.
func (g *group) absorb(m *member) {
	if m.gone || m.failed || m.err != nil {
		return
	}
	for w := range m.writes.Writes() {
		g.written[ref{w.Bucket, w.Key}] = true
	}
	g.overlay.Absorb(m.writes)
}

// commit writes what the group wrote. Members who read what others have
// changed meanwhile run again, at most rounds times; then it returns
// errTurnedDown. The error wraps [store.ErrRefused] if the database wrote
// nothing and would not another time.
func (g *group) commit(rounds int) error {
	for range rounds {
		if g.broken != nil {
			return g.broken
		}
		p := g.payload(g.db.nextID())
		asked := time.Now()
		stale, err := g.db.commit(g.ctx, p)
		if stale == nil {
			g.db.committed(store.Commit{Updates: len(g.members), Waited: g.waited, Ran: asked.Sub(g.begun), Took: time.Since(asked), Err: err})
		}
		if err != nil {
			return err
		}
		if stale == nil {
			for w := range g.overlay.Writes() {
				g.db.cache.written(ref{w.Bucket, w.Key}, doc{w.Value, version(w, p.id)})
			}
			return nil
		}
		g.db.counts.conflicts.Add(1)
		g.again(stale, asked)
	}
	return errTurnedDown
}

// version is that of a document after w in the commit id.
func version(w store.Write, id int64) int64 {
	if w.Value == nil {
		return 0
	}
	return id
}

// again lets those members run again who read one of stale, or who read or
// would now read what another one of those writes. The others keep their
// writes. The order stays. What came with stale, asked for at that time, is new
// enough for them.
func (g *group) again(stale []ref, asked time.Time) {
	dirty := map[ref]bool{}
	for _, r := range stale {
		dirty[r] = true
	}
	g.clear()
	for _, m := range g.members {
		if !m.gone && m.rests(dirty) {
			for w := range m.writes.Writes() {
				dirty[ref{w.Bucket, w.Key}] = true
			}
			m.since = asked
			g.db.counts.reruns.Add(1)
			g.let(m)
			if !m.gone {
				for w := range m.writes.Writes() {
					dirty[ref{w.Bucket, w.Key}] = true
				}
			}
		}
		g.absorb(m)
	}
}

// rests says whether m read one of dirty.
func (m *member) rests(dirty map[ref]bool) bool {
	for _, r := range m.reads {
		if dirty[r.ref] {
			return true
		}
	}
	for _, r := range m.saw {
		if dirty[r] {
			return true
		}
	}
	return false
}

// settle tells the members what came of their commit. What fn returned counts
// only now: what it rests on was found valid.
func (g *group) settle(err error) {
	for _, m := range g.members {
		switch {
		case m.gone:
		case err != nil:
			m.steps <- step{err: err}
		default:
			m.steps <- step{err: m.err}
		}
	}
}

// A view is what a member reads: what its group wrote, and below it the
// database. It notes what came from the group.
type view struct {
	g *group
	m *member
}

func (v view) Get(bucket, key string) ([]byte, error) {
	v.note(ref{bucket, key})
	return v.g.overlay.Get(bucket, key)
}

func (v view) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return v.noted(bucket, v.g.overlay.Scan(bucket, from, to))
}

func (v view) ScanBack(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return v.noted(bucket, v.g.overlay.ScanBack(bucket, from, to))
}

func (v view) noted(bucket string, scan iter.Seq2[store.Pair, error]) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for p, err := range scan {
			v.note(ref{bucket, p.Key})
			if !yield(p, err) {
				return
			}
		}
	}
}

func (v view) note(r ref) {
	if v.g.written[r] {
		v.m.saw = append(v.m.saw, r)
	}
}
