package simulation

import "time"

// home is Viet Nam, which has one clock all year.
var home = time.FixedZone("+07", 7*60*60)

// From nightFrom on and until nightTo, in hours of the day, nobody is disturbed
// by what can wait.
const (
	nightFrom = 21
	nightTo   = 7
)

func atNight(at time.Time) bool {
	hour := at.In(home).Hour()
	return hour >= nightFrom || hour < nightTo
}

// oClock is an hour of the day on which at lies.
func oClock(at time.Time, hour int) time.Time {
	local := at.In(home)
	return time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, home)
}

// remindedOf is when people are reminded, by one of the rules of the house, of
// what begins at start, and until when.
func remindedOf(start time.Time, rule int) (at, until time.Time) {
	at = start.Add(-reminded[rule].before)
	hour := at.In(home).Hour()
	morning := oClock(at, nightTo)
	switch {
	case hour >= nightFrom:
		at = oClock(at, nightFrom-1)
	case hour < nightTo && start.Sub(morning) >= time.Hour:
		at = morning
	case hour < nightTo:
		at = oClock(at, nightFrom-1).AddDate(0, 0, -1)
	}
	if reminded[rule].rule == "2h" {
		return at, start
	}
	until = at.Add(reminded[rule].bound)
	switch hour := until.In(home).Hour(); {
	case hour >= nightFrom:
		until = oClock(until, nightTo+1).AddDate(0, 0, 1)
	case hour < nightTo:
		until = oClock(until, nightTo+1)
	}
	return at, until
}

// ranByDay says whether the service ran long enough within a time and by day.
func (w *World) ranByDay(from, to time.Time) bool {
	for morning := oClock(from, nightTo); morning.Before(to); morning = morning.AddDate(0, 0, 1) {
		day, night := morning, oClock(morning, nightFrom)
		if from.After(day) {
			day = from
		}
		if to.Before(night) {
			night = to
		}
		if w.ran(day, night) {
			return true
		}
	}
	return false
}
