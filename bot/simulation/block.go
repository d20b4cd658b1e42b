package simulation

import (
	"context"
	"time"
)

// leave has her block the bot for a while, when she is one who does that and
// stands at the menu; and says whether it did. Whatever was on its way to her
// is lost meanwhile, and her first word afterwards brings her back.
func (p *person) leave(ctx context.Context) bool {
	c, telegram := p.phone.(*chat)
	p.mu.Lock()
	stays := !telegram || !p.nature.blocks || p.closing || p.waits || p.asked == nil || !p.asked.has(p, "menu.settings") || p.random.IntN(12) > 0
	if stays {
		p.mu.Unlock()
		return false
	}
	p.does(itoa(p.tg.Block(c.id))).blocks = true
	p.away, p.back = append(p.away, span{from: time.Now()}), time.Time{}
	p.report.Blocked++
	p.note("%s blocks the bot", p.name)
	back := time.NewTimer(time.Duration(5+p.random.IntN(600)) * time.Second)
	p.mu.Unlock()
	defer back.Stop()
	select {
	case <-back.C:
	case <-ctx.Done():
	}
	p.awake(ctx)
	p.asked = nil
	p.mu.Lock()
	p.does(itoa(p.tg.Unblock(c.id)))
	p.back = time.Now()
	p.note("%s is back", p.name)
	p.mu.Unlock()
	p.say("/menu")
	return true
}

// unreachable says whether nothing reached her at some time within a span, as
// far as the service can know. World.mu is held.
func (p *person) unreachable(from, to time.Time) bool {
	for _, a := range p.away {
		if !a.from.After(to) && (a.to.IsZero() || !a.to.Before(from)) { // in a bubble much happens at one instant
			return true
		}
	}
	return false
}
