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

	"pgregory.net/rapid"
)

// shelve puts a document of the member by on the shelf.
func shelve(tx *store.Tx, by string) (*store.Document, error) {
	f := &store.File{Name: "so-tay.pdf", Type: "application/pdf", Member: by, Expires: tx.Now.AddDate(0, 0, 1)}
	if err := tx.PutFile(f, []byte("%PDF-1.7")); err != nil {
		return nil, err
	}
	d := &store.Document{Title: "Sổ tay", Theme: "Bình đẳng giới", Kind: store.Leaflet, Languages: []string{"vi"}, For: store.ForMembers, Area: "92", File: f.ID, By: by}
	return d, tx.AddDocument(d)
}

// fillShelf leaves all that a document leaves that by has put on the shelf and
// sent to the member, who has read it.
func fillShelf(tx *store.Tx, by, member string) error {
	d, err := shelve(tx, by)
	if err != nil {
		return err
	}
	b := &store.Broadcast{
		By: by, Text: store.Text{"vi": "Mời đọc"}, Document: d.ID, Title: d.Title,
		Audience: store.Audience{Op: store.InArea}, Scope: store.Scope{Areas: []string{"92"}},
	}
	if err := tx.AddBroadcast(b); err != nil {
		return err
	}
	if b, err = tx.SendBroadcast(b.ID, false); err != nil {
		return err
	}
	if err := errors.Join(tx.Freeze(b, []string{member}, ""), tx.CountFetch(d.ID, member)); err != nil {
		return err
	}
	_, err = tx.NoteRead(member, b.ID)
	return err
}

