package flows

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"chihai/locales"
	"chihai/store"

	"golang.org/x/text/unicode/norm"
)

// typed returns what may be typed for a locale id, as an engine has it.
func typed(t testing.TB) func(id string) []word {
	t.Helper()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(nil, catalog, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return e.typed
}

// question returns a prompt with choices whose labels are messages, by their
// locale ids; the ID of each is the same.
func question(t testing.TB, free bool, ids ...string) *store.Prompt {
	t.Helper()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := &store.Prompt{Free: free}
	for _, id := range ids {
		c := store.PromptChoice{ID: id, Label: id}
		if catalog.Has(id) {
			c.Label, c.Key = catalog.In("vi", "").T(id), id
		}
		if strings.HasPrefix(id, "nav.") {
			c.ID = "nav:" + strings.TrimPrefix(id, "nav.")
		}
		p.Choices = append(p.Choices, c)
	}
	return p
}

func TestResolve(t *testing.T) {
	words := typed(t)
	check := []string{"register.yes", "profile.change_name", "nav.back", "nav.later", "nav.stop"}
	answers := []string{"answer.yes", "answer.no", "nav.stop"}
	use := []string{"feedback.use_yes", "feedback.use_not_yet", "feedback.use_no", "nav.stop"}
	sure := []string{"Có, gửi", "Không, để đó", "nav.stop"}
	names := []string{"Có Thị An, ấp 3", "Không rõ, chờ", "nav.stop"}
	list := []string{"05/12 · Nuôi con", "12/12 · Nuôi con", "Xã Kế Sách", "nav.stop"}
	for _, tt := range []struct {
		free bool
		ids  []string
		text string
		want string // ID; empty: none
	}{
		{false, answers, "Có", "answer.yes"},
		{false, answers, "có", "answer.yes"},
		{false, answers, "CO", "answer.yes"},
		{false, answers, "co\u0301", "answer.yes"},
		{false, answers, "dạ", "answer.yes"},
		{false, answers, "da", "answer.yes"},
		{false, answers, "ok", "answer.yes"},
		{false, answers, "hổng", "answer.no"},
		{false, answers, " “không”. ", "answer.no"},
		{false, answers, "1", "answer.yes"},
		{false, answers, "2.", "answer.no"},
		{false, answers, "២", "answer.no"},
		{false, answers, "２", "answer.no"},
		{false, answers, "2️⃣", "answer.no"},
		{false, answers, "#2", "answer.no"},
		{false, answers, "(3)", "nav:stop"},
		{false, answers, "0", ""},
		{false, use, "có", "feedback.use_yes"},
		{false, use, "dạ", "feedback.use_yes"},
		{false, use, "chưa", "feedback.use_not_yet"},
		{false, use, "ko", "feedback.use_no"},
		{false, sure, "co", "Có, gửi"},
		{false, sure, "dạ có", "Có, gửi"},
		{false, sure, "hông", "Không, để đó"},
		{true, sure, "có", ""},
		{false, []string{"បាទ/ចាស ផ្ញើ", "nav.stop"}, "ចាស", "បាទ/ចាស ផ្ញើ"},
		{false, []string{"Có thể", "nav.stop"}, "có", ""},
		{false, names, "có", ""},
		{false, names, "không", ""},
		{false, answers, "4", ""},
		{false, answers, "12345678901234567890", ""},
		{false, answers, "thoi", "nav:stop"},
		{false, answers, "", ""},
		{false, answers, " ", ""},
		{false, answers, "…", ""},
		{false, answers, "có lẽ", ""},

		// đúng and dừng differ by their diacritics alone.
		{false, check, "đúng", "register.yes"},
		{false, check, "dung", "register.yes"},
		{false, check, "dừng", "nav:stop"},
		{false, check, "Dừng lại", ""},
		{false, answers, "dung", "answer.yes"},
		{false, answers, "dừng", "nav:stop"},
		{false, []string{"menu.register", "nav.stop"}, "dung", "nav:stop"},
		{false, []string{"menu.register", "nav.stop"}, "đúng", ""},

		// Two ways to place a tone, and two ways to write one.
		{false, []string{"mine.yes", "mine.no"}, "huỷ", "mine.yes"},
		{false, []string{"mine.yes", "mine.no"}, "hủy", "mine.yes"},
		{false, []string{"mine.yes", "mine.no"}, "hu\u0309y", "mine.yes"},
		{false, []string{"mine.yes", "mine.no"}, "HUY", "mine.yes"},
		{false, []string{"mine.cancel"}, "huỷ đăng ký", "mine.cancel"},

		// Labels that are no messages.
		{false, list, "xa ke sach", "Xã Kế Sách"},
		{false, list, "05/12 · nuoi con", "05/12 · Nuôi con"},
		{false, list, "nuôi con", ""},
		{false, list, "3", "Xã Kế Sách"},

		// At a question that takes free text only a button or #1 is a choice.
		{true, check, "Quay lại", "nav:back"},
		{true, check, "quay lai", ""},
		{true, check, "Thôi", "nav:stop"},
		{true, check, "thoi", ""},
		{true, check, "1", ""},
		{true, check, "#1", "register.yes"},
		{true, check, "#០", ""},
		{true, check, "#៣", "nav:back"},
		{true, check, "#9", ""},
		{true, check, "# 2", "profile.change_name"},
	} {
		c, ok := resolve(question(t, tt.free, tt.ids...), words, tt.text)
		if ok != (tt.want != "") || c.ID != tt.want {
			t.Errorf("resolve(%q) at %v, free %v = %q, want %q", tt.text, tt.ids, tt.free, c.ID, tt.want)
		}
	}
}

// Buttons are understood in every language, whichever she was shown.
func TestResolveEveryLanguage(t *testing.T) {
	words := typed(t)
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range [][]string{
		{"menu.register", "menu.mine", "menu.help", "menu.settings", "menu.staff"},
		{"answer.agree", "answer.disagree", "nav.back", "nav.later", "nav.stop"},
		{"answer.yes", "answer.no", "nav.back"},
		{"language.vi", "language.km", "language.en"},
	} {
		p := question(t, false, ids...)
		for i, id := range ids {
			for _, code := range locales.Languages {
				label := catalog.In(code, "").T(id)
				for _, text := range []string{label, strings.ToUpper(label), norm.NFD.String(label)} {
					if c, _ := resolve(p, words, text); c != p.Choices[i] {
						t.Errorf("resolve(%q), which is %s in %s, = %q", text, id, code, c.ID)
					}
				}
			}
		}
	}
}

func TestSpelt(t *testing.T) {
	for _, tt := range [][2]string{
		{"hủy", "huỷ"}, {"hòa", "hoà"}, {"Hủy", "HUỶ"}, {"hu\u0309y", "hủy"}, {"  thôi ", "thôi."}, {"quý", "quy\u0301"}, {"dạ  có", "dạ có"},
	} {
		if a, b := spelt(tt[0]), spelt(tt[1]); a != b {
			t.Errorf("spelt(%q) = %q and spelt(%q) = %q, want the same", tt[0], a, tt[1], b)
		}
	}
	for _, tt := range [][2]string{{"đúng", "dừng"}, {"đúng", "dung"}, {"có", "cố"}, {"thoi", "thôi"}, {"កា", "កី"}} {
		if a, b := spelt(tt[0]), spelt(tt[1]); a == b {
			t.Errorf("spelt(%q) = spelt(%q) = %q, want them to differ", tt[0], tt[1], a)
		}
	}
}

func FuzzResolve(f *testing.F) {
	words := typed(f)
	for _, text := range []string{"", "1", "#1", "Có", "co\u0301", "dung", "\xff", "️⃣", "２", "១", "\u200b", "#\u00a01", strings.Repeat("9", 300), "Quay lại", "\u202e1"} {
		for _, free := range []bool{false, true} {
			f.Add(text, free, uint8(0))
			f.Add(text, free, uint8(3))
		}
	}
	questions := []*store.Prompt{
		question(f, false, "answer.yes", "answer.no", "nav.stop"),
		question(f, false, "register.yes", "profile.change_name", "profile.change_area", "nav.back", "nav.later", "nav.stop"),
		question(f, false, "language.vi", "language.km", "language.en"),
		question(f, false, "05/12 · Nuôi con", "Xã Kế Sách", "Phường 1", "menu.mine", "nav.listen", "nav.back"),
		{},
	}
	f.Fuzz(func(t *testing.T, text string, free bool, which uint8) {
		p := &store.Prompt{Free: free, Choices: questions[int(which)%len(questions)].Choices}
		text = cleanText(text, MaxText)
		c, ok := resolve(p, words, text)
		if !ok {
			if c != (store.PromptChoice{}) {
				t.Fatalf("resolve(%q) = %v and no choice", text, c)
			}
			return
		}
		if !slices.Contains(p.Choices, c) {
			t.Fatalf("resolve(%q) = %v, which is not offered", text, c)
		}
		if free && c.Label != text && !strings.HasPrefix(text, "#") {
			t.Fatalf("resolve(%q) = %v at a question that takes free text", text, c)
		}
		for what, same := range map[string]string{"NFD": norm.NFD.String(text), "spaces": " " + text + "\n"} {
			if again, ok := resolve(p, words, same); !ok || again != c {
				t.Fatalf("resolve(%q) = %v, %v, but with %s %v", text, c, ok, what, again)
			}
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, text := range []string{"", "Nguyễn Thị Hoa", "a\x00b", "\ufeffx", "\u202eabc\u202c", "a\xffb", strings.Repeat("ế", 5000), "e\u0302\u0301", " \u2028x\u0085 ", "a\u034f\u0301", "\U000e0001", "ខ្មែរ", "👩‍👩‍👧", "x " + strings.Repeat("\u0301", 5000)} {
		f.Add(text, 60)
		f.Add(text, 1)
	}
	f.Fuzz(func(t *testing.T, text string, most int) {
		most = 1 + most&0xfff
		got := cleanText(text, most)
		if !utf8.ValidString(got) {
			t.Fatalf("cleanText(%q) = %q, which is not UTF-8", text, got)
		}
		if n := utf8.RuneCountInString(got); n > most {
			t.Fatalf("cleanText(%q, %d) has %d characters", text, most, n)
		}
		if got != strings.TrimSpace(got) || !norm.NFC.IsNormalString(got) {
			t.Fatalf("cleanText(%q) = %q is not trimmed or not in NFC", text, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("cleanText(%q) = %q holds %U", text, got, r)
			}
		}
		if again := cleanText(got, most); again != got {
			t.Fatalf("cleanText(%q) = %q, and again %q", text, got, again)
		}
	})
}

func FuzzReadProfile(f *testing.F) {
	for _, text := range []string{"Nguyễn Thị Hoa", "0912 345 678", "+84912345678", "=1+1", "", "សុខ", "０９１２３４５６７８", "a.b-c'd"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = cleanText(text, MaxText)
		if name, ok := readName(text); ok {
			if again, ok := readName(name); !ok || again != name {
				t.Fatalf("readName(%q) = %q, and again %q, %v", text, name, again, ok)
			}
			if strings.ContainsAny(name, "=+@\n\t") || utf8.RuneCountInString(name) > 80 {
				t.Fatalf("readName(%q) = %q", text, name)
			}
		}
		if phone, ok := readPhone(text); ok {
			if again, ok := readPhone(phone); !ok || again != phone {
				t.Fatalf("readPhone(%q) = %q, and again %q, %v", text, phone, again, ok)
			}
			if phone[0] != '+' || strings.Trim(phone[1:], "0123456789") != "" || len(phone) > 16 {
				t.Fatalf("readPhone(%q) = %q", text, phone)
			}
		}
	})
}
