package flows

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/flows/form"
	"chihai/store"
)

// hundredQuestions is a questionnaire of 100 questions with skip logic: numbers, choices
// and what depends on them.
func hundredQuestions() string {
	var b strings.Builder
	b.WriteString("| survey | type | name | label::Tiếng Việt (vi) | relevant | constraint | calculation |\n")
	for i := range 100 {
		relevant := ""
		if i%3 == 2 {
			relevant = fmt.Sprintf("${q%d} > 1 and not(${q%d} = 9)", i/3*3, i/3*3)
		}
		if i%10 == 9 {
			fmt.Fprintf(&b, "| | calculate | c%d | | | | ${q%d} + coalesce(${q%d}, 0) |\n", i, i/3*3, i/6*3)
		}
		if i%3 == 1 {
			fmt.Fprintf(&b, "| | select_one co | q%d | Có không? | %s | | |\n", i, relevant)
		} else {
			fmt.Fprintf(&b, "| | integer | q%d | Mấy? | %s | . >= 0 and . < 100 | |\n", i, relevant)
		}
	}
	b.WriteString("| choices | list_name | name | label::Tiếng Việt (vi) |\n| | co | co | Có |\n| | co | khong | Không |\n| settings | form_title | form_id |\n| | Trăm câu | tram |\n")
	return b.String()
}

// BenchmarkQuestion measures a turn of a questionnaire with 100 questions and skip logic
// beside a turn of a registration, one woman at a time on bbolt with fsync, and what each
// reads, writes and allocates.
//
//	go test ./flows -run '^$' -bench Question -benchtime 2000x
func BenchmarkQuestion(b *testing.B) {
	for _, what := range []string{"registration", "questionnaire"} {
		b.Run(what, func(b *testing.B) { benchQuestion(b, what == "questionnaire") })
	}
}

func benchQuestion(b *testing.B, questions bool) {
	rec := &recorder{Backend: openBolt(b).Backend}
	e, s := openEngine(b, rec)
	code := ""
	content, err := form.Encode(formOf(b, "tram", hundredQuestions()))
	if err != nil {
		b.Fatal(err)
	}
	err = s.Update(b.Context(), func(tx *store.Tx) error {
		f := &store.Form{Name: "tram"}
		if err := tx.AddForm(f, &store.FormVersion{Title: "Trăm câu"}, store.File{Name: "tram.xlsx"}, []byte("x"), content); err != nil {
			return err
		}
		c := &store.Campaign{Form: f.ID, Version: 1, Title: "Trăm câu", Mode: store.Named, Open: true, Until: tx.Now.AddDate(1, 0, 0)}
		if err := tx.AddCampaign(c); err != nil {
			return err
		}
		code = c.Code
		_, err := tx.PublishCampaign(c.ID, c.Revision)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	next := talkOf()
	if questions {
		next = questionsOf(at, code)
	}
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for b.Loop() {
		in, counts := next()
		rec.on.Store(counts)
		begin := time.Now()
		if err := e.Handle(context.Background(), in); err != nil {
			b.Fatal(err)
		}
		if counts {
			took = append(took, time.Since(begin))
		}
	}
	slices.Sort(took)
	n := float64(len(took))
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(rec.reads.Load())/n, "reads/turn")
	b.ReportMetric(float64(rec.writes.Load())/n, "writes/turn")
}

// talkOf are the turns of one woman after the other who registers and gives her seat up.
func talkOf() func() (Input, bool) {
	women, woman := 0, &talk{who: "w0"}
	return func() (Input, bool) {
		if woman.n == len(firstTalk)+len(laterTalk) {
			women++
			woman = &talk{who: fmt.Sprint("w", women)}
		}
		return woman.next(), true
	}
}

// questionsOf are the turns of one woman after the other who answers all questions. What
// leads to the first one is not counted.
func questionsOf(at time.Time, code string) func() (Input, bool) {
	women, n := -1, 1000
	return func() (Input, bool) {
		n++
		texts := []string{"/start", "Tiếng Việt", "/start q_" + code, "Trả lời"}
		if n > 90 {
			women, n = women+1, 0
		}
		text := "3"
		switch i := n - len(texts); {
		case i < 0:
			text = texts[n]
		case i%3 == 1:
			text = "Có"
		}
		at = at.Add(time.Minute)
		return Input{ID: fmt.Sprintf("test:1/%d/%d", women, n), Channel: "test:1", From: fmt.Sprint("q", women), Kind: Text, Text: text, At: at}, n >= len(texts)
	}
}
