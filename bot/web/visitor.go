package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"

	"chihai/store"
)

// errVisitor says that a token was not made by this server over this database.
// The page forgets it then and asks for another.
var errVisitor = errors.New("unknown visitor")

// newToken makes the secret by which a visitor's page is known: 130 random
// bits, and a seal that only this database's secret makes. Nothing is kept
// before she says something, and nobody can invent tokens beyond those that
// the server handed out.
func newToken(tx *store.Tx) string {
	nonce := strings.ToLower(rand.Text())
	return nonce + seal(tx, nonce)
}

// checkToken returns [errVisitor] unless token comes from newToken.
func checkToken(tx *store.Tx, token string) error {
	cut := len(token) - sealed
	if cut < 26 || len(token) > maxToken || seal(tx, token[:cut]) != token[cut:] {
		return errVisitor
	}
	return nil
}

const (
	sealed   = 10 // characters of the seal, of 5 bits each
	maxToken = 64 // bytes of a token at most
)

// seal uses the keyed hash that stands for an address, over a channel that
// does not exist.
func seal(tx *store.Tx, nonce string) string {
	id := tx.ContactID("web/visitor", nonce)
	return id[len(id)-sealed:]
}

// newVisitor hands out a token.
func (s *Server) newVisitor(w http.ResponseWriter, r *http.Request) {
	if !s.limits.visitors.take(s.neighbour(r)) {
		tooMany(w)
		return
	}
	var token string
	err := s.Store.View(r.Context(), func(tx *store.Tx) error {
		token = newToken(tx)
		return nil
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, struct {
		Visitor string `json:"visitor"`
	}{token})
}

// tooMany says that a limit was reached.
func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	http.Error(w, "too many requests", http.StatusTooManyRequests)
}
