package web

import (
	"net/http"
	"slices"
	"strings"

	"chihai/locales"
	"chihai/store"
)

const (
	broadcastsPage = 20    // broadcasts on a page
	mostLooked     = 2_000 // of them are looked at for one page
	broadcastLive  = "5"   // seconds after which the page of one that goes on is asked for again
)

// broadcastsList is what the page with the broadcasts shows that she may see:
// her own, and those to areas of hers. Drafts are their writer's.
type broadcastsList struct {
	Broadcasts []broadcastLine
	Pages      turning
}

type broadcastLine struct {
	Path  string
	Text  string // how it begins
	State string
	When  string // it began, or was made
	Done  int    // recipients who have come to an end
	Total int
}

// broadcastDetail is what the page of one broadcast shows.
type broadcastDetail struct {
	broadcastLine
	Whole string // what it says in Vietnamese
	Bins  []broadcastBin
}

type broadcastBin struct {
	Label string
	N     int
}

// broadcasts shows the latest broadcasts.
func (v *visit) broadcasts() error {
	list := broadcastsList{Pages: v.turned()}
	err := v.Store.View(v.r.Context(), func(tx *store.Tx) error {
		list.Broadcasts, list.Pages.More = nil, false
		skip, looked := (list.Pages.Page-1)*broadcastsPage, 0
		for b, err := range tx.Broadcasts() {
			if err != nil {
				return err
			}
			if looked++; looked > mostLooked {
				break
			}
			if !v.seesBroadcast(b) {
				continue
			}
			if skip--; skip >= 0 {
				continue
			}
			if len(list.Broadcasts) == broadcastsPage {
				list.Pages.More = list.Pages.Page < lastPage
				break
			}
			n, err := tx.BroadcastCounts(b)
			if err != nil {
				return err
			}
			list.Broadcasts = append(list.Broadcasts, v.broadcastLine(b, n))
		}
		return nil
	})
	if err != nil {
		return err
	}
	v.page(http.StatusOK, "staff_broadcasts.html", "desk.broadcasts", list)
	return nil
}

// broadcast shows one broadcast and what has become of its recipients, by
// numbers. While it goes on the page asks for itself again.
func (v *visit) broadcast() error {
	var d broadcastDetail
	live := false
	err := v.Store.View(v.r.Context(), func(tx *store.Tx) error {
		b, err := tx.BroadcastByCode(v.r.PathValue("code"))
		if err != nil {
			return err
		}
		if !v.seesBroadcast(b) {
			return store.ErrNotFound
		}
		n, err := tx.BroadcastCounts(b)
		if err != nil {
			return err
		}
		live = b.Live()
		d = broadcastDetail{broadcastLine: v.broadcastLine(b, n), Whole: b.Text.In(locales.Source)}
		for _, bin := range []broadcastBin{
			{"waiting", n.Waiting + n.Posted}, {"delivered", n.Delivered}, {"blocked", n.Blocked}, {"failed", n.Failed},
			{"unknown", n.Unknown}, {"unreachable", n.Unreachable}, {"withdrawn", n.Withdrawn},
		} {
			d.Bins = append(d.Bins, broadcastBin{v.T("desk.bin_" + bin.Label), bin.N})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if live {
		v.w.Header().Set("Refresh", broadcastLive)
	}
	v.page(http.StatusOK, "staff_broadcast.html", "desk.broadcast", d)
	return nil
}

// seesBroadcast says whether she may see b: it is her own, or goes to areas that
// are all hers and is no draft.
func (v *visit) seesBroadcast(b *store.Broadcast) bool {
	if b.By == v.member.ID {
		return true
	}
	return b.State != store.Draft && len(b.Scope.Areas) > 0 &&
		!slices.ContainsFunc(b.Scope.Areas, func(code string) bool { return !v.may(seeBroadcasts, code) })
}

func (v *visit) broadcastLine(b *store.Broadcast, n store.Bins) broadcastLine {
	at := b.Created
	if !b.Started.IsZero() {
		at = b.Started
	}
	text := []rune(strings.Join(strings.Fields(b.Text.In(locales.Source)), " "))
	if len(text) > 80 {
		text = append(text[:79], '…')
	}
	return broadcastLine{
		Path: "/staff/broadcasts/" + b.Code, Text: string(text), State: v.T("broadcast.mark_" + string(b.State)), When: v.moment(at),
		Done: n.Over(), Total: b.Total,
	}
}
