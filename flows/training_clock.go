package flows

import (
	"regexp"
	"strings"
	"time"

	"chihai/store"
)

// usualStarts are the times at which most trainings begin, in minutes.
var usualStarts = []int{7*60 + 30, 8 * 60, 13*60 + 30, 14 * 60}

func askStart(t *Turn, d *store.Training) error {
	t.Say("training.start_ask", "date", t.Date(t.Local(d.Start)))
	for _, minute := range usualStarts {
		if at := (clock{minute, true}).on(t.Local(d.Start)); at.After(t.Now) {
			t.Offer(short(at.Format("15:04"), t.Clock(at)))
		}
	}
	return nil
}

func takeStart(t *Turn, d *store.Training) error {
	c, ok := readClock(t.written())
	if !ok {
		return t.Again("training.start_again")
	}
	was := d.Start
	start := c.start(t.Local(was))
	if !start.After(t.Now) {
		return t.Again("training.start_past")
	}
	d.Start = start.UTC()
	if !d.End.IsZero() && !d.End.After(d.Start) { // it lasts as long as before
		d.End = d.End.Add(d.Start.Sub(was))
	}
	return nil
}

// usualEnds are the times at which most trainings end, in minutes.
var usualEnds = []int{10*60 + 30, 11 * 60, 11*60 + 30, 16 * 60, 16*60 + 30, 17 * 60}

// longest is how long a training lasts at most, in days.
const longest = 31

func askEnd(t *Turn, d *store.Training) error {
	start := t.Local(d.Start)
	t.Say("training.end_ask", "start", t.When(start))
	n := 0
	for _, minute := range usualEnds {
		if at := (clock{minute, true}).on(start); !at.Before(start.Add(time.Hour)) && n < 4 {
			t.Offer(short(at.Format("15:04"), t.Clock(at)))
			n++
		}
	}
	return nil
}

func takeEnd(t *Turn, d *store.Training) error {
	start := t.Local(d.Start)
	end, ok := readEnd(t.written(), start, t.Today())
	switch {
	case !ok:
		return t.Again("training.end_again")
	case !end.After(start):
		return t.Again("training.end_before", "start", t.When(start))
	case end.After(start.AddDate(0, 0, longest)):
		return t.Again("training.end_far", "days", longest)
	}
	d.End = end.UTC()
	return nil
}

// A clock is a time of day as somebody wrote it.
type clock struct {
	minute int  // since midnight
	exact  bool // she said which half of the day it is in: 14 giờ, 08:30, 2 giờ chiều
}

var (
	clockPattern = regexp.MustCompile(`^(\d{1,2})(?: ?(?:gio|h|g) ?(?:(\d{1,2})(?: ?(?:phut|p|'))?|(ruoi))?| ?[:.] ?(\d{2})| (\d{2}))?$`)
	shortPattern = regexp.MustCompile(`^(\d{1,2}) ?(?:gio|h|g) ?kem ?(\d{1,2})(?: ?(?:phut|p))?$`)
	plainPattern = regexp.MustCompile(`^(\d{1,2})(\d{2})$`) // 830, 1330
)

// halves are the words for a part of the day, the hours that are said with
// them, and those to which twelve are added: 2 giờ chiều is 14:00.
var halves = []struct {
	word             string
	from, to         int // hours said with it
	pmFrom, pmTo     int // of these, twelve are added
	alsoFrom, alsoTo int // hours of the 24 that may be said with it too
}{
	{"sang", 1, 11, 0, 0, 0, 0},
	{"trua", 10, 12, 1, 2, 13, 14},
	{"chieu", 12, 12, 1, 6, 13, 18},
	{"toi", 0, 0, 6, 11, 18, 23},
	{"dem", 0, 0, 8, 11, 20, 23},
	{"am", 1, 11, 0, 0, 0, 0},
	{"pm", 12, 12, 1, 11, 13, 23},
}

