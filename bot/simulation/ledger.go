package simulation

import (
	"slices"
	"strings"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// A ledger follows every message from the transaction that posted it to the
// one that settled it, and what the network did in between.
type ledger struct {
	open    map[string]*posted   // by id
	chats   map[string][]*posted // by address, in the order of ids
	reports map[string]int       // how many messages were posted for a report
	group   map[string]string    // by address: the group of the message delivered last, in this life
}

// A posted message that is not settled yet.
type posted struct {
	store.Message
	at        time.Time
	over      time.Time // of a reminder: when it is no use any more
	kept      bool      // its transaction is kept
	attempted bool      // its attempt is kept
	flying    bool      // a send of this life has ended with a yes, or nobody knows how
	shown     int
	doubts    int // sends of which the service could not know whether they arrived
}

func newLedger() ledger {
	return ledger{open: map[string]*posted{}, chats: map[string][]*posted{}, reports: map[string]int{}, group: map[string]string{}}
}

// look takes in what a transaction is about to post and to settle.
func (g *ledger) look(w *World, c *Commit) {
	for _, wr := range c.Writes {
		if wr.Bucket != "message" || wr.Value == nil {
			continue
		}
		var m store.Message
		if err := json.Unmarshal(wr.Value, &m); err != nil {
			w.broken("the store is sound", "message %s: %v", wr.Key, err)
			continue
		}
		p := g.open[m.ID]
		if p == nil {
			p = &posted{Message: m, at: time.Now()}
			g.open[m.ID] = p
			list := g.chats[m.Address]
			at, _ := slices.BinarySearchFunc(list, m.ID, func(p *posted, id string) int { return strings.Compare(p.ID, id) })
			g.chats[m.Address] = slices.Insert(list, at, p)
		}
	}
}

// retract forgets what a transaction would have posted.
func (g *ledger) retract(c *Commit) {
	for _, wr := range c.Writes {
		if p := g.open[wr.Key]; wr.Bucket == "message" && p != nil && !p.kept {
			g.drop(p)
		}
	}
}

// kept notes what a transaction has posted, attempted and settled.
func (g *ledger) kept(w *World, c *Commit) {
	outcomes := map[string]store.Outcome{}
	for _, wr := range c.Writes {
		var d store.Delivery
		if wr.Bucket == "delivery" && wr.Value != nil && json.Unmarshal(wr.Value, &d) == nil {
			outcomes[d.Report] = d.Outcome
		}
	}
	for _, wr := range c.Writes {
		p := g.open[wr.Key]
		if wr.Bucket != "message" || p == nil {
			continue
		}
		if wr.Value != nil {
			if !p.kept && p.Report != "" {
				g.reports[p.Report]++
			}
			var m store.Message
			json.Unmarshal(wr.Value, &m) // look has read it
			p.kept, p.attempted = true, !m.Attempt.IsZero()
			continue
		}
		g.drop(p)
		outcome := outcomes[p.ID]
		if p.Report != "" {
			outcome = outcomes[p.Report]
		}
		g.settled(w, p, outcome)
	}
}

// settled looks whether a message was settled as it went.
func (g *ledger) settled(w *World, p *posted, outcome store.Outcome) {
	switch outcome {
	case "", store.Delivered:
		g.group[p.Address] = p.Group          // one whose first message is still in doubt has not begun
		if p.shown == 0 && !p.OfBroadcast() { // of one that is taken back its bin says so
			w.broken(messagesSettled.Name, "message %s to %s counts as delivered and was never shown: %.60q", p.ID, p.Address, p.Text)
		}
	case store.Unknown:
		w.report.Unknown++
		if p.Repeat {
			w.broken(messagesSettled.Name, "message %s, which may be repeated, was given up as unknown", p.ID)
		}
	case store.Late:
		if p.Until.IsZero() || time.Now().Before(p.Until) {
			w.broken(messagesSettled.Name, "message %s counts as late and is not", p.ID)
		}
	case store.Failed:
		w.report.GivenUp++
		w.untold[p.Address] = true
		if time.Since(p.at) < givenUp {
			w.broken(messagesSettled.Name, "message %s to %s was given up after %v", p.ID, p.Address, time.Since(p.at))
		}
	default:
		w.broken(messagesSettled.Name, "message %s to %s was given up: %s", p.ID, p.Address, outcome)
	}
}

// givenUp is how old a message is that is given up, and told to the log, when
// it fails once more.
const givenUp = 24 * time.Hour

func (g *ledger) drop(p *posted) {
	delete(g.open, p.ID)
	g.chats[p.Address] = slices.DeleteFunc(g.chats[p.Address], func(o *posted) bool { return o == p })
}

// next returns the message with that text that may go to an address now: in
// each lane none but the oldest. When there is none it says what is wrong.
func (g *ledger) next(address, text string) (p *posted, wrong string) {
	stuck := map[store.Lane]bool{}
	for _, p := range g.chats[address] {
		if p.Text == text && p.Act == store.Say && !stuck[p.Lane] {
			return p, ""
		}
		stuck[p.Lane] = stuck[p.Lane] || p.kept // what is not kept yet holds nobody up
	}
	for _, p := range g.chats[address] {
		if p.Text == text {
			return p, "is sent before an older one of its lane"
		}
	}
	return nil, "was never posted, or is settled"
}

// bury ends a life: what it sent and had not settled is in doubt.
func (g *ledger) bury(r *Report) {
	for _, p := range g.open {
		if p.flying {
			p.flying = false
			p.doubts++
			r.Doubts++
		}
	}
	clear(g.group)
}

// send is told that the service calls the network to show text.
func (l *life) send(address, text string) (p *posted) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, wrong := l.ledger.next(address, text)
	if wrong != "" {
		l.broken("messages go in order", "%.60q to %s %s", text, address, wrong)
		return p
	}
	if !p.Repeat && !p.attempted {
		l.broken("an attempt is kept first", "%.60q to %s may go once only, and nothing says that it goes", text, address)
	}
	if until := l.waits[address]; time.Now().Before(until) {
		l.broken("the network is left alone when it says so", "%s gets %.60q %v too early", address, text, time.Until(until))
	}
	if group := l.ledger.group[address]; group != "" && group != p.Group && l.ledger.unfinished(address, group) {
		l.broken("the messages of a turn stay together", "%.60q comes between those of a group", text)
	}
	p.flying = true
	return p
}

