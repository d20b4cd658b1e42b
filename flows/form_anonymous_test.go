package flows

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/memory"
)

// A teller is somebody who answers, on a store whose documents can be read: nothing is
// encrypted in it.
type teller struct {
	t      *testing.T
	store  *store.Store
	engine *Engine
	now    time.Time
	inputs int
	form   *form.Form
}

func newTeller(t *testing.T, b store.Backend) *teller {
	w := &teller{t: t, now: time.Date(2026, 11, 24, 8, 0, 0, 0, zone)}
	var err error
	if w.store, err = store.Open(t.Context(), b, store.Options{Now: func() time.Time { return w.now }, Zone: zone}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	if w.engine, err = New(w.store, catalog, All(), Options{Zone: zone}); err != nil {
		t.Fatal(err)
	}
	return w
}

// campaign puts a form before whoever has the link, and returns it.
func (w *teller) campaign(f *form.Form, mode store.Anonymity) (c *store.Campaign) {
	content, err := form.Encode(f)
	w.must(err)
	w.form = f
	w.update(func(tx *store.Tx) error {
		kept := &store.Form{Name: f.ID}
		if err := tx.AddForm(kept, &store.FormVersion{Title: "Phiếu"}, store.File{Name: "phieu.xlsx"}, []byte("xlsx"), content); err != nil {
			return err
		}
		c = &store.Campaign{Form: kept.ID, Version: 1, Title: "Phiếu", Mode: mode, Open: true, Until: tx.Now.AddDate(0, 1, 0)}
		if err := tx.AddCampaign(c); err != nil {
			return err
		}
		c, err = tx.PublishCampaign(c.ID, c.Revision)
		return err
	})
	return c
}

func (w *teller) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *teller) update(fn func(*store.Tx) error) {
	w.t.Helper()
	w.must(w.store.Update(w.t.Context(), fn))
}

// say has somebody write, on a web chat: her words and all that the bot says stand on
// her screen, and what it says stays in the outbox besides.
func (w *teller) say(who, text string) {
	w.t.Helper()
	w.now = w.now.Add(time.Minute)
	w.inputs++
	w.update(func(tx *store.Tx) error {
		_, err := tx.ShowLine(tx.ContactID("web:1", who), &store.Line{ID: tx.NewID(), Mine: true, Text: text})
		return err
	})
	w.store.OnPosted(func(all []store.Message) {
		for _, m := range all {
			w.update(func(tx *store.Tx) error {
				_, err := tx.ShowLine(m.Contact, &store.Line{ID: m.ID, Text: m.Text, Choices: m.Choices, Token: m.Token})
				return err
			})
		}
	})
	w.must(w.engine.Handle(context.Background(), Input{
		ID: fmt.Sprintf("web:1/%s/%d", who, w.inputs), Channel: "web:1", From: who, Kind: Text, Text: text, At: w.now,
	}))
}

// dump is the whole database, by bucket and key.
func (w *teller) dump() map[string]string {
	all := map[string]string{}
	w.must(w.store.Backend().View(w.t.Context(), func(kv store.KV) error {
		for _, bucket := range store.Buckets() {
			for p, err := range kv.Scan(bucket, "", "") {
				if err != nil {
					return err
				}
				all[bucket+" "+p.Key] = string(p.Value)
			}
		}
		return nil
	}))
	return all
}

// secretWords is an answer that stands nowhere else.
const secretWords = "Chồng tôi không cho đi làm"

// answerSecretly answers an anonymous questionnaire with everything that leaves traces:
// she puts it off, goes on, changes an answer, and looks through all of it.
func (w *teller) answerSecretly(c *store.Campaign) (draft string) {
	for _, text := range []string{"/start q_" + c.Code, "Trả lời", "Có", "7", "Để sau", "Làm tiếp: Phiếu", secretWords, "Sửa", "2", "4", "Sửa", "3", "Giữ nguyên"} {
		w.say("hoa", text)
	}
	w.must(w.store.View(w.t.Context(), func(tx *store.Tx) error {
		for d, err := range tx.Drafts(c.ID) {
			if err != nil {
				return err
			}
			draft = d.ID
		}
		return nil
	}))
	if draft == "" {
		w.t.Fatal("nothing was begun: the test would prove nothing")
	}
	return draft
}

