package store_test

import (
	"errors"
	"testing"
	"time"

	"chihai/store"
)

// club makes a club of pupils that Lan keeps together.
func (h *hall) club() *store.Club {
	h.Helper()
	h.meet("Lan", "lan")
	c := &store.Club{Kind: store.Pupils, Name: "Thủ lĩnh", School: "THCS", Facilitator: h.members["Lan"]}
	h.update(func(tx *store.Tx) error { return tx.AddClub(c) })
	return c
}

// join has somebody ask to join and be admitted as the line with that id.
func (h *hall) join(c *store.Club, name, line string) (p *store.Pupil) {
	h.Helper()
	h.update(func(tx *store.Tx) (err error) {
		if err := tx.AskToJoin(c, h.members[name], name); err != nil {
			return err
		}
		p, err = tx.Admit(c, h.members[name], line, c.Facilitator)
		return err
	})
	return p
}

func TestClubCodes(t *testing.T) {
	for typed, want := range map[string]string{
		"BCFGHJ": "BCFGHJ", " bcf-ghj ": "BCFGHJ", "bcf ghj.": "BCFGHJ", "ḃcfghj": "BCFGHJ",
		"BCFGH": "", "BCFGHJK": "", "BCFGHA": "", "BCFGHD": "", "BCFGH1": "", "": "", "xin chào": "", "kkkkkk": "", "Hoa": "",
	} {
		got, ok := store.ReadClubCode(typed)
		if ok != (want != "") || ok && got != want {
			t.Errorf("ReadClubCode(%q) = %q, %v, want %q", typed, got, ok, want)
		}
	}
	h := newHall(t)
	c := h.club()
	if code, ok := store.ReadClubCode(c.Code); !ok || code != c.Code {
		t.Errorf("the code %q cannot be read", c.Code)
	}
	find := func() error {
		return h.store.View(t.Context(), func(tx *store.Tx) error { _, err := tx.ClubByCode(c.Code); return err })
	}
	if err := find(); err != nil {
		t.Errorf("the club is not found: %v", err)
	}
	c.Closed = h.now
	h.update(func(tx *store.Tx) error { return tx.PutClub(c) })
	if err := find(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a closed club: %v, want %v", err, store.ErrNotFound)
	}
}

// Who guesses has five tries in an hour, however often and from whichever talk.
func TestClubTries(t *testing.T) {
	h := newHall(t)
	try := func() (wait time.Duration) {
		h.update(func(tx *store.Tx) (err error) {
			_, wait, err = tx.Try(store.TryClub, "phone")
			return err
		})
		return wait
	}
	for round := range 3 {
		for n := range 5 {
			if wait := try(); wait != 0 {
				t.Fatalf("round %d, try %d: wait %v", round, n+1, wait)
			}
			h.now = h.now.Add(time.Minute)
		}
		if wait := try(); wait != 59*time.Minute {
			t.Fatalf("round %d, try 6: wait %v, want 59m", round, wait)
		}
		h.now = h.now.Add(61 * time.Minute)
	}
}

