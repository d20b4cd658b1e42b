package form

import (
	"fmt"
	"strings"
	"testing"
)

// hundred is a form of 100 questions with skip logic: every third asks only if an earlier answer says
// so, every tenth is computed or filtered by others.
func hundred() string {
	var b strings.Builder
	b.WriteString("| survey | type | name | label | relevant | constraint | calculation | choice_filter |\n")
	for i := range 100 {
		relevant := ""
		if i%3 == 2 {
			relevant = fmt.Sprintf("${q%d} > 1 and not(${q%d} = 9)", i/3*3, i/3*3)
		}
		switch {
		case i%10 == 9:
			fmt.Fprintf(&b, "| | calculate | c%d | | | | ${q%d} + coalesce(${q%d}, 0) | |\n", i, i/3*3, i/6*3)
			fmt.Fprintf(&b, "| | select_one xa | q%d | Xã? | %s | | | t = ${c%d} or t = 'x' |\n", i, relevant, i)
		case i%3 == 1:
			fmt.Fprintf(&b, "| | select_one co | q%d | Có không? | %s | | | |\n", i, relevant)
		default:
			fmt.Fprintf(&b, "| | integer | q%d | Mấy? | %s | . >= 0 and . < 100 | | |\n", i, relevant)
		}
	}
	b.WriteString("| choices | list_name | name | label | t |\n| | co | co | Có | |\n| | co | khong | Không | |\n")
	for i := range 20 {
		fmt.Fprintf(&b, "| | xa | x%d | Xã %d | x |\n", i, i)
	}
	return b.String()
}

// fill answers so many questions with what fits.
func fill(w *Walk, questions int) {
	for range questions {
		s, ok := w.Next()
		if !ok {
			return
		}
		value := "3"
		if len(s.Options) > 0 {
			value = s.Options[0].Name
		}
		if err := w.Answer(s.Path, value); err != nil {
			panic(err)
		}
	}
}

// BenchmarkWalkStep is one turn in a form of 100 questions of which half are answered: the response is
// taken up, the question found, the answer taken and the next question found. BenchmarkWalkTurn reads and
// writes the response as well.
func BenchmarkWalkStep(b *testing.B) {
	l := logicOf(b, hundred())
	w := begin(l)
	fill(w, 50)
	r, s := w.Response(), settingAt("vi")
	b.ReportAllocs()
	for b.Loop() {
		w := l.Walk(r, s)
		fill(w, 1)
		w.Next()
	}
}

func BenchmarkWalkTurn(b *testing.B) {
	l := logicOf(b, hundred())
	w := begin(l)
	fill(w, 50)
	kept, err := EncodeResponse(w.Response())
	if err != nil {
		b.Fatal(err)
	}
	s := settingAt("vi")
	b.ReportAllocs()
	for b.Loop() {
		r, err := DecodeResponse(kept)
		if err != nil {
			b.Fatal(err)
		}
		w := l.Walk(r, s)
		fill(w, 1)
		w.Next()
		if _, err := EncodeResponse(w.Response()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNewLogic makes that form ready, which is done once.
func BenchmarkNewLogic(b *testing.B) {
	f := logicOf(b, hundred()).Form()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewLogic(f); err != nil {
			b.Fatal(err)
		}
	}
}
