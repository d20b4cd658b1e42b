package postgres_test

import (
	"errors"
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
