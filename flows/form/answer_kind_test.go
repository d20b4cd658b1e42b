package form

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"chihai/flows/form/xpath"
)

const kinds = `
| survey | type | name | label | parameters | choice_filter | calculation | trigger | repeat_count | appearance |
| | integer | so | Số | | | | | | |
| | decimal | le | Số lẻ | | | | | | |
| | range | muc | Mức | start=0 end=1 step=0.1 | | | | | |
| | range | xuong | Xuống | start=10 end=1 step=-1 | | | | | |
| | date | ngay | Ngày | | | | | | |
| | time | gio | Giờ | | | | | | |
| | datetime | luc | Lúc | | | | | | |
| | acknowledge | dong_y | Đồng ý | | | | | | |
| | geopoint | noi | Nơi | | | | | | |
| | image | anh | Ảnh | | | | | | |
| | rank viec | hang | Xếp | | | | | | |
| | select_multiple viec | nhieu | Nhiều | randomize=true | | | | | |
| | select_one_from_file xa.csv | xa | Xã | value=ma label=ten | tinh = 'ct' | | | | |
| | calculate | khi | | | | concat(${so}, '-', ${le}) | ${so} | | |
| | calculate | mot_lan | | | | once(random()) | | | |
| | integer | may | Mấy con | | | | | | |
| | begin repeat | con | Con | | | | | ${may} | |
| | text | ten | Tên | | | | | | |
| | begin repeat | lop | Lớp | | | | | 2 | |
| | integer | diem | Điểm | | | | | | |
| | calculate | thu | | | | concat(position(../..), '.', position(..)) | | | |
| | calculate | ben | | | | indexed-repeat(${diem}, ${con}, 2) | | | |
| | end repeat | | | | | | | | |
| | end repeat | | | | | | | | |
| | select_one ${ten} | ai | Ai? | | string-length(${ten}) > 1 | | | | |
| | calculate | hai_mot | | | | indexed-repeat(${diem}, ${con}, 2, ${lop}, 1) | | | |
| | calculate | lon | | | | count(${lop}[diem > 4]) | | | |
| | calculate | dai | | | | concat(${ai}, ${ai}) | | | |
| choices | list_name | name | label | | | | | | |
| | viec | a | Thợ | | | | | | |
| | viec | b | Cấy | | | | | | |
| | viec | c | Bán | | | | | | |
`

func kindsWalk(t testing.TB) *Walk {
	l := logicOf(t, kinds)
	s := settingAt("vi")
	s.Files = map[string][]xpath.Row{"xa.csv": {
		Record{"ma": "1", "ten": "Ninh Kiều", "tinh": "ct"}, Record{"ma": "2", "ten": "Mỹ Xuyên", "tinh": "st"},
	}}
	return l.Walk(l.Begin(s.Clock.Now, 5, nil), s)
}

