package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/memory"
)

// An office is a store with an officer in it, and a clock.
type office struct {
	*store.Store
	t   *testing.T
	now time.Time
	mai string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, now: villageTime}
	s, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return o.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	o.Store = s
	o.do(func(tx *store.Tx) error {
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		o.mai = m.ID
		if err := tx.Grant(m, &store.Grant{Role: store.Staff}); err != nil {
			return err
		}
		return tx.Grant(m, &store.Grant{Role: store.Facilitator})
	})
	return o
}

func (o *office) do(fn func(*store.Tx) error) {
	o.t.Helper()
	if err := o.Update(o.t.Context(), fn); err != nil {
		o.t.Fatal(err)
	}
}

// signedIn says whether the session of the token is good now, and keeps that it
// is used.
func (o *office) signedIn(token string) (good bool) {
	o.t.Helper()
	o.do(func(tx *store.Tx) error {
		s, err := tx.Session(o.mai, token)
		if errors.Is(err, store.ErrNotFound) {
			good = false
			return nil
		}
		if err != nil {
			return err
		}
		good = true
		return tx.TouchSession(s)
	})
	return good
}

func (o *office) start(token string, proved bool) {
	o.t.Helper()
	o.do(func(tx *store.Tx) error {
		_, err := tx.StartSession(o.mai, token, "", proved)
		return err
	})
}

func TestSessionTimes(t *testing.T) {
	o := newOffice(t)
	o.start("a", true)
	o.start("half", false)
	if o.signedIn("b") {
		t.Error("a token that was never given out is good")
	}
	o.now = o.now.Add(store.HalfTime)
	if o.signedIn("half") {
		t.Error("half a session lasts longer than its time")
	}
	for at := time.Duration(0); at < store.SessionTime-time.Hour; at += 50 * time.Minute {
		if !o.signedIn("a") {
			t.Fatalf("used every 50 minutes it ends after %v", at)
		}
		o.now = o.now.Add(50 * time.Minute)
	}
	o.now = villageTime.Add(store.SessionTime)
	if o.signedIn("a") {
		t.Error("it lasts longer than its time")
	}
	o.start("c", true)
	o.now = o.now.Add(store.SessionIdle)
	if o.signedIn("c") {
		t.Error("it lasts although it is not used")
	}
	o.do(func(tx *store.Tx) error {
		if n, err := tx.ForgetSessions(10); n != 3 || err != nil {
			t.Errorf("ForgetSessions = %d, %v, want 3", n, err)
		}
		return nil
	})
}

// What ends her sessions ends them at once.
func TestSessionsEnd(t *testing.T) {
	for name, end := range map[string]func(tx *store.Tx, m *store.Member) error{
		"revoke":             func(tx *store.Tx, m *store.Member) error { _, err := tx.Revoke(m.ID, ""); return err },
		"revoke one role":    func(tx *store.Tx, m *store.Member) error { _, err := tx.Revoke(m.ID, store.Staff); return err },
		"another passphrase": func(tx *store.Tx, m *store.Member) error { return tx.SetPassphrase(&store.Passphrase{Member: m.ID}) },
		"no passphrase":      func(tx *store.Tx, m *store.Member) error { return tx.ForgetPassphrase(m.ID) },
		"deletion":           func(tx *store.Tx, m *store.Member) error { return tx.DeleteMember(m, nil) },
		"merge": func(tx *store.Tx, m *store.Member) error {
			keep, err := tx.NewMember()
			if err != nil {
				return err
			}
			_, err = tx.Merge(keep, m)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.do(func(tx *store.Tx) error {
				return tx.SetPassphrase(&store.Passphrase{Member: o.mai, Hash: []byte("old")})
			})
			o.start("a", true)
			o.do(func(tx *store.Tx) error {
				m, err := tx.Member(o.mai)
				if err != nil {
					return err
				}
				return end(tx, m)
			})
			if o.signedIn("a") {
				t.Error("she is still signed in")
			}
			o.do(func(tx *store.Tx) error {
				p, err := tx.Passphrase(o.mai)
				kept := name == "revoke one role" || name == "another passphrase"
				if kept != (err == nil) {
					t.Errorf("Passphrase = %v, %v", p, err)
				}
				return nil
			})
		})
	}
}

func TestLoginCode(t *testing.T) {
	o := newOffice(t)
	var code, late string
	o.do(func(tx *store.Tx) (err error) {
		code, err = tx.NewLoginCode(o.mai)
		return err
	})
	o.do(func(tx *store.Tx) (err error) {
		late, err = tx.NewLoginCode(o.mai)
		return err
	})
	use := func(code string) (err error) {
		o.do(func(tx *store.Tx) error {
			var m *store.Member
			if m, err = tx.UseLoginCode(code); err == nil && m.ID != o.mai {
				t.Errorf("it leads to %s", m.ID)
			}
			return nil
		})
		return err
	}
	if err := use("AAAA AAAA AAAA"); !errors.Is(err, store.ErrCode) {
		t.Errorf("an unknown code: %v", err)
	}
	if err := use(code[:4] + "-" + code[4:]); err != nil {
		t.Errorf("the code as people type it: %v", err)
	}
	if err := use(code); !errors.Is(err, store.ErrCode) {
		t.Errorf("the code again: %v", err)
	}
	o.now = o.now.Add(store.LoginTime)
	if err := use(late); !errors.Is(err, store.ErrCode) {
		t.Errorf("the code after its time: %v", err)
	}
}

