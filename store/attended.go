package store

import "time"

// Attended says whether whoever r belongs to has come to t, as far as is known at
// now: she was checked in, or, where nobody was, held a seat when it was over. It
// is asked wherever something depends on who came, and nothing else is.
func (t *Training) Attended(r *Registration, now time.Time) bool {
	return r.Holds() && t.Over(now) && (t.Came == 0 || !r.Came.IsZero())
}

// Over says whether the training has taken place by now.
func (t *Training) Over(now time.Time) bool { return t.Cancelled.IsZero() && !now.Before(t.End) }
