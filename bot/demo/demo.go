// Package demo fills a database with made-up people and the trainings of a
// real nine-month report, for trying things out and for tests.
//
//	areas.csv       the communes and what they were made of
//	trainings.toml  44 trainings, with days counted from the day of filling
//	people.toml     60 women who are registered for them
//	club.go         one club of pupils, by nicknames
//	shelf.go        one document on the shelf
//	answers.go      one questionnaire, with 200 answers without names
//	questionnaire.go  the questionnaire on raising children under 36 months, a workbook
//	phones.go       the network on which the women of the sample have their phones
//	clock.go        the time of a demo, which can be moved forward
//
// Each file says at its head where it comes from. Nobody in it is real.
package demo

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"chihai/store"

	"github.com/BurntSushi/toml"
)

//go:embed areas.csv
var areasCSV []byte

//go:embed trainings.toml
var trainingsTOML string

//go:embed people.toml
var peopleTOML string

// Top is the code of the unit in which the Union of the sample works.
const Top = "92"

// settings of the sample. The telephone number is nobody's.
var settings = store.Settings{
	Organisation: "Hội Liên hiệp Phụ nữ thành phố Cần Thơ",
	Telephone:    "0292 000 000 (số mẫu)",
	Top:          Top,
}

// A sample is what the files hold.
type sample struct {
	areas     []*store.Area
	people    []person
	trainings []training
}

type person struct {
	Name     string `toml:"name"`
	Area     string `toml:"area"`
	Language string `toml:"language"`
	Phone    string `toml:"phone"`
	Address  string `toml:"address"`
}

type training struct {
	Kind       string `toml:"kind"`
	Days       int    `toml:"days"`  // from the day of filling to the day it takes place
	Start      string `toml:"start"` // local time
	Soon       bool   `toml:"soon"`  // it begins soon after the sample was made: people come through the door
	Hours      int    `toml:"hours"`
	NameVi     string `toml:"name_vi"`
	NameKm     string `toml:"name_km"`
	NameEn     string `toml:"name_en"`
	Official   string `toml:"official"`
	Place      string `toml:"place"`
	Area       string `toml:"area"`
	AudienceVi string `toml:"audience_vi"`
	AudienceKm string `toml:"audience_km"`
	AudienceEn string `toml:"audience_en"`
	Seats      int    `toml:"seats"`
	Listed     bool   `toml:"listed"`
	Children   bool   `toml:"children"`
	Taken      int    `toml:"taken"`
}

// Load fills s, which must be empty, and marks it as a sample (see
// [store.Tx.IsSample]). The trainings lie around now, whose zone is where they
// take place. All or nothing is kept.
//
// A training that has begun takes no registrations. So the sample is written
// by a clock that stands before the first training: as if somebody had planned
// all of them then.
func Load(ctx context.Context, s *store.Store, now time.Time) error {
	all, err := read()
	if err != nil {
		return fmt.Errorf("read the sample: %w", err)
	}
	before := now.AddDate(0, 0, -1)
	for _, t := range all.trainings {
		if start, _ := t.span(now); start.AddDate(0, 0, -30).Before(before) {
			before = start.AddDate(0, 0, -30)
		}
	}
	past := s.At(func() time.Time { return before })
	return past.Update(ctx, func(tx *store.Tx) error { return all.fill(tx, now) })
}

func read() (*sample, error) {
	var s sample
	var err error
	if s.areas, err = store.ReadAreas(bytes.NewReader(areasCSV)); err != nil {
		return nil, fmt.Errorf("areas.csv: %w", err)
	}
	var people struct {
		Person []person `toml:"person"`
	}
	if _, err := toml.Decode(peopleTOML, &people); err != nil {
		return nil, fmt.Errorf("people.toml: %w", err)
	}
	var trainings struct {
		Training []training `toml:"training"`
	}
	if _, err := toml.Decode(trainingsTOML, &trainings); err != nil {
		return nil, fmt.Errorf("trainings.toml: %w", err)
	}
	s.people, s.trainings = people.Person, trainings.Training
	for i, t := range s.trainings {
		if _, err := time.Parse("15:04", t.Start); err != nil {
			return nil, fmt.Errorf("trainings.toml: training %d: %w", i+1, err)
		}
	}
	return &s, nil
}

