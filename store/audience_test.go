package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"chihai/store"
)

// A stream of an audience is what asking each member one by one comes to, from
// wherever it is read; and nobody is in it twice.
func TestAudience(t *testing.T) {
	p := newParish(t, 40)
	class := &store.Training{Name: store.Text{"vi": "Lớp"}, Area: "92", Start: p.now.AddDate(0, 1, 0), Seats: 40}
	p.update(func(tx *store.Tx) error {
		if err := tx.AddTraining(class); err != nil {
			return err
		}
		for i, id := range p.women {
			if i%3 == 0 {
				if _, err := tx.Register(&store.Registration{Training: class.ID, Member: id}); err != nil {
					return err
				}
			}
			if i%9 == 0 {
				if _, err := tx.GiveUp(class.ID, id, ""); err != nil {
					return err
				}
			}
		}
		return nil
	})
	states := []string{"in", "asked", "left", "in"}
	change(t, p.db, func(kv store.KV) error { // the clubs themselves are another noun's
		for i, id := range p.women {
			if i%2 == 0 {
				if err := kv.Put("club_member", "c/"+id, fmt.Appendf(nil, `{"state":%q}`, states[i/2%4])); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for i, id := range p.women {
		p.change(id, func(m *store.Member) { m.Area = []string{"31", "32", ""}[i%3] })
	}
	b := p.frozen(everywhere)
	for i, m := range p.post(b, 20) {
		p.settle(m, []store.Outcome{store.Delivered, store.Unknown, store.Blocked, store.Failed}[i%4], fmt.Sprint(i))
	}

	random := rand.New(rand.NewPCG(3, 3))
	for range 300 {
		a := randomAudience(random, class.ID, b.ID, 3)
		if err := a.Check(); err != nil {
			t.Fatalf("%+v: %v", a, err)
		}
		everybody := append([]string{p.officer}, p.women...)
		from := ""
		if random.IntN(2) == 0 {
			from = everybody[random.IntN(len(everybody))]
		}
		var got, want []string
		p.update(func(tx *store.Tx) error {
			got, want = nil, nil
			for id, err := range tx.AudienceFrom(a, from) {
				if err != nil {
					return err
				}
				got = append(got, id)
			}
			for _, id := range everybody {
				if in, err := tx.Meant(a, id); err != nil {
					return err
				} else if in && id >= from {
					want = append(want, id)
				}
			}
			return nil
		})
		if !slices.Equal(got, want) {
			t.Fatalf("%+v from %q: %d people, want %d\n%v\n%v", a, from, len(got), len(want), got, want)
		}
	}
}

func randomAudience(random *rand.Rand, training, broadcast string, depth int) store.Audience {
	leaves := []store.Audience{
		{Op: store.InClub, ID: "c"}, {Op: store.InClub, ID: "none"}, {Op: store.InTraining, ID: training},
		{Op: store.InArea, ID: "31"}, {Op: store.InArea, ID: "92"}, {Op: store.InArea}, {Op: store.LeftOver, ID: broadcast},
	}
	op := random.IntN(6)
	if depth == 0 || op > 3 {
		return leaves[random.IntN(len(leaves))]
	}
	a := store.Audience{Op: []store.AudienceOp{store.And, store.Or, store.Not, store.Or}[op]}
	for i := 0; i == 0 || a.Op != store.Not && i < 1+random.IntN(3); i++ {
		a.Of = append(a.Of, randomAudience(random, training, broadcast, depth-1))
	}
	return a
}

// What a broadcast would come to: who passes it on counts once, who wants none
// is not among them.
func TestCountAudience(t *testing.T) {
	p := newParish(t, 10)
	p.change(p.women[1], func(m *store.Member) { m.OptedOut = p.now })
	p.change(p.women[2], func(m *store.Member) { m.Name = "" })
	p.update(func(tx *store.Tx) error {
		for i := range 7 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name, m.Area = fmt.Sprint("Bà ", i), "31"
			if i == 0 {
				m.OptedOut = p.now // who is asked about first does not count
			}
			relay := []string{p.women[3], p.women[3], p.women[3], p.women[4], "", "", p.women[4]}[i]
			if err := tx.SetRelay(m, relay); err != nil {
				return err
			}
		}
		c, err := tx.Contact(tx.ContactID("test:1", "w5")) // her daughter uses her phone too
		if err != nil {
			return err
		}
		daughter, err := tx.NewMember()
		if err != nil {
			return err
		}
		daughter.Name, daughter.Area = "Hoa", "31"
		return tx.Join(c, daughter)
	})
	var got store.AudienceCount
	p.update(func(tx *store.Tx) (err error) {
		got, err = tx.CountAudience(everywhere)
		return err
	})
	want := store.AudienceCount{People: 16, OptedOut: 2, NoPhone: 6, Relays: 2, Unreachable: 2, Nameless: 1, Shared: 2}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if n := got.Messages(true); n != 12 {
		t.Errorf("%d messages when each relay gets one, want 12", n)
	}
	if n := got.Messages(false); n != 14 {
		t.Errorf("%d messages, want 14", n)
	}
}

// An audience that nobody could read is refused.
func TestAudienceTooLong(t *testing.T) {
	deep := everywhere
	for range 9 {
		deep = store.Audience{Op: store.Not, Of: []store.Audience{deep}}
	}
	wide := store.Audience{Op: store.Or, Of: slices.Repeat([]store.Audience{everywhere}, store.MaxAudience)}
	for _, a := range []store.Audience{deep, wide, {Op: store.Not, Of: []store.Audience{everywhere, everywhere}}, {Op: store.InClub}} {
		if err := a.Check(); !errors.Is(err, store.ErrAudience) {
			t.Errorf("%v: %v, want %v", a.Op, err, store.ErrAudience)
		}
	}
}
