package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A canary stands in everything that is kept of the woman who is deleted; a
// keeper in what is kept of her sister, with whom she shares the phone. Both
// have a length that base64 repeats.
const (
	canary = "CANARY"
	keeper = "KEEPER"
)

// inBase64 is how a repeated canary stands in the chunks of a file.
const inBase64 = "Q0FOQVJZ"

// personalNouns are the nouns that have personal fields, with the bucket of
// each. The test below finds one that is missing.
var personalNouns = map[string]struct {
	bucket string
	noun   any
}{
	"Member":       {"member", &store.Member{}},
	"Contact":      {"contact", &store.Contact{}},
	"Message":      {"message", &store.Message{}},
	"Line":         {"screen", &store.Line{}},
	"Conversation": {"conversation", &store.Conversation{}},
	"Task":         {"task", &store.Task{}},
	"File":         {"file", &store.File{}},
	"Passphrase":   {"passphrase", &store.Passphrase{}},
	"Membership":   {"club_member", &store.Membership{}},
	"Pupil":        {"club_pupil", &store.Pupil{}},
	"Certificate":  {"certificate", &store.Certificate{}},
	"Feedback":     {"feedback", &store.Feedback{}},
	"Guest":        {"guest", &store.Guest{}},
	"Answering":    {"draft", &store.Answering{}},
	"Response":     {"response", &store.Response{}},
}

// personalParts are what stands in other nouns, which hold canaries as well.
var personalParts = []string{"Prompt", "LastTap", "chunk", "responsePast", "boxed"}

// TestPersonalNouns reads the package's own files, so that no noun with personal
// fields is forgotten in the test of deletion.
func TestPersonalNouns(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			fields, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			personal := slices.ContainsFunc(fields.Fields.List, func(f *ast.Field) bool {
				return f.Tag != nil && strings.Contains(f.Tag.Value, `personal:"`)
			})
			if personal {
				found++
				if _, ok := personalNouns[spec.Name.Name]; !ok && !slices.Contains(personalParts, spec.Name.Name) {
					t.Errorf("%s has personal fields, and no test deletes one", spec.Name.Name)
				}
			}
			return true
		})
	}
	if known := len(personalNouns) + len(personalParts); found != known {
		t.Errorf("%d nouns have personal fields, the test knows %d", found, known)
	}
}