func TestAnswerKinds(t *testing.T) {
	w := kindsWalk(t)
	for _, tt := range []struct{ path, value, want string }{
		{"so", "007", "7"}, {"so", "-3", "-3"}, {"so", " 12 ", "12"}, {"so", "1.0", "1"},
		{"so", "3,5", "kind"}, {"so", "1e3", "kind"}, {"so", strings.Repeat("9", 99), "kind"}, {"so", "ba", "kind"}, {"so", "", "empty"},
		{"so", "+", "kind"}, {"so", "\xff", "kind"},
		{"le", "3,5", "3.5"}, {"le", "1.10", "1.1"}, {"le", "Inf", "kind"}, {"le", "NaN", "kind"}, {"le", "1,5,2", "kind"},
		{"muc", "0.3", "0.3"}, {"muc", "0.35", "stride"}, {"muc", "1.1", "range"}, {"muc", "-1", "range"}, {"xuong", "4", "4"}, {"xuong", "0", "range"},
		{"ngay", "2026-02-29", "kind"}, {"ngay", "2028-02-29", "2028-02-29"}, {"ngay", "24/11/2026", "kind"},
		{"gio", "08:30", "08:30"}, {"gio", "25:00", "kind"}, {"luc", "2026-11-24T08:30", "2026-11-24T08:30"}, {"luc", "2026-11-24", "kind"},
		{"dong_y", "OK", "OK"}, {"dong_y", "có", "kind"},
		{"noi", "10.03  105.78", "10.03 105.78"}, {"noi", "91 0", "kind"}, {"noi", "10", "kind"},
		{"anh", "sha256-1", "sha256-1"}, {"anh", strings.Repeat("x", MaxText+1), "long"},
		{"hang", "b a c", "b a c"}, {"hang", "a b", "order"}, {"hang", "a a b", "order"}, {"hang", "a b z", "choice"},
		{"nhieu", "c a", "a c"}, {"nhieu", "a a", "order"}, {"nhieu", "z", "choice"},
		{"xa", "1", "1"}, {"xa", "2", "choice"},
		{"khi", "1", "step"}, {"con", "1", "step"}, {"khong_co", "1", "step"}, {"con[1]/ten", "x", "step"},
	} {
		err := w.Answer(tt.path, tt.value)
		got := w.Response().Answers[tt.path].Value
		if r := (*Refusal)(nil); errors.As(err, &r) {
			got = string(r.Code)
		}
		if got != tt.want {
			t.Errorf("%.20q to %s: %s, want %s", tt.value, tt.path, got, tt.want)
		}
	}
}

func TestWalkComputes(t *testing.T) {
	w := kindsWalk(t)
	value := func(path string) string { return w.Response().Answers[path].Value }
	once := value("mot_lan")
	if once == "" {
		t.Error("once computes nothing")
	}
	if s, _ := w.At("nhieu"); len(s.Options) != 3 {
		t.Errorf("%v are offered", s.Options)
	} else if a, _ := w.At("nhieu"); !slices.EqualFunc(a.Options, s.Options, func(x, y Option) bool { return x.Name == y.Name }) {
		t.Error("chance is another each time")
	}
	if s, _ := w.At("xa"); len(s.Options) != 1 || s.Options[0].Label != "Ninh Kiều" {
		t.Errorf("%v are offered from the file", s.Options)
	}
	for _, a := range [][2]string{{"so", "1"}, {"le", "2"}, {"may", "2"}, {"con[1]/ten", "Lan"}, {"con[2]/ten", "X"},
		{"con[1]/lop[1]/diem", "3"}, {"con[1]/lop[2]/diem", "5"}, {"con[2]/lop[1]/diem", "7"}, {"con[2]/lop[2]/diem", "8"}, {"ai", "Lan"}} {
		if err := w.Answer(a[0], a[1]); err != nil {
			t.Fatalf("%s: %v", a[0], err)
		}
		w = w.logic.Walk(again(t, w, w.setting).Response(), w.setting)
	}
	for path, want := range map[string]string{
		"khi": "1-", "mot_lan": once, "hai_mot": "7", "lon": "3", "dai": "LanLan",
		"con[1]/lop[2]/thu": "1.2", "con[2]/lop[1]/thu": "2.1", "con[1]/lop[2]/ben": "7",
	} {
		if got := value(path); got != want {
			t.Errorf("%s computes %q, want %q", path, got, want)
		}
	}
	if s, _ := w.At("ai"); len(s.Options) != 1 || s.Options[0].Name != "Lan" {
		t.Errorf("%v are offered from the answers", s.Options)
	}
	// A smaller count takes instances and their answers away, and what was chosen from them.
	if err := w.Answer("may", "0"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"con[1]/ten", "con[2]/lop[2]/diem", "ai", "hai_mot", "dai"} {
		if got := value(path); got != "" {
			t.Errorf("%s is still %q", path, got)
		}
	}
	// A count beyond all measure is cut.
	if err := w.Answer("may", "999999999999999"); err != nil {
		t.Fatal(err)
	}
	if s, _ := w.At("con[1]/ten"); s.Count != MaxInstances {
		t.Errorf("%d instances", s.Count)
	}
	if len(w.Mistakes()) > 0 {
		t.Errorf("mistakes: %v", w.Mistakes())
	}
}
