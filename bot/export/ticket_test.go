package export

import (
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// Her ticket and her calendar entry are made while she holds the seat, and not
// any more when she gave it up meanwhile.
func TestTicket(t *testing.T) {
	hoa := ""
	s, training := class(t, func(tx *store.Tx, training string) error {
		m, err := enrol(tx, training, "Nguyễn Thị Hoa", "+84912345678", "", 0)
		if err == nil {
			hoa = m.ID
		}
		return err
	})
	data, err := json.Marshal(flows.TicketWork{Training: training.ID, Member: hoa, URL: "https://t.me/bot?start=vABC", Language: "vi"})
	if err != nil {
		t.Fatal(err)
	}
	task := store.Task{Member: hoa, Data: data}
	e := exporter(t)
	e.Calendar = func(t *store.Training, language, page string, now time.Time) []byte {
		return []byte(language + " " + t.Name.In(language) + " " + page)
	}
	ticket := func() (*store.File, string) {
		result, err := e.Ticket(t.Context(), s, task)
		if err != nil {
			t.Fatal(err)
		}
		f, data := file(t, s, result)
		return f, string(data)
	}
	entry := func() (*store.File, string) {
		result, err := e.CalendarEntry(t.Context(), s, task)
		if err != nil {
			t.Fatal(err)
		}
		f, data := file(t, s, result)
		return f, string(data)
	}
	if f, data := ticket(); f == nil || f.Type != "image/png" || f.Member != hoa || data != "picture of https://t.me/bot?start=vABC" {
		t.Errorf("the ticket is %+v: %q", f, data)
	}
	if f, data := entry(); f == nil || f.Name != training.Code+".ics" || data != "vi Buổi trao đổi chính sách https://t.me/bot?start=vABC" {
		t.Errorf("the entry is %+v: %q", f, data)
	}
	if err := s.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.GiveUp(training.ID, hoa, hoa)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, made := range []func() (*store.File, string){ticket, entry} {
		if f, _ := made(); f != nil {
			t.Errorf("of a seat that was given up %s is made", f.Name)
		}
	}
}
