package export

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
	"github.com/xuri/excelize/v2"
)

// TestReaders counts twelve recipients in two communes for an officer of all, for
// one of the commune with nine of them, and for one who is staff no more. Three of
// a commune are too few to be told alone. Facilitators who have not read it stand
// there by name.
func TestReaders(t *testing.T) {
	now := time.Date(2026, 11, 1, 1, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	officers := map[string]string{"31528": "", "92": "", "none": ""}
	first := ""
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.ImportAreas([]*store.Area{
			{Code: "92", Name: "Cần Thơ", Kind: "thanh_pho"},
			{Code: "31528", Name: "Xã Kế Sách", Kind: "xa", Parent: "92"}, {Code: "31684", Name: "=Xã Mỹ Xuyên", Kind: "xa", Parent: "92"},
		}); err != nil {
			return err
		}
		for _, top := range []string{"31528", "92", "none"} {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			officers[top] = m.ID
			if top == "none" {
				continue
			}
			if err := tx.Grant(m, &store.Grant{Role: store.Staff, Area: top}); err != nil {
				return err
			}
		}
		f := &store.File{Name: "a.pdf", Expires: now.Add(time.Hour)}
		if err := tx.PutFile(f, []byte("%PDF")); err != nil {
			return err
		}
		d := &store.Document{Title: "Sổ tay", Theme: "An toàn", For: store.ForMembers, Area: "92", File: f.ID, By: officers["92"]}
		if err := tx.AddDocument(d); err != nil {
			return err
		}
		b := &store.Broadcast{
			By: officers["92"], Text: store.Text{"vi": "Mời xem"}, Document: d.ID, Title: d.Title,
			Audience: store.Audience{Op: store.InArea, ID: "92"}, Scope: store.Scope{Areas: []string{"92"}},
		}
		if err := tx.AddBroadcast(b); err != nil {
			return err
		}
		first = b.ID
		if b, err = tx.SendBroadcast(b.ID, false); err != nil {
			return err
		}
		var women []string
		for i := range 12 {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name, m.Area = fmt.Sprintf("=Lê Thị %d", i), "31528"
			if i >= 9 {
				m.Area = "31684"
			}
			if err := tx.PutMember(m); err != nil {
				return err
			}
			if i == 1 {
				if err := tx.Grant(m, &store.Grant{Role: store.Facilitator, Area: "31528"}); err != nil {
					return err
				}
			}
			women = append(women, m.ID)
		}
		if err := tx.Freeze(b, women, ""); err != nil {
			return err
		}
		roll := tx.Roll(b)
		for i, id := range women {
			r, _, err := roll.Find(id)
			bin := store.BinDelivered
			if i == 2 {
				bin = store.BinBlocked
			}
			if err := errors.Join(err, roll.Put(r, bin)); err != nil {
				return err
			}
		}
		if err := roll.Keep(); err != nil {
			return err
		}
		_, err = tx.NoteRead(women[0], b.ID)
		_, opened := tx.NoteOpened(women[3], b.ID)
		return errors.Join(err, opened)
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(flows.ReadWork{Broadcast: first})
	if err != nil {
		t.Fatal(err)
	}
	e := &Exporter{Zone: time.UTC}
	for _, tt := range []struct {
		top   string
		total store.ReadCount
		rows  [][]string // of the sheet, between head and total
		late  bool
	}{
		{"92", store.ReadCount{Sent: 12, Read: 1, Opened: 1, NotYet: 9, Unreached: 1}, [][]string{{"2 nơi ít người, gộp lại", "12", "1", "10", "1", "1"}}, true},
		{"31528", store.ReadCount{Sent: 9, Read: 1, Opened: 1, NotYet: 6, Unreached: 1}, [][]string{{"Xã Kế Sách", "9", "1", "7", "1", "1"}}, true},
		{"none", store.ReadCount{}, nil, false},
	} {
		task := store.Task{Member: officers[tt.top], Data: data}
		raw, err := e.CountReaders(t.Context(), s, task)
		if err != nil {
			t.Fatal(err)
		}
		var r store.ReadReport
		if err := json.Unmarshal(raw, &r); err != nil || r.Total != tt.total {
			t.Errorf("%s: counted %+v, %v, want %+v", tt.top, r.Total, err, tt.total)
		}
		raw, err = e.ReadersFile(t.Context(), s, task)
		if err != nil {
			t.Fatal(err)
		}
		id := strings.Trim(string(raw), `"`)
		if (id != "") != (tt.rows != nil) {
			t.Errorf("%s: file %s", tt.top, raw)
		}
		if id == "" {
			continue
		}
		var file []byte
		if err := s.View(t.Context(), func(tx *store.Tx) error { _, file, err = tx.File(id); return err }); err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.GetRows(readSheet)
		if err != nil || len(rows) < 4 {
			t.Fatal(rows, err)
		}
		if got := rows[3 : len(rows)-1]; !slices.EqualFunc(got, tt.rows, slices.Equal) {
			t.Errorf("%s: rows %q, want %q", tt.top, got, tt.rows)
		}
		late, err := book.GetRows(lateSheet)
		if err != nil || len(late) != 5 || late[3][0] != "=Lê Thị 1" {
			t.Errorf("%s: facilitators who have not read it: %q, %v", tt.top, late, err)
		}
	}

	// She who has sent it is an officer of the other commune only by now.
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		m, err := tx.Member(officers["92"])
		if err != nil {
			return err
		}
		if _, err := tx.Revoke(m.ID, ""); err != nil {
			return err
		}
		return tx.Grant(m, &store.Grant{Role: store.Staff, Area: "31684"})
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := e.CountReaders(t.Context(), s, store.Task{Member: officers["92"], Data: data})
	if err != nil {
		t.Fatal(err)
	}
	var r store.ReadReport
	if err := json.Unmarshal(raw, &r); err != nil || r.Total != (store.ReadCount{Sent: 3}) || len(r.Late) > 0 {
		t.Errorf("who has sent it and lost that area is told %s, %v", raw, err)
	}
}

// What is counted of a whole province stands in a conversation: it must fit one
// document, sealed, however many facilitators have not read yet.
func TestReadersFit(t *testing.T) {
	const leads = 2500
	s, err := store.Open(t.Context(), memory.New(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var officer *store.Member
	var b *store.Broadcast
	update := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *store.Tx) error {
		if officer, err = tx.NewMember(); err != nil {
			return err
		}
		f := &store.File{Name: "a.pdf", Expires: tx.Now.Add(time.Hour)}
		d := &store.Document{Title: "Sổ tay", Theme: "An toàn", For: store.ForFacilitators, Area: "92", By: officer.ID}
		if err := errors.Join(
			tx.ImportAreas([]*store.Area{{Code: "92", Name: "Cần Thơ", Kind: "thanh_pho"}}),
			tx.Grant(officer, &store.Grant{Role: store.Staff, Area: "92"}),
			tx.PutFile(f, []byte("%PDF")),
		); err != nil {
			return err
		}
		d.File = f.ID
		if err := tx.AddDocument(d); err != nil {
			return err
		}
		b = &store.Broadcast{
			By: officer.ID, Text: store.Text{"vi": "Mời xem"}, Document: d.ID, Title: d.Title,
			Audience: store.Audience{Op: store.Leads, ID: "92"}, Scope: store.Scope{Areas: []string{"92"}},
		}
		if err := tx.AddBroadcast(b); err != nil {
			return err
		}
		b, err = tx.SendBroadcast(b.ID, false)
		return err
	})
	for range leads / 500 {
		update(func(tx *store.Tx) error {
			var ids []string
			for range 500 {
				m, err := tx.NewMember()
				if err != nil {
					return err
				}
				ids = append(ids, m.ID)
				if err := tx.Grant(m, &store.Grant{Role: store.Facilitator, Area: "92"}); err != nil {
					return err
				}
				if _, err := tx.NoteOpened(m.ID, b.ID); err != nil {
					return err
				}
			}
			return tx.Freeze(b, ids, ids[len(ids)-1]+"0")
		})
	}
	data, err := json.Marshal(flows.ReadWork{Broadcast: b.ID})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := (&Exporter{Zone: time.UTC}).CountReaders(t.Context(), s, store.Task{Member: officer.ID, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	var r store.ReadReport
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	if len(raw) > store.MaxValue/4 {
		t.Errorf("the count of %d takes %d bytes", r.Total.Sent, len(raw))
	}
	if n := len(r.Late) + r.More; n != leads || r.Total.Left() != leads {
		t.Errorf("%d are late and %d left, want %d", n, r.Total.Left(), leads)
	}
}
