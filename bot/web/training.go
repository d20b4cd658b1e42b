package web

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"

	"chihai/store"
)

// The public page of a training is made to be posted in a group chat. It says
// only what may stand on any phone: the neutral name, never the official one,
// and nobody's name. Whoever has the link of a training that is not listed is
// invited; search engines are not.

// languages are those of the page, with how each calls itself.
var languages = []language{{"vi", "Tiếng Việt"}, {"km", "ខ្មែរ"}, {"en", "English"}}

type language struct{ Code, Name string }

// trainingPage is what the template shows.
type trainingPage struct {
	words     func(lang, id string, args ...any) string
	Language  string
	Languages []language
	Page      string // address of the page as the outside reaches it
	Path      string // the same on this server
	Name      string
	When      string
	Place     string
	Audience  string
	Children  bool
	Seats     string // how many are left, or that none is
	Closed    string // why one cannot register any more; empty: one can
	In        string // code of the room, with which she came; empty: she did not
	Listed    bool
	Doors     []door
}

// roomCode is the form of the code of a room, which the QR code there brings.
var roomCode = regexp.MustCompile(`^[0-9]{6}$`)

// A door leads from the page into a talk about the training.
type door struct{ Label, Link string }

// T says a message in the language of the page.
func (p trainingPage) T(id string, args ...any) string { return p.words(p.Language, id, args...) }

// training shows the page of the training with the code.
func (s *Server) training(w http.ResponseWriter, r *http.Request) {
	lang := pageLanguage(r)
	t, status, err := s.findTraining(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := trainingPage{words: s.Words, Language: lang, Languages: languages}
	if t == nil {
		s.show(w, r, status, "missing.html", p)
		return
	}
	p.Page, p.Path = s.trainingURL(t), "/e/"+t.Code
	p.Name, p.Place, p.Audience, p.Children, p.Listed = t.Name.In(lang), t.Place, t.Audience.In(lang), t.Children, t.Listed
	p.When = s.When(lang, t.Start)
	ask, payload, now := "web.register", "t"+t.Code, s.Store.Now()
	switch {
	case !t.Cancelled.IsZero():
		p.Closed = p.T("web.cancelled")
	case !t.Open(now) && now.Before(t.End):
		p.Closed = p.T("web.begun")
	case !t.Open(now):
		p.Closed = p.T("web.over")
	case t.ByInvitation:
		p.Closed = p.T("invitation.web")
	case t.Free() == 0:
		p.Seats, ask = p.T("web.full"), "web.wait"
	default:
		p.Seats = p.T("web.seats_left", "n", t.Free())
	}
	if code := r.URL.Query().Get("in"); roomCode.MatchString(code) && t.RoomOpen(now) {
		p.In, ask, payload = code, "web.check_in", "p"+t.Code+code
	}
	if p.Closed == "" || p.In != "" {
		for _, n := range s.Networks {
			if link := n.Link(payload); link != "" {
				p.Doors = append(p.Doors, door{p.T(ask, "network", n.Name), link})
			}
		}
	}
	if !t.Listed {
		w.Header().Set("X-Robots-Tag", "noindex")
	}
	s.show(w, r, http.StatusOK, "training.html", p)
}

// findTraining returns the training with the code in the path, or nil with the
// status to answer. Codes cannot be tried out: after some that do not exist, a
// connection has to wait.
func (s *Server) findTraining(r *http.Request) (*store.Training, int, error) {
	from := s.neighbour(r)
	if s.limits.misses.spent(from) {
		return nil, http.StatusTooManyRequests, nil
	}
	t, err := s.trainingByCode(r.Context(), r.PathValue("code"))
	if errors.Is(err, store.ErrNotFound) {
		s.limits.misses.take(from)
		return nil, http.StatusNotFound, nil
	}
	return t, http.StatusOK, err
}

func (s *Server) trainingByCode(ctx context.Context, code string) (*store.Training, error) {
	if len(code) > 40 || store.ReadCode(code) == "" { // nothing that could be a key
		return nil, store.ErrNotFound
	}
	var t *store.Training
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		var err error
		t, err = tx.TrainingByCode(code)
		return err
	})
	return t, err
}

// trainingURL is the address of the page as the outside reaches it.
func (s *Server) trainingURL(t *store.Training) string {
	return s.URL.Scheme + "://" + s.URL.Host + "/e/" + t.Code
}

// trainingQR draws the address of the page.
func (s *Server) trainingQR(w http.ResponseWriter, r *http.Request) {
	if !s.limits.requests.take(s.neighbour(r)) {
		tooMany(w)
		return
	}
	t, status, err := s.findTraining(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if t == nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	png, err := QR(s.trainingURL(t))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Write(png)
}

// trainingEvent hands out the training as an entry for the phone's calendar.
func (s *Server) trainingEvent(w http.ResponseWriter, r *http.Request) {
	t, status, err := s.findTraining(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if t == nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+t.Code+`.ics"`)
	w.Write(CalendarEntry(t, pageLanguage(r), s.trainingURL(t), s.Store.Now()))
}

// pageLanguage is the language that the address asks for. It is not guessed
// from the browser: the phones of those who read Khmer mostly speak English.
func pageLanguage(r *http.Request) string {
	code := r.URL.Query().Get("lang")
	if slices.ContainsFunc(languages, func(l language) bool { return l.Code == code }) {
		return code
	}
	return "vi"
}
