package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// A hall is a store with a clock, and members and trainings by name.
type hall struct {
	*testing.T
	store   *store.Store
	now     time.Time
	members map[string]string // name to ID
	classes map[string]string // name to ID
}

func newHall(t *testing.T) *hall {
	h := &hall{T: t, now: villageTime, members: map[string]string{}, classes: map[string]string{}}
	var err error
	h.store, err = store.Open(t.Context(), memory.Open(memory.Options{Rerun: 2}), store.Options{Now: func() time.Time { return h.now }})
	if err != nil {
		t.Fatal(err)
	}
	h.update(func(tx *store.Tx) error {
		for i, name := range []string{"cooking", "sewing", "singing", "past"} {
			c := &store.Training{Kind: store.Class, Name: store.Text{"vi": name}, Start: h.now.AddDate(0, 0, i+1), Seats: 9}
			if err := tx.AddTraining(c); err != nil {
				return err
			}
			h.classes[name] = c.ID
		}
		return nil
	})
	return h
}

func (h *hall) update(fn func(*store.Tx) error) {
	h.Helper()
	if err := h.store.Update(h.Context(), fn); err != nil {
		h.Fatal(err)
	}
}

// meet lets somebody write from an address.
func (h *hall) meet(name, address string) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		_, m, _, err := tx.Meet("test:1", address)
		h.members[name] = m.ID
		return err
	})
}

func (h *hall) register(name, class string, children int) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		_, err := tx.Register(&store.Registration{Training: h.classes[class], Member: h.members[name], Children: children})
		return err
	})
}

func (h *hall) giveUp(name, class string) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		_, err := tx.GiveUp(h.classes[class], h.members[name], "")
		return err
	})
}

// merge makes the second one with the first and returns how many roles ended.
func (h *hall) merge(keep, gone string) (ended int) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		k, err := tx.Member(h.members[keep])
		if err != nil {
			return err
		}
		g, err := tx.Member(h.members[gone])
		if err != nil {
			return err
		}
		ended, err = tx.Merge(k, g)
		return err
	})
	if _, err := store.Check(h.Context(), h.store.Backend(), h.now, func(bucket, key, what string) {
		h.Errorf("afterwards: %s %s %s", bucket, key, what)
	}); err != nil {
		h.Error(err)
	}
	return ended
}

