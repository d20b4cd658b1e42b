package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

// upload keeps a form of the member by.
func upload(tx *store.Tx, by string) (*store.Form, error) {
	f := &store.Form{Name: "nuoi_con", Area: "92", By: by}
	v := &store.FormVersion{Title: "Nuôi con dưới 36 tháng", By: by, Shortest: 7, Longest: 18, Expected: 12, Seconds: 300}
	return f, tx.AddForm(f, v, store.File{Name: "phieu.xlsx", Type: "application/zip"}, []byte("PK"), []byte(`{"id":"nuoi_con"}`))
}

// launch publishes a campaign with the form, for whoever has the link.
func launch(tx *store.Tx, f *store.Form, mode store.Anonymity, change func(*store.Campaign)) (*store.Campaign, error) {
	c := &store.Campaign{
		Form: f.ID, Version: f.Versions, Title: f.Title, By: f.By, Area: "92", Mode: mode, Open: true,
		Until: tx.Now.AddDate(0, 0, 14), Scope: store.Scope{Areas: []string{"92"}},
	}
	if change != nil {
		change(c)
	}
	if err := tx.AddCampaign(c); err != nil {
		return nil, err
	}
	return tx.PublishCampaign(c.ID, c.Revision)
}

// answers are some, which say mark, of at least size bytes.
func answers(mark string, size int) jsontext.Value {
	return jsontext.Value(`{"note":"` + mark + strings.Repeat(" "+mark, size/(len(mark)+1)) + `"}`)
}

// reply begins and sends answers of the member.
func reply(tx *store.Tx, c *store.Campaign, member string, all jsontext.Value) (*store.Response, error) {
	d, _, err := tx.BeginAnswers(&store.Answering{Campaign: c.ID, Member: member, How: store.InPerson, Area: "31528", Language: "vi", Channel: "test", Answers: all})
	if err != nil {
		return nil, err
	}
	return tx.SendAnswers(d, all, all)
}

const long = 90_000 // bytes that do not fit into one document

