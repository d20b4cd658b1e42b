package simulation

import (
	"fmt"
	"strings"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// screensWhole: what stands on the screen of a web chat stands on the page, and
// a message is put there once.
var screensWhole = Rule{
	Name: "a page shows its whole screen",
	Kept: func(w *World, c *Commit) {
		for _, wr := range c.Writes {
			var l store.Line
			if wr.Bucket != "screen" || wr.Value == nil || json.Unmarshal(wr.Value, &l) != nil || l.Mine {
				continue
			}
			p := w.ledger.open[l.ID]
			if p == nil {
				w.broken("a page shows its whole screen", "%.60q is shown and was never posted, or is settled", l.Text)
				continue
			}
			w.note("%.8s is shown %.50q", p.Address, p.Text)
			w.see(p)
		}
	},
	End: func(w *World, tx *store.Tx) error {
		for _, p := range w.people {
			b, web := p.phone.(*browser)
			if !web {
				continue
			}
			for l, err := range tx.Screen(tx.ContactID(p.phone.names())) {
				if err != nil {
					return err
				}
				if !b.known[l.ID] {
					return fmt.Errorf("%s does not see %.60q", p.name, strings.TrimSpace(l.Text))
				}
			}
		}
		return nil
	},
}
