package broadcast

import (
	"context"

	"chihai/store"
)

// freeze puts down who gets b, a part in each transaction, and goes on with it at
// the next tick when that takes long; b is as it stands then. People are looked for outside of the
// transaction that keeps them: an audience may pass over every member there is,
// and a commit on a shared database rests on all that its transaction has read.
// The cursor of the broadcast sees to it that nobody is put down twice, and that
// each part is kept once.
func (f *Feeder) freeze(ctx context.Context, b *store.Broadcast) error {
	for until := f.Store.Now().Add(workTime); b.State == store.Freezing && f.Store.Now().Before(until); {
		part, next, err := f.find(ctx, b)
		if err != nil {
			return err
		}
		var now store.Broadcast
		err = f.Store.Update(ctx, func(tx *store.Tx) error {
			now = *b
			return tx.Freeze(&now, part, next)
		})
		if err != nil {
			return err
		}
		*b = now
	}
	return nil
}

// find returns the next recipients of b, and from which id on the next ones are
// to be looked for; empty when there are none.
func (f *Feeder) find(ctx context.Context, b *store.Broadcast) (part []string, next string, err error) {
	err = f.Store.View(ctx, func(tx *store.Tx) error {
		part, next = nil, ""
		for id, err := range tx.AudienceFrom(b.Recipients(), b.Next) {
			if err != nil {
				return err
			}
			if len(part) == store.PartSize {
				next = id
				return nil
			}
			meant, err := tx.TakesBroadcasts(id)
			if err != nil {
				return err
			}
			if meant {
				part = append(part, id)
			}
		}
		return nil
	})
	return part, next, err
}
