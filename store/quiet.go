package store

import (
	"errors"
	"fmt"
	"time"
)

// Quiet are the quiet hours, in which nobody's phone rings for what can wait
// until the morning: a phone that lights up at night is seen by others. Both
// are minutes since midnight, by the clocks where people live. The zero Quiet is
// [DefaultQuiet].
type Quiet struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// DefaultQuiet are the quiet hours unless the operator says otherwise
// ([Settings]).
var DefaultQuiet = Quiet{From: 21 * 60, To: 7 * 60}

// ErrQuiet says that a text names no quiet hours that the bot can keep.
var ErrQuiet = errors.New("quiet hours are written as 21:00-07:00; they begin from 19:00 to 23:59 and end from 04:00 to 09:00")

// ParseQuiet reads quiet hours as the operator writes them. Narrow bounds keep
// room by day for all that waits for it: reminders of the evening at one end,
// and at the other the morning before an early training.
func ParseQuiet(text string) (Quiet, error) {
	var from, to [2]int
	n, err := fmt.Sscanf(text, "%2d:%2d-%2d:%2d", &from[0], &from[1], &to[0], &to[1])
	q := Quiet{From: from[0]*60 + from[1], To: to[0]*60 + to[1]}
	if err != nil || n != 4 || q.String() != text || q.From < 19*60 || q.From >= 24*60 || q.To < 4*60 || q.To > 9*60 {
		return Quiet{}, ErrQuiet
	}
	return q, nil
}

// String is q as [ParseQuiet] reads it.
func (q Quiet) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", q.From/60, q.From%60, q.To/60, q.To%60)
}

// A Night is the quiet hours by the clocks of a zone. One with a nil Zone never
// falls: the store was not told where people live.
type Night struct {
	Quiet
	Zone *time.Location
}

// Night returns the night by the clocks of zone, as the operator has set the
// quiet hours.
func (tx *Tx) Night(zone *time.Location) (Night, error) {
	s, err := tx.Settings()
	if err != nil {
		return Night{}, err
	}
	return Night{s.Quiet, zone}, nil
}

// Falls says whether at lies in the night.
func (n Night) Falls(at time.Time) bool { return n.Awake(at).After(at) }

// Awake returns when people may be disturbed: at itself by day, and otherwise
// when the night ends in which it lies.
func (n Night) Awake(at time.Time) time.Time {
	if n.Zone == nil {
		return at
	}
	switch minute := minuteOf(at.In(n.Zone)); {
	case minute >= n.From:
		return n.clock(at, 1, n.To)
	case minute < n.To:
		return n.clock(at, 0, n.To)
	}
	return at
}

// Asleep returns when the night begins next after at: what is to wait for the
// morning must have gone by then. Where no night falls it is the zero time.
func (n Night) Asleep(at time.Time) time.Time {
	if n.Zone == nil {
		return time.Time{}
	}
	if night := n.clock(at, 0, n.From); night.After(at) {
		return night
	}
	return n.clock(at, 1, n.From)
}

// Evening returns the last good hour before the night in which at lies: an hour
// before it begins. By day it is that of the evening before.
func (n Night) Evening(at time.Time) time.Time {
	if minuteOf(at.In(n.Zone)) >= n.From {
		return n.clock(at, 0, n.From-eveningTime)
	}
	return n.clock(at, -1, n.From-eveningTime)
}

// news is when people are told at now of a change of what begins at first, the
// zero time if nothing does: at once by day; at night in the morning if there is
// notice left then, or else at once and urgently.
func (n Night) news(now, first time.Time, notice time.Duration) (at time.Time, urgent bool) {
	at = n.Awake(now)
	if at.After(now) && !first.IsZero() && first.Sub(at) < notice {
		return now, true
	}
	return at, false
}

// eveningTime is how many minutes before the night the last good hour begins.
const eveningTime = 60

// clock is minute so many days after the day of at.
func (n Night) clock(at time.Time, days, minute int) time.Time {
	local := at.In(n.Zone)
	return OnClock(n.Zone, local.Year(), local.Month(), local.Day()+days, minute).UTC()
}
