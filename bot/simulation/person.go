package simulation

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"
)

// A person reads what her phone shows and answers it. She speaks only after she
// was answered, unless she is impatient: then she does the same twice, or asks
// for the menu.
type person struct {
	*World
	name    string
	number  int // of her, from which her telephone number is made
	phone   phone
	nature  nature
	random  *rand.Rand
	answers func(p *person, q *question) string // what she says to a question; "": she thinks of something
	hurries bool                                // she answers at once
	words   *locales.Printer                    // in her language
	speaks  string                              // her language, once the bot has spoken it
	chose   []string                            // the languages that she chose last; the bot may have heard only some of it
	waits   bool                                // for an answer
	said    string                              // what she said last
	errand  string                              // locale id of the button that she looks for
	made    int                                 // trainings that she has named
	holds   map[string]bool                     // by training: what she was told of her seats
	last    string                              // what she read last
	asked   *question                           // what she has not answered; nil: nothing

	// World.mu guards these.
	rests    bool      // she is at the menu and begins nothing
	lives    int       // how often she had everything deleted
	pending  []*input  // what of it was not answered
	away     []span    // when nothing reached her; while it is so the last one has no end
	back     time.Time // when she let the bot write again; zero while she does not
	stranger bool      // everything about her was deleted, and nobody has spoken to her since
}

// A nature is what some women do and others do not.
type nature struct {
	blocks bool // she blocks the bot now and then, and comes back
	leaves bool // she has everything deleted, and begins anew
	shares bool // another woman uses her phone too
	relays bool // she registers neighbours who have no phone
}

// A question is a message with a keyboard.
type question struct {
	text   string
	labels []string
}

// newPerson adds somebody to the world.
func (w *World) newPerson(name string, phone phone, nature nature, answers func(*person, *question) string) *person {
	n := len(w.people)
	p := &person{
		World: w, name: name, number: n, phone: phone, nature: nature, answers: answers, holds: map[string]bool{},
		random: rand.New(rand.NewPCG(w.Seed, uint64(n))), words: w.Words.In(locales.Source, ""),
	}
	w.people = append(w.people, p)
	return p
}

// has says whether a button is labelled with the message id.
func (q *question) has(p *person, id string) bool { return slices.Contains(q.labels, p.words.T(id)) }

// says whether the question has the words of the message id.
func (q *question) says(p *person, id string) bool { return strings.Contains(q.text, p.words.T(id)) }

// others are the labels without the ways back and out.
func (q *question) others(p *person) []string {
	return slices.DeleteFunc(slices.Clone(q.labels), func(l string) bool {
		return slices.ContainsFunc([]string{"nav.back", "nav.later", "nav.stop", "nav.listen", "nav.help"}, func(id string) bool { return l == p.words.T(id) })
	})
}

// live goes on until ctx ends.
func (p *person) live(ctx context.Context) {
	p.say("/start")
	for ctx.Err() == nil {
		m, err := p.next(ctx, p.patience())
		if err == nil {
			p.read(m)
			continue
		}
		if ctx.Err() != nil {
			return
		}
		p.awake(ctx)
		if !p.leave(ctx) {
			p.act()
		}
	}
}

// next is the next message on her phone, unless she does something before.
func (p *person) next(ctx context.Context, patience time.Duration) (seen, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return p.phone.next(ctx)
}

// patience is how long she thinks, or waits for an answer.
func (p *person) patience() time.Duration {
	switch {
	case p.asked == nil:
		return 90*time.Second + time.Duration(p.random.IntN(60))*time.Second
	case p.hurries:
		return time.Duration(50+p.random.IntN(400)) * time.Millisecond
	case p.asked.has(p, "menu.settings"): // there is no hurry at the menu
		return time.Duration(500+p.random.IntN(6000)) * time.Millisecond
	}
	return time.Duration(200+p.random.IntN(1500)) * time.Millisecond
}

// awake waits for the end of the night.
func (p *person) awake(ctx context.Context) {
	p.mu.Lock()
	night := time.NewTimer(time.Until(p.morning))
	p.mu.Unlock()
	defer night.Stop()
	select {
	case <-night.C:
	case <-ctx.Done():
	}
}

// read takes in what her phone shows.
func (p *person) read(m seen) {
	p.count(m.text)
	if p.forgotten(m.text) {
		return
	}
	p.understand(m.text)
	if !m.keyboard {
		return
	}
	if p.waits && m.text == p.last && p.said != "/menu" { // it came twice: she says the same once more, or waits
		if p.random.IntN(2) == 0 {
			p.say(p.said)
		}
		return
	}
	p.last = m.text
	p.waits = false
	p.asked = &question{m.text, m.labels}
	p.mu.Lock()
	p.rests = false
	p.mu.Unlock()
}