// fillCampaigns leaves all that questionnaires leave of the member: begun, sent by
// name and by pseudonym, with answers that are long and say mark.
func fillCampaigns(tx *store.Tx, by, member, mark string) error {
	f, err := upload(tx, by)
	if err != nil {
		return err
	}
	for i, mode := range []store.Anonymity{store.Named, store.Pseudonymous, store.Anonymous, store.Named, store.Named} {
		c, err := launch(tx, f, mode, func(c *store.Campaign) { c.Quotas = []store.Quota{{Count: 50}} })
		if err != nil {
			return err
		}
		if err := tx.ListMember(c.ID, member); err != nil {
			return err
		}
		size := []int{0, long}[i%2]
		if mode == store.Anonymous || i == 4 {
			_, _, err = tx.BeginAnswers(&store.Answering{Campaign: c.ID, Member: member, How: store.InPerson, Answers: answers(mark, (i/4)*long)})
		} else if _, err = reply(tx, c, member, answers(mark, size)); err == nil && i == 0 {
			_, err = tx.ChangeAnswers(c.ID, member)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fillBox leaves answers of the members waiting in the box of an anonymous
// campaign, some of them long.
func fillBox(tx *store.Tx, members ...string) error {
	f, err := upload(tx, members[0])
	if err != nil {
		return err
	}
	c, err := launch(tx, f, store.Anonymous, nil)
	if err != nil {
		return err
	}
	for i, m := range members {
		if _, err := reply(tx, c, m, answers("boxed", i*long)); err != nil {
			return err
		}
	}
	return nil
}

// A poll is a store with women in it who answer a campaign.
type poll struct {
	t     testing.TB
	db    *memory.DB
	s     *store.Store
	now   time.Time
	women []string
	form  *store.Form
	c     *store.Campaign
}

func newPoll(t testing.TB, women int, mode store.Anonymity, change func(*store.Campaign)) *poll {
	t.Helper()
	p := &poll{t: t, db: memory.New(), now: villageTime}
	s, err := store.Open(t.Context(), p.db, store.Options{Now: func() time.Time { return p.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p.s = s
	p.do(func(tx *store.Tx) error {
		return tx.ImportAreas([]*store.Area{{Code: "92", Name: "Cần Thơ"}, {Code: "31528", Name: "Xã Kế Sách", Parent: "92"}, {Code: "31529", Name: "Xã Khác", Parent: "92"}})
	})
	p.do(func(tx *store.Tx) error {
		for range women + 1 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Area = "31528"
			if err := tx.PutMember(m); err != nil {
				return err
			}
			p.women = append(p.women, m.ID)
		}
		officer, err := tx.Member(p.women[women])
		if err != nil {
			return err
		}
		if err := tx.Grant(officer, &store.Grant{Role: store.Staff, Area: "92"}); err != nil {
			return err
		}
		if p.form, err = upload(tx, officer.ID); err != nil {
			return err
		}
		p.c, err = launch(tx, p.form, mode, change)
		return err
	})
	return p
}

func (p *poll) do(fn func(*store.Tx) error) {
	p.t.Helper()
	if err := p.s.Update(p.t.Context(), fn); err != nil {
		p.t.Fatal(err)
	}
}

// try returns what fn returns.
func (p *poll) try(fn func(*store.Tx) error) (err error) {
	p.t.Helper()
	p.do(func(tx *store.Tx) error { err = fn(tx); return nil })
	return err
}

func (p *poll) reply(woman int, mark string) error {
	p.t.Helper()
	return p.s.Update(p.t.Context(), func(tx *store.Tx) error {
		_, err := reply(tx, p.c, p.women[woman], answers(mark, 0))
		return err
	})
}

// all reads what a bucket holds.
func (p *poll) all(bucket string) map[string]string {
	p.t.Helper()
	held := map[string]string{}
	err := p.db.View(p.t.Context(), func(kv store.KV) error {
		for pair, err := range kv.Scan(bucket, "", "") {
			if err != nil {
				return err
			}
			held[pair.Key] = string(pair.Value)
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return held
}

func (p *poll) sound() {
	p.t.Helper()
	for _, wrong := range wrongs(p.t, p.db, p.now) {
		p.t.Error(wrong)
	}
}

func wrongs(t testing.TB, db store.Backend, now time.Time) (wrong []string) {
	t.Helper()
	_, err := store.Check(t.Context(), db, now, func(bucket, key, what string) { wrong = append(wrong, bucket+"/"+key+": "+what) })
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

// Nobody answers twice, whatever she does, and nobody after the end.
func TestOneResponse(t *testing.T) {
	for _, mode := range []store.Anonymity{store.Named, store.Pseudonymous, store.Anonymous} {
		t.Run(string(mode), func(t *testing.T) {
			p := newPoll(t, 2, mode, nil)
			var first, second *store.Answering
			p.do(func(tx *store.Tx) (err error) {
				d := store.Answering{Campaign: p.c.ID, Member: p.women[0], How: store.InPerson, Answers: answers("một", 0)}
				if first, _, err = tx.BeginAnswers(&d); err != nil {
					return err
				}
				again := d
				var began bool
				second, began, err = tx.BeginAnswers(&again)
				if began || second.ID != first.ID {
					t.Error("she has begun twice")
				}
				return err
			})
			if err := p.reply(0, "một"); err != nil {
				t.Fatal(err)
			}
			if err := p.reply(0, "hai"); !errors.Is(err, store.ErrAnswered) {
				t.Errorf("a second response: %v, want %v", err, store.ErrAnswered)
			}
			p.do(func(tx *store.Tx) error {
				m, err := tx.Member(p.women[0])
				if err != nil {
					return err
				}
				if err := tx.RefuseCampaign(p.c, m); !errors.Is(err, store.ErrAnswered) {
					t.Errorf("refuses what she has sent: %v", err)
				}
				return nil
			})
			var late *store.Answering
			p.do(func(tx *store.Tx) (err error) {
				late, _, err = tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, Member: p.women[1], How: store.InPerson, Answers: answers("muộn", 0)})
				return err
			})
			p.now = p.c.Until
			if err := p.try(func(tx *store.Tx) error { _, err := tx.SendAnswers(late, late.Answers, late.Answers); return err }); !errors.Is(err, store.ErrOver) {
				t.Errorf("a response after the end: %v, want %v", err, store.ErrOver)
			}
			p.sound()
		})
	}
}

// What was sent can be changed until the end, and counts once all the while.
func TestChangeAnswers(t *testing.T) {
	p := newPoll(t, 1, store.Named, func(c *store.Campaign) { c.Quotas = []store.Quota{{Area: "92", Count: 1}} })
	if err := p.reply(0, "đầu"); err != nil {
		t.Fatal(err)
	}
	p.do(func(tx *store.Tx) error {
		d, err := tx.ChangeAnswers(p.c.ID, p.women[0])
		if err != nil {
			return err
		}
		if !strings.Contains(string(d.Answers), "đầu") {
			t.Errorf("what she changes is %s", d.Answers)
		}
		d.Answers = answers("sau", long)
		if err := tx.KeepAnswers(d); err != nil {
			return err
		}
		if d, err = tx.Draft(p.c.ID, d.ID); err != nil {
			return err
		}
		_, err = tx.SendAnswers(d, d.Answers, d.Answers)
		return err
	})
	p.do(func(tx *store.Tx) error {
		n := 0
		for r, err := range tx.Responses(p.c.ID, "") {
			if err != nil {
				return err
			}
			n++
			if string(r.Answers) != string(answers("sau", long)) || r.Revision != 1 || r.Member != p.women[0] {
				t.Errorf("revision %d of %s holds %d bytes", r.Revision, r.Member, len(r.Answers))
			}
		}
		if sent, err := tx.QuotaSent(p.c, 0); n != 1 || sent != 1 || err != nil {
			t.Errorf("%d responses, %d counted, %v", n, sent, err)
		}
		return nil
	})
	p.sound()
	p.do(func(tx *store.Tx) error { _, err := tx.CloseCampaign(p.c.ID); return err })
	if err := p.try(func(tx *store.Tx) error { _, err := tx.ChangeAnswers(p.c.ID, p.women[0]); return err }); !errors.Is(err, store.ErrOver) {
		t.Errorf("changes after the end: %v", err)
	}
}

// Who refuses halfway leaves nothing of what she has answered: not on the screen of
// her web chat, and not in the file.
func TestRefuseLeavesNothing(t *testing.T) {
	p := newPoll(t, 0, store.Anonymous, nil)
	var hoa *store.Member
	p.do(func(tx *store.Tx) error {
		c, m, _, err := tx.Meet("web", "hoa")
		if err != nil {
			return err
		}
		hoa = m
		_, err = tx.ShowLine(c.ID, &store.Line{ID: tx.NewID(), Text: "trước"})
		return err
	})
	p.now = p.now.Add(time.Minute)
	p.do(func(tx *store.Tx) error {
		_, _, err := tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, Member: hoa.ID, How: store.InPerson, Answers: answers("bị đánh", 0)})
		return err
	})
	p.now = p.now.Add(time.Minute)
	p.do(func(tx *store.Tx) error {
		_, err := tx.ShowLine(hoa.Contacts[0], &store.Line{ID: tx.NewID(), Text: "bị đánh"})
		return err
	})
	p.do(func(tx *store.Tx) error { return tx.RefuseCampaign(p.c, hoa) })
	scrubs := false
	p.do(func(tx *store.Tx) error {
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			scrubs = scrubs || d.Job == store.ScrubJob
		}
		return nil
	})
	if !scrubs {
		t.Error("nobody will wipe the file")
	}
	for _, bucket := range store.Buckets() {
		for key, value := range p.all(bucket) {
			if strings.Contains(value, "bị đánh") {
				t.Errorf("%s/%s still says it", bucket, key)
			}
		}
	}
	if len(p.all("screen")) != 1 {
		t.Errorf("her screen holds %d lines, want the one from before", len(p.all("screen")))
	}
	p.sound()
}

// A quota lets in as many as it says, also of those who began before it was full.
func TestQuota(t *testing.T) {
	p := newPoll(t, 4, store.Anonymous, func(c *store.Campaign) { c.Quotas = []store.Quota{{Area: "31528", Count: 2}} })
	var slow *store.Answering
	p.do(func(tx *store.Tx) (err error) {
		slow, _, err = tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, Member: p.women[3], Area: "31528", How: store.InPerson, Answers: answers("chậm", 0)})
		return err
	})
	for i, want := range []error{nil, nil, store.ErrQuota} {
		if err := p.try(func(tx *store.Tx) error {
			_, err := reply(tx, p.c, p.women[i], answers("x", 0))
			return err
		}); !errors.Is(err, want) {
			t.Errorf("woman %d: %v, want %v", i, err, want)
		}
	}
	if err := p.try(func(tx *store.Tx) error { _, err := tx.SendAnswers(slow, slow.Answers, nil); return err }); !errors.Is(err, store.ErrQuota) {
		t.Errorf("who began before it was full: %v", err)
	}
	if err := p.try(func(tx *store.Tx) error { return tx.Wanted(p.c, "31529") }); err != nil {
		t.Errorf("an area without a quota: %v", err)
	}
	p.sound()
}

// Of an anonymous response nothing leads back: not before the lot is released, and
// not afterwards.
func TestAnonymous(t *testing.T) {
	p := newPoll(t, 7, store.Anonymous, nil)
	readable := func() (n int) {
		p.do(func(tx *store.Tx) (err error) { n, err = tx.CountResponses(p.c.ID); return err })
		return n
	}
	for i := range 7 {
		before := p.all("response_box")
		p.now = p.now.Add(7 * time.Hour)
		if err := p.reply(i, fmt.Sprintf("lời %d", i)); err != nil {
			t.Fatal(err)
		}
		after := p.all("response_box")
		for key := range before {
			if _, ok := after[key]; ok {
				t.Errorf("after %d: what was in the box has kept its key", i+1)
			}
		}
		if n, want := readable(), (i+1)/store.LotSize*store.LotSize; n != want {
			t.Errorf("after %d: %d can be read, want %d", i+1, n, want)
		}
		if len(after) != (i+1)%store.LotSize {
			t.Errorf("after %d: %d wait", i+1, len(after))
		}
		p.sound()
	}
	for bucket, tells := range map[string][]string{
		"draft": {""}, "draft_of": {""}, "response_past": {""},
		"participation": {"begun\":", "ended\":", "draft\":", "response\":"},
		"response":      append([]string{"member", "31528", "\"vi\"", "test"}, p.women...),
		"response_box":  append([]string{"member", "31528", "\"vi\"", "test", "2026"}, p.women...),
	} {
		for key, value := range p.all(bucket) {
			for _, tell := range tells {
				if strings.Contains(key+value, tell) {
					t.Errorf("%s/%s tells %q: %s", bucket, key, tell, value)
				}
			}
		}
	}
	days := map[string]bool{}
	p.do(func(tx *store.Tx) error {
		for r, err := range tx.Responses(p.c.ID, "") {
			if err != nil {
				return err
			}
			days[r.Sent.String()] = true
			if !r.Sent.Equal(r.Sent.Truncate(24 * time.Hour)) {
				t.Errorf("sent at %v", r.Sent)
			}
		}
		return nil
	})
	if len(days) != 1 {
		t.Errorf("a lot tells of its order by %d days", len(days))
	}
}

// What is left at the end joins the rest or goes, as was said.
func TestRestOfBox(t *testing.T) {
	for _, tt := range []struct {
		sent int
		keep bool
		want int
	}{{7, true, 7}, {7, false, 5}, {3, true, 0}, {3, false, 0}, {5, true, 5}} {
		p := newPoll(t, tt.sent, store.Anonymous, func(c *store.Campaign) { c.KeepRest = tt.keep })
		for i := range tt.sent {
			if err := p.reply(i, "x"); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		p.do(func(tx *store.Tx) (err error) {
			if _, err = tx.CloseCampaign(p.c.ID); err != nil {
				return err
			}
			n, err = tx.CountResponses(p.c.ID)
			return err
		})
		if n != tt.want {
			t.Errorf("%d sent, kept %v: %d can be read, want %d", tt.sent, tt.keep, n, tt.want)
		}
		if box := p.all("response_box"); len(box) > 0 {
			t.Errorf("%d still wait", len(box))
		}
		p.sound()
	}
}

// The rest that joins those that were released before does not stand apart from them
// by its day.
func TestRestHasNoDayOfItsOwn(t *testing.T) {
	p := newPoll(t, 7, store.Anonymous, func(c *store.Campaign) { c.KeepRest = true })
	for i := range 7 {
		if i == store.LotSize {
			p.now = p.now.AddDate(0, 0, 2)
		}
		if err := p.reply(i, "x"); err != nil {
			t.Fatal(err)
		}
	}
	days := map[time.Time]int{}
	p.do(func(tx *store.Tx) error {
		if _, err := tx.CloseCampaign(p.c.ID); err != nil {
			return err
		}
		for r, err := range tx.Responses(p.c.ID, "") {
			if err != nil {
				return err
			}
			days[r.Sent]++
		}
		return nil
	})
	if len(days) != 1 {
		t.Errorf("responses by day: %v, want all on one", days)
	}
	p.sound()
}

// In which way a response of an anonymous campaign came is told only of five at
// least: the only one that an officer has entered is that of the woman beside her.
func TestAnonymousHidesRareWays(t *testing.T) {
	for _, tt := range []struct {
		sent string // one letter each: s herself, a read aloud, p from paper
		want string // ways of all that can be read, with their numbers
	}{
		{"sssss", "map[self:5]"},
		{"aaaaa", "map[aloud:5]"},
		{"sasss", "map[:5]"},
		{"sssssaaaaa", "map[aloud:5 self:5]"},
		{"sssssss", "map[self:7]"},
		{"sssssa", "map[:6]"},
		{"sssssaaaaasa", "map[aloud:6 self:6]"},
		{"sssssaaaaap", ""}, // it is left to chance of which way it is told no more
	} {
		p := newPoll(t, len(tt.sent), store.Anonymous, func(c *store.Campaign) { c.KeepRest = true })
		for i, letter := range tt.sent {
			d := &store.Answering{Campaign: p.c.ID, Member: p.women[i], How: store.InPerson, Answers: answers("x", 0)}
			switch letter {
			case 'a':
				d.How, d.By = store.ReadAloud, p.women[len(tt.sent)]
			case 'p':
				d.How, d.By = store.FromPaper, p.women[len(tt.sent)]
			}
			p.do(func(tx *store.Tx) error {
				d, _, err := tx.BeginAnswers(d)
				if err != nil {
					return err
				}
				_, err = tx.SendAnswers(d, d.Answers, d.Answers)
				return err
			})
		}
		ways := map[store.AnswerMode]int{}
		p.do(func(tx *store.Tx) error {
			if _, err := tx.CloseCampaign(p.c.ID); err != nil {
				return err
			}
			for r, err := range tx.Responses(p.c.ID, "") {
				if err != nil {
					return err
				}
				ways[r.How]++
			}
			return nil
		})
		for way, n := range ways {
			if n < store.LotSize {
				t.Errorf("%s: %d came in the way %q", tt.sent, n, way)
			}
		}
		if got := fmt.Sprint(ways); got != tt.want && tt.want != "" {
			t.Errorf("%s: %s, want %s", tt.sent, got, tt.want)
		}
		p.sound()
	}
}

// An invitation and its reminders reach those who have not answered, and nobody
// else; by themselves, and until the end.
func TestCampaignInvites(t *testing.T) {
	words := store.Text{"vi": "Mời chị trả lời"}
	p := newPoll(t, 4, store.Named, func(c *store.Campaign) {
		c.Open, c.Audience, c.Invite, c.Remind = false, store.Audience{Op: store.InArea, ID: "92"}, words, words
		c.Reminders, c.Pause = 2, 3
	})
	var sent *store.Broadcast
	p.do(func(tx *store.Tx) (err error) {
		if sent, err = tx.Broadcast(p.c.Invited); err != nil {
			return err
		}
		return tx.Freeze(sent, slices.Sorted(slices.Values(p.women[:4])), "")
	})
	if err := p.reply(0, "x"); err != nil {
		t.Fatal(err)
	}
	p.do(func(tx *store.Tx) error {
		m, err := tx.Member(p.women[1])
		if err != nil {
			return err
		}
		if err := tx.RefuseCampaign(p.c, m); err != nil {
			return err
		}
		_, _, err = tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, Member: p.women[2], How: store.InPerson, Answers: answers("x", 0)})
		return err
	})
	left := store.Audience{Op: store.NotAnswered, ID: p.c.ID}
	p.do(func(tx *store.Tx) error {
		var ids []string
		for id, err := range tx.AudienceFrom(left, "") {
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		want := slices.Sorted(slices.Values(p.women[2:4]))
		if !slices.Equal(ids, want) {
			t.Errorf("reminds %q, want %q", ids, want)
		}
		for i, id := range p.women {
			if in, err := tx.Meant(left, id); err != nil || in != slices.Contains(want, id) {
				t.Errorf("woman %d is meant: %v, %v", i, in, err)
			}
		}
		if may, err := tx.MayAnswer(p.c, p.women[4]); may || err != nil {
			t.Errorf("who was not invited may answer: %v, %v", may, err)
		}
		return nil
	})
	reminded := 0
	for range 20 {
		p.now = p.now.AddDate(0, 0, 1)
		p.do(func(tx *store.Tx) error {
			var due []*store.Due
			for d, err := range tx.ComeDue() {
				if err != nil {
					return err
				}
				due = append(due, d)
			}
			for _, d := range due {
				if d.Job != store.CampaignJob {
					continue
				}
				var what store.CampaignDue
				if err := json.Unmarshal(d.Data, &what); err != nil {
					return err
				}
				if err := errors.Join(tx.TurnCampaign(what), tx.TurnCampaign(what), tx.Done(d)); err != nil {
					return err
				}
			}
			c, err := tx.Campaign(p.c.ID)
			if err != nil {
				return err
			}
			reminded = len(c.Reminded)
			if c.State == store.CampaignClosed != (!p.now.Before(p.c.Until)) {
				t.Errorf("%v: %s", p.now, c.State)
			}
			return nil
		})
	}
	if reminded != 2 {
		t.Errorf("was reminded %d times, want 2", reminded)
	}
	p.sound()
}

// Versions follow one another, and only words reach who is in the middle.
func TestFormVersions(t *testing.T) {
	p := newPoll(t, 0, store.Named, nil)
	add := func(content string, grade store.FormGrade, revision int) error {
		return p.try(func(tx *store.Tx) error {
			_, err := tx.AddVersion(p.form.ID, revision, &store.FormVersion{Title: content, Grade: grade}, store.File{Name: "a.xlsx"}, []byte("PK"), []byte(content))
			return err
		})
	}
	if err := add(`{"id":"nuoi_con"}`, "", 1); !errors.Is(err, store.ErrSameForm) {
		t.Errorf("the same once more: %v", err)
	}
	for i, grade := range []store.FormGrade{store.Cosmetic, store.Cosmetic, store.Compatible, store.Cosmetic, store.Breaking} {
		if err := add(fmt.Sprint(i), grade, i+1); err != nil {
			t.Fatal(err)
		}
	}
	if err := add("late", store.Cosmetic, 2); !errors.Is(err, store.ErrChanged) {
		t.Errorf("by somebody who has not seen the newest: %v", err)
	}
	p.do(func(tx *store.Tx) error {
		for from, want := range map[int]int{1: 3, 2: 3, 3: 3, 4: 5, 5: 5, 6: 6} {
			if got, err := tx.WordedVersion(p.form.ID, from); got != want || err != nil {
				t.Errorf("who began with %d is asked in the words of %d, %v; want %d", from, got, err, want)
			}
		}
		v, err := tx.FormVersion(p.form.ID, 1)
		if err != nil {
			return err
		}
		content, err := tx.FormContent(v)
		if string(content) != `{"id":"nuoi_con"}` {
			t.Errorf("content of the first version: %s", content)
		}
		_, forget := tx.ForgetFiles(1000)
		return errors.Join(err, forget)
	})
	p.now = p.now.AddDate(5, 0, 0)
	p.do(func(tx *store.Tx) error { _, err := tx.ForgetFiles(1000); return err })
	p.sound()
}

// What was begun is deleted after the end, of an anonymous campaign at once.
func TestForgetDrafts(t *testing.T) {
	for mode, days := range map[store.Anonymity]int{store.Named: 30, store.Anonymous: 0} {
		p := newPoll(t, 1, mode, nil)
		p.do(func(tx *store.Tx) error {
			_, _, err := tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, Member: p.women[0], How: store.InPerson, Answers: answers("x", long)})
			return err
		})
		p.now = p.now.AddDate(0, 0, 1)
		p.do(func(tx *store.Tx) error { _, err := tx.CloseCampaign(p.c.ID); return err })
		forgotten := -1
		for day := range 40 {
			p.do(func(tx *store.Tx) error { _, err := tx.ForgetDrafts("", 10); return err })
			if len(p.all("draft")) == 0 {
				forgotten = day
				break
			}
			p.now = p.now.AddDate(0, 0, 1)
		}
		if forgotten != days || len(p.all("draft_chunk")) > 0 || len(p.all("participation")) > 0 {
			t.Errorf("%s: forgotten after %d days, want %d", mode, forgotten, days)
		}
		p.sound()
	}
}