// A new file takes the place of the old one, which is deleted some days later;
// what is taken off the shelf keeps none. The file outlives the role, and the
// membership, of whoever has put it there.
func TestDocumentFiles(t *testing.T) {
	p := newParish(t, 1)
	var d *store.Document
	p.update(func(tx *store.Tx) (err error) { d, err = shelve(tx, p.officer); return err })
	p.update(func(tx *store.Tx) error { _, err := tx.Revoke(p.officer, ""); return err })
	there := func(id string) (is bool) {
		p.update(func(tx *store.Tx) error {
			_, err := tx.ForgetFiles(100)
			if err != nil {
				return err
			}
			_, _, err = tx.File(id)
			is = err == nil
			return nil
		})
		return is
	}
	p.now = p.now.AddDate(3, 0, 0)
	first := d.File
	if !there(first) {
		t.Fatal("the file of a document on the shelf is gone after three years")
	}
	p.update(func(tx *store.Tx) error {
		f := &store.File{Name: "moi.pdf", Member: p.women[0], Expires: tx.Now.AddDate(0, 0, 1)}
		if err := tx.PutFile(f, []byte("%PDF-1.7 new")); err != nil {
			return err
		}
		now, err := tx.ChangeDocument(d.ID, d.Revision, func(d *store.Document) { d.File = f.ID })
		if err != nil {
			return err
		}
		if now.Version != 2 || now.Title != d.Title || now.Size != 12 {
			t.Errorf("replaced: version %d, title %q, %d bytes", now.Version, now.Title, now.Size)
		}
		if _, err := tx.ChangeDocument(d.ID, d.Revision, func(*store.Document) {}); !errors.Is(err, store.ErrChanged) {
			t.Errorf("changed twice from one revision: %v", err)
		}
		d = now
		return nil
	})
	p.sound()
	if !there(first) {
		t.Error("the old file, which may be under way, is gone at once")
	}
	p.update(func(tx *store.Tx) error {
		m, err := tx.Member(p.women[0])
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	p.now = p.now.AddDate(0, 0, 8)
	if there(first) || !there(d.File) {
		t.Error("after a week there should be the new file and not the old one")
	}
	p.update(func(tx *store.Tx) error { _, err := tx.TakeOff(d.ID); return err })
	p.update(func(tx *store.Tx) error {
		if _, err := tx.TakeOff(d.ID); !errors.Is(err, store.ErrOff) {
			t.Errorf("taken off twice: %v", err)
		}
		s, err := tx.Shelf()
		if len(s.Areas) > 0 {
			t.Errorf("an empty shelf says %v", s.Areas)
		}
		return err
	})
	p.sound()
	p.now = p.now.AddDate(0, 0, 8)
	if there(d.File) {
		t.Error("the file of a document off the shelf is there after a week")
	}
}

// Those are facilitators of an area who hold the role there or below, wherever
// they live; and staff reach them there.
func TestLeadsAudience(t *testing.T) {
	p := newParish(t, 5)
	for i, area := range []string{"31", "32", "92"} {
		p.update(func(tx *store.Tx) error {
			m, err := tx.Member(p.women[i])
			if err != nil {
				return err
			}
			m.Area = ""
			return errors.Join(
				tx.Grant(m, &store.Grant{Role: store.Facilitator, Area: area}),
				tx.Grant(m, &store.Grant{Role: store.Facilitator, Area: area}),
			)
		})
	}
	for area, want := range map[string][]string{"31": p.women[:1], "32": p.women[1:2], "92": p.women[:3], "": p.women[:3]} {
		p.update(func(tx *store.Tx) error {
			a := store.Audience{Op: store.And, Of: []store.Audience{{Op: store.Leads, ID: area}, store.Scope{Areas: []string{"92"}}.Audience()}}
			var got []string
			for id, err := range tx.AudienceFrom(a, "") {
				if err != nil {
					return err
				}
				got = append(got, id)
			}
			if !slices.Equal(got, want) {
				t.Errorf("facilitators of %q: %v, want %v", area, got, want)
			}
			for _, id := range p.women {
				if in, err := tx.Meant(a, id); err != nil || in != slices.Contains(want, id) {
					t.Errorf("%s is meant in %q: %v, %v", id, area, in, err)
				}
			}
			return nil
		})
	}
}

// Units with few recipients are told together, so that nobody is found by taking
// away.
func TestHide(t *testing.T) {
	of := func(sent ...int) *store.ReadReport {
		r := &store.ReadReport{}
		for i, n := range sent {
			c := store.ReadCount{Sent: n, Read: n - 1, NotYet: 1}
			r.Areas = append(r.Areas, store.AreaRead{Area: fmt.Sprint(i), ReadCount: c})
			r.Total.Sent, r.Total.Read, r.Total.NotYet = r.Total.Sent+n, r.Total.Read+n-1, r.Total.NotYet+1
		}
		return r
	}
	for _, tt := range []struct {
		sent    []int
		shown   int
		few     int
		unknown bool
	}{
		{[]int{20, 10, 5}, 3, 0, false},
		{[]int{20, 10, 4}, 1, 14, false},
		{[]int{20, 10, 4, 3}, 2, 7, false},
		{[]int{20, 1}, 0, 21, false},
		{[]int{3, 1}, 0, 0, true},
		{nil, 0, 0, false},
	} {
		r := of(tt.sent...)
		r.Hide()
		if len(r.Areas) != tt.shown || r.Few.Sent != tt.few || r.Hidden != tt.unknown {
			t.Errorf("Hide of %v: %d units, few %+v, hidden %v", tt.sent, len(r.Areas), r.Few, r.Hidden)
		}
		if r.Hidden && r.Total.Read+r.Total.NotYet > 0 {
			t.Errorf("Hide of %v tells %+v", tt.sent, r.Total)
		}
	}
}

// Whatever recipients, networks and staff do in whatever order: each recipient
// counts once, however often she taps; the report is what counting by hand comes
// to; and those who are reminded are those who have not read it.
func TestReadings(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := newParish(t, 9)
		var s *store.Sent
		p.update(func(tx *store.Tx) error {
			for i, id := range p.women {
				m, err := tx.Member(id)
				if err != nil {
					return err
				}
				m.Area = []string{"31", "31", "32"}[i%3]
				if err := tx.PutMember(m); err != nil {
					return err
				}
			}
			return nil
		})
		var d *store.Document
		p.update(func(tx *store.Tx) (err error) { d, err = shelve(tx, p.officer); return err })
		a := store.Audience{Op: store.InArea, ID: "92"}
		first := p.draft(a)
		p.update(func(tx *store.Tx) error {
			_, err := tx.ChangeDraft(first.ID, first.Revision, func(b *store.Broadcast) { b.Document, b.Title = d.ID, d.Title })
			return err
		})
		freeze := func(id string) {
			p.update(func(tx *store.Tx) error {
				b, err := tx.Broadcast(id)
				if err != nil || b.State != store.Freezing {
					return err
				}
				ids, next, err := p.next(tx, b)
				return errors.Join(err, tx.Freeze(b, ids, next))
			})
		}
		p.update(func(tx *store.Tx) error { _, err := tx.SendBroadcast(first.ID, false); return err })
		freeze(first.ID)
		live, brings := []string{first.ID}, map[string]bool{first.ID: true}

		there := slices.Clone(p.women)
		opened, read, reached := map[string]bool{}, map[string]bool{}, map[string]bool{}
		home := map[string]string{}
		for i, id := range p.women {
			home[id] = []string{"31", "31", "32"}[i%3]
		}
		some := func() string {
			if len(there) == 0 {
				rt.Skip("nobody is left")
			}
			return rapid.SampledFrom(there).Draw(rt, "woman")
		}
		state := func(id string) store.ReadState {
			switch {
			case read[id]:
				return store.ReadYes
			case opened[id]:
				return store.ReadOpened
			case reached[id]:
				return store.ReadNot
			}
			return store.ReadNever
		}
		rt.Repeat(map[string]func(*rapid.T){
			"deliver": func(*rapid.T) {
				id := rapid.SampledFrom(live).Draw(rt, "broadcast")
				outcome := rapid.SampledFrom([]store.Outcome{store.Delivered, store.Delivered, store.Failed, store.Unknown}).Draw(rt, "outcome")
				for _, m := range p.post(&store.Broadcast{ID: id}, 1) {
					p.settle(m, outcome, fmt.Sprint(p.now.UnixNano()))
					if outcome == store.Delivered && brings[id] { // a reminder brings nothing
						reached[m.Member] = true
					}
				}
			},
			"open": func(*rapid.T) {
				id := some()
				p.update(func(tx *store.Tx) error {
					first, err := tx.NoteOpened(id, first.ID)
					if first == opened[id] {
						rt.Fatalf("opened first: %v", first)
					}
					return err
				})
				opened[id] = true
			},
			"read": func(*rapid.T) {
				id := some()
				p.update(func(tx *store.Tx) error {
					first, err := tx.NoteRead(id, first.ID)
					if first == read[id] {
						rt.Fatalf("read first: %v", first)
					}
					return err
				})
				read[id] = true
			},
			"remind": func(*rapid.T) {
				var b *store.Broadcast
				n := 0
				p.update(func(tx *store.Tx) (err error) {
					s, err := tx.Sent(first.ID)
					if err != nil {
						return err
					}
					n = len(s.Reminders)
					b, err = tx.RemindReaders(s, p.officer, store.Scope{Areas: []string{"92"}}, store.Text{"vi": "Nhắc"}, store.AudienceCount{}, false)
					if n == store.MaxReadReminders && errors.Is(err, store.ErrReminded) {
						return nil
					}
					return err
				})
				if n == store.MaxReadReminders {
					return
				}
				freeze(b.ID)
				live = append(live, b.ID)
				for _, id := range there {
					p.update(func(tx *store.Tx) error {
						bin, err := tx.BinOf(b.ID, id)
						left := state(id) == store.ReadNot || state(id) == store.ReadOpened
						if want := left && home[id] != ""; (bin != 0) != want {
							rt.Fatalf("%s is %s; reminded: %v", id, state(id), bin != 0)
						}
						return err
					})
				}
			},
			"send again": func(*rapid.T) {
				var next *store.Broadcast
				p.update(func(tx *store.Tx) error {
					b, err := tx.Broadcast(first.ID)
					if err != nil || b.Ended.IsZero() {
						next = nil
						return err
					}
					if next, err = tx.Again(b); err != nil {
						return err
					}
					next, err = tx.SendBroadcast(next.ID, false)
					return err
				})
				if next != nil {
					freeze(next.ID)
					live, brings[next.ID] = append(live, next.ID), true
				}
			},
			"move": func(*rapid.T) {
				id, area := some(), rapid.SampledFrom([]string{"31", "32", ""}).Draw(rt, "area")
				p.change(id, func(m *store.Member) { m.Area = area })
				home[id] = area
			},
			"delete": func(*rapid.T) {
				id := some()
				there = slices.DeleteFunc(there, func(o string) bool { return o == id })
				p.update(func(tx *store.Tx) error {
					m, err := tx.Member(id)
					if err != nil {
						return err
					}
					return tx.DeleteMember(m, nil)
				})
				opened[id], read[id], home[id] = false, false, "" // that it came to her stays a number
			},
			"": func(*rapid.T) {
				p.now = p.now.Add(time.Minute)
				p.update(func(tx *store.Tx) (err error) {
					if s, err = tx.Sent(first.ID); err != nil {
						return err
					}
					got, err := tx.CountReaders(s, "", func(string) bool { return true })
					if err != nil {
						return err
					}
					want := map[string]store.ReadCount{}
					var total store.ReadCount
					for _, id := range p.women {
						byHand(&total, state(id))
						n := want[home[id]]
						byHand(&n, state(id))
						want[home[id]] = n
					}
					if got.Total != total {
						rt.Fatalf("counted %+v, want %+v", got.Total, total)
					}
					for _, a := range got.Areas {
						if a.ReadCount != want[a.Area] {
							rt.Fatalf("in %q counted %+v, want %+v", a.Area, a.ReadCount, want[a.Area])
						}
						delete(want, a.Area)
					}
					if len(want) > 0 {
						rt.Fatalf("not counted: %v", want)
					}
					return nil
				})
				p.sound()
			},
		})
	})
}

