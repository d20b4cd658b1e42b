// Package export makes the files that people are handed: the workbook of those
// who take part in a training, and the papers that are printed and signed, as
// PDF: certificates ([Certificates]), the list to sign ([AttendanceList]),
// invitations ([Invitation]).
//
// A workbook's list is read in one snapshot ([Read]) and written afterwards
// ([Registrations]), because a workbook takes longer than a transaction may.
// Who takes a list is kept in the audit ([Take]).
//
// The workbooks are forms of the Union, in Vietnamese for whoever takes them:
// their words stand here and not in locales/, as on a printed form. The papers
// know nothing of the store: whoever calls fills in what they say.
package export

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"chihai/locales"
	"chihai/store"
)

// A List is who takes part in a training, as it stood in one snapshot.
type List struct {
	Organisation string // of the operator; may be empty
	Head         string // who signs; may be empty
	Paper        Letterhead
	Signer       Signer
	Training     *store.Training
	People       []Person  // in the order of Vietnamese names; of an event by invitation also who has not answered
	Gone         int       // seats of those who have deleted what was kept of them
	Made         time.Time // in UTC
}

// A Person is one line of a [List].
type Person struct {
	ID       string // of the member
	Name     string
	Area     string // name of the commune or ward
	Phone    string // E.164; empty: none
	Children int
	By       string    // name of who registered her; empty: she herself
	Code     string    // on her receipt
	Came     time.Time // when she was checked in, in UTC; zero: she was not
	CameBy   string    // name of who checked her in; empty: she herself, or nobody knows any more
	CameHow  store.How
	WalkIn   bool // she got the seat at the door
	Absent   bool // it is over, and she did not come

	// Of a guest of an event by invitation.
	Title      string     // as what she is invited; may be empty
	Substitute string     // who comes in her stead, with title; empty: nobody does
	RSVP       store.RSVP // what she has answered
}

// Came is how many were checked in.
func (l *List) Came() int {
	n := 0
	for _, p := range l.People {
		if !p.Came.IsZero() {
			n++
		}
	}
	return n
}

// Children is how many children come along.
func (l *List) Children() int {
	n := 0
	for _, p := range l.People {
		n += p.Children
	}
	return n
}

// Name is what the file of the list is called.
func (l *List) Name() string { return "danh-sach-" + l.Training.Code + ".xlsx" }

// Read reads the list of the training, given by its id or its code as people
// type it. It returns [store.ErrNotFound] when there is no such training.
func Read(tx *store.Tx, training string) (*List, error) {
	t, err := find(tx, training)
	if err != nil {
		return nil, err
	}
	settings, err := tx.Settings()
	if err != nil {
		return nil, err
	}
	areas, err := tx.Areas()
	if err != nil {
		return nil, err
	}
	l := &List{Organisation: settings.Organisation, Head: settings.Head, Training: t, Made: tx.Now}
	l.Paper, l.Signer = letterheadOf(settings, tx.Now), signerOf(settings)
	for r, err := range tx.Registrations(t.ID) {
		if err != nil {
			return nil, err
		}
		if !r.Holds() && !r.Invited() {
			continue
		}
		m, err := tx.Member(r.Member)
		if err != nil {
			return nil, err
		}
		p := Person{
			ID: m.ID, Name: m.Name, Phone: m.Phone, Area: m.Area, Children: r.Children, Code: r.Code,
			Came: r.Came, CameHow: r.CameHow, WalkIn: r.WalkIn, Absent: r.Absent(t, tx.Now),
		}
		if a := areas.Area(m.Area); a != nil {
			p.Area = a.Name
		}
		if err := p.guest(tx, t, r); err != nil {
			return nil, err
		}
		if p.By, err = other(tx, r.By, r); err != nil {
			return nil, err
		}
		if p.CameBy, err = other(tx, r.CameBy, r); err != nil {
			return nil, err
		}
		l.People = append(l.People, p)
	}
	l.Gone = max(0, t.Taken+t.Invited-len(l.People))
	order := locales.NameOrder()
	slices.SortStableFunc(l.People, func(a, b Person) int { return order(a.Name, b.Name) })
	return l, nil
}

func find(tx *store.Tx, training string) (*store.Training, error) {
	t, err := tx.Training(training)
	if errors.Is(err, store.ErrNotFound) {
		return tx.TrainingByCode(training)
	}
	return t, err
}

// other is the name of the member id, who did something for whom r is; empty
// when that was she herself.
func other(tx *store.Tx, id string, r *store.Registration) (string, error) {
	if id == "" || id == r.Member {
		return "", nil
	}
	m, err := tx.Member(id)
	if errors.Is(err, store.ErrNotFound) { // she has deleted what was kept of her
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return m.Name, nil
}

// Take reads the list of the training, given as [Read] takes it, and keeps
// that the member by took it; empty: the operator at the machine.
func Take(ctx context.Context, s *store.Store, training, by string) (*List, error) {
	var l *List
	err := s.View(ctx, func(tx *store.Tx) error {
		var err error
		l, err = Read(tx, training)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the list of training %s: %w", training, err)
	}
	err = s.Update(ctx, func(tx *store.Tx) error {
		return tx.Log(by, "export registrations", l.Training.ID)
	})
	return l, err
}
