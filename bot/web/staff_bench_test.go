package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"chihai/store"
)

// BenchmarkStaffPages asks for the pages that show most: a list of trainings out
// of a thousand, a training with a thousand participants and its workbook, and
// the number of members in a hundred communes.
func BenchmarkStaffPages(b *testing.B) {
	o := newOffice(b, nil)
	for i := range mostPeople {
		if i%10 == 0 {
			tr := newTraining()
			tr.Area = "31528"
			o.addTraining(tr)
		}
		if i == 0 {
			o.update(func(tx *store.Tx) error {
				_, err := tx.ChangeTraining(o.here.ID, 0, func(tr *store.Training) { tr.Seats = mostPeople })
				return err
			})
		}
		o.participant(o.here, fmt.Sprintf("Nguyễn Thị %d", i))
	}
	o.update(func(tx *store.Tx) error {
		var c store.Counting
		if _, err := tx.CountMembers(&c, 1<<20); err != nil {
			return err
		}
		return tx.PutTallies(&c)
	})
	mai := o.signIn(o.mai)
	for name, path := range map[string]string{
		"trainings": "/staff/?page=5", "training": "/staff/trainings/" + o.here.Code, "workbook": "/staff/trainings/" + o.here.Code + "/list.xlsx", "members": "/staff/members",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				o.wait(time.Second) // the limit on requests
				if status, _, _ := mai.does("GET", path); status != http.StatusOK {
					b.Fatalf("%s: %d", path, status)
				}
			}
		})
	}
}
