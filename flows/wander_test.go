package flows

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

// TestWander lets a few people press, type and send whatever comes to hand, on
// phones of their own and on one that they share, for weeks, while the program
// is restarted and loses steps. No turn may fail, nobody may be left without an
// answer, a talk may not grow without end, and the store must be sound.
//
// A failure prints the seed and the talk, which is best made a transcript.
func TestWander(t *testing.T) {
	seeds, steps := 12, 250
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWanderer(t, uint64(seed))
			for range steps {
				w.step()
				if t.Failed() {
					t.Fatalf("so far:\n%s", tail(w.out.String(), 120))
				}
			}
			if _, err := store.CheckSealed(t.Context(), w.store.Backend(), w.key, w.now, func(bucket, key, what string) {
				t.Errorf("the store afterwards: %s %s %s", bucket, key, what)
			}); err != nil {
				t.Error(err)
			}
		})
	}
}

// A wanderer plays on a stage without a transcript.
type wanderer struct {
	*stage
	random *rand.Rand
	log    bytes.Buffer
	people []string
}

func newWanderer(t *testing.T, seed uint64) *wanderer {
	w := &wanderer{
		stage: newStage(t), random: rand.New(rand.NewPCG(seed, 1)),
		people: []string{"Hoa", "Mai", "Lan", "Lan"},
	}
	w.voices = []string{"vi register.children", "vi profile.name"}
	w.direct([]string{"@grant", "Lan", "staff", "92"})
	w.direct([]string{"@grant", "Lan", "facilitator", "31528"})
	w.direct([]string{"@grant", "Mai", "facilitator", "31528"})
	w.open(All)
	for _, place := range []string{"A", "B", "C", "D"} {
		w.training(place) // before anybody moves it
	}
	return w
}

// open makes an engine whose log is read.
func (w *wanderer) open(flows func() []*Flow) {
	w.stage.open(flows)
	w.engine.opt.Log = slog.New(slog.NewTextHandler(&w.log, nil))
}

// said are words that people type, to the point and beside it.
var said = []string{
	"1", "2", "3", "4", "#1", "#2", "១", "9", "0", "", "có", "không", "ok", "dạ", "thoi", "Thôi", "quay lai", "để sau", "dung", "đúng", "dừng",
	"Nguyễn Thị Hoa", "Trần Thị Mai", "huy", "0912345678", "+84 987 654 321", "ke sach", "soc trang", "my suyen", "phường 1", "xã phú tâm",
	"nấu ăn", "/start", "/menu", "/dangky", "/caidat", "/ngonngu", "/trogiup", "/quaylai", "/huy", "/desau", "/xyz", "giúp", "đăng ký", "Đổi người",
	"Dành cho cán bộ", "Đăng ký của tôi", "english", "khmer", "1", "1", "8 giờ 30", "14h", "12/12", "thứ Bảy", "30", "30 chỗ", "A", "ZZZZZZ",
	"clb", "/caulacbo", "Na", "Na, Tí, Bo", "2 5", "5/9", "bcfghj",
	"=1+1", "😀", "\u202e", strings.Repeat("ư", 5000), "x\x00y", "\xff\xfe",
}

func (w *wanderer) step() {
	who := w.people[w.random.IntN(len(w.people))]
	if w.random.IntN(8) == 0 {
		who = []string{"Hoa2", "the group", "Stranger"}[w.random.IntN(3)]
	}
	w.now = w.now.Add(time.Duration(w.random.IntN(20_000)) * time.Millisecond)
	switch n := w.random.IntN(100); {
	case n < 2:
		w.out.WriteString("@wait\n")
		w.wait(time.Duration(w.random.IntN(5*24)) * time.Hour)
	case n < 4:
		w.out.WriteString("@restart\n")
		w.open(All)
	case n < 6:
		w.forget()
	case n < 8:
		w.out.WriteString("@task\n")
		w.work(w.random.IntN(2) == 0)
	case n < 9:
		w.direct([]string{"@onetime", "staff", "31528"})
		w.do(who, w.input(who, "(onetime)"))
	case n < 10 && w.known("Hoa"):
		if !w.known("Hoa2") {
			w.out.WriteString("@phone Hoa2 Hoa\n")
			w.direct([]string{"@phone", "Hoa2", "Hoa"})
		}
	default:
		w.do(who, w.anything(who))
	}
	if w.log.Len() > 0 {
		w.t.Errorf("a turn failed: %s", w.log.String())
	}
}

