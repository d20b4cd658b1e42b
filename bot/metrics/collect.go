package metrics

import (
	"context"
	"time"

	"chihai/bot/channel"
	"chihai/bot/inbox"
	"chihai/bot/outbox"
	"chihai/bot/schedule"
	"chihai/bot/tasks"
	"chihai/store"
	"chihai/store/bolt"
	"chihai/store/postgres"

	"github.com/prometheus/client_golang/prometheus"
)

// Parts are what is looked at when somebody asks for the numbers.
type Parts struct {
	Store    *store.Store
	Channels []channel.Channel
	Inbox    *inbox.Inbox
	Outbox   *outbox.Outbox
	Schedule *schedule.Schedule // nil: no clock runs
	Tasks    *tasks.Tasks
}

// Look has the numbers of p handed out, too. It is called once.
func (m *Metrics) Look(p Parts) { m.registry.MustRegister(&collector{p}) }

// A collector reads the numbers of the parts. All of them are in memory, except
// for what is due and the tasks: those are the first documents of their
// buckets.
type collector struct{ Parts }

var (
	storeUp     = about("chihai_store_up", "1 when the database could be read for these numbers.")
	overdue     = about("chihai_due_overdue_seconds", "How late the thing is that should have happened first; 0: nothing is due.")
	taskCount   = about("chihai_tasks", "Tasks, such as lists to be built: running, and waiting (counted up to 1000).", "state")
	tasksTotal  = about("chihai_tasks_total", "Tasks that ended, by outcome.", "outcome")
	reminded    = about("chihai_reminded_total", "People who were to be reminded: handed over, or missed because it came too late.", "outcome")
	lapsed      = about("chihai_lapsed_total", "What was planned and came too late to be of use, as after a standstill, by kind.", "kind")
	waiting     = about("chihai_inbox_inputs", "Inputs that were taken and are not done.")
	refusals    = about("chihai_inbox_failed_total", "Inputs that were not kept, those behind a failed one too, and must come again.")
	deaf        = about("chihai_channel_deaf_seconds", "For how long a network has not told what people say; 0: it does.", "channel")
	outboxCount = about("chihai_outbox_messages", "Messages that wait to be sent, as far as they are in memory.", "channel", "lane")
	outboxAge   = about("chihai_outbox_oldest_seconds", "How long the oldest of them has waited; 0: none waits.", "channel", "lane")
	outboxMore  = about("chihai_outbox_more", "1 when more messages wait than are in memory.", "channel")
	flights     = about("chihai_outbox_calls", "Messages that are being sent now.", "channel")
	sends       = about("chihai_sends_total", "Messages that were settled, by outcome; unknown: it may have arrived.", "channel", "outcome")
	tries       = about("chihai_send_tries_total", "Tries that settled nothing: retried, of these put_off by the network (429), and uncertain without an answer.", "channel", "result")
	reruns      = about("chihai_reruns_total", "Changes that had to run again.")
	fileSize    = about("chihai_database_bytes", "Size of the database.")
	fileFree    = about("chihai_database_free_bytes", "Bytes of the file that hold nothing and are used next.")
	conflicts   = about("chihai_database_conflicts_total", "Commits that PostgreSQL turned down because another process had changed what they rest on.")
	roundTrips  = about("chihai_database_round_trips_total", "Questions to PostgreSQL, by what they were for.", "for")
	connects    = about("chihai_database_connects_total", "Connections to PostgreSQL that were made for changes.")
	views       = about("chihai_database_views", "Reads of the database that are open now.")
)

func about(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe implements [prometheus.Collector]. It describes nothing: which of
// the numbers there are depends on the parts.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements [prometheus.Collector].
func (c *collector) Collect(out chan<- prometheus.Metric) {
	s := sink{out}
	now := c.Store.Now()
	c.fromStore(s)
	c.fromDatabase(s)
	c.fromChannels(s, now)
	c.fromOutbox(s, now)
	in := c.Inbox.Stats()
	s.gauge(waiting, float64(in.Waiting))
	s.counter(refusals, in.Failed)
	work := c.Tasks.Stats()
	s.gauge(taskCount, float64(work.Running), "running")
	s.counter(tasksTotal, work.Done, "done")
	s.counter(tasksTotal, work.Failed, "failed")
	if c.Schedule != nil {
		c.fromClock(s)
	}
}

const (
	lookTime = 5 * time.Second // for reading the store, at most
	maxTasks = 1000            // counted at most: a look must stay cheap
)

// fromStore tells what only the documents know.
func (c *collector) fromStore(s sink) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	count := 0
	err := c.Store.View(ctx, func(tx *store.Tx) error {
		count = 0
		for _, err := range tx.Tasks() {
			if err != nil {
				return err
			}
			if count++; count == maxTasks {
				break
			}
		}
		return nil
	})
	if err != nil {
		s.gauge(storeUp, 0)
		return
	}
	s.gauge(storeUp, 1)
	s.gauge(taskCount, float64(max(0, count-c.Tasks.Stats().Running)), "waiting")
}

