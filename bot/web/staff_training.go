package web

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"

	"chihai/bot/export"
	"chihai/locales"
	"chihai/store"
)

const (
	peoplePage = 50    // people on a page
	mostPeople = 1_000 // more are in the workbook only: sorting them by name for each page would hold others up
)

// trainingDetail is what the page of one training shows.
type trainingDetail struct {
	trainingLine
	Neutral  string // its other name, when there are two
	Until    string
	Code     string
	Free     int
	Waiting  int // for a seat, those who are asked now too
	Children int
	Came     int
	Door     bool   // people can be checked in now
	Room     bool   // the code of the room counts now
	Roll     bool   // who came is shown
	Show     string // "missing": only those who have not come; empty: all
	Gone     int
	Many     bool // too many people to show here
	People   []personLine
	Pages    turning
	Public   string         // path of the public page
	Opinion  *store.Opinion // of those who came; nil before the end
	Stars    []countLine    // how content they are; none while there are too few answers
	Uses     []countLine    // whether they will use it
}

// Least is how many answers there must be before any is shown.
func (trainingDetail) Least() int { return store.MinFeedback }

// A countLine is how many gave an answer.
type countLine struct {
	Label string
	Count int
}

type personLine struct {
	Number   int
	Member   string // ID
	Name     string
	Area     string
	Phone    string // as people read it out
	Dial     string // E.164
	Children int
	By       string
	Code     string
	Here     bool
	Came     string // when, by what and by whom; or that she was absent
	WalkIn   bool
}

// training shows one training and who takes part.
func (v *visit) training() error {
	t, err := v.ownTraining(seePeople)
	if err != nil {
		return err
	}
	d := trainingDetail{
		trainingLine: v.trainingLine(t), Code: t.Code, Free: t.Free(), Waiting: t.Waiting + t.Kept, Children: t.Brought, Pages: v.turned(), Public: "/e/" + t.Code,
		Until: v.moment(t.End), Came: t.Came, Door: t.DoorOpen(v.Store.Now()), Room: t.RoomOpen(v.Store.Now()),
	}
	d.Roll = d.Door || d.Came > 0
	if v.r.URL.Query().Get("show") == "missing" && d.Roll {
		d.Show = "missing"
	}
	if d.Room {
		refresh(v.w, rollRefresh)
	}
	if t.Name.In("vi") != d.Name {
		d.Neutral = t.Name.In("vi")
	}
	if d.Many = t.Taken > mostPeople; !d.Many {
		if err := v.people(t, &d); err != nil {
			return err
		}
	}
	if t.Over(v.Store.Now()) {
		if err := v.opinion(t, &d); err != nil {
			return err
		}
	}
	v.page(http.StatusOK, "staff_training.html", "desk.training", d)
	return nil
}

// opinion puts what those who came think of the training into d, and keeps that
// it was seen.
func (v *visit) opinion(t *store.Training, d *trainingDetail) error {
	err := v.Store.View(v.r.Context(), func(tx *store.Tx) (err error) {
		d.Opinion, err = tx.Opinion(t.ID)
		return err
	})
	if err != nil || d.Opinion.Answers < store.MinFeedback {
		return err
	}
	labels := []string{"feedback.star1", "feedback.star2", "feedback.star3", "feedback.star4", "feedback.star5"}
	for i := len(labels) - 1; i >= 0; i-- {
		d.Stars = append(d.Stars, countLine{v.T(labels[i]), d.Opinion.Stars[i]})
	}
	d.Uses = []countLine{
		{v.T("feedback.use_yes"), d.Opinion.Use[store.UseYes]},
		{v.T("feedback.use_not_yet"), d.Opinion.Use[store.UseNot]},
		{v.T("feedback.use_no"), d.Opinion.Use[store.UseNo]},
	}
	return v.log("see feedback", t.ID)
}

