package store

import (
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Session is a browser in which a member is signed in to the staff pages. Her
// browser holds a token, of which only a hash is kept. It ends with her roles:
// those are looked up at every request.
//
//	session  member ID/keyed hash of the token → Session
type Session struct {
	Member  string    `json:"member"`
	Hash    string    `json:"hash"`            // of the token; the second half of the key
	Started time.Time `json:"started"`         // when she signed in
	Used    time.Time `json:"used"`            // when it was last used, give or take [SessionTouch]
	Proved  time.Time `json:"proved,omitzero"` // when she last gave her passphrase; zero: not yet, the session is half
	Browser string    `json:"browser,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

const (
	// SessionTime is how long a session lasts at most, and SessionIdle how long
	// one lasts that is not used.
	SessionTime = 12 * time.Hour
	SessionIdle = time.Hour
	// HalfTime is how long somebody who came by a one-time code has for her
	// passphrase.
	HalfTime = 10 * time.Minute
	// SessionTouch is how often the use of a session is kept: a write for each
	// page would cost more than the page.
	SessionTouch = 5 * time.Minute
)

// Good says whether the session has not run out at now.
func (s *Session) Good(now time.Time) bool {
	if s.Proved.IsZero() {
		return now.Sub(s.Started) < HalfTime
	}
	return now.Sub(s.Started) < SessionTime && now.Sub(s.Used) < SessionIdle
}

// StartSession keeps a session of the member for the token, which must be
// random, of 256 bits and never used before. proved says that she has given her
// passphrase. browser is how she recognises it in a list.
func (tx *Tx) StartSession(member, token, browser string, proved bool) (*Session, error) {
	s := &Session{Member: member, Hash: tx.hash("session", token), Started: tx.Now, Used: tx.Now, Browser: browser}
	if proved {
		s.Proved = tx.Now
	}
	return s, tx.putSession(s)
}

// Session returns the member's session of the token, or [ErrNotFound] when
// there is none or it has run out.
func (tx *Tx) Session(member, token string) (*Session, error) {
	s, err := get[Session](tx, "session", member+"/"+tx.hash("session", token))
	if err == nil && !s.Good(tx.Now) {
		return nil, ErrNotFound
	}
	return s, err
}

// TouchSession keeps that s is used now.
func (tx *Tx) TouchSession(s *Session) error {
	s.Used = tx.Now
	return tx.putSession(s)
}

// Sessions yields the sessions of the member, those that have run out too.
func (tx *Tx) Sessions(member string) iter.Seq2[*Session, error] {
	return each[Session](tx, "session", member+"/", after(member+"/"))
}

// EndSession ends s.
func (tx *Tx) EndSession(s *Session) error {
	return tx.kv.Delete("session", s.Member+"/"+s.Hash)
}

// EndSessions ends all sessions of the member at once and says how many.
func (tx *Tx) EndSessions(member string) (int, error) {
	return tx.deleteRange("session", member+"/", after(member+"/"), 1<<20)
}

// ForgetSessions deletes at most n sessions that have run out and says how many
// it deleted.
func (tx *Tx) ForgetSessions(n int) (int, error) {
	var over []*Session
	for s, err := range each[Session](tx, "session", "", "") {
		if err != nil {
			return 0, err
		}
		if len(over) == n {
			break
		}
		if !s.Good(tx.Now) {
			over = append(over, s)
		}
	}
	for _, s := range over {
		if err := tx.EndSession(s); err != nil {
			return 0, err
		}
	}
	return len(over), nil
}

func (tx *Tx) putSession(s *Session) error {
	return put(tx, "session", s.Member+"/"+s.Hash, s)
}
