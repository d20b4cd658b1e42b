package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Member is a person, with or without a phone: a woman who wrote to the bot,
// a neighbour whom she registered, a facilitator, an officer. Other nouns hold
// only her ID.
//
//	member       ID   → Member
//	member_code  Code → ID
type Member struct {
	ID       string    `json:"id"`
	Code     string    `json:"code"`                              // 6 characters that she may tell an officer; unique
	Name     string    `json:"name,omitzero" personal:"name"`     // as she wrote it, in NFC; empty until a job needs it
	Phone    string    `json:"phone,omitzero" personal:"phone"`   // E.164 with the plus sign; empty until a job needs it
	Area     string    `json:"area,omitzero"`                     // code of the commune or ward she lives in
	Language string    `json:"language,omitzero"`                 // BCP 47: vi, km or en; empty until she chose
	Address  string    `json:"address,omitzero"`                  // form of address: chi, em, co, bac, anh, thay, ong, ba; empty means chi
	Consent  time.Time `json:"consent,omitzero"`                  // when she agreed that name, commune and phone are kept
	Contacts []string  `json:"contacts,omitzero" personal:"hash"` // ids of the contacts she writes from, latest first
	Relay    string    `json:"relay,omitzero"`                    // the member who passes messages on to her, when she has no contact
	Granted  bool      `json:"granted,omitzero"`                  // she holds grants or did: only then they are looked up
	OptedOut time.Time `json:"opted_out,omitzero"`                // since when she wants no broadcasts; zero: she takes them
	Created  time.Time `json:"created"`

	// FormerCodes lead to her too: those of members that became one with her.
	FormerCodes []string `json:"former_codes,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// NewMember keeps a new member and returns her.
func (tx *Tx) NewMember() (*Member, error) {
	m := &Member{ID: tx.NewID(), Created: tx.Now}
	for {
		m.Code = tx.NewCode(6)
		taken, err := has(tx, "member_code", m.Code)
		if err != nil {
			return nil, err
		}
		if !taken {
			break
		}
	}
	if err := put(tx, "member_code", m.Code, memberRef{m.ID}); err != nil {
		return nil, err
	}
	return m, tx.PutMember(m)
}

type memberRef struct {
	Member string `json:"member"`
}

// Member returns the member with id, or [ErrNotFound].
func (tx *Tx) Member(id string) (*Member, error) {
	return read(tx, &tx.store.members, "member", id, (*Member).clone)
}

// MemberByCode returns the member whose code people typed as code, or
// [ErrNotFound].
func (tx *Tx) MemberByCode(code string) (*Member, error) {
	ref, err := get[memberRef](tx, "member_code", ReadCode(code))
	if err != nil {
		return nil, err
	}
	return tx.Member(ref.Member)
}

// PutMember keeps m.
func (tx *Tx) PutMember(m *Member) error {
	return write(tx, &tx.store.members, "member", m.ID, m, (*Member).clone)
}

// Reach returns the contact through which a message for m goes out now: her
// latest one that can be reached, or else that of the member who passes
// messages on to her. The second result is that member then, and nil
// otherwise. Without any it returns [ErrNotFound].
func (tx *Tx) Reach(m *Member) (*Contact, *Member, error) {
	c, err := tx.reachable(m)
	if !errors.Is(err, ErrNotFound) || m.Relay == "" {
		return c, nil, err
	}
	relay, err := tx.Member(m.Relay)
	if err != nil {
		return nil, nil, err
	}
	c, err = tx.reachable(relay)
	return c, relay, err
}

func (tx *Tx) reachable(m *Member) (*Contact, error) {
	for _, id := range m.Contacts {
		c, err := tx.Contact(id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil || c.Unreachable.IsZero() {
			return c, err
		}
	}
	return nil, ErrNotFound
}
