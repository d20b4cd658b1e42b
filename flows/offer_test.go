package flows

import (
	"strings"
	"testing"
	"time"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// An offer is not over because it cannot be read who answers it: that is an error
// like others, and whoever hears "over" gives the seat up for good.
func TestOfferUnreadable(t *testing.T) {
	s := newStage(t)
	s.change("A", func(t *store.Training) { t.Seats = 2 })
	training := s.training("A")
	var officer, hoa string
	s.update(func(tx *store.Tx) error {
		var group []*store.Registration
		for i, who := range []string{"Lan", "Hoa", "Mai", "Sen", "Cúc"} {
			_, m, _, err := tx.Meet("test:1", who)
			if err != nil {
				return err
			}
			m.Name, m.Language = "Thạch Thị "+who, "vi"
			if err := tx.PutMember(m); err != nil {
				return err
			}
			switch {
			case who == "Lan":
				officer = m.ID
			case i <= 2:
				if who == "Hoa" {
					hoa = m.ID
				}
				group = append(group, &store.Registration{Training: training, Member: m.ID})
			default: // they hold the seats
				if _, err := tx.Register(&store.Registration{Training: training, Member: m.ID}); err != nil {
					return err
				}
			}
		}
		_, _, err := tx.Enter(officer, group...)
		return err
	})
	s.change("A", func(t *store.Training) { t.Seats = 4 })
	s.wait(time.Minute)
	var news OfferNews
	s.update(func(tx *store.Tx) error {
		r, err := tx.Registration(training, hoa)
		if err == nil && r.State != store.Offered {
			t.Fatalf("she stands at %q, want an offer", r.State)
		}
		news = OfferNews{Training: training, Entry: r.Entry}
		return err
	})
	s.must(s.store.Backend().Update(t.Context(), func(kv store.KV) error { return kv.Put("member", officer, []byte(`{"contacts":1}`)) }))
	data, err := json.Marshal(news)
	s.must(err)
	if err := s.engine.Handle(t.Context(), Input{ID: "offer/again", Member: hoa, Kind: Due, Flow: "offer", Data: data, At: s.now}); err != nil {
		t.Logf("the turn failed: %v", err) // it may, and comes again
	}
	for _, m := range s.posted {
		if strings.Contains(m.Text, "không còn nữa") {
			t.Errorf("she hears %q", m.Text)
		}
	}
}
