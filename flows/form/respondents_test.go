package form

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// replay lets a respondent answer anew, the response being kept and read between the answers.
func replay(t fataler, l *Logic, who Respondent, s Setting) *Response {
	t.Helper()
	r := l.Begin(s.Clock.Now, 1, nil)
	for range 4 * mostSteps {
		w := l.Walk(r, s)
		step, ok := w.Next()
		if !ok {
			if err := w.Finish(); err != nil {
				t.Fatalf("%v", err)
			}
			return w.Response()
		}
		if err := who.Answer(w, step); err != nil {
			t.Fatalf("%s: %v", step.Path, err)
		}
		r = w.Response()
	}
	t.Fatalf("no end")
	return nil
}

// A fataler is a test, of the testing package or of rapid.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func TestRespondents(t *testing.T) {
	l := logicOf(t, `
| survey | type | name | label | relevant | constraint | required | choice_filter |
| | select_one yn | ok | OK? | | | yes | |
| | begin group | g | G | ${ok} = 'y' | | | |
| | integer | age | Age | | . >= 15 and . < 120 | yes | |
| | select_multiple w | w | W | | not(selected(., 'none') and count-selected(.) > 1) | | |
| | text | why | Why | selected(${w}, 'none') and ${age} > 60 | | | |
| | text | tel | Tel | | regex(., '^0[0-9]{9}$') | yes | |
| | begin repeat | r | R | | | | |
| | select_one yn | x | X | | | | |
| | text | y | Y | ${x} = 'n' | | | |
| | end repeat | | | | | | |
| | text | two | Two | count(${r}) = 2 | | | |
| | text | never | Never | ${age} > 60 and ${age} < 20 | | | |
| | end group | | | | | | |
| choices | list_name | name | label |
| | yn | y | Yes |
| | yn | n | No |
| | w | a | A |
| | w | b | B |
| | w | none | None |`)
	s := settingAt("vi")
	people, cover := l.Respondents(0, s.Clock)
	if len(cover.Missed) > 0 || cover.Taken != cover.Branches || cover.Branches == 0 || len(people) > 5 {
		t.Errorf("%d respondents take %d of %d branches, missed %v", len(people), cover.Taken, cover.Branches, cover.Missed)
	}
	for _, p := range people {
		replay(t, l, p, s)
	}
	again, _ := l.Respondents(0, s.Clock)
	if !slices.EqualFunc(people, again, func(a, b Respondent) bool { return slices.Equal(a.Replies, b.Replies) }) {
		t.Errorf("other respondents the second time")
	}
	few, cover := l.Respondents(1, s.Clock)
	if len(few) != 1 || len(cover.Missed) == 0 || len(cover.Unasked()) == 0 {
		t.Errorf("one respondent takes %d of %d branches, missed %v", cover.Taken, cover.Branches, cover.Missed)
	}
}

// TestRespondentsReplay: whatever the form, each respondent comes to its end again, and what they take together
// is what they are said to take.
func TestRespondentsReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, err := NewLogic(drawForm(t))
		if err != nil {
			t.Fatal(err)
		}
		s := settingAt("vi")
		by := newScout(l, s.Clock)
		by.limit /= 50
		by.search()
		people, cover := by.choose(0)
		c := newScout(l, s.Clock)
		for _, p := range people {
			r := replay(t, l, p, s)
			w := l.Walk(r, s)
			c.note(w, w.root, l.rules, c.taken)
		}
		for _, b := range cover.Missed {
			if c.taken.has(c.index[b]) {
				t.Fatalf("%v is taken, and said to be missed", b)
			}
		}
		if n := c.taken.adds(newBitset(len(c.branches))); n != cover.Taken {
			t.Fatalf("%d branches are taken, %d are said to be", n, cover.Taken)
		}
	})
}

// TestRespondentsOthers: forms of others are covered in bounded time.
func TestRespondentsOthers(t *testing.T) {
	forms, people, taken, branches, unasked := 0, 0, 0, 0, 0
	var longest time.Duration
	s := settingAt("vi")
	began := time.Now()
	for name, l := range logicsOfOthers(t) {
		start := time.Now()
		all, cover := l.Respondents(0, s.Clock)
		took := time.Since(start)
		longest = max(longest, took)
		forms++
		people += len(all)
		taken, branches = taken+cover.Taken, branches+cover.Branches
		unasked += len(cover.Unasked())
		if len(cover.Missed) > 0 || took > time.Second {
			t.Logf("%s: %d respondents in %s, %d of %d branches, %d questions that nobody is asked", name, len(all), took.Round(time.Millisecond), cover.Taken, cover.Branches, len(cover.Unasked()))
		}
	}
	t.Logf("%d forms, %d respondents take %d of %d branches (%.1f %%), %d questions that nobody is asked; %s, the longest %s",
		forms, people, taken, branches, 100*float64(taken)/float64(branches), unasked, time.Since(began).Round(time.Millisecond), longest.Round(time.Millisecond))
	// A third of all branches are those of one form of 485 rows with a roster of five people, whose walk ends at a
	// constraint that no made-up number meets.
	if taken*100 < branches*62 {
		t.Errorf("%d of %d branches are taken", taken, branches)
	}
}
