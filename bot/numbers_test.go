package main

import (
	"errors"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/flows"
)

// Dashboards and alarms name these: they stay once used.
const numberNames = `
	chihai_backup_last_timestamp_seconds chihai_backup_seconds chihai_backup_size_bytes chihai_backups_total
	chihai_build_info chihai_channel_deaf_seconds
	chihai_commit_last_timestamp_seconds chihai_commit_run_seconds chihai_commit_seconds chihai_commit_sync_seconds
	chihai_commit_updates chihai_commits_total
	chihai_database_bytes chihai_database_free_bytes chihai_database_views
	chihai_due_overdue_seconds chihai_inbox_failed_total chihai_inbox_inputs chihai_inputs_total
	chihai_lapsed_total chihai_outbox_calls chihai_outbox_messages chihai_outbox_more chihai_outbox_oldest_seconds
	chihai_reminded_total chihai_reruns_total chihai_send_tries_total chihai_sends_total chihai_store_up
	chihai_tasks chihai_tasks_total chihai_turn_seconds chihai_turn_wait_seconds chihai_update_wait_seconds_total
`

func TestNumbers(t *testing.T) {
	b := newEnvironment(t).with("CHIHAI_TELEGRAM_TOKEN", testToken).bot(t, parts{})
	// These have no lines before they count.
	b.metrics.Ended(flows.Input{}, flows.Answered)
	b.metrics.BackedUp(time.Now(), time.Second, 1, errors.New("disk full"))
	w := httptest.NewRecorder()
	b.metrics.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (chihai_\S+) `).FindAllStringSubmatch(w.Body.String(), -1) {
		names = append(names, m[1])
	}
	if want := strings.Fields(numberNames); !slices.Equal(names, want) {
		t.Errorf("the numbers are %q, want %q", names, want)
	}
	if !strings.Contains(w.Body.String(), "\nchihai_commits_total{outcome=\"kept\"} 1\n") { // that of the bot's own name
		t.Errorf("the commit of the bot's id is not counted:\n%s", w.Body)
	}
}
