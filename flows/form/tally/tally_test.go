package tally

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"chihai/flows/form"
	"chihai/locales"
)

// survey has a question of each sort. con is a repeat.
func survey() *form.Form {
	say := func(s string) form.Text { return form.Text{"": s} }
	ask := func(name string, kind form.Kind, change ...func(*form.Question)) form.Item {
		q := &form.Question{Name: name, Kind: kind, Label: say("Câu " + name)}
		for _, c := range change {
			c(q)
		}
		return form.Item{Question: q}
	}
	list := func(name string) func(*form.Question) { return func(q *form.Question) { q.List = name } }
	when := func(x string) func(*form.Question) { return func(q *form.Question) { q.Relevant = x } }
	return &form.Form{
		ID: "thu", Name: "data",
		Lists: []form.List{
			{Name: "co_khong", Choices: []form.Choice{{Name: "co", Label: say("Có")}, {Name: "khong", Label: say("Không")}}},
			{Name: "viec", Choices: []form.Choice{{Name: "ruong", Label: say("Làm ruộng")}, {Name: "may", Label: say("May")}, {Name: "ban", Label: say("Buôn bán")}}},
		},
		Items: []form.Item{
			ask("vay", form.SelectOne, list("co_khong")),
			ask("muc_vay", form.SelectOne, list("viec"), when("${vay} = 'co'")),
			ask("hai_dieu", form.SelectOne, list("co_khong"), when("${vay} = 'co' and ${viec} = 'may'")),
			ask("viec", form.SelectMultiple, list("viec")),
			ask("tuoi", form.Integer),
			ask("ngay", form.Date),
			ask("y_kien", form.TextAnswer),
			ask("hai_long", form.Range, func(q *form.Question) { q.Parameters = map[string]string{"start": "1", "end": "5", "step": "1"} }),
			{Repeat: &form.Repeat{Group: form.Group{Name: "con", Items: []form.Item{ask("hoc", form.SelectOne, list("co_khong"))}}}},
		},
	}
}

