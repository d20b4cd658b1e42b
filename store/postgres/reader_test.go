package postgres_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// TestReader reads as somebody who analyses: the views and what is public, and
// no other table of all there are.
func TestReader(t *testing.T) {
	server := postgrestest.Start(t)
	dsn := server.Database(t)
	db := open(t, dsn, postgres.Options{})
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		err := tx.ImportAreas([]*store.Area{{Code: "92", Name: "Thành phố Cần Thơ", Kind: "thanh_pho"}, {Code: "31528", Name: "Xã Kế Sách", Kind: "xa", Parent: "92"}})
		if err != nil {
			return err
		}
		return tx.AddTraining(&store.Training{
			Kind: store.Class, Name: store.Text{"vi": "Lớp nấu ăn"}, Place: "Nhà văn hóa", Area: "92",
			Start: tx.Now.AddDate(0, 1, 0), End: tx.Now.AddDate(0, 1, 0).Add(time.Hour), Seats: 30, Listed: true,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // again is no error
		if err := db.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	server.Exec(t, "test1", "create role anna login in role "+postgres.Reader)
	conn, err := pgx.Connect(t.Context(), strings.Replace(dsn, "postgres@", "anna@", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var name string
	var seats, taken int
	if err := conn.QueryRow(t.Context(), "select name, seats, taken from trainings").Scan(&name, &seats, &taken); err != nil || name != "Lớp nấu ăn" || seats != 30 || taken != 0 {
		t.Errorf("trainings: %s, %d, %d, %v", name, seats, taken, err)
	}
	if err := conn.QueryRow(t.Context(), "select doc->>'place' from training").Scan(&name); err != nil || name != "Nhà văn hóa" {
		t.Errorf("training: %s, %v", name, err)
	}
	for _, view := range postgres.Views() {
		if _, err := conn.Exec(t.Context(), "select * from "+view); err != nil {
			t.Errorf("%s: %v", view, err)
		}
	}
	denied := []string{"chihai.commits", "chihai.buckets", "chihai.lock", "chihai.owner"}
	for _, bucket := range store.Buckets() {
		if bucket != "training" && bucket != "area" {
			denied = append(denied, bucket)
		}
	}
	for _, table := range denied {
		_, err := conn.Exec(t.Context(), `select * from "`+strings.ReplaceAll(table, ".", `"."`)+`"`)
		var said *pgconn.PgError
		if !errors.As(err, &said) || said.Code != "42501" { // insufficient_privilege
			t.Errorf("%s: %v, want that it is denied", table, err)
		}
	}
	if _, err := conn.Exec(t.Context(), "update training set doc = '{}'"); err == nil {
		t.Error("she may write")
	}
}

// Nobody can be found by being one of a few: neither from what a view says of
// them, nor by subtracting what it says of others from what trainings says of
// all.
func TestFewAreHidden(t *testing.T) {
	dsn := postgrestest.Start(t).Database(t)
	db := open(t, dsn, postgres.Options{})
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	next := time.Date(2027, 3, 10, 1, 0, 0, 0, time.UTC)
	for _, month := range []map[string]group{
		{"a": {registered: 7}, "b": {registered: 3}, "c": {registered: 12}}, // the smallest other is hidden as well
		{"a": {registered: 2}}, // nothing to hide it among
		{"a": {registered: 2}, "b": {registered: 1}, "c": {registered: 5}},                // two hide each other
		{"a": {registered: 6, children: 1}, "b": {registered: 8}, "c": {registered: 5}},   // a child
		{"a": {registered: 6, gaveUp: 2}, "b": {registered: 8, gaveUp: 5}},                // those who gave up
		{"a": {registered: 5, children: 9}, "b": {registered: 6, children: 5, gaveUp: 0}}, // all may be told
	} {
		err := s.Update(t.Context(), func(tx *store.Tx) error { return fillMonth(tx, next, month) })
		if err != nil {
			t.Fatal(err)
		}
		next = next.AddDate(0, 1, 0)
	}
	if err := db.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	ask := func(sql string) []string {
		t.Helper()
		rows, err := conn.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	got := ask(`select concat_ws(' ', to_char(month, 'MM'), commune, coalesce(registered::text, '-'), coalesce(gave_up::text, '-'), coalesce(children::text, '-'))
		from registrations_by_commune order by month, commune`)
	want := []string{
		"03 a - - -", "03 b - - -", "03 c 12 0 0",
		"05 a - - -", "05 b - - -", "05 c 5 0 0",
		"06 a 6 0 -", "06 b 8 0 -", "06 c 5 0 0",
		"07 a 6 - 0", "07 b 8 5 0",
		"08 a 5 0 9", "08 b 6 0 5",
	}
	if !slices.Equal(got, want) {
		t.Errorf("registrations_by_commune:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	err = s.Update(t.Context(), func(tx *store.Tx) error {
		for _, g := range []struct {
			area, language string
			members, agree int
		}{{"x", "vi", 20, 20}, {"x", "km", 1, 1}, {"y", "vi", 6, 4}, {"y", "km", 9, 7}, {"z", "vi", 15, 9}} {
			for i := range g.members {
				m, err := tx.NewMember()
				if err != nil {
					return err
				}
				if m.Area, m.Language = g.area, g.language; i < g.agree {
					m.Consent = tx.Now
				}
				if err := tx.PutMember(m); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got = ask(`select concat_ws(' ', commune, language, coalesce(members::text, '-'), coalesce(agreed::text, '-'))
		from members_by_commune where commune >= 'x' order by commune, language`)
	want = []string{"x km - -", "x vi 20 20", "y km 9 -", "y vi 6 -", "z vi 15 9"}
	if !slices.Equal(got, want) {
		t.Errorf("members_by_commune:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A group is those of a commune who have to do with the trainings of a month.
type group struct{ registered, gaveUp, children int }

// fillMonth adds a training at the time start and the groups by commune.
func fillMonth(tx *store.Tx, start time.Time, groups map[string]group) error {
	class := &store.Training{Kind: store.Class, Name: store.Text{"vi": "Lớp"}, Start: start, End: start.Add(time.Hour), Seats: 100, Listed: true}
	if err := tx.AddTraining(class); err != nil {
		return err
	}
	for _, commune := range slices.Sorted(maps.Keys(groups)) {
		g := groups[commune]
		for i := range g.registered + g.gaveUp {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Area = commune
			if err := tx.PutMember(m); err != nil {
				return err
			}
			r := &store.Registration{Training: class.ID, Member: m.ID}
			if i < g.registered {
				r.Children = min(g.children, store.MaxChildren)
				g.children -= r.Children
			}
			if _, err := tx.Register(r); err != nil {
				return err
			}
			if i < g.registered {
				continue
			}
			if _, err := tx.GiveUp(class.ID, m.ID, ""); err != nil {
				return err
			}
		}
	}
	return nil
}
