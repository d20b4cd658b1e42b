package web

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"chihai/store"
)

// CalendarEntry writes t as a calendar with one entry (RFC 5545), its name in the
// language lang and page as the address to see it at. The entry keeps its UID for
// the life of the training, so that a phone that imports it again moves what it
// has. It carries the neutral name and no alarm: it shows up on a phone that
// others look at.
func CalendarEntry(t *store.Training, lang, page string, now time.Time) []byte {
	var b calendar
	b.line("BEGIN", "VCALENDAR")
	b.line("VERSION", "2.0")
	b.line("PRODID", "-//Chi Hai//vi")
	b.line("METHOD", "PUBLISH")
	b.line("BEGIN", "VEVENT")
	b.line("UID", t.ID+"@chihai")
	b.line("SEQUENCE", fmt.Sprint(t.Revision))
	b.line("DTSTAMP", calendarTime(now))
	b.line("DTSTART", calendarTime(t.Start))
	if t.End.After(t.Start) {
		b.line("DTEND", calendarTime(t.End))
	}
	b.line("SUMMARY", calendarText(t.Name.In(lang)))
	if t.Place != "" {
		b.line("LOCATION", calendarText(t.Place))
	}
	b.line("URL", page)
	if !t.Cancelled.IsZero() {
		b.line("STATUS", "CANCELLED")
	}
	b.line("END", "VEVENT")
	b.line("END", "VCALENDAR")
	return b
}

// A calendar is lines of a name and a value.
type calendar []byte

// line adds a line. No line is longer than 75 bytes without its end; what is
// longer goes on after a line that ends between two characters.
func (b *calendar) line(name, value string) {
	s := name + ":" + value
	for room := 75; len(s) > room; room = 74 { // a line that goes on begins with a space
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		*b = append(*b, s[:cut]+"\r\n "...)
		s = s[cut:]
	}
	*b = append(*b, s+"\r\n"...)
}

// calendarTime writes t in UTC, so that the entry needs no time zone.
func calendarTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

var calendarEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", "")

// calendarText escapes what means something in a calendar.
func calendarText(s string) string { return calendarEscapes.Replace(strings.ToValidUTF8(s, "")) }
