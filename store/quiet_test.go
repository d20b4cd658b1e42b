package store_test

import (
	"testing"
	"time"

	"chihai/store"
)

func TestNight(t *testing.T) {
	home := time.FixedZone("ICT", 7*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, home) }
	usual := store.Night{Quiet: store.DefaultQuiet, Zone: home}
	late := store.Night{Quiet: store.Quiet{From: 22*60 + 30, To: 5*60 + 15}, Zone: home}
	for _, tt := range []struct {
		night                      store.Night
		at, awake, asleep, evening time.Time
	}{
		{usual, at(23, 6, 59), at(23, 7, 0), at(23, 21, 0), at(22, 20, 0)},
		{usual, at(23, 7, 0), at(23, 7, 0), at(23, 21, 0), at(22, 20, 0)},
		{usual, at(23, 20, 59), at(23, 20, 59), at(23, 21, 0), at(22, 20, 0)},
		{usual, at(23, 21, 0), at(24, 7, 0), at(24, 21, 0), at(23, 20, 0)},
		{usual, at(30, 23, 30), at(31, 7, 0), at(31, 21, 0), at(30, 20, 0)}, // the 31st of November is the 1st of December
		{usual, at(24, 0, 0), at(24, 7, 0), at(24, 21, 0), at(23, 20, 0)},
		{late, at(23, 22, 29), at(23, 22, 29), at(23, 22, 30), at(22, 21, 30)},
		{late, at(23, 22, 30), at(24, 5, 15), at(24, 22, 30), at(23, 21, 30)},
		{late, at(23, 5, 14), at(23, 5, 15), at(23, 22, 30), at(22, 21, 30)},
		{late, at(23, 5, 15), at(23, 5, 15), at(23, 22, 30), at(22, 21, 30)},
	} {
		if got := tt.night.Awake(tt.at); !got.Equal(tt.awake) {
			t.Errorf("%v: at %v people may be disturbed at %v, want %v", tt.night.Quiet, tt.at, got.In(home), tt.awake)
		}
		if got := tt.night.Falls(tt.at); got == tt.at.Equal(tt.awake) {
			t.Errorf("%v: night at %v: %v", tt.night.Quiet, tt.at, got)
		}
		if got := tt.night.Asleep(tt.at); !got.Equal(tt.asleep) {
			t.Errorf("%v: at %v the next night begins at %v, want %v", tt.night.Quiet, tt.at, got.In(home), tt.asleep)
		}
		if got := tt.night.Evening(tt.at); !got.Equal(tt.evening) {
			t.Errorf("%v: at %v the evening was at %v, want %v", tt.night.Quiet, tt.at, got.In(home), tt.evening)
		}
	}
	nowhere := store.Night{Quiet: store.DefaultQuiet}
	if now := at(23, 23, 0); !nowhere.Awake(now).Equal(now) || !nowhere.Asleep(now).IsZero() {
		t.Error("there is a night without clocks")
	}
}

func TestParseQuiet(t *testing.T) {
	for _, text := range []string{"21:00-07:00", "19:00-04:00", "23:59-09:00", "22:30-05:15"} {
		if q, err := store.ParseQuiet(text); err != nil || q.String() != text {
			t.Errorf("ParseQuiet(%q) = %v, %v", text, q, err)
		}
	}
	for _, text := range []string{
		"", "21-7", "21:00", "21:00-7:00", "21:00 - 07:00", "21:00-07:00 ", "07:00-21:00", "18:59-07:00", "24:00-07:00", "21:00-03:59",
		"21:00-09:01", "21:60-07:00", "21:00-07:000", "-1:00-07:00", "00:00-07:00", "21:00-07:00x",
	} {
		if q, err := store.ParseQuiet(text); err == nil {
			t.Errorf("ParseQuiet(%q) = %v", text, q)
		}
	}
}

// A night by clocks that change in it begins and ends by them.
func TestNightWhenClocksChange(t *testing.T) {
	for _, tt := range []struct {
		zone                 string
		evening, awake, ends string // RFC 3339, in UTC
	}{
		{"Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z", "07:00"},       // 23:00, an hour is left out
		{"Europe/Berlin", "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z", "07:00"},       // 23:00, an hour comes twice
		{"America/New_York", "2026-03-08T04:00:00Z", "2026-03-08T11:00:00Z", "07:00"},    // 23:00
		{"Australia/Lord_Howe", "2026-10-03T12:30:00Z", "2026-10-03T20:00:00Z", "07:00"}, // 23:00, half an hour is left out
		{"Africa/Casablanca", "2026-02-14T22:00:00Z", "2026-02-15T07:00:00Z", "07:00"},   // Ramadan begins on the 18th: back at 03:00
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		evening, _ := time.Parse(time.RFC3339, tt.evening)
		want, _ := time.Parse(time.RFC3339, tt.awake)
		got := store.Night{Quiet: store.DefaultQuiet, Zone: zone}.Awake(evening)
		if !got.Equal(want) || got.In(zone).Format("15:04") != tt.ends {
			t.Errorf("%s: the night of %s ends at %s, want %s", tt.zone, evening.In(zone), got.In(zone), want.In(zone))
		}
	}
}