func byHand(n *store.ReadCount, s store.ReadState) {
	n.Sent++
	*map[store.ReadState]*int{store.ReadYes: &n.Read, store.ReadOpened: &n.Opened, store.ReadNot: &n.NotYet, store.ReadNever: &n.Unreached}[s]++
}

// Two who become one have read what either has read.
func TestMergeReadings(t *testing.T) {
	p := newParish(t, 2)
	p.update(func(tx *store.Tx) error { return fillShelf(tx, p.officer, p.women[1]) })
	p.update(func(tx *store.Tx) error {
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
	if err := p.View(context.Background(), func(tx *store.Tx) error {
		for s, err := range tx.SentDocuments() {
			if err != nil {
				return err
			}
			r, err := tx.Reading(p.women[0], s.Broadcast)
			if err != nil || r.Read.IsZero() {
				t.Errorf("what she read as the other one: %+v, %v", r, err)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// Who may not write to these people any more has not reminded them: of the two
// times that there are none is gone, and no draft is left behind.
func TestRemindWithoutScope(t *testing.T) {
	p := newParish(t, 1)
	p.update(func(tx *store.Tx) error { return fillShelf(tx, p.officer, p.women[0]) })
	p.update(func(tx *store.Tx) error { _, err := tx.Revoke(p.officer, ""); return err })
	p.update(func(tx *store.Tx) error {
		for s, err := range tx.SentDocuments() {
			if err != nil {
				return err
			}
			b, err := tx.RemindReaders(s, p.officer, store.Scope{Areas: []string{"92"}}, store.Text{"vi": "Nhắc"}, store.AudienceCount{}, false)
			if !errors.Is(err, store.ErrNoScope) {
				t.Errorf("RemindReaders = %v, %v, want %v", b, err, store.ErrNoScope)
			}
		}
		return nil // as a flow does, which has said so
	})
	p.update(func(tx *store.Tx) error {
		for s, err := range tx.SentDocuments() {
			if err != nil {
				return err
			}
			if len(s.Reminders) > 0 {
				t.Errorf("reminded by %v, who may not", s.Reminders)
			}
		}
		return nil
	})
	p.sound()
}

// Whoever changes what stands on the shelf writes for whom there is something,
// also where that stays as it is: two who do so at once must meet in a document.
func TestShelfIsOneDocument(t *testing.T) {
	noted := &notedBackend{Backend: memory.New()}
	s, err := store.Open(t.Context(), noted, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		noted.keys = nil
		if err := s.Update(t.Context(), func(tx *store.Tx) error { _, err := shelve(tx, "somebody"); return err }); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(noted.keys, "meta/shelf") {
			t.Errorf("a document was put there by writing %v", noted.keys)
		}
	}
}

// A notedBackend notes what is put.
type notedBackend struct {
	store.Backend
	keys []string
}

type notedKV struct {
	store.KV
	of *notedBackend
}

func (b *notedBackend) Update(ctx context.Context, fn func(store.KV) error) error {
	return b.Backend.Update(ctx, func(kv store.KV) error { return fn(notedKV{kv, b}) })
}

func (kv notedKV) Put(bucket, key string, value []byte) error {
	kv.of.keys = append(kv.of.keys, bucket+"/"+key)
	return kv.KV.Put(bucket, key, value)
}
