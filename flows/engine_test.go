package flows

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"
)

// secret stands in everything that must not reach a log.
const secret = "CANARY-NGUYEN-THI-HOA"

// A rehearsal is an engine with its store, its log and its clock.
type rehearsal struct {
	engine *Engine
	store  *store.Store
	log    bytes.Buffer
	now    time.Time
	inputs int
	posted []string // the texts of what was posted for the latest input
}

// rehearse returns an engine whose help flow is help, over backend.
func rehearse(t *testing.T, backend store.Backend, help *Flow) *rehearsal {
	t.Helper()
	r := &rehearsal{now: time.Date(2026, 11, 23, 8, 0, 0, 0, zone)}
	var err error
	r.store, err = store.Open(t.Context(), backend, store.Options{
		Now: func() time.Time { return r.now }, Random: rand.NewChaCha8([32]byte{2}),
	})
	if err != nil {
		t.Fatal(err)
	}
	sample(t, r.store)
	r.store.OnPosted(func(messages []store.Message) {
		for _, m := range messages {
			r.posted = append(r.posted, m.Text)
		}
	})
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	flows := All()
	for i, f := range flows {
		if help != nil && f.Name == help.Name {
			flows[i] = help
		}
	}
	r.engine, err = New(r.store, catalog, flows, Options{Zone: zone, Log: slog.New(slog.NewTextHandler(&r.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// says is what who writes next.
func (r *rehearsal) says(who, text string) Input {
	r.inputs++
	r.now = r.now.Add(10 * time.Second)
	return Input{ID: fmt.Sprintf("test:1/u/%d", r.inputs), Channel: "test:1", From: who, Kind: Text, Text: text, At: r.now}
}

// hear hands inputs to the engine and returns what was said to the last one.
func (r *rehearsal) hear(t *testing.T, inputs ...Input) []string {
	t.Helper()
	for _, in := range inputs {
		r.posted = nil
		if err := r.engine.Handle(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	return r.posted
}

// changed is which of the documents in two dumps differ.
func changed(before, after string) string {
	var lines []string
	for _, l := range strings.Split(before, "\n") {
		if !strings.Contains(after, l+"\n") {
			lines = append(lines, "- "+l)
		}
	}
	for _, l := range strings.Split(after, "\n") {
		if !strings.Contains(before, l+"\n") {
			lines = append(lines, "+ "+l)
		}
	}
	return strings.Join(lines, "\n")
}

// dump is all that a database holds, but for areas, messages and what it
// remembers of inputs.
func dump(t *testing.T, b store.Backend) string {
	t.Helper()
	var s strings.Builder
	err := b.View(context.Background(), func(kv store.KV) error {
		s.Reset()
		for _, bucket := range store.Buckets() {
			for p, err := range kv.Scan(bucket, "", "") {
				if err != nil {
					return err
				}
				if bucket != "seen" && !strings.HasPrefix(bucket, "message") && bucket != "area" {
					fmt.Fprintf(&s, "%s %s %s\n", bucket, p.Key, p.Value)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.String()
}

// rename changes something that must be undone.
func rename(t *Turn) error {
	t.Member.Name = secret
	t.Set("name", secret)
	t.Say("menu.hello")
	return t.PutMember(t.Member)
}

func TestFailingFlow(t *testing.T) {
	ask := func(then func(*Turn) error) []Step {
		return []Step{{Name: "how", Ask: func(t *Turn) error {
			if err := rename(t); err != nil {
				return err
			}
			return then(t)
		}}}
	}
	for _, tt := range []struct {
		what  string
		steps []Step
	}{
		{"an error", ask(func(*Turn) error { return errors.New("no") })},
		{"not found", ask(func(t *Turn) error { _, err := t.Tx.Member("nobody"); return err })},
		{"a panic with what she wrote", ask(func(t *Turn) error { panic(t.Member.Name) })},
		{"a panic of the runtime", ask(func(t *Turn) error { t.Relay.Name = ""; return nil })},
		{"a note that cannot be kept", ask(func(t *Turn) error { t.Set("f", func() {}); return nil })},
		{"a document that is too long", ask(func(t *Turn) error { t.SayText(strings.Repeat("x", store.MaxValue)); return nil })},
		{"a step that is not there", ask(func(t *Turn) error { return t.Goto("nowhere") })},
		{"a flow that is not there", ask(func(t *Turn) error { return t.Call("nowhere", nil) })},
		{"a circle of steps", ask(func(t *Turn) error { return t.Goto("how") })},
		{"a circle of calls", ask(func(t *Turn) error { return t.Call("help", nil) })},
		{"silence", []Step{{Name: "how", Ask: func(*Turn) error { return nil }, Take: func(*Turn) error { return nil }}}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			backend := memory.Open(memory.Options{Rerun: 2})
			r := rehearse(t, backend, &Flow{Name: "help", Triggers: []string{"command.help"}, Steps: tt.steps})
			r.hear(t, r.says("Hoa", "/start"), r.says("Hoa", "1"), r.says("Hoa", "dang ky"))
			before := dump(t, backend)

			in := r.says("Hoa", "/trogiup")
			posted := r.hear(t, in)
			if len(posted) != 1 || !strings.HasPrefix(posted[0], "Xin lỗi chị") {
				t.Errorf("she was told %q, want that one is sorry", posted)
			}
			if after := dump(t, backend); after != before {
				t.Errorf("something of the turn was kept:\n%s", changed(before, after))
			}
			if log := r.log.String(); !strings.Contains(log, "turn failed") || strings.Contains(log, `flow=""`) {
				t.Errorf("the log does not say where: %s", log)
			}
			if strings.Contains(r.log.String(), secret) {
				t.Errorf("the log says what she wrote: %s", r.log.String())
			}
			if posted := r.hear(t, in); len(posted) != 0 {
				t.Errorf("the input counts as handled, but delivered again it was answered with %q", posted)
			}
			if posted := r.hear(t, r.says("Hoa", "1")); len(posted) != 1 || !strings.HasPrefix(posted[0], "Tập huấn") {
				t.Errorf("her question does not stand as it stood: %q", posted)
			}
		})
	}
}

func TestFailingTake(t *testing.T) {
	backend := memory.New()
	r := rehearse(t, backend, &Flow{Name: "help", Triggers: []string{"command.help"}, Steps: []Step{{
		Name: "how",
		Ask:  func(t *Turn) error { t.Say("menu.hello"); return nil },
		Take: func(t *Turn) error {
			if t.Words() == "panic" {
				panic(rename(t))
			}
			if err := rename(t); err != nil {
				return err
			}
			return errors.New("no")
		},
	}}})
	r.hear(t, r.says("Hoa", "/start"), r.says("Hoa", "1"), r.says("Hoa", "/trogiup"))
	before := dump(t, backend)
	for _, text := range []string{"panic", "error", "panic"} {
		if posted := r.hear(t, r.says("Hoa", text)); len(posted) != 1 || !strings.HasPrefix(posted[0], "Xin lỗi") {
			t.Errorf("after %s she was told %q", text, posted)
		}
	}
	if after := dump(t, backend); after != before {
		t.Errorf("something of the turns was kept:\n%s", changed(before, after))
	}
}

// A due thing that fails is nobody's fault who could be told sorry.
func TestFailingHear(t *testing.T) {
	backend := memory.New()
	r := rehearse(t, backend, &Flow{Name: "help", Hear: func(t *Turn) error {
		if err := rename(t); err != nil {
			return err
		}
		panic(secret)
	}})
	r.hear(t, r.says("Hoa", "/start"), r.says("Hoa", "1"))
	before := dump(t, backend)
	var hoa string
	err := r.store.View(t.Context(), func(tx *store.Tx) error {
		c, err := tx.Contact(tx.ContactID("test:1", "Hoa"))
		hoa = c.Speaker
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, flow := range []string{"help", "nobody hears this"} {
		in := Input{ID: "due/" + flow, Kind: Due, Member: hoa, Flow: flow, At: r.now}
		if posted := r.hear(t, in, in); len(posted) != 0 {
			t.Errorf("%s: %q was said", flow, posted)
		}
	}
	if after := dump(t, backend); after != before {
		t.Errorf("something of the turns was kept:\n%s", changed(before, after))
	}
	if strings.Contains(r.log.String(), secret) {
		t.Errorf("the log says what stood in the panic: %s", r.log.String())
	}
}

// A button of another question than the open one answers nothing, also where it
// means something that the open one offers.
func TestButtonOfAnotherQuestion(t *testing.T) {
	r := rehearse(t, memory.New(), nil)
	r.hear(t, r.says("Hoa", "/start"), r.says("Hoa", "1"))
	tap := r.says("Hoa", "")
	tap.Kind, tap.Tap = Choice, Tap{Token: "lastweek", ID: "register"}
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	late := catalog.In("vi", "").T("engine.late")
	if said := r.hear(t, tap); len(said) == 0 || !strings.HasPrefix(said[0], late) {
		t.Errorf("she is told %q, want %q", said, late)
	}
}

// What an input comes of goes with its turn, in one transaction, and stays when
// the turn fails or was taken before.
func TestDone(t *testing.T) {
	for _, tt := range []struct {
		name string
		hear func(*Turn) error
		left bool
	}{
		{"heard", func(*Turn) error { return nil }, false},
		{"failed", func(*Turn) error { return errors.New("fails") }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := rehearse(t, memory.New(), &Flow{Name: "help", Hear: tt.hear})
			r.hear(t, r.says("Hoa", "/start"), r.says("Hoa", "1"))
			due := &store.Due{ID: "due/1", At: r.now, Job: store.HearJob, Flow: "help"}
			plan := func() {
				err := r.store.Update(t.Context(), func(tx *store.Tx) error {
					c, err := tx.Contact(tx.ContactID("test:1", "Hoa"))
					if err != nil {
						return err
					}
					due.Member = c.Speaker
					return tx.Plan(due)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			left := func() (n int) {
				err := r.store.View(t.Context(), func(tx *store.Tx) error {
					for d, err := range tx.AllDue() {
						if err != nil {
							return err
						}
						if d.ID == due.ID {
							n++
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			plan()
			r.hear(t, FromDue(due))
			if got := left() == 1; got != tt.left {
				t.Errorf("left: %t, want %t", got, tt.left)
			}
			plan()
			r.hear(t, FromDue(due))
			if left() != 1 {
				t.Error("what was seen before took its row away")
			}
		})
	}
}

// A document that cannot be read holds up nobody: the input counts as handled.
func TestUnreadable(t *testing.T) {
	for _, bucket := range []string{"conversation", "member", "contact", "meta"} {
		t.Run(bucket, func(t *testing.T) {
			backend := memory.New()
			r := rehearse(t, backend, nil)
			r.hear(t, r.says("Hoa", "/start"), r.says("Hoa", "1"))
			err := backend.Update(t.Context(), func(kv store.KV) error {
				var keys []string
				for p, err := range kv.Scan(bucket, "", "") {
					if err != nil {
						return err
					}
					keys = append(keys, p.Key)
				}
				for _, key := range keys {
					if err := kv.Put(bucket, key, []byte(`["no object"]`)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			r.hear(t, r.says("Hoa", "dang ky")) // fails unless it was handled
			if bucket == "meta" {
				return
			}
			if posted := r.hear(t, r.says("Mai", "/start")); len(posted) != 1 {
				t.Errorf("somebody else was answered %q", posted)
			}
		})
	}
}

var errDisk = errors.New("disk is broken")

// A faultyDB fails at the operation that counts down to nothing.
type faultyDB struct {
	store.Backend
	left int // operations until one fails; negative: none does
}

func (d *faultyDB) Update(ctx context.Context, fn func(store.KV) error) error {
	err := d.Backend.Update(ctx, func(kv store.KV) error {
		if err := fn(&faultyKV{kv, d}); err != nil {
			return err
		}
		return d.fail() // the commit
	})
	return err
}

func (d *faultyDB) fail() error {
	if d.left == 0 {
		return errDisk
	}
	if d.left > 0 {
		d.left--
	}
	return nil
}

type faultyKV struct {
	store.KV
	db *faultyDB
}

func (k *faultyKV) Get(bucket, key string) ([]byte, error) {
	if err := k.db.fail(); err != nil {
		return nil, err
	}
	return k.KV.Get(bucket, key)
}

func (k *faultyKV) Put(bucket, key string, value []byte) error {
	if err := k.db.fail(); err != nil {
		return err
	}
	return k.KV.Put(bucket, key, value)
}

func (k *faultyKV) Scan(bucket, from, to string) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		if err := k.db.fail(); err != nil {
			yield(store.Pair{}, err)
			return
		}
		for p, err := range k.KV.Scan(bucket, from, to) {
			if !yield(p, err) {
				return
			}
		}
	}
}

// TestFailingStore lets every single operation of a few turns fail once. Each
// time the input comes back with an error, nothing is kept and nobody is told
// sorry; when it comes again it is answered as if nothing had been.
func TestFailingStore(t *testing.T) {
	talk := []string{
		"/start", "1", "dang ky", "1", "1", "1", "Nguyễn Thị Hoa", "ke sach", "1", "0912345678", "Không dẫn bé", "đúng",
		"Đăng ký của tôi", "1", "1", "1", "/caidat", "Thông tin của tôi", "/dangky", "hoi thao", "1", "Đăng ký giúp người khác",
		"1", "Trần Thị Mai", "dai hai", "#1", "1",
	}
	db := &faultyDB{memory.New(), -1}
	r := rehearse(t, db, nil)
	failures := 0
	for _, text := range talk {
		in := r.says("Hoa", text)
		for n := 0; ; n++ {
			before := dump(t, db.Backend)
			r.posted, db.left = nil, n
			err := r.engine.Handle(t.Context(), in)
			db.left = -1
			if err == nil {
				break
			}
			if !errors.Is(err, errDisk) {
				t.Fatalf("%q, operation %d: %v, want %v", text, n, err, errDisk)
			}
			failures++
			if after := dump(t, db.Backend); after != before || len(r.posted) > 0 {
				t.Fatalf("%q, operation %d: something was kept or said: %q\n%s", text, n, r.posted, changed(before, after))
			}
		}
		if len(r.posted) == 0 || strings.HasPrefix(r.posted[0], "Xin lỗi") {
			t.Errorf("%q was answered %q", text, r.posted)
		}
	}
	if r.log.Len() > 0 {
		t.Errorf("a failure of the database was taken for one of a flow: %s", r.log.String())
	}
	t.Logf("%d operations failed", failures)
}

func TestCancelled(t *testing.T) {
	backend := memory.New()
	r := rehearse(t, backend, nil)
	before := dump(t, backend)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.engine.Handle(ctx, r.says("Hoa", "/start")); !errors.Is(err, context.Canceled) {
		t.Errorf("Handle = %v, want %v", err, context.Canceled)
	}
	if after := dump(t, backend); after != before {
		t.Errorf("something was kept:\n%s", changed(before, after))
	}
}

func TestNewRefuses(t *testing.T) {
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	for what, flows := range map[string][]*Flow{
		"one name twice":     {{Name: "a"}, {Name: "a"}},
		"one word twice":     {{Name: "a", Triggers: []string{"menu.help"}}, {Name: "b", Triggers: []string{"menu.help"}}},
		"an unknown message": {{Name: "a", Triggers: []string{"menu.nothing"}}},
	} {
		if _, err := New(nil, catalog, flows, Options{}); err == nil {
			t.Errorf("New with %s returned no error", what)
		}
	}
}
