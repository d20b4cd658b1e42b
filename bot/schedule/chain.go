package schedule

import (
	"context"
	"log/slog"

	"chihai/store"
)

// chainPortion is how many rows of the audit are chained in one transaction.
const chainPortion = 200

// chain chains what the audit has gathered since the last tick. The end of the
// chain is logged once a day and when the process starts, so that there is a
// place outside the database that knows it.
func (s *Schedule) chain(ctx context.Context) error {
	waiting := false
	head := &store.AuditHead{}
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		if waiting, err = tx.AuditsWait(); err != nil {
			return err
		}
		head, err = tx.AuditHead()
		return err
	})
	if err != nil {
		return err
	}
	if day := s.store.Now().Format("20060102"); day != s.logged && head.Rows > 0 {
		slog.Info("end of the audit", "rows", head.Rows, "head", head.Hash)
		s.logged = day
	}
	for n := chainPortion; waiting && n == chainPortion; {
		err := s.store.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.ChainAudits(chainPortion)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
