package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// A parish is a store with women who are written to, and staff who write.
type parish struct {
	t  *testing.T
	db store.Backend
	*store.Store
	now     time.Time
	officer string
	women   []string
}

// newParish returns one with n women of the commune 31 and an officer of the
// province 92, who is not among them.
func newParish(t *testing.T, n int) *parish {
	p := &parish{t: t, db: memory.Open(memory.Options{Rerun: 3}), now: time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC)}
	var err error
	if p.Store, err = store.Open(t.Context(), p.db, store.Options{Now: func() time.Time { return p.now }}); err != nil {
		t.Fatal(err)
	}
	p.update(func(tx *store.Tx) error {
		if err := tx.ImportAreas([]*store.Area{
			{Code: "92", Name: "Thành phố Cần Thơ", Kind: "thanh_pho"},
			{Code: "31", Name: "Xã Kế Sách", Kind: "xa", Parent: "92"},
			{Code: "32", Name: "Xã Mỹ Xuyên", Kind: "xa", Parent: "92"},
		}); err != nil {
			return err
		}
		_, m, _, err := tx.Meet("test:1", "officer")
		if err != nil {
			return err
		}
		p.officer = m.ID
		return tx.Grant(m, &store.Grant{Role: store.Staff, Area: "92"})
	})
	for part := range slices.Chunk(make([]int, n), 500) {
		var women []string
		p.update(func(tx *store.Tx) error {
			women = slices.Clone(p.women)
			for range part {
				_, m, _, err := tx.Meet("test:1", fmt.Sprint("w", len(women)))
				if err != nil {
					return err
				}
				m.Name, m.Area = fmt.Sprintf("Nguyễn Thị %d", len(women)), "31"
				if err := tx.PutMember(m); err != nil {
					return err
				}
				women = append(women, m.ID)
			}
			return nil
		})
		p.women = women
	}
	return p
}

func (p *parish) update(fn func(*store.Tx) error) {
	p.t.Helper()
	if err := p.Update(context.Background(), fn); err != nil {
		p.t.Fatal(err)
	}
}

// change changes what is known of a member.
func (p *parish) change(id string, fn func(*store.Member)) {
	p.t.Helper()
	p.update(func(tx *store.Tx) error {
		m, err := tx.Member(id)
		if err != nil {
			return err
		}
		fn(m)
		return tx.PutMember(m)
	})
}

// draft makes a draft of the officer to the audience.
func (p *parish) draft(a store.Audience) *store.Broadcast {
	p.t.Helper()
	var b *store.Broadcast
	p.update(func(tx *store.Tx) error {
		b = &store.Broadcast{
			By: p.officer, Text: store.Text{"vi": "Mời họp"}, Audience: a, Lane: store.ProvinceLane, Scope: store.Scope{Areas: []string{"92"}},
		}
		return tx.AddBroadcast(b)
	})
	return b
}

// frozen makes a broadcast to the audience that runs.
func (p *parish) frozen(a store.Audience) *store.Broadcast {
	p.t.Helper()
	b := p.draft(a)
	p.update(func(tx *store.Tx) (err error) {
		b, err = tx.SendBroadcast(b.ID, false)
		return err
	})
	for b.State == store.Freezing {
		p.update(func(tx *store.Tx) error {
			now, err := tx.Broadcast(b.ID)
			if err != nil {
				return err
			}
			ids, next, err := p.next(tx, now)
			if err != nil {
				return err
			}
			b = now
			return tx.Freeze(now, ids, next)
		})
	}
	return b
}

func (p *parish) next(tx *store.Tx, b *store.Broadcast) (ids []string, next string, err error) {
	for id, err := range tx.AudienceFrom(b.Recipients(), b.Next) {
		if err != nil {
			return nil, "", err
		}
		if len(ids) == store.PartSize {
			return ids, id, nil
		}
		ids = append(ids, id)
	}
	return ids, "", nil
}

