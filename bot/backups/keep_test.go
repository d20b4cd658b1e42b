package backups

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestKeeps(t *testing.T) {
	now := time.Date(2026, 11, 23, 7, 30, 0, 0, time.UTC)
	hour, day := time.Hour, 24*time.Hour
	every := func(step time.Duration, n int) (times []time.Time) {
		for i := range n {
			times = append(times, now.Add(-time.Duration(i)*step))
		}
		return times
	}
	r := Retention{Hours: 24, Days: 14, Months: 12, Longest: 30 * day}
	for _, tt := range []struct {
		what  string
		r     Retention
		times []time.Time
		want  int
		last  time.Duration // age of the oldest that is kept
	}{
		{"none", r, nil, 0, 0},
		{"a day by the hour", r, every(hour, 24), 24, 23 * hour},
		// 24 hours; the last ones of the 12 days before yesterday; and the last of October.
		{"a year by the hour", r, every(hour, 365*24), 24 + 12 + 1, 22*day + 8*hour},
		{"a year by the hour, kept for long", Retention{24, 14, 12, 1000 * day}, every(hour, 365*24), 24 + 12 + 11, 326*day + 8*hour},
		{"a minute apart", r, every(time.Minute, 120), 3, 91 * time.Minute},
		{"told of a week", Retention{24, 14, 12, 7 * day}, every(hour, 1000), 24 + 6, 6*day + 8*hour},
		{"none was made for long", r, []time.Time{now.Add(-29 * day), now.Add(-31 * day)}, 1, 29 * day},
		{"all are too old", r, []time.Time{now.Add(-30 * day)}, 0, 0},
	} {
		kept := tt.r.Keeps(tt.times, now)
		if len(kept) != tt.want {
			t.Errorf("%s: %d are kept, want %d: %v", tt.what, len(kept), tt.want, kept)
		} else if len(kept) > 0 && now.Sub(kept[len(kept)-1]) != tt.last {
			t.Errorf("%s: the oldest is %v old, want %v", tt.what, now.Sub(kept[len(kept)-1]), tt.last)
		}
	}
}

func TestNames(t *testing.T) {
	at := time.Date(2026, 11, 23, 7, 0, 1, 0, time.UTC)
	names := []string{nameOf(at.Add(time.Second), false), nameOf(at.Add(time.Hour), true), nameOf(at, true)}
	slices.Sort(names)
	if names[0] != "chihai-20261123T070001Z.db.age" || !strings.HasPrefix(names[2], "chihai-20261123T080001Z") {
		t.Errorf("names sort as %v", names)
	}
	for name, ok := range map[string]bool{
		names[0]: true, names[1]: true, "chihai-20261123T070001Z.db": true,
		names[0] + partName: false, "chihai-20261123T070001Z": false, "chihai-2026.db": false,
		"chihai.db": false, "20261123T070001Z.db": false, "chihai-20261123T070001Z.db.age.old": false,
	} {
		if got, is := timeOf(name); is != ok || ok && got.IsZero() {
			t.Errorf("timeOf(%s) = %v, %t, want %t", name, got, is, ok)
		}
	}
	if !partOf(names[0]+partName) || partOf(names[0]) || partOf("other.tmp") {
		t.Error("parts are not told from the whole")
	}
}
