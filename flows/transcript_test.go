package flows

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// Transcripts are talks as text, in testdata/*.txt:
//
//	# a comment
//	@at 2026-11-23 08:00        sets the clock (it goes on 10 s with every line)
//	@wait 3d                    lets time pass; what comes due is done
//	@grant Lan staff 92         gives a role
//	@seats TT01 1               sets the seats of a sample training
//	@cancel TT01, @move TT01 2026-12-20 08:00
//	@restart                    a new engine on the same store
//	@without register.children  a new engine whose flow lacks the step
//	Hoa: dang ky                Hoa writes
//	Hoa: (tap) Có               Hoa taps the button of the latest question
//	Hoa: (old) Có               … of the question before it
//	Hoa: (again)                the network delivers the latest input again
//	Hoa: (contact) 0912345678, (card) 0912…, (place), (photo), (sticker), (edited), (album), (group), (blocked), (back)
//	    what the bot answers, indented, with its [buttons]; · is an empty line in it
//	    → Mai: what it tells somebody else
//
// go test ./flows -update writes the answers anew: read what it wrote.
var update = flag.Bool("update", false, "write the transcripts anew")

func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want), false)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			diff(t, "with buttons", string(want), got)
			if strings.Contains(string(want), "@buttons") {
				t.Log("not run without buttons: " + line(string(want), "@buttons"))
				return
			}
			diff(t, "with numbers only", string(want), play(t, string(want), true))
		})
	}
}

func diff(t *testing.T, how, want, got string) {
	t.Helper()
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			t.Fatalf("%s, line %d:\n got %s\nwant %s\n\nall that was said:\n%s", how, i+1, b, a, got)
		}
	}
}

func line(text, head string) string {
	i := strings.Index(text, head)
	text, _, _ = strings.Cut(text[i+len(head):], "\n")
	return strings.TrimSpace(text)
}

// A stage is where a transcript is played.
type stage struct {
	t       *testing.T
	store   *store.Store
	catalog *locales.Catalog
	engine  *Engine
	now     time.Time
	numbers bool // everybody is on a network without buttons
	inputs  int
	last    map[string]Input
	shown   map[string][]store.Message // by person: what was sent to her, latest last
	posted  []store.Message
	out     strings.Builder
}

var zone = time.FixedZone("ICT", 7*3600)