// count takes in which seats she is told that she has.
func (p *person) count(text string) {
	if name := p.texts.got.find(text); name != "" {
		p.holds[name] = true
	}
	if name := p.texts.gave.find(text); name != "" {
		delete(p.holds, name)
	}
}

// understand takes in which language the bot speaks: that which she chose, and
// after that always the same. Of two women with one phone each has her own.
func (p *person) understand(text string) {
	for _, code := range locales.Languages {
		words := p.Words.In(code, "")
		changed := strings.Contains(text, words.T("settings.language_done"))
		if !changed && !strings.HasSuffix(text, words.T("menu.what")) {
			continue
		}
		if p.nature.shares {
			p.words = words
			continue
		}
		if p.speaks == "" || changed {
			p.speaks, p.words = code, words
			if !slices.Contains(p.chose, code) {
				p.fail("the language is kept", fmt.Errorf("%s chose %s and is spoken to in %s", p.name, p.chose, code))
			}
		}
		if code != p.speaks {
			p.fail("the language is kept", fmt.Errorf("%s speaks %s and is asked %.60q", p.name, p.speaks, text))
		}
	}
}

// act answers the open question, or grows impatient.
func (p *person) act() {
	q := p.asked
	p.mu.Lock()
	closing := p.closing
	rests := closing && q != nil && q.has(p, "menu.settings") && !p.waits
	p.rests = rests
	p.mu.Unlock()
	if rests {
		return
	}
	p.asked = nil
	if q == nil || closing {
		text := ""
		if q != nil {
			text = atWelcome(p, q) // who has not chosen a language gets no menu
		}
		p.say(cmp.Or(text, "/menu"))
		return
	}
	text := p.answers(p, q)
	if text == "" {
		text = "/menu"
	}
	p.say(text)
	switch n := p.random.IntN(100); {
	case n < 6: // a trembling finger
		time.Sleep(time.Duration(p.random.IntN(800)) * time.Millisecond)
		p.say(text)
	case n < 8: // she cannot wait
		time.Sleep(time.Duration(2+p.random.IntN(6)) * time.Second)
		p.say(text)
	}
}

// say has her write, or press a button that says so.
func (p *person) say(text string) {
	p.waits, p.said = true, text
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phone.say(text, func(key string) {
		p.does(key)
		p.note("%s says %.40q, input %s", p.name, text, key)
	})
}

// does notes that she has done something, which is the result. World.mu is held.
func (p *person) does(key string) *input {
	in := p.inputs.did(p, key)
	p.report.Inputs++
	if id, err := strconv.ParseInt(key, 10, 64); err == nil && !p.calm && p.chance(15) {
		p.tg.Repeat(id)
	}
	return in
}

// contact is her phone as the store knows it.
func (p *person) contact(tx *store.Tx) (*store.Contact, error) {
	c, err := tx.Contact(tx.ContactID(p.phone.names()))
	if err != nil {
		return nil, fmt.Errorf("contact of %s: %w", p.name, err)
	}
	return c, nil
}

// fullName is what she says that she is called. After she had everything
// deleted it is another name.
func (p *person) fullName() string {
	return "Nguyễn Thị" + strings.Repeat(" Út", p.lives) + " " + p.name
}

// telephone is the number that she tells, another one each time.
func (p *person) telephone() string { return fmt.Sprintf("0912 3%02d 0%02d", p.lives, p.number) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// quiet says whether everybody rests and nothing is under way.
func (w *World) quiet() bool {
	waiting := w.tg.Waiting()
	w.mu.Lock()
	defer w.mu.Unlock()
	return waiting == 0 && len(w.inputs.open) == 0 && len(w.ledger.open) == 0 &&
		!slices.ContainsFunc(w.people, func(p *person) bool { return !p.rests })
}

// restless says what hinders everything from coming to rest.
func (w *World) restless() {
	waiting := w.tg.Waiting()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken("all comes to rest", "%d updates wait, %d inputs are not confirmed, %d messages are not settled", waiting, len(w.inputs.open), len(w.ledger.open))
	for _, p := range w.people {
		if !p.rests {
			w.broken("everybody is answered", "%s waits for an answer", p.name)
		}
	}
	for _, p := range w.ledger.open {
		w.broken("every message arrives", "%.60q to %s", p.Text, p.Address)
	}
}
