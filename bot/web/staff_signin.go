package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"chihai/store"
)

// Signing in takes two things: a one-time code that the bot gives in the
// member's own chat, and her passphrase, which she chooses when she comes for
// the first time.
//
// The code stands behind the # of the link, so that it gets into no log and to
// no network's preview of links; a script of three lines puts it into the form.
// To open the link uses nothing up: pressing the button does.

// signInForm is what the page with the code shows.
type signInForm struct {
	Fault string // what is wrong; empty: nothing is
}

// signInPage asks for the code.
func (st *staff) signInPage(w http.ResponseWriter, r *http.Request) {
	st.askCode(w, r, http.StatusOK, "")
}

func (st *staff) askCode(w http.ResponseWriter, r *http.Request, status int, fault string) {
	words := st.Speak(pageLanguage(r), "")
	st.show(w, r, status, "staff_in.html", staffPage{Printer: words, Title: words.T("desk.in"), Path: r.URL.Path, Body: signInForm{fault}})
}

// signIn takes the code. A code that is not good, and one of somebody who is no
// staff any more, are answered alike. A good one is taken however many others
// were tried from the same network ([store.Tries]).
func (st *staff) signIn(w http.ResponseWriter, r *http.Request) {
	words := st.Speak(pageLanguage(r), "")
	typed := r.PostFormValue("code")
	typed = typed[strings.LastIndexByte(typed, '#')+1:] // the whole link, pasted
	if len(typed) > 40 {
		typed = ""
	}
	network, token := network(st.remote(r)), newSessionToken()
	var member *store.Member
	var wait time.Duration
	err := st.Store.Update(r.Context(), func(tx *store.Tx) error {
		member, wait = nil, 0
		m, err := tx.UseLoginCode(typed)
		if err == nil {
			var grants []*store.Grant
			if grants, err = tx.Grants(m); err == nil && !mayAnywhere(grants, ownAccount) {
				err = store.ErrCode
			}
		}
		if errors.Is(err, store.ErrCode) {
			var tries *store.Tries
			if tries, wait, err = tx.Try(store.TryNetwork, network); err != nil || wait > 0 || !tries.Worth(store.TryNetwork) {
				return err
			}
			return tx.Log("", "codes for the staff pages tried from one network", strconv.Itoa(tries.Failed))
		}
		if err != nil {
			return err
		}
		member = m
		if err := tx.Forgive(store.TryNetwork, network); err != nil {
			return err
		}
		_, err = tx.StartSession(m.ID, token, browserName(r.UserAgent()), false)
		return err
	})
	switch {
	case err != nil:
		st.fail(w, r, err)
	case wait > 0:
		retryAfter(w, wait)
		st.askCode(w, r, http.StatusTooManyRequests, words.T("desk.code_bad")) // not to wait: a good one is taken at once
	case member == nil:
		st.askCode(w, r, http.StatusForbidden, words.T("desk.code_bad"))
	default:
		st.setCookie(w, member.ID, token)
		http.Redirect(w, r, "/staff/passphrase", http.StatusSeeOther)
	}
}

// passphraseForm is what the page with the passphrase shows.
type passphraseForm struct {
	New    bool   // she chooses one
	To     string // where she is led afterwards; empty: to the first page
	Fault  string
	Least  int // characters of a new one
	Member string
}

// passphrasePage asks for the passphrase, or for a new one.
func (st *staff) passphrasePage(w http.ResponseWriter, r *http.Request) {
	who, has, err := st.half(r)
	if err != nil {
		st.leave(w, r, err)
		return
	}
	st.askPassphrase(w, r, who, has == nil, http.StatusOK, "")
}

func (st *staff) askPassphrase(w http.ResponseWriter, r *http.Request, who *viewer, choose bool, status int, fault string) {
	title := "desk.pass"
	if choose {
		title = "desk.pass_new"
	}
	st.show(w, r, status, "staff_passphrase.html", staffPage{
		Printer: who.Printer, Title: who.T(title), Path: r.URL.Path, Organisation: who.organisation,
		Body: passphraseForm{New: choose, Fault: fault, Least: minPassphrase, Member: who.member.Code},
	})
}

// half returns who has come by a code and is to give her passphrase, which is
// nil when she has none. Without half a session it returns [store.ErrNotFound].
func (st *staff) half(r *http.Request) (*viewer, *store.Passphrase, error) {
	who, err := st.viewer(r)
	if err != nil {
		return nil, nil, err
	}
	if !who.session.Proved.IsZero() {
		return nil, nil, store.ErrNotFound
	}
	p, err := st.passphraseOf(r.Context(), who.member.ID)
	return who, p, err
}

