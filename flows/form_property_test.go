package flows

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"chihai/flows/form"
	"chihai/flows/form/xpath"
	"chihai/store"
	"chihai/store/memory"

	"pgregory.net/rapid"
)

// drawQuestions is a questionnaire that asks about its own answers, with choices,
// ticks, numbers, texts, and repeats of both kinds.
func drawQuestions(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("| survey | type | name | label::Tiếng Việt (vi) | label::English (en) | required | relevant | constraint | calculation | repeat_count |\n")
	chance := func(percent int) bool { return rapid.IntRange(1, 100).Draw(t, "chance") <= percent }
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "one") }
	var known []string // integers outside of repeats
	n := 0
	row := func(kind, name, label, required, relevant, constraint, calculation, count string) {
		english := ""
		if label != "" {
			english = "E " + label
		}
		fmt.Fprintf(&b, "| | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", kind, name, label, english, required, relevant, constraint, calculation, count)
	}
	question := func(inside bool) {
		n++
		name, required, relevant := fmt.Sprintf("q%d", n), "", ""
		if chance(30) {
			required = "yes"
		}
		if len(known) > 0 && chance(50) {
			relevant = "${" + one(known...) + "} " + one("> 1", "= 2", "!= 3", "< 3")
		}
		switch kind := one("integer", "integer", "select_one a", "select_one b", "select_one a or_other", "select_multiple a", "text", "note", "calculate"); kind {
		case "integer":
			row(kind, name, "Mấy?", required, relevant, one("", ". < 6", ". >= 0"), "", "")
			if !inside {
				known = append(known, name)
			}
		case "calculate":
			if len(known) > 0 {
				row(kind, name, "", "", relevant, "", "${"+one(known...)+"} + 1", "")
			}
		default:
			if kind == "note" {
				required = ""
			}
			row(kind, name, "Hỏi gì?", required, relevant, "", "", "")
		}
	}
	for range rapid.IntRange(2, 8).Draw(t, "questions") {
		if !chance(25) {
			question(false)
			continue
		}
		n++
		count := ""
		if len(known) > 0 && chance(50) {
			count = "${" + one(known...) + "}"
		}
		row("begin repeat", fmt.Sprintf("r%d", n), "Con", "", "", "", "", count)
		n++
		row("text", fmt.Sprintf("q%d", n), "Tên?", "", "", "", "", "")
		for range rapid.IntRange(0, 2).Draw(t, "inside") {
			question(true)
		}
		row("end repeat", "", "", "", "", "", "", "")
	}
	n++
	row("integer", fmt.Sprintf("q%d", n), "Cuối?", "", "", "", "", "")
	b.WriteString("| choices | list_name | name | label::Tiếng Việt (vi) | label::English (en) |\n| | a | mot | Một | One |\n| | a | hai | Hai | Two |\n| | a | khong | Không | None |\n")
	for i := range 22 {
		fmt.Fprintf(&b, "| | b | b%d | Xã số %d | Commune %d |\n", i, i, i)
	}
	fmt.Fprintf(&b, "| settings | form_title | form_id |\n| | Phiếu | f%d |\n", rapid.Uint32().Draw(t, "id"))
	return b.String()
}

// A mirror answers as a teller does, beside the engine: by the form's own logic, in one
// go and in one piece of memory.
type mirror struct {
	*teller
	r        *rapid.T
	who      string
	walk     *form.Walk
	setting  form.Setting
	campaign *store.Campaign
}

// next is what the form asks next when everything before it was shown.
func (m *mirror) next() (form.Step, bool) {
	for {
		q, ok := m.walk.Next()
		switch {
		case !ok || q.Kind == form.More || q.Kind == form.Ask && !empty(&q):
			return q, ok
		case q.Kind == form.Ask:
			m.must(m.walk.Skip(q.Path))
		default:
			m.walk.Pass(q.Path)
		}
	}
}

func (m *mirror) prompt() (p *store.Prompt) {
	m.must(m.store.View(m.t.Context(), func(tx *store.Tx) error {
		c, err := tx.Contact(tx.ContactID("web:1", m.who))
		if err != nil {
			return err
		}
		conv, err := tx.Conversation(c.Speaker)
		p = conv.Prompt
		return err
	}))
	return p
}

