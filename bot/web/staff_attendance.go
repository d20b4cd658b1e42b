package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"chihai/bot/export"
	"chihai/store"
)

// Who came to a training, on its page: seen as it changes, checked in and undone
// by a button.

const (
	// rollRefresh is how soon the page shows who has come meanwhile.
	rollRefresh = 30 * time.Second
	// rollSeen is for how long a page that shows itself again is one look in the
	// audit.
	rollSeen = 10 * time.Minute
)

// ways say by what somebody was checked in.
var ways = map[store.How]string{store.ByScan: "desk.by_scan", store.ByRoom: "desk.by_room", store.ByName: "desk.by_name"}

// came is what the page says of whether p came.
func (v *visit) came(t *store.Training, p export.Person) string {
	if p.Came.IsZero() {
		if p.Absent && t.Came > 0 {
			return v.T("desk.absent")
		}
		return ""
	}
	at, start := p.Came.In(v.Zone), t.Start.In(v.Zone)
	said := v.Clock(at)
	if at.Format(time.DateOnly) != start.Format(time.DateOnly) {
		said = v.When(at)
	}
	if way := ways[p.CameHow]; way != "" {
		said += ", " + v.T(way)
	}
	if p.CameBy != "" {
		said += ", " + p.CameBy
	}
	return said
}

// look keeps that she saw who takes part in the training. While the page shows
// itself again and again that is kept once in a while.
func (v *visit) look(t *store.Training) error {
	if !t.RoomOpen(v.Store.Now()) {
		return v.log("see registrations", t.ID)
	}
	return v.Store.Update(v.r.Context(), func(tx *store.Tx) error {
		first, err := tx.FirstSeen(fmt.Sprintf("look/%s/%s/%d", v.member.ID, t.ID, tx.Now.Unix()/int64(rollSeen/time.Second)))
		if err != nil || !first {
			return err
		}
		return tx.Log(v.member.ID, "see registrations", t.ID)
	})
}

// markCame checks somebody in, or takes it back, as the button says that she
// pressed, and shows the page where she was.
func (v *visit) markCame() error {
	t, err := v.ownTraining(checkIn)
	if err != nil {
		return err
	}
	member, undo := v.r.PostFormValue("member"), v.r.PostFormValue("do") == "undo"
	if len(member) > 40 || !utf8.ValidString(member) || strings.ContainsAny(member, "/\x00") { // nothing that could be an ID
		return store.ErrNotFound
	}
	err = v.Store.Update(v.r.Context(), func(tx *store.Tx) error {
		did := "check in"
		if undo {
			did = "undo check in"
			_, err := tx.UndoCheckIn(t.ID, member, v.member.ID)
			if err != nil {
				return err
			}
		} else if _, first, err := tx.CheckIn(t.ID, member, v.member.ID, store.ByName); err != nil || !first {
			return err
		}
		return tx.Log(v.member.ID, did, t.ID+"/"+member)
	})
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrNoSeat), errors.Is(err, store.ErrCancelled),
		errors.Is(err, store.ErrEarly), errors.Is(err, store.ErrLate): // somebody else was quicker: the page shows how it is now
	case err != nil:
		return err
	}
	to := url.Values{}
	for _, name := range []string{"page", "show"} {
		if value := v.r.PostFormValue(name); value != "" && len(value) < 20 {
			to.Set(name, value)
		}
	}
	path := "/staff/trainings/" + t.Code
	if len(to) > 0 {
		path += "?" + to.Encode()
	}
	http.Redirect(v.w, v.r, path+"#people", http.StatusSeeOther)
	return nil
}
