package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chihai/store"
)

// An answer is hers until no more are taken; then nobody finds out whose it is,
// and it still counts. Of few answers nothing is told.
func TestFeedback(t *testing.T) {
	h := newHall(t)
	class := h.classes["cooking"]
	h.update(func(tx *store.Tx) error {
		c, err := tx.Training(class)
		if err != nil {
			return err
		}
		_, err = tx.ChangeTraining(class, c.Revision, func(c *store.Training) { c.End = c.Start.Add(time.Hour) })
		return err
	})
	say := func(name string, stars int) error {
		return h.store.Update(t.Context(), func(tx *store.Tx) error {
			c, err := tx.Training(class)
			if err != nil {
				return err
			}
			return tx.PutFeedback(c, &store.Feedback{Member: h.members[name], Stars: stars, Sentence: "Của " + name})
		})
	}
	opinion := func() *store.Opinion {
		return view(h, func(tx *store.Tx) (*store.Opinion, error) { return tx.Opinion(class) })
	}
	h.now = h.now.AddDate(0, 0, 2)
	for i := range 6 {
		name := fmt.Sprint("woman ", i)
		h.meet(name, name)
		if err := say(name, 1+i%2); err != nil {
			t.Fatal(err)
		}
		if o := opinion(); o.Answers != i+1 || (o.Stars[0] > 0 || len(o.Sentences) > 0) != (i+1 >= store.MinFeedback) {
			t.Errorf("with %d answers the opinion is %+v", i+1, o)
		}
	}
	if err := say("woman 0", 5); err != nil { // she has thought again
		t.Fatal(err)
	}
	if o := opinion(); o.Answers != 6 || o.Stars != [5]int{2, 3, 0, 0, 1} {
		t.Errorf("the opinion is %+v", o)
	}

	free := func() {
		h.update(func(tx *store.Tx) error {
			from := ""
			for {
				next, err := tx.FreeFeedback(from, 2)
				if err != nil || next == "" {
					return err
				}
				from = next
			}
		})
	}
	owners := func() (members []string) {
		h.update(func(tx *store.Tx) error {
			members = nil
			for f, err := range tx.Feedbacks(class) {
				if err != nil {
					return err
				}
				members = append(members, f.Member)
			}
			return nil
		})
		return members
	}
	free()
	if got := owners(); slices.Contains(got, "") || len(got) != 6 {
		t.Errorf("while answers are taken they are those of %q", got)
	}
	h.now = h.now.AddDate(0, 0, 8)
	free()
	free()
	if got := owners(); !slices.Equal(got, make([]string, 6)) {
		t.Errorf("afterwards they are those of %q", got)
	}
	if o := opinion(); o.Answers != 6 || o.Stars != [5]int{2, 3, 0, 0, 1} || len(o.Sentences) != 6 {
		t.Errorf("afterwards the opinion is %+v", o)
	}
	if err := say("woman 0", 1); !errors.Is(err, store.ErrOver) {
		t.Errorf("who answers too late gets %v, want %v", err, store.ErrOver)
	}
	if _, err := store.Check(t.Context(), h.store.Backend(), h.now, func(bucket, key, what string) { t.Errorf("afterwards: %s %s %s", bucket, key, what) }); err != nil {
		t.Error(err)
	}
}