// counts are the bins of b now, and its state.
func (p *parish) counts(b *store.Broadcast) (bins store.Bins, state store.BroadcastState) {
	p.t.Helper()
	p.update(func(tx *store.Tx) error {
		now, err := tx.Broadcast(b.ID)
		if err != nil {
			return err
		}
		bins, err = tx.BroadcastCounts(now)
		state = now.State
		if bins.Sum() != now.Total {
			p.t.Errorf("bins %+v, want a sum of %d", bins, now.Total)
		}
		return err
	})
	return bins, state
}

// post posts for the first n who wait, as bot/broadcast does, and returns the
// messages.
func (p *parish) post(b *store.Broadcast, n int) (posted []*store.Message) {
	p.t.Helper()
	p.update(func(tx *store.Tx) error {
		posted = nil
		now, err := tx.Broadcast(b.ID)
		if err != nil {
			return err
		}
		roll := tx.Roll(now)
		for r, err := range roll.Waiting() {
			if err != nil {
				return err
			}
			if len(posted) == n {
				break
			}
			m := &store.Message{Member: r.Member, Channel: "test:1", Address: "x", Text: "x", Report: r.Report()}
			if err := errors.Join(tx.Post(m), roll.Put(r, store.BinPosted)); err != nil {
				return err
			}
			posted = append(posted, m)
		}
		return roll.Keep()
	})
	return posted
}

// settle settles a message as bot/outbox does.
func (p *parish) settle(m *store.Message, outcome store.Outcome, why string) {
	p.t.Helper()
	p.update(func(tx *store.Tx) error {
		return errors.Join(tx.Settle(m.ID), tx.SettleRecipients(m, outcome, why))
	})
}

// sound looks whether all in the store fits together.
func (p *parish) sound() {
	p.t.Helper()
	if _, err := store.Check(p.t.Context(), p.db, p.now, func(bucket, key, what string) { p.t.Errorf("%s %s: %s", bucket, key, what) }); err != nil {
		p.t.Fatal(err)
	}
}

var everywhere = store.Audience{Op: store.InArea, ID: "92"}

// Each outcome has its bin, late ones wait again, and the broadcast ends with
// its last recipient.
func TestBins(t *testing.T) {
	p := newParish(t, 6)
	b := p.frozen(everywhere)
	outcomes := []store.Outcome{store.Delivered, store.Blocked, store.Failed, store.Unknown, store.Late}
	for i, m := range p.post(b, 5) {
		p.settle(m, outcomes[i], "why")
	}
	want := store.Bins{Waiting: 2, Delivered: 1, Blocked: 1, Failed: 1, Unknown: 1}
	if bins, state := p.counts(b); bins != want || state != store.Running {
		t.Errorf("%+v, %s; want %+v, running", bins, state, want)
	}
	p.sound()
	for _, m := range p.post(b, 5) {
		p.settle(m, store.Delivered, "")
	}
	want = store.Bins{Delivered: 3, Blocked: 1, Failed: 1, Unknown: 1}
	if bins, state := p.counts(b); bins != want || state != store.Ended {
		t.Errorf("at the end: %+v, %s; want %+v, ended", bins, state, want)
	}
	p.sound()

	var again []string
	p.update(func(tx *store.Tx) error {
		ended, err := tx.Broadcast(b.ID)
		if err != nil {
			return err
		}
		next, err := tx.Again(ended)
		if err != nil {
			return err
		}
		again, _, err = p.next(tx, next)
		return err
	})
	if want := p.women[2:4]; !slices.Equal(again, want) {
		t.Errorf("sent again to %v, want those who failed or are unknown, %v", again, want)
	}
}