// people puts a page of those who take part into d, and keeps that they were
// seen.
func (v *visit) people(t *store.Training, d *trainingDetail) error {
	var list *export.List
	err := v.Store.View(v.r.Context(), func(tx *store.Tx) (err error) {
		list, err = export.Read(tx, t.ID)
		return err
	})
	if err != nil {
		return err
	}
	d.Gone = list.Gone
	if len(list.People) == 0 {
		return nil
	}
	people := list.People
	if d.Show != "" {
		people = slices.DeleteFunc(slices.Clone(people), func(p export.Person) bool { return !p.Came.IsZero() })
	}
	from := min((d.Pages.Page-1)*peoplePage, len(people))
	to := min(from+peoplePage, len(people))
	d.Pages.More = to < len(people)
	for i, p := range people[from:to] {
		d.People = append(d.People, personLine{
			Number: from + i + 1, Member: p.ID, Here: !p.Came.IsZero(), Came: v.came(t, p), WalkIn: p.WalkIn, Name: v.guestName(p), Area: p.Area, Phone: locales.Phone(p.Phone), Dial: p.Phone, Children: p.Children, By: p.By, Code: p.Code,
		})
	}
	return v.look(t)
}

// guestName is how somebody stands on the page: a guest with her title and who
// comes in her stead.
func (v *visit) guestName(p export.Person) string {
	name := p.Name
	if p.Title != "" {
		name += ", " + p.Title
	}
	if p.Substitute != "" {
		name = v.T("invite.comer", "substitute", p.Substitute, "name", name)
	}
	return name
}

// ownTraining returns the training with the code in the path if she may do a
// for it, and [store.ErrNotFound] otherwise: whether it exists is not told.
func (v *visit) ownTraining(a action) (*store.Training, error) {
	t, err := v.trainingByCode(v.r.Context(), v.r.PathValue("code"))
	if err != nil {
		return nil, err
	}
	if !v.may(a, t.Area) {
		return nil, store.ErrNotFound
	}
	return t, nil
}

// workbook hands out the list of those who take part, as bot/export writes it.
func (v *visit) workbook() error {
	return v.handOut(export.Workbook, func(l *export.List, w io.Writer) (string, error) {
		return l.Name(), export.Registrations(w, l, v.Speak(locales.Source, ""), v.Zone)
	})
}

// listToSign hands out the list with a column to sign in.
func (v *visit) listToSign() error {
	if v.Fonts == nil {
		return store.ErrNotFound
	}
	fonts, err := v.Fonts()
	if err != nil {
		return err
	}
	return v.handOut(export.PDF, func(l *export.List, w io.Writer) (string, error) {
		if len(l.People) > mostPeople {
			return "", store.ErrNotFound // the page offers the workbook only
		}
		toSign := l.ToSign(v.Zone)
		return toSign.Name(), toSign.PDF(w, v.Speak(locales.Source, ""), fonts)
	})
}

// handOut hands out a file of the media type kind, which write makes of the list
// of the training. write returns what the file is called.
func (v *visit) handOut(kind string, write func(l *export.List, w io.Writer) (name string, err error)) error {
	t, err := v.ownTraining(takePeople)
	if err != nil {
		return err
	}
	if !v.fresh("/staff/trainings/" + t.Code) {
		return nil
	}
	name, book, err := v.book(t, write)
	if err != nil {
		return err
	}
	if _, err := unhurried(v.w); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(book)))
	v.w.Write(book)
	return nil
}

// book makes the file of the training's list and keeps that she took it. Few are
// made at a time: a long list takes much of the machine.
func (v *visit) book(t *store.Training, write func(*export.List, io.Writer) (string, error)) (name string, book []byte, err error) {
	select {
	case v.books <- struct{}{}:
		defer func() { <-v.books }()
	case <-v.r.Context().Done():
		return "", nil, v.r.Context().Err()
	}
	list, err := export.Take(v.r.Context(), v.Store, t.ID, v.member.ID)
	if err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	name, err = write(list, &b)
	return name, b.Bytes(), err
}
