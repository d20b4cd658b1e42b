package metrics_test

import (
	"context"
	"regexp"
	"testing"

	"chihai/bot/inbox"
	"chihai/bot/metrics"
	"chihai/bot/outbox"
	"chihai/bot/tasks"
	"chihai/flows"
	"chihai/store"
	"chihai/store/postgres"
	"chihai/store/postgres/postgrestest"
)

// On PostgreSQL the round trips and the size of the database are told, and how
// often something had to run again.
func TestPostgres(t *testing.T) {
	db, err := postgres.Open(t.Context(), postgrestest.Start(t).Database(t), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	handle := func(context.Context, flows.Input) error { return nil }
	m := metrics.New(metrics.Build{})
	db.Watch(m.Committed)
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.Log("", "test", "") }); err != nil {
		t.Fatal(err)
	}
	m.Look(metrics.Parts{
		Store: s, Inbox: inbox.New(handle, inbox.Options{}), Outbox: outbox.New(s, nil, outbox.Options{}), Tasks: tasks.New(s, nil, handle),
	})
	said := read(t, m)
	for _, line := range []string{
		`chihai_commits_total\{outcome="kept"\} 1`, `chihai_commit_seconds_count 1`, `chihai_database_bytes [1-9]`, `chihai_reruns_total 0`, `chihai_database_conflicts_total 0`, `chihai_database_connects_total [1-9]`,
		`chihai_database_round_trips_total\{for="commit"\} [1-9]`, `chihai_database_round_trips_total\{for="view"\} [1-9]`,
	} {
		if !regexp.MustCompile(`(?m)^` + line).MatchString(said) {
			t.Errorf("no line %s in\n%s", line, said)
		}
	}
}
