package web

import (
	"net/http"
	"strconv"
	"time"
)

// A clock is the time of the demo with the ways to move it.
type clock struct {
	Now    string
	Steps  []clockStep
	Sorry  bool // somebody on another machine tried
	Phones int  // how many stand beside it; 0: none
}

type clockStep struct{ Value, Label string }

// clockSteps are by how much the time of the demo moves at a press: enough for
// an offer that lapses, a training that begins and what comes after it.
var clockSteps = []clockStep{{"10m", "10 phút"}, {"1h", "1 giờ"}, {"6h", "6 giờ"}, {"24h", "1 ngày"}, {"168h", "1 tuần"}}

// clock is what a page shows of the time; nil: it cannot be moved.
func (s *Server) clock() *clock {
	if s.Forward == nil {
		return nil
	}
	return &clock{Now: s.When("vi", s.Store.Now()), Steps: clockSteps}
}

func (s *Server) clockPage(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, http.StatusOK, "clock_page.html", s.clock())
}

// forward moves the time of the demo, for browsers on this machine only: all
// who look at it have the same time.
func (s *Server) forward(w http.ResponseWriter, r *http.Request) {
	if !s.local(r) {
		c := s.clock()
		c.Sorry = true
		s.show(w, r, http.StatusForbidden, "clock_page.html", c)
		return
	}
	by := r.PostFormValue("by")
	for _, step := range clockSteps {
		if step.Value != by {
			continue
		}
		d, err := time.ParseDuration(by)
		if err == nil {
			err = s.Forward(r.Context(), d)
		}
		if err != nil {
			s.fail(w, r, err)
			return
		}
		http.Redirect(w, r, backTo(r), http.StatusSeeOther) // #nosec G710 -- one of five pages of our own
		return
	}
	http.Error(w, "no such step", http.StatusBadRequest)
}

// backTo is the page of the demo from which the clock was moved.
func backTo(r *http.Request) string {
	if n, err := strconv.Atoi(r.PostFormValue("phones")); err == nil && 2 <= n && n <= maxPhones {
		return "/phones?n=" + strconv.Itoa(n)
	}
	return "/demo/clock"
}