func newStage(t *testing.T) *stage {
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{
		t: t, catalog: catalog, last: map[string]Input{}, shown: map[string][]store.Message{},
		now: time.Date(2026, 11, 23, 8, 0, 0, 0, zone),
	}
	s.store, err = store.Open(t.Context(), memory.Open(memory.Options{Rerun: 3}), store.Options{
		Now:    func() time.Time { return s.now },
		Random: rand.NewChaCha8([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	s.store.OnPosted(func(m []store.Message) { s.posted = append(s.posted, m...) })
	sample(t, s.store)
	s.open(All())
	return s
}

func (s *stage) open(flows []*Flow) {
	var err error
	s.engine, err = New(s.store, s.catalog, flows, Options{
		Zone: zone, URL: "https://chihai.example",
		Links: func(payload string) []Link {
			return []Link{{"Telegram", "https://t.me/chihai_bot?start=" + payload}}
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// play plays a transcript and returns it with what the bot answers now.
func play(t *testing.T, text string, numbers bool) string {
	s := newStage(t)
	s.numbers = numbers
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		l := lines.Text()
		switch {
		case strings.HasPrefix(l, "    ") || strings.HasPrefix(l, "\t"):
			continue // an answer: written anew
		case strings.HasPrefix(l, "@"):
			s.out.WriteString(l + "\n")
			s.direct(strings.Fields(l))
		case l == "" || strings.HasPrefix(l, "#"):
			s.out.WriteString(l + "\n")
		default:
			who, what, ok := strings.Cut(l, ": ")
			if !ok {
				t.Fatalf("cannot read %q", l)
			}
			s.out.WriteString(l + "\n")
			s.now = s.now.Add(10 * time.Second)
			s.handle(who, s.input(who, what))
		}
	}
	return s.out.String()
}

func (s *stage) direct(words []string) {
	arg := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch words[0] {
	case "@at":
		at, err := time.ParseInLocation("2006-01-02 15:04", arg(1)+" "+arg(2), zone)
		s.must(err)
		s.now = at
	case "@wait":
		s.wait(readSpan(s.t, arg(1)))
	case "@grant":
		s.update(func(tx *store.Tx) error {
			_, m, _, err := tx.Meet("test:1", arg(1))
			if err != nil {
				return err
			}
			if len(words) > 4 {
				return tx.Grant(m, &store.Grant{Role: store.Role(arg(2)), Area: arg(3), Until: s.now.Add(readSpan(s.t, arg(4)))})
			}
			return tx.Grant(m, &store.Grant{Role: store.Role(arg(2)), Area: arg(3)})
		})
	case "@revoke":
		s.update(func(tx *store.Tx) error {
			_, m, _, err := tx.Meet("test:1", arg(1))
			if err == nil {
				_, err = tx.Revoke(m.ID, "")
			}
			return err
		})
	case "@seats":
		n, err := strconv.Atoi(arg(2))
		s.must(err)
		s.change(arg(1), func(t *store.Training) { t.Seats = n })
	case "@cancel":
		s.change(arg(1), func(t *store.Training) { t.Cancelled = s.now })
	case "@move":
		at, err := time.ParseInLocation("2006-01-02 15:04", arg(2)+" "+arg(3), zone)
		s.must(err)
		s.change(arg(1), func(t *store.Training) { t.End = at.Add(t.End.Sub(t.Start)); t.Start = at })
	case "@restart":
		s.open(All())
	case "@without":
		flow, step, _ := strings.Cut(arg(1), ".")
		flows := All()
		for _, f := range flows {
			if f.Name == flow {
				f.Steps = slices.DeleteFunc(f.Steps, func(st Step) bool { return st.Name == step })
			}
		}
		s.open(slices.DeleteFunc(flows, func(f *Flow) bool { return f.Name == flow && step == "" }))
	case "@buttons":
	default:
		s.t.Fatalf("unknown %q", words[0])
	}
}

// input makes the input of a line.
func (s *stage) input(who, what string) Input {
	s.inputs++
	in := Input{
		ID: fmt.Sprintf("test:1/u/%d", s.inputs), Channel: "test:1", From: who,
		Kind: Text, Text: what, At: s.now.Truncate(time.Second),
	}
	p := s.prompt(who)
	if verb, rest, ok := strings.Cut(what, ") "); ok || strings.HasSuffix(what, ")") && strings.HasPrefix(what, "(") {
		switch strings.Trim(verb, "()") {
		case "tap":
			in.Kind, in.Text = Choice, ""
			for _, c := range p.Choices {
				if c.Label == rest {
					in.Tap = Tap{p.Token, c.ID}
				}
			}
			if in.Tap.ID == "" {
				s.t.Fatalf("no button %q", rest)
			}
		case "old":
			in.Kind, in.Text = Choice, ""
			old := s.shown[who]
			for i := len(old) - 1; i >= 0 && in.Tap.ID == ""; i-- {
				for _, c := range old[i].Choices {
					if c.Label == rest && old[i].Token != p.Token {
						in.Tap = Tap{old[i].Token, c.ID}
					}
				}
			}
			if in.Tap.ID == "" {
				s.t.Fatalf("no old button %q", rest)
			}
		case "again":
			s.inputs--
			return s.last[who]
		case "twice":
			in = s.last[who]
			in.ID = fmt.Sprintf("test:1/u/%d", s.inputs)
		case "contact", "card":
			in.Kind, in.Text, in.Phone, in.Own = Contact, "", rest, strings.Contains(verb, "contact")
			if s.numbers && in.Own {
				in.Kind, in.Text, in.Phone, in.Own = Text, rest, "", false
			}
		case "place":
			in.Kind, in.Text, in.Place = Location, "", Place{9.6, 105.97}
		case "photo":
			in.Kind, in.Text, in.File = File, "", FileRef{ID: "f1", Type: "image/jpeg"}
		case "sticker", "edited", "album", "lost":
			in.Kind, in.Text = Other, strings.Trim(verb, "()")
		case "group":
			in.Kind, in.Text, in.From = Other, OtherGroup, "the group"
		case "blocked":
			in.Kind, in.Text = Unreachable, ""
		case "back":
			in.Kind, in.Text = Reachable, ""
		default:
			s.t.Fatalf("cannot read %q", what)
		}
		s.last[who] = in
		if in.Kind != Choice || !s.numbers {
			return in
		}
		what = rest
	}
	if s.numbers && p != nil && in.Tap.Token == "" || s.numbers && p != nil && in.Tap.Token == p.Token {
		if i := slices.IndexFunc(p.Choices, func(c store.PromptChoice) bool { return c.Label == what }); i >= 0 {
			in.Kind, in.Tap, in.Text = Text, Tap{}, strconv.Itoa(i+1)
			if p.Free {
				in.Text = "#" + in.Text
			}
		}
	}
	s.last[who] = in
	return in
}

// prompt is the question that is open with a person, or nil.
func (s *stage) prompt(who string) *store.Prompt {
	var p *store.Prompt
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		c, err := tx.Contact(tx.ContactID("test:1", who))
		if err != nil {
			return ignore(err, store.ErrNotFound)
		}
		conv, err := tx.Conversation(c.Speaker)
		p = conv.Prompt
		return err
	}))
	return p
}

func (s *stage) handle(who string, in Input) {
	s.posted = nil
	s.must(s.engine.Handle(context.Background(), in))
	s.write(who)
}

// write writes what was posted below the line that made it so.
func (s *stage) write(who string) {
	for _, m := range s.posted {
		s.shown[m.Address] = append(s.shown[m.Address], m)
		text := m.Text
		if m.Voice != "" {
			text = "(voice " + m.Voice + ")"
		}
		if m.File != "" {
			text = "(file) " + text
		}
		if m.Act != store.Say {
			text = "(" + string(m.Act) + ") " + text
		}
		if m.Address != who {
			text = "→ " + m.Address + ": " + text
		}
		var row []string
		for _, c := range m.Choices {
			row = append(row, "["+c.Label+"]")
		}
		if len(row) > 0 {
			text += "\n" + strings.Join(row, " ")
		}
		for _, l := range strings.Split(hideCodes(text), "\n") {
			if l == "" {
				l = "·" // an empty line inside a message
			}
			s.out.WriteString("    " + strings.TrimRight(l, " ") + "\n")
		}
		s.update(func(tx *store.Tx) error { return tx.Settle(m.ID) })
	}
	s.posted = nil
}

var codePattern = regexp.MustCompile(`([:/] ?|\?start=[tg])([0-9A-Z]{5,12})\b`)

// hideCodes replaces random codes, which change with every change of the code.
func hideCodes(text string) string { return codePattern.ReplaceAllString(text, "$1·····") }

// wait lets time pass; what comes due meanwhile is done in its order.
func (s *stage) wait(span time.Duration) {
	end := s.now.Add(span)
	for {
		var d *store.Due
		s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
			for due, err := range tx.AllDue() {
				if err == nil && !due.At.After(end) {
					d = due
				}
				return err
			}
			return nil
		}))
		if d == nil {
			break
		}
		if d.At.After(s.now) {
			s.now = d.At.In(zone)
		}
		s.fire(d)
		s.update(func(tx *store.Tx) error { return tx.Done(d) })
	}
	s.now = end
}

func (s *stage) fire(d *store.Due) {
	if d.Job != store.RemindJob {
		return
	}
	var rule struct{ Rule string }
	s.must(json.Unmarshal(d.Data, &rule, json.MatchCaseInsensitiveNames(true)))
	var members []string
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		training, err := tx.Training(d.Training)
		if err != nil || training.Moved != d.Moved {
			return err
		}
		for r, err := range tx.Registrations(d.Training) {
			if err != nil {
				return err
			}
			members = append(members, r.Member)
		}
		return nil
	}))
	data, err := json.Marshal(Reminder{Training: d.Training, Rule: rule.Rule, Until: d.Until})
	s.must(err)
	for _, m := range members {
		s.posted = nil
		s.must(s.engine.Handle(context.Background(), Input{
			ID: d.ID + "/" + m, Kind: Due, Member: m, Flow: "remind", Data: data, At: s.now,
		}))
		if len(s.posted) > 0 {
			fmt.Fprintf(&s.out, "    (%s)\n", s.now.Format("2006-01-02 15:04"))
		}
		s.write("")
	}
}