func answered(pairs ...string) Entry {
	r := &form.Response{Answers: map[string]form.Answer{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Answers[pairs[i]] = form.Answer{State: form.Answered, Value: pairs[i+1]}
	}
	return Entry{Response: r}
}

func times(n int, e Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for range n {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func all(parts ...iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, p := range parts {
			for e, err := range p {
				if !yield(e, err) {
					return
				}
			}
		}
	}
}

func count(t *testing.T, entries iter.Seq2[Entry, error], pairs ...Pair) *Tally {
	t.Helper()
	tally, err := Count(survey(), entries, pairs...)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

func words(t *testing.T, f *form.Form, language string) Words {
	t.Helper()
	c, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return Words{c.In(language, "chi"), f, func(id string) string { return "Ấp " + id }}
}

func lines(t *testing.T, tally *Tally, name string) string {
	t.Helper()
	return strings.Join(words(t, tally.form, "vi").Lines(tally.Figure(name)), "\n")
}

func TestFigures(t *testing.T) {
	declined := answered()
	declined.Response.Answers["vay"] = form.Answer{State: form.Declined}
	tally := count(t, all(
		times(100, answered("vay", "co", "muc_vay", "may", "viec", "may ban", "tuoi", "31", "hai_long", "4", "ngay", "2026-11-02")),
		times(87, answered("vay", "khong", "viec", "may", "tuoi", "48", "hai_long", "5", "ngay", "2026-10-30")),
		times(3, declined),
	))
	for name, want := range map[string]string{
		"vay":      "Câu vay\n186–189 người trả lời, trong 190 người được hỏi\nCó: 100 (53 %)\nKhông: 86–89 (47 %)\nKhông trả lời: ít hơn 5",
		"muc_vay":  "Câu muc_vay\nCâu này chỉ hỏi một số người. Chỉ nói tỉ lệ, làm tròn 5 %, để không ai bị nhận ra.\nLàm ruộng: ít hơn 5\nMay: khoảng 95 %\nBuôn bán: ít hơn 5",
		"hai_dieu": "Câu hai_dieu\nChưa nói được kết quả: có nhóm ít hơn 5 người, nói ra dễ nhận ra ai trả lời gì.",
		"viec": "Câu viec\n186–189 người trả lời, trong 190 người được hỏi\nLàm ruộng: ít hơn 5\nMay: 186–190 (100 %)\nBuôn bán: 100 (53 %)\n" +
			"Không trả lời: ít hơn 5\nMỗi người được chọn nhiều câu trả lời.",
		"ngay":     "Câu ngay\n186–189 người trả lời, trong 190 người được hỏi\n10/2026: 87 (46 %)\n11/2026: 99–102 (54 %)\nKhông trả lời: ít hơn 5",
		"hai_long": "Câu hai_long\n186–189 người trả lời, trong 190 người được hỏi\n1: ít hơn 5\n2: ít hơn 5\n3: ít hơn 5\n4: 100 (53 %)\n5: 74–89 (43 %)\nKhông trả lời: ít hơn 5",
		"hoc":      "Câu hoc\nChưa nói được kết quả: có nhóm ít hơn 5 người, nói ra dễ nhận ra ai trả lời gì.",
	} {
		if got := lines(t, tally, name); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
	if f := tally.Figure("tuoi"); !f.Summary || f.Mean < 38 || f.Mean > 40 || f.Median != 31 {
		t.Errorf("ages are summed up as %+v", f)
	}
	if tally.Figure("lạ") != nil {
		t.Error("there is a figure of no question")
	}
}

// Four answers are nobody's to see.
func TestFewResponses(t *testing.T) {
	tally := count(t, times(4, answered("vay", "co", "tuoi", "30")), Pair{"vay", "hai_long"})
	for _, f := range append(tally.Figures(), tally.Figure(Areas)) {
		if f.Kind != Nothing || len(f.Bars) > 0 || f.Total != 0 || f.Base != (Span{}) || f.Summary {
			t.Errorf("four responses are shown as %+v", f)
		}
	}
	if c := tally.Cross(Pair{"vay", "hai_long"}); c.Kind != Nothing || c.Cells != nil {
		t.Errorf("four responses are crossed as %+v", c)
	}
}

// How many are asked a question tells how many gave the answer before it.
func TestConditionalQuestions(t *testing.T) {
	yes, no := answered("vay", "co", "muc_vay", "may"), answered("vay", "khong")
	if f := count(t, all(times(40, yes), times(50, no))).Figure("muc_vay"); f.Kind != Counts || f.Total != 40 {
		t.Errorf("where the question before hides nothing, the next is %+v", f)
	}
	// Of 53, 3 said no: yes is shown as 49 to 53, and the next question must not say that it was 50.
	tally := count(t, all(times(50, yes), times(3, no)))
	if f := tally.Figure("vay"); f.Bars[0].People.Exact() {
		t.Errorf("yes is shown as %v", f.Bars[0].People)
	}
	if f := tally.Figure("muc_vay"); f.Kind != Shares || f.Total != 0 || f.Base != (Span{}) || f.Left != (Span{}) {
		t.Errorf("the next question is shown as %+v", f)
	}
	// A condition can say more than its references tell: of those who said yes, three were not asked.
	if f := count(t, all(times(40, yes), times(3, answered("vay", "co")), times(50, no))).Figure("muc_vay"); f.Kind != Shares {
		t.Errorf("three who were not asked are shown by %+v", f)
	}
	for _, p := range []Pair{{"vay", "muc_vay"}, {"viec", "vay"}, {"vay", "vay"}, {"vay", "hoc"}, {"vay", "tuoi"}} {
		if _, err := New(survey(), p); !errors.Is(err, ErrCrossed) {
			t.Errorf("%v: %v, want ErrCrossed", p, err)
		}
	}
	if _, err := New(survey(), Pair{"vay", "lạ"}); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown question: %v", err)
	}
}

// A condition that looks in a circle ends.
func TestCircle(t *testing.T) {
	f := survey()
	f.Question("vay").Relevant = "${muc_vay} = 'may'"
	tally, err := Count(f, times(30, answered("vay", "co", "muc_vay", "may")))
	if err != nil {
		t.Fatal(err)
	}
	if got := tally.Figure("vay").Kind; got != Shares {
		t.Errorf("a circle is shown as %v", got)
	}
}

// One woman with many children is still one person.
func TestRepeats(t *testing.T) {
	many := answered()
	for i := range 30 {
		many.Response.Answers[fmt.Sprintf("con[%d]/hoc", i+1)] = form.Answer{State: form.Answered, Value: "khong"}
	}
	f := count(t, all(times(4, many), times(60, answered("con[1]/hoc", "co", "con[2]/hoc", "co")))).Figure("hoc")
	if f.Kind != Shares || !f.Each || f.Bars[0].Share != 50 || !f.Bars[1].Hidden || f.Bars[1].Share != 0 {
		t.Errorf("shown as %+v", f)
	}
}

// Shares without a base agree with at least five bases.
func TestSharesHideTheBase(t *testing.T) {
	for n := sharesBase; n < 80; n += 3 {
		for k := Few; k <= n; k++ {
			c := &counter{answerers: n, answered: n, sort: choice}
			var f Figure
			f.shares(c, []bin{{count: k, people: k}})
			alike := 0
			for m := sharesBase; m < 4*n+100; m++ {
				for l := max(Few, k-20); l <= min(m, k+400); l++ {
					var g Figure
					if g.shares(&counter{answerers: m, answered: m, sort: choice}, []bin{{count: l, people: l}}); slices.Equal(f.Bars, g.Bars) {
						alike++
						break
					}
				}
				if alike >= 2*Few {
					break
				}
			}
			if alike < 2*Few {
				t.Fatalf("%d of %d is shown like only %d others", k, n, alike)
			}
		}
	}
}

func TestCrossLines(t *testing.T) {
	at := func(area string, e Entry) Entry { e.Area = area; return e }
	pair, several := Pair{Areas, "vay"}, Pair{"vay", "viec"}
	tally := count(t, all(
		times(20, at("3", answered("vay", "co", "viec", "may"))),
		times(30, at("4", answered("vay", "co", "viec", "may ban"))),
		times(40, at("4", answered("vay", "khong", "viec", "ruong"))),
	), pair, several)
	w := words(t, tally.form, "vi")
	want := `Nơi ở
× Câu vay

Ấp 3: 20
• Có: 16–20
• Không: ít hơn 5

Ấp 4: 70
• Có: 30–34
• Không: 36–40`
	if got := strings.Join(w.CrossLines(tally.Cross(pair)), "\n"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	// Of the forty who said no each chose one thing, so that their cells would give one another away.
	if c := tally.Cross(several); c.Kind != Nothing || c.Cells != nil || w.Table(c) != nil || len(w.CrossLines(c)) != 2 {
		t.Errorf("several choices are crossed as %+v", c.Cells)
	}
	overlapping := count(t, all(
		times(20, answered("vay", "co", "viec", "may ban")),
		times(30, answered("vay", "co", "viec", "may ruong")),
		times(12, answered("vay", "khong", "viec", "may ban ruong")),
		times(9, answered("vay", "khong", "viec", "ban ruong")),
		times(2, answered("vay", "khong", "viec", "ban")),
	), several)
	want = `[[ Làm ruộng May Buôn bán Tất cả] [Có 28–32 46–50 20–24 50] [Không 19–23 12–16 19–23 23]]`
	if got := fmt.Sprint(w.Table(overlapping.Cross(several))); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if tally.Cross(Pair{"vay", "vay"}) != nil {
		t.Error("there is a table that nobody asked for")
	}
}

func TestStep(t *testing.T) {
	for _, tt := range []struct{ shown, gone, released, want int }{
		{0, 0, 4, 0}, {0, 0, 5, 5}, {5, 0, 9, 5}, {5, 0, 10, 10}, {100, 0, 104, 100}, {100, 0, 107, 107},
		{100, 1, 99, 0},    // somebody took her answers back: the others are not counted anew at once
		{100, 1, 102, 0},   // three new ones and one gone
		{100, 1, 103, 103}, // five changes
		{6, 3, 3, 0},
	} {
		if got := Step(tt.shown, tt.gone, tt.released); got != tt.want {
			t.Errorf("Step(%d, %d, %d) = %d, want %d", tt.shown, tt.gone, tt.released, got, tt.want)
		}
	}
	n := 0
	for range First(times(9, Entry{}), 4) {
		n++
	}
	for range First(times(9, Entry{}), 0) {
		n++
	}
	if n != 4 {
		t.Errorf("the first four are %d", n)
	}
}

func TestStops(t *testing.T) {
	drafts := func(pairs ...any) iter.Seq2[string, int] {
		return func(yield func(string, int) bool) {
			for i := 0; i < len(pairs); i += 2 {
				if !yield(pairs[i].(string), pairs[i+1].(int)) {
					return
				}
			}
		}
	}
	f := survey()
	w := words(t, f, "vi")
	for _, tt := range []struct {
		drafts iter.Seq2[string, int]
		want   string
	}{
		{drafts("tuoi", 12, "vay", 9, "ngay", 4, "viec", 2), "Dừng lại ở câu:\nCâu vay: 9\nCâu tuoi: 12\nNhững câu khác: 6"},
		{drafts("tuoi", 12, "vay", 2), "Dừng lại ở câu:\nCâu tuoi: 10–13\nNhững câu khác: ít hơn 5"},
		{drafts("tuoi", 4), "Ít hơn 5 người đang dở dang: chưa nói được họ dừng ở đâu."},
		{drafts("tuoi", 5, "xưa", 7), "Dừng lại ở câu:\nCâu tuoi: 5\nNhững câu khác: 7"},
	} {
		if got := strings.Join(w.StopLines(Stops(f, tt.drafts)), "\n"); got != tt.want {
			t.Errorf("%s\nwant\n%s", got, tt.want)
		}
	}
}

// Whatever people answered, also to another form, and in whatever order it comes: the same figures, and
// never more than there are people.
func TestAnyAnswers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := []string{"", "co", "khong", "may ban", "co co", "NaN", "1e400", "-7", "2026-11-23", "2026-99", "cũ", "[", "OK", strings.Repeat("x ", 500)}
	var entries []Entry
	for range 300 {
		e := Entry{Response: &form.Response{Answers: map[string]form.Answer{}}, Area: values[r.IntN(len(values))]}
		for _, p := range []string{"vay", "muc_vay", "hai_dieu", "viec", "tuoi", "ngay", "y_kien", "hai_long", "con[1]/hoc", "con[2", "lạ"} {
			e.Response.Answers[p] = form.Answer{State: []form.State{form.Answered, form.Skipped, form.Declined, form.Computed}[r.IntN(4)], Value: values[r.IntN(len(values))]}
		}
		entries = append(entries, e)
	}
	pairs := []Pair{{Areas, "vay"}, {"vay", "viec"}, {"hai_long", "ngay"}}
	of := func() string {
		tally := count(t, func(yield func(Entry, error) bool) {
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
		}, pairs...)
		w := words(t, tally.form, "km")
		var b strings.Builder
		for _, f := range tally.Figures() {
			fmt.Fprintln(&b, w.Lines(f))
			if f.Kind == Counts {
				low, high := f.Left.Low, f.Left.High
				for _, bar := range f.Bars {
					low, high = low+bar.People.Low, high+bar.People.High
				}
				if len(f.Bars) > 0 && (low > f.Total || high < f.Total) {
					t.Errorf("%s: %d to %d people are shown of %d", f.Question.Name, low, high, f.Total)
				}
			}
		}
		for _, p := range pairs {
			fmt.Fprintln(&b, w.CrossLines(tally.Cross(p)))
		}
		return b.String()
	}
	first := of()
	r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	if again := of(); again != first {
		t.Errorf("in another order:\n%s\nwant\n%s", again, first)
	}
}

// BenchmarkTally counts responses of 30 questions, one cross table among them. heap-MB is what the
// tally holds at the end.
func BenchmarkTally(b *testing.B) {
	f := &form.Form{ID: "dai", Name: "data", Lists: []form.List{{Name: "muc"}}}
	for i := range 8 {
		f.Lists[0].Choices = append(f.Lists[0].Choices, form.Choice{Name: fmt.Sprint("c", i)})
	}
	kinds := []form.Kind{form.SelectOne, form.SelectOne, form.SelectMultiple, form.Integer, form.Date, form.TextAnswer}
	for i := range 30 {
		f.Items = append(f.Items, form.Item{Question: &form.Question{Name: fmt.Sprint("q", i), Kind: kinds[i%len(kinds)], List: "muc"}})
	}
	r := rand.New(rand.NewPCG(1, 2))
	var entries []Entry
	for range 500 { // over and over: what is measured is the counting
		e := Entry{Response: &form.Response{Answers: map[string]form.Answer{}}, Area: fmt.Sprint(r.IntN(103))}
		for i := range 30 {
			v := fmt.Sprint("c", r.IntN(8))
			switch kinds[i%len(kinds)] {
			case form.SelectMultiple:
				v += fmt.Sprint(" c", r.IntN(8))
			case form.Integer:
				v = fmt.Sprint(r.IntN(90))
			case form.Date:
				v = fmt.Sprintf("2026-%02d-12", 1+r.IntN(12))
			}
			e.Response.Answers[fmt.Sprint("q", i)] = form.Answer{State: form.Answered, Value: v}
		}
		entries = append(entries, e)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&before)
	tally, err := New(f, Pair{Areas, "q0"})
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		tally.Add(entries[i%len(entries)])
		i++
	}
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/(1<<20), "heap-MB")
	runtime.KeepAlive(entries)
	if tally.Figure("q0").Kind != Counts && i > 1000 {
		b.Error("nothing was counted")
	}
}

// BenchmarkCross hides the cells of a table of a hundred communes and ten choices, most of them small.
func BenchmarkCross(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	counts := make([][]int, 100)
	for i := range counts {
		for range 10 {
			counts[i] = append(counts[i], r.IntN(12))
		}
	}
	rs, cs := marginsOf(counts)
	rows, _ := Hide(rs)
	columns, _ := Hide(cs)
	for b.Loop() {
		if _, ok := hideCross(counts, rows, columns); !ok {
			b.Fatal("not shown")
		}
	}
}
