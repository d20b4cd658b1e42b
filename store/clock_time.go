package store

import "time"

// OnClock returns when the clocks of zone show so many minutes after midnight on
// a day, which is normalised as by [time.Date]. A time that a night of changing
// clocks shows twice is the first of the two, and one that it leaves out is as
// much later as the clocks are put forward: so says RFC 5545, section 3.3.5, of
// calendars. time.Date promises neither.
func OnClock(zone *time.Location, year int, month time.Month, day, minute int) time.Time {
	wall := time.Date(year, month, day, 0, minute, 0, 0, time.UTC)
	ahead := func(at time.Time) time.Duration {
		_, seconds := at.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before := ahead(wall.Add(-24 * time.Hour)) // no zone changes its clocks twice within two days
	first := wall.Add(-before)
	if ahead(first) != before {
		if second := wall.Add(-ahead(wall.Add(24 * time.Hour))); second.Add(ahead(second)).Equal(wall) {
			return second.In(zone)
		}
	}
	return first.In(zone)
}

// daysBefore is the same time by the clocks of zone so many days before start.
func daysBefore(start time.Time, days int, zone *time.Location) time.Time {
	local := start.In(zone)
	rest := time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	return OnClock(zone, local.Year(), local.Month(), local.Day()-days, minuteOf(local)).Add(rest).UTC()
}

// minuteOf is how many minutes after midnight local shows.
func minuteOf(local time.Time) int { return local.Hour()*60 + local.Minute() }
