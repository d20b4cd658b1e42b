package flows

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"chihai/store"
)

// dayButtons is how many of the coming days are offered.
const dayButtons = 6

func askDay(t *Turn, _ *store.Training) error {
	t.Say("training.day_ask")
	for i := range dayButtons {
		day := t.Today().AddDate(0, 0, i+1)
		t.Offer(short(day.Format(time.DateOnly), t.T(fmt.Sprintf("when.day%d", int(day.Weekday())))+" "+t.ShortDate(day)))
	}
	return nil
}

func takeDay(t *Turn, d *store.Training) error {
	day, fault := readDay(t.written(), t.Today())
	if fault != dayFine {
		return t.Again("training.day_"+string(fault), "date", t.Date(day))
	}
	if d.Start.IsZero() {
		d.Start = day.UTC()
		return nil
	}
	was := t.Local(d.Start)
	start := time.Date(day.Year(), day.Month(), day.Day(), was.Hour(), was.Minute(), 0, 0, was.Location())
	if !d.End.IsZero() {
		if !start.After(t.Now) {
			return t.Again("training.start_past")
		}
		d.End = d.End.Add(start.Sub(was))
	}
	d.Start = start.UTC()
	return nil
}

// A dayFault says why what was typed is no day for a training. It is the end
// of the locale id that tells her.
type dayFault string

const (
	dayFine    dayFault = ""
	dayUnclear dayFault = "unclear"
	dayNone    dayFault = "none"    // no calendar has it
	dayOther   dayFault = "weekday" // it is another day of the week than she wrote
	dayPast    dayFault = "past"
	dayFar     dayFault = "far" // a slip of the finger in the year
)

// maxAhead is how many years ahead a training is planned at most.
const maxAhead = 2

// sureMonths is how far ahead a day without a year may lie when it has gone by
// this year: in December 5/1 is next January's, in June it is a slip.
const sureMonths = 6

var (
	weekdayPattern = regexp.MustCompile(`^(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|t ?([2-7])|(chu nhat|cn))(?:[ ,]+|$)(.*)$`)
	isoPattern     = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`)
	dayPattern     = regexp.MustCompile(`^(\d{1,2}) ?[-/. ] ?(\d{1,2})(?: ?[-/. ] ?(?:nam )?(\d{4}|\d{2}))?$`)
	monthPattern   = regexp.MustCompile(`^(\d{1,2}) thang (\d{1,2})(?:[ ,]+(?:nam )?(\d{4}|\d{2}))?$`)
)

var weekdays = map[string]time.Weekday{
	"hai": time.Monday, "2": time.Monday, "ba": time.Tuesday, "3": time.Tuesday,
	"tu": time.Wednesday, "4": time.Wednesday, "nam": time.Thursday, "5": time.Thursday,
	"sau": time.Friday, "6": time.Friday, "bay": time.Saturday, "7": time.Saturday,
	"chu nhat": time.Sunday, "cn": time.Sunday,
}

// readDay reads a day as people write it, today being the midnight at which
// today began: 12/12, 12-12-2026, 12 tháng 12, thứ bảy, t7, thứ bảy tuần sau,
// thứ bảy 12/12, ngày mai, ngày mốt. Diacritics may be missing. What means one
// day here and another there (ngày kia; mùng 5, which is the moon's) is
// unclear. With [dayOther] the day is the one of the date.
func readDay(text string, today time.Time) (time.Time, dayFault) {
	s := foldDigits(store.Fold(text))
	switch s {
	case "hom nay", "bua nay", "ngay hom nay", "today":
		return today, dayFine
	case "mai", "ngay mai", "bua mai", "tomorrow":
		return today.AddDate(0, 0, 1), dayFine
	case "ngay mot", "bua mot":
		return today.AddDate(0, 0, 2), dayFine
	case "mot":
		if strings.EqualFold(strings.TrimSpace(text), "mốt") { // "một" is the number
			return today.AddDate(0, 0, 2), dayFine
		}
		return today, dayUnclear
	}
	m := weekdayPattern.FindStringSubmatch(s)
	if m == nil {
		return readDate(s, today)
	}
	day := weekdays[m[1]+m[2]+m[3]]
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	ofWeek := monday.AddDate(0, 0, (int(day)+6)%7)
	switch rest := m[4]; rest {
	case "", "toi", "sap toi":
		if !ofWeek.After(today) {
			ofWeek = ofWeek.AddDate(0, 0, 7)
		}
		return ofWeek, dayFine
	case "nay", "tuan nay":
		if ofWeek.Before(today) {
			return ofWeek, dayPast
		}
		return ofWeek, dayFine
	case "sau", "tuan sau", "tuan toi":
		return ofWeek.AddDate(0, 0, 7), dayFine
	default:
		date, fault := readDate(rest, today)
		if fault == dayFine && date.Weekday() != day {
			return date, dayOther
		}
		return date, fault
	}
}

// readDate reads a date in numbers, folded.
func readDate(s string, today time.Time) (time.Time, dayFault) {
	s = strings.TrimPrefix(s, "ngay ")
	var day, month, year string
	if m := isoPattern.FindStringSubmatch(s); m != nil {
		year, month, day = m[1], m[2], m[3]
	} else if m := dayPattern.FindStringSubmatch(s); m != nil {
		day, month, year = m[1], m[2], m[3]
	} else if m := monthPattern.FindStringSubmatch(s); m != nil {
		day, month, year = m[1], m[2], m[3]
	} else {
		return today, dayUnclear
	}
	y := today.Year()
	if year != "" {
		y = atoi(year)
		if len(year) == 2 {
			y += 2000
		}
	}
	date, ok := calendarDay(y, atoi(month), atoi(day), today.Location())
	if !ok {
		return today, dayNone
	}
	if year == "" && date.Before(today) {
		next, ok := calendarDay(y+1, atoi(month), atoi(day), today.Location())
		if ok && !next.After(today.AddDate(0, sureMonths, 0)) {
			date = next
		}
	}
	switch {
	case date.Before(today):
		return date, dayPast
	case date.After(today.AddDate(maxAhead, 0, 0)):
		return date, dayFar
	}
	return date, dayFine
}

// calendarDay returns the midnight of a day, or false when there is none such.
func calendarDay(year, month, day int, zone *time.Location) (time.Time, bool) {
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, zone)
	return date, date.Year() == year && int(date.Month()) == month && date.Day() == day
}

// atoi reads the digits that a pattern has found, of which there are few.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// foldDigits writes Khmer (U+17E0–U+17E9) and full-width digits as ASCII ones.
func foldDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '០' && r <= '៩':
			return '0' + r - '០'
		case r >= '０' && r <= '９':
			return '0' + r - '０'
		}
		return r
	}, s)
}
