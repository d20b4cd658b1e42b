package store

import (
	"strings"
	"testing"
	"time"
)

// Days before a training and the evening before a meeting are counted by the
// clocks of those who come, whatever becomes of the clocks meanwhile.
func TestRemindersWhenClocksChange(t *testing.T) {
	for _, tt := range []struct{ zone, start, reminders, meeting string }{
		{"Asia/Ho_Chi_Minh", "2026-03-29 14:00", "22/03 14:00, 28/03 14:00, 29/03 12:00", "28/03 18:00, 29/03 12:00"},
		{"Europe/Berlin", "2026-03-29 14:00", "22/03 14:00, 28/03 14:00, 29/03 12:00", "28/03 18:00, 29/03 12:00"},
		{"Europe/Berlin", "2026-10-25 14:00", "18/10 14:00, 24/10 14:00, 25/10 12:00", "24/10 18:00, 25/10 12:00"},
		{"Europe/Berlin", "2026-03-29 02:30", "22/03 07:00, 28/03 07:00, 28/03 20:00", "28/03 18:00"}, // begins at 03:30 by clocks
		{"Europe/Berlin", "2026-10-25 02:30", "18/10 07:00, 24/10 07:00, 24/10 20:00", "24/10 18:00"},
		{"America/New_York", "2026-03-08 08:30", "01/03 08:30, 07/03 08:30, 08/03 07:00", "07/03 18:00, 08/03 07:00"},
		{"America/New_York", "2026-11-01 08:30", "25/10 08:30, 31/10 08:30, 01/11 07:00", "31/10 18:00, 01/11 07:00"},
		{"Australia/Lord_Howe", "2026-10-04 09:00", "27/09 09:00, 03/10 09:00, 04/10 07:00", "03/10 18:00, 04/10 07:00"},
		{"Australia/Lord_Howe", "2026-04-05 09:00", "29/03 09:00, 04/04 09:00, 05/04 07:00", "04/04 18:00, 05/04 07:00"},
		{"Africa/Casablanca", "2026-02-15 14:00", "08/02 14:00, 14/02 14:00, 15/02 12:00", "14/02 18:00, 15/02 12:00"},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		wall, err := time.Parse("2006-01-02 15:04", tt.start)
		if err != nil {
			t.Fatal(err)
		}
		start := OnClock(zone, wall.Year(), wall.Month(), wall.Day(), minuteOf(wall))
		night := Night{DefaultQuiet, zone}
		var got []string
		for _, r := range Reminders(start, night) {
			got = append(got, r.At.In(zone).Format("02/01 15:04"))
		}
		if got := strings.Join(got, ", "); got != tt.reminders {
			t.Errorf("%s: %s is reminded of at %s, want %s", tt.zone, tt.start, got, tt.reminders)
		}
		got = nil
		for _, r := range meetingReminders(start, start.AddDate(0, -1, 0), night) {
			got = append(got, r.at.In(zone).Format("02/01 15:04"))
		}
		if got := strings.Join(got, ", "); got != tt.meeting {
			t.Errorf("%s: the meeting of %s is reminded of at %s, want %s", tt.zone, tt.start, got, tt.meeting)
		}
	}
}