// Recipients in many parts are put down once each, also when a portion was
// found before another one was kept.
func TestFreeze(t *testing.T) {
	p := newParish(t, 2*store.PartSize+100)
	b := p.draft(everywhere)
	p.update(func(tx *store.Tx) (err error) {
		b, err = tx.SendBroadcast(b.ID, false)
		return err
	})
	var stale *store.Broadcast
	var members []string
	var next string
	p.update(func(tx *store.Tx) (err error) {
		if stale, err = tx.Broadcast(b.ID); err != nil {
			return err
		}
		members, next, err = p.next(tx, stale)
		return err
	})
	p.update(func(tx *store.Tx) error { now := *stale; return tx.Freeze(&now, members, next) })
	err := p.Update(t.Context(), func(tx *store.Tx) error { now := *stale; return tx.Freeze(&now, members, next) })
	if !errors.Is(err, store.ErrBroadcastState) {
		t.Errorf("the same portion once more: %v, want %v", err, store.ErrBroadcastState)
	}
	for b.State != store.Running {
		p.update(func(tx *store.Tx) (err error) {
			if b, err = tx.Broadcast(b.ID); err != nil {
				return err
			}
			members, next, err = p.next(tx, b)
			return errors.Join(err, tx.Freeze(b, members, next))
		})
	}
	if b.Total != len(p.women) {
		t.Errorf("%d recipients, want %d", b.Total, len(p.women))
	}
	p.update(func(tx *store.Tx) error {
		for _, id := range []string{p.women[0], p.women[store.PartSize-1], p.women[store.PartSize], p.women[len(p.women)-1]} {
			if bin, err := tx.BinOf(b.ID, id); err != nil || bin != store.BinWaiting {
				t.Errorf("a recipient is in bin %q, %v", bin, err)
			}
		}
		if bin, err := tx.BinOf(b.ID, p.officer); err != nil || bin != 0 {
			t.Errorf("who is no recipient is in bin %q, %v", bin, err)
		}
		return nil
	})
	p.sound()
}

// Right before it goes out a message is taken back when its broadcast rests or
// its recipient is not meant any more.
func TestTakeBack(t *testing.T) {
	p := newParish(t, 4)
	b := p.frozen(everywhere)
	posted := p.post(b, 3)
	back := func(m *store.Message) (back bool) {
		p.update(func(tx *store.Tx) (err error) {
			back, err = tx.TakeBack(m)
			return err
		})
		return back
	}
	if back(posted[0]) {
		t.Error("a message is taken back although nothing has happened")
	}
	p.change(p.women[1], func(m *store.Member) { m.OptedOut = p.now })
	if !back(posted[1]) {
		t.Error("who has opted out is written to")
	}
	p.update(func(tx *store.Tx) error { _, err := tx.PauseBroadcast(b.ID, store.PauseAsked, ""); return err })
	if !back(posted[2]) {
		t.Error("a message of a paused broadcast goes out")
	}
	want := store.Bins{Waiting: 2, Posted: 1, Withdrawn: 1}
	if bins, _ := p.counts(b); bins != want {
		t.Errorf("%+v, want %+v", bins, want)
	}
	p.sound()
	p.update(func(tx *store.Tx) error { _, err := tx.CancelBroadcast(b.ID); return err })
	if !back(posted[0]) {
		t.Error("a message of a cancelled broadcast goes out")
	}
	p.update(func(tx *store.Tx) error {
		now, err := tx.Broadcast(b.ID)
		if err != nil {
			return err
		}
		_, err = tx.Withdraw(now)
		return err
	})
	want = store.Bins{Withdrawn: 4}
	if bins, state := p.counts(b); bins != want || state != store.Cancelled {
		t.Errorf("%+v, %s; want %+v, cancelled", bins, state, want)
	}
	p.sound()
}

// Five refusals in a row for one reason pause a broadcast; others do not.
func TestRefused(t *testing.T) {
	p := newParish(t, 20)
	b := p.frozen(everywhere)
	posted := p.post(b, 20)
	for i, why := range []string{"a", "a", "a", "a", "b", "b", "b", "b"} {
		p.settle(posted[i], store.Failed, why)
	}
	p.settle(posted[8], store.Delivered, "")
	for i := 9; i < 13; i++ {
		p.settle(posted[i], store.Failed, "b")
	}
	p.settle(posted[13], store.Blocked, "")
	if _, state := p.counts(b); state != store.Running {
		t.Fatalf("%s after four in a row", state)
	}
	p.settle(posted[14], store.Failed, "b")
	p.update(func(tx *store.Tx) error {
		now, err := tx.Broadcast(b.ID)
		if err == nil && (now.State != store.Paused || now.Why != store.PauseRefused || now.Said != "b") {
			t.Errorf("after five in a row: %s, %s, %q", now.State, now.Why, now.Said)
		}
		return err
	})
	p.sound()
}

