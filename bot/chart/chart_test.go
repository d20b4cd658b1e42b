package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chihai/bot/paper"
	"chihai/flows/form"
	"chihai/flows/form/tally"
	"chihai/locales"
)

func painter(t testing.TB) *Painter {
	t.Helper()
	fonts, err := paper.Load()
	if err != nil {
		t.Fatal(err)
	}
	return NewPainter(fonts)
}

func paint(t testing.TB, c Chart) image.Image {
	t.Helper()
	file, err := painter(t).PNG(c)
	if err != nil {
		t.Fatal(err)
	}
	// CHIHAI_CHARTS keeps the pictures, to be looked at.
	if dir := os.Getenv("CHIHAI_CHARTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".png"), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != Width || size.X+size.Y > 10_000 || size.Y > 20*size.X {
		t.Errorf("the picture is %v", size)
	}
	return picture
}

// survey is a question on raising small children, with long labels in both languages.
func survey() *form.Form {
	say := func(vi, km string) form.Text {
		return form.Text{"Tiếng Việt (vi)": vi, "ភាសាខ្មែរ (km)": km}
	}
	return &form.Form{
		ID: "con_nho", Name: "data", DefaultLanguage: "Tiếng Việt (vi)",
		Languages: []form.Language{{Name: "Tiếng Việt (vi)", Code: "vi"}, {Name: "ភាសាខ្មែរ (km)", Code: "km"}},
		Lists: []form.List{
			{Name: "ho_tro", Choices: []form.Choice{
				{Name: "nghi", Label: say("Được nghỉ thai sản đủ 6 tháng và hưởng nguyên lương", "បានឈប់សម្រាកមាតុភាពគ្រប់ ៦ ខែ ហើយបានប្រាក់ខែពេញ")},
				{Name: "gio", Label: say("Được về sớm 60 phút mỗi ngày để cho con bú", "បានចេញមុន ៦០ នាទីក្នុងមួយថ្ងៃ ដើម្បីបំបៅកូន")},
				{Name: "tre", Label: say("Cơ quan hỗ trợ tiền gửi trẻ dưới 36 tháng tuổi", "អង្គភាពជួយថ្លៃផ្ញើកូនអាយុក្រោម ៣៦ ខែ")},
				{Name: "nguoc", Label: say("Nguyễn Thị Ngữ ở ấp Trường Khánh giữ trẻ giúp", "ស្ត្រីខ្មែរក្នុងភូមិជួយមើលកូន")},
				{Name: "khong", Label: say("Chưa được hỗ trợ gì", "មិនទាន់បានជំនួយអ្វីទេ")},
			}},
			{Name: "co_khong", Choices: []form.Choice{{Name: "co", Label: say("Có", "មាន")}, {Name: "khong", Label: say("Không", "អត់មាន")}}},
		},
		Items: []form.Item{
			{Question: &form.Question{Name: "ho_tro", Kind: form.SelectOne, List: "ho_tro", Label: say(
				"Khi nuôi con dưới 36 tháng tuổi, chị đã được cơ quan hỗ trợ những gì là chính?",
				"ពេលចិញ្ចឹមកូនអាយុក្រោម ៣៦ ខែ តើបងបានទទួលការជួយអ្វីខ្លះពីអង្គភាព?")}},
			{Question: &form.Question{Name: "vay", Kind: form.SelectOne, List: "co_khong", Label: say("Chị có vay vốn không?", "តើបងមានខ្ចីប្រាក់ទេ?")}},
		},
	}
}

