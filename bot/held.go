package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"chihai/bot/outbox"
	"chihai/store"
)

// runOutbox shows what a restored database holds back, has it sent or drops it.
// What was restored by other means than "restore", as PostgreSQL's own, is held
// back when it is told so.
func runOutbox(ctx context.Context, c *call) error {
	words, err := c.parse(c.flags("outbox"), 0, 1)
	if err != nil {
		return err
	}
	name := "outbox"
	if len(words) == 1 {
		name += " " + words[0]
	}
	switch name {
	case "outbox", "outbox hold", "outbox release", "outbox drop":
	default:
		return misuse("outbox: %q is neither hold nor release nor drop", words[0])
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	if name == "outbox hold" {
		return c.holdOutbox(ctx, cfg)
	}
	return c.do(ctx, cfg, true, name, nil, nil, c.stdout)
}

// holdOutbox holds back what the database was still to say, before a bot runs on
// it: one that runs is saying it already.
func (c *call) holdOutbox(ctx context.Context, cfg *config) error {
	if err := mustExist(cfg.db); err != nil {
		return err
	}
	s, err := opening{path: cfg.db, key: cfg.keyFile(), zone: cfg.zone, max: cfg.dbMax, alone: true, recovery: func() (string, error) {
		return "", errors.New("there is nothing in it, or it has no keys yet: restore it first")
	}}.open(ctx)
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%w: stop it first", err)
	}
	if err != nil {
		return err
	}
	var h *held
	if err = s.View(ctx, notAhead); err == nil {
		h, err = holdBack(ctx, s, time.Time{}, "outbox hold")
	}
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	if h.empty() {
		_, err := fmt.Fprintln(c.stdout, "Nothing is waiting to be sent.")
		return err
	}
	h.say(c.stdout, cfg.zone)
	return nil
}

// holdBack holds back what s was still to say when it was restored, from a copy
// that was begun at backup; see [store.Tx.HoldBack]. The audit calls it what.
// When there is nothing, no hold is left.
func holdBack(ctx context.Context, s *store.Store, backup time.Time, what string) (*held, error) {
	err := s.Update(ctx, func(tx *store.Tx) error {
		if err := tx.HoldBack(backup); err != nil {
			return err
		}
		return tx.Log("", what, "")
	})
	if err != nil {
		return nil, err
	}
	h, err := countHeld(ctx, s)
	if err == nil && h.empty() {
		err = s.Update(ctx, (*store.Tx).EndHold)
	}
	return h, err
}

// notAhead returns an error if a message was posted by a clock that is ahead of
// that of this machine, so that a hold would miss it.
func notAhead(tx *store.Tx) error {
	last, err := outbox.LastPosted(tx)
	if err == nil && last.After(tx.Now) {
		err = fmt.Errorf("a message that waits was posted at %s, and this machine says that it is %s: set its clock first",
			last.Format(time.RFC3339), tx.Now.Format(time.RFC3339))
	}
	return err
}

// showHeld says what is held back.
func showHeld(ctx context.Context, d *desk, _ []string, _ io.Reader, out io.Writer) error {
	h, err := countHeld(ctx, d.store)
	if err != nil {
		return err
	}
	if !h.hold.On() {
		_, err = fmt.Fprintln(out, "Nothing is held back.")
		return err
	}
	h.say(out, d.config.zone)
	return nil
}

