package form

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"chihai/locales"

	"pgregory.net/rapid"
)

const compared = `
| survey | type | name | label::Tiếng Việt (vi) | label::English (en) | relevant | constraint | required | appearance |
| | integer | age | Chị mấy tuổi? | Age? | | . >= 18 and . < 60 | yes | |
| | select_one w | w | Chị làm gì? | Work? | ${age} > 20 | | | |
| | begin group | g | Nhà | House | | | | |
| | text | t | Ghi thêm | More | | | | multiline |
| | end group | | | | | | | |
| | note | n | Cảm ơn | Thanks | | | | |
| choices | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | w | a | Dưới 4 tháng | Under 4 months |
| | w | b | Đã được nhận đủ tiền | All money received |
| settings | form_id | form_title |
| | f | Phiếu |`

// TestCompare: every change has its kind, and is said with its place.
func TestCompare(t *testing.T) {
	old := logicOf(t, compared).Form()
	vi := words(t).In("vi", "")
	for _, tt := range []struct {
		from, to string
		want     string
	}{
		{"", "", ""},
		{"${age} > 20", "${age}>20", ""},
		{"Phiếu", "Phiếu mới", "cosmetic đổi tên phiếu"},
		{"Chị mấy tuổi?", "Chị bao nhiêu tuổi?", "cosmetic Câu 1 “Chị bao nhiêu tuổi?”: đổi lời"},
		{"multiline", "", "cosmetic Câu 3 “Ghi thêm”: đổi cách trình bày"},
		{". >= 18 and . < 60", ". >= 16 and . < 60", "compatible Câu 1 “Chị mấy tuổi?”: nới điều kiện của câu trả lời"},
		{". >= 18 and . < 60", ". >= 18 and . < 50", "breaking Câu 1 “Chị mấy tuổi?”: đổi điều kiện của câu trả lời"},
		{". >= 18 and . < 60 | yes", ". >= 18 and . < 60 | ", "compatible Câu 1 “Chị mấy tuổi?”: không bắt buộc nữa"},
		{"${age} > 20", "${age} > 21", "breaking Câu 2 “Chị làm gì?”: đổi điều kiện được hỏi"},
		{"| | text | t |", "| | integer | t |", "breaking Câu 3 “Ghi thêm”: đổi loại câu hỏi"},
		{"| | note |", "| | text | x | Gì nữa? | What? | | | | |\n| | note |", "compatible Câu 4 “Gì nữa?”: câu mới, không bắt buộc"},
		{"| | note |", "| | text | x | Gì nữa? | What? | | | yes | |\n| | note |", "breaking Câu 4 “Gì nữa?”: câu mới, bắt buộc trả lời"},
		{"| | note | n | Cảm ơn | Thanks | | | | |\n", "", "cosmetic “Cảm ơn”: bỏ câu này"},
		{"| | begin group | g | Nhà | House | | | | |\n| | text", "| | text", "breaking"},
		{"| | w | b |", "| | w | c |", "breaking Danh sách w: bỏ lựa chọn “Đã được nhận đủ tiền”; compatible Danh sách w: thêm lựa chọn “Đã được nhận đủ tiền” ở cuối"},
		{"Đã được nhận đủ tiền | All money received", "Đã được nhận đủ tiền rồi | All money received now", "cosmetic Danh sách w: đổi lời lựa chọn “Đã được nhận đủ tiền rồi”"},
		{"Đã được nhận đủ tiền | All money received", "Chưa được nhận đủ tiền | Not all money received", "breaking Danh sách w: mã của lựa chọn “Đã được nhận đủ tiền” nay mang nghĩa khác"},
		{"Dưới 4 tháng | Under 4 months", "Dưới 6 tháng | Under 6 months", "breaking Danh sách w: mã của lựa chọn “Dưới 4 tháng” nay mang nghĩa khác"},
		{"Dưới 4 tháng", "Chưa đủ 4 tháng", "cosmetic Danh sách w: đổi lời lựa chọn “Chưa đủ 4 tháng”"},
		{"| | w | a |", "| | w | z | Khác | Other |\n| | w | a |", "breaking Danh sách w: chen lựa chọn “Khác” vào giữa"},
		{"English (en)", "ខ្មែរ (km)", "compatible thêm ខ្មែរ (km); breaking bỏ English (en)"},
	} {
		md := compared
		if tt.to == "" && strings.HasPrefix(tt.from, "| | note") {
			md = strings.Replace(md, tt.from, "", 1)
		} else if tt.from != "" {
			md = strings.ReplaceAll(md, tt.from, tt.to)
		}
		if strings.HasPrefix(tt.from, "| | begin group") {
			md = strings.Replace(md, "| | end group | | | | | | | |\n", "", 1)
		}
		newer := logicOf(t, md).Form()
		changes := Compare(old, newer)
		var got []string
		for _, c := range changes {
			got = append(got, string(c.Kind)+" "+c.Words(newer, vi))
		}
		if tt.want == "breaking" {
			if Heaviest(changes) != Breaking {
				t.Errorf("%q: %q", tt.to, got)
			}
			continue
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%q instead of %q: %q, want %q", tt.to, tt.from, strings.Join(got, "; "), tt.want)
		}
		if only := Heaviest(changes) == Cosmetic || len(changes) == 0; only != (Reword(old, newer) == newer) {
			t.Errorf("%q: people in the middle: %v", tt.to, only)
		}
	}
}