// view reads one thing.
func view[T any](h *hall, read func(*store.Tx) (T, error)) T {
	h.Helper()
	var v T
	err := h.store.View(h.Context(), func(tx *store.Tx) (err error) {
		v, err = read(tx)
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return v
}

func (h *hall) member(name string) *store.Member {
	h.Helper()
	return view(h, func(tx *store.Tx) (*store.Member, error) { return tx.Member(h.members[name]) })
}

func TestMergeRegistrations(t *testing.T) {
	type seat struct {
		holds    bool
		children int
	}
	const none = -1
	for _, tt := range []struct {
		what           string
		keep, gone     int // children; none: not registered
		keepUp, goneUp bool
		want           *seat
		taken, brought int
	}{
		{"neither", none, none, false, false, nil, 0, 0},
		{"only the one who stays", 1, none, false, false, &seat{true, 1}, 1, 1},
		{"only the one who goes", none, 2, false, false, &seat{true, 2}, 1, 2},
		{"both: one seat is freed", 0, 0, false, false, &seat{true, 0}, 1, 0},
		{"both with the same child", 1, 1, false, false, &seat{true, 1}, 1, 1},
		{"both, with more children for one", 0, 2, false, false, &seat{true, 2}, 1, 2},
		{"she who stays gave up", 1, 2, true, false, &seat{true, 2}, 1, 2},
		{"she who goes gave up", 1, 2, false, true, &seat{true, 1}, 1, 1},
		{"both gave up", 1, 2, true, true, &seat{false, 1}, 0, 0},
		{"the one who goes gave up, the other never had it", none, 2, false, true, &seat{false, 2}, 0, 0},
	} {
		t.Run(tt.what, func(t *testing.T) {
			h := newHall(t)
			h.meet("new", "1")
			h.meet("old", "2")
			for name, children := range map[string]int{"new": tt.keep, "old": tt.gone} {
				if children != none {
					h.register(name, "cooking", children)
				}
			}
			if tt.keepUp {
				h.giveUp("new", "cooking")
			}
			if tt.goneUp {
				h.giveUp("old", "cooking")
			}
			h.merge("new", "old")
			var got *seat
			r := view(h, func(tx *store.Tx) (*store.Registration, error) {
				r, err := tx.Registration(h.classes["cooking"], h.members["new"])
				if errors.Is(err, store.ErrNotFound) {
					return nil, nil
				}
				return r, err
			})
			if r != nil {
				got = &seat{r.Holds(), r.Children}
			}
			if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
				t.Errorf("she has %v, want %v", got, tt.want)
			}
			c := view(h, func(tx *store.Tx) (*store.Training, error) { return tx.Training(h.classes["cooking"]) })
			if c.Taken != tt.taken || c.Brought != tt.brought {
				t.Errorf("%d seats are taken and %d children come, want %d and %d", c.Taken, c.Brought, tt.taken, tt.brought)
			}
		})
	}
}

func TestMergePerson(t *testing.T) {
	h := newHall(t)
	h.meet("new", "1")
	h.meet("old", "2")
	h.update(func(tx *store.Tx) error {
		k, err := tx.Member(h.members["new"])
		if err != nil {
			return err
		}
		k.Name, k.Language = "Nguyễn Thị Hoa", "vi"
		if err := tx.PutMember(k); err != nil {
			return err
		}
		g, err := tx.Member(h.members["old"])
		if err != nil {
			return err
		}
		g.Name, g.Language, g.Phone, g.Area, g.Address, g.Consent = "Hoa", "km", "+84912345678", "31528", "co", h.now
		if err := tx.PutMember(g); err != nil {
			return err
		}
		for _, m := range []*store.Member{k, g} {
			if err := tx.PutConversation(&store.Conversation{Member: m.ID, Turns: 7}); err != nil {
				return err
			}
			if err := tx.Grant(m, &store.Grant{Role: store.Staff, Area: "31528"}); err != nil {
				return err
			}
		}
		if err := tx.Post(&store.Message{Contact: "c", Member: g.ID, Channel: "test:1", Address: "2", Text: "x"}); err != nil {
			return err
		}
		if err := tx.AddTask(&store.Task{Member: g.ID, Work: "qr"}); err != nil {
			return err
		}
		return tx.PutFile(&store.File{Name: "x", Member: g.ID, Expires: h.now.AddDate(0, 0, 1)}, []byte("x"))
	})
	newCode, oldCode := h.member("new").Code, h.member("old").Code

	if ended := h.merge("new", "old"); ended != 1 {
		t.Errorf("%d roles ended, want 1", ended)
	}
	m := h.member("new")
	if m.Name != "Nguyễn Thị Hoa" || m.Language != "vi" {
		t.Errorf("she is %q, %q: what was known of her was overwritten", m.Name, m.Language)
	}
	if m.Phone != "+84912345678" || m.Area != "31528" || m.Address != "co" || m.Consent.IsZero() {
		t.Errorf("the gaps were not filled: %+v", m)
	}
	if len(m.Contacts) != 2 {
		t.Errorf("she writes from %d contacts, want 2", len(m.Contacts))
	}
	for _, code := range []string{newCode, oldCode} {
		found := view(h, func(tx *store.Tx) (*store.Member, error) { return tx.MemberByCode(code) })
		if found.ID != m.ID {
			t.Errorf("code %s leads to %s, want her", code, found.ID)
		}
	}
	grants := view(h, func(tx *store.Tx) (n int, err error) {
		for g, err := range tx.AllGrants() {
			if err != nil {
				return 0, err
			}
			if g.Member != m.ID {
				t.Errorf("the role %s of %s is left", g.Role, g.Member)
			}
			n++
		}
		return n, nil
	})
	if grants != 1 {
		t.Errorf("%d roles are left, want her own", grants)
	}
	for _, address := range []string{"1", "2"} {
		speaker := view(h, func(tx *store.Tx) (string, error) {
			c, err := tx.Contact(tx.ContactID("test:1", address))
			return c.Speaker, err
		})
		if speaker != m.ID {
			t.Errorf("%s speaks from %s, want her", speaker, address)
		}
	}

	// Nothing is left of either when she deletes her data.
	h.update(func(tx *store.Tx) error {
		m, err := tx.Member(m.ID)
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	err := h.store.Backend().View(t.Context(), func(kv store.KV) error {
		for _, bucket := range []string{"member", "member_code", "contact", "conversation", "tappable", "message", "task", "file", "file_chunk", "grant", "merge", "relay"} {
			for p, err := range kv.Scan(bucket, "", "") {
				if err != nil {
					return err
				}
				t.Errorf("%s %s is left after deletion", bucket, p.Key)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestMergeRelays(t *testing.T) {
	h := newHall(t)
	h.meet("new", "1")
	h.meet("old", "2")
	for _, name := range []string{"mother", "neighbour"} {
		h.update(func(tx *store.Tx) error {
			m, err := tx.NewMember()
			h.members[name] = m.ID
			return err
		})
	}
	relay := func(name, by string) {
		h.update(func(tx *store.Tx) error {
			m, err := tx.Member(h.members[name])
			if err != nil {
				return err
			}
			return tx.SetRelay(m, h.members[by])
		})
	}
	relay("mother", "old")
	relay("neighbour", "new")
	relay("old", "new") // she was registered as somebody without a phone once
	relay("new", "old")
	h.update(func(tx *store.Tx) error {
		_, err := tx.Register(&store.Registration{Training: h.classes["sewing"], Member: h.members["mother"], By: h.members["old"]})
		return err
	})
	h.register("old", "singing", 0)
	h.merge("new", "old")
	var names []string
	for _, m := range view(h, func(tx *store.Tx) (list []*store.Member, err error) {
		for m, err := range tx.RelayedBy(h.members["new"]) {
			if err != nil {
				return nil, err
			}
			list = append(list, m)
		}
		return list, nil
	}) {
		names = append(names, m.ID)
	}
	if want := []string{h.members["mother"], h.members["neighbour"]}; !slices.Equal(names, want) {
		t.Errorf("she passes messages on to %v, want %v", names, want)
	}
	if m := h.member("new"); m.Relay != "" {
		t.Errorf("messages for her go to %s", m.Relay)
	}
	r := view(h, func(tx *store.Tx) (*store.Registration, error) {
		return tx.Registration(h.classes["sewing"], h.members["mother"])
	})
	if r.By != h.members["new"] {
		t.Errorf("her mother was registered by %s, want her", r.By)
	}
}

// Two entries for one woman on the phone that she shares with another.
func TestMergeOnOnePhone(t *testing.T) {
	h := newHall(t)
	h.meet("new", "1")
	for _, name := range []string{"old", "sister"} {
		h.update(func(tx *store.Tx) error {
			c, err := tx.Contact(tx.ContactID("test:1", "1"))
			if err != nil {
				return err
			}
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			h.members[name] = m.ID
			return tx.Join(c, m)
		})
	}
	h.merge("new", "old")
	c := view(h, func(tx *store.Tx) (*store.Contact, error) { return tx.Contact(tx.ContactID("test:1", "1")) })
	if want := []string{h.members["new"], h.members["sister"]}; !slices.Equal(c.Members, want) || c.Speaker != h.members["sister"] {
		t.Errorf("the phone is used by %v, now by %s; want %v and the sister", c.Members, c.Speaker, want)
	}
	if m := h.member("new"); len(m.Contacts) != 1 {
		t.Errorf("she has the contacts %v", m.Contacts)
	}
}

func TestMergeRequest(t *testing.T) {
	h := newHall(t)
	for i, name := range []string{"new", "old", "staff", "other"} {
		h.meet(name, fmt.Sprint(i))
	}
	ask := func(keep, gone string) (id string) {
		h.update(func(tx *store.Tx) error {
			r, err := tx.AskMerge(h.members[keep], h.members[gone], h.members["staff"])
			if err != nil {
				return err
			}
			id = r.ID
			return tx.Plan(r.Lapse())
		})
		return id
	}
	agree := func(id, name string) (both bool, err error) {
		err = h.store.Update(t.Context(), func(tx *store.Tx) (err error) {
			_, both, err = tx.AgreeMerge(id, h.members[name])
			return err
		})
		return both, err
	}
	want := func(id, name string, both bool, wanted error) {
		t.Helper()
		if got, err := agree(id, name); got != both || !errors.Is(err, wanted) {
			t.Errorf("AgreeMerge by %s = %v, %v, want %v, %v", name, got, err, both, wanted)
		}
	}

	first := ask("new", "old")
	want(first, "other", false, store.ErrNotFound)
	want(first, "old", false, nil)
	want(first, "old", false, nil) // saying yes twice is one yes
	want(first, "new", true, nil)

	// A request anew ends what waited for either of the two.
	second := ask("old", "other")
	h.wantLapses(second)
	want(first, "new", false, store.ErrNotFound)
	want(second, "other", false, nil)

	// Seven days, and not a moment more.
	h.now = h.now.AddDate(0, 0, store.MergeDays).Add(-time.Millisecond)
	want(second, "other", false, nil)
	h.now = h.now.Add(time.Millisecond)
	want(second, "old", false, store.ErrNotFound)

	// Whoever of the three deletes her data ends it.
	for _, name := range []string{"old", "other", "staff"} {
		third := ask("old", "other")
		h.update(func(tx *store.Tx) error {
			m, err := tx.Member(h.members[name])
			if err != nil {
				return err
			}
			return tx.DeleteMember(m, nil)
		})
		want(third, "other", false, store.ErrNotFound)
		h.wantLapses()
		h.meet(name, name+" again")
	}

	// So does a merge with somebody else.
	fourth := ask("new", "old")
	h.wantLapses(fourth)
	h.merge("other", "old")
	want(fourth, "new", false, store.ErrNotFound)
	h.wantLapses()

	// And so do the answers.
	fifth := ask("new", "other")
	h.update(func(tx *store.Tx) error {
		r, err := tx.MergeRequest(fifth)
		if err != nil {
			return err
		}
		return tx.EndMerge(r)
	})
	want(fifth, "new", false, store.ErrNotFound)
	h.wantLapses()
}

// wantLapses fails unless what is planned to be heard is the lapses of the
// requests.
func (h *hall) wantLapses(requests ...string) {
	h.Helper()
	planned := view(h, func(tx *store.Tx) (ids []string, err error) {
		for d, err := range tx.AllDue() {
			if err != nil {
				return nil, err
			}
			if d.Job == store.HearJob {
				ids = append(ids, strings.TrimPrefix(d.ID, "merge/"))
			}
		}
		return ids, nil
	})
	if !slices.Equal(planned, requests) {
		h.Errorf("the lapses of %v are planned, want %v", planned, requests)
	}
}

// Two answers in the same instant: exactly one of them is the second.
func TestMergeAnswersAtOnce(t *testing.T) {
	h := newHall(t)
	h.meet("new", "1")
	h.meet("old", "2")
	var id string
	h.update(func(tx *store.Tx) error {
		r, err := tx.AskMerge(h.members["new"], h.members["old"], "")
		id = r.ID
		return err
	})
	second := make(chan bool, 2)
	var wg sync.WaitGroup
	for _, name := range []string{"new", "old"} {
		wg.Go(func() {
			both := false
			err := h.store.Update(t.Context(), func(tx *store.Tx) (err error) {
				_, both, err = tx.AgreeMerge(id, h.members[name])
				return err
			})
			if err != nil {
				t.Error(err)
			}
			second <- both
		})
	}
	wg.Wait()
	if a, b := <-second, <-second; a == b {
		t.Errorf("both answers found that the other was there: %v, %v", a, b)
	}
}
