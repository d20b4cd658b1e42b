package demo

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

var zone = time.FixedZone("ICT", 7*3600)

func load(t *testing.T, now time.Time) *store.Store {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "demo.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := Load(t.Context(), s, now); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLoad(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, zone)
	begin := time.Now()
	s := load(t, now)
	if took := time.Since(begin); took > 5*time.Second { // a tenth of a second on an idle machine, ten times that under the race detector
		t.Errorf("filling took %v: nobody waits so long for a demo", took)
	}
	_, err := store.Check(t.Context(), s.Backend(), now, func(bucket, key, what string) { t.Errorf("%s %s %s", bucket, key, what) })
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[store.Kind]int{}
	past, ahead, full, closed, documents := 0, 0, 0, 0, 0
	err = s.View(t.Context(), func(tx *store.Tx) error {
		if is, err := tx.IsSample(); err != nil || !is {
			t.Errorf("the database is not marked as a sample (%v)", err)
		}
		for d, err := range tx.Documents() {
			if err != nil {
				return err
			}
			documents++
			if _, data, err := tx.File(d.File); err != nil || !bytes.HasPrefix(data, []byte("%PDF-")) {
				t.Errorf("the file of %q is no PDF (%v)", d.Title, err)
			}
		}
		areas, err := tx.Areas()
		if err != nil {
			return err
		}
		if n := len(areas.Children(Top, now)); n != 43 {
			t.Errorf("%d communes and wards, want 43", n)
		}
		all := func(string) bool { return true }
		for tr, err := range tx.Trainings(time.Time{}, time.Time{}, all) {
			if err != nil {
				return err
			}
			kinds[tr.Kind]++
			if tr.Open(now) {
				ahead++
			} else {
				past++
			}
			if tr.Free() == 0 {
				full++
			}
			if !tr.Listed {
				closed++
			}
			if tr.Taken > 0 && tr.Start.Before(now) && tr.Moved != 0 {
				t.Errorf("%s was moved", tr.Official)
			}
		}
		for c, err := range tx.Clubs() {
			if err != nil {
				return err
			}
			meetings, err := tx.Meetings(c.ID)
			if err != nil {
				return err
			}
			called := 0
			for _, m := range meetings {
				if m.Called() {
					called++
				}
			}
			if next, err := tx.NextMeetings(c, 9); err != nil || called != 5 || len(next) != 9 {
				t.Errorf("%d meetings of the club were held and %d are ahead (%v)", called, len(next), err)
			}
		}
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			if !now.Before(d.Until) {
				t.Errorf("%s is over and still planned", d.ID)
			}
		}
		for m, err := range tx.Messages("") {
			t.Errorf("message %v is to be sent (%v)", m, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[store.Kind]int{store.Class: 14, store.Dialogue: 6, store.Seminar: 9, store.Supervision: 12, store.Leaders: 3}
	for kind, n := range want {
		if kinds[kind] != n {
			t.Errorf("%d of kind %s, want %d, as the report has them", kinds[kind], kind, n)
		}
	}
	if documents != 1 {
		t.Errorf("%d documents on the shelf, want 1", documents)
	}
	if past == 0 || ahead < 10 || full == 0 || closed == 0 {
		t.Errorf("%d past, %d ahead, %d full, %d by invitation: want some of each", past, ahead, full, closed)
	}
}

// The sample fits at any hour of any day.
func TestLoadAnyDay(t *testing.T) {
	for _, now := range []time.Time{
		time.Date(2028, 2, 29, 23, 59, 59, 0, zone),
		time.Date(2027, 1, 1, 0, 0, 0, 0, zone),
		time.Date(2026, 7, 1, 6, 30, 0, 0, time.UTC),
	} {
		load(t, now)
	}
}
