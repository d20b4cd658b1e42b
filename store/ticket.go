package store

import (
	"crypto/hmac"
	"encoding/base64"
)

// A ticket is the text of 60 characters by which staff check a woman in: it
// names her registration and proves that the bot has made it. It fits into a
// deep link of Telegram behind one more letter (64 characters of A-Z, a-z, 0-9,
// _ and -, core.telegram.org/bots/features#deep-linking), and holds neither name
// nor number.
//
// Nothing of it is kept. It opens what stands under its ids: a registration that
// passed to another member is not there any more.
//
//	1 byte version · 16 bytes training ID · 16 bytes member ID · 12 bytes HMAC-SHA-256

const (
	ticketVersion = 1
	ticketHead    = 1 + 16 + 16
	ticketProof   = 12
)

var ticketText = base64.RawURLEncoding.Strict()

// Ticket returns the ticket of r. It returns [ErrNotFound] for IDs that no
// transaction has made.
func (tx *Tx) Ticket(r *Registration) (string, error) {
	head := []byte{ticketVersion}
	for _, id := range []string{r.Training, r.Member} {
		b, err := base32.DecodeString(id)
		if err != nil || len(b) != 16 {
			return "", ErrNotFound
		}
		head = append(head, b...)
	}
	return ticketText.EncodeToString(append(head, tx.ticketProof(head)...)), nil
}

// ReadTicket returns the registration that ticket opens, one that was given up
// too. It returns [ErrNotFound] for what is no ticket of this database, and when
// the registration is not there any more.
func (tx *Tx) ReadTicket(ticket string) (*Registration, error) {
	b, err := ticketText.DecodeString(ticket)
	if err != nil || len(b) != ticketHead+ticketProof || b[0] != ticketVersion {
		return nil, ErrNotFound
	}
	head := b[:ticketHead]
	if !hmac.Equal(b[ticketHead:], tx.ticketProof(head)) {
		return nil, ErrNotFound
	}
	return tx.Registration(base32.EncodeToString(head[1:17]), base32.EncodeToString(head[17:]))
}

func (tx *Tx) ticketProof(head []byte) []byte {
	sum := tx.sum("ticket", string(head))
	return sum[:ticketProof]
}
