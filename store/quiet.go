package store

import "time"

// The quiet hours, in which nobody's phone rings for what can wait until the
// morning: a phone that lights up at night is seen by others. In o'clock where
// people live.
const (
	QuietFrom = 21
	QuietTo   = 7
)

// Awake returns when people may be disturbed: at itself by day, and when the
// quiet hours end in which it lies, by the clocks of zone. A nil zone has no
// night.
func Awake(at time.Time, zone *time.Location) time.Time {
	if zone == nil {
		return at
	}
	local := at.In(zone)
	day := local.Day()
	switch {
	case local.Hour() >= QuietFrom:
		day++
	case local.Hour() >= QuietTo:
		return at
	}
	return time.Date(local.Year(), local.Month(), day, QuietTo, 0, 0, 0, zone).UTC()
}

// Asleep returns when the quiet hours begin next after at, by the clocks of zone:
// what is to wait for the morning must have gone by then. A nil zone has no night
// and no answer: the zero time.
func Asleep(at time.Time, zone *time.Location) time.Time {
	if zone == nil {
		return time.Time{}
	}
	local := at.In(zone)
	night := time.Date(local.Year(), local.Month(), local.Day(), QuietFrom, 0, 0, 0, zone)
	if !night.After(at) {
		night = time.Date(local.Year(), local.Month(), local.Day()+1, QuietFrom, 0, 0, 0, zone)
	}
	return night.UTC()
}
