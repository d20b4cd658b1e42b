package web

import (
	"iter"
	"strconv"
	"time"

	"chihai/store"
)

const (
	trainingsPage = 20  // trainings on a page
	lastPage      = 200 // pages that can be turned to: nobody turns further, but a script might
)

// trainingsList is what the page with the trainings of her areas shows.
type trainingsList struct {
	Past      bool
	Trainings []trainingLine
	Pages     turning
}

type trainingLine struct {
	Path      string
	Name      string // the official one: this is no phone that lies on a table
	When      string
	Place     string
	Area      string
	Taken     int
	Seats     int
	Cancelled bool
	Hidden    bool // by invitation only
}

// trainings shows the trainings of her areas: those of today and later, nearest
// first, or those that are past, latest first.
func (v *visit) trainings() error {
	list := trainingsList{Past: v.r.URL.Query().Get("past") != "", Pages: v.turned()}
	err := v.Store.View(v.r.Context(), func(tx *store.Tx) error {
		skip := (list.Pages.Page - 1) * trainingsPage
		for t, err := range v.pastOrAhead(tx, list.Past) {
			if err != nil {
				return err
			}
			if skip--; skip >= 0 {
				continue
			}
			if len(list.Trainings) == trainingsPage {
				list.Pages.More = list.Pages.Page < lastPage
				break
			}
			list.Trainings = append(list.Trainings, v.trainingLine(t))
		}
		return nil
	})
	if err != nil {
		return err
	}
	v.page(200, "staff_trainings.html", "desk.trainings", list)
	return nil
}

// pastOrAhead yields the trainings of her areas before today, the latest first,
// or those of today and later.
func (v *visit) pastOrAhead(tx *store.Tx, past bool) iter.Seq2[*store.Training, error] {
	now := tx.Now.In(v.Zone)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, v.Zone)
	if past {
		return tx.TrainingsBack(today, v.within(seeTrainings))
	}
	return tx.Trainings(today, time.Time{}, v.within(seeTrainings))
}

func (v *visit) trainingLine(t *store.Training) trainingLine {
	return trainingLine{
		Path: "/staff/trainings/" + t.Code, Name: t.OfficialName(), When: v.moment(t.Start), Place: t.Place, Area: v.areaName(t.Area),
		Taken: t.Taken, Seats: t.Seats, Cancelled: !t.Cancelled.IsZero(), Hidden: !t.Listed,
	}
}

// areaName is the name of a unit, or its code when nobody knows it.
func (v *visit) areaName(code string) string {
	if a := v.areas.Area(code); a != nil {
		return a.Name
	}
	return code
}

// A turning is at which page of a list she is.
type turning struct {
	Page int // from 1 on
	More bool
}

// Before and After are the numbers of the pages beside it.
func (p turning) Before() int { return p.Page - 1 }
func (p turning) After() int  { return p.Page + 1 }

// turned is the page that the address asks for.
func (v *visit) turned() turning {
	n, err := strconv.Atoi(v.r.URL.Query().Get("page"))
	if err != nil {
		n = 1
	}
	return turning{Page: min(max(n, 1), lastPage)}
}
