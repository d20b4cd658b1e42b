package web

import (
	"net/http"
	"strconv"

	"chihai/store"
)

// phonesPage shows several phones side by side, each a visitor of her own.
func (s *Server) phonesPage(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil {
		n = 3
	}
	// A browser opens six connections to a server at most, and each phone
	// keeps one for its stream.
	n = min(max(n, 2), maxPhones)
	c := s.clock()
	if c != nil {
		c.Phones = n
	}
	s.show(w, r, http.StatusOK, "phones.html", struct {
		Phones, Slots []int
		Clock         *clock // nil: it cannot be moved
	}{slots(maxPhones)[1:], slots(n), c})
}

// maxPhones is enough for an officer, a facilitator and three women.
const maxPhones = 5

func slots(n int) []int {
	var all []int
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// role makes the visitor a facilitator or an officer, in the demo and for
// browsers on this machine only.
func (s *Server) role(w http.ResponseWriter, r *http.Request) {
	if !s.local(r) {
		http.Error(w, "roles are chosen on the machine itself", http.StatusForbidden)
		return
	}
	var d struct {
		Visitor string `json:"visitor"`
		Role    string `json:"role"`
	}
	if !read(w, r, &d) {
		return
	}
	if d.Role != "facilitator" && d.Role != "staff" {
		http.Error(w, "no such role", http.StatusBadRequest)
		return
	}
	err := s.Store.View(r.Context(), func(tx *store.Tx) error { return checkToken(tx, d.Visitor) })
	if err != nil {
		http.Error(w, err.Error(), http.StatusGone)
		return
	}
	if err := s.Roles(r.Context(), d.Visitor, d.Role); err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, struct{}{})
}
