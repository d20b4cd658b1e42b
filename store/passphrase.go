package store

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Passphrase is what a member of staff has chosen for the staff pages, as a
// hash with all that it takes to make it again (Argon2id, RFC 9106). bot/web
// makes and compares it: that takes a tenth of a second and 64 MiB, too much for
// a transaction. The hash is sealed as what is personal: whoever has a copy of
// the database without the key cannot even begin to guess.
//
//	passphrase  member ID → Passphrase
type Passphrase struct {
	Member  string    `json:"member"`
	Hash    []byte    `json:"hash" personal:"secret"`
	Salt    []byte    `json:"salt"`
	Passes  uint32    `json:"passes"`
	Memory  uint32    `json:"memory"` // in KiB
	Threads uint8     `json:"threads"`
	Set     time.Time `json:"set"`

	Rest jsontext.Value `json:",embed"`
}

// Passphrase returns the passphrase of the member, or [ErrNotFound].
func (tx *Tx) Passphrase(member string) (*Passphrase, error) {
	return get[Passphrase](tx, "passphrase", member)
}

// SetPassphrase keeps p as the passphrase of p.Member and ends all her
// sessions.
func (tx *Tx) SetPassphrase(p *Passphrase) error {
	if _, err := tx.EndSessions(p.Member); err != nil {
		return err
	}
	p.Set = tx.Now
	return put(tx, "passphrase", p.Member, p)
}

// ForgetPassphrase deletes the passphrase of the member, ends her sessions and
// forgives what she tried: she chooses another when she next comes.
func (tx *Tx) ForgetPassphrase(member string) error {
	if _, err := tx.EndSessions(member); err != nil {
		return err
	}
	if err := tx.Forgive(TryMember, member); err != nil {
		return err
	}
	return tx.kv.Delete("passphrase", member)
}
