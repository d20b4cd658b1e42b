package flows

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

// TestTellEverybody changes the time of a training with 500 people: the turn of
// the officer stays as small as ever, everybody is told once, and a schedule
// that begins anew after a crash tells nobody twice.
func TestTellEverybody(t *testing.T) {
	const people = 500
	s := newStage(t)
	s.change("A", func(t *store.Training) { t.Seats = people })
	s.crowd("A", people)
	s.direct(strings.Fields("@grant Lan staff 92"))
	for _, line := range []string{
		"/start", "Tiếng Việt", "Dành cho cán bộ", "Các lớp của địa bàn", "12/12 · Kỹ năng truyền thông",
		"Sửa lớp", "Giờ bắt đầu", "9h", "Lưu và nhắn mọi người",
	} {
		s.now = s.now.Add(10 * time.Second)
		s.handle("Lan", s.input("Lan", line))
	}
	told := func() (n int) {
		for who, messages := range s.shown {
			if who == "Lan" {
				continue
			}
			if n += len(messages); len(messages) > 1 {
				t.Errorf("%s was told %d times", who, len(messages))
			}
		}
		return n
	}
	if n := told(); n != 0 {
		t.Errorf("%d were told in the turn of the officer, want 0", n)
	}
	last := s.shown["Lan"][len(s.shown["Lan"])-1].Text
	if want := fmt.Sprintf("đang nhắn cho %d người", people); !strings.Contains(last, want) {
		t.Errorf("the officer hears %q, want %q in it", last, want)
	}
	var row *store.Due
	s.must(s.store.View(t.Context(), func(tx *store.Tx) error {
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			if d.Job == store.TellJob {
				row = d
			}
		}
		return nil
	}))
	s.wait(time.Minute)
	if n := told(); n != people {
		t.Errorf("%d were told, want %d", n, people)
	}
	s.fire(row)
	if n := told(); n != people {
		t.Errorf("%d were told after the schedule began anew, want %d", n, people)
	}
}

// TestNewsInHerLanguage tells each in her language, and nobody who needs not
// know.
func TestNewsInHerLanguage(t *testing.T) {
	s := newStage(t)
	s.crowd("A", 4)
	id := s.training("A")
	var was, now *store.Training
	s.update(func(tx *store.Tx) error {
		var people []*store.Registration
		for r, err := range tx.Registrations(id) {
			if err != nil {
				return err
			}
			people = append(people, r)
		}
		m, err := tx.Member(people[0].Member)
		if err != nil {
			return err
		}
		m.Language = "km"
		if err := tx.PutMember(m); err != nil {
			return err
		}
		if _, err := tx.GiveUp(id, people[1].Member, ""); err != nil { // not hers any more
			return err
		}
		if was, err = tx.Training(id); err != nil {
			return err
		}
		now, err = tx.ChangeTraining(id, was.Revision, func(t *store.Training) { t.Place = "A - Trường THCS" })
		if err != nil {
			return err
		}
		turn := &Turn{Tx: tx, engine: s.engine}
		_, err = turn.tellHolders(now, changeNews(was))
		return err
	})
	s.now = s.now.Add(time.Second)
	s.update(func(tx *store.Tx) error { // the fifth registers when the place is known already
		_, m, _, err := tx.Meet("test:1", "Hoa")
		if err == nil {
			_, err = tx.Register(&store.Registration{Training: id, Member: m.ID})
		}
		return err
	})
	s.wait(time.Minute)
	var texts []string
	for _, messages := range s.shown {
		for _, m := range messages {
			texts = append(texts, m.Text)
			if strings.Contains(m.Text, was.Official) {
				t.Errorf("the official name went to a phone: %q", m.Text)
			}
			if !m.Until.Equal(now.Start) || !m.Repeat {
				t.Errorf("sent until %v, repeat %v; want until %v, repeated", m.Until, m.Repeat, now.Start)
			}
		}
	}
	if len(texts) != 3 {
		t.Fatalf("%d were told, want 3:\n%s", len(texts), strings.Join(texts, "\n\n"))
	}
	if all := strings.Join(texts, "\n"); strings.Count(all, was.Name["km"]) != 1 || strings.Count(all, was.Name["vi"]) != 2 {
		t.Errorf("want one in Khmer and two in Vietnamese:\n%s", all)
	}
}

// TestNewsOfOneNight changes a training twice in a night: she is told once, in
// the morning, of what it is like now and of what it was like as she knows it.
func TestNewsOfOneNight(t *testing.T) {
	s := newStage(t)
	s.crowd("A", 1)
	id := s.training("A")
	change := func(edit func(*store.Training)) {
		s.now = s.now.Add(time.Hour)
		s.update(func(tx *store.Tx) error {
			was, err := tx.Training(id)
			if err != nil {
				return err
			}
			now, err := tx.ChangeTraining(id, was.Revision, edit)
			if err != nil {
				return err
			}
			n := changeNews(was)
			if !now.Cancelled.IsZero() {
				n = news{Cancelled: true}
			}
			_, err = (&Turn{Tx: tx, engine: s.engine}).tellHolders(now, n)
			return err
		})
	}
	later := func(t *store.Training) { t.Start, t.End = t.Start.Add(time.Hour), t.End.Add(time.Hour) }
	elsewhere := func(t *store.Training) { t.Place = "Trường B" }
	for night, tt := range []struct {
		changes   []func(*store.Training)
		want, not string // with "|" between them; empty: she is told nothing
	}{
		{[]func(*store.Training){later, elsewhere}, "8 giờ 30|9 giờ 30|Trường B", ""},
		{[]func(*store.Training){func(t *store.Training) { t.Place = "Trường C" }, elsewhere}, "", ""},
		{[]func(*store.Training){later, func(t *store.Training) { t.Cancelled = s.now }}, "9 giờ 30", "10 giờ 30"},
	} {
		s.now = time.Date(2026, 11, 23+night, 21, 30, 0, 0, zone)
		s.shown = map[string][]store.Message{}
		for _, edit := range tt.changes {
			change(edit)
		}
		told := func() (all []string) {
			for _, messages := range s.shown {
				for _, m := range messages {
					all = append(all, m.Text)
				}
			}
			return all
		}
		s.wait(time.Date(2026, 11, 24+night, 6, 59, 0, 0, zone).Sub(s.now))
		if all := told(); len(all) > 0 {
			t.Errorf("night %d: told at night: %q", night, all)
		}
		s.wait(time.Hour)
		all := told()
		if want := min(1, len(tt.want)); len(all) != want {
			t.Errorf("night %d: told %d times: %q", night, len(all), all)
			continue
		}
		for _, words := range strings.Split(tt.want, "|") {
			if len(all) > 0 && !strings.Contains(all[0], words) {
				t.Errorf("night %d: %q is not in %q", night, words, all[0])
			}
		}
		if tt.not != "" && strings.Contains(all[0], tt.not) {
			t.Errorf("night %d: %q is in %q", night, tt.not, all[0])
		}
	}
}
