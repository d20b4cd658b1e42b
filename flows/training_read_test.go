package flows

import (
	"strings"
	"testing"
	"time"

	"chihai/store"
)

// monday is the day on which the tests read: 23 November 2026.
var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, zone)

func TestReadDay(t *testing.T) {
	for _, tt := range []struct {
		text  string
		want  string
		fault dayFault
	}{
		{"12/12", "2026-12-12", dayFine},
		{"12/12/2026", "2026-12-12", dayFine},
		{"12/12/26", "2026-12-12", dayFine},
		{"12-12-2026", "2026-12-12", dayFine},
		{"12.12", "2026-12-12", dayFine},
		{" 12 / 12 ", "2026-12-12", dayFine},
		{"2026-12-12", "2026-12-12", dayFine},
		{"ngày 12/12", "2026-12-12", dayFine},
		{"12 tháng 12", "2026-12-12", dayFine},
		{"Ngày 12 tháng 12 năm 2026", "2026-12-12", dayFine},
		{"12 thang 12, 2026", "2026-12-12", dayFine},
		{"១២/១២/២០២៦", "2026-12-12", dayFine},
		{"１２/１２", "2026-12-12", dayFine},
		{"23/11", "2026-11-23", dayFine},
		{"hôm nay", "2026-11-23", dayFine},
		{"ngày mai", "2026-11-24", dayFine},
		{"Mai", "2026-11-24", dayFine},
		{"mốt", "2026-11-25", dayFine},
		{"ngày mốt", "2026-11-25", dayFine},
		{"ngay mot", "2026-11-25", dayFine},
		{"thứ bảy", "2026-11-28", dayFine},
		{"thu 7", "2026-11-28", dayFine},
		{"T7", "2026-11-28", dayFine},
		{"chủ nhật", "2026-11-29", dayFine},
		{"cn", "2026-11-29", dayFine},
		{"thứ hai", "2026-11-30", dayFine}, // today is one: the next
		{"thứ hai này", "2026-11-23", dayFine},
		{"thứ bảy tới", "2026-11-28", dayFine},
		{"thứ bảy tuần này", "2026-11-28", dayFine},
		{"thứ tư tuần sau", "2026-12-02", dayFine},
		{"thứ hai tuần tới", "2026-11-30", dayFine},
		{"thứ bảy 12/12", "2026-12-12", dayFine},
		{"thứ Bảy, 12/12/2026", "2026-12-12", dayFine},
		{"thứ năm ngày 3 tháng 12", "2026-12-03", dayFine},
		{"thứ sáu 12/12", "2026-12-12", dayOther},
		{"5/1", "2027-01-05", dayFine}, // in November that is next January's
		{"5/11", "2026-11-05", dayPast},
		{"22/11/2026", "2026-11-22", dayPast},
		{"12/12/1926", "1926-12-12", dayPast},
		{"31/2", "", dayNone},
		{"29/2/2027", "", dayNone},
		{"29/2/2028", "2028-02-29", dayFine},
		{"0/12", "", dayNone},
		{"25/13", "", dayNone},
		{"12/12/2062", "2062-12-12", dayFar},
		{"12", "", dayUnclear},
		{"một", "", dayUnclear}, // the number, not "mốt"
		{"mùng 5 tháng chạp", "", dayUnclear},
		{"ngày kia", "", dayUnclear},
		{"tuần sau", "", dayUnclear},
		{"thứ tám", "", dayUnclear},
		{"12/12/202", "", dayUnclear},
		{"thứ bảy hoặc chủ nhật", "", dayUnclear},
		{"", "", dayUnclear},
	} {
		got, fault := readDay(tt.text, monday)
		if fault != tt.fault || tt.want != "" && got.Format(time.DateOnly) != tt.want {
			t.Errorf("readDay(%q) = %s %q, want %s %q", tt.text, got.Format(time.DateOnly), fault, tt.want, tt.fault)
		}
	}
}

