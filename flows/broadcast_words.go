package flows

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"chihai/locales"
	"chihai/store"
)

// This file holds what is said about a broadcast: the variables as people write
// them, whom it goes to, how long it takes, how far it is.

// variableWords are the words in braces as people write them, folded, and the
// variables that they stand for.
var variableWords = map[string]string{
	"ten": NameVariable, "ho ten": NameVariable, "ho va ten": NameVariable, "name": NameVariable,
	"lop": TrainingVariable, "ten lop": TrainingVariable, "training": TrainingVariable, "class": TrainingVariable,
	"ngay": DateVariable, "date": DateVariable, "day": DateVariable,
	"gio": TimeVariable, "time": TimeVariable,
}

// typedVariables are the variables as people type them, by what they stand for:
// what messages that name them are given.
var typedVariables = []any{NameVariable, "{ten}", TrainingVariable, "{lop}", DateVariable, "{ngay}", TimeVariable, "{gio}"}

// readVariables returns text with the words in braces that it knows as the
// variables they stand for, and those that it does not know.
func readVariables(text string) (read string, unknown []string) {
	read = variable.ReplaceAllStringFunc(text, func(v string) string {
		name := strings.Trim(v, "{}")
		if known := variableWords[store.Fold(name)]; known != "" {
			return "{" + known + "}"
		}
		if !slices.Contains(unknown, v) {
			unknown = append(unknown, cut(v, mostLabel))
		}
		return v
	})
	return read, unknown
}

// writeVariables returns text with its variables as people write them.
func writeVariables(text string) string {
	return strings.NewReplacer(
		"{"+NameVariable+"}", "{ten}", "{"+TrainingVariable+"}", "{lop}", "{"+DateVariable+"}", "{ngay}", "{"+TimeVariable+"}", "{gio}",
	).Replace(text)
}

// uses says whether b holds one of the variables in any language.
func uses(b *store.Broadcast, names ...string) bool {
	for _, text := range b.Text {
		if slices.ContainsFunc(BroadcastVariables(text), func(v string) bool { return slices.Contains(names, v) }) {
			return true
		}
	}
	return false
}

// longName stands for the name of a recipient whose name is long.
var longName = strings.Repeat("ơ", 20)

// overlong is by how many UTF-16 units the longest text of b, with its variables
// filled in, is longer than is shown by one message; 0: it is not.
func (t *Turn) overlong(b *store.Broadcast, training *store.Training) (over int, err error) {
	for _, language := range locales.Languages {
		if b.Text[language] == "" {
			continue
		}
		p := t.engine.catalog.In(language, t.Member.Address)
		text, err := FillBroadcast(p, t.engine.opt.Zone, b, &store.Member{Name: longName}, training)
		if err != nil {
			return 0, err
		}
		over = max(over, textLength(text)-mostBroadcast(b))
	}
	return over, nil
}

// mostBroadcast is how long a text of b may be, in UTF-16 units.
func mostBroadcast(b *store.Broadcast) int {
	if b.File != "" {
		return MaxBroadcastCaption
	}
	return MaxBroadcast
}

// textLength is the length of text in UTF-16 units, as networks count.
func textLength(text string) int { return len(utf16.Encode([]rune(text))) }

// broadcastTraining is the training that b speaks of; nil: it speaks of none, or
// of one that is gone.
func (t *Turn) broadcastTraining(b *store.Broadcast) (*store.Training, error) {
	if b.Training == "" {
		return nil, nil
	}
	training, err := t.Training(b.Training)
	return training, ignore(err, store.ErrNotFound)
}

// broadcastName is what b is called where there is little room: how it begins.
func broadcastName(b *store.Broadcast, most int) string {
	if b.Title != "" {
		return cut(b.Title, most)
	}
	return cut(strings.Join(strings.Fields(writeVariables(b.Text.In(locales.Source))), " "), most)
}

// audienceLines say whom a is, a group a line.
func (t *Turn) audienceLines(a store.Audience) ([]string, error) {
	if len(a.Of) == 0 {
		name, err := t.groupName(a)
		return []string{"• " + name}, err
	}
	lines, err := t.audienceLines(a.Of[0])
	if err != nil {
		return nil, err
	}
	for _, part := range a.Of[1:] {
		id := "broadcast.line_add"
		switch {
		case part.Op == store.Not:
			id, part = "broadcast.line_less", part.Of[0]
		case a.Op == store.And:
			id = "broadcast.line_only"
		}
		name, err := t.groupName(part)
		if err != nil {
			return nil, err
		}
		lines = append(lines, "• "+t.T(id, "group", name))
	}
	return lines, nil
}

