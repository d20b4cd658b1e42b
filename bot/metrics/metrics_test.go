package metrics_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/bot/metrics"
	"chihai/flows"
	"chihai/store"
)

// read returns what m hands out.
func read(t testing.TB, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func want(t *testing.T, said string, lines ...string) {
	t.Helper()
	all := strings.Split(said, "\n")
	for _, l := range lines {
		if !slices.Contains(all, l) {
			t.Errorf("no line %s in\n%s", l, said)
		}
	}
}

func TestCounting(t *testing.T) {
	m := metrics.New(metrics.Build{Version: "v1.2.3", Revision: "abc", Go: "go1.26"})
	m.Ended(flows.Input{Channel: "telegram:7000000001", Kind: flows.Text}, flows.Answered)
	m.Ended(flows.Input{Channel: "telegram:7000000001", Kind: flows.Text}, flows.Repeated)
	m.Ended(flows.Input{Kind: flows.Due}, flows.Failed)
	m.Handled(time.Second, 3*time.Millisecond)
	m.Committed(store.Commit{Updates: 3, Waited: 2 * time.Second, Took: 5 * time.Millisecond})
	m.Committed(store.Commit{Err: fmt.Errorf("x: %w", store.ErrRefused), Took: time.Hour})
	m.Committed(store.Commit{Err: errors.New("sync failed")})
	m.BackedUp(time.Unix(1_790_000_000, 0), 2*time.Second, 4096, nil)
	m.BackedUp(time.Unix(1_790_000_900, 0), time.Second, 0, errors.New("disk full"))
	want(t, read(t, m),
		`chihai_build_info{go="go1.26",revision="abc",version="v1.2.3"} 1`,
		`chihai_inputs_total{channel="telegram",kind="text",outcome="answered"} 1`,
		`chihai_inputs_total{channel="telegram",kind="text",outcome="repeated"} 1`,
		`chihai_inputs_total{channel="clock",kind="due",outcome="failed"} 1`,
		`chihai_turn_wait_seconds_sum 1`,
		`chihai_turn_seconds_bucket{le="0.0032"} 1`,
		`chihai_commits_total{outcome="kept"} 1`,
		`chihai_commits_total{outcome="refused"} 1`,
		`chihai_commits_total{outcome="lost"} 1`,
		`chihai_commit_seconds_sum 0.005`,
		`chihai_commit_updates_sum 3`,
		`chihai_update_wait_seconds_total 2`,
		`chihai_backups_total{outcome="kept"} 1`,
		`chihai_backups_total{outcome="failed"} 1`,
		`chihai_backup_last_timestamp_seconds 1.79e+09`,
		`chihai_backup_size_bytes 4096`,
	)
}

// Whatever a channel or a newer program calls itself, there is no time series
// of its own for it.
func TestUnknownLabels(t *testing.T) {
	m := metrics.New(metrics.Build{})
	for i := range 1000 {
		m.Ended(flows.Input{Channel: fmt.Sprintf("net%d:%d", i, i), Kind: flows.Kind(fmt.Sprint(i))}, flows.Answered)
	}
	want(t, read(t, m), `chihai_inputs_total{channel="other",kind="other",outcome="answered"} 1000`)
}

// BenchmarkTurn is what counting costs a turn: its input, its waiting, and a
// commit of its own, which is more than a turn in a group has.
func BenchmarkTurn(b *testing.B) {
	m := metrics.New(metrics.Build{})
	in := flows.Input{Channel: "telegram:7000000001", Kind: flows.Text}
	c := store.Commit{Updates: 1, Waited: time.Millisecond, Ran: time.Millisecond, Took: time.Millisecond, Synced: time.Millisecond}
	for b.Loop() {
		m.Ended(in, flows.Answered)
		m.Handled(time.Millisecond, time.Millisecond)
		m.Committed(c)
	}
}
