package web

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"chihai/locales"
	"chihai/store"
)

// A viewer is who is signed in, as far as one request is concerned.
type viewer struct {
	*locales.Printer // her language and form of address
	member           *store.Member
	session          *store.Session
	grants           []*store.Grant // those that hold now
	areas            *store.AreaTree
	organisation     string
}

// may says whether she may do a for what belongs to the area.
func (v *viewer) may(a action, area string) bool { return may(v.grants, v.areas, a, area) }

// within returns a function that says whether she may do a in an area.
func (v *viewer) within(a action) func(area string) bool {
	return func(area string) bool { return v.may(a, area) }
}

// signedIn returns who asks, or [store.ErrNotFound] when nobody is signed in
// there, has not given her passphrase, or holds no role any more. It keeps now
// and then that the session is used.
func (st *staff) signedIn(r *http.Request) (*viewer, error) {
	who, err := st.viewer(r)
	if err != nil {
		return nil, err
	}
	if who.session.Proved.IsZero() {
		return nil, store.ErrNotFound
	}
	if st.Store.Now().Sub(who.session.Used) < store.SessionTouch {
		return who, nil
	}
	return who, st.Store.Update(r.Context(), func(tx *store.Tx) error {
		_, token, _ := st.cookie(r)
		s, err := tx.Session(who.member.ID, token) // it may have ended since
		if err != nil {
			return err
		}
		return tx.TouchSession(s)
	})
}

// viewer returns who asks, even with half a session, or [store.ErrNotFound].
func (st *staff) viewer(r *http.Request) (*viewer, error) {
	member, token, ok := st.cookie(r)
	if !ok {
		return nil, store.ErrNotFound
	}
	who := &viewer{}
	err := st.Store.View(r.Context(), func(tx *store.Tx) (err error) {
		if who.session, err = tx.Session(member, token); err != nil {
			return err
		}
		if who.member, err = tx.Member(member); err != nil {
			return err
		}
		if who.grants, err = tx.Grants(who.member); err != nil {
			return err
		}
		settings, err := tx.Settings()
		if err != nil {
			return err
		}
		who.organisation = settings.Organisation
		who.areas, err = tx.Areas()
		return err
	})
	if err != nil {
		return nil, err
	}
	if !mayAnywhere(who.grants, ownAccount) {
		return nil, store.ErrNotFound
	}
	who.Printer = st.Speak(who.member.Language, who.member.Address)
	return who, nil
}

// newSessionToken makes the secret that a browser holds: 256 random bits.
func newSessionToken() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// cookieName is that of the cookie. A browser takes one whose name begins with
// __Host- only over TLS, for this host alone.
func (st *staff) cookieName() string {
	if st.URL.Scheme == "https" {
		return "__Host-chihai"
	}
	return "chihai"
}

// setCookie gives the browser the token of the member's session; an empty token
// takes it away.
func (st *staff) setCookie(w http.ResponseWriter, member, token string) {
	c := &http.Cookie{ // #nosec G124 -- Secure wherever the outside is https
		Name: st.cookieName(), Value: member + "." + token, Path: "/",
		HttpOnly: true, Secure: st.URL.Scheme == "https", SameSite: http.SameSiteStrictMode,
	}
	if token == "" {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
}

// cookie reads what setCookie gave. What it returns may stand in a key.
func (st *staff) cookie(r *http.Request) (member, token string, ok bool) {
	c, err := r.Cookie(st.cookieName())
	if err != nil || len(c.Value) > 100 {
		return "", "", false
	}
	member, token, ok = strings.Cut(c.Value, ".")
	return member, token, ok && token != "" && isID(member)
}

// isID says whether s looks like an id of the store.
func isID(s string) bool {
	return len(s) == 26 && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

// freshTime is for how long a passphrase counts as just given.
const freshTime = 15 * time.Minute

// fresh says whether she gave her passphrase a short while ago. If not, she is
// asked for it, and led back to the page with the path back afterwards; the
// caller answers nothing then. It stands before whatever hands out many names
// or reaches many people.
func (v *visit) fresh(back string) bool {
	if v.Store.Now().Sub(v.session.Proved) < freshTime {
		return true
	}
	http.Redirect(v.w, v.r, "/staff/again?to="+url.QueryEscape(back), http.StatusSeeOther)
	return false
}

// staffPath returns the path if it is one of a staff page, and that of the
// first one otherwise: who made a link may not choose where it leads to.
func staffPath(path string) string {
	rest, ok := strings.CutPrefix(path, "/staff/")
	if !ok || strings.Trim(strings.ToLower(rest), "0123456789abcdefghijklmnopqrstuvwxyz/_-") != "" || strings.Contains(rest, "//") || strings.HasPrefix(rest, "/") {
		return "/staff/"
	}
	return path
}

// browserName is how a person recognises one of her browsers: never more than
// the kind of machine and the name of the program.
func browserName(agent string) string {
	find := func(names ...string) string {
		for _, n := range names {
			if strings.Contains(agent, n) {
				return n
			}
		}
		return ""
	}
	machine := find("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
	program := find("Telegram", "Zalo", "CocCoc", "coc_coc", "Edg", "OPR", "SamsungBrowser", "Firefox", "Chrome", "Safari")
	switch program {
	case "Edg":
		program = "Edge"
	case "OPR":
		program = "Opera"
	case "coc_coc", "CocCoc":
		program = "Cốc Cốc"
	case "SamsungBrowser":
		program = "Samsung Internet"
	}
	if machine == "Macintosh" {
		machine = "Mac"
	}
	return strings.Trim(machine+" · "+program, " ·")
}
