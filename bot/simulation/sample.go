package simulation

import (
	"context"
	"fmt"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// women and officers of a seed.
const (
	howManyWomen = 6
	firstWoman   = 5001
	firstOfficer = 4001
)

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
	s, err := store.Open(ctx, db, store.Options{})
	if err != nil {
		return err
	}
	for i, name := range []string{"An", "Bé", "Cúc", "Đào", "Em", "Phượng"}[:howManyWomen] {
		w.newPerson(name, int64(firstWoman+i), women)
	}
	w.newPerson("Lan", firstOfficer, officers).hurries = true // one who makes work for ten
	return s.Update(ctx, func(tx *store.Tx) error {
		if err := tx.ImportAreas(units); err != nil {
			return err
		}
		for i := range 12 {
			start := tx.Now.Add(time.Duration(20+w.random.IntN(30*24)) * time.Hour).Truncate(time.Hour)
			if err := tx.AddTraining(&store.Training{
				Kind: store.Class, Name: store.Text{"vi": fmt.Sprintf("Lớp số %02d", i)}, Place: "Nhà văn hóa", Area: "92",
				Start: start, End: start.Add(2 * time.Hour), Seats: 1 + w.random.IntN(4), Children: i%2 == 0, Listed: true,
			}); err != nil {
				return err
			}
		}
		_, m, _, err := tx.Meet(Channel, itoa(firstOfficer))
		if err != nil {
			return err
		}
		return tx.Grant(m, &store.Grant{Role: store.Staff, Area: "92"})
	})
}
