package simulation

import (
	"context"
	"fmt"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// Telegram's ids of women and officers.
const (
	firstWoman   = 5001
	firstOfficer = 4001
)

// cast are the women of a seed: what they are called and what they do beside
// taking seats. Those of web write in a browser where there is a web chat.
var cast = []struct {
	name string
	nature
	web bool
}{
	{name: "An"},
	{name: "Bé", nature: nature{blocks: true}},
	{name: "Cúc", nature: nature{leaves: true}, web: true},
	{name: "Đào", nature: nature{relays: true}},
	{name: "Em", nature: nature{shares: true}},
	{name: "Phượng", web: true},
}

// units of the sample: the commune in which everybody lives, and what is above
// it.
var units = []*store.Area{
	{Code: "92", Name: "Thành phố Cần Thơ", Kind: "thanh_pho"},
	{Code: "31528", Name: "Xã Kế Sách", Kind: "xa", Parent: "92"},
	{Code: "31510", Name: "Phường Phú Lợi", Kind: "phuong", Parent: "92"},
}

// prepare makes the database and the people.
func (w *World) prepare(ctx context.Context) error {
	db, err := bolt.Open(w.Path, bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	defer db.Close()
	s, err := store.Open(ctx, db, store.Options{Zone: home})
	if err != nil {
		return err
	}
	for i, c := range cast {
		var phone phone = &chat{w.tg, int64(firstWoman + i)}
		if w.Web && c.web {
			phone = w.newBrowser(c.name)
		}
		w.newPerson(c.name, phone, c.nature, women)
	}
	w.newPerson("Lan", &chat{w.tg, firstOfficer}, nature{}, officers).hurries = true // one who makes work for ten
	var made []*store.Training
	err = s.Update(ctx, func(tx *store.Tx) error {
		if err := tx.ImportAreas(units); err != nil {
			return err
		}
		for i := range 12 {
			start := tx.Now.Add(time.Duration(20+w.random.IntN(30*24)) * time.Hour).Truncate(time.Hour)
			t := &store.Training{
				Kind: store.Class, Name: store.Text{"vi": fmt.Sprintf("Lớp số %02d", i)}, Place: "Nhà văn hóa", Area: "92",
				Start: start, End: start.Add(2 * time.Hour), Seats: 1 + w.random.IntN(4), Children: i%2 == 0, Listed: true,
			}
			if err := tx.AddTraining(t); err != nil {
				return err
			}
			made = append(made, t)
		}
		_, m, _, err := tx.Meet(Channel, itoa(firstOfficer))
		if err != nil {
			return err
		}
		return tx.Grant(m, &store.Grant{Role: store.Staff, Area: "92"})
	})
	for _, t := range made {
		w.trainings[t.ID] = &history{Training: *t}
	}
	return err
}
