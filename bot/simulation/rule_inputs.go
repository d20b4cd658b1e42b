package simulation

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"chihai/store"
)

// inputsOnce: what was confirmed to the network was kept, and every input was
// one turn.
var inputsOnce = Rule{
	Name: "each input acts once",
	Commit: func(w *World, c *Commit) error {
		for _, wr := range c.Writes {
			if c.Kind == "repeated" && wr.Bucket != "seen" {
				return fmt.Errorf("one that came again changes %s %s", wr.Bucket, wr.Key)
			}
		}
		for _, id := range c.Inputs {
			if in := w.inputs.of(id); in != nil && c.Kind == "turn" && in.acted > 0 {
				return fmt.Errorf("input %s of %s acts again", in.key, in.by.name)
			}
		}
		return nil
	},
	Kept: func(w *World, c *Commit) {
		for _, id := range c.Inputs {
			if in := w.inputs.of(id); in != nil && c.Kind == "turn" {
				in.acted++
			}
		}
	},
	End: func(w *World, tx *store.Tx) error {
		if n := len(w.inputs.open); n > 0 {
			return fmt.Errorf("%d inputs were never confirmed", n)
		}
		for _, in := range w.inputs.byKey {
			if in.acted != 1 {
				return fmt.Errorf("what %s did (%s) was %d turns", in.by.name, in.key, in.acted)
			}
		}
		return nil
	},
}

// confirm is told that the service is about to confirm all updates before
// offset, and looks whether each of them was kept.
func (l *life) confirm(ctx context.Context, offset int64) {
	l.mu.Lock()
	var fresh []string
	for _, in := range l.inputs.open {
		if in.before(offset) {
			fresh = append(fresh, in.key)
		}
	}
	l.mu.Unlock()
	if len(fresh) > 0 {
		l.sure(ctx, func(key string) string { return Channel + "/u/" + key }, fresh)
	}
}

// sure looks whether inputs were kept that the service has confirmed or is
// about to. id makes the id of one in the store of its key.
func (l *life) sure(ctx context.Context, id func(key string) string, keys []string) {
	now := time.Now().UTC()
	lost := []string{}
	err := l.disk.DB.View(ctx, func(kv store.KV) error {
		lost = slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
			return slices.ContainsFunc([]int{0, -1, 1}, func(days int) bool {
				_, err := kv.Get("seen", now.AddDate(0, 0, days).Format("20060102")+"/"+id(key))
				return err == nil
			})
		})
		return nil
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && len(lost) > 0 {
		l.broken(inputsOnce.Name, "inputs %v are confirmed and were not kept", lost)
	}
}

// forgotten is told that the network has forgotten all updates before offset.
func (l *life) forgotten(offset int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inputs.confirmed(func(in *input) bool { return in.before(offset) })
}

// before says whether in is an update of Telegram with an id below offset.
func (in *input) before(offset int64) bool {
	id, err := strconv.ParseInt(in.key, 10, 64)
	return err == nil && id < offset
}