// After an anonymous submission the database holds what she has said in the box alone,
// and nothing in it leads there from her.
func TestAnonymousLeavesNoTrace(t *testing.T) {
	w := newTeller(t, memory.Open(memory.Options{}))
	f := readForm(t, "short")
	c := w.campaign(f, store.Anonymous)
	w.say("hoa", "/start")
	w.say("hoa", "Tiếng Việt")
	w.say("hoa", "Xin chào")
	before := w.dump()
	draft := w.answerSecretly(c)
	full := w.dump()
	places := map[string]bool{}
	for place, doc := range full {
		if strings.Contains(doc, secretWords) {
			bucket, _, _ := strings.Cut(place, " ")
			places[bucket] = true
		}
	}
	for _, bucket := range []string{"draft", "message", "screen"} {
		if !places[bucket] {
			t.Errorf("her words do not stand in %s before she sends them: the test proves less than it should (they stand in %v)", bucket, places)
		}
	}
	w.say("hoa", "Gửi")
	after := w.dump()

	boxes := 0
	for place, doc := range after {
		bucket, key, _ := strings.Cut(place, " ")
		if bucket == "response_box" {
			boxes++
			if !strings.Contains(doc, secretWords) {
				t.Errorf("the box does not hold what she said: %s", doc)
			}
			_, random, _ := strings.Cut(key, "/")
			for other, text := range after {
				if other != place && (strings.Contains(other, random) || strings.Contains(text, random)) {
					t.Errorf("%s leads to the box", other)
				}
			}
			var b struct{ Version, How, Answers any }
			w.must(jsonNote([]byte(doc), &b))
			for _, telling := range []string{`"started"`, `"ended"`, `"seed"`, `"known"`, `"shown"`, `"dropped"`, `"changed"`, "2026", "hoa"} {
				if strings.Contains(doc, telling) {
					t.Errorf("the box holds %s: %s", telling, doc)
				}
			}
			continue
		}
		if bucket == "form_version" || bucket == "file" || bucket == "file_chunk" || before[place] == doc {
			continue // what was there before she began
		}
		for _, trace := range []string{secretWords, store.Fold(secretWords), draft, `"kho"`, `"may"`, `"con"`, "Mấy cháu", "Điều gì khó nhất", "Chị xem lại"} {
			if strings.Contains(doc, trace) || strings.Contains(place, trace) {
				t.Errorf("%q is left: %s %s", trace, place, doc)
			}
		}
	}
	if boxes != 1 {
		t.Errorf("%d in the box, want 1", boxes)
	}
	var new []string
	for place := range after {
		if bucket, _, _ := strings.Cut(place, " "); before[place] != after[place] && !slices.Contains(new, bucket) {
			new = append(new, bucket)
		}
	}
	slices.Sort(new)
	want := []string{"conversation", "due", "message", "message_member", "participation", "participation_of", "response_box", "screen", "seen"}
	for _, bucket := range new {
		if !slices.Contains(want, bucket) {
			t.Errorf("something of her answering stands in %s: look whether it tells anything, and add it here if not", bucket)
		}
	}
	w.must(w.store.View(t.Context(), func(tx *store.Tx) error {
		contact, err := tx.Contact(tx.ContactID("web:1", "hoa"))
		if err != nil {
			return err
		}
		p, err := tx.Participation(c.ID, contact.Members[0])
		if err != nil {
			return err
		}
		if p.State != store.PartSent || !p.Begun.IsZero() || !p.Ended.IsZero() || p.Draft != "" || p.Response != "" {
			t.Errorf("participation = %+v", p)
		}
		return nil
	}))
}

// Who opens a questionnaire that an officer has begun to enter for her begins it
// herself: otherwise her own words would stay on her screen after she has sent them,
// because they are wiped with who holds what was begun.
func TestAnonymousBesideNhapHo(t *testing.T) {
	w := newTeller(t, memory.Open(memory.Options{}))
	c := w.campaign(readForm(t, "short"), store.Anonymous)
	w.say("hoa", "/start")
	w.say("hoa", "Tiếng Việt")
	w.say("hoa", "Xin chào")
	w.update(func(tx *store.Tx) error {
		contact, err := tx.Contact(tx.ContactID("web:1", "hoa"))
		if err != nil {
			return err
		}
		officer, err := tx.NewMember()
		if err != nil {
			return err
		}
		l, err := form.NewLogic(w.form)
		if err != nil {
			return err
		}
		data, err := form.EncodeResponse(l.Begin(tx.Now, 1, nil))
		if err != nil {
			return err
		}
		d := &store.Answering{Campaign: c.ID, Member: contact.Members[0], By: officer.ID, How: store.ReadAloud, Answers: data}
		_, _, err = tx.BeginAnswers(d)
		return err
	})
	for _, text := range []string{"/start q_" + c.Code, "Trả lời", "Có", "4", secretWords, "Gửi"} {
		w.say("hoa", text)
	}
	boxes := 0
	for place, doc := range w.dump() {
		bucket, _, _ := strings.Cut(place, " ")
		switch {
		case bucket == "response_box":
			boxes++
			if !strings.Contains(doc, `"how":"self"`) {
				t.Errorf("it does not say that she answered herself: %s", doc)
			}
		case strings.Contains(doc, secretWords):
			t.Errorf("her words are left: %s %s", place, doc)
		}
	}
	if boxes != 1 {
		t.Errorf("%d in the box, want 1", boxes)
	}
}

// The file of bbolt holds her words once after it was scrubbed, in the box; and not at
// all once the box was destroyed.
func TestAnonymousLeavesNoBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chihai.db")
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := newTeller(t, db)
	c := w.campaign(readForm(t, "short"), store.Anonymous)
	w.say("hoa", "/start")
	w.say("hoa", "Tiếng Việt")
	w.answerSecretly(c)
	if n := w.countBytes(path); n < 3 {
		t.Fatalf("her words stand %d times in the file before: the test would prove nothing", n)
	}
	w.say("hoa", "Gửi")
	w.scrub(db)
	if n := w.countBytes(path); n != 1 {
		t.Errorf("her words stand %d times in the file, want once, in the box", n)
	}
	w.update(func(tx *store.Tx) error { _, err := tx.CloseCampaign(c.ID); return err })
	w.scrub(db)
	if n := w.countBytes(path); n != 0 {
		t.Errorf("her words stand %d times in the file after the box was destroyed", n)
	}
}

func (w *teller) countBytes(path string) int {
	raw, err := os.ReadFile(path)
	w.must(err)
	return bytes.Count(raw, []byte(secretWords))
}

func (w *teller) scrub(db *bolt.DB) {
	for range 100 {
		_, err := db.Scrub(w.t.Context())
		if errors.Is(err, store.ErrScrubLater) {
			continue
		}
		w.must(err)
		return
	}
	w.t.Fatal("cannot scrub")
}
