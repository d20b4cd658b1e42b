package simulation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/locales"
	"chihai/store"
)

// A person reads what her phone shows and answers it. She speaks only after she
// was answered, unless she is impatient: then she does the same twice, or asks
// for the menu.
type person struct {
	*World
	name    string
	chat    int64
	random  *rand.Rand
	answers func(p *person, q *question) string // what she says to a question; "": she thinks of something
	hurries bool                                // she answers at once
	words   *locales.Printer                    // in her language
	speaks  string                              // her language, once the bot has spoken it
	chose   []string                            // the languages that she chose last; the bot may have heard only some of it
	waits   bool                                // for an answer
	said    string                              // what she said last
	rests   bool                                // World.mu: she is at the menu and begins nothing
	inputs  int                                 // World.mu: what she did
	holds   map[string]bool                     // by training: what she was told of her seats
	last    string                              // what she read last
	asked   *question                           // what she has not answered; nil: nothing
}

// A question is a message with a keyboard.
type question struct {
	text   string
	labels []string
}

func (w *World) newPerson(name string, chat int64, answers func(*person, *question) string) *person {
	p := &person{
		World: w, name: name, chat: chat, answers: answers, holds: map[string]bool{},
		random: rand.New(rand.NewPCG(w.Seed, uint64(chat))), words: w.Words.In(locales.Source, ""),
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
		p.act()
	}
}

// next is the next message on her phone, unless she does something before.
func (p *person) next(ctx context.Context, patience time.Duration) (telegramtest.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return p.tg.Next(ctx, p.chat)
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
func (p *person) read(m telegramtest.Message) {
	p.believe(m.Text)
	p.understand(m.Text)
	if m.Markup != telegramtest.Keyboard {
		return
	}
	if p.waits && m.Text == p.last && p.said != "/menu" { // it came twice: she says the same once more, or waits
		if p.random.IntN(2) == 0 {
			p.say(p.said)
		}
		return
	}
	p.last = m.Text
	p.waits = false
	p.asked = &question{m.Text, m.Labels()}
	p.mu.Lock()
	p.rests = false
	p.mu.Unlock()
}

// understand takes in which language the bot speaks: that which she chose, and
// after that always the same.
func (p *person) understand(text string) {
	for _, code := range locales.Languages {
		words := p.Words.In(code, "")
		changed := strings.Contains(text, words.T("settings.language_done"))
		if !changed && !strings.HasSuffix(text, words.T("menu.what")) {
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
		p.say("/menu")
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
	id := p.tg.Text(p.chat, text)
	p.updates, p.World.said = append(p.updates, id), append(p.World.said, time.Now())
	p.inputs++
	p.report.Inputs++
	p.note("%s says %.40q, update %d", p.name, text, id)
	if !p.calm && p.chance(15) {
		p.tg.Repeat(id)
	}
}

// member is she as the store knows her.
func (p *person) member(tx *store.Tx) (*store.Member, error) {
	c, err := tx.Contact(tx.ContactID(Channel, itoa(p.chat)))
	if err != nil {
		return nil, fmt.Errorf("contact of %s: %w", p.name, err)
	}
	return tx.Member(c.Speaker)
}

// A pattern finds what a message says in a text, in any language.
type pattern []*regexp.Regexp

// compile makes a pattern of the message id, of which arg is found.
func compile(words *locales.Catalog, id, arg string, others ...string) pattern {
	const here, whatever = "\x01", "\x02"
	args := []any{arg, here}
	for _, name := range others {
		args = append(args, name, whatever)
	}
	var all pattern
	for _, code := range locales.Languages {
		text := regexp.QuoteMeta(words.In(code, "").T(id, args...))
		text = strings.ReplaceAll(strings.ReplaceAll(text, here, `([^\n”"]+?)`), whatever, `[^\n]*?`)
		all = append(all, regexp.MustCompile("(?m)"+text))
	}
	return all
}

// find returns what stands in text, or "".
func (all pattern) find(text string) string {
	for _, r := range all {
		if m := r.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// quiet says whether everybody rests and nothing is under way.
func (w *World) quiet() bool {
	waiting := w.tg.Waiting()
	w.mu.Lock()
	defer w.mu.Unlock()
	return waiting == 0 && w.confirmed == len(w.updates) && len(w.ledger.open) == 0 &&
		!slices.ContainsFunc(w.people, func(p *person) bool { return !p.rests })
}

// restless says what hinders everything from coming to rest.
func (w *World) restless() {
	waiting := w.tg.Waiting()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken("all comes to rest", "%d updates wait, %d messages are not settled", waiting, len(w.ledger.open))
	for _, p := range w.people {
		if !p.rests {
			w.broken("everybody is answered", "%s waits for an answer", p.name)
		}
	}
	for _, p := range w.ledger.open {
		w.broken("every message arrives", "%.60q to %s", p.Text, p.Address)
	}
}
