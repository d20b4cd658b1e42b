package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"chihai/store"
)

// The page that stands in the room of a training, on a wall or a phone: a code
// that changes every [store.RoomChange], by which women check themselves in. It
// holds nobody's name, and the neutral name of the training. It needs no script:
// the browser asks for it again by itself (the header Refresh, HTML Living
// Standard § 7.4.6).

// roomWall is what the page shows.
type roomWall struct {
	Back    string // path of the training's page
	Name    string
	Picture string // path of the QR code
	Code    string // with a space in the middle; empty: it does not count now
	Opens   string // when it begins to count; empty: it has, or never will again
	Came    int
	Taken   int
}

// roomLate is how long after the code has changed the page asks for itself, so
// that it gets the next one and not the last again.
const roomLate = time.Second

// room shows the code of the room.
func (v *visit) room() error {
	t, code, until, err := v.roomCode()
	if err != nil {
		return err
	}
	now := v.Store.Now()
	back := "/staff/trainings/" + t.Code
	wall := roomWall{Back: back, Name: t.Name.In(v.Language), Came: t.Came, Taken: t.Taken}
	switch {
	case t.RoomOpen(now):
		wall.Code, wall.Picture = code[:3]+" "+code[3:], back+"/room.png?n="+strconv.FormatInt(until.Unix(), 10)
	case t.Cancelled.IsZero() && now.Before(t.Start):
		wall.Opens = v.moment(t.Start.Add(-store.RoomTime))
	}
	refresh(v.w, until.Sub(now)+roomLate)
	v.page(http.StatusOK, "staff_room.html", "desk.room", wall)
	return nil
}

// roomPicture draws the code of the room.
func (v *visit) roomPicture() error {
	t, code, _, err := v.roomCode()
	if err != nil {
		return err
	}
	if !t.RoomOpen(v.Store.Now()) {
		return store.ErrNotFound
	}
	png, err := QR(v.roomLink(t, code))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "image/png")
	v.w.Write(png)
	return nil
}

// roomCode is the training in the path with the code of its room now, and when
// that changes.
func (v *visit) roomCode() (t *store.Training, code string, until time.Time, err error) {
	if t, err = v.ownTraining(checkIn); err != nil {
		return nil, "", time.Time{}, err
	}
	err = v.Store.View(v.r.Context(), func(tx *store.Tx) error {
		code, until = tx.RoomCode(t.ID, tx.Now)
		return nil
	})
	return t, code, until, err
}

// roomLink is what the QR code in the room says: where there is one network the
// talk on it, else the public page, on which she chooses one.
func (s *Server) roomLink(t *store.Training, code string) string {
	var links []string
	for _, n := range s.Networks {
		if link := n.Link("p" + t.Code + code); link != "" {
			links = append(links, link)
		}
	}
	if len(links) != 1 {
		return s.trainingURL(t) + "?in=" + code
	}
	if strings.HasPrefix(links[0], "/") {
		return s.URL.Scheme + "://" + s.URL.Host + links[0]
	}
	return links[0]
}

// refresh has the browser ask for the page again after d, in whole seconds.
func refresh(w http.ResponseWriter, d time.Duration) {
	w.Header().Set("Refresh", strconv.Itoa(int((d+time.Second-1)/time.Second)))
}
