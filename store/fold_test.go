package store_test

import (
	"strings"
	"testing"

	"chihai/store"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"Đăng ký", "dang ky"},
		{"ĐĂNG KÝ", "dang ky"},
		{"  đăng \t ký\n", "dang ky"},
		{"“Đăng ký”!", "dang ky"},
		{"Nguyễn Thị Hoa", "nguyen thi hoa"},
		{"hoà", "hoa"},
		{"hòa", "hoa"},
		{"huỷ", "huy"},
		{"dang\u200b\u00a0ky\u202e", "dang ky"},
		{"12/12 · Nuôi con", "12/12 · nuoi con"},
		{"(có)", "co"},
		{"...", ""},
		{"/dangky", "/dangky"},
		{"ភាសាខ្មែរ", "ភាសាខ្មែរ"},
		{"កា", "កា"},
		{"1️⃣", "1️⃣"},
	} {
		if got := store.Fold(tt.text); got != tt.want {
			t.Errorf("Fold(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// vietnamese draws what people type: words with diacritics, in both scripts of
// the province, with all that keyboards and copying add.
func vietnamese() *rapid.Generator[string] {
	letters := []rune("aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY" +
		"àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵÀẢÃÁẠẾỆỐỘỚỢÚỤỨỰÝ" +
		"0123456789 \t\u00a0.,!?()“”…/#-ភាសាខ្មែរ១២៣\u200b\u200d\u2060\ufeff\u202a\u202e")
	return rapid.StringOfN(rapid.SampledFrom(letters), 0, 40, -1)
}

func TestFoldTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(vietnamese(), rapid.String()).Draw(t, "text")
		once := store.Fold(s)
		if twice := store.Fold(once); twice != once {
			t.Fatalf("Fold(%q) = %q, and folded again %q", s, once, twice)
		}
	})
}

func TestFoldForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := vietnamese().Draw(t, "text")
		want := store.Fold(s)
		for what, same := range map[string]string{
			"NFC": norm.NFC.String(s), "NFD": norm.NFD.String(s), "upper case": strings.ToUpper(s), "spaces": " " + strings.ReplaceAll(s, " ", "  "),
		} {
			if got := store.Fold(same); got != want {
				t.Fatalf("Fold(%q) = %q, want %q as of %q: %s", same, got, want, s, what)
			}
		}
	})
}

// Where a tone is written is a matter of school and keyboard.
func TestFoldTones(t *testing.T) {
	tones := []rune{'\u0300', '\u0301', '\u0303', '\u0309', '\u0323'}
	for _, vowels := range []string{"oa", "oe", "uy", "oă", "uâ", "uê"} {
		v := []rune(vowels)
		for _, tone := range tones {
			old := norm.NFC.String("h" + string(v[0]) + string(tone) + string(v[1]))
			modern := norm.NFC.String("h" + vowels + string(tone))
			if a, b := store.Fold(old), store.Fold(modern); a != b {
				t.Errorf("Fold(%q) = %q, Fold(%q) = %q, want the same", old, a, modern, b)
			}
		}
	}
}