// passphraseOf returns the passphrase of the member, or nil.
func (st *staff) passphraseOf(ctx context.Context, member string) (p *store.Passphrase, err error) {
	err = st.Store.View(ctx, func(tx *store.Tx) (err error) {
		p, err = tx.Passphrase(member)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return p, err
}

// leave sends who is not (half) signed in to the beginning.
func (st *staff) leave(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNotFound) {
		http.Redirect(w, r, "/staff/in", http.StatusSeeOther)
		return
	}
	st.fail(w, r, err)
}

// givePassphrase takes the passphrase, or a new one when she has none.
func (st *staff) givePassphrase(w http.ResponseWriter, r *http.Request) {
	who, was, err := st.half(r)
	if err != nil {
		st.leave(w, r, err)
		return
	}
	var set *store.Passphrase
	fault, status, to := "", http.StatusUnprocessableEntity, "/staff/"
	if was == nil {
		set, fault, err = st.choose(r, who, "passphrase")
		to = "/staff/account?set=" + strength(r.PostFormValue("passphrase"))
	} else {
		fault, status, err = st.prove(w, r, who, was)
	}
	switch {
	case err != nil:
		st.fail(w, r, err)
		return
	case fault != "":
		st.askPassphrase(w, r, who, was == nil, status, fault)
		return
	}
	if err := st.begin(w, r, who, was, set); err != nil {
		st.leave(w, r, err)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// choose makes the hash of the new passphrase in the named field of the form, or
// says what is wrong with it.
func (st *staff) choose(r *http.Request, who *viewer, field string) (p *store.Passphrase, fault string, err error) {
	typed := r.PostFormValue(field)
	phone := strings.TrimPrefix(who.member.Phone, "+84") // without the 0 that she would type
	if id := weakness(typed, append(strings.Fields(who.member.Name), phone, who.member.Code)...); id != "" {
		return nil, who.T(id, "n", minPassphrase), nil
	}
	if cleanPassphrase(typed) != cleanPassphrase(r.PostFormValue("again")) {
		return nil, who.T("desk.pass_differ"), nil
	}
	p, err = st.hasher.make(r.Context(), who.member.ID, typed)
	return p, "", err
}

// prove looks whether the passphrase in the form is was. If it is not, it says
// so, with the status to answer. The attempt is counted before it is looked at.
func (st *staff) prove(w http.ResponseWriter, r *http.Request, who *viewer, was *store.Passphrase) (fault string, status int, err error) {
	var tries *store.Tries
	var wait time.Duration
	err = st.Store.Update(r.Context(), func(tx *store.Tx) (err error) {
		tries, wait, err = tx.Try(store.TryMember, who.member.ID)
		return err
	})
	if err != nil {
		return "", 0, err
	}
	if wait > 0 {
		retryAfter(w, wait)
		return who.T("desk.wait", "n", minutes(wait)), http.StatusTooManyRequests, nil
	}
	typed := r.PostFormValue("passphrase")
	if len(typed) > 4*maxPassphrase {
		typed = ""
	}
	good, err := st.hasher.fits(r.Context(), was, typed)
	if err != nil {
		return "", 0, err
	}
	if good { // whatever else is wrong with what she asks for, this was no guess
		return "", http.StatusOK, st.Store.Update(r.Context(), func(tx *store.Tx) error {
			return tx.Forgive(store.TryMember, who.member.ID)
		})
	}
	err = st.Store.Update(r.Context(), func(tx *store.Tx) error {
		return tx.Log(who.member.ID, "wrong passphrase", fmt.Sprintf("%d in a row", tries.Failed))
	})
	return who.T("desk.pass_wrong"), http.StatusForbidden, err
}

// begin puts a session with a new token in the place of who's: what the browser
// held before opens nothing any more. was is the passphrase that she has given,
// nil when she had none; set is the one that she has chosen, nil when it stays.
// It returns [store.ErrNotFound] when her session has ended or her passphrase is
// another one since.
func (st *staff) begin(w http.ResponseWriter, r *http.Request, who *viewer, was, set *store.Passphrase) error {
	_, old, _ := st.cookie(r)
	token := newSessionToken()
	err := st.Store.Update(r.Context(), func(tx *store.Tx) error {
		s, err := tx.Session(who.member.ID, old)
		if err != nil {
			return err
		}
		if err := unchanged(tx, who.member.ID, was); err != nil {
			return err
		}
		if set != nil {
			if err := tx.SetPassphrase(set); err != nil {
				return err
			}
			if err := tx.Log(who.member.ID, "set passphrase", ""); err != nil {
				return err
			}
		}
		if err := tx.EndSession(s); err != nil {
			return err
		}
		next, err := tx.StartSession(who.member.ID, token, s.Browser, true)
		if err != nil {
			return err
		}
		if s.Proved.IsZero() {
			return tx.Log(who.member.ID, "sign in", "")
		}
		next.Started = s.Started // to give it again makes a session no longer
		return tx.TouchSession(next)
	})
	if err == nil {
		st.setCookie(w, who.member.ID, token)
	}
	return err
}

// unchanged returns [store.ErrNotFound] unless the passphrase of the member is
// still was; nil: she has none.
func unchanged(tx *store.Tx, member string, was *store.Passphrase) error {
	now, err := tx.Passphrase(member)
	switch {
	case errors.Is(err, store.ErrNotFound) && was == nil:
		return nil
	case err != nil:
		return err
	case was == nil || !bytes.Equal(now.Hash, was.Hash):
		return store.ErrNotFound
	}
	return nil
}

// retryAfter says how long to wait, in seconds.
func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// minutes is wait in minutes, at least one.
func minutes(wait time.Duration) int { return max(1, int(math.Ceil(wait.Minutes()))) }