func counted(t testing.TB) *tally.Tally {
	t.Helper()
	pair := tally.Pair{Rows: "vay", Columns: "ho_tro"}
	c, err := tally.Count(survey(), func(yield func(tally.Entry, error) bool) {
		for i, choice := range []string{"nghi", "gio", "tre", "nguoc", "khong"} {
			for n := range []int{71, 48, 3, 24, 41}[i] {
				r := &form.Response{Answers: map[string]form.Answer{
					"ho_tro": {State: form.Answered, Value: choice},
					"vay":    {State: form.Answered, Value: []string{"co", "khong"}[n%2]},
				}}
				if !yield(tally.Entry{Response: r}, nil) {
					return
				}
			}
		}
	}, pair)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func words(t testing.TB, language string) tally.Words {
	t.Helper()
	c, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return tally.Words{Printer: c.In(language, "chi"), Form: survey(), Area: func(id string) string { return id }}
}

func TestCharts(t *testing.T) {
	counts := counted(t)
	for _, language := range locales.Languages {
		w := words(t, language)
		t.Run("question-"+language, func(t *testing.T) {
			c := Of(w, counts.Figure("ho_tro"))
			if hidden := c.Groups[0].Bars[2]; hidden.High != 0 || hidden.Value != w.T("figure.few", "most", tally.Few) {
				t.Errorf("three people are drawn as %+v", hidden)
			}
			paint(t, c)
		})
		t.Run("cross-"+language, func(t *testing.T) {
			paint(t, OfCross(w, counts.Cross(tally.Pair{Rows: "vay", Columns: "ho_tro"})))
		})
	}
	t.Run("nothing", func(t *testing.T) {
		few, err := tally.New(survey())
		if err != nil {
			t.Fatal(err)
		}
		if c := Of(words(t, "vi"), few.Figure("vay")); len(c.Groups) > 0 {
			t.Errorf("nobody is drawn as %+v", c.Groups)
		}
		paint(t, Of(words(t, "vi"), few.Figure("vay")))
	})
}

// A hidden group has no bar, not even one whose length could be measured; what is sure is dark, what is
// unsure light.
func TestBars(t *testing.T) {
	picture := paint(t, Chart{Groups: []Group{{Bars: []Bar{
		{Label: "a", Value: "100", Low: 100, High: 100}, {Label: "b", Value: "ít hơn 5"}, {Label: "c", Value: "50–100", Low: 50, High: 100},
	}}}})
	count := map[string]int{}
	names := map[any]string{}
	for in, name := range map[ink]string{solid: "solid", light: "light", faint: "faint"} {
		names[colours()[in.full()]] = name
	}
	for y := range picture.Bounds().Dy() {
		for x := range Width {
			count[names[picture.At(x, y)]]++
		}
	}
	room := inner - valueWidth - valueGap
	if got, want := count["solid"]+count["light"], 2*room*barHeight; got != want {
		t.Errorf("bars cover %d pixels, want %d", got, want)
	}
	if count["light"] == 0 || count["light"] > room/2*barHeight || count["faint"] != 4*barHeight {
		t.Errorf("pixels by colour: %v", count)
	}
}

// The same chart is the same file.
func TestSameBytes(t *testing.T) {
	c := Of(words(t, "km"), counted(t).Figure("ho_tro"))
	one, err := painter(t).PNG(c)
	if err != nil {
		t.Fatal(err)
	}
	two, err := painter(t).PNG(c)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("two files differ: %v", err)
	}
}

// Whatever a form says, the picture stays one that can be sent.
func TestHostile(t *testing.T) {
	long := strings.Repeat("ស្ត្រី", 2_000) + strings.Repeat("ữ", 2_000) + strings.Repeat("9", 2_000)
	for name, text := range map[string]string{
		"khmer": long, "digits": strings.Repeat("9", 10_000), "spaces": strings.Repeat(" \n", 5_000), "marks": strings.Repeat("\u0301", 10_000),
		"subscripts": strings.Repeat("្ក", 5_000), "broken": "\xff\xfe\x00", "empty": "", "other": "漢字 العربية 🙂",
	} {
		t.Run(name, func(t *testing.T) {
			c := Chart{Title: text, Base: text, Notes: []string{text}, Rest: func(int) string { return text }}
			for range 3 {
				g := Group{Heading: text}
				for range 25 {
					g.Bars = append(g.Bars, Bar{Label: text, Value: text, Low: 1, High: 2})
				}
				c.Groups = append(c.Groups, g)
			}
			paint(t, c)
		})
	}
}

// Of 5,000 choices the most frequent are shown.
func TestManyChoices(t *testing.T) {
	f := survey()
	f.Lists[0].Choices = nil
	for i := range 5_000 {
		f.Lists[0].Choices = append(f.Lists[0].Choices, form.Choice{Name: fmt.Sprint("c", i), Label: form.Text{"": fmt.Sprint("Xã số ", i)}})
	}
	counts, err := tally.Count(f, func(yield func(tally.Entry, error) bool) {
		for i := range 40_000 {
			r := &form.Response{Answers: map[string]form.Answer{"ho_tro": {State: form.Answered, Value: fmt.Sprint("c", i*i%4_999)}}}
			if !yield(tally.Entry{Response: r}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	w := words(t, "vi")
	w.Form = f
	c := Of(w, counts.Figure("ho_tro"))
	if n := len(c.Groups[0].Bars); n != MostBars+1 {
		t.Errorf("%d bars", n)
	}
	paint(t, c)
}

func TestBegin(t *testing.T) {
	for _, tt := range []struct {
		text  string
		n     int
		want  string
		whole bool
	}{
		{"Có", 5, "Có", true},
		{"Cơ quan", 3, "Cơ", false},
		{"a\u0301b", 1, "", false},
		{"កស្ត្រី", 1, "ក", false},
		{"កស្ត្រី", 4, "ក", false}, // in the middle of a base with two subscripts
		{"កស្ត្រីក", 7, "កស្ត្រី", false},
	} {
		head, whole := begin(tt.text, tt.n)
		if string(head) != tt.want || whole != tt.whole {
			t.Errorf("begin(%q, %d) = %q, %v, want %q", tt.text, tt.n, string(head), whole, tt.want)
		}
	}
}

func BenchmarkChart(b *testing.B) {
	p, c := painter(b), Of(words(b, "vi"), counted(b).Figure("ho_tro"))
	for b.Loop() {
		if _, err := p.PNG(c); err != nil {
			b.Fatal(err)
		}
	}
}
