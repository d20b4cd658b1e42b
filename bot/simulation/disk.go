package simulation

import (
	"context"
	"slices"
	"strings"
	"time"

	"chihai/store"
	"chihai/store/bolt"

	"github.com/go-json-experiment/json"
)

// A disk is the database as one process has it. Each transaction passes two
// points, before and after its commit.
type disk struct {
	*bolt.DB
	life *life
}

var _ store.Backend = (*disk)(nil)

// A Commit is a transaction that is about to be kept, as rules see it.
type Commit struct {
	store.KV               // with its writes; to be read only
	Writes   []store.Write // each key once
	Kind     string        // what it does, such as "turn" or "settle"
	Inputs   []string      // ids of what it remembers as seen, that are new
}

// parts are those of the id of the input that it answers.
func (c *Commit) parts() []string {
	if len(c.Inputs) == 0 {
		return nil
	}
	return strings.Split(c.Inputs[len(c.Inputs)-1], "/")
}

// posts is how many messages it posts.
func (c *Commit) posts() (n int) {
	for _, w := range c.Writes {
		if w.Bucket == "message" && w.Value != nil {
			n++
		}
	}
	return n
}

// deletes says whether it deletes the member.
func (c *Commit) deletes(member string) bool {
	return slices.ContainsFunc(c.Writes, func(w store.Write) bool { return w.Bucket == "member" && w.Key == member && w.Value == nil })
}

// View implements [store.Backend].
func (d *disk) View(ctx context.Context, fn func(store.KV) error) error {
	if d.life.over.Load() {
		return errDead
	}
	return d.DB.View(ctx, fn)
}

