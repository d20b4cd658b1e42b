package schedule

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"
)

// Who holds a seat is turned to once, a day before and by day, and who gets one
// later at once; what was planned for another start lapses.
func TestBefore(t *testing.T) {
	w := newWorld(t, memory.New())
	zone := time.FixedZone("ICT", 7*3600)
	w.schedule.Quiet(zone)
	var mu sync.Mutex
	var heard []string
	w.schedule.handle = func(ctx context.Context, in flows.Input) error {
		if in.Flow != "quiz" {
			return nil
		}
		return w.Update(ctx, func(tx *store.Tx) error {
			first, err := tx.FirstSeen(in.ID)
			if err != nil || !first {
				return err
			}
			if err := in.Done(tx); err != nil {
				return err
			}
			m, err := tx.Member(in.Member)
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, m.Name)
			return err
		})
	}
	before := func() string {
		t.Helper()
		heard = nil
		for range 2 { // who is to be asked, and the asking
			if err := w.schedule.Tick(t.Context()); err != nil {
				t.Errorf("Tick: %v", err)
			}
		}
		slices.Sort(heard)
		return strings.Join(heard, " ")
	}
	local := func(d, hour int) time.Time { return time.Date(2026, 12, d, hour, 0, 0, 0, zone) }
	tested := func(start time.Time) string {
		training := w.training(start.Sub(w.now), "An", "Bình")
		w.change(training, func(tr *store.Training) { tr.End = start.Add(2 * time.Hour) })
		w.update(func(tx *store.Tx) error {
			tr, err := tx.Training(training)
			if err != nil {
				return err
			}
			return tx.PutQuiz(tr, []store.QuizQuestion{{Text: store.Text{"vi": "Câu?"}, Answers: []store.Text{{"vi": "A"}, {"vi": "B"}}}}, 0, "")
		})
		return training
	}
	register := func(training, name string) {
		w.update(func(tx *store.Tx) error {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name = name
			if err := tx.PutMember(m); err != nil {
				return err
			}
			_, err = tx.Register(&store.Registration{Training: training, Member: m.ID})
			return err
		})
	}

	early := tested(local(12, 6))
	w.now = local(11, 6)
	check(t, "asked a day before, at night", before(), "")
	w.now = local(11, 7)
	check(t, "asked in the morning", before(), "An Bình")
	check(t, "asked again", before(), "")
	w.now = local(11, 9)
	register(early, "Chi")
	check(t, "asked who registers later", before(), "Chi")
	w.now = local(11, 22)
	register(early, "Dung")
	check(t, "asked who registers at night", before(), "")
	w.now = local(12, 6).Add(store.QuizLate)
	check(t, "asked too late", before(), "")

	moved := tested(local(20, 9))
	w.change(moved, func(tr *store.Training) { tr.Start, tr.End = local(22, 9), local(22, 11) })
	w.now = local(19, 9)
	check(t, "asked for a start that was put off", before(), "")
	w.now = local(21, 9)
	check(t, "asked for the new one", before(), "An Bình")

	called := tested(local(25, 9))
	w.change(called, func(tr *store.Training) { tr.Cancelled = w.now })
	w.now = local(24, 9)
	check(t, "asked of what was called off", before(), "")
}
