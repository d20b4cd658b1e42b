package web

import (
	"errors"
	"net/http"

	"chihai/locales"
	"chihai/store"
)

// The staff pages, at /staff.
//
// Who signs in has a one-time code from her own chat and her passphrase
// (staff_signin.go); what she may see follows from her grants at every request
// (staff_right.go, staff_session.go). What she may not see is answered exactly
// as what does not exist.
//
// # How to add a page
//
// Write a file staff_NOUN.go with a function of *visit, its template
// assets/staff_NOUN.html that begins and ends with the templates of
// assets/staff.html, its words in the section "desk" of every language, and its
// line in [staff.routes], with the action that a role must be allowed. A page
// that shows or hands out names calls [visit.log]. A form posts to the address
// it was shown at.

// A staffRoute is a page of staff.
type staffRoute struct {
	pattern string // of net/http.ServeMux
	action  action
	serve   func(*visit) error
}

// routes are all pages that are seen after signing in.
func (st *staff) routes() []staffRoute {
	return []staffRoute{
		{"GET /staff/{$}", seeTrainings, (*visit).trainings},
		{"GET /staff/trainings/{code}", seePeople, (*visit).training},
		{"GET /staff/trainings/{code}/list.xlsx", takePeople, (*visit).workbook},
		{"POST /staff/trainings/{code}", checkIn, (*visit).markCame},
		{"GET /staff/trainings/{code}/room", checkIn, (*visit).room},
		{"GET /staff/trainings/{code}/room.png", checkIn, (*visit).roomPicture},
		{"GET /staff/broadcasts", seeBroadcasts, (*visit).broadcasts},
		{"GET /staff/broadcasts/{code}", seeBroadcasts, (*visit).broadcast},
		{"GET /staff/trainings/{code}/list.pdf", takePeople, (*visit).listToSign},
		{"GET /staff/members", seeMembers, (*visit).members},
		{"GET /staff/health", seeHealth, (*visit).health},
		{"GET /staff/account", ownAccount, (*visit).account},
		{"POST /staff/account", ownAccount, (*visit).changePassphrase},
		{"POST /staff/account/end", ownAccount, (*visit).endSessions},
		{"GET /staff/again", ownAccount, (*visit).again},
		{"POST /staff/again", ownAccount, (*visit).proveAgain},
		{"POST /staff/out", ownAccount, (*visit).signOut},
		{"/staff/", ownAccount, func(*visit) error { return store.ErrNotFound }},
	}
}

// menu are the pages that the head of every page leads to.
var menu = []struct {
	path   string
	label  string // message id
	action action
}{
	{"/staff/", "desk.trainings", seeTrainings},
	{"/staff/broadcasts", "desk.broadcasts", seeBroadcasts},
	{"/staff/members", "desk.members", seeMembers},
	{"/staff/health", "desk.health", seeHealth},
	{"/staff/account", "desk.account", ownAccount},
}

// staff are the pages of Union staff.
type staff struct {
	*Server
	hasher *hasher
	books  chan struct{} // one for each workbook that is being made
}

// booksAtOnce is how many workbooks are made at a time; others wait.
const booksAtOnce = 2

func newStaff(s *Server) *staff {
	return &staff{Server: s, hasher: newHasher(), books: make(chan struct{}, booksAtOnce)}
}

// add puts the pages into mux.
func (st *staff) add(mux *http.ServeMux) {
	handle := func(pattern string, serve http.HandlerFunc) { mux.Handle(pattern, st.behave(serve)) }
	handle("GET /staff", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/staff/", http.StatusSeeOther) })
	handle("GET /staff/in", st.signInPage)
	handle("POST /staff/in", st.signIn)
	handle("GET /staff/passphrase", st.passphrasePage)
	handle("POST /staff/passphrase", st.givePassphrase)
	for _, route := range st.routes() {
		handle(route.pattern, st.visited(route))
	}
}

// staffPolicy is what a page of staff may load and do: even less than others.
const staffPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// behave puts what is stricter for staff on every answer, the rest of which
// comes from [Server.guard], and bounds how much one connection may ask for.
func (st *staff) behave(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", staffPolicy)
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex")
		if !st.limits.requests.take(st.neighbour(r)) {
			tooMany(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// visited lets a route be seen by those who are signed in and may do its
// action. To all others there is nothing there.
func (st *staff) visited(route staffRoute) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := st.signedIn(r)
		switch {
		case errors.Is(err, store.ErrNotFound):
			http.Redirect(w, r, "/staff/in", http.StatusSeeOther)
			return
		case err != nil:
			st.fail(w, r, err)
			return
		}
		v := &visit{staff: st, viewer: who, w: w, r: r}
		if !mayAnywhere(who.grants, route.action) {
			v.missing()
			return
		}
		switch err := route.serve(v); {
		case errors.Is(err, store.ErrNotFound):
			v.missing()
		case err != nil:
			st.fail(w, r, err)
		}
	}
}

// A visit is one request of a member who is signed in and may make it. A page
// that returns [store.ErrNotFound] shows that there is no such page.
type visit struct {
	*staff
	*viewer
	w http.ResponseWriter
	r *http.Request
}

// missing answers what does not exist, or not for her.
func (v *visit) missing() {
	v.page(http.StatusNotFound, "staff_missing.html", "desk.missing", nil)
}

// page answers with the template name. title is a message id, and what the
// template shows below its head is body.
func (v *visit) page(status int, name, title string, body any) {
	p := staffPage{Printer: v.Printer, Title: v.T(title), Name: v.member.Name, Path: v.r.URL.Path, Organisation: v.organisation, Body: body}
	if p.Name == "" {
		p.Name = v.member.Code
	}
	for _, m := range menu {
		if mayAnywhere(v.grants, m.action) {
			p.Menu = append(p.Menu, menuItem{m.path, v.T(m.label), m.path == v.r.URL.Path})
		}
	}
	v.show(v.w, v.r, status, name, p)
}

// log keeps in the audit that she did something to the object.
func (v *visit) log(did, object string) error {
	return v.Store.Update(v.r.Context(), func(tx *store.Tx) error { return tx.Log(v.member.ID, did, object) })
}

// A staffPage is what every template of staff is given.
type staffPage struct {
	*locales.Printer // says the page's words
	Title            string
	Name             string // of who is signed in; empty: nobody is yet
	Organisation     string
	Path             string
	Menu             []menuItem
	Body             any
}

type menuItem struct {
	Path, Label string
	Here        bool
}