// However two members have answered before they become one, there is one
// response at most, and nothing hangs loose.
func TestMergeAnswers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		mode := rapid.SampledFrom([]store.Anonymity{store.Named, store.Pseudonymous, store.Anonymous}).Draw(rt, "mode")
		p := newPoll(t, 2, mode, nil)
		did := []string{"nothing", "begun", "sent", "changing", "refused", "enters for others"}
		rank := func(s string) int { return slices.Index([]string{"nothing", "refused", "begun", "sent"}, s) }
		state := [2]string{}
		for i := range 2 {
			what := rapid.SampledFrom(did).Draw(rt, "did")
			p.now = p.now.Add(time.Hour)
			p.do(func(tx *store.Tx) error {
				woman := p.women[i]
				switch what {
				case "begun":
					state[i] = "begun"
					_, _, err := tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, Member: woman, How: store.InPerson, Answers: answers("x", 0)})
					return err
				case "sent", "changing":
					state[i] = "sent"
					if _, err := reply(tx, p.c, woman, answers("x", 0)); err != nil || what == "sent" || mode == store.Anonymous {
						return err
					}
					_, err := tx.ChangeAnswers(p.c.ID, woman)
					return err
				case "refused":
					state[i] = "refused"
					m, err := tx.Member(woman)
					if err != nil {
						return err
					}
					return tx.RefuseCampaign(p.c, m)
				case "enters for others":
					_, _, err := tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, By: woman, How: store.FromPaper, Answers: answers("x", 0)})
					return err
				}
				return nil
			})
			if state[i] == "" {
				state[i] = "nothing"
			}
		}
		p.do(func(tx *store.Tx) error {
			keep, err := tx.Member(p.women[0])
			if err != nil {
				return err
			}
			gone, err := tx.Member(p.women[1])
			if err != nil {
				return err
			}
			_, err = tx.Merge(keep, gone)
			return err
		})
		p.sound()
		want := state[0]
		if rank(state[1]) > rank(want) {
			want = state[1]
		}
		p.do(func(tx *store.Tx) error {
			part, err := tx.Participation(p.c.ID, p.women[0])
			got := "nothing"
			if err == nil {
				got = string(part.State)
			}
			if got != want {
				rt.Errorf("%q and %q became %q, want %q", state[0], state[1], got, want)
			}
			n, err := tx.CountResponses(p.c.ID)
			if n > 1 {
				rt.Errorf("%d responses of one person", n)
			}
			return err
		})
	})
}