// send hands an input over, now and then twice, or with a new engine before it.
func (m *mirror) send(in Input) {
	m.now = m.now.Add(time.Minute)
	m.inputs++
	in.ID, in.Channel, in.From, in.At = fmt.Sprintf("web:1/p%d", m.inputs), "web:1", m.who, m.now
	if rapid.IntRange(0, 9).Draw(m.r, "restart") == 0 {
		e, err := New(m.store, m.engine.catalog, All(), Options{Zone: zone})
		m.must(err)
		m.engine = e
	}
	m.must(m.engine.Handle(context.Background(), in))
	switch rapid.IntRange(0, 5).Draw(m.r, "again") {
	case 0: // the network delivers it again
		m.must(m.engine.Handle(context.Background(), in))
	case 1: // she taps twice
		if in.Kind == Choice {
			in.ID += "b"
			in.At = in.At.Add(time.Second)
			m.must(m.engine.Handle(context.Background(), in))
		}
	}
}

func (m *mirror) write(text string) { m.send(Input{Kind: Text, Text: text}) }

// tap taps the button whose id begins like that; false: there is none.
func (m *mirror) tap(id string) bool {
	p := m.prompt()
	if p == nil {
		return false
	}
	for _, c := range p.Choices {
		if strings.HasPrefix(c.ID, id) {
			m.send(Input{Kind: Choice, Tap: Tap{p.Token, c.ID}})
			return true
		}
	}
	return false
}

// wantAsked looks whether the engine asks what the form's own logic would.
func (m *mirror) wantAsked(what string) {
	q, ok := m.next()
	p := m.prompt()
	if p == nil {
		m.r.Fatalf("%s: nothing is asked", what)
	}
	want := "form_answer." + deskReview
	if ok {
		want = "form_answer." + stepOf(&sheet{logic: m.walkLogic()}, &q)
	}
	if p.Step != want {
		m.r.Fatalf("%s: asks at %s, want %s (%s)", what, p.Step, want, q.Path)
	}
}

func (m *mirror) walkLogic() *form.Logic {
	l, err := form.NewLogic(m.form)
	m.must(err)
	return l
}

// step does one thing at the engine and in the mirror.
func (m *mirror) step() {
	q, ok := m.next()
	draw := func(of ...string) string { return rapid.SampledFrom(of).Draw(m.r, "of") }
	what := "answer"
	switch rapid.IntRange(0, 13).Draw(m.r, "what") {
	case 0:
		what = "back"
		m.write("/quaylai")
		moved := false
		for m.walk.Back() {
			if q, ok := m.walk.Next(); ok && !empty(&q) {
				moved = true
				break
			}
		}
		if !moved { // at the beginning: what she is asked before the first question
			m.tap("begin")
			if p := m.prompt(); p.Step == "form_answer.intro" || !strings.HasPrefix(p.Step, "form_answer.") {
				m.write("/start q_" + m.campaign.Code)
			}
		}
		m.wantAsked(what)
		return
	case 1:
		what = "language"
		m.write("/ngonngu")
		language := draw("vi", "en")
		m.tap(language)
		m.setting.Language = language
		m.walk = m.walkLogic().Walk(m.walk.Response(), m.setting)
		m.wantAsked(what)
		return
	case 2:
		what = "menu"
		m.write("/menu")
		m.write("/start q_" + m.campaign.Code)
		m.wantAsked(what)
		return
	}
	switch {
	case !ok:
		paths := m.walk.Paths(form.Ask)
		if len(paths) == 0 {
			return
		}
		i := rapid.IntRange(0, len(paths)-1).Draw(m.r, "change")
		m.tap("change")
		m.write(fmt.Sprint(i + 1))
		m.walk.Change(paths[i])
		what = "change"
	case q.Kind == form.More:
		switch n := rapid.IntRange(0, 4).Draw(m.r, "more"); {
		case n < 2 && q.Count < 4:
			m.tap("add")
			m.must(m.walk.Add(q.Path))
		case n == 2 && q.Count > 0:
			number := rapid.IntRange(1, q.Count).Draw(m.r, "number")
			m.tap("remove")
			if q.Count > 1 {
				m.tap(fmt.Sprintf("remove%s/%d", questionTag(q.Path), number))
			}
			m.tap("yes")
			m.must(m.walk.Remove(q.Path, number))
		default:
			m.tap("done")
			m.must(m.walk.Done(q.Path))
		}
		what = "more"
	case !q.Required && rapid.IntRange(0, 7).Draw(m.r, "skip") == 0:
		if !m.tap("skip") {
			m.r.Fatalf("%s cannot be skipped", q.Path)
		}
		m.must(m.walk.Skip(q.Path))
		what = "skip"
	default:
		m.answer(&q, draw)
	}
	m.wantAsked(what)
}