func TestReadClock(t *testing.T) {
	for _, tt := range []struct{ text, want string }{ // want: time, with ! when it is exact; empty: none
		{"8 giờ 30", "8:30"}, {"8 gio 30", "8:30"}, {"8h30", "8:30"}, {"8g30", "8:30"}, {"8:30", "8:30"}, {"8.30", "8:30"},
		{"8 30", "8:30"}, {"830", "8:30"}, {"8 giờ 30 phút", "8:30"}, {"8h30p", "8:30"}, {"8 giờ rưỡi", "8:30"}, {"8h rưỡi", "8:30"},
		{"lúc 8 giờ", "8:00"}, {"8h", "8:00"}, {"8", "8:00"}, {"08:00", "8:00!"}, {"8 giờ sáng", "8:00!"}, {"sáng 8 giờ", "8:00!"},
		{"9 giờ kém 15", "8:45"}, {"9h kém 5 phút", "8:55"},
		{"14h", "14:00!"}, {"14 giờ", "14:00!"}, {"1330", "13:30!"}, {"14 giờ chiều", "14:00!"},
		{"2 giờ chiều", "14:00!"}, {"2h30 chiều", "14:30!"}, {"2 giờ rưỡi chiều", "14:30!"}, {"chiều 2 giờ", "14:00!"}, {"5 giờ chiều", "17:00!"},
		{"11 giờ trưa", "11:00!"}, {"12 giờ trưa", "12:00!"}, {"1 giờ trưa", "13:00!"}, {"12h", "12:00"},
		{"7 giờ tối", "19:00!"}, {"9h đêm", "21:00!"}, {"2 pm", "14:00!"}, {"8:30 am", "8:30!"},
		{"ម៉ោង ៨", ""}, {"៨:៣០", "8:30"}, {"0 giờ", "0:00!"},
		{"14 giờ sáng", ""}, {"3 giờ tối", ""}, {"12 giờ tối", ""}, {"24:00", ""}, {"8:60", ""}, {"8h 75", ""}, {"99", ""},
		{"sáng", ""}, {"buổi sáng", ""}, {"8-11 giờ", ""}, {"tám giờ", ""}, {"", ""}, {"0 giờ kém 5", ""}, {"8:3", ""}, {"12345", ""},
	} {
		want, exact := strings.CutSuffix(tt.want, "!")
		got, ok := readClock(tt.text)
		text := ""
		if ok {
			text = got.on(monday).Format("15:04")
			text = strings.TrimPrefix(text, "0")
		}
		if text != want || got.exact != exact {
			t.Errorf("readClock(%q) = %q exact %v, want %q", tt.text, text, got.exact, tt.want)
		}
	}
}

func TestClockStart(t *testing.T) {
	for text, want := range map[string]string{
		"2 giờ": "14:00", "5h": "17:00", "6 giờ": "06:00", "7h30": "07:30", "02:00": "02:00", "2 giờ chiều": "14:00", "12 giờ": "12:00",
	} {
		c, ok := readClock(text)
		if got := c.start(monday).Format("15:04"); !ok || got != want {
			t.Errorf("start of %q = %s, want %s", text, got, want)
		}
	}
}

func TestReadEnd(t *testing.T) {
	start := monday.Add(14 * time.Hour)
	for text, want := range map[string]string{
		"16h": "23/11 16:00", "4 giờ": "23/11 16:00", "6 giờ": "23/11 18:00", "13h": "23/11 13:00", "9 giờ tối": "23/11 21:00",
		"16 giờ 24/11": "24/11 16:00", "24/11 16h": "24/11 16:00", "11h, thứ tư": "25/11 11:00", "11 giờ ngày 25 tháng 11": "25/11 11:00",
		"16 giờ 5/11": "", "chiều": "", "": "", strings.Repeat("1 ", 4000): "",
	} {
		got, ok := readEnd(text, start, monday)
		text := cut(text, mostLabel)
		if ok != (want != "") || ok && got.Format("02/01 15:04") != want {
			t.Errorf("readEnd(%q) = %s %v, want %q", text, got.Format("02/01 15:04"), ok, want)
		}
	}
}