func TestTries(t *testing.T) {
	o := newOffice(t)
	try := func() (wait time.Duration) {
		o.do(func(tx *store.Tx) (err error) {
			_, wait, err = tx.Try(store.TryMember, o.mai)
			return err
		})
		return wait
	}
	for i := range 5 {
		if wait := try(); wait != 0 {
			t.Fatalf("try %d must wait %v", i+1, wait)
		}
	}
	for _, pause := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		if wait := try(); wait != pause {
			t.Errorf("the pause is %v, want %v", wait, pause)
		}
		o.now = o.now.Add(pause)
		if wait := try(); wait != 0 {
			t.Errorf("after the pause another %v", wait)
		}
	}
	for range 20 {
		o.now = o.now.Add(try())
		try()
	}
	if wait := try(); wait != time.Hour {
		t.Errorf("the longest pause is %v", wait)
	}
	o.do(func(tx *store.Tx) error { return tx.Forgive(store.TryMember, o.mai) })
	if wait := try(); wait != 0 {
		t.Errorf("forgiven, and a pause of %v", wait)
	}
}

// However many networks try codes, a fixed number of documents counts them.
func TestTriesOfManyNetworks(t *testing.T) {
	o := newOffice(t)
	for i := range 100 {
		o.do(func(tx *store.Tx) error {
			for j := range 1000 {
				if _, _, err := tx.Try(store.TryNetwork, fmt.Sprintf("2001:db8:%x::/48", i*1000+j)); err != nil {
					return err
				}
			}
			return nil
		})
		o.now = o.now.Add(time.Second)
	}
	o.do(func(tx *store.Tx) error {
		_, wait, err := tx.Try(store.TryNetwork, "2001:db8::/48")
		if wait == 0 || wait > 10*time.Minute {
			t.Errorf("after 100,000 wrong codes there is a pause of %v", wait)
		}
		return err
	})
	o.now = o.now.Add(25 * time.Hour)
	o.do(func(tx *store.Tx) error {
		n, err := tx.ForgetTries(1 << 20)
		if n > 1024 || n < 1000 {
			t.Errorf("100,000 networks left %d documents, want 1,024 or a few less", n)
		}
		if again, wrong := tx.ForgetTries(1 << 20); again != 0 || wrong != nil {
			t.Errorf("%d are left after a day, %v", again, wrong)
		}
		return err
	})
}

func TestTallies(t *testing.T) {
	o := newOffice(t)
	areas := map[string]int{"31528": 3, "31531": 2}
	o.do(func(tx *store.Tx) error {
		for area, n := range areas {
			for i := range n {
				m, err := tx.NewMember()
				if err != nil {
					return err
				}
				if m.Area = area; i > 0 {
					m.Language = "km"
				}
				if err := tx.PutMember(m); err != nil {
					return err
				}
			}
		}
		return nil
	})
	count := func() (got map[string]*store.Tally, portions int) {
		var c store.Counting
		for more := true; more; portions++ {
			o.do(func(tx *store.Tx) (err error) {
				more, err = tx.CountMembers(&c, 2)
				return err
			})
		}
		got = map[string]*store.Tally{}
		o.do(func(tx *store.Tx) error { return tx.PutTallies(&c) })
		o.do(func(tx *store.Tx) error {
			for tally, err := range tx.Tallies() {
				if err != nil {
					return err
				}
				got[tally.Area] = tally
			}
			return nil
		})
		return got, portions
	}
	got, portions := count()
	if portions != 3 || got["31528"].Total() != 3 || got["31528"].Members["km"] != 2 || got["31531"].Total() != 2 || got[""].Total() != 1 {
		t.Errorf("%d portions, %v", portions, got)
	}
	o.do(func(tx *store.Tx) error {
		m, err := tx.Member(o.mai)
		if err != nil {
			return err
		}
		m.Area = "31528"
		return tx.PutMember(m)
	})
	if got, _ := count(); got["31528"].Total() != 4 || got[""] != nil {
		t.Errorf("after she has told where she lives: %v", got)
	}
	o.do(func(tx *store.Tx) error {
		if at, err := tx.Tallied(); err != nil || !at.Equal(o.now) {
			t.Errorf("Tallied = %v, %v", at, err)
		}
		return nil
	})
}