func (m *mirror) answer(q *form.Step, draw func(...string) string) {
	switch q.Question.Kind {
	case form.Integer:
		text := draw("0", "1", "2", "hai", "3", "ba", "9", "-1", "nhiều", "1.5.3")
		value, ok := map[string]string{"0": "0", "1": "1", "2": "2", "hai": "2", "3": "3", "ba": "3", "9": "9", "-1": "-1"}[text]
		m.write(text)
		if ok {
			m.walk.Answer(q.Path, value) // or is refused, here as there
		}
	case form.SelectOne:
		o := rapid.SampledFrom(q.Options).Draw(m.r, "option")
		if len(q.Options) > mostOffered {
			m.write(o.Label)
		} else if !m.tap(optionTag(q.Path, o.Name)) {
			m.r.Fatalf("%s does not offer %s", q.Path, o.Name)
		}
		m.must(m.walk.Answer(q.Path, o.Name))
	case form.SelectMultiple:
		m.write(draw("9", "1 9", "0")) // none of them; and then some
		if text := draw("1 2", "2 1", "tap"); text != "tap" {
			m.write(text)
			m.must(m.walk.Answer(q.Path, "mot hai"))
			return
		}
		m.tap("+" + optionTag(q.Path, "mot"))
		m.tap("+" + optionTag(q.Path, "khong")) // which goes with no other
		if !m.tap("done") {
			m.r.Fatalf("%s: nothing is ticked", q.Path)
		}
		m.must(m.walk.Answer(q.Path, "khong"))
	default:
		text := draw("Lan", "có", "thôi ạ", "=1+1", "3")
		m.write(text)
		m.must(m.walk.Answer(q.Path, text))
	}
}

// Random questionnaires, answered at random with restarts, deliveries that come twice,
// double taps, changes, ways back and other languages, end in the response that the
// form's own logic gives when it is told the same in one go. That its logic gives
// what a direct evaluation does is tested in package form.
func TestAnswersAgainstLogic(t *testing.T) {
	w := newTeller(t, memory.Open(memory.Options{Rerun: 5}))
	women := 0
	rapid.Check(t, func(r *rapid.T) {
		women++
		f := formOf(t, "data", drawQuestions(r))
		m := &mirror{teller: w, r: r, who: fmt.Sprint("woman", women), campaign: w.campaign(f, store.Named)}
		m.setting = form.Setting{Language: "vi", Clock: xpath.Clock{Now: w.now, Zone: zone}}
		m.write("/start")
		m.tap("vi")
		m.write("/start q_" + m.campaign.Code)
		m.tap("begin")
		l := m.walkLogic()
		m.walk = l.Walk(l.Begin(w.now, 1, nil), m.setting)
		m.wantAsked("begin")
		for range rapid.IntRange(5, 25).Draw(r, "steps") {
			m.step()
		}
		for range 300 { // and then to the end
			q, ok := m.next()
			switch {
			case !ok:
				m.tap("send")
				m.must(m.walk.Finish())
				m.wantSame()
				return
			case q.Kind == form.More:
				m.tap("done")
				m.must(m.walk.Done(q.Path))
			case !q.Required:
				m.tap("skip")
				m.must(m.walk.Skip(q.Path))
			default:
				m.answer(&q, func(of ...string) string { return of[min(2, len(of)-1)] })
			}
			m.wantAsked("end")
		}
		r.Skip("no answer satisfies a required question")
	})
}

func (m *mirror) wantSame() {
	var got *form.Response
	m.must(m.store.View(m.t.Context(), func(tx *store.Tx) error {
		for r, err := range tx.Responses(m.campaign.ID, "") {
			if err != nil {
				return err
			}
			got, err = form.DecodeResponse(r.Answers)
			return err
		}
		return nil
	}))
	if got == nil {
		m.r.Fatal("nothing was sent")
	}
	want := m.walk.Response()
	same := func(a, b form.Answer) bool { return a.State == b.State && a.Value == b.Value }
	if !maps.EqualFunc(got.Answers, want.Answers, same) {
		m.r.Fatalf("sent   %v\nwanted %v", got.Answers, want.Answers)
	}
}
