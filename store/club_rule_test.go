package store

import (
	"strings"
	"testing"
	"time"
)

var ict = time.FixedZone("ICT", 7*3600)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, ict)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRuleTimes(t *testing.T) {
	for _, tt := range []struct {
		name         string
		rule         *Rule
		from, until  string
		want, expect string
	}{
		{"weekly", NewRule(time.Saturday, 14*60, 1, 0, ""), "2026-11-23 08:00", "2026-12-20 00:00", "28/11 05/12 12/12 19/12", "0 14 * * 6"},
		{"begins today, later", NewRule(time.Monday, 14*60, 1, 0, ""), "2026-11-23 08:00", "2026-12-01 00:00", "23/11 30/11", "0 14 * * 1"},
		{"begins at that very minute", NewRule(time.Monday, 8*60, 1, 0, ""), "2026-11-23 08:00", "2026-11-24 00:00", "23/11", "0 8 * * 1"},
		{"begins today, too late", NewRule(time.Monday, 7*60+30, 1, 0, ""), "2026-11-23 08:00", "2026-12-01 00:00", "30/11", "30 7 * * 1"},
		{"fortnightly over the turn of the year", NewRule(time.Sunday, 9*60, 2, 0, ""), "2026-12-10 00:00", "2027-02-01 00:00", "13/12 27/12 10/01 24/01", "0 9 * * 0"},
		{"second Saturdays", NewRule(time.Saturday, 14*60, 0, 2, ""), "2026-11-23 08:00", "2027-03-01 00:00", "12/12 09/01 13/02", "0 14 * * 6"},
		{"last Sundays, of February too", NewRule(time.Sunday, 9*60, 0, LastOfMonth, ""), "2026-11-23 08:00", "2027-03-01 00:00", "29/11 27/12 31/01 28/02", "0 9 * * 0"},
		{"a day that is another one in UTC", NewRule(time.Monday, 6*60, 1, 0, ""), "2026-11-24 08:00", "2026-12-10 00:00", "30/11 07/12", "0 6 * * 1"},
		{"over before it begins", NewRule(time.Saturday, 14*60, 1, 0, ""), "2026-11-23 08:00", "2026-11-28 14:00", "", "0 14 * * 6"},
	} {
		if tt.rule.Cron != tt.expect {
			t.Errorf("%s: the expression is %q, want %q", tt.name, tt.rule.Cron, tt.expect)
		}
		tt.rule.From, tt.rule.Until = at(t, tt.from).UTC(), at(t, tt.until).UTC()
		times, err := tt.rule.Times(ict, 60)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		var days []string
		for _, at := range times {
			days = append(days, at.In(ict).Format("02/01"))
		}
		if got := strings.Join(days, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if _, err := (&Rule{Cron: "TZ=x 0 14 * * 6", Until: at(t, "2027-01-01 00:00")}).Times(ict, 1); err == nil {
		t.Error("a broken expression is taken")
	}
}

// In the evening before and two hours before, but not at night.
func TestMeetingReminders(t *testing.T) {
	for _, tt := range []struct{ now, start, want string }{
		{"2026-11-23 08:00", "2026-11-28 14:00", "eve 27/11 18:00–27/11 21:00, soon 28/11 12:00–28/11 14:00"},
		{"2026-11-27 18:00", "2026-11-28 14:00", "soon 28/11 12:00–28/11 14:00"},
		{"2026-11-28 12:00", "2026-11-28 14:00", ""},
		{"2026-11-23 08:00", "2026-11-28 09:00", "eve 27/11 18:00–27/11 21:00, soon 28/11 07:00–28/11 09:00"},
		{"2026-11-23 08:00", "2026-11-28 08:30", "eve 27/11 18:00–27/11 21:00, soon 28/11 07:00–28/11 08:30"},
		{"2026-11-23 08:00", "2026-11-28 07:30", "eve 27/11 18:00–27/11 21:00"},
		{"2026-11-27 19:00", "2026-11-28 07:30", "soon 27/11 20:00–28/11 07:30"},
		{"2026-11-27 20:30", "2026-11-28 07:30", ""},
		{"2026-11-27 19:00", "2026-11-28 02:30", "soon 27/11 20:00–28/11 02:30"},
		{"2026-11-28 08:00", "2026-11-28 23:30", "soon 28/11 20:00–28/11 23:30"},
		{"2026-11-28 08:00", "2026-11-29 00:30", "eve 28/11 18:00–28/11 21:00, soon 28/11 20:00–29/11 00:30"},
		{"2026-11-23 08:00", "2027-01-01 07:30", "eve 31/12 18:00–31/12 21:00"},
	} {
		var got []string
		for _, r := range meetingReminders(at(t, tt.start).UTC(), at(t, tt.now).UTC(), Night{DefaultQuiet, ict}) {
			got = append(got, string(r.what)+" "+r.at.In(ict).Format("02/01 15:04")+"–"+r.until.In(ict).Format("02/01 15:04"))
			if (Night{DefaultQuiet, ict}).Falls(r.at) {
				t.Errorf("at %s of %s: %s rings at night", tt.now, tt.start, r.what)
			}
		}
		if got := strings.Join(got, ", "); got != tt.want {
			t.Errorf("at %s of %s: %s\nwant %s", tt.now, tt.start, got, tt.want)
		}
	}
}