// A woman who is deleted leaves the broadcast, whether her message has begun to
// be sent or not; a sender who lost her role cannot let it go on.
func TestLeaveBroadcast(t *testing.T) {
	p := newParish(t, 3)
	b := p.frozen(everywhere)
	posted := p.post(b, 2)
	p.update(func(tx *store.Tx) error {
		posted[0].Attempt = tx.Now
		return tx.PutMessage(posted[0])
	})
	for _, id := range p.women[:2] {
		p.update(func(tx *store.Tx) error {
			m, err := tx.Member(id)
			if err != nil {
				return err
			}
			return tx.DeleteMember(m, nil)
		})
	}
	want := store.Bins{Waiting: 1, Unknown: 1, Withdrawn: 1}
	if bins, _ := p.counts(b); bins != want {
		t.Errorf("%+v, want %+v", bins, want)
	}
	p.sound()
	p.update(func(tx *store.Tx) error { _, err := tx.Revoke(p.officer, ""); return err })
	p.update(func(tx *store.Tx) error {
		if why, err := tx.MayGoOn(b); err != nil || why != store.PauseRole {
			t.Errorf("goes on without a role: %q, %v", why, err)
		}
		_, err := tx.PauseBroadcast(b.ID, store.PauseRole, "")
		return err
	})
	if err := p.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.ResumeBroadcast(b.ID); return err }); !errors.Is(err, store.ErrNoScope) {
		t.Errorf("resumed without a role: %v, want %v", err, store.ErrNoScope)
	}
}

// What stands in the way of sending, and who has to approve.
func TestSendBroadcast(t *testing.T) {
	p := newParish(t, 1)
	training := func(area string) string {
		c := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp"}, Start: p.now.AddDate(0, 0, 9), Area: area, Seats: 5}
		p.update(func(tx *store.Tx) error { return tx.AddTraining(c) })
		return c.ID
	}
	here, elsewhere := training("31"), training("")
	tests := []struct {
		name   string
		change func(*store.Broadcast)
		want   error
	}{
		{"no text", func(b *store.Broadcast) { b.Text = store.Text{"km": "x"} }, store.ErrNoText},
		{"no audience", func(b *store.Broadcast) { b.Audience = store.Audience{} }, store.ErrAudience},
		{"and of nobody", func(b *store.Broadcast) { b.Audience = store.Audience{Op: store.And} }, store.ErrAudience},
		{"no campaign", func(b *store.Broadcast) { b.Audience = store.Audience{Op: store.NotAnswered} }, store.ErrAudience},
		{"everywhere", func(b *store.Broadcast) { b.Scope.Areas = []string{""} }, store.ErrNoScope},
		{"a training that is not hers", func(b *store.Broadcast) { b.Scope.Trainings = []string{elsewhere} }, store.ErrNoScope},
		{"a training of hers", func(b *store.Broadcast) { b.Scope.Trainings = []string{here} }, nil},
		{"somebody else's club", func(b *store.Broadcast) { b.Scope.Clubs = []string{"c"} }, store.ErrNoScope},
		{"fine, in no lane yet", func(b *store.Broadcast) { b.Lane = store.Reply }, nil},
	}
	for _, tt := range tests {
		b := p.draft(everywhere)
		p.update(func(tx *store.Tx) error { _, err := tx.ChangeDraft(b.ID, 0, tt.change); return err })
		err := p.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.SendBroadcast(b.ID, true); return err })
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if tt.want != nil {
			continue
		}
		err = p.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.ApproveBroadcast(b.ID, p.officer); return err })
		if !errors.Is(err, store.ErrOwnBroadcast) {
			t.Errorf("approved by its sender: %v, want %v", err, store.ErrOwnBroadcast)
		}
		p.update(func(tx *store.Tx) error {
			b, err = tx.ApproveBroadcast(b.ID, p.women[0])
			return err
		})
		if b.State != store.Freezing || b.Lane != store.ProvinceLane {
			t.Errorf("approved: %s in lane %d", b.State, b.Lane)
		}
	}
	p.sound()
}

