package flows

import (
	"strings"
	"testing"
	"time"

	"chihai/store"
)

// Texts that no message shows are refused where they are typed, with how much is
// too much.
func TestLongText(t *testing.T) {
	play := func(text string) string {
		return play(t, "Lan: /start\nLan: Tiếng Việt\n@grant Lan staff 31528\nLan: Gửi thông báo\nLan: Soạn thông báo mới\nLan: "+text, false)
	}
	if got := play(strings.Repeat("ơ", MaxBroadcast+7)); !strings.Contains(got, "Nội dung này dài 3.507 chữ cái, nhiều nhất là 3.500. Chị bớt 7 chữ cái") {
		t.Errorf("too long: %s", got[len(got)-500:])
	}
	if got := play(strings.Repeat("😀", MaxBroadcast/2+1)); !strings.Contains(got, "Chị bớt 2 chữ cái") {
		t.Errorf("pictures count twice: %s", got[len(got)-500:])
	}
	if got := play(strings.Repeat("ơ", MaxBroadcast)); !strings.Contains(got, "Nội dung bằng tiếng Khmer?") {
		t.Errorf("as long as can be: %s", got[len(got)-500:])
	}
}

func TestEndOfBroadcast(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	for _, tt := range []struct {
		start  time.Time
		takes  time.Duration
		urgent bool
		want   time.Time
		split  bool
	}{
		{at(23, 8, 0), time.Hour, false, at(23, 9, 0), false},
		{at(23, 20, 0), time.Hour, false, at(23, 21, 0), false},
		{at(23, 20, 0), 90 * time.Minute, false, at(24, 7, 30), true},
		{at(23, 20, 0), 90 * time.Minute, true, at(23, 21, 30), false},
		{at(23, 23, 0), time.Hour, false, at(24, 8, 0), false},
		{at(23, 7, 0), 15 * time.Hour, false, at(24, 8, 0), true},
	} {
		if got, split := endOfBroadcast(store.Night{Quiet: store.DefaultQuiet, Zone: zone}, tt.start, tt.takes, tt.urgent); !got.Equal(tt.want) || split != tt.split {
			t.Errorf("endOfBroadcast(%v, %v, %v) = %v, %v; want %v, %v", tt.start, tt.takes, tt.urgent, got, split, tt.want, tt.split)
		}
	}
}

func TestReadMoment(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, zone)
	for text, want := range map[string]string{
		"18h": "23/11 18:00", "8 giờ": "24/11 08:00", "7h30 12/12": "12/12 07:30", "thứ bảy, 9 giờ": "28/11 09:00", "ngày mai 14h": "24/11 14:00",
		"23/11 7h": "23/11 07:00", "hôm qua": "", "": "",
	} {
		got := ""
		if at, ok := readMoment(text, now); ok {
			got = at.Format("02/01 15:04")
		}
		if got != want {
			t.Errorf("readMoment(%q) = %q, want %q", text, got, want)
		}
	}
}