func TestReadSeats(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int // 0: not understood
	}{
		{"30", 30}, {"1", 1}, {"100000", 100_000}, {"100.000", 100_000}, {"1,000", 1_000}, {"1 000", 1_000},
		{"30 chỗ", 30}, {"30 người", 30}, {"៣០", 30}, {"３０", 30}, {"030", 30},
		{"ba mươi", 30}, {"ba muoi", 30}, {"ba chục", 30}, {"ba mươi chỗ", 30}, {"hai mươi lăm", 25}, {"mười", 10}, {"mười lăm", 15}, {"năm", 5},
		{"một trăm", 100}, {"một trăm hai mươi", 120}, {"hai trăm lẻ năm", 205}, {"một trăm mười lăm", 115}, {"một trăm năm mươi", 150},
		{"0", 0}, {"-1", 0}, {"100001", 0}, {"1000000000", 0}, {"99999999999999999999999", 0}, {"10⁹", 0}, {"10^9", 0}, {"1e3", 0},
		{"3.5", 0}, {"30-40", 0}, {"một trăm hai", 0}, {"nhiều", 0}, {"", 0}, {"chỗ", 0}, {"hai ba", 0}, {"không", 0},
	} {
		got, ok := readSeats(tt.text)
		if !ok {
			got = 0
		}
		if got != tt.want {
			t.Errorf("readSeats(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

// FuzzReadTraining holds the readers to never panic, and to what they promise
// of their results.
func FuzzReadTraining(f *testing.F) {
	for _, s := range []string{
		"12/12", "thứ bảy 12/12/2026", "8 giờ rưỡi chiều", "16h 13/12", "ba mươi", "100.000", "10⁹", "", "\x00", "\u202e12/12", "31/2/99999",
		"t7 tuan sau", "kem 5", "0 giờ kém 60", strings.Repeat("9", 300), "១២/១២", "é́́́", "sang sang sang",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = cleanText(s, MaxText)
		if day, fault := readDay(s, monday); fault == dayFine && (day.Before(monday) || day.After(monday.AddDate(maxAhead, 0, 0)) || day.Hour() != 0) {
			t.Errorf("readDay(%q) = %v", s, day)
		}
		if c, ok := readClock(s); ok && (c.minute < 0 || c.minute >= 24*60) {
			t.Errorf("readClock(%q) = %d", s, c.minute)
		}
		if n, ok := readSeats(s); ok && (n < 1 || n > store.MaxSeats) {
			t.Errorf("readSeats(%q) = %d", s, n)
		}
		readEnd(s, monday.Add(8*time.Hour), monday)
		revealing(s)
	})
}

func TestRevealing(t *testing.T) {
	for text, want := range map[string]string{
		"Phòng chống bạo lực gia đình": "bạo lực",
		"PHÒNG CHỐNG BẠO LỰC":          "bạo lực",
		"phong chong bao luc gia dinh": "bạo lực",
		"Mô hình “Địa chỉ tin cậy”":    "tin cậy",
		"dia chi tin cay":              "tin cậy",
		"Chống hiếp dâm":               "hiếp",
		"Ma tuý và HIV":                "HIV",
		"Domestic violence":            "violence",
		"ការពារពីអំពើហិង្សាក្នុងគ្រួសារ": "ហិង្សា",
		"Hội Liên hiệp Phụ nữ":            "",
		"hoi lien hiep phu nu":            "",
		"Giữ gìn hạnh phúc gia đình":      "",
		"Buổi trao đổi chính sách":        "",
		"Kỹ năng truyền thông cho cán bộ": "",
		"Nuôi con dưới 36 tháng":          "",
		"Gắn kết cộng đồng":               "",
		"Nhà văn hóa ấp An Ninh":          "",
		"":                                "",
	} {
		if got := revealing(text); got != want {
			t.Errorf("revealing(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestSuggestedNames holds the names that the bot itself proposes to its own
// rule.
func TestSuggestedNames(t *testing.T) {
	s := newStage(t)
	turn := &Turn{engine: s.engine}
	for _, kind := range store.Kinds {
		for code, name := range turn.suggestedName(kind) {
			if name == "" || revealing(name) != "" || strings.HasPrefix(name, "[") || len([]rune(name)) > 2*mostName {
				t.Errorf("suggested name of %s in %s: %q", kind, code, name)
			}
		}
	}
}