// span is when the training begins and ends.
func (t *training) span(now time.Time) (start, end time.Time) {
	clock, _ := time.Parse("15:04", t.Start) // read has looked at it
	day := now.AddDate(0, 0, t.Days)
	start = time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, now.Location())
	if t.Soon {
		start = now.Add(30 * time.Minute).Truncate(15 * time.Minute).Add(15 * time.Minute)
	}
	return start.UTC(), start.Add(time.Duration(t.Hours) * time.Hour).UTC()
}

func (s *sample) fill(tx *store.Tx, now time.Time) error {
	if err := tx.MarkSample(); err != nil {
		return err
	}
	set := settings
	if err := tx.PutSettings(&set); err != nil {
		return err
	}
	if err := tx.ImportAreas(s.areas); err != nil {
		return err
	}
	var members []*store.Member
	for i, p := range s.people {
		m, err := p.add(tx)
		if err != nil {
			return err
		}
		if err := phone(tx, m, i); err != nil {
			return err
		}
		members = append(members, m)
	}
	for i := range s.trainings {
		if err := s.trainings[i].add(tx, now, members, i); err != nil {
			return fmt.Errorf("training %d: %w", i+1, err)
		}
	}
	if err := addClub(tx, now, members[0]); err != nil {
		return fmt.Errorf("club: %w", err)
	}
	if err := addDocument(tx, members[0]); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	if err := addQuestionnaire(tx, now, members[0]); err != nil {
		return fmt.Errorf("questionnaire: %w", err)
	}
	return dropLapsed(tx, now)
}

// add makes the person a member without a contact.
func (p *person) add(tx *store.Tx) (*store.Member, error) {
	m, err := tx.NewMember()
	if err != nil {
		return nil, err
	}
	m.Name, m.Area, m.Language, m.Address = p.Name, p.Area, p.Language, p.Address
	m.Phone = "+84" + strings.TrimPrefix(strings.ReplaceAll(p.Phone, " ", ""), "0")
	m.Consent = tx.Now
	return m, tx.PutMember(m)
}

// add adds the training and registers as many members as it says, each
// training beginning with another one. Some bring a child, some were registered
// by the one before them.
func (t *training) add(tx *store.Tx, now time.Time, members []*store.Member, nth int) error {
	start, end := t.span(now)
	kept := &store.Training{
		Kind: store.Kind(t.Kind), Start: start, End: end,
		Name:     store.Text{"vi": t.NameVi, "km": t.NameKm, "en": t.NameEn},
		Audience: store.Text{"vi": t.AudienceVi, "km": t.AudienceKm, "en": t.AudienceEn},
		Official: t.Official, Place: t.Place, Area: t.Area,
		Seats: t.Seats, Listed: t.Listed, Children: t.Children,
	}
	if err := tx.AddTraining(kept); err != nil {
		return err
	}
	for i := range t.Taken {
		r := &store.Registration{Training: kept.ID, Member: members[(7*nth+i)%len(members)].ID}
		if t.Children && i%4 == 1 {
			r.Children = 1
		}
		if i%9 == 5 {
			r.By = members[(7*nth+i-1)%len(members)].ID
		}
		if _, err := tx.Register(r); err != nil {
			return err
		}
	}
	return nil
}

// dropLapsed deletes reminders whose time was over at now: they were planned
// by a clock that stood earlier.
func dropLapsed(tx *store.Tx, now time.Time) error {
	var over []*store.Due
	for d, err := range tx.AllDue() {
		if err != nil {
			return err
		}
		if !now.Before(d.Until) {
			over = append(over, d)
		}
	}
	for _, d := range over {
		if err := tx.Done(d); err != nil {
			return err
		}
	}
	return nil
}
