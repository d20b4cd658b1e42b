// Package metrics counts what a running bot does and hands the numbers out in
// the format of Prometheus (prometheus.io/docs/instrumenting/exposition_formats).
//
// Names and labels are relied on by dashboards and alarms: they stay once used.
// No label ever says who: its values come from short lists (labels.go), so that
// neither a person nor a bot's load can make a new time series.
//
// What happens in every turn is counted as it happens (metrics.go). What stands
// somewhere already, such as how much waits, is read when somebody asks
// (collect.go).
//
// # How to add a number
//
// Something that happens: a field of [Metrics], its description in New, and a
// method that counts it. Something that can be looked at: a description in
// collect.go, and a line in the method that sends it. Then add its name to the
// list in bot/numbers_test.go and to the operator's page.
package metrics

import (
	"net/http"
	"time"

	"chihai/flows"
	"chihai/store"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the numbers of one bot. Its methods may be called from many
// goroutines at once; those that count return at once.
type Metrics struct {
	registry *prometheus.Registry
	handler  http.Handler

	inputs     *prometheus.CounterVec // by channel, kind and outcome
	turnWait   prometheus.Histogram
	turn       prometheus.Histogram
	commits    *prometheus.CounterVec // by outcome
	commit     prometheus.Histogram
	sync       prometheus.Histogram
	group      prometheus.Histogram
	groupRun   prometheus.Histogram
	updateWait prometheus.Counter
	lastCommit prometheus.Gauge
	backups    *prometheus.CounterVec // by outcome
	lastBackup prometheus.Gauge
	backupSize prometheus.Gauge
	backupTook prometheus.Gauge
}

// Build is what is said of the program itself.
type Build struct {
	Version  string // as the go command noted it
	Revision string // of the source; empty: not known
	Go       string // version of Go
}

// From a tenth of a millisecond to seven seconds, each twice the one before: a
// commit on a good disk takes half a millisecond, one on a tired one 100.
var seconds = prometheus.ExponentialBuckets(0.0001, 2, 17)

// New returns metrics that count from zero.
func New(b Build) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		inputs: counters("chihai_inputs_total",
			"Inputs that were handled, by network, kind and how they ended.", "channel", "kind", "outcome"),
		turnWait: histogram("chihai_turn_wait_seconds",
			"How long an input waited behind others of its address before it was its turn.", seconds),
		turn: histogram("chihai_turn_seconds",
			"How long it took to answer an input, until that was committed.", seconds),
		commits: counters("chihai_commits_total",
			"Commits of the database: kept, refused for want of room, or lost, which ends the process.", "outcome"),
		commit: histogram("chihai_commit_seconds",
			"How long a commit took until it was on stable storage.", seconds),
		sync: histogram("chihai_commit_sync_seconds",
			"How long writing the pages of a commit to the file and both syncs took; PostgreSQL does not tell.", seconds),
		group: histogram("chihai_commit_updates",
			"How many turns and other changes shared one commit.", prometheus.ExponentialBuckets(1, 2, 10)),
		groupRun: histogram("chihai_commit_run_seconds",
			"How long the functions of one commit ran before it was written.", seconds),
		updateWait: counter("chihai_update_wait_seconds_total",
			"How long all changes together waited until the database was free for them."),
		lastCommit: gauge("chihai_commit_last_timestamp_seconds",
			"When the database last kept something, in Unix seconds; 0: not yet."),
		backups: counters("chihai_backups_total", "Backups, by how they ended.", "outcome"),
		lastBackup: gauge("chihai_backup_last_timestamp_seconds",
			"When the last backup that succeeded began, in Unix seconds; 0: none since the start."),
		backupSize: gauge("chihai_backup_size_bytes", "Size of the last backup that succeeded."),
		backupTook: gauge("chihai_backup_seconds", "How long the last backup that succeeded took."),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "chihai_build_info", Help: "1, with what this program was built from.",
		ConstLabels: prometheus.Labels{"version": b.Version, "revision": b.Revision, "go": b.Go},
	})
	build.Set(1)
	m.registry.MustRegister(build, m.inputs, m.turnWait, m.turn, m.commits, m.commit, m.sync, m.group, m.groupRun,
		m.updateWait, m.lastCommit, m.backups, m.lastBackup, m.backupSize, m.backupTook,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling:  promhttp.ContinueOnError, // the other numbers are wanted most when one cannot be had
		CoalesceGather: true,
	})
	return m
}

// Ended counts an input; it is [flows.Options.Watch].
func (m *Metrics) Ended(in flows.Input, end flows.Ending) {
	m.inputs.WithLabelValues(network(in.Channel), kind(in.Kind), string(end)).Inc()
}

// Handled counts how long an input waited and took; it is
// [chihai/bot/inbox.Options.Watch].
func (m *Metrics) Handled(waited, took time.Duration) {
	m.turnWait.Observe(waited.Seconds())
	m.turn.Observe(took.Seconds())
}

// Committed counts a commit of the database; it is what
// [store.Watched] wants.
func (m *Metrics) Committed(c store.Commit) {
	m.commits.WithLabelValues(commitOutcome(c.Err)).Inc()
	m.updateWait.Add(c.Waited.Seconds())
	m.groupRun.Observe(c.Ran.Seconds())
	if c.Err != nil {
		return // how long it takes to be refused says nothing about the disk
	}
	m.commit.Observe(c.Took.Seconds())
	if c.Synced > 0 {
		m.sync.Observe(c.Synced.Seconds())
	}
	m.group.Observe(float64(c.Updates))
	m.lastCommit.SetToCurrentTime()
}

// BackedUp counts a backup that began at began, took so long and has size
// bytes; with an error, one that came to nothing.
func (m *Metrics) BackedUp(began time.Time, took time.Duration, size int64, err error) {
	if err != nil {
		m.backups.WithLabelValues("failed").Inc()
		return
	}
	m.backups.WithLabelValues("kept").Inc()
	m.lastBackup.Set(float64(began.Unix()))
	m.backupTook.Set(took.Seconds())
	m.backupSize.Set(float64(size))
}

// ServeHTTP answers with all numbers. Several askers share one look at them.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
}