// releaseHeld lets what is held back be sent and done.
func releaseHeld(ctx context.Context, d *desk, _ []string, _ io.Reader, out io.Writer) error {
	err := d.store.Update(ctx, func(tx *store.Tx) error {
		if err := wantHold(tx); err != nil {
			return err
		}
		if err := tx.EndHold(); err != nil {
			return err
		}
		return tx.Log("", "outbox release", "")
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "Released. A bot that runs sends it within a minute.")
	return err
}

// dropHeld drops the messages, reminders, news and tasks that are held back.
// What a flow waits to hear is not dropped, since it may change what the
// database knows: it is heard now. Broadcasts are paused, for their senders to
// decide.
func dropHeld(ctx context.Context, d *desk, _ []string, _ io.Reader, out io.Writer) error {
	if err := d.store.View(ctx, wantHold); err != nil {
		return err
	}
	messages, err := outbox.DropHeld(ctx, d.store)
	if err != nil {
		return err
	}
	due, tasks := 0, 0
	err = d.store.Update(ctx, func(tx *store.Tx) error {
		h, err := heldRest(tx)
		if err != nil {
			return err
		}
		due, tasks = 0, len(h.tasks)
		for _, row := range h.due {
			if row.Job == store.HearJob {
				continue
			}
			if err := tx.Done(row); err != nil {
				return err
			}
			due++
		}
		for _, id := range h.tasks {
			if err := tx.EndTask(id); err != nil {
				return err
			}
		}
		if err := tx.DropBroadcasts(); err != nil {
			return err
		}
		if err := tx.EndHold(); err != nil {
			return err
		}
		return tx.Log("", "outbox drop", "")
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Dropped: %d messages, %d reminders and news, %d tasks.\n", messages, due, tasks)
	return err
}

func wantHold(tx *store.Tx) error {
	hold, err := tx.Hold()
	if err == nil && !hold.On() {
		err = errors.New("nothing is held back")
	}
	return err
}

// A held is what a restored database holds back.
type held struct {
	hold     *store.Hold
	messages outbox.Held
	due      []*store.Due
	tasks    []string // ids

	broadcasts int // that are under way, or should have begun
}

func (h *held) empty() bool {
	return h.messages == (outbox.Held{}) && len(h.due) == 0 && len(h.tasks) == 0 && h.broadcasts == 0
}

// countHeld returns what is held back in s.
func countHeld(ctx context.Context, s *store.Store) (h *held, err error) {
	err = s.View(ctx, func(tx *store.Tx) error {
		if h, err = heldRest(tx); err != nil {
			return err
		}
		h.messages, err = outbox.CountHeld(tx)
		return err
	})
	return h, err
}

// heldRest returns what is held back but for the messages.
func heldRest(tx *store.Tx) (*held, error) {
	hold, err := tx.Hold()
	if err != nil {
		return nil, err
	}
	h := &held{hold: hold}
	for d, err := range tx.ComeDue() {
		if err != nil {
			return nil, err
		}
		if hold.KeepsDue(d) {
			h.due = append(h.due, d)
		}
	}
	for t, err := range tx.Tasks() {
		if err != nil {
			return nil, err
		}
		if hold.Keeps(t.ID) {
			h.tasks = append(h.tasks, t.ID)
		}
	}
	broadcasts, err := tx.HeldBroadcasts()
	h.broadcasts = len(broadcasts)
	return h, err
}

// say writes to out what is held back, and what can be done about it.
func (h *held) say(out io.Writer, zone *time.Location) {
	when := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04") }
	if h.hold.Backup.IsZero() {
		fmt.Fprintf(out, "Restored %s from a copy that does not say when it was made.\n", when(h.hold.At))
	} else {
		fmt.Fprintf(out, "Restored %s from a backup of %s.\n", when(h.hold.At), when(h.hold.Backup))
	}
	fmt.Fprintln(out, "Held back, because it may have been sent between the two:")
	m := h.messages
	fmt.Fprintf(out, "%9d messages: %d replies, %d reminders and broadcasts; %d of all must not come twice", m.Replies+m.Pushes, m.Replies, m.Pushes, m.Once)
	if !m.Oldest.IsZero() {
		fmt.Fprintf(out, "; the oldest is of %s", when(m.Oldest))
	}
	fmt.Fprintln(out)
	jobs := map[string]int{}
	for _, d := range h.due {
		jobs[d.Job]++
	}
	fmt.Fprintf(out, "%9d reminders of trainings that fell due, %d news about trainings, %d things that flows wait to hear\n",
		jobs[store.RemindJob], jobs[store.TellJob]+jobs[store.TellOneJob], jobs[store.HearJob])
	fmt.Fprintf(out, "%9d tasks, such as lists that staff have asked for\n", len(h.tasks))
	if h.broadcasts > 0 {
		fmt.Fprintf(out, "%9d broadcasts that were under way or should have begun; dropped, they are paused\n", h.broadcasts)
	}
	fmt.Fprint(out, "Whoever writes now is answered. \"chihai outbox release\" has the rest sent, \"chihai outbox drop\" has it not sent.\n")
}
