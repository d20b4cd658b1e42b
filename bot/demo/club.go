package demo

import (
	"errors"
	"time"

	"chihai/store"
)

// nicknames of the pupils of the sample's club. Nobody is meant.
var nicknames = []string{
	"Na", "Tí", "Bo", "Mén", "Út", "Bông", "Sóc", "Gạo", "Nhím", "Cua", "Cốm", "Mít", "Bé Ba", "Tôm", "Su", "Khoai", "Mận", "Tèo", "Xoài", "Dừa", "Lúa", "Kiến", "Sen", "Bắp",
}

// addClub adds a club of pupils that facilitator keeps together and that has met
// on Saturdays for five weeks. No pupil of it writes to the bot.
func addClub(tx *store.Tx, now time.Time, facilitator *store.Member) error {
	if err := tx.Grant(facilitator, &store.Grant{Role: store.Facilitator, Area: facilitator.Area}); err != nil {
		return err
	}
	c := &store.Club{
		Kind: store.Pupils, Name: "Thủ lĩnh của sự thay đổi", School: "THCS số mẫu", Area: facilitator.Area,
		Year: store.SchoolYear(now), Facilitator: facilitator.ID, By: facilitator.ID,
	}
	if err := tx.AddClub(c); err != nil {
		return err
	}
	var ids []string
	for _, nick := range nicknames {
		p := &store.Pupil{Club: c.ID, Nick: nick, By: facilitator.ID}
		if len(ids)%5 != 4 {
			p.Parents = store.Paper{Answer: store.Agreed, Day: now.AddDate(0, 0, -40).UTC(), By: facilitator.ID}
		}
		p.School = store.Paper{Answer: store.Agreed, Day: now.AddDate(0, 0, -45).UTC(), By: facilitator.ID}
		if err := tx.AddPupil(p); err != nil {
			return err
		}
		ids = append(ids, p.ID)
	}
	r := store.NewRule(time.Saturday, 14*60, 1, 0, "Phòng họp trường")
	r.From, r.Until = now.AddDate(0, 0, -35).UTC(), now.AddDate(0, 0, 140).UTC()
	if err := tx.SetRule(c, r, now.Location()); err != nil {
		return err
	}
	all, err := tx.Meetings(c.ID)
	if err != nil {
		return err
	}
	for i, m := range all {
		if !m.Start.Before(now) {
			break
		}
		var present, absent []string
		for n, id := range ids {
			if (n+3*i)%11 == 0 {
				absent = append(absent, id)
			} else {
				present = append(present, id)
			}
		}
		if err := tx.CallRoll(m, present, absent, facilitator.ID); err != nil {
			return err
		}
	}
	return nil
}

// HandClub gives the sample's club to m, who plays the facilitator, as long as
// nobody else does: whoever keeps it writes from nowhere.
func HandClub(tx *store.Tx, m *store.Member) error {
	var free []*store.Club
	for c, err := range tx.Clubs() {
		if err != nil {
			return err
		}
		f, err := tx.Member(c.Facilitator)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return err
		case len(f.Contacts) == 0 && c.Open():
			free = append(free, c)
		}
	}
	for _, c := range free {
		if err := tx.HandClub(c, m.ID); err != nil {
			return err
		}
	}
	return nil
}
