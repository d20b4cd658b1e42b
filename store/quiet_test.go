package store_test

import (
	"testing"
	"time"

	"chihai/store"
)

func TestQuietHours(t *testing.T) {
	home := time.FixedZone("ICT", 7*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, home) }
	for _, tt := range []struct{ at, awake, asleep time.Time }{
		{at(23, 6, 59), at(23, 7, 0), at(23, 21, 0)},
		{at(23, 7, 0), at(23, 7, 0), at(23, 21, 0)},
		{at(23, 20, 59), at(23, 20, 59), at(23, 21, 0)},
		{at(23, 21, 0), at(24, 7, 0), at(24, 21, 0)},
		{at(30, 23, 30), at(31, 7, 0), at(31, 21, 0)}, // the 31st of November is the 1st of December
		{at(24, 0, 0), at(24, 7, 0), at(24, 21, 0)},
	} {
		if got := store.Awake(tt.at, home); !got.Equal(tt.awake) {
			t.Errorf("at %v people may be disturbed at %v, want %v", tt.at, got.In(home), tt.awake)
		}
		if got := store.Asleep(tt.at, home); !got.Equal(tt.asleep) {
			t.Errorf("at %v the next night begins at %v, want %v", tt.at, got.In(home), tt.asleep)
		}
	}
	if now := at(23, 23, 0); !store.Awake(now, nil).Equal(now) || !store.Asleep(now, nil).IsZero() {
		t.Error("there is a night without clocks")
	}
}
