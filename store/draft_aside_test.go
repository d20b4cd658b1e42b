package store_test

import (
	"testing"

	"chihai/store"
)

// Who answers herself does not go on with what somebody else has begun to enter for
// her: it would be sent as that one's, and traces of her would be looked for there.
func TestOwnAnswersGoBeforeThoseAside(t *testing.T) {
	for _, mode := range []store.Anonymity{store.Named, store.Anonymous} {
		p := newPoll(t, 1, mode, nil)
		hers, officer := p.women[0], p.women[1]
		begin := func(by string, how store.AnswerMode) (d *store.Answering, began bool) {
			p.do(func(tx *store.Tx) (err error) {
				d, began, err = tx.BeginAnswers(&store.Answering{Campaign: p.c.ID, Member: hers, By: by, How: how, Answers: answers("x", 0)})
				return err
			})
			return d, began
		}
		aside, _ := begin(officer, store.ReadAloud)
		own, began := begin("", store.InPerson)
		if !began || own.ID == aside.ID || own.By != "" || own.How != store.InPerson {
			t.Errorf("%s: she goes on with %+v", mode, own)
		}
		if again, began := begin(officer, store.ReadAloud); began || again.ID != own.ID {
			t.Errorf("%s: what she has begun herself was taken from her", mode)
		}
		if n := len(p.all("draft")); n != 1 {
			t.Errorf("%s: %d drafts, want hers alone", mode, n)
		}
		p.sound()
	}
}
