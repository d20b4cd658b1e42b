package web

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"chihai/store"
)

// The page of a certificate says whether a paper that somebody is shown is
// genuine. It tells no more than is needed to compare: the initials of the name,
// which training it was, and when. Who tries codes has to wait, as for trainings.

// certificatePage is what the template shows.
type certificatePage struct {
	trainingPage
	Code         string
	Initials     string
	Organisation string
}

// certificate shows the page of the certificate with the code.
func (s *Server) certificate(w http.ResponseWriter, r *http.Request) {
	p := certificatePage{trainingPage: trainingPage{words: s.Words, Language: pageLanguage(r), Languages: languages}}
	w.Header().Set("X-Robots-Tag", "noindex")
	from := s.neighbour(r)
	if s.limits.misses.spent(from) {
		s.show(w, r, http.StatusTooManyRequests, "missing.html", p.trainingPage)
		return
	}
	code := r.PathValue("code")
	err := error(store.ErrNotFound)
	if len(code) <= 40 && store.ReadCode(code) != "" { // else it could be no key
		err = s.Store.View(r.Context(), func(tx *store.Tx) error {
			c, t, err := tx.CertificateByCode(code)
			if err != nil {
				return err
			}
			settings, err := tx.Settings()
			if err != nil {
				return err
			}
			p.Code, p.Initials, p.Organisation = c.Code, initials(c.Name), settings.Organisation
			p.Name, p.When = t.Name.In(p.Language), s.When(p.Language, t.Start)
			return nil
		})
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		s.limits.misses.take(from)
		s.show(w, r, http.StatusNotFound, "missing.html", p.trainingPage)
	case err != nil:
		s.fail(w, r, err)
	default:
		s.show(w, r, http.StatusOK, "certificate.html", p)
	}
}

// initials are the first letters of a name's words, as "N. T. H.".
func initials(name string) string {
	var letters []string
	for word := range strings.FieldsSeq(name) {
		first, _ := utf8.DecodeRuneInString(word)
		letters = append(letters, strings.ToUpper(string(first))+".")
	}
	return strings.Join(letters, " ")
}