func TestJoining(t *testing.T) {
	h := newHall(t)
	c := h.club()
	h.meet("Na", "na")
	ask := func() (err error) {
		h.store.Update(t.Context(), func(tx *store.Tx) error { err = tx.AskToJoin(c, h.members["Na"], "Na"); return err })
		return err
	}
	admit := func(line string) (p *store.Pupil, err error) {
		h.store.Update(t.Context(), func(tx *store.Tx) error {
			p, err = tx.Admit(c, h.members["Na"], line, c.Facilitator)
			return err
		})
		return p, err
	}
	if _, err := admit(""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("admitted without having asked: %v", err)
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if err := ask(); !errors.Is(err, store.ErrAsked) {
		t.Errorf("asks twice: %v, want %v", err, store.ErrAsked)
	}
	silent := &store.Pupil{Club: c.ID, Nick: "Bé Na"}
	h.update(func(tx *store.Tx) error { return tx.AddPupil(silent) })
	p, err := admit(silent.ID)
	if err != nil || p.ID != silent.ID || p.Nick != "Bé Na" {
		t.Errorf("admitted as %+v, %v, want her line on the roll", p, err)
	}
	if err := ask(); !errors.Is(err, store.ErrIn) {
		t.Errorf("asks again: %v, want %v", err, store.ErrIn)
	}
	h.update(func(tx *store.Tx) error { return tx.LeaveClub(c.ID, h.members["Na"], "") })
	if err := ask(); err != nil {
		t.Errorf("asks again after leaving: %v", err)
	}
	if p, err := admit(""); err != nil || p.ID != silent.ID || !p.Left.IsZero() {
		t.Errorf("comes back as %+v, %v, want on her old line", p, err)
	}
	if _, err := store.Check(t.Context(), h.store.Backend(), h.now, func(bucket, key, what string) { t.Errorf("%s %s %s", bucket, key, what) }); err != nil {
		t.Error(err)
	}
}

func TestClubIsFull(t *testing.T) {
	h := newHall(t)
	c := h.club()
	h.meet("Na", "na")
	h.update(func(tx *store.Tx) error {
		for range store.MaxClub {
			p := &store.Pupil{ID: tx.NewID(), Club: c.ID, Nick: "x"}
			if err := tx.PutPupil(p); err != nil {
				return err
			}
		}
		if err := tx.AskToJoin(c, h.members["Na"], "Na"); !errors.Is(err, store.ErrFull) {
			t.Errorf("AskToJoin = %v, want %v", err, store.ErrFull)
		}
		if err := tx.AddPupil(&store.Pupil{Club: c.ID, Nick: "x"}); !errors.Is(err, store.ErrFull) {
			t.Errorf("AddPupil = %v, want %v", err, store.ErrFull)
		}
		return nil
	})
}

// She who was in the same club with her old phone and her new one stands on the
// roll once, and has been at all meetings at which either was.
func TestMergeClubs(t *testing.T) {
	for name, who := range map[string][]string{"both": {"new", "old"}, "only the old one": {"old"}, "only the new one": {"new"}} {
		t.Run(name, func(t *testing.T) {
			h := newHall(t)
			c := h.club()
			h.meet("new", "1")
			h.meet("old", "2")
			lines := map[string]string{}
			for _, n := range who {
				lines[n] = h.join(c, n, "").ID
			}
			m := &store.Meeting{Club: c.ID, Start: h.now}
			h.update(func(tx *store.Tx) error {
				if err := tx.AddMeeting(m); err != nil {
					return err
				}
				return tx.CallRoll(m, []string{lines[who[len(who)-1]]}, nil, c.Facilitator)
			})
			h.merge("new", "old") // checks the store, too
			roll := view(h, func(tx *store.Tx) (roll []*store.Pupil, err error) {
				for p, err := range tx.Pupils(c.ID) {
					if err != nil {
						return nil, err
					}
					roll = append(roll, p)
				}
				return roll, nil
			})
			if len(roll) != 1 || roll[0].Member != h.members["new"] {
				t.Fatalf("the roll is %+v", roll)
			}
			m = view(h, func(tx *store.Tx) (*store.Meeting, error) { return tx.Meeting(c.ID, m.ID) })
			if !m.Present(roll[0].ID) {
				t.Error("she was not at the meeting any more")
			}
			s := view(h, func(tx *store.Tx) (*store.Membership, error) { return tx.Membership(c.ID, h.members["new"]) })
			if s.State != store.In || s.Pupil != roll[0].ID {
				t.Errorf("she belongs as %+v", s)
			}
		})
	}
}

// A facilitator who is merged keeps her clubs, one who is deleted leaves them.
func TestClubsWithoutFacilitator(t *testing.T) {
	h := newHall(t)
	c := h.club()
	h.meet("new", "1")
	h.merge("new", "Lan")
	c = view(h, func(tx *store.Tx) (*store.Club, error) { return tx.Club(c.ID) })
	if c.Facilitator != h.members["new"] || len(c.Handed) != 1 {
		t.Errorf("the club is kept by %q, handed %v", c.Facilitator, c.Handed)
	}
	h.update(func(tx *store.Tx) error {
		m, err := tx.Member(h.members["new"])
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	c = view(h, func(tx *store.Tx) (*store.Club, error) { return tx.Club(c.ID) })
	if c.Facilitator != "" || !c.Open() {
		t.Errorf("the club is kept by %q, closed %v", c.Facilitator, c.Closed)
	}
}

func TestSchoolYear(t *testing.T) {
	for day, want := range map[string]string{"2026-05-31": "2025–2026", "2026-06-01": "2026–2027", "2026-12-31": "2026–2027", "2027-01-01": "2026–2027"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := store.SchoolYear(at); got != want {
			t.Errorf("SchoolYear(%s) = %s, want %s", day, got, want)
		}
	}
}
