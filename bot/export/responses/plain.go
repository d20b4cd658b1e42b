package responses

import (
	"strings"
	"time"
)

// plainNumber reports whether a text is a number as the forms' answers have it: digits, perhaps a point
// and more of them, perhaps a minus; at most 15 digits, which is what a float keeps, and no idle zero in
// front, which would be lost.
func plainNumber(s string) bool {
	digits, points := 0, 0
	body := strings.TrimPrefix(s, "-")
	for i := range len(body) {
		switch c := body[i]; {
		case '0' <= c && c <= '9':
			digits++
		case c == '.' && i > 0 && i < len(body)-1:
			points++
		default:
			return false
		}
	}
	idle := len(body) > 1 && body[0] == '0' && body[1] != '.'
	return digits > 0 && digits <= 15 && points <= 1 && !idle
}

// clockOf is the time that a text says, on the clock of a zone; false if it says none. Only its day is
// meant where the text has no time.
func clockOf(s string, zone *time.Location) (time.Time, bool) {
	if len(s) < len(time.DateOnly) {
		return time.Time{}, false
	}
	if len(s) == len(time.DateOnly) {
		t, err := time.Parse(time.DateOnly, s)
		return t, err == nil
	}
	for _, layout := range [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04"} {
		t, err := time.Parse(layout, s)
		if err == nil && strings.HasSuffix(layout, "Z07:00") {
			t = t.In(zone)
		}
		if err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