// unfinished says whether messages of a group still wait.
func (g *ledger) unfinished(address, group string) bool {
	return slices.ContainsFunc(g.chats[address], func(p *posted) bool { return p.Group == group && p.kept && p.shown == 0 })
}

// sent is told how a call has ended for a service that lives on: whether it
// knows, and whether the network said yes.
func (l *life) sent(p *posted, known, yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p == nil || !p.flying || known && yes {
		return // what is shown is settled next, or in doubt when the service dies before
	}
	p.flying = false
	if !known {
		p.doubts++
		l.report.Doubts++
	}
}

// shown is told of each message that a phone shows.
func (w *World) shown(m telegramtest.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	address := itoa(m.Chat)
	w.report.Shown++
	w.note("%s is shown %.50q", address, m.Text)
	p, _ := w.ledger.next(address, m.Text)
	if p == nil {
		return // send has told
	}
	p.shown++
	w.letters.see(p)
	if strings.HasPrefix(p.Report, "remind/") {
		w.report.Reminded++
		if !time.Now().Before(p.over) {
			w.broken(remindersOnce.Name, "%s is shown when its time is over", p.Report)
		}
	}
	if p.shown == 1 {
		return
	}
	w.report.Twice++
	if p.shown > p.doubts+1 {
		w.broken("only what is in doubt is repeated", "%.60q is shown to %s %d times, %d sends were in doubt", m.Text, address, p.shown, p.doubts)
	}
	if !p.Repeat {
		w.broken("what may not be repeated is not", "%.60q is shown to %s twice", m.Text, address)
	}
}

// messagesSettled: what was posted was shown or reported.
var messagesSettled = Rule{
	Name: "no message is lost",
	End: func(w *World, tx *store.Tx) error {
		for _, p := range w.ledger.open {
			w.broken("no message is lost", "%.60q to %s stands in the outbox for ever", p.Text, p.Address)
		}
		return nil
	},
}