// Update implements [store.Backend].
func (d *disk) Update(ctx context.Context, fn func(store.KV) error) error {
	if d.life.over.Load() {
		return errDead
	}
	var kept *Commit
	err := d.DB.Update(ctx, func(kv store.KV) error {
		if kept != nil {
			d.life.retract(kept)
			kept = nil
		}
		o := store.NewOverlay(kv)
		defer o.End()
		if err := fn(o); err != nil {
			return err
		}
		if o.Len() == 0 {
			return nil
		}
		c := newCommit(o)
		if err := d.life.at(points[c.Kind][0]); err != nil {
			return err
		}
		d.life.look(c)
		kept = c
		for _, w := range c.Writes {
			if err := apply(kv, w); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case kept == nil:
		return err
	case err != nil:
		d.life.retract(kept)
		return err
	}
	d.life.kept(kept)
	return d.life.at(points[kept.Kind][1])
}

// Close implements [store.Backend]. The life closes the file when its process
// has ended.
func (d *disk) Close() error { return nil }

func apply(kv store.KV, w store.Write) error {
	if w.Value == nil {
		return kv.Delete(w.Bucket, w.Key)
	}
	return kv.Put(w.Bucket, w.Key, w.Value)
}

// points are the names of the points before and after a commit, by the kind of
// the transaction.
var points = map[string][2]string{
	"turn":     {"turn: before commit", "turn: after commit, before it is confirmed"},
	"repeated": {"repeated input: before commit", "repeated input: after commit"},
	"settle":   {"settle: before, after it was sent", "settle: after"},
	"attempt":  {"attempt: before it is kept", "attempt: kept, not sent"},
	"retry":    {"retry: before it is kept", "retry: after"},
	"reminder": {"reminder: before hand-over is kept", "reminder: between hand-overs"},
	"news":     {"news: before hand-over is kept", "news: between hand-overs"},
	"heard":    {"due row: before hand-over is kept", "due row: handed over, still there"},
	"due done": {"due row: before it is deleted", "due row: after"},
	"due kept": {"due row: before its progress is kept", "due row: its progress kept"},
	"lease":    {"task: before it is begun", "task: begun"},
	"outcome":  {"task outcome: before it is kept", "task outcome: kept, task still there"},
	"task end": {"task: before it is deleted", "task: deleted"},
	"line":     {"web: before her line is kept", "web: her line kept, not handed over"},
	"screen":   {"web: before it is shown", "web: shown, not settled"},
	"letters":  {"broadcast: before a portion is kept", "broadcast: portion kept"},
	"opening":  {"opening: before commit", "opening: after commit"},
	"tidying":  {"tidying: before commit", "tidying: after commit"},
}

// newCommit reads off the writes of a transaction what it does.
func newCommit(o *store.Overlay) *Commit {
	c := &Commit{KV: o}
	wrote := map[string]*store.Write{}
	repeated, input := false, ""
	for w := range o.Writes() {
		c.Writes = append(c.Writes, w)
		wrote[w.Bucket] = &w
		if w.Bucket != "seen" || w.Value == nil {
			continue
		}
		_, input, _ = strings.Cut(w.Key, "/")
		if strings.Contains(string(w.Value), `"again"`) {
			repeated = true
		} else {
			c.Inputs = append(c.Inputs, input)
		}
	}
	message, due, task := wrote["message"], wrote["due"], wrote["task"]
	switch {
	case len(c.Inputs) > 0 && strings.HasPrefix(input, "remind/"):
		c.Kind = "reminder"
	case len(c.Inputs) > 0 && strings.HasPrefix(input, "tell/"):
		c.Kind = "news"
	case len(c.Inputs) > 0 && strings.HasPrefix(input, "task/"):
		c.Kind = "outcome"
	case len(c.Inputs) > 0 && strings.HasPrefix(input, webChannel) && strings.HasSuffix(input, "/line"):
		c.Kind = "line"
	case len(c.Inputs) > 0 && (strings.HasPrefix(input, Channel) || strings.HasPrefix(input, webChannel)):
		c.Kind = "turn"
	case len(c.Inputs) > 0:
		c.Kind = "heard"
	case repeated:
		c.Kind = "repeated"
	case wrote["screen"] != nil && wrote["screen"].Value != nil:
		c.Kind = "screen"
	case message != nil && message.Value == nil:
		c.Kind = "settle"
	case wrote["broadcast_open"] != nil || wrote["broadcast_closed"] != nil:
		c.Kind = "letters"
	case message != nil && attempted(message.Value):
		c.Kind = "attempt"
	case message != nil:
		c.Kind = "retry"
	case due != nil && due.Value == nil:
		c.Kind = "due done"
	case due != nil:
		c.Kind = "due kept"
	case task != nil && task.Value == nil:
		c.Kind = "task end"
	case task != nil:
		c.Kind = "lease"
	case wrote["meta"] != nil:
		c.Kind = "opening"
	default:
		c.Kind = "tidying"
	}
	return c
}

func attempted(value []byte) bool {
	var m store.Message
	return json.Unmarshal(value, &m) == nil && !m.Attempt.IsZero()
}

// nextDue is when something will be due next; zero: nothing is planned.
func (d *disk) nextDue() (next time.Time) {
	d.DB.View(context.Background(), func(kv store.KV) error {
		for p, err := range kv.Scan("due", "", "") {
			var row store.Due
			if err != nil || json.Unmarshal(p.Value, &row) != nil {
				return err
			}
			if next = row.At; next.After(time.Now()) {
				return nil
			}
		}
		return nil
	})
	return next
}

// idle says whether nothing is due, no task is left and nothing is to be wiped.
func (d *disk) idle() bool {
	idle := true
	d.DB.View(context.Background(), func(kv store.KV) error {
		for range kv.Scan("task", "", "") {
			idle = false
		}
		for p := range kv.Scan("broadcast_live", "", "") {
			raw, err := kv.Get("broadcast", p.Key)
			var b store.Broadcast
			if err != nil || json.Unmarshal(raw, &b) != nil || b.Why != store.PauseMissed { // that one waits for its sender
				idle = false
			}
		}
		for p := range kv.Scan("due", "", "") {
			var row store.Due
			if json.Unmarshal(p.Value, &row) != nil || row.At.After(time.Now().Add(2*time.Minute)) {
				break
			}
			if row.Job == store.ScrubJob || !row.At.After(time.Now()) {
				idle = false
			}
		}
		return nil
	})
	return idle
}
