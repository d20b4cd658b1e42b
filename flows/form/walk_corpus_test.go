package form

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chihai/flows/form/xpath"
)

// walksPerForm is how many random respondents answer each form of others; more with CHIHAI_LONG.
func walksPerForm() uint64 {
	if os.Getenv("CHIHAI_LONG") == "" {
		return 2
	}
	return 20
}

// TestWalkOthers: every form of others that reads without an error is answered by random respondents.
// It ends, within bounds.
func TestWalkOthers(t *testing.T) {
	var forms, walks, whole, steps, stuck, mistaken int
	var longest time.Duration
	var slowest string
	began := time.Now()
	reasons := map[string]int{}
	for _, m := range load[manifestForm](t, "manifest.json") {
		raw, err := os.ReadFile(filepath.Join(corpus(t), m.File))
		if err != nil {
			t.Fatal(err)
		}
		w, found := Open(strings.TrimSuffix(filepath.Base(m.File), ".xlsx"), raw)
		if w == nil || Broken(found) {
			continue
		}
		f, found := Read(w)
		if f == nil || Broken(found) {
			continue
		}
		l, err := NewLogic(f)
		if err != nil {
			reasons[fmt.Sprintf("%s: %v", m.File, errors.Unwrap(err))]++
			continue
		}
		forms++
		for seed := range walksPerForm() {
			r := &stranger{chance: rand.New(rand.NewPCG(seed, 1)), files: strangeFiles(f)}
			end, n := r.answer(t, l, seed)
			walks++
			steps += n
			switch end {
			case "whole":
				whole++
			case "stuck":
				stuck++
			default:
				t.Errorf("%s, seed %d: %s after %d steps", m.File, seed, end, n)
			}
			mistaken += r.mistakes
			if r.longest > longest {
				longest, slowest = r.longest, m.File
			}
		}
	}
	for why := range reasons {
		t.Logf("no logic: %s", why)
	}
	t.Logf("%d forms, %d walks in %s: %d steps, %d walks to the end, %d to a question that no random answer satisfies, %d mistakes that show only in evaluation; the longest step %s in %s",
		forms, walks, time.Since(began).Round(time.Millisecond), steps, whole, stuck, mistaken, longest.Round(time.Microsecond), slowest)
	if forms < 45 || whole < walks/2 {
		t.Errorf("%d forms, %d of %d walks to the end", forms, whole, walks)
	}
}

// strangeFiles are small ones in place of those that a form names.
func strangeFiles(f *Form) map[string][]xpath.Row {
	files := map[string][]xpath.Row{}
	for q := range f.Questions() {
		if q.File != "" {
			for _, n := range [...]string{"1", "2", "3"} {
				files[q.File] = append(files[q.File], Record{"name": n, "label": "Số " + n, q.Parameters["value"]: n, q.Parameters["label"]: n})
			}
		}
	}
	return files
}

// A stranger answers at random, by chance of a seed.
type stranger struct {
	chance   *rand.Rand
	files    map[string][]xpath.Row
	longest  time.Duration
	mistakes int
}

// answer fills a form in and says how it ended, and after how many steps.
func (p *stranger) answer(t *testing.T, l *Logic, seed uint64) (string, int) {
	s := settingAt([...]string{"vi", "en", "km"}[seed%3])
	s.Files = p.files
	r := l.Begin(s.Clock.Now, seed, map[string]string{"username": "lan"})
	const most = 20_000
	for n := range most {
		began := time.Now()
		w := l.Walk(r, s)
		step, ok := w.Next()
		if !ok {
			if err := w.Finish(); err != nil {
				return err.Error(), n
			}
			p.mistakes += len(w.Mistakes())
			return "whole", n
		}
		if step.Kind == Ask && (step.Number < 1 || step.Of < step.Number) {
			return fmt.Sprintf("question %d of %d", step.Number, step.Of), n
		}
		if !p.step(w, step) {
			return "stuck", n
		}
		if p.chance.IntN(20) == 0 {
			w.Back()
		}
		p.longest = max(p.longest, time.Since(began))
		if n%10 == 0 {
			w = again(t, w, s)
		}
		r = w.Response()
	}
	return "no end", most
}

// step does what a step wants; false if nothing that the stranger can think of is taken.
func (p *stranger) step(w *Walk, s Step) bool {
	switch s.Kind {
	case Show, Head:
		return w.Pass(s.Path)
	case More:
		if s.Count < 2 && p.chance.IntN(2) == 0 {
			return w.Add(s.Path) == nil
		}
		return w.Done(s.Path) == nil
	}
	if !s.Required && p.chance.IntN(10) == 0 && w.Skip(s.Path) == nil {
		return true
	}
	for range 30 {
		if w.Answer(s.Path, p.value(s)) == nil {
			return true
		}
	}
	return w.Skip(s.Path) == nil
}

// value is an answer that may fit.
func (p *stranger) value(s Step) string {
	one := func(of ...string) string { return of[p.chance.IntN(len(of))] }
	name := func() string { return s.Options[p.chance.IntN(len(s.Options))].Name }
	if s.Question.Kind.Selects() && len(s.Options) == 0 {
		return "x"
	}
	switch s.Question.Kind {
	case SelectOne, SelectExternal:
		return name()
	case SelectMultiple:
		return one(name(), name()+" "+name())
	case Rank:
		var names []string
		for _, i := range p.chance.Perm(len(s.Options)) {
			names = append(names, s.Options[i].Name)
		}
		return strings.Join(names, " ")
	case Integer, Decimal, Range:
		return one("0", "1", "2", "3", "7", "15", "24", "30", "50", "100", "1500", "2020", "12.5", "0912345678")
	case Date:
		return one("2026-11-24", "2026-11-01", "2020-02-29", "1990-05-12", "2027-03-08")
	case Time:
		return one("08:30", "17:00:00")
	case DateTime:
		return one("2026-11-24T08:30", "2025-01-01T00:00:00.000+07:00")
	case Acknowledge:
		return "OK"
	case Point:
		return one("10.03 105.78", "10.03 105.78 1 5")
	}
	return one("Lan", "0912345678", "x", "12", "lan@example.vn", "Nguyễn Thị Lan", "1234567890", "ABC123")
}