func (s *stage) change(name string, change func(*store.Training)) {
	s.update(func(tx *store.Tx) error {
		for tr, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
			if err != nil {
				return err
			}
			if strings.HasPrefix(tr.Place, name) {
				_, err := tx.ChangeTraining(tr.ID, tr.Revision, change)
				return err
			}
		}
		return fmt.Errorf("no training at %s", name)
	})
}

func (s *stage) update(fn func(*store.Tx) error) {
	s.t.Helper()
	s.must(s.store.Update(context.Background(), fn))
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%v\n\nso far:\n%s", err, s.out.String())
	}
}

func readSpan(t *testing.T, s string) time.Duration {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(n) * 24 * time.Hour
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sample puts a small tree of areas and a few trainings into the store. Places
// begin with a letter by which transcripts name them.
func sample(t *testing.T, s *store.Store) {
	raw, err := os.ReadFile("../bot/demo/areas.csv")
	if err != nil {
		t.Fatal(err)
	}
	areas, err := store.ReadAreas(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	local := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, zone).UTC()
	}
	trainings := []*store.Training{
		{Kind: store.Class, Name: store.Text{"vi": "Kỹ năng truyền thông", "km": "ជំនាញទំនាក់ទំនង", "en": "Communication skills"}, Official: "Tập huấn kỹ năng truyền thông cho cán bộ chi hội",
			Start: local(12, 12, 8, 30), End: local(12, 12, 11, 0), Place: "A - Hội trường UBND xã Kế Sách", Area: "31528", Seats: 30, Listed: true,
			Audience: store.Text{"vi": "cán bộ chi hội", "km": "កម្មាភិបាលក្រុម", "en": "branch leaders"}},
		{Kind: store.Class, Name: store.Text{"vi": "Nuôi con dưới 36 tháng", "km": "ចិញ្ចឹមកូនក្រោម ៣៦ ខែ", "en": "Raising a child under 36 months"},
			Start: local(12, 5, 14, 0), End: local(12, 5, 16, 30), Place: "B - Nhà văn hóa ấp An Ninh", Area: "31528", Seats: 20, Listed: true, Children: true},
		{Kind: store.Seminar, Name: store.Text{"vi": "Hội thảo gắn kết cộng đồng", "km": "សិក្ខាសាលាភ្ជាប់សហគមន៍", "en": "Seminar on a caring community"}, Official: "Hội thảo mô hình Địa chỉ tin cậy",
			Start: local(12, 15, 8, 0), End: local(12, 15, 11, 30), Place: "C - Trường THCS Mỹ Xuyên", Area: "31684", Seats: 2, Listed: true},
		{Kind: store.Dialogue, Name: store.Text{"vi": "Buổi trao đổi chính sách", "km": "ការពិភាក្សាអំពីគោលនយោបាយ", "en": "Talk on policies"}, Official: "Đối thoại chính sách hỗ trợ phụ nữ, trẻ em bị bạo lực và mua bán trở về",
			Start: local(12, 20, 8, 0), End: local(12, 20, 11, 0), Place: "D - Hội trường phường Sóc Trăng", Area: "92", Seats: 25},
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.ImportAreas(areas); err != nil {
			return err
		}
		if err := tx.PutSettings(&store.Settings{Organisation: "Hội Liên hiệp Phụ nữ thành phố Cần Thơ", Telephone: "0292 000 000", Top: "92"}); err != nil {
			return err
		}
		for _, tr := range trainings {
			again := *tr
			if err := tx.AddTraining(&again); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