// anything is some input of who.
func (w *wanderer) anything(who string) Input {
	p := w.prompt(who)
	if p != nil && len(p.Choices) > 0 && w.random.IntN(100) < 55 {
		c := p.Choices[w.random.IntN(len(p.Choices))]
		if isWay(c) && w.random.IntN(2) == 0 { // rather go on
			c = p.Choices[0]
		}
		in := w.input(who, c.Label)
		if w.random.IntN(2) == 0 {
			in.Kind, in.Text, in.Tap = Choice, "", Tap{p.Token, c.ID}
		}
		w.last[who] = in
		return in
	}
	if code := w.onetime; code != "" && w.random.IntN(40) == 0 {
		return w.input(who, "/start g"+code)
	}
	if w.clubCode() != "" && w.random.IntN(15) == 0 {
		return w.input(who, []string{"(club)", "(join)", "(hand)", "(handcode)"}[w.random.IntN(4)])
	}
	if whose := []string{"Hoa", "Mai", "Lan"}[w.random.IntN(3)]; w.random.IntN(12) == 0 && w.known(whose) {
		return w.input(who, fmt.Sprintf("(code %s)", whose))
	}
	if w.random.IntN(12) == 0 {
		return w.input(who, fmt.Sprintf("(link %s)", []string{"A", "B", "C", "D", "unknown"}[w.random.IntN(5)]))
	}
	if w.random.IntN(6) == 0 {
		kinds := []string{"(sticker)", "(photo)", "(edited)", "(album)", "(lost)", "(place)", "(card) 0912345678", "(contact) 0987654321", "(blocked)", "(back)", "(group)"}
		return w.input(who, kinds[w.random.IntN(len(kinds))])
	}
	if old := w.shown[who]; len(old) > 0 && w.random.IntN(10) == 0 {
		m := old[w.random.IntN(len(old))]
		in := w.input(who, "")
		in.Kind, in.Tap = Choice, Tap{m.Token, "yes"}
		if len(m.Choices) > 0 {
			in.Tap.ID = m.Choices[w.random.IntN(len(m.Choices))].ID
		}
		return in
	}
	if in, ok := w.last[who]; ok && w.random.IntN(15) == 0 {
		return in // the network delivers it again
	}
	return w.input(who, said[w.random.IntN(len(said))])
}

// do hands an input over and looks at what came of it.
func (w *wanderer) do(who string, in Input) {
	fmt.Fprintf(&w.out, "%s: %s %.60q %v\n", in.From, in.Kind, in.Text, in.Tap)
	mark := w.out.Len()
	again := w.seen(in.ID) || in.Album != "" && w.seen("album/"+w.contact(who)+"/"+in.Album)
	w.last[who] = in
	w.handle(who, in)
	quiet := again || in.Kind == Unreachable || in.Kind == Reachable || in.Kind == Other && in.Text == OtherGroup
	if w.out.Len() == mark && !quiet && !w.double(who, in) {
		w.t.Errorf("no answer to %v %q", in.Kind, in.Text)
	}
	var members []string
	err := w.store.Backend().View(context.Background(), func(kv store.KV) error {
		for p, err := range kv.Scan("conversation", "", "") {
			if err != nil {
				return err
			}
			if len(p.Value) > 24<<10 {
				w.t.Errorf("a talk has grown to %d bytes", len(p.Value))
			}
			members = append(members, p.Key)
		}
		return nil
	})
	w.must(err)
	err = w.store.View(context.Background(), func(tx *store.Tx) error {
		for _, m := range members {
			talk, err := tx.Conversation(m)
			if err != nil {
				return err
			}
			if len(talk.Frames) > maxFrames || len(talk.Waiting) > maxWaiting {
				w.t.Errorf("a talk stands in %d flows, and %d wait", len(talk.Frames), len(talk.Waiting))
			}
		}
		return nil
	})
	w.must(err)
}

// double says whether in may be taken for a trembling finger.
func (w *wanderer) double(who string, in Input) bool {
	double := false
	w.must(w.store.View(context.Background(), func(tx *store.Tx) error {
		c, err := tx.Contact(tx.ContactID("test:1", who))
		if err != nil {
			return ignore(err, store.ErrNotFound)
		}
		conv, err := tx.Conversation(c.Speaker)
		double = err == nil && conv.Last != nil && in.At.Sub(conv.Last.At).Abs() <= 5*doubleTap
		return err
	}))
	return double
}

// seen says whether the input id was handled before.
func (w *wanderer) seen(id string) (again bool) {
	w.must(w.store.Backend().View(context.Background(), func(kv store.KV) error {
		for p, err := range kv.Scan("seen", "", "") {
			if err != nil {
				return err
			}
			again = again || strings.HasSuffix(p.Key, "/"+id)
		}
		return nil
	}))
	return again
}

// contact is the id of the address from which who writes.
func (w *wanderer) contact(who string) (id string) {
	w.must(w.store.View(context.Background(), func(tx *store.Tx) error {
		id = tx.ContactID("test:1", who)
		return nil
	}))
	return id
}

// known says whether who has written before.
func (w *wanderer) known(who string) (known bool) {
	w.must(w.store.View(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Contact(tx.ContactID("test:1", who))
		known = err == nil
		return ignore(err, store.ErrNotFound)
	}))
	return known
}

// forgettable are steps to which no other goes by name.
var forgettable = [][2]string{{"register", "whom"}, {"profile", "consent"}, {"profile", "name"}, {"settings", "more"}}

// forget goes on with a program in which a step is missing.
func (w *wanderer) forget() {
	gone := forgettable[w.random.IntN(len(forgettable))]
	fmt.Fprintf(&w.out, "@without %s.%s\n", gone[0], gone[1])
	w.open(func() []*Flow {
		flows := All()
		for _, f := range flows {
			if f.Name == gone[0] {
				f.Steps = slices.DeleteFunc(f.Steps, func(st Step) bool { return st.Name == gone[1] })
			}
		}
		return flows
	})
}

// tail is the last n lines of s.
func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
