package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Certificate says that somebody took part in a training. Whoever is shown the
// paper can look its code up.
//
//	certificate  Code → Certificate
type Certificate struct {
	Code     string    `json:"code"` // 8 characters; unique
	Training string    `json:"training"`
	Member   string    `json:"member"`
	Name     string    `json:"name,omitzero" personal:"name"` // as it stands on the paper: a later name is no reason for another
	At       time.Time `json:"at"`                            // when it was first made

	Rest jsontext.Value `json:",embed"`
}

// Certify returns the certificate of the member for the training, a new one when
// she has none yet. It returns [ErrNotFound] when she has not come to it, or it
// has no certificates.
func (tx *Tx) Certify(training, member string) (*Certificate, error) {
	t, err := tx.Training(training)
	if err != nil {
		return nil, err
	}
	r, err := tx.Registration(training, member)
	if err != nil {
		return nil, err
	}
	if !t.Certificate || !t.Attended(r, tx.Now) {
		return nil, ErrNotFound
	}
	if r.Certificate != "" {
		return get[Certificate](tx, "certificate", r.Certificate)
	}
	m, err := tx.Member(member)
	if err != nil {
		return nil, err
	}
	c := &Certificate{Training: training, Member: member, Name: m.Name, At: tx.Now}
	for {
		c.Code = tx.NewCode(8)
		taken, err := has(tx, "certificate", c.Code)
		if err != nil {
			return nil, err
		}
		if !taken {
			break
		}
	}
	r.Certificate = c.Code
	if err := tx.putRegistration(r); err != nil {
		return nil, err
	}
	return c, put(tx, "certificate", c.Code, c)
}

// CertificateByCode returns the certificate with the code as people typed it,
// and its training. It returns [ErrNotFound] when there is none, when the
// training has no certificates any more, and when it turned out that she had not
// come.
func (tx *Tx) CertificateByCode(code string) (*Certificate, *Training, error) {
	c, err := get[Certificate](tx, "certificate", ReadCode(code))
	if err != nil {
		return nil, nil, err
	}
	t, err := tx.Training(c.Training)
	if err != nil {
		return nil, nil, err
	}
	r, err := tx.Registration(c.Training, c.Member)
	if err != nil {
		return nil, nil, err
	}
	if !t.Certificate || !t.Attended(r, tx.Now) {
		return nil, nil, ErrNotFound
	}
	return c, t, nil
}

// takeCertificates takes the certificates off two registrations of one person
// for the same training, of which was may be nil, and returns the code of the one
// that stays; empty: there is none.
func (tx *Tx) takeCertificates(was, r *Registration) (code string, err error) {
	for _, r := range []*Registration{was, r} {
		if r == nil || r.Certificate == "" {
			continue
		}
		if code == "" {
			code = r.Certificate
		} else if err := tx.kv.Delete("certificate", r.Certificate); err != nil {
			return "", err
		}
		r.Certificate = ""
		if err := tx.putRegistration(r); err != nil {
			return "", err
		}
	}
	return code, nil
}

// passCertificate makes the certificate with the code the member's; empty: there
// is none to pass on.
func (tx *Tx) passCertificate(code, training, member string) error {
	if code == "" {
		return nil
	}
	c, err := get[Certificate](tx, "certificate", code)
	if err != nil {
		return err
	}
	r, err := tx.Registration(training, member)
	if errors.Is(err, ErrNotFound) {
		return tx.kv.Delete("certificate", code)
	}
	if err != nil {
		return err
	}
	r.Certificate, c.Member = code, member
	if err := tx.putRegistration(r); err != nil {
		return err
	}
	return put(tx, "certificate", code, c)
}