// A planned broadcast begins in time or, after a long standstill, not by itself.
func TestPlanned(t *testing.T) {
	for _, tt := range []struct {
		late time.Duration
		want store.BroadcastState
	}{{0, store.Freezing}, {2 * time.Hour, store.Freezing}, {4 * time.Hour, store.Paused}} {
		p := newParish(t, 1)
		b := p.draft(everywhere)
		at := p.now.Add(5 * time.Hour)
		p.update(func(tx *store.Tx) (err error) {
			if _, err = tx.ChangeDraft(b.ID, 0, func(b *store.Broadcast) { b.At = at }); err != nil {
				return err
			}
			b, err = tx.SendBroadcast(b.ID, false)
			return err
		})
		if b.State != store.Planned {
			t.Fatalf("%s, want planned", b.State)
		}
		p.now = at.Add(tt.late)
		p.update(func(tx *store.Tx) error {
			for d, err := range tx.ComeDue() {
				if err != nil {
					return err
				}
				if err := tx.StartBroadcast(d, b.ID); err != nil {
					return err
				}
			}
			return nil
		})
		if _, state := p.counts(b); state != tt.want {
			t.Errorf("%v late: %s, want %s", tt.late, state, tt.want)
		}
		p.sound()
	}
}

// A broadcast survives in a database with keys: nothing in it is personal,
// although its audience holds others.
func TestBroadcastWithKeys(t *testing.T) {
	s, err := store.Open(t.Context(), memory.New(), store.Options{Key: make([]byte, store.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	b := &store.Broadcast{By: "x", Text: store.Text{"vi": "Mời họp"}, Audience: store.Audience{Op: store.And, Of: []store.Audience{everywhere, {Op: store.Not, Of: []store.Audience{everywhere}}}}}
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.AddBroadcast(b) }); err != nil {
		t.Fatal(err)
	}
	other, err := store.Open(t.Context(), s.Backend(), store.Options{Key: make([]byte, store.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.View(t.Context(), func(tx *store.Tx) error {
		now, err := tx.Broadcast(b.ID)
		if err == nil && (len(now.Audience.Of) != 2 || now.Audience.Of[1].Of[0].ID != "92") {
			t.Errorf("audience: %+v", now.Audience)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// What a restored database was still to send waits for the operator, and dropped
// it waits for its sender.
func TestHeldBroadcasts(t *testing.T) {
	p := newParish(t, 2)
	running := p.frozen(everywhere)
	planned := func(at time.Duration) *store.Broadcast {
		b := p.draft(everywhere)
		p.update(func(tx *store.Tx) (err error) {
			if _, err = tx.ChangeDraft(b.ID, 0, func(b *store.Broadcast) { b.At = p.now.Add(at) }); err == nil {
				b, err = tx.SendBroadcast(b.ID, false)
			}
			return err
		})
		return b
	}
	missed, ahead := planned(time.Hour), planned(3*time.Hour)
	p.now = p.now.Add(2 * time.Hour)
	p.update(func(tx *store.Tx) error { return tx.HoldBack(time.Time{}) })
	later := p.frozen(everywhere)
	p.update(func(tx *store.Tx) error {
		held, err := tx.HeldBroadcasts()
		if len(held) != 2 {
			t.Errorf("%d are held, want 2", len(held))
		}
		return errors.Join(err, tx.DropBroadcasts(), tx.EndHold())
	})
	for _, tt := range []struct {
		b    *store.Broadcast
		want store.BroadcastState
	}{{running, store.Paused}, {missed, store.Paused}, {ahead, store.Planned}, {later, store.Running}} {
		if _, state := p.counts(tt.b); state != tt.want {
			t.Errorf("%s, want %s", state, tt.want)
		}
	}
	p.sound()
}
