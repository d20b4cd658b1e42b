package store

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Line is something that stands on the screen of a web chat. Browsers forget
// and connections break: what a page must show again comes from here, and a
// line that is shown twice is recognised by its ID.
//
//	screen  contact ID/ID → Line; IDs sort in the order of showing
type Line struct {
	ID      string    `json:"id"`
	Mine    bool      `json:"mine,omitzero"` // the visitor's own words
	Text    string    `json:"text,omitzero" personal:"text"`
	Choices []Choice  `json:"choices,omitzero" personal:"text"`
	Layout  Layout    `json:"layout,omitzero"`
	Token   string    `json:"token,omitzero"`
	Edits   string    `json:"edits,omitzero"` // ID of the line that it replaces
	Gone    bool      `json:"gone,omitzero"`  // the line that it replaces is removed
	File    string    `json:"file,omitzero"`  // id of a file
	Voice   string    `json:"voice,omitzero"`
	At      time.Time `json:"at"`

	Rest jsontext.Value `json:",embed"`
}

const (
	// ScreenDays is for how long lines are kept.
	ScreenDays = 30
	// ScreenLines is how many lines a screen shows, and how many are kept of it,
	// but for what comes within the hour.
	ScreenLines = 2000
)

// ShowLine keeps the line for the screen of the contact. A line with the same
// ID is kept once; the result says whether it is new.
func (tx *Tx) ShowLine(contact string, l *Line) (bool, error) {
	key := contact + "/" + l.ID
	shown, err := has(tx, "screen", key)
	if err != nil || shown {
		return false, err
	}
	l.At = tx.Now
	return true, put(tx, "screen", key, l)
}

// Line returns a line of the contact's screen, or [ErrNotFound].
func (tx *Tx) Line(contact, id string) (*Line, error) {
	return get[Line](tx, "screen", contact+"/"+id)
}

// Screen yields the lines of the contact, the one with the greatest ID first,
// [ScreenLines] at most.
func (tx *Tx) Screen(contact string) iter.Seq2[*Line, error] {
	return func(yield func(*Line, error) bool) {
		n := 0
		for p, err := range tx.kv.ScanBack("screen", contact+"/", after(contact+"/")) {
			if n++; n > ScreenLines {
				return
			}
			l := new(Line)
			if err == nil {
				err = decode(tx, "screen", p.Key, p.Value, l)
			}
			if err != nil {
				yield(nil, fmt.Errorf("screen of %s: %w", contact, err))
				return
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// ForgetLines looks at n lines, deletes those that are older than [ScreenDays]
// or beyond the [ScreenLines] newest of their contact, and says how many it
// deleted. from is where to begin; the third result is where to go on, "" at the
// end.
func (tx *Tx) ForgetLines(from string, n int) (int, string, error) {
	var old []string
	next, of, oldest := "", "", ""
	looked := 0
	for p, err := range tx.kv.Scan("screen", from, "") {
		if err != nil {
			return 0, "", err
		}
		if looked++; looked > n {
			next = p.Key
			break
		}
		l, err := get[Line](tx, "screen", p.Key)
		if err != nil {
			return 0, "", err
		}
		if contact := p.Key[:strings.LastIndexByte(p.Key, '/')+1]; contact != of {
			of = contact
			if oldest, err = tx.oldestLine(contact); err != nil {
				return 0, "", err
			}
		}
		if p.Key < oldest || l.At.Before(tx.Now.AddDate(0, 0, -ScreenDays)) {
			old = append(old, p.Key)
		}
	}
	for _, key := range old {
		if err := tx.kv.Delete("screen", key); err != nil {
			return 0, "", err
		}
	}
	return len(old), next, nil
}

// oldestLine returns the key of the oldest line that is kept of the contact whose
// keys begin with prefix, however young it is.
func (tx *Tx) oldestLine(prefix string) (key string, err error) {
	n := 0
	for p, err := range tx.kv.ScanBack("screen", prefix, after(prefix)) {
		if err != nil {
			return "", err
		}
		key = p.Key
		if n++; n == ScreenLines {
			break
		}
	}
	return key, nil
}