// fromClock tells how late the bot is.
func (c *collector) fromClock(s sink) {
	n := c.Schedule.Stats()
	s.counter(reminded, n.Reminded, "handed_over")
	s.counter(reminded, n.Missed, "missed")
	for _, l := range store.Latenesses {
		s.counter(lapsed, n.Lapsed[l.Kind], l.Kind)
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	if late, err := c.Schedule.Overdue(ctx); err == nil {
		s.gauge(overdue, late.Seconds())
	}
}

// fromDatabase tells what the database under the store knows of itself.
func (c *collector) fromDatabase(s sink) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	if db, ok := c.Store.Backend().(interface{ Stats() bolt.Stats }); ok {
		s.counter(reruns, db.Stats().Reruns)
	}
	if db, ok := c.Store.Backend().(*postgres.DB); ok {
		n := db.Stats()
		s.counter(reruns, n.Reruns)
		s.counter(conflicts, n.Conflicts)
		s.counter(connects, n.Connects)
		for _, trip := range []struct {
			what string
			n    int64
		}{{"commit", n.Sent}, {"read", n.Fetches}, {"expected", n.Prefetches}, {"scan", n.Scans}, {"view", n.Views}} {
			s.counter(roundTrips, trip.n, trip.what)
		}
		if size, err := db.Size(ctx); err == nil {
			s.gauge(fileSize, float64(size))
		}
	}
	if db, ok := c.Store.Backend().(interface{ Space() (bolt.Space, error) }); ok {
		if space, err := db.Space(); err == nil {
			s.gauge(fileSize, float64(space.File))
			s.gauge(fileFree, float64(space.Free))
			s.gauge(views, float64(space.Views))
		}
	}
}

// fromChannels tells which networks cannot be heard.
func (c *collector) fromChannels(s sink, now time.Time) {
	for _, ch := range c.Channels {
		if l, ok := ch.(channel.Listener); ok {
			age := 0.0
			if since, _ := l.Deaf(); !since.IsZero() {
				age = max(0, now.Sub(since).Seconds())
			}
			s.gauge(deaf, age, network(ch.Name()))
		}
	}
}

// fromOutbox tells what waits to be sent, and what became of the rest.
func (c *collector) fromOutbox(s sink, now time.Time) {
	for _, o := range c.Outbox.Stats() {
		name := network(o.Channel)
		for i, n := range o.Waiting {
			age := 0.0
			if since := o.Since[i]; !since.IsZero() {
				age = max(0, now.Sub(since).Seconds())
			}
			s.gauge(outboxCount, float64(n), name, lane(i))
			s.gauge(outboxAge, age, name, lane(i))
		}
		more := 0.0
		if o.More {
			more = 1
		}
		s.gauge(outboxMore, more, name)
		s.gauge(flights, float64(o.Flights), name)
		for _, end := range []struct {
			outcome store.Outcome
			n       int64
		}{
			{store.Delivered, o.Delivered}, {store.Blocked, o.Blocked}, {store.Failed, o.Failed},
			{store.Late, o.Late}, {store.Unknown, o.Unknown},
		} {
			s.counter(sends, end.n, name, string(end.outcome))
		}
		s.counter(tries, o.Retried, name, "retried")
		s.counter(tries, o.PutOff, name, "put_off")
		s.counter(tries, o.Uncertain, name, "uncertain")
	}
}

// A sink takes numbers.
type sink struct{ out chan<- prometheus.Metric }

func (s sink) gauge(d *prometheus.Desc, value float64, labels ...string) {
	s.out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func (s sink) counter(d *prometheus.Desc, value int64, labels ...string) {
	s.out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value), labels...)
}
