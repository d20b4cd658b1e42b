package broadcast

import "time"

// In the quiet hours nothing is sent that can wait: people sleep, and phones
// lie beside them.
const (
	quietFrom = 21 // o'clock, local time
	quietTo   = 7
)

// quietHours says whether t, in its own zone, lies in the quiet hours, and when
// the next ones begin.
func quietHours(t time.Time) (quiet bool, next time.Time) {
	next = time.Date(t.Year(), t.Month(), t.Day(), quietFrom, 0, 0, 0, t.Location())
	if !next.After(t) {
		next = time.Date(t.Year(), t.Month(), t.Day()+1, quietFrom, 0, 0, 0, t.Location())
	}
	return t.Hour() >= quietFrom || t.Hour() < quietTo, next.UTC()
}
