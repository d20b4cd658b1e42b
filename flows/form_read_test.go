package flows

import (
	"strings"
	"testing"
	"time"

	"chihai/flows/form"
)

func TestReadNumber(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"3", "3"}, {" 3. ", "3"}, {"3,5", "3.5"}, {"3.5", "3.5"}, {"0,75", "0.75"}, {"1.500.000", "1500000"}, {"1 500 000", "1500000"},
		{"3.500", "3500"}, {"1.500,25", "1500.25"}, {"1,500.25", "1500.25"}, {"3 triệu", "3000000"}, {"3tr5", "3500000"}, {"3 trieu ruoi", "3500000"},
		{"500k", "500000"}, {"1 triệu 500 nghìn", "1500000"}, {"2,5 tỷ", "2500000000"}, {"ba", "3"}, {"Mười hai", "12"}, {"hai mươi lăm", "25"},
		{"một trăm linh năm", "105"}, {"ba triệu", "3000000"}, {"hai trăm năm mươi nghìn", "250000"}, {"hai rưỡi", "2.5"}, {"៣", "3"}, {"១២", "12"}, {"បី", "3"},
		{"-3", "-3"}, {"âm 3", "-3"}, {"3 con", "3"}, {"không", "0"}, {"50%", "50"},
		{"", ""}, {"3 hay 4", ""}, {"hai ba", ""}, {"10⁹⁹", ""}, {"1e9", ""}, {"3 năm", ""}, {"abc", ""}, {"1.50.000", ""}, {"1,2,3", ""}, {"12/5", ""}, {"2-3", ""},
		{"triệu", ""}, {"0912 345 678 111", ""}, {strings.Repeat("9", 100), ""},
	} {
		if got, _ := readNumber(tt.text, false); got != tt.want {
			t.Errorf("readNumber(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
	for text, want := range map[string]string{"1,500": "1500", "12,500,000": "12500000", "1,5": "1.5"} {
		if got, _ := readNumber(text, true); got != want {
			t.Errorf("readNumber(%q, whole) = %q, want %q", text, got, want)
		}
	}
}

func FuzzReadNumber(f *testing.F) {
	for _, s := range []string{"3tr5", "mười hai", "1.500.000", "២៣", "ba trieu hai", "10⁹⁹"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := readNumber(s, false)
		if ok && strings.Trim(got, "-0123456789.") != "" {
			t.Errorf("readNumber(%q) = %q", s, got)
		}
	})
}

func TestReadAnswerDay(t *testing.T) {
	today := time.Date(2026, 11, 24, 0, 0, 0, 0, zone)
	for _, tt := range []struct{ text, appearance, want string }{
		{"hôm nay", "", "2026-11-24"}, {"hom qua", "", "2026-11-23"}, {"hôm kia", "", "2026-11-22"}, {"12/5/1990", "", "1990-05-12"}, {"12-5-1990", "", "1990-05-12"},
		{"8/3/26", "", "2026-03-08"}, {"8/3/90", "", "1990-03-08"}, {"12 tháng 5 năm 1990", "", "1990-05-12"}, {"១២/៥/១៩៩០", "", "1990-05-12"}, {"1990-05-12", "", "1990-05-12"},
		{"5/1990", "", ""}, {"12/5", "", ""}, {"31/2/1990", "", ""}, {"1990", "", ""}, {"12/13/1990", "", ""}, {"hai", "", ""},
		{"5/1990", "month-year", "1990-05-01"}, {"tháng 5 năm 1990", "month-year", "1990-05-01"}, {"1990", "year", "1990-01-01"},
	} {
		if got, ok := readAnswerDay(tt.text, &form.Question{Kind: form.Date, Appearance: tt.appearance}, today); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("readAnswerDay(%q, %q) = %q, %v, want %q", tt.text, tt.appearance, got, ok, tt.want)
		}
	}
}

func TestReadAnswerTime(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 15, 0, 0, zone)
	for text, want := range map[string]string{"8h30": "08:30", "8 giờ 30": "08:30", "2 giờ chiều": "14:00", "៨:៣០": "08:30", "25h": ""} {
		if got, _ := readAnswerTime(text); got != want {
			t.Errorf("readAnswerTime(%q) = %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"12/5/2026 8h30": "2026-05-12T08:30:00.000+07:00", "8h30 hôm qua": "2026-11-23T08:30:00.000+07:00", "12/5/2026, lúc 8 giờ": "2026-05-12T08:00:00.000+07:00", "12/5/2026": "",
	} {
		if got, _ := readAnswerMoment(text, &form.Question{}, now); got != want {
			t.Errorf("readAnswerMoment(%q) = %q, want %q", text, got, want)
		}
	}
}
