package export

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"chihai/bot/paper"
	"chihai/flows"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// asked opens a store with a training and an officer for the area top, and
// returns the task that she left.
func asked(t *testing.T, top string) (*store.Store, *store.Training, store.Task) {
	t.Helper()
	s, training := class(t, func(tx *store.Tx, training string) error {
		_, err := enrol(tx, training, "Nguyễn Thị Hoa", "+84912345678", "", 0)
		return err
	})
	var officer *store.Member
	err := s.Update(t.Context(), func(tx *store.Tx) (err error) {
		if err := tx.ImportAreas([]*store.Area{{Code: "31531", Name: "Xã An Lạc Thôn"}}); err != nil {
			return err
		}
		if officer, err = tx.NewMember(); err != nil {
			return err
		}
		return tx.Grant(officer, &store.Grant{Role: store.Staff, Area: top})
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(flows.TrainingWork{Training: training.ID, URL: "https://chihai.example/e/" + training.Code})
	if err != nil {
		t.Fatal(err)
	}
	return s, training, store.Task{Member: officer.ID, Data: data}
}

func exporter(t *testing.T) *Exporter {
	t.Helper()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &Exporter{Words: catalog.In("vi", ""), Zone: zone, Fonts: paper.Load, Draw: func(text string) ([]byte, error) { return []byte("picture of " + text), nil }}
}

// file returns the file that a work has made, or nil.
func file(t *testing.T, s *store.Store, result []byte) (f *store.File, data []byte) {
	t.Helper()
	var id string
	if err := json.Unmarshal(result, &id); err != nil {
		t.Fatalf("the result %s is no text", result)
	}
	if id == "" {
		return nil, nil
	}
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		f, data, err = tx.File(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f, data
}

func TestWorks(t *testing.T) {
	s, training, task := asked(t, "31528")
	result, err := exporter(t).Registrations(t.Context(), s, task)
	if err != nil {
		t.Fatal(err)
	}
	f, data := file(t, s, result)
	if f == nil || f.Name != "danh-sach-"+training.Code+".xlsx" || f.Type != Workbook || f.Member != task.Member || !bytes.HasPrefix(data, []byte("PK")) {
		t.Errorf("the list is %+v with %d bytes", f, len(data))
	}
	if keep := f.Expires.Sub(f.Created); keep != 24*time.Hour {
		t.Errorf("the list is kept for %v, want a day", keep)
	}
	result, err = exporter(t).QR(t.Context(), s, task)
	if err != nil {
		t.Fatal(err)
	}
	f, data = file(t, s, result)
	if f == nil || f.Name != "ma-qr-"+training.Code+".png" || string(data) != "picture of https://chihai.example/e/"+training.Code {
		t.Errorf("the code is %+v: %q", f, data)
	}
}

// A role that has ended since she asked, or is for elsewhere, gets no list, and
// nobody is said to have taken one.
func TestRegistrationsOnlyForStaff(t *testing.T) {
	for name, top := range map[string]string{"elsewhere": "31531", "ended": "31528"} {
		t.Run(name, func(t *testing.T) {
			s, _, task := asked(t, top)
			if name == "ended" {
				err := s.Update(t.Context(), func(tx *store.Tx) error {
					_, err := tx.Revoke(task.Member, store.Staff)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			result, err := exporter(t).Registrations(t.Context(), s, task)
			if f, _ := file(t, s, result); err != nil || f != nil {
				t.Errorf("she gets %+v, %v", f, err)
			}
			err = s.View(t.Context(), func(tx *store.Tx) error {
				for a, err := range tx.Audits(time.Time{}) {
					if err != nil || strings.HasPrefix(a.Did, "export") {
						t.Errorf("the audit says %+v, %v", a, err)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// What is gone makes no file, and trying again would not help.
func TestWorksOnWhatIsGone(t *testing.T) {
	s, _, task := asked(t, "31528")
	for name, gone := range map[string]store.Task{
		"member":   {Member: "nobody", Data: task.Data},
		"training": {Member: task.Member, Data: []byte(`{"training":"none"}`)},
	} {
		for what, work := range map[string]func() ([]byte, error){
			"list": func() ([]byte, error) { return exporter(t).Registrations(t.Context(), s, gone) },
			"code": func() ([]byte, error) { return exporter(t).QR(t.Context(), s, gone) },
		} {
			result, err := work()
			if err != nil {
				t.Errorf("no %s: %s: %v", name, what, err)
			} else if f, _ := file(t, s, result); f != nil {
				t.Errorf("no %s: %s: %+v", name, what, f)
			}
		}
	}
	broken := errors.New("no ink")
	e := exporter(t)
	e.Draw = func(string) ([]byte, error) { return nil, broken }
	if _, err := e.QR(t.Context(), s, task); !errors.Is(err, broken) {
		t.Errorf("an error that may pass is %v, want %v", err, broken)
	}
}