// TestChangesHaveWords: every code of a change has a message in every language.
func TestChangesHaveWords(t *testing.T) {
	for _, lang := range locales.Languages {
		p := words(t).In(lang, "")
		for _, code := range ChangeCodes() {
			id := "formchange." + string(code)
			if s := p.T(id, "choice", "x", "language", "y"); s == "" || strings.Contains(s, "formchange.") || strings.Contains(s, "{") {
				t.Errorf("%s in %s is %q", id, lang, s)
			}
		}
	}
}

// TestReword: who begins with an older version and goes on with one in other words leaves the same response as with
// the older alone.
func TestReword(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		older := drawForm(t)
		b, err := Encode(older)
		if err != nil {
			t.Fatal(err)
		}
		newer, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		newer.Title += "!"
		for q := range newer.Questions() {
			q.Label = maps.Clone(q.Label)
			for k := range q.Label {
				q.Label[k] += " ạ?"
			}
			if q.Kind.Asked() {
				q.Hint = Text{"Tiếng Việt (vi)": "Ghi ngắn thôi."}
			}
		}
		if Reword(older, newer) != newer {
			t.Fatalf("more than words: %v", Compare(older, newer))
		}
		l, err := NewLogic(older)
		if err != nil {
			t.Fatal(err)
		}
		m, err := NewLogic(newer)
		if err != nil {
			t.Fatal(err)
		}
		s := settingAt("vi")
		by := newScout(l, s.Clock)
		by.limit /= 100
		by.search()
		people, _ := by.choose(3)
		for _, who := range people {
			alone := replay(t, l, who, s)
			change := rapid.IntRange(0, 20).Draw(t, "change")
			r := l.Begin(s.Clock.Now, 1, nil)
			for n := range 4 * mostSteps {
				with := l
				if n >= change {
					with = m
				}
				w := with.Walk(r, s)
				step, ok := w.Next()
				if !ok {
					if err := w.Finish(); err != nil {
						t.Fatal(err)
					}
					r = w.Response()
					break
				}
				if err := who.Answer(w, step); err != nil {
					t.Fatalf("%s: %v", step.Path, err)
				}
				r = w.Response()
			}
			x, _ := EncodeResponse(alone)
			y, _ := EncodeResponse(r)
			if !slices.Equal(x, y) {
				t.Fatalf("alone\n%s\nchanged after %d\n%s", x, change, y)
			}
		}
	})
}
