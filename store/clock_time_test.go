package store

import (
	"testing"
	"time"
)

// Each time that clocks show is one moment, whether they show it once, twice or
// not at all.
func TestOnClock(t *testing.T) {
	for _, tt := range []struct {
		zone         string
		day          string
		minute       int
		want, wantIn string // in UTC, and what the clocks show
	}{
		{"Europe/Berlin", "2026-03-29", 150, "01:30", "03:30"}, // left out
		{"Europe/Berlin", "2026-10-25", 150, "00:30", "02:30"}, // twice: the first
		{"Europe/Berlin", "2026-10-25", 180, "02:00", "03:00"},
		{"America/New_York", "2026-03-08", 150, "07:30", "03:30"},
		{"America/New_York", "2026-11-01", 90, "05:30", "01:30"},
		{"Australia/Lord_Howe", "2026-10-04", 135, "15:45", "02:45"}, // half an hour is left out
		{"Australia/Lord_Howe", "2026-04-05", 105, "14:45", "01:45"}, // and comes twice
		{"Asia/Ho_Chi_Minh", "2026-11-28", 14 * 60, "07:00", "14:00"},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, _ := time.Parse(time.DateOnly, tt.day)
		got := OnClock(zone, day.Year(), day.Month(), day.Day(), tt.minute)
		if in := got.UTC().Format("15:04"); in != tt.want || got.Format("15:04") != tt.wantIn {
			t.Errorf("%s, minute %d of %s: %s in UTC where clocks show %s, want %s and %s", tt.zone, tt.minute, tt.day, in, got.Format("15:04"), tt.want, tt.wantIn)
		}
	}
}

// A regular meeting begins at the same time by the clocks of its members, once in
// each week, whatever becomes of the clocks: also in the hour that they leave out
// or show twice.
func TestRuleWhenClocksChange(t *testing.T) {
	for _, tt := range []struct {
		zone    string
		minute  int
		other   string // the Sunday on which the clocks show something else, if one does
		instead string
	}{
		{"Asia/Ho_Chi_Minh", 14 * 60, "", ""},
		{"Europe/Berlin", 14 * 60, "", ""},
		{"Europe/Berlin", 2*60 + 30, "2026-03-29", "03:30"},
		{"America/New_York", 14 * 60, "", ""},
		{"America/New_York", 2*60 + 30, "2026-03-08", "03:30"},
		{"America/New_York", 1*60 + 30, "", ""}, // comes twice on 1 November
		{"Australia/Lord_Howe", 14 * 60, "", ""},
		{"Australia/Lord_Howe", 2*60 + 15, "2026-10-04", "02:45"},
		{"Australia/Lord_Howe", 1*60 + 45, "", ""}, // comes twice on 5 April
		{"Africa/Casablanca", 14 * 60, "", ""},
		{"Africa/Casablanca", 2*60 + 30, "2026-03-22", "03:30"}, // Ramadan is over
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		rule := NewRule(time.Sunday, tt.minute, 1, 0, "")
		rule.From, rule.Until = OnClock(zone, 2026, time.January, 1, 0), OnClock(zone, 2027, time.January, 1, 0)
		times, err := rule.Times(zone, 60)
		if err != nil {
			t.Fatal(err)
		}
		if len(times) != 52 {
			t.Errorf("%s, minute %d: %d meetings in a year, want 52", tt.zone, tt.minute, len(times))
		}
		for i, at := range times {
			local := at.In(zone)
			want := time.Date(2026, time.January, 4+7*i, 0, tt.minute, 0, 0, time.UTC)
			clock := want.Format("15:04")
			if want.Format(time.DateOnly) == tt.other {
				clock = tt.instead
			}
			if local.Format("2006-01-02 15:04") != want.Format(time.DateOnly)+" "+clock {
				t.Errorf("%s: a meeting is at %s, want %s at %s", tt.zone, local, want.Format(time.DateOnly), clock)
			}
		}
	}
}
