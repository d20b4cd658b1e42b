package form

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/flows/form/xpath"
)

// logicOf makes a form of tables as pyxform's tests write them.
func logicOf(t testing.TB, md string) *Logic {
	t.Helper()
	f, found := Read(markdown("data", md))
	if f == nil || Broken(found) {
		t.Fatalf("the form is broken: %v", found)
	}
	b, err := Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	if f, err = Decode(b); err != nil {
		t.Fatal(err)
	}
	l, err := NewLogic(f)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var saigon = time.FixedZone("", 7*60*60)

func settingAt(language string) Setting {
	return Setting{
		Clock:    xpath.Clock{Now: time.Date(2026, 11, 24, 1, 30, 0, 0, time.UTC), Zone: saigon},
		Language: language,
	}
}

func begin(l *Logic) *Walk {
	s := settingAt("vi")
	return l.Walk(l.Begin(s.Clock.Now, 7, map[string]string{"username": "lan"}), s)
}

// again is the walk after its response was kept and read.
func again(t testing.TB, w *Walk, s Setting) *Walk {
	t.Helper()
	b, err := EncodeResponse(w.Response())
	if err != nil {
		t.Fatal(err)
	}
	r, err := DecodeResponse(b)
	if err != nil {
		t.Fatal(err)
	}
	return w.logic.Walk(r, s)
}

// told is a walk in words: the step, its count, what it says and offers.
func told(w *Walk) string {
	s, ok := w.Next()
	if !ok {
		return "end"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", s.Kind, s.Path)
	if s.Number > 0 {
		fmt.Fprintf(&b, " %d/%d", s.Number, s.Of)
	}
	fmt.Fprintf(&b, " %q", s.Label)
	for _, o := range s.Options {
		fmt.Fprintf(&b, " %s=%s", o.Name, o.Label)
	}
	if s.Required {
		b.WriteString(" required")
	}
	if s.Preset != "" {
		b.WriteString(" preset " + s.Preset)
	}
	if s.Answer.State != "" {
		fmt.Fprintf(&b, " was %s %s", s.Answer.State, s.Answer.Value)
	}
	if s.Refusal != nil {
		b.WriteString(" invalid " + string(s.Refusal.Code))
	}
	return strings.TrimSpace(b.String())
}

// play does one thing: "a path value" answers, "s" skips, "d" declines, "p" passes a note, "+" adds an
// instance, "-" removes one, "." ends a repeat, "<" goes back, "c" changes, "!" finishes.
func play(w *Walk, line string) error {
	parts := strings.SplitN(line, " ", 3)
	path := ""
	if len(parts) > 1 {
		path = parts[1]
	}
	ok := true
	switch parts[0] {
	case "a":
		return w.Answer(path, parts[2])
	case "s":
		return w.Skip(path)
	case "d":
		return w.Decline(path)
	case "p":
		ok = w.Pass(path)
	case "+":
		return w.Add(path)
	case "-":
		return w.Remove(path, int(parts[2][0]-'0'))
	case ".":
		return w.Done(path)
	case "<":
		ok = w.Back()
	case "c":
		ok = w.Change(path)
	case "!":
		return w.Finish()
	}
	if !ok {
		return errors.New("not possible")
	}
	return nil
}

const family = `
| survey | type | name | label::Tiếng Việt (vi) | label::English (en) | relevant | constraint | constraint_message::Tiếng Việt (vi) | required | calculation | choice_filter | default | repeat_count |
| | start | luc | | | | | | | | | | |
| | username | ai | | | | | | | | | | |
| | note | chao | Chào chị | Hello | | | | | | | | |
| | text | ten | Tên chị? | Name? | | | | yes | | | | |
| | begin group | nha | Gia đình | Family | | | | | | | | |
| | select_one tinh | tinh | Tỉnh nào? | Province? | | | | yes | | | ct | |
| | select_one xa | xa | Xã nào ở ${tinh}? | Commune? | | | | | | tinh = ${tinh} | | |
| | end group | | | | | | | | | | | |
| | begin repeat | con | Con | Child | | | | | | | | |
| | integer | tuoi | Con thứ mấy tuổi? | Age? | | . >= 0 and . < 36 | Từ 0 đến 35 ạ | yes | | | | |
| | text | truong | Trường nào? | School? | ${tuoi} >= 6 | | | | | | | |
| | end repeat | | | | | | | | | | | |
| | calculate | tong | | | | | | | sum(${tuoi}) | | | |
| | select_one viec or_other | viec | Chị làm gì? | Work? | ${tong} > 5 | | | | | | | |
| | note | cam_on | Cảm ơn chị ${ten}, ${viec} | Thanks | | | | | | | | |
| choices | list_name | name | label::Tiếng Việt (vi) | label::English (en) | tinh | | | | | | | |
| | tinh | ct | Cần Thơ | Can Tho | | | | | | | | |
| | tinh | st | Sóc Trăng | Soc Trang | | | | | | | | |
| | xa | nk | Ninh Kiều | Ninh Kieu | ct | | | | | | | |
| | xa | mx | Mỹ Xuyên | My Xuyen | st | | | | | | | |
| | viec | may | Thợ may | Tailor | | | | | | | | |
`

func TestWalk(t *testing.T) {
	w := begin(logicOf(t, family))
	for _, tt := range []struct{ do, want string }{
		{"p chao", `ask ten 1/5 "Tên chị?" required`},
		{"s ten", `required`},
		{"a xa nk", `step`},
		{"a ten Lan", `head nha "Gia đình"`},
		{"p nha", `ask nha/tinh 2/5 "Tỉnh nào?" ct=Cần Thơ st=Sóc Trăng required preset ct`},
		{"a nha/tinh hn", `choice`},
		{"a nha/tinh ct", `ask nha/xa 3/5 "Xã nào ở Cần Thơ?" nk=Ninh Kiều`},
		{"a nha/xa nk", `more con "Con"`},
		{"+ con", `head con[1] "Con"`},
		{"p con[1]", `ask con[1]/tuoi 4/7 "Con thứ mấy tuổi?" required`},
		{"a con[1]/tuoi ba", `kind`},
		{"a con[1]/tuoi 40", `constraint Từ 0 đến 35 ạ`},
		{"a con[1]/tuoi 7", `ask con[1]/truong 5/7 "Trường nào?"`},
		{"d con[1]/truong", `more con "Con"`},
		{"+ con", `head con[2] "Con"`},
		{"p con[2]", `ask con[2]/tuoi 6/9 "Con thứ mấy tuổi?" required`},
		{"a con[2]/tuoi 1", `more con "Con"`},
		{". con", `ask viec 7/8 "Chị làm gì?" may=Thợ may other=Khác`},
		{"a viec other", `ask viec_other 8/8 "Xin ghi rõ."`},
		{"<", `ask viec 7/8 "Chị làm gì?" may=Thợ may other=Khác was answered other`},
		{"a viec may", `show cam_on "Cảm ơn chị Lan, Thợ may"`},
		{"!", `something is left`},
		{"c nha/tinh", `ask nha/tinh 2/7 "Tỉnh nào?" ct=Cần Thơ st=Sóc Trăng required preset ct was answered ct`},
		{"a nha/tinh st", `ask nha/xa 3/7 "Xã nào ở Sóc Trăng?" mx=Mỹ Xuyên`},
		{"s nha/xa", `show cam_on "Cảm ơn chị Lan, Thợ may"`},
		{"- con 1", `show cam_on "Cảm ơn chị Lan, "`},
		{"p cam_on", `end`},
		{"!", `end`},
		{"!", `end`},
	} {
		w = again(t, w, settingAt("vi"))
		got := ""
		if err := play(w, tt.do); err == nil {
			got = told(again(t, w, settingAt("vi")))
		} else if r := (*Refusal)(nil); errors.As(err, &r) {
			got = strings.TrimSpace(string(r.Code) + " " + r.Message)
		} else {
			got = err.Error()
		}
		if got != tt.want && !(tt.do == "!" && strings.Contains(got, tt.want)) {
			t.Errorf("%s: %s, want %s", tt.do, got, tt.want)
		}
	}
	r := w.Response()
	want := map[string]string{
		"luc": "computed 2026-11-24T08:30:00.000+07:00", "ai": "computed lan", "ten": "answered Lan", "nha/tinh": "answered st",
		"nha/xa": "skipped", "con[1]/tuoi": "answered 1", "tong": "computed 1",
	}
	for p, a := range r.Answers {
		if got := strings.TrimSpace(string(a.State) + " " + a.Value); got != want[p] {
			t.Errorf("%s is kept as %q, want %q", p, got, want[p])
		}
	}
	if len(r.Answers) != len(want) {
		t.Errorf("%d answers, want %d", len(r.Answers), len(want))
	}
	var dropped []string
	for _, d := range r.Dropped {
		dropped = append(dropped, fmt.Sprintf("%s %s %s", d.Path, d.Answer.Value, d.Why))
	}
	wantDropped := []string{"viec other changed", "nha/tinh ct changed", "nha/xa nk unoffered",
		"con[1]/truong  removed", "con[1]/tuoi 7 removed", "viec may irrelevant"}
	slices.Sort(wantDropped)
	slices.Sort(dropped)
	if !slices.Equal(dropped, wantDropped) {
		t.Errorf("dropped %q, want %q", dropped, wantDropped)
	}
	if w.Mistakes() != nil {
		t.Errorf("mistakes: %v", w.Mistakes())
	}
}
