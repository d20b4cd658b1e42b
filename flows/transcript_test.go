package flows

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Transcripts are talks as text, in testdata/*.txt:
//
//	# a comment
//	@at 2026-11-23 08:00        sets the clock (it goes on 10 s with every line)
//	@wait 3d                    lets time pass; what comes due is done
//	@grant Lan staff 92         gives a role
//	@seats TT01 1               sets the seats of a sample training
//	@cancel TT01, @move TT01 2026-12-20 08:00
//	@invitation D               makes a sample training one by invitation
//	@people A 23                registers people for a sample training, who have written to the bot
//	@outage 3m                  lets time pass in which nothing is heard; what was open is asked again
//	@felt A 4                   so many others have said what they think of a sample training
//	@tested A before 5          the first so many of some others have answered the short test of a sample training
//	@asking anonymous           a campaign in that mode begins with the form that was kept last
//	@task, @task fail           does the work that turns have left, or fails at it
//	@feed 3, @feed 2 blocked    broadcasts go out to the next so many; what came of it, if not delivered
//	@women 31528 600            so many who live there have written to the bot
//	@restart                    a new engine on the same store
//	@more 7                     adds so many trainings
//	@phone Hoa2 Hoa             Hoa gets a second phone
//	@onetime staff 92           makes a one-time code
//	@voice vi register.children there is a recording of the message
//	@same Hoa, @same Hoa 2      fails unless her question has the token of the one before, or of the second before
//	@members 2                  fails unless so many members are kept
//	@without register.children  a new engine whose flow lacks the step
//	Hoa: dang ky                Hoa writes; ⏎ begins a new line
//	Hoa: (tap) Có               Hoa taps the button of the latest question
//	Hoa: (old) Có               … of the question before it
//	Hoa: (again), (again 20)    the network delivers the latest input again
//	Hoa: (twice)                she does the same again at once
//	Hoa: (link A)               she opens the link to a sample training
//	Hoa: (code Mai)             she types Mai's member code
//	Hoa: (seat Mai)             she types the code of Mai's first registration
//	Hoa: (club)                 she types the code of the club that was made last
//	Hoa: (join)                 she opens the link to it
//	Hoa: (hand), (handcode)     she opens the link by which a club is handed over, types its code
//	Hoa: (onetime)              she opens the link with the latest one-time code
//	Lan: (ticket Hoa A)         she opens the link of Hoa's ticket for a sample training; (ticket forged) one that nobody made
//	Hoa: (room A), (digits A)   she opens the link that stands in the room of a sample training, or types its digits
//	Hoa: (file 60), (file 2 a_b.docx)  she sends a file of so many MB; that is called so
//	Hoa: (book good), (book good a.xlsx)  she sends a workbook with a questionnaire (form_book_stage_test.go); that is called so; (books good) and another file with it
//	@form types                 staff have uploaded the questionnaire testdata/forms/types.md; again: a new version of it
//	@campaign anonymous open quota=2 days=3 rest   it is put before people: in a mode, to whoever has the link, with a quota, for so many days, a small rest is kept
//	@close, @answers            that ends; what can be read of the answers now
//	Hoa: (questions)            she opens the link to it; (questionscode): she types its code
//	Hoa: (letter) Đã đọc        she taps a button of the latest letter with a document that was sent to her
//	Lan: (lines 300)            she pastes so many lines with names
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
			diff(t, "with a restart after every line", string(want), playWith(t, string(want), func(s *stage) { s.restarts = true }))
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
	t        *testing.T
	store    *store.Store
	catalog  *locales.Catalog
	engine   *Engine
	key      []byte
	now      time.Time
	numbers  bool // everybody is on a network without buttons
	restarts bool // there is a new engine after every line
	flows    func() []*Flow
	voices   []string // language and id of messages of which there are recordings
	onetime  string
	handover string // the latest code by which a club is handed over, as it was sent
	inputs   int
	last     map[string]Input
	shown    map[string][]store.Message // by person: what was sent to her, latest last
	posted   []store.Message
	typed    map[string]bool   // free text that people wrote
	places   map[string]string // ID of the sample training that was once at a place: staff may move it
	out      strings.Builder
}

var zone = time.FixedZone("ICT", 7*3600)

func newStage(t *testing.T) *stage {
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{
		t: t, catalog: catalog, typed: map[string]bool{}, last: map[string]Input{}, shown: map[string][]store.Message{},
		now: time.Date(2026, 11, 23, 8, 0, 0, 0, zone), key: store.NewKey(),
	}
	s.store, err = store.Open(t.Context(), memory.Open(memory.Options{Rerun: 3}), store.Options{
		Now:    func() time.Time { return s.now },
		Random: rand.NewChaCha8([32]byte{1}),
		Key:    s.key,
		Zone:   zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	s.store.OnPosted(func(m []store.Message) { s.posted = append(s.posted, m...) })
	sample(t, s.store)
	s.open(All)
	return s
}

func (s *stage) open(flows func() []*Flow) {
	s.flows = flows
	var err error
	s.engine, err = New(s.store, s.catalog, append(withAnswering(flows)(), doors()...), Options{
		Voice: func(language, id string) bool { return slices.Contains(s.voices, language+" "+id) },
		Alone: 10,
		Rate:  func() float64 { return 28 },
		Zone:  zone, URL: "https://chihai.example",
		Links: func(payload string) []Link {
			return []Link{{"Telegram", "https://t.me/chihai_bot?start=" + payload}}
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.engine.commands["/aside"], s.engine.commands["/try"] = "door_aside", "door_try"
}

// play plays a transcript and returns it with what the bot answers now.
func play(t *testing.T, text string, numbers bool) string {
	return playWith(t, text, func(s *stage) { s.numbers = numbers })
}

func playWith(t *testing.T, text string, set func(*stage)) string {
	s := newStage(t)
	set(s)
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
			if !strings.HasPrefix(what, "(twice") {
				s.now = s.now.Add(10 * time.Second)
			}
			s.handle(who, s.input(who, what))
			var times int
			if _, err := fmt.Sscanf(what, "(again %d)", &times); err == nil {
				for range times - 1 {
					s.handle(who, s.last[who])
				}
			}
		}
		if s.restarts {
			s.open(s.flows)
		}
		s.wantSealed() // what a flow notes down is gone when it ends
	}
	if _, err := store.CheckSealed(t.Context(), s.store.Backend(), s.key, s.now, func(bucket, key, what string) {
		t.Errorf("the store afterwards: %s %s %s", bucket, key, what)
	}); err != nil {
		t.Error(err)
	}
	return s.out.String()
}

// public are the buckets that hold nothing about persons: what staff typed of a
// training stands in them.
var public = []string{"area", "broadcast", "campaign", "club", "club_meeting", "document", "form", "form_version", "meta", "quiz", "training", "training_code", "training_start"}

// wantSealed complains when something that people typed or are called stands in
// the database as it is.
func (s *stage) wantSealed() {
	typed := maps.Clone(s.typed)
	s.must(s.store.Backend().View(s.t.Context(), func(kv store.KV) error {
		for p, err := range kv.Scan("member", "", "") {
			if err != nil {
				return err
			}
			s.must(s.store.View(s.t.Context(), func(tx *store.Tx) error {
				m, err := tx.Member(p.Key)
				if err != nil {
					return err
				}
				for _, text := range []string{m.Name, strings.TrimPrefix(m.Phone, "+84")} {
					if len(text) >= 6 { // what is shorter stands in ids by chance
						typed[text] = true
					}
				}
				return nil
			}))
		}
		for _, bucket := range store.Buckets() {
			if slices.Contains(public, bucket) {
				continue
			}
			for p, err := range kv.Scan(bucket, "", "") {
				if err != nil {
					return err
				}
				for text := range typed {
					if strings.Contains(p.Key, text) || strings.Contains(string(p.Value), text) {
						s.t.Errorf("%q can be read in the database: %s %s %s", text, bucket, p.Key, p.Value)
					}
				}
			}
		}
		return nil
	}))
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
	case "@outage":
		s.outage(readSpan(s.t, arg(1)))
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
	case "@approval": // staff decide who comes, and are told by the one who made the training
		var by string
		s.update(func(tx *store.Tx) error {
			_, m, _, err := tx.Meet("test:1", arg(2))
			by = m.ID
			return err
		})
		s.change(arg(1), func(t *store.Training) { t.Approval, t.By = true, by })
	case "@invitation":
		s.change(arg(1), func(t *store.Training) { t.ByInvitation, t.Listed = true, false })
	case "@cancel":
		s.change(arg(1), func(t *store.Training) { t.Cancelled = s.now })
	case "@move":
		at, err := time.ParseInLocation("2006-01-02 15:04", arg(2)+" "+arg(3), zone)
		s.must(err)
		s.change(arg(1), func(t *store.Training) { t.End = at.Add(t.End.Sub(t.Start)); t.Start = at })
	case "@people":
		n, err := strconv.Atoi(arg(2))
		s.must(err)
		s.crowd(arg(1), n)
	case "@felt":
		n, err := strconv.Atoi(arg(2))
		s.must(err)
		s.felt(arg(1), n)
	case "@tested":
		n, err := strconv.Atoi(arg(3))
		s.must(err)
		s.tested(arg(1), store.QuizWhen(arg(2)), n)
	case "@asking":
		s.asking(store.Anonymity(arg(1)))
	case "@task":
		s.work(arg(1) == "fail")
	case "@feed":
		n, err := strconv.Atoi(arg(1))
		s.must(err)
		s.feed(n, store.Outcome(arg(2)))
	case "@women":
		n, err := strconv.Atoi(arg(2))
		s.must(err)
		s.women(arg(1), n)
	case "@restart":
		s.open(All)
	case "@more":
		n, err := strconv.Atoi(arg(1))
		s.must(err)
		s.more(n)
	case "@phone":
		s.update(func(tx *store.Tx) error {
			_, m, _, err := tx.Meet("test:1", arg(2))
			if err != nil {
				return err
			}
			c := &store.Contact{ID: tx.ContactID("test:1", arg(1)), Channel: "test:1", Address: arg(1), Created: tx.Now}
			return tx.Join(c, m)
		})
	case "@onetime":
		s.update(func(tx *store.Tx) (err error) {
			s.onetime, err = tx.NewGrantCode(store.Role(arg(1)), arg(2), time.Time{}, "")
			return err
		})
	case "@voice":
		s.voices = append(s.voices, arg(1)+" "+arg(2))
	case "@same":
		asked := slices.DeleteFunc(slices.Clone(s.shown[arg(1)]), func(m store.Message) bool { return m.Token == "" })
		back := 1
		if len(words) > 2 {
			var err error
			back, err = strconv.Atoi(arg(2))
			s.must(err)
		}
		if n := len(asked); n <= back || asked[n-1].Token != asked[n-1-back].Token {
			s.t.Errorf("another question stands\n\nso far:\n%s", s.out.String())
		}
	case "@members":
		n, err := strconv.Atoi(arg(1))
		s.must(err)
		if got := s.members(); got != n {
			s.t.Errorf("%d members are kept, want %d\n\nso far:\n%s", got, n, s.out.String())
		}
	case "@without":
		flow, step, _ := strings.Cut(arg(1), ".")
		s.open(func() []*Flow {
			flows := All()
			for _, f := range flows {
				if f.Name == flow {
					f.Steps = slices.DeleteFunc(f.Steps, func(st Step) bool { return st.Name == step })
				}
			}
			return slices.DeleteFunc(flows, func(f *Flow) bool { return f.Name == flow && step == "" })
		})
	case "@form":
		s.addForm(arg(1))
	case "@campaign":
		s.addCampaign(words[1:])
	case "@close":
		s.closeCampaign()
	case "@answers":
		s.writeAnswers()
	case "@buttons":
	default:
		if s.directCampaign(words) {
			return
		}
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
	what = strings.ReplaceAll(what, "⏎", "\n")
	in.Text = what
	p := s.prompt(who)
	if p != nil && p.Free && len(what) >= 8 {
		s.typed[what] = true
	}
	if verb, rest, ok := strings.Cut(what, ") "); ok || strings.HasSuffix(what, ")") && strings.HasPrefix(what, "(") {
		verb, arg, _ := strings.Cut(strings.Trim(verb, "()"), " ")
		switch verb {
		case "link":
			in.Text = "/start t" + s.code(arg)
		case "seat":
			in.Text = s.seatCode(arg)
		case "code":
			in.Text = s.memberCode(arg)
		case "club":
			in.Text = s.clubCode()
		case "join":
			in.Text = "/start c" + s.clubCode()
		case "hand":
			in.Text = "/start h" + s.handover
		case "handcode":
			in.Text = s.handover
		case "onetime":
			in.Text = "/start g" + s.onetime
		case "questions":
			in.Text = "/start q_" + s.campaignCode()
		case "aside", "try": // menus of other flows lead there
			in.Text = "/" + verb
		case "questionscode":
			in.Text = s.campaignCode()
		case "ticket":
			in.Text = "/start v" + s.ticket(arg)
		case "room":
			in.Text = "/start p" + s.code(arg) + s.digits(arg)
		case "digits":
			in.Text = s.digits(arg)
		case "tap":
			in.Kind, in.Text = Choice, ""
			for _, c := range p.Choices {
				if c.Label == rest {
					in.Tap = Tap{p.Token, c.ID}
				}
			}
			if in.Tap.ID == "" {
				s.t.Fatalf("no button %q\n\nso far:\n%s", rest, s.out.String())
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
				s.t.Fatalf("no old button %q\n\nso far:\n%s", rest, s.out.String())
			}
		case "again":
			s.inputs--
			return s.last[who]
		case "twice":
			if s.numbers { // a number is typed: there is no button to press twice
				s.inputs--
				return s.last[who]
			}
			in = s.last[who]
			in.ID = fmt.Sprintf("test:1/u/%d", s.inputs)
		case "contact", "card":
			in.Kind, in.Text, in.Phone, in.Own = Contact, "", rest, strings.Contains(verb, "contact")
			if s.numbers && in.Own {
				in.Kind, in.Text, in.Phone, in.Own = Text, rest, "", false
			}
		case "place":
			in.Kind, in.Text, in.Place = Location, "", Place{9.6, 105.97}
		case "file":
			size, name, _ := strings.Cut(arg, " ")
			mb, err := strconv.Atoi(size)
			s.must(err)
			in.Kind, in.Text, in.File = File, "", FileRef{ID: "f2", Name: cmp.Or(name, "lich.pdf"), Type: "application/pdf", Size: int64(mb) << 20}
		case "book":
			in.Kind, in.Text, in.File = File, "", formBook(arg)
		case "books":
			in.Kind, in.Text, in.File, in.Album = File, "", formBook(arg), "2468"
		case "letter", "invite":
			in.Kind, in.Text, in.Tap = Choice, "", s.letterTap(who, rest)
		case "lines":
			n, err := strconv.Atoi(arg)
			s.must(err)
			in.Text = strings.TrimSpace(strings.Repeat("Sơn Thị Mỹ\n", n))
		case "photo":
			in.Kind, in.Text, in.File = File, "", FileRef{ID: "f1", Type: "image/jpeg"}
		case "album":
			in.Kind, in.Text, in.File, in.Album = File, "", FileRef{ID: "f1", Type: "image/jpeg"}, "1357"
		case "sticker", "edited", "lost":
			in.Kind, in.Text = Other, verb
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
		if in.Kind != Choice || !s.numbers || verb == "letter" || verb == "invite" {
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
		if p = conv.Prompt; p != nil && p.Contact != c.ID {
			p = nil // she does not see it here
		}
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
	if !slices.IsSortedFunc(s.posted, func(a, b store.Message) int { return strings.Compare(a.ID, b.ID) }) {
		s.t.Fatal("the outbox would send in another order than it was said")
	}
	for _, m := range s.posted {
		if found := handoverLink.FindStringSubmatch(m.Text); found != nil {
			s.handover = found[1]
		}
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
		folded := map[string]bool{}
		for _, c := range m.Choices {
			row = append(row, "["+c.Label+"]")
			if f := store.Fold(c.Label); folded[f] {
				s.t.Errorf("two buttons read %q", c.Label)
			} else {
				folded[f] = true
			}
			if utf8.RuneCountInString(c.Label) > mostLabel {
				s.t.Errorf("a button does not show all of %q", c.Label)
			}
		}
		if n := len(utf16.Encode([]rune(m.Text))); n > 2000 {
			s.t.Errorf("a message of %d characters: %s", n, m.Text)
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

var codePattern = regexp.MustCompile(`([:/៖] ?|[Mm]ã |[Cc]odes? |and |កូដ ?|\?start=(?:[tgch]|q_))((?:[0-9A-Z]{4} ){2}[0-9A-Z]{4}|[0-9A-Z]{5,12})\b`)

var handoverLink = regexp.MustCompile(`\?start=h([0-9A-Z]{12})`)

// hideCodes replaces random codes, which change with every change of the code.
func hideCodes(text string) string {
	text = codePattern.ReplaceAllString(text, "$1·····")
	return roomPattern.ReplaceAllString(text, "$1··· ···")
}

// roomPattern finds the digits that stand in a room.
var roomPattern = regexp.MustCompile(`([:៖] )[0-9]{3} [0-9]{3}\b`)

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

// outage lets time pass in which nothing is heard.
func (s *stage) outage(span time.Duration) {
	o := Outage{Channel: "test:1", From: s.now, Lost: span > 24*time.Hour}
	s.now = s.now.Add(span)
	o.To = s.now
	raw, err := json.Marshal(o)
	s.must(err)
	var members []string
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		for c, err := range tx.Conversations("") {
			if err != nil {
				return err
			}
			members = append(members, c.Member)
		}
		return nil
	}))
	for _, m := range members {
		for range 2 { // the second one changes nothing
			s.posted = nil
			s.must(s.engine.Handle(context.Background(), Input{
				ID: fmt.Sprintf("outage/%d/%s", s.now.Unix(), m), Kind: Due, Member: m, Flow: OutageFlow, Data: raw, At: s.now,
			}))
			s.write("")
		}
	}
}

// fire hands what is due to everybody who holds a seat in its training.
func (s *stage) fire(d *store.Due) {
	flow, data := "", d.Data
	switch d.Job {
	case store.GuestsJob:
		s.update(func(tx *store.Tx) error { return errors.Join(tx.Done(d), tx.TendGuests(d.Training, zone)) })
		return
	case store.HearJob, store.TellOneJob:
		s.posted = nil
		s.must(s.engine.Handle(context.Background(), FromDue(d)))
		if d.Flow == "invitation" && len(s.posted) > 0 {
			fmt.Fprintf(&s.out, "    (%s)\n", s.now.Format("2006-01-02 15:04"))
		}
		s.write("")
		return
	case store.BroadcastJob:
		var of store.BroadcastNews
		s.must(json.Unmarshal(d.Data, &of))
		s.update(func(tx *store.Tx) error { return tx.StartBroadcast(d, of.Broadcast) })
		return
	case store.CampaignJob:
		s.fireCampaign(d)
		return
	case store.RemindJob:
		var rule struct{ Rule string }
		s.must(json.Unmarshal(d.Data, &rule, json.MatchCaseInsensitiveNames(true)))
		raw, err := json.Marshal(Reminder{Training: d.Training, Rule: rule.Rule, Until: d.Until})
		s.must(err)
		flow, data = "remind", raw
	case store.TellJob:
		flow = "training_news"
	case store.AfterJob, store.BeforeJob:
		flow = d.Flow
	case store.SeatsJob:
		s.offerSeats(d.Training)
		return
	case store.ClubJob:
		flow = "club_news"
	default:
		return
	}
	var members []string
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		if d.Job == store.ClubJob {
			c, err := tx.Club(d.Club)
			if err == nil {
				members, err = tx.ClubPeople(c)
			}
			return err
		}
		training, err := tx.Training(d.Training)
		if err != nil || (d.Job == store.RemindJob || d.Job == store.BeforeJob) && training.Moved != d.Moved {
			return err
		}
		if d.Job == store.BeforeJob && d.Member != "" {
			members = []string{d.Member}
			return nil
		}
		registrations := tx.Holders(d.Training) // of AfterJob: those who came, which is the same here
		if d.Job == store.TellJob {
			registrations = tx.Concerned(d.Training)
		}
		for r, err := range registrations {
			if err != nil {
				return err
			}
			members = append(members, r.Member)
		}
		return nil
	}))
	for _, m := range members {
		s.posted = nil
		s.must(s.engine.Handle(context.Background(), Input{
			ID: d.ID + "/" + m, Kind: Due, Member: m, Flow: flow, Club: d.Club, Data: data, At: s.now,
		}))
		if len(s.posted) > 0 {
			fmt.Fprintf(&s.out, "    (%s)\n", s.now.Format("2006-01-02 15:04"))
		}
		s.write("")
	}
}

// offerSeats offers what is free in the training to those who wait, and tells
// them.
func (s *stage) offerSeats(training string) {
	var offered, lapsed []*store.Entry
	s.update(func(tx *store.Tx) (err error) {
		offered, lapsed, err = tx.OfferSeats(training)
		return err
	})
	for i, e := range append(lapsed, offered...) {
		var who *store.Member
		s.update(func(tx *store.Tx) (err error) {
			who, err = tx.AnswersFor(e)
			return err
		})
		raw, err := json.Marshal(OfferNews{Training: training, Entry: e.ID, Members: e.Members, Until: e.Until, Lapsed: i < len(lapsed)})
		s.must(err)
		s.posted = nil
		s.must(s.engine.Handle(context.Background(), Input{
			ID: fmt.Sprint("offer/", e.ID, i < len(lapsed)), Kind: Due, Member: who.ID, Flow: "offer", Data: raw, At: s.now,
		}))
		fmt.Fprintf(&s.out, "    (%s)\n", s.now.Format("2006-01-02 15:04"))
		s.write("")
	}
}

// work does what turns have left to be done: every work makes a file, unless it
// fails.
func (s *stage) work(fail bool) {
	var tasks []*store.Task
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		for task, err := range tx.Tasks() {
			if err != nil {
				return err
			}
			tasks = append(tasks, task)
		}
		return nil
	}))
	for _, task := range tasks {
		o := TaskOutcome{Task: task.Work, Data: task.Data, Error: "no room"}
		switch {
		case fail:
		case task.Work == CountWork:
			o.Result, o.Error = s.count(task), ""
		case task.Work == FormWork:
			o.Result, o.Error = s.examined(task), ""
		case task.Work == FormProofWork:
			o.Result, o.Error = s.proven(task), ""
		case strings.Contains(task.Work, "campaign") && task.Work != CampaignPictureWork && task.Work != CampaignNoticeWork:
			o.Result, _ = s.campaignWork(task)
			o.Error = ""
		case task.Work == ReadCountWork:
			o.Result, o.Error = s.readers(task), ""
		default:
			if task.Work == certificateWork {
				var ask TrainingWork
				s.must(json.Unmarshal(task.Data, &ask))
				s.update(func(tx *store.Tx) error { _, err := tx.Certify(ask.Training, task.Member); return err })
			}
			f := &store.File{Name: "list.xlsx", Member: task.Member, Expires: s.now.Add(time.Hour)}
			s.update(func(tx *store.Tx) error { return tx.PutFile(f, s.fileOf(task)) })
			o.Result, o.Error = jsontext.Value(strconv.Quote(f.ID)), ""
			switch task.Work {
			case FetchWork:
				o.Result = jsontext.Value(fmt.Sprintf(`{"file":%q}`, f.ID))
			case reportWork:
				o.Result = s.counted(task, f.ID)
			}
		}
		data, err := json.Marshal(o)
		s.must(err)
		s.posted = nil
		s.must(s.engine.Handle(context.Background(), Input{
			ID: "task/" + task.ID, Kind: Outcome, Member: task.Member, Flow: task.Flow, Data: data, At: s.now,
			Done: func(tx *store.Tx) error { return tx.EndTask(task.ID) },
		}))
		s.update(func(tx *store.Tx) error { return tx.EndTask(task.ID) })
		s.write("")
	}
}

// felt keeps what n people who are not in the transcript think of the training.
func (s *stage) felt(place string, n int) {
	id := s.training(place)
	s.update(func(tx *store.Tx) error {
		tr, err := tx.Training(id)
		if err != nil {
			return err
		}
		for i := range n {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			f := &store.Feedback{Member: m.ID, Stars: 5 - i%3, Use: store.UseYes, Sentence: fmt.Sprintf("Nên có thêm buổi thực hành %d", i+1)}
			if err := tx.PutFeedback(tr, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// tested keeps what the first n of people who are not in the transcript answer to
// the test of the training: before it some of it right, after it all.
func (s *stage) tested(place string, when store.QuizWhen, n int) {
	id := s.training(place)
	for i := range n {
		s.update(func(tx *store.Tx) error {
			tr, err := tx.Training(id)
			if err != nil {
				return err
			}
			q, err := tx.Quiz(id)
			if err != nil {
				return err
			}
			_, m, _, err := tx.Meet("test:1", fmt.Sprint("tested ", i))
			if err != nil {
				return err
			}
			for j, question := range q.Questions {
				answer := question.Right
				if when == store.QuizBefore {
					answer = (i + j) % len(question.Answers)
				}
				if _, err := tx.AnswerQuiz(tr, q, m.ID, when, j, answer); ignore(err, store.ErrAnswered) != nil {
					return err
				}
			}
			return nil
		})
	}
}

// counted is what comes of the work of a report, for the whole tree.
func (s *stage) counted(task *store.Task, file string) jsontext.Value {
	var ask ReportWork
	s.must(json.Unmarshal(task.Data, &ask))
	var r ReportResult
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		found, err := tx.Turnout(ask.From, ask.To, func(string) bool { return true })
		if err == nil && len(found.Kinds) > 0 {
			r = ReportResult{File: file, Turnout: *found}
		}
		return err
	}))
	raw, err := json.Marshal(r)
	s.must(err)
	return raw
}

// crowd registers n people for the sample training at place. Each of them has
// written to the bot before.
func (s *stage) crowd(place string, n int) {
	family := []string{"Nguyễn Thị", "Trần Thị", "Lê Thị", "Thạch Thị", "Sơn Thị", "Lâm"}
	given := []string{"Đào", "An", "Yến", "Ánh", "Dung", "Ẩn", "Bích", "Ân", "Âu", "Hòa", "Mỹ", "Ngọc"}
	id := s.training(place)
	s.update(func(tx *store.Tx) error {
		for i := range n {
			name := fmt.Sprintf("%s %s", family[i%len(family)], given[i%len(given)])
			_, m, _, err := tx.Meet("test:1", fmt.Sprintf("%s %d", name, i+1))
			if err != nil {
				return err
			}
			m.Name, m.Phone, m.Area, m.Language = name, fmt.Sprintf("+8491%07d", i+1), "31528", "vi"
			if err := tx.PutMember(m); err != nil {
				return err
			}
			if _, err := tx.Register(&store.Registration{Training: id, Member: m.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}

// more adds n trainings to the sample, a day after the other.
func (s *stage) more(n int) {
	s.update(func(tx *store.Tx) error {
		for i := range n {
			start := time.Date(2026, 12, 21+i, 8, 0, 0, 0, zone).UTC()
			err := tx.AddTraining(&store.Training{
				Kind: store.Class, Name: store.Text{"vi": fmt.Sprintf("Lớp nấu ăn số %d", i+1)}, Start: start, End: start.Add(3 * time.Hour),
				Place: fmt.Sprintf("M%d - Trường tiểu học", i+1), Area: "92", Seats: 20, Listed: true,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// members is how many members are kept.
func (s *stage) members() (n int) {
	s.must(s.store.Backend().View(context.Background(), func(kv store.KV) error {
		n = 0
		for _, err := range kv.Scan("member", "", "") {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}))
	return n
}

// memberCode is the code of the member who speaks from who's phone.
func (s *stage) memberCode(who string) (code string) {
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		c, err := tx.Contact(tx.ContactID("test:1", who))
		if err != nil {
			return err
		}
		m, err := tx.Member(c.Speaker)
		code = m.Code
		return err
	}))
	return code
}

// clubCode is the code of the club that was made last.
func (s *stage) clubCode() (code string) {
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		for c, err := range tx.Clubs() {
			if err != nil {
				return err
			}
			code = c.Code
		}
		return nil
	}))
	return code
}

// seatCode is the code on the receipt of who's first registration.
func (s *stage) seatCode(who string) (code string) {
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		c, err := tx.Contact(tx.ContactID("test:1", who))
		if err != nil {
			return err
		}
		for r, err := range tx.RegistrationsOf(c.Speaker) {
			code = r.Code
			return err
		}
		return nil
	}))
	return code
}

// ticket is that of a person for the sample training at a place, as "Hoa A" says,
// or one that only looks like it.
func (s *stage) ticket(whose string) (ticket string) {
	at := strings.LastIndexByte(whose, ' ')
	if at < 0 {
		return strings.Repeat("A", 60)
	}
	who, place := whose[:at], whose[at+1:]
	id := s.training(place)
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		c, err := tx.Contact(tx.ContactID("test:1", who))
		if err != nil {
			return err
		}
		ticket, err = tx.Ticket(&store.Registration{Training: id, Member: c.Speaker})
		return err
	}))
	return ticket
}

// digits are those that stand in the room of the sample training at place.
func (s *stage) digits(place string) (code string) {
	id := s.training(place)
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		code, _ = tx.RoomCode(id, s.now)
		return nil
	}))
	return code
}

// code is the code of the sample training at place, or one that is nobody's.
func (s *stage) code(place string) (code string) {
	if place == "unknown" {
		return "ZZZZZZ"
	}
	id := s.training(place)
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		tr, err := tx.Training(id)
		code = tr.Code
		return err
	}))
	return code
}

// training is the ID of the sample training at place, as it was when it was first
// asked for.
func (s *stage) training(place string) (id string) {
	if id := s.places[place]; id != "" {
		return id
	}
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		for tr, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
			if err != nil {
				return err
			}
			if strings.HasPrefix(tr.Place, place) {
				id = tr.ID
				return nil
			}
		}
		return fmt.Errorf("no training at %s", place)
	}))
	if s.places == nil {
		s.places = map[string]string{}
	}
	s.places[place] = id
	return id
}

func (s *stage) change(place string, change func(*store.Training)) {
	id := s.training(place)
	s.update(func(tx *store.Tx) error {
		tr, err := tx.Training(id)
		if err == nil {
			_, err = tx.ChangeTraining(id, tr.Revision, change)
		}
		return err
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
