package simulation

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"chihai/store"
)

// inputsOnce: what was confirmed to the network was kept, and every input of
// hers was one turn.
var inputsOnce = Rule{
	Name: "each input acts once",
	End: func(w *World, tx *store.Tx) error {
		if w.confirmed < len(w.updates) {
			return fmt.Errorf("%d inputs were never confirmed", len(w.updates)-w.confirmed)
		}
		for _, p := range w.people {
			m, err := p.member(tx)
			if err != nil {
				return err
			}
			talk, err := tx.Conversation(m.ID)
			if err != nil {
				return err
			}
			asked := 0 // by the bot, what she thinks of trainings: each question may be a turn too
			for r, err := range tx.RegistrationsOf(m.ID) {
				if err != nil {
					return err
				}
				if t, err := tx.Training(r.Training); err != nil || t.Attended(r, tx.Now) {
					asked++
				}
			}
			if more := talk.Turns - int64(p.inputs); more < 0 || more > int64(asked) {
				return fmt.Errorf("%s did %d things and %d turns were taken", p.name, p.inputs, talk.Turns)
			}
		}
		return nil
	},
}

// confirm is told that the service is about to confirm all updates before
// offset, and looks whether each of them was kept.
func (l *life) confirm(ctx context.Context, offset int64) {
	l.mu.Lock()
	var fresh []int64
	for _, id := range l.updates[l.confirmed:] {
		if id < offset {
			fresh = append(fresh, id)
		}
	}
	l.mu.Unlock()
	if len(fresh) == 0 {
		return
	}
	now := time.Now().UTC()
	lost := []int64{}
	err := l.disk.DB.View(ctx, func(kv store.KV) error {
	each:
		for _, id := range fresh {
			for _, days := range []int{0, -1, 1} {
				if _, err := kv.Get("seen", now.AddDate(0, 0, days).Format("20060102")+"/"+Channel+"/u/"+strconv.FormatInt(id, 10)); err == nil {
					continue each
				}
			}
			lost = append(lost, id)
		}
		return nil
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && len(lost) > 0 {
		l.broken(inputsOnce.Name, "updates %v are confirmed and were not kept", lost)
	}
}

// forgotten is told that the network has forgotten all updates before offset.
func (l *life) forgotten(offset int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.confirmed < len(l.updates) && l.updates[l.confirmed] < offset {
		l.confirmed++
	}
}
