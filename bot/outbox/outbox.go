// Package outbox sends what stands in the store's outbox: over the channel it
// is for, in order, as fast as the network allows, and as often as it takes.
//
// # Order
//
// The messages of one address and lane go in the order of their ids, one at a
// time. A lower lane overtakes a higher one. When the first message of a group
// has gone, its rest in the same lane goes before anything else of that
// address.
//
// # Rates
//
// A reply waits for nothing but the rate of its own address and for what the
// network says of it: it goes beyond the rate of the channel when it must, and
// everything else makes up for it. Where a network takes so many calls within any
// second and no more ([channel.Limits.Most]), that holds for replies too; what lies
// between it and the rate of the channel is theirs alone. A quarter of the calls that a channel bears
// at once is kept free for replies.
//
// # Several processes
//
// Where several work on one database, one of them sends, for as long as it has
// the lease (bot/lead). So the order of a chat and the rates of a network are in
// one hand, and what a network asks for is learnt once more by the next one.
// Nothing is kept of a message under a lease that was lost: who sends next finds
// it as it stood. A call that was under way then is made again for a message
// that may come twice; others are reported, as after a crash.
//
// # What a crash does
//
// A message that may come twice ([store.Message.Repeat]) is sent and then
// deleted: a crash between the two sends it again. Any other is first kept with
// its attempt: found so after a crash, it is reported as [store.Unknown] and
// not sent.
//
// # After a restore
//
// What a restored database was still to say is held ([store.Hold]): it is not
// read until the operator has it released, when it goes within a minute, or
// dropped ([DropHeld]).
//
// # Memory
//
// Of a message that waits only its place in line is in memory, and of each lane
// only the oldest ([Options.Window]). It is read when its turn has come, so that
// what was deleted meanwhile is not sent.
package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// An Outbox sends messages. Only one may run on a database at a time: two would
// send everything twice.
type Outbox struct {
	store    *store.Store
	voice    func(id string) (channel.File, bool)
	window   int
	drain    time.Duration
	channels []channel.Channel
	more     chan struct{} // there is room for messages that were not read
	news     news          // of messages that other processes posted

	keepStrays bool

	mu      sync.Mutex
	senders map[string]*sender // by name of the channel
	running bool

	// Of the present Run.
	term  *store.Term     // nil: this is the only process
	calls context.Context // of calls to networks
	keeps context.Context // of what is kept of them; ends a little later
	cut   context.CancelFunc
	stop  context.CancelFunc
}

// Options of [New]. A zero field means its default.
type Options struct {
	Voice  func(id string) (channel.File, bool) // the recording that [store.Message.Voice] names; none
	Window int                                  // messages of one lane and channel in memory, about; 10,000, which is some 5 MB
	Drain  time.Duration                        // how long calls under way may go on when Run is told to end; 10 s

	// KeepStrays leaves messages for other channels alone, however old they
	// are: whoever connects those will see to them.
	KeepStrays bool
}

// New returns an Outbox that sends the messages of s over the channels, as soon
// as Run runs. A channel that is also a [channel.Limiter] or a [channel.Editor]
// is treated so. Messages for other channels stay in the store for a day,
// or for good with Options.KeepStrays.
func New(s *store.Store, channels []channel.Channel, opt Options) *Outbox {
	o := &Outbox{
		store: s, voice: opt.Voice, window: opt.Window, drain: opt.Drain, keepStrays: opt.KeepStrays,
		channels: channels, more: make(chan struct{}, 1), news: newNews(),
	}
	if o.voice == nil {
		o.voice = func(string) (channel.File, bool) { return channel.File{}, false }
	}
	if o.window == 0 {
		o.window = 10_000
	}
	if o.drain == 0 {
		o.drain = 10 * time.Second
	}
	o.end()
	s.OnPosted(o.hear)
	s.OnChange("message", o.news.hear)
	return o
}

// keepTime is how long after its last call has been cut off the outbox still
// tries to keep how that ended.
const keepTime = time.Second

// Run sends until ctx ends. Then it begins no call any more and waits for
// those under way, which are cut off after Options.Drain; at once when ctx is
// under a term that was lost ([store.ErrLeaseLost]), because somebody else sends
// soon. It may be called again when it has returned, and knows nothing of the
// time before then but what stands in the store.
func (o *Outbox) Run(ctx context.Context) {
	o.begin(ctx)
	var parts sync.WaitGroup
	parts.Go(func() { o.reader(ctx) })
	parts.Go(func() { o.follow(ctx) })
	for _, s := range o.senders {
		parts.Go(func() { s.run(ctx) })
	}
	<-ctx.Done()
	drain := o.drain
	if errors.Is(context.Cause(ctx), store.ErrLeaseLost) {
		drain = 0
	}
	cut := time.AfterFunc(drain, o.cut)
	stop := time.AfterFunc(drain+keepTime, o.stop)
	parts.Wait()
	cut.Stop()
	stop.Stop()
	o.cut()
	o.stop()
	o.end()
}

// begin lets senders hear that know nothing yet: whatever stands in the outbox
// is read from now on, or heard of.
func (o *Outbox) begin(ctx context.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ctx = context.WithoutCancel(ctx)
	o.term = store.TermOf(ctx)
	o.calls, o.cut = context.WithCancel(ctx)
	o.keeps, o.stop = context.WithCancel(ctx)
	o.forget()
	o.running = true
	o.news.listen(true)
}

func (o *Outbox) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget()
	o.running = false
	o.news.listen(false)
}

// forget puts senders in the place of those before that know nothing but what
// has been counted. o.mu is held.
func (o *Outbox) forget() {
	was := o.senders
	o.senders = map[string]*sender{}
	for _, ch := range o.channels {
		s := newSender(o, ch)
		if old := was[ch.Name()]; old != nil {
			s.stats = old.stats
		}
		o.senders[ch.Name()] = s
	}
}

// hear is told of messages that were just committed.
func (o *Outbox) hear(messages []store.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.running {
		return // whoever does finds them in the store
	}
	entries := make([]entry, len(messages))
	for i := range messages {
		entries[i] = entryOf(&messages[i])
	}
	o.post(entries)
}

// post lets messages that were just committed wait for their turn.
func (o *Outbox) post(entries []entry) {
	now := o.store.Now()
	for name, s := range o.senders {
		found := false
		s.mu.Lock()
		for _, e := range entries {
			if e.channel == name {
				s.post(e.address, e.head, now)
				found = true
			}
		}
		s.mu.Unlock()
		if found {
			s.kick()
		}
	}
}
