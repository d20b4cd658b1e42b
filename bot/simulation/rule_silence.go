package simulation

import "time"

// leftAlone: whom the network refuses to reach is not written to before
// something that she wrote was heard.
var leftAlone = Rule{
	Name: "who blocked the bot is left alone",
	Kept: func(w *World, c *Commit) {
		in := turnOf(w, c)
		if in == nil {
			return
		}
		p := in.by
		_, address := p.phone.names()
		if in.blocks {
			w.hush(address)
			return
		}
		delete(w.silent, address)
		if p.back.IsZero() || in.at.Before(p.back) {
			return
		}
		if last := &p.away[len(p.away)-1]; last.to.IsZero() {
			last.to = time.Now() // now the service knows
		}
	},
}

// hush is told that the service knows that nothing reaches an address.
// World.mu is held.
func (w *World) hush(address string) {
	if _, known := w.silent[address]; !known {
		w.silent[address] = time.Now()
	}
}

// listen is told that the service calls the network to show something.
// World.mu is held.
func (w *World) listen(address, text string) {
	if since, silent := w.silent[address]; silent && time.Since(since) > time.Second { // what was on its way then may arrive
		w.broken(leftAlone.Name, "%.60q is sent to %s, who blocked the bot %v ago", text, address, time.Since(since))
	}
}