// TestDeletion keeps a canary in everything that can be kept of a woman, deletes
// her, and looks for it in the bytes of the file.
func TestDeletion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chihai.db")
	db, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	now := villageTime
	s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	update := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}

	var hoa, class string
	update(func(tx *store.Tx) (err error) {
		hoa, class, err = fill(tx, canary)
		return err
	})
	var over string
	update(func(tx *store.Tx) error { // a training that she has been to
		tr := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp đã học"}, Start: now.Add(time.Hour), End: now.Add(2 * time.Hour), Seats: 5, Certificate: true}
		if err := tx.AddTraining(tr); err != nil {
			return err
		}
		over = tr.ID
		if _, err := tx.Register(&store.Registration{Training: over, Member: hoa}); err != nil {
			return err
		}
		meeting := &store.Training{Kind: store.Supervision, Name: store.Text{"vi": "Buổi làm việc"}, Start: now.AddDate(0, 0, 9), Seats: 5, ByInvitation: true}
		if err := tx.AddTraining(meeting); err != nil {
			return err
		}
		if _, err := tx.Invite(meeting.ID, "", []*store.Guest{{Member: hoa, Title: canary}}); err != nil {
			return err
		}
		_, err := tx.AnswerInvitation(&store.Guest{Training: meeting.ID, Member: hoa, Substitute: canary, SubstituteTitle: canary}, store.Sends, hoa)
		return err
	})
	now = now.Add(3 * time.Hour)
	update(func(tx *store.Tx) error {
		tr, err := tx.Training(over)
		if err != nil {
			return err
		}
		if err := tx.PutFeedback(tr, &store.Feedback{Member: hoa, Stars: 5, Sentence: canary}); err != nil {
			return err
		}
		_, err = tx.Certify(over, hoa)
		return err
	})
	update(func(tx *store.Tx) error { // her sister, whose phone she uses too
		c, m, _, err := tx.Meet("test:1", keeper+"-address")
		if err != nil {
			return err
		}
		m.Name = keeper
		if err := tx.PutMember(m); err != nil {
			return err
		}
		she, err := tx.Member(hoa)
		if err != nil {
			return err
		}
		if err := tx.Join(c, she); err != nil {
			return err
		}
		if _, err := tx.Register(&store.Registration{Training: class, Member: m.ID}); err != nil {
			return err
		}
		return tx.Post(&store.Message{Contact: c.ID, Member: m.ID, Channel: c.Channel, Address: c.Address, Text: keeper})
	})
	for range 50 { // the file grows, pages are split and freed
		update(func(tx *store.Tx) error {
			m, err := tx.Member(hoa)
			if err != nil {
				return err
			}
			m.Name = fmt.Sprintf("%s %d", strings.Repeat(canary+" ", 5), now.UnixNano())
			now = now.Add(time.Second)
			return tx.PutMember(m)
		})
	}
	filled(t, db)
	if raw := read(t, path); !bytes.Contains(raw, []byte(canary)) || !bytes.Contains(raw, []byte(inBase64)) {
		t.Fatal("the file holds no canary even before")
	}

	var last string
	update(func(tx *store.Tx) error {
		m, err := tx.Member(hoa)
		if err != nil {
			return err
		}
		c, err := tx.Contact(m.Contacts[0])
		if err != nil {
			return err
		}
		if err := tx.DeleteMember(m, c); err != nil {
			return err
		}
		word := &store.Message{Contact: c.ID, Member: m.ID, Channel: c.Channel, Address: c.Address, Text: "Đã xóa hết, " + canary}
		err = tx.Post(word)
		last = word.ID
		return err
	})
	update(func(tx *store.Tx) error { return tx.Settle(last) }) // the word that she was deleted has gone out
	planned := false
	update(func(tx *store.Tx) error {
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			planned = planned || d.Job == store.ScrubJob
		}
		return nil
	})
	if !planned {
		t.Error("nobody will wipe the file")
	}
	scrubbed(t, db)

	raw := read(t, path)
	for _, mark := range []string{canary, inBase64} {
		if n := bytes.Count(raw, []byte(mark)); n > 0 {
			at := bytes.Index(raw, []byte(mark))
			t.Errorf("%q stands %d times in the file, first in %q", mark, n, raw[max(0, at-60):min(len(raw), at+60)])
		}
	}
	if !bytes.Contains(raw, []byte(keeper)) {
		t.Error("what was kept of her sister is gone too")
	}
	_, err = store.Check(t.Context(), db, now, func(bucket, key, what string) { t.Errorf("afterwards: %s %s %s", bucket, key, what) })
	if err != nil {
		t.Error(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Training(class)
		if err != nil {
			return err
		}
		if c.Taken != 1 || c.Brought != 0 {
			t.Errorf("%d seats are taken and %d children come, want only her sister's", c.Taken, c.Brought)
		}
		if _, err := tx.Member(hoa); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Member = %v, want %v", err, store.ErrNotFound)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A seat of one who is deleted is free again, unless the training has begun: then
// she is one of those who took part.
func TestSeatsOfDeleted(t *testing.T) {
	now := villageTime
	s, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	update := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	trainings := []struct {
		name   string
		start  time.Time
		cancel bool
		taken  int
		id     string
	}{
		{name: "ahead", start: now.Add(48 * time.Hour), taken: 0},
		{name: "begun", start: now.Add(time.Hour), taken: 1},
		{name: "cancelled, ahead", start: now.Add(48 * time.Hour), cancel: true, taken: 0},
		{name: "cancelled, of a time that is over", start: now.Add(time.Hour), cancel: true, taken: 0},
	}
	var she *store.Member
	update(func(tx *store.Tx) (err error) {
		if she, err = tx.NewMember(); err != nil {
			return err
		}
		for i := range trainings {
			tt := &trainings[i]
			tr := &store.Training{Kind: store.Class, Name: store.Text{"vi": tt.name}, Start: tt.start, Seats: 3}
			if err := tx.AddTraining(tr); err != nil {
				return err
			}
			tt.id = tr.ID
			if _, err := tx.Register(&store.Registration{Training: tr.ID, Member: she.ID, Children: 2}); err != nil {
				return err
			}
			if !tt.cancel {
				continue
			}
			if _, err := tx.ChangeTraining(tr.ID, tr.Revision, func(c *store.Training) { c.Cancelled = tx.Now }); err != nil {
				return err
			}
		}
		return nil
	})
	now = now.Add(2 * time.Hour)
	update(func(tx *store.Tx) error { return tx.DeleteMember(she, nil) })
	update(func(tx *store.Tx) error {
		for _, tt := range trainings {
			tr, err := tx.Training(tt.id)
			if err != nil {
				return err
			}
			if tr.Taken != tt.taken || tr.Brought != 2*tt.taken {
				t.Errorf("%s: %d seats are taken and %d children come, want %d and %d", tt.name, tr.Taken, tr.Brought, tt.taken, 2*tt.taken)
			}
		}
		return nil
	})
}

// fill keeps everything that there can be of a woman who marks it all with mark,
// and returns her and a training ahead.
func fill(tx *store.Tx, mark string) (member, class string, err error) {
	c, m, _, err := tx.Meet("test:1", mark+"-address")
	if err != nil {
		return "", "", err
	}
	m.Name, m.Phone, m.Language, m.Address, m.Consent = mark+" name", mark+" phone", "vi", "chi", tx.Now
	if err := tx.PutMember(m); err != nil {
		return "", "", err
	}
	relay, err := tx.NewMember()
	if err != nil {
		return "", "", err
	}
	mother, err := tx.NewMember()
	if err != nil {
		return "", "", err
	}
	ahead := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp mới"}, Start: tx.Now.AddDate(0, 0, 9), Seats: 5, By: m.ID}
	past := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp cũ"}, Start: tx.Now.AddDate(0, 0, -9), Seats: 5, Taken: 1}
	text := mark + " text"
	note := jsontext.Value(`"` + mark + ` note"`)
	frames := []store.Frame{{
		Flow: "register", Step: "check", Title: text, Notes: map[string]jsontext.Value{"name": note},
		Trail: []store.Visit{{Step: "who", In: &store.Frame{Flow: "profile", Notes: map[string]jsontext.Value{"name": note}}}},
		Held:  &store.Prompt{Choices: []store.PromptChoice{{ID: "a", Label: text}}},
	}}
	choices := []store.Choice{{ID: "a", Label: text, URL: "https://example.org/" + mark}}
	for _, step := range []func() error{
		func() error { return tx.SetRelay(m, relay.ID) },
		func() error { return tx.SetRelay(mother, m.ID) },
		func() error { return tx.AddTraining(ahead) },
		func() error { return tx.AddTraining(past) },
		func() error {
			_, err := tx.Register(&store.Registration{Training: ahead.ID, Member: m.ID, Children: 1})
			return err
		},
		func() error {
			return tx.PutConversation(&store.Conversation{
				Member: m.ID, Frames: frames, Waiting: [][]store.Frame{frames},
				Prompt: &store.Prompt{Choices: []store.PromptChoice{{ID: "a", Label: text}}}, Last: &store.LastTap{Text: text},
			})
		},
		func() error { return fillClubs(tx, m.ID, mark) },
		func() error { return fillCampaigns(tx, m.ID, m.ID, mark) },
		func() error { return tx.Grant(m, &store.Grant{Role: store.Staff}) },
		func() error {
			return tx.SetPassphrase(&store.Passphrase{Member: m.ID, Hash: bytes.Repeat([]byte(mark), 5), Salt: []byte("salt")})
		},
		func() error { _, err := tx.NewGrantCode(store.Staff, "", time.Time{}, m.ID); return err },
		func() error {
			return tx.Post(&store.Message{Contact: c.ID, Member: m.ID, Channel: c.Channel, Address: c.Address, Text: text, Choices: choices})
		},
		func() error {
			_, err := tx.ShowLine(c.ID, &store.Line{ID: "1", Text: text, Choices: choices})
			return err
		},
		func() error { return tx.AddTask(&store.Task{Member: m.ID, Work: "list", Data: note}) },
		func() error {
			f := &store.File{Name: mark + ".xlsx", Member: m.ID, Expires: tx.Now.AddDate(0, 0, 1)}
			return tx.PutFile(f, bytes.Repeat([]byte(mark), 30_000))
		},
		func() error { _, err := tx.AskMerge(m.ID, mother.ID, relay.ID); return err },
		func() error {
			return tx.Plan(&store.Due{ID: "x", At: tx.Now, Until: tx.Now, Job: store.HearJob, Member: m.ID, Flow: "merge_confirm"})
		},
		func() error {
			return tx.PutDelivery(&store.Delivery{Report: "r", Member: m.ID, Outcome: store.Delivered})
		},
		func() error { return tx.PutReceipt("m1", "7") },
		func() error { return tx.Log(m.ID, "export registrations", ahead.ID) },
		func() error { _, err := tx.FirstSeen("test:1/u/1"); return err },
	} {
		if err := step(); err != nil {
			return "", "", err
		}
	}
	return m.ID, ahead.ID, nil
}

// fillClubs lets the member keep a club together in which she is, too, and ask
// to join another one.
func fillClubs(tx *store.Tx, member, mark string) error {
	hers := &store.Club{Kind: store.Grown, Name: "Câu lạc bộ", Facilitator: member}
	other := &store.Club{Kind: store.Pupils, Name: "Câu lạc bộ khác"}
	for _, c := range []*store.Club{hers, other} {
		if err := tx.AddClub(c); err != nil {
			return err
		}
		if err := tx.AskToJoin(c, member, mark+" nick"); err != nil {
			return err
		}
	}
	p, err := tx.Admit(hers, member, "", member)
	if err != nil {
		return err
	}
	if _, err := tx.NewHandover(hers); err != nil {
		return err
	}
	m := &store.Meeting{Club: hers.ID, Start: tx.Now.AddDate(0, 0, 3), Place: "Nhà văn hóa", Regular: true}
	if err := tx.AddMeeting(m); err != nil {
		return err
	}
	return tx.CallRoll(m, []string{p.ID}, nil, member)
}

// filled fails unless every personal field of every noun holds a canary now, so
// that a new field cannot be forgotten above.
func filled(t *testing.T, db store.Backend) {
	t.Helper()
	err := db.View(t.Context(), func(kv store.KV) error {
		for name, n := range personalNouns {
			missing := map[string]bool{}
			for _, f := range reflect.VisibleFields(reflect.TypeOf(n.noun).Elem()) {
				if f.Tag.Get("personal") != "" {
					missing[f.Name] = true
				}
			}
			for p, err := range kv.Scan(n.bucket, "", "") {
				if err != nil {
					return err
				}
				v := reflect.New(reflect.TypeOf(n.noun).Elem())
				if err := json.Unmarshal(p.Value, v.Interface()); err != nil {
					return err
				}
				for field := range missing {
					raw, err := json.Marshal(v.Elem().FieldByName(field).Interface())
					if err != nil {
						return err
					}
					// Contacts of a member are ids that hold a hash of the address; bytes
					// stand there in base64.
					if strings.Contains(string(raw), canary) || strings.Contains(string(raw), inBase64) || name == "Member" && field == "Contacts" && strings.Contains(string(raw), "test:1/") {
						delete(missing, field)
					}
				}
			}
			for field := range missing {
				t.Errorf("%s.%s is personal, and the test keeps nothing in it", name, field)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scrubbed wipes what was deleted from the file, as the schedule does.
func scrubbed(t *testing.T, db store.Scrubber) {
	t.Helper()
	for range 20 {
		_, err := db.Scrub(t.Context())
		if err == nil {
			return
		}
		if !errors.Is(err, store.ErrScrubLater) {
			t.Fatal(err)
		}
	}
	t.Fatal("the file is still being read")
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// What is written to a bucket that the table of deletion does not name is
// refused, in every test and in real use.
func TestEveryBucketHasAFate(t *testing.T) {
	for _, bucket := range store.Buckets() {
		if err := store.CheckKey(bucket, "x"); err != nil {
			t.Error(err)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			at := -1 // where the bucket stands among the arguments
			switch f := call.Fun.(type) {
			case *ast.Ident:
				switch f.Name {
				case "put":
					at = 1
				case "write":
					at = 2
				}
			case *ast.SelectorExpr:
				if f.Sel.Name == "Put" || f.Sel.Name == "cut" {
					at = 0
				}
			}
			if at < 0 || at >= len(call.Args) {
				return true
			}
			if lit, ok := call.Args[at].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				written[strings.Trim(lit.Value, `"`)] = true
			}
			return true
		})
	}
	for bucket := range written {
		if !slices.Contains(store.Buckets(), bucket) {
			t.Errorf("%s is written, and deletion.go does not say what becomes of it", bucket)
		}
	}
	for _, bucket := range store.Buckets() {
		if !written[bucket] {
			t.Errorf("deletion.go names %s, which nothing writes", bucket)
		}
	}
}

// A transaction cannot write to a bucket that nobody has thought of.
func TestUnknownBucket(t *testing.T) {
	db := memory.New()
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := store.PutRaw(t.Context(), s, "nobody_thought_of_this", "x"); err == nil {
		t.Error("it was written")
	}
}
