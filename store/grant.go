package store

import (
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Grant makes a member staff, a facilitator or another role for an area and
// everything below it.
//
//	grant       member ID/ID → Grant
//	grant_code  keyed hash of the code → GrantCode
type Grant struct {
	ID     string    `json:"id"`
	Member string    `json:"member"`
	Role   Role      `json:"role"`
	Area   string    `json:"area"` // code; empty means everywhere
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"` // ends then; zero: never
	By     string    `json:"by,omitzero"`    // member who gave it; empty: the operator at the machine

	Rest jsontext.Value `json:",embed"`
}

// A Role is what a grant makes of a member.
type Role string

const (
	Facilitator Role = "facilitator" // keeps clubs together
	Staff       Role = "staff"       // publishes trainings and questionnaires, sees who takes part
	Caseworker  Role = "caseworker"  // reads the cases that are hers
	Admin       Role = "admin"       // gives roles
)

// Roles are the roles that can be granted.
var Roles = []Role{Facilitator, Staff, Caseworker, Admin}

// Holds says whether the grant is good at t.
func (g *Grant) Holds(t time.Time) bool {
	return !t.Before(g.From) && (g.Until.IsZero() || t.Before(g.Until))
}

// A GrantCode is a one-time code that becomes a grant of whoever uses it first.
type GrantCode struct {
	Role    Role      `json:"role"`
	Area    string    `json:"area"`
	Ends    time.Time `json:"ends,omitzero"` // end of the grant it becomes; zero: none
	Expires time.Time `json:"expires"`       // the code is good until then
	Used    time.Time `json:"used,omitzero"`
	By      string    `json:"by,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// GrantCodeHours is for how long a one-time code is good.
const GrantCodeHours = 24

// NewGrantCode makes a one-time code for role in area and returns it. Only its
// hash is kept. ends is when the grant it becomes ends; zero: never.
func (tx *Tx) NewGrantCode(role Role, area string, ends time.Time, by string) (string, error) {
	code := tx.NewCode(12)
	return code, put(tx, "grant_code", tx.hash("grant", code), GrantCode{
		Role: role, Area: area, Ends: ends, By: by,
		Expires: tx.Now.Add(GrantCodeHours * time.Hour),
	})
}

// ErrCode says that a one-time code is unknown, used or too old.
var ErrCode = errors.New("code is not good")

// UseGrantCode gives m what the typed code stands for, or returns [ErrCode].
func (tx *Tx) UseGrantCode(typed string, m *Member) (*Grant, error) {
	key := tx.hash("grant", ReadCode(typed))
	c, err := get[GrantCode](tx, "grant_code", key)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrCode
	}
	if err != nil {
		return nil, err
	}
	if !c.Used.IsZero() || !tx.Now.Before(c.Expires) {
		return nil, ErrCode
	}
	c.Used = tx.Now
	if err := put(tx, "grant_code", key, c); err != nil {
		return nil, err
	}
	g := &Grant{Role: c.Role, Area: c.Area, Until: c.Ends, By: c.By}
	return g, tx.Grant(m, g)
}

// ForgetGrantCodes deletes at most n one-time codes that are no longer good and
// says how many it deleted.
func (tx *Tx) ForgetGrantCodes(n int) (int, error) {
	var keys []string
	for p, err := range tx.kv.Scan("grant_code", "", "") {
		if err != nil {
			return 0, err
		}
		c, err := get[GrantCode](tx, "grant_code", p.Key)
		if err != nil {
			return 0, err
		}
		if !tx.Now.Before(c.Expires) && len(keys) < n {
			keys = append(keys, p.Key)
		}
	}
	for _, key := range keys {
		if err := tx.kv.Delete("grant_code", key); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// Grant gives g to m from now on.
func (tx *Tx) Grant(m *Member, g *Grant) error {
	g.ID, g.Member, g.From = tx.NewID(), m.ID, tx.Now
	if err := put(tx, "grant", m.ID+"/"+g.ID, g); err != nil {
		return err
	}
	if m.Granted {
		return nil
	}
	m.Granted = true
	return tx.PutMember(m)
}

// Revoke ends the grants of the member at once, those of role only unless role
// is empty, and says how many it ended. The files that were made for her go
// with them: they are lists of people. She is signed out of the staff pages,
// and whom no role is left has no passphrase either.
func (tx *Tx) Revoke(member string, role Role) (int, error) {
	grants, err := tx.grantsOf(member)
	if err != nil {
		return 0, err
	}
	n, left := 0, 0
	for _, g := range grants {
		if !g.Holds(tx.Now) {
			continue
		}
		left++
		if role == "" || g.Role == role {
			g.Until = tx.Now
			if err := put(tx, "grant", member+"/"+g.ID, g); err != nil {
				return n, err
			}
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	if n == left {
		err = tx.ForgetPassphrase(member)
	} else {
		_, err = tx.EndSessions(member)
	}
	if err != nil {
		return n, err
	}
	return n, tx.deleteFilesOf(member)
}

// Grants returns what m holds now.
func (tx *Tx) Grants(m *Member) ([]*Grant, error) {
	if !m.Granted {
		return nil, nil
	}
	grants, err := tx.grantsOf(m.ID)
	return slices.DeleteFunc(grants, func(g *Grant) bool { return !g.Holds(tx.Now) }), err
}

// AllGrants yields every grant ever given, those that ended too.
func (tx *Tx) AllGrants() iter.Seq2[*Grant, error] {
	return each[Grant](tx, "grant", "", "")
}

func (tx *Tx) grantsOf(member string) ([]*Grant, error) {
	var grants []*Grant
	for g, err := range each[Grant](tx, "grant", member+"/", after(member+"/")) {
		if err != nil {
			return nil, err
		}
		grants = append(grants, g)
	}
	return grants, nil
}
