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
// everything else makes up for it. A quarter of the calls that a channel bears
// at once is kept free for replies.
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
	"sync"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// An Outbox sends messages. Only one may run on a store: two would send
// everything twice.
type Outbox struct {
	store   *store.Store
	voice   func(id string) (channel.File, bool)
	window  int
	drain   time.Duration
	senders map[string]*sender // by name of the channel
	names   []string           // of the channels as they were given
	more    chan struct{}

	keepStrays bool

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
		senders: map[string]*sender{}, more: make(chan struct{}, 1),
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
	o.calls, o.cut = context.WithCancel(context.Background())
	o.keeps, o.stop = context.WithCancel(context.Background())
	for _, ch := range channels {
		o.senders[ch.Name()] = newSender(o, ch)
		o.names = append(o.names, ch.Name())
	}
	s.OnPosted(o.hear)
	return o
}

// keepTime is how long after its last call has been cut off the outbox still
// tries to keep how that ended.
const keepTime = time.Second

// Run sends until ctx ends. Then it begins no call any more and waits for
// those under way, which are cut off after Options.Drain. It is called once.
func (o *Outbox) Run(ctx context.Context) {
	var parts sync.WaitGroup
	parts.Go(func() { o.reader(ctx) })
	for _, s := range o.senders {
		parts.Go(func() { s.run(ctx) })
	}
	<-ctx.Done()
	cut := time.AfterFunc(o.drain, o.cut)
	stop := time.AfterFunc(o.drain+keepTime, o.stop)
	parts.Wait()
	cut.Stop()
	stop.Stop()
	o.cut()
	o.stop()
}

// hear is told of messages that were just committed.
func (o *Outbox) hear(messages []store.Message) {
	if o.calls.Err() != nil {
		return // it has ended; the next one finds them in the store
	}
	now := o.store.Now()
	for name, s := range o.senders {
		found := false
		s.mu.Lock()
		for i := range messages {
			if m := &messages[i]; m.Channel == name {
				s.post(m.Address, headOf(m), now)
				found = true
			}
		}
		s.mu.Unlock()
		if found {
			s.kick()
		}
	}
}
