package store

import (
	stdbase32 "encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"
)

// base32 writes bytes with digits and the letters that cannot be taken for one
// another (Crockford's alphabet, crockford.com/base32.html, in lower case). Its
// order is the order of the bytes.
var base32 = stdbase32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(stdbase32.NoPadding)

// ids makes the ids and codes of one transaction. They are fixed before the
// transaction's function runs, so that a re-run repeats them.
type ids struct {
	time   uint64 // milliseconds since 1970, the upper 48 bits of an id
	turn   uint32 // orders transactions within a millisecond, 20 bits
	seed   [8]byte
	issued uint32
}

// A clock orders the ids of one process, even when the machine's clock stands
// still or goes back.
type clock struct {
	mu   sync.Mutex
	last uint64
	turn uint32
}

// seed returns the ids for one transaction that begins at now.
func (c *clock) seed(now time.Time, random io.Reader) (ids, error) {
	var s ids
	if _, err := io.ReadFull(random, s.seed[:]); err != nil {
		return s, fmt.Errorf("read randomness: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ms := uint64(now.UnixMilli())
	if ms > c.last {
		c.last, c.turn = ms, 0
	} else if c.turn++; c.turn == 1<<20 {
		c.last, c.turn = c.last+1, 0
	}
	s.time, s.turn = c.last, c.turn
	return s, nil
}

// NewID returns an id that no other transaction returns: text of 26 characters
// 0-9 and a-z. Later ids of one process sort after earlier ones; of one
// transaction, the first 4,096 do. A re-run of the transaction returns the same
// ids in the same order.
func (tx *Tx) NewID() string {
	n := tx.ids.issued
	tx.ids.issued++
	var b [16]byte // 48 bits time, 20 bits turn, 12 bits number, 48 bits random
	binary.BigEndian.PutUint64(b[:8], tx.ids.time<<16|uint64(tx.ids.turn>>4))
	binary.BigEndian.PutUint16(b[8:10], uint16(tx.ids.turn<<12)|uint16(n&0xfff)) // #nosec G115 -- the upper bits of turn stand in b[:8], those of n in low
	copy(b[10:], tx.ids.seed[:6])
	low := b[12:] // takes what does not fit into the number, so that none comes twice
	binary.BigEndian.PutUint32(low, binary.BigEndian.Uint32(low)^n>>12)
	return base32.EncodeToString(b[:])
}

// place is where the ids of a transaction stand among those of others: the
// first 14 characters of each.
func (s *ids) place() string {
	var b [10]byte
	binary.BigEndian.PutUint64(b[:8], s.time<<16|uint64(s.turn>>4))
	binary.BigEndian.PutUint16(b[8:], uint16(s.turn<<12)) // #nosec G115 -- the upper bits of turn stand in b[:8]
	return base32.EncodeToString(b[:])[:14]
}

// follow lets the ids that are made from now on sort after those of the
// transaction whose place is given, which another machine may have made by a
// clock that is ahead. What is no place changes nothing.
func (s *ids) follow(place string) {
	b, err := base32.DecodeString(place + "00")
	if err != nil || len(b) != 10 || s.place() > place {
		return
	}
	high, low := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint16(b[8:])
	s.time, s.turn = high>>16, uint32(high&0xffff)<<4|uint32(low>>12)
	if s.turn++; s.turn == 1<<20 {
		s.time, s.turn = s.time+1, 0
	}
}

// NewCode returns a short code for people to read and type, of n characters
// (at most 12) without those that look alike. Codes are random, not unique:
// who needs a unique one looks whether it is taken and asks again.
func (tx *Tx) NewCode(n int) string {
	k := tx.ids.issued
	tx.ids.issued++
	h := tx.hash("code", fmt.Sprintf("%x/%d/%d/%d", tx.ids.seed, tx.ids.time, tx.ids.turn, k))
	return codeLetters(h[:n])
}

// codeLetters turns base32 text into letters for a code that people see:
// capitals and digits of a larger face, as on a ticket.
func codeLetters(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// ReadCode brings a code as people type it (lower case, spaces, dashes, O for
// 0, I and L for 1) into the form in which NewCode made it.
func ReadCode(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z':
			c = c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		default:
			continue
		}
		switch c {
		case 'O':
			c = '0'
		case 'I', 'L':
			c = '1'
		}
		b = append(b, c)
	}
	return string(b)
}
