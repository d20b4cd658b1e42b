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
	dropped map[string]bool      // address and text of what was taken back in this life, and may be on its way
}

// A posted message that is not settled yet.
type posted struct {
	store.Message
	subject   string // member whom it is about: her for whom it is, or one to whom she passes it on
	training  string // of a reminder or news: what it is about
	news      bool   // tells that the training has changed
	at        time.Time
	over      time.Time // of a reminder: when it is no use any more
	kept      bool      // its transaction is kept
	attempted bool      // its attempt is kept
	flying    bool      // a send of this life has ended with a yes, or nobody knows how
	shown     int
	doubts    int // sends of which the service could not know whether they arrived
}

func newLedger() ledger {
	return ledger{open: map[string]*posted{}, chats: map[string][]*posted{}, reports: map[string]int{}, group: map[string]string{}, dropped: map[string]bool{}}
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
			p = newPosted(c, m)
			g.open[m.ID] = p
			list := g.chats[m.Address]
			at, _ := slices.BinarySearchFunc(list, m.ID, func(p *posted, id string) int { return strings.Compare(p.ID, id) })
			g.chats[m.Address] = slices.Insert(list, at, p)
		}
	}
}

// newPosted is m, which c posts.
func newPosted(c *Commit, m store.Message) *posted {
	p := &posted{Message: m, subject: m.Member, at: time.Now()}
	switch parts := c.parts(); c.Kind { // remind/rule/training/moved/member or tell/training/revision/member
	case "reminder":
		p.training, p.subject = parts[2], parts[4]
	case "news":
		p.training, p.subject, p.news = parts[1], parts[3], true
	case "turn": // who registers another is told of her
		for _, wr := range c.Writes {
			var r store.Registration
			if wr.Bucket == "registration" && wr.Value != nil && json.Unmarshal(wr.Value, &r) == nil {
				p.subject = r.Member
			}
		}
	}
	return p
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
		if c.deletes(p.Member) {
			g.dropped[p.Address+"\x00"+p.Text] = true
			continue
		}
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
		if w.gaveUp[p.About].IsZero() && (p.Until.IsZero() || time.Now().Before(p.Until)) {
			w.broken(messagesSettled.Name, "message %s counts as late and is not", p.ID)
		}
	case store.Failed:
		w.report.GivenUp++
		if time.Since(p.at) < givenUp {
			w.broken(messagesSettled.Name, "message %s to %s was given up after %v", p.ID, p.Address, time.Since(p.at))
		}
	case store.Blocked:
		if who := w.who(p.Address); who == nil || !who.unreachable(p.at, time.Now()) {
			w.broken(messagesSettled.Name, "message %s to %s counts as blocked, and she blocked nobody: %.60q", p.ID, p.Address, p.Text)
		}
		w.hush(p.Address)
	default:
		w.broken(messagesSettled.Name, "message %s to %s was given up: %s", p.ID, p.Address, outcome)
	}
	if p.shown == 0 {
		w.missed(p)
	}
	if p.Report != "" && outcome == "" && !p.OfBroadcast() { // of those their bins tell
		w.broken(messagesSettled.Name, "message %s to %s is settled without the report that it asks for", p.ID, p.Address)
	}
}

// who is the person with that address; nil: nobody. World.mu is held.
func (w *World) who(address string) *person {
	for _, p := range w.people {
		if _, a := p.phone.names(); a == address {
			return p
		}
	}
	return nil
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
	clear(g.dropped)
}

// send is told that the service calls the network to show text.
func (l *life) send(address, text string) (p *posted) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, wrong := l.ledger.next(address, text)
	if p == nil && l.ledger.dropped[address+"\x00"+text] {
		return nil // it was on its way when it was taken back
	}
	l.listen(address, text)
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
	l.wanted(p)
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

// shown is told of each message that a phone with Telegram shows.
func (w *World) shown(m telegramtest.Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	address := itoa(m.Chat)
	w.note("%s is shown %.50q", address, m.Text)
	if p, _ := w.ledger.next(address, m.Text); p != nil { // else send has told
		w.see(p)
	}
}

// see notes that a message stands on a phone. World.mu is held.
func (w *World) see(p *posted) {
	w.report.Shown++
	p.shown++
	w.letters.see(p)
	if strings.HasPrefix(p.Report, "remind/") {
		w.report.Reminded++
		if !time.Now().Before(p.over) {
			w.broken(remindersOnce.Name, "%s is shown when its time is over", p.Report)
		}
	}
	if p.shown == 1 {
		if p.news {
			w.report.News++
		}
		w.believe(p)
		w.greet(p)
		return
	}
	w.report.Twice++
	if p.shown > p.doubts+1 {
		w.broken("only what is in doubt is repeated", "%.60q is shown to %s %d times, %d sends were in doubt", p.Text, p.Address, p.shown, p.doubts)
	}
	if !p.Repeat {
		w.broken("what may not be repeated is not", "%.60q is shown to %s twice", p.Text, p.Address)
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
