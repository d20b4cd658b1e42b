package flows

import (
	"regexp"
	"strings"
	"time"

	"chihai/flows/form"
	"chihai/store"
)

// This file reads days and times as people answer them, which may lie far back: a
// day of birth. Days for what is planned are read in training_day.go.

var (
	yearPattern      = regexp.MustCompile(`^(?:nam )?(\d{4})$`)
	monthYearPattern = regexp.MustCompile(`^(?:thang )?(\d{1,2})(?: ?[-/.] ?|,? nam | )(\d{4})$`)
)

// readAnswerDay reads a day and gives it as XForms writes it: hôm nay, hôm qua, hôm
// kia, 12/5/1990, 8/3/26, 12 tháng 5 năm 1990. A day without a year, and a month
// alone, are unclear, unless the question wants no more than a month or a year:
// then that is enough, and its first day is meant.
func readAnswerDay(text string, q *form.Question, today time.Time) (string, bool) {
	s := foldDigits(store.Fold(text))
	switch s {
	case "hom nay", "bua nay", "ngay hom nay", "nay", "today", "ថ្ងៃនេះ":
		return today.Format(time.DateOnly), true
	case "hom qua", "bua qua", "ngay hom qua", "qua", "yesterday", "ម្សិលមិញ":
		return today.AddDate(0, 0, -1).Format(time.DateOnly), true
	case "hom kia", "bua kia":
		return today.AddDate(0, 0, -2).Format(time.DateOnly), true
	case "mai", "ngay mai", "bua mai", "tomorrow", "ថ្ងៃស្អែក":
		return today.AddDate(0, 0, 1).Format(time.DateOnly), true
	}
	if q.Has("year") || q.Has("month-year") {
		if m := yearPattern.FindStringSubmatch(s); m != nil && q.Has("year") {
			return dayValue(m[1], "1", "1", today)
		}
		if m := monthYearPattern.FindStringSubmatch(s); m != nil {
			return dayValue(m[2], m[1], "1", today)
		}
	}
	s = strings.TrimPrefix(s, "ngay ")
	if m := isoPattern.FindStringSubmatch(s); m != nil {
		return dayValue(m[1], m[2], m[3], today)
	}
	m := dayPattern.FindStringSubmatch(s)
	if m == nil {
		m = monthPattern.FindStringSubmatch(s)
	}
	if m == nil || m[3] == "" {
		return "", false
	}
	return dayValue(m[3], m[2], m[1], today)
}

// dayValue is a day that the calendar has. A year of two digits is that which is
// at most ten years ahead.
func dayValue(year, month, day string, today time.Time) (string, bool) {
	y := atoi(year)
	if len(year) == 2 {
		y += today.Year() / 100 * 100
		if y > today.Year()+10 {
			y -= 100
		}
	}
	at, ok := calendarDay(y, atoi(month), atoi(day), today.Location())
	return at.Format(time.DateOnly), ok && y >= 1000
}

// readAnswerTime reads a time of day and gives it as XForms writes it: 8h30, 2 giờ
// chiều.
func readAnswerTime(text string) (string, bool) {
	c, ok := readClock(text)
	if !ok {
		return "", false
	}
	return time.Date(1, 1, 1, 0, c.minute, 0, 0, time.UTC).Format("15:04"), true
}

// readAnswerMoment reads a day with a time, in whichever order: 12/5/2026 8h30,
// 8h30 hôm qua.
func readAnswerMoment(text string, q *form.Question, now time.Time) (string, bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	s := strings.TrimPrefix(foldDigits(store.Fold(text)), "luc ")
	if s == "bay gio" || s == "now" {
		return now.Format("2006-01-02T15:04:05.000-07:00"), true
	}
	words := strings.Fields(s)
	for i := 1; i < len(words); i++ {
		head, tail := strings.TrimSuffix(strings.Join(words[:i], " "), ","), strings.Join(words[i:], " ")
		for _, parts := range [][2]string{{head, tail}, {tail, head}} {
			day, ok := readAnswerDay(strings.TrimSuffix(parts[0], " luc"), q, today)
			if !ok {
				continue
			}
			c, ok := readClock(parts[1])
			if !ok {
				continue
			}
			at, err := time.ParseInLocation(time.DateOnly, day, now.Location())
			if err != nil {
				return "", false
			}
			return c.on(at).In(now.Location()).Format("2006-01-02T15:04:05.000-07:00"), true
		}
	}
	return "", false
}