// groupName is what a single group is called.
func (t *Turn) groupName(a store.Audience) (string, error) {
	switch a.Op {
	case store.InArea:
		name, err := t.areaName(a.ID)
		return t.T("broadcast.group_area", "area", name), err
	case store.Leads:
		name, err := t.areaName(a.ID)
		return t.T("broadcast.group_leads", "area", name), err
	case store.Unread:
		return t.T("broadcast.group_unread"), nil
	case store.InList:
		return t.T("broadcast.group_list"), nil
	case store.NotAnswered:
		c, err := t.Campaign(a.ID)
		if errors.Is(err, store.ErrNotFound) {
			return t.T("broadcast.group_gone"), nil
		}
		if err != nil {
			return "", err
		}
		return t.T("broadcast.group_unanswered", "title", c.Title), nil
	case store.InTraining:
		training, err := t.Training(a.ID)
		if errors.Is(err, store.ErrNotFound) {
			return t.T("broadcast.group_gone"), nil
		}
		if err != nil {
			return "", err
		}
		return t.T("broadcast.group_training", "training", training.Name.In(t.Language), "date", t.ShortDate(t.Local(training.Start))), nil
	case store.InClub:
		club, err := t.ClubHead(a.ID)
		if errors.Is(err, store.ErrNotFound) {
			return t.T("broadcast.group_gone"), nil
		}
		return t.T("broadcast.group_club", "club", club.Name), err
	}
	return t.T("broadcast.group_gone"), nil
}

// sayCount says what counting has come to, and how long it takes when it begins
// at.
func (t *Turn) sayCount(b *store.Broadcast, night store.Night, at time.Time) {
	n := b.Count
	lines := []string{t.T("broadcast.people", "n", n.People)}
	if rate := t.engine.opt.Rate(); rate > 0 && n.People > 0 {
		takes := time.Duration(float64(n.Messages(Together(b))) / rate * float64(time.Second)).Round(time.Second)
		takes = max(takes, time.Second)
		end, split := endOfBroadcast(night, at, takes, b.Urgent)
		lines[0] = t.T("broadcast.people_time", "n", n.People, "span", t.spell(takes), "end", t.moment(end))
		if split {
			lines = append(lines, t.T("broadcast.people_night"))
		}
	}
	for _, l := range []struct {
		id string
		n  int
	}{{"no_phone", n.NoPhone}, {"relays", n.Relays}, {"unreachable", n.Unreachable}, {"opted_out", n.OptedOut}} {
		if l.n > 0 {
			lines = append(lines, t.T("broadcast.count_"+l.id, "n", l.n))
		}
	}
	t.SayText(strings.Join(lines, "\n"))
}

// spell says how long d is, roughly: in seconds, minutes, or hours and minutes.
func (t *Turn) spell(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return t.T("broadcast.seconds", "n", int(d.Round(time.Second).Seconds()))
	case d < time.Hour:
		return t.T("broadcast.minutes", "n", int(d.Round(time.Minute).Minutes()))
	}
	d = d.Round(time.Minute)
	return t.T("broadcast.hours", "n", int(d.Hours()), "m", int(d.Minutes())%60)
}

// moment is a time of day, with the day unless it is today.
func (t *Turn) moment(at time.Time) string {
	at = t.Local(at)
	if !at.Before(t.Today()) && at.Before(t.Today().AddDate(0, 0, 1)) {
		return t.Clock(at)
	}
	return t.When(at)
}

// night is the quiet hours where people live.
func (t *Turn) night() (store.Night, error) { return t.Night(t.engine.opt.Zone) }

// endOfBroadcast is when what takes so long is over that begins at start, and
// whether a night lies within.
func endOfBroadcast(night store.Night, start time.Time, takes time.Duration, urgent bool) (end time.Time, split bool) {
	if urgent {
		return start.Add(takes), false
	}
	start = night.Awake(start)
	for {
		evening := night.Asleep(start)
		if end := start.Add(takes); !end.After(evening) {
			return end, split
		}
		takes -= evening.Sub(start)
		start, split = night.Awake(evening), true
	}
}

// isKhmer says whether there is a Khmer letter in text.
func isKhmer(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Khmer, r) })
}

// bar draws how much of all is done, in ten cells.
func bar(done, all int) string {
	full := 10
	if all > 0 {
		full = 10 * done / all
	}
	return strings.Repeat("█", full) + strings.Repeat("░", 10-full)
}