// readClock reads a time of day as people write it: 8 giờ 30, 8h30, 8g, 8:30,
// 8 giờ rưỡi, 9 giờ kém 15, 14h, 2 giờ chiều, 830. It says false for what is
// none or contradicts itself (15 giờ sáng).
func readClock(text string) (clock, bool) {
	s := foldDigits(store.Fold(text))
	s = strings.TrimPrefix(s, "luc ")
	half := -1
	for i := range halves {
		if rest, ok := strings.CutSuffix(s, halves[i].word); ok && rest != "" {
			s, half = strings.TrimSpace(rest), i
			break
		}
		if rest, ok := strings.CutPrefix(s, halves[i].word+" "); ok {
			s, half = rest, i
			break
		}
	}
	hour, minute, ok := readHour(s)
	if !ok {
		return clock{}, false
	}
	if half < 0 {
		return clock{60*hour + minute, hour == 0 || hour >= 13 || strings.HasPrefix(s, "0")}, true
	}
	within := func(from, to int) bool { return hour >= from && hour <= to && to > 0 }
	switch h := halves[half]; {
	case within(h.pmFrom, h.pmTo):
		hour += 12
	case within(h.from, h.to), within(h.alsoFrom, h.alsoTo):
	default:
		return clock{}, false
	}
	return clock{60*hour + minute, true}, true
}

// readHour reads a time of day without a word for its part, folded.
func readHour(s string) (hour, minute int, ok bool) {
	if m := shortPattern.FindStringSubmatch(s); m != nil {
		hour, minute = atoi(m[1]), atoi(m[2])
		if hour < 1 || minute < 1 {
			return 0, 0, false
		}
		hour, minute = hour-1, 60-minute
	} else if m := clockPattern.FindStringSubmatch(s); m != nil {
		hour, minute = atoi(m[1]), atoi(m[2]+m[4]+m[5])
		if m[3] != "" {
			minute = 30
		}
	} else if m := plainPattern.FindStringSubmatch(s); m != nil {
		hour, minute = atoi(m[1]), atoi(m[2])
	} else {
		return 0, 0, false
	}
	return hour, minute, hour < 24 && minute >= 0 && minute < 60
}

// start is the time on day at which something begins that people begin by day:
// 2 giờ without a word for the part of the day is 14:00.
func (c clock) start(day time.Time) time.Time {
	if !c.exact && c.minute >= 60 && c.minute < 6*60 {
		return c.on(day).Add(12 * time.Hour)
	}
	return c.on(day)
}

// end is the time on day at which something ends that begins at start: after
// 14:00, 4 giờ is 16:00.
func (c clock) end(day, start time.Time) time.Time {
	at := c.on(day)
	if !c.exact && !at.After(start) && c.minute < 12*60 {
		return at.Add(12 * time.Hour)
	}
	return at
}

// on is the time on day, which is a midnight.
func (c clock) on(day time.Time) time.Time {
	return store.OnClock(day.Location(), day.Year(), day.Month(), day.Day(), c.minute)
}

// readEnd reads when something ends that begins at start: a time of day, or one
// with a day before or behind it (11h 13/12) when it is not the same day.
func readEnd(text string, start, today time.Time) (time.Time, bool) {
	midnight := time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, start.Location())
	if c, ok := readClock(text); ok {
		return c.end(midnight, start), true
	}
	words := strings.Fields(strings.ReplaceAll(text, ",", " "))
	for i := 1; i < len(words) && len(words) <= maxEndWords; i++ {
		head, tail := strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		for _, pair := range [][2]string{{head, tail}, {tail, head}} {
			c, ok := readClock(pair[0])
			day, fault := readDay(pair[1], today)
			if ok && fault == dayFine {
				return c.end(day, start), true
			}
		}
	}
	return time.Time{}, false
}

// maxEndWords is in how many words a time and a day are said at most.
const maxEndWords = 12
