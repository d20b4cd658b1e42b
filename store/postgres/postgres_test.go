package postgres_test

import (
	"testing"

	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
	"chihai/store/storetest"
)

func TestBackend(t *testing.T) {
	server := postgrestest.Start(t, "fsync=off") // nothing here is about power cuts
	storetest.TestBackend(t, func(t *testing.T) store.Backend {
		return open(t, server.Database(t), postgres.Options{})
	})
}

func TestReopen(t *testing.T) {
	server := postgrestest.Start(t)
	databases := map[string]string{}
	storetest.TestReopen(t, func(t *testing.T, name string) store.Backend {
		if databases[name] == "" {
			databases[name] = server.Database(t)
		}
		return open(t, databases[name], postgres.Options{})
	})
}

// open opens a database and closes it when the test ends.
func open(t testing.TB, dsn string, opt postgres.Options) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), dsn, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return db
}
