package flows

import (
	"strings"
	"time"
)

// This file asks when a broadcast goes out.

// usualSendings are the times at which a broadcast is offered to go out, in
// minutes: when people look at their phones.
var usualSendings = []int{7*60 + 30, 11*60 + 30, 18 * 60}

// farSending is how many days ahead a broadcast is planned at most.
const farSending = 60

func askWhen(t *Turn) error {
	t.Say("broadcast.when_ask")
	offered := 0
	for day := 0; day < 2 && offered < 4; day++ {
		for _, minute := range usualSendings {
			at := (clock{minute, true}).on(t.Today().AddDate(0, 0, day))
			if at.Before(t.Now.Add(15*time.Minute)) || offered == 4 {
				continue
			}
			offered++
			label := t.Clock(at)
			if day > 0 {
				label = t.T("broadcast.when_tomorrow", "clock", label)
			}
			t.Offer(short(at.Format("15:04 02/01/2006"), label))
		}
	}
	return nil
}

func takeWhen(t *Turn) error {
	at, ok := readMoment(t.written(), t.Local(t.Now))
	switch {
	case !ok:
		return t.Again("broadcast.when_again")
	case !at.After(t.Now):
		return t.Again("broadcast.when_past")
	case at.After(t.Now.AddDate(0, 0, farSending)):
		return t.Again("broadcast.when_far", "days", farSending)
	}
	t.Set("at", at.UTC())
	t.Forget("urgent")
	return t.Goto("sure")
}

// readMoment reads a time of day, or one with a day before or behind it (18h,
// 7h30 12/12, sáng mai is none). A time alone is the next one there is.
func readMoment(text string, now time.Time) (time.Time, bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	if c, ok := readClock(text); ok {
		at := c.start(today)
		if !at.After(now) {
			at = c.start(today.AddDate(0, 0, 1))
		}
		return at, true
	}
	words := strings.Fields(strings.ReplaceAll(text, ",", " "))
	for i := 1; i < len(words) && len(words) <= maxEndWords; i++ {
		head, tail := strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		for _, pair := range [][2]string{{head, tail}, {tail, head}} {
			c, ok := readClock(pair[0])
			day, fault := readDay(pair[1], today)
			if ok && fault == dayFine {
				return c.start(day), true
			}
		}
	}
	return time.Time{}, false
}
