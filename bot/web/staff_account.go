package web

import (
	"net/http"
	"slices"
	"time"

	"chihai/store"
)

// accountPage is what she sees of her own sign-ins.
type accountPage struct {
	Set      string // a passphrase was just set: how strong it is, in words
	Fault    string
	Least    int
	Code     string
	Sessions []sessionLine
}

type sessionLine struct {
	Browser string
	Since   string
	Used    string
	Here    bool
}

// strengths are the words for what [strength] returns.
var strengths = map[string]string{"good": "desk.strength_good", "better": "desk.strength_better", "best": "desk.strength_best"}

// account shows where she is signed in, and lets her change her passphrase.
func (v *visit) account() error {
	set := ""
	if id := strengths[v.r.URL.Query().Get("set")]; id != "" {
		set = v.T(id)
	}
	return v.showAccount(http.StatusOK, set, "")
}

func (v *visit) showAccount(status int, set, fault string) error {
	p := accountPage{Set: set, Fault: fault, Least: minPassphrase, Code: v.member.Code}
	var all []*store.Session
	err := v.Store.View(v.r.Context(), func(tx *store.Tx) error {
		for s, err := range tx.Sessions(v.member.ID) {
			if err != nil {
				return err
			}
			if s.Good(tx.Now) && !s.Proved.IsZero() {
				all = append(all, s)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b *store.Session) int { return b.Used.Compare(a.Used) })
	for _, s := range all {
		p.Sessions = append(p.Sessions, sessionLine{s.Browser, v.moment(s.Started), v.moment(s.Used), s.Hash == v.session.Hash})
	}
	v.page(status, "staff_account.html", "desk.account", p)
	return nil
}

// changePassphrase puts a new passphrase in the place of the one that she gives
// with it. All her other sessions end.
func (v *visit) changePassphrase() error {
	was, err := v.passphraseOf(v.r.Context(), v.member.ID)
	if err != nil {
		return err
	}
	fault, status, err := v.prove(v.w, v.r, v.viewer, was)
	if err != nil {
		return err
	}
	if fault != "" {
		return v.showAccount(status, "", fault)
	}
	next, fault, err := v.choose(v.r, v.viewer, "next")
	if err != nil {
		return err
	}
	if fault != "" {
		return v.showAccount(http.StatusUnprocessableEntity, "", fault)
	}
	if err := v.begin(v.w, v.r, v.viewer, was, next); err != nil {
		v.leave(v.w, v.r, err)
		return nil
	}
	http.Redirect(v.w, v.r, "/staff/account?set="+strength(v.r.PostFormValue("next")), http.StatusSeeOther)
	return nil
}

// endSessions signs her out everywhere.
func (v *visit) endSessions() error {
	return v.end(func(tx *store.Tx) error {
		_, err := tx.EndSessions(v.member.ID)
		return err
	}, "sign out everywhere")
}

// signOut ends the session of this browser.
func (v *visit) signOut() error {
	return v.end(func(tx *store.Tx) error { return tx.EndSession(v.session) }, "sign out")
}

func (v *visit) end(end func(*store.Tx) error, did string) error {
	err := v.Store.Update(v.r.Context(), func(tx *store.Tx) error {
		if err := end(tx); err != nil {
			return err
		}
		return tx.Log(v.member.ID, did, "")
	})
	if err != nil {
		return err
	}
	v.setCookie(v.w, "", "")
	http.Redirect(v.w, v.r, "/staff/in", http.StatusSeeOther)
	return nil
}

// again asks for her passphrase once more, before what matters.
func (v *visit) again() error {
	v.askAgain(http.StatusOK, "")
	return nil
}

func (v *visit) askAgain(status int, fault string) {
	v.page(status, "staff_again.html", "desk.again", passphraseForm{To: staffPath(v.r.FormValue("to")), Fault: fault, Member: v.member.Code})
}

// proveAgain takes it and leads her back.
func (v *visit) proveAgain() error {
	was, err := v.passphraseOf(v.r.Context(), v.member.ID)
	if err != nil {
		return err
	}
	fault, status, err := v.prove(v.w, v.r, v.viewer, was)
	if err != nil {
		return err
	}
	if fault != "" {
		v.askAgain(status, fault)
		return nil
	}
	if err := v.begin(v.w, v.r, v.viewer, was, nil); err != nil {
		v.leave(v.w, v.r, err)
		return nil
	}
	http.Redirect(v.w, v.r, staffPath(v.r.PostFormValue("to")), http.StatusSeeOther)
	return nil
}

// moment writes day and time of day as they are where people live.
func (v *visit) moment(t time.Time) string { return v.When(t.In(v.Zone)) }
