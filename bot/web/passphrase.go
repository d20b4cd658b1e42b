package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"chihai/store"
)

// What a new passphrase is hashed with: Argon2id (RFC 9106, its second
// recommended choice), about a tenth of a second on one core. They are kept with
// each hash, so that they may be raised.
const (
	hashPasses  = 3
	hashMemory  = 64 << 10 // in KiB
	hashThreads = 2
	hashLength  = 32 // in bytes
	saltLength  = 16 // in bytes
)

// hashesAtOnce is how many passphrases are hashed at a time; others wait. Each
// takes 64 MiB.
const hashesAtOnce = 2

// A hasher makes and compares hashes of passphrases.
type hasher struct{ free chan struct{} }

func newHasher() *hasher { return &hasher{make(chan struct{}, hashesAtOnce)} }

// make returns the hash of a passphrase that the member has typed, or the error
// of ctx.
func (h *hasher) make(ctx context.Context, member, typed string) (*store.Passphrase, error) {
	p := &store.Passphrase{Member: member, Salt: make([]byte, saltLength), Passes: hashPasses, Memory: hashMemory, Threads: hashThreads}
	rand.Read(p.Salt) // never fails
	var err error
	p.Hash, err = h.sum(ctx, p, typed)
	return p, err
}

// fits says whether what was typed is p. It works as long when p is nil: nobody
// can tell by the time who has none.
func (h *hasher) fits(ctx context.Context, p *store.Passphrase, typed string) (bool, error) {
	known := p != nil
	if !known {
		p = &store.Passphrase{Salt: make([]byte, saltLength), Hash: make([]byte, hashLength), Passes: hashPasses, Memory: hashMemory, Threads: hashThreads}
	}
	sum, err := h.sum(ctx, p, typed)
	return subtle.ConstantTimeCompare(sum, p.Hash) == 1 && known, err
}

func (h *hasher) sum(ctx context.Context, p *store.Passphrase, typed string) ([]byte, error) {
	select {
	case h.free <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.free }()
	return argon2.IDKey([]byte(cleanPassphrase(typed)), p.Salt, p.Passes, p.Memory, p.Threads, hashLength), nil
}

// cleanPassphrase brings what was typed into one form: keyboards write
// Vietnamese in two, and put a space behind a word that they have guessed.
func cleanPassphrase(typed string) string { return strings.TrimSpace(norm.NFC.String(typed)) }

const (
	minPassphrase = 12  // characters
	maxPassphrase = 200 // characters; more is no passphrase but a load
)

// weakness returns the message id that says why a new passphrase is refused, or
// "" when it is taken. There are no rules of composition: length is what counts
// (NIST SP 800-63B). hers are words that others know of her.
func weakness(typed string, hers ...string) string {
	typed = cleanPassphrase(typed)
	switch n := utf8.RuneCountInString(typed); {
	case n < minPassphrase:
		return "desk.pass_short"
	case n > maxPassphrase:
		return "desk.pass_long"
	}
	plain := bare(typed)
	words := slices.Clone(commonWords)
	for _, word := range hers {
		if word = bare(word); len(word) >= 3 {
			words = append(words, word)
		}
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // a word may stand in a longer one
	rest := plain
	for _, word := range words {
		rest = strings.ReplaceAll(rest, word, "")
	}
	switch {
	case different(plain) < 5, inARow(plain), repeated(plain):
		return "desk.pass_simple"
	case utf8.RuneCountInString(rest) < 6: // nothing but words that everybody tries first
		return "desk.pass_common"
	}
	return ""
}

// strength says in one of three words how hard a passphrase is to guess, by its
// length and the number of its words.
func strength(typed string) string {
	typed = cleanPassphrase(typed)
	n, words := utf8.RuneCountInString(typed), len(strings.Fields(typed))
	switch {
	case n >= 24 || n >= 20 && words >= 4:
		return "best"
	case n >= 16 || words >= 3:
		return "better"
	}
	return "good"
}

// commonWords are what the passphrases that everybody tries first are made of,
// folded. From the lists of leaked
// passwords that are known for Viet Nam, and the words of this house.
var commonWords = []string{
	"hoilienhiepphunu", "iloveyou", "anhyeuem", "emyeuanh", "yeuemnhieu", "password", "passphrase", "matkhau", "qwertyuiop", "qwerty",
	"asdfghjkl", "zxcvbnm", "1q2w3e4r", "1qaz2wsx", "123456789", "12345678", "1234567", "123456", "12345", "1234", "123", "987654321", "654321",
	"abcdef", "abc", "admin", "welcome", "letmein", "dragon", "monkey", "vietnam", "cantho", "soctrang", "hanoi", "saigon", "phunu",
	"canbo", "chihai", "telegram", "zalo", "000", "111", "666", "888", "999", "2024", "2025", "2026", "2027",
}

// bare is s folded, without anything but letters and digits.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127 {
			return r
		}
		return -1
	}, store.Fold(s))
}

// different is how many different characters s has.
func different(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// inARow says whether each character of s follows the one before, upwards or
// downwards; 0 follows 9.
func inARow(s string) bool {
	up, down := true, true
	for i := 1; i < len(s); i++ {
		step := int(s[i]) - int(s[i-1])
		up = up && (step == 1 || s[i-1] == '9' && s[i] == '0')
		down = down && (step == -1 || s[i-1] == '0' && s[i] == '9')
	}
	return up || down
}

// repeated says whether s is a shorter text twice or more.
func repeated(s string) bool {
	return len(s) > 1 && strings.Contains((s + s)[1:2*len(s)-1], s)
}
