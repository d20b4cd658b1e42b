package export

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
	"github.com/xuri/excelize/v2"
)

// TestTurnout counts two events that are over, of which one is for elsewhere,
// one that was cancelled and one that is still to come, for an officer of one
// commune and for one of all. Somebody has deleted what was kept of her.
func TestTurnout(t *testing.T) {
	now := time.Date(2026, 11, 1, 1, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	officers := map[string]string{"31528": "", "92": ""}
	var gone *store.Member
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.ImportAreas([]*store.Area{
			{Code: "92", Name: "Cần Thơ"}, {Code: "31528", Name: "Xã Kế Sách", Parent: "92"}, {Code: "31684", Name: "=Xã Mỹ Xuyên", Parent: "92"},
		}); err != nil {
			return err
		}
		for top := range officers {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			officers[top] = m.ID
			if err := tx.Grant(m, &store.Grant{Role: store.Staff, Area: top}); err != nil {
				return err
			}
		}
		for _, e := range []struct {
			kind   store.Kind
			area   string
			day    int
			people int
		}{{store.Class, "31528", 5, 3}, {store.Seminar, "31684", 6, 2}, {store.Class, "31528", 7, 4}, {store.Class, "31528", 29, 1}} {
			start := time.Date(2026, 11, e.day, 1, 0, 0, 0, time.UTC)
			training := &store.Training{Kind: e.kind, Name: store.Text{"vi": "Lớp"}, Start: start, End: start.Add(time.Hour), Area: e.area, Seats: 9}
			if err := tx.AddTraining(training); err != nil {
				return err
			}
			for range e.people {
				m, err := enrol(tx, training.ID, "Nguyễn Thị Hoa", "", "", 0)
				if err != nil {
					return err
				}
				m.Area = e.area
				if gone == nil {
					gone = m
				}
				if err := tx.PutMember(m); err != nil {
					return err
				}
			}
			if e.day == 7 {
				now, err := tx.Training(training.ID)
				if err != nil {
					return err
				}
				if _, err := tx.ChangeTraining(now.ID, now.Revision, func(c *store.Training) { c.Cancelled = tx.Now }); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	now = time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteMember(gone, nil) }); err != nil {
		t.Fatal(err)
	}

	data, err := json.Marshal(flows.ReportWork{From: time.Date(2026, 10, 31, 17, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	for top, want := range map[string]struct{ kinds, areas [][]string }{
		"31528": {
			[][]string{{"Loại", "Số buổi", "Người đăng ký", "Người dự"}, {"Tập huấn", "1", "3", "3"}, {"Tổng cộng", "1", "3", "3"}},
			[][]string{{"Xã, phường", "Người đăng ký", "Người dự", "Dự: Tập huấn"}, {"Xã Kế Sách", "2", "2", "2"},
				{"Chưa rõ, hoặc đã xóa thông tin", "1", "1", "1"}, {"Tổng cộng", "3", "3", "3"}},
		},
		"92": {
			[][]string{{"Loại", "Số buổi", "Người đăng ký", "Người dự"}, {"Tập huấn", "1", "3", "3"}, {"Hội thảo", "1", "2", "2"}, {"Tổng cộng", "2", "5", "5"}},
			[][]string{{"Xã, phường", "Người đăng ký", "Người dự", "Dự: Tập huấn", "Dự: Hội thảo"}, {"=Xã Mỹ Xuyên", "2", "2", "0", "2"},
				{"Xã Kế Sách", "2", "2", "2", "0"}, {"Chưa rõ, hoặc đã xóa thông tin", "1", "1", "1", "0"}, {"Tổng cộng", "5", "5", "3", "2"}},
		},
	} {
		raw, err := exporter(t).Turnout(t.Context(), s, store.Task{Member: officers[top], Data: data})
		if err != nil {
			t.Fatal(err)
		}
		var result flows.ReportResult
		if err := json.Unmarshal(raw, &result); err != nil {
			t.Fatal(err)
		}
		id, _ := json.Marshal(result.File)
		f, made := file(t, s, id)
		if f == nil || f.Name != "bao-cao-tham-du-2026-11-01.xlsx" {
			t.Fatalf("for %s the file is %+v", top, f)
		}
		book, err := excelize.OpenReader(bytes.NewReader(made))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		for sheet, rows := range map[string][][]string{kindSheet: want.kinds, areaSheet: want.areas} {
			got, err := book.GetRows(sheet)
			if err != nil || len(got) < 3 || got[0][0] != "Người tham dự từ 01/11/2026 đến 30/11/2026" || !slices.EqualFunc(got[2:], rows, slices.Equal) {
				t.Errorf("for %s the sheet %s is %q (%v), want %q", top, sheet, got, err, rows)
			}
		}
	}

	// Who is no staff gets nothing.
	raw, err := exporter(t).Turnout(t.Context(), s, store.Task{Member: "nobody", Data: data})
	if err != nil || string(raw) != `{"turnout":{}}` {
		t.Errorf("somebody gets %s, %v", raw, err)
	}
}
