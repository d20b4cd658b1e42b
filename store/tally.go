package store

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Tally is how many members live in an area. The members are counted by a job
// from time to time, in portions: a counter that every new member changes would
// make turns collide, and counting a million of them takes too long for a page.
//
//	tally       area code, or "-" for those of whom it is not known → Tally
//	meta/tally  → when the members were last counted
type Tally struct {
	Area    string         `json:"area,omitzero"` // empty: not known
	Members map[string]int `json:"members"`       // by language; "" for those who have not chosen one

	Rest jsontext.Value `json:",embed"`
}

// Total is the number of members in all languages.
func (t *Tally) Total() int {
	n := 0
	for _, m := range t.Members {
		n += m
	}
	return n
}

type tallied struct {
	At time.Time `json:"at"`

	Rest jsontext.Value `json:",embed"`
}

// A Counting is a count of the members that is under way. The zero value is one
// that begins.
type Counting struct {
	from string
	by   map[string]map[string]int // by area and language
}

// CountMembers counts the next n members and says whether more are left.
func (tx *Tx) CountMembers(c *Counting, n int) (more bool, err error) {
	if c.by == nil {
		c.by = map[string]map[string]int{}
	}
	for p, err := range tx.kv.Scan("member", c.from, "") {
		if err != nil {
			return false, err
		}
		if n == 0 {
			c.from = p.Key
			return true, nil
		}
		n--
		var m struct {
			Area     string `json:"area"`
			Language string `json:"language"`
		}
		if err := json.Unmarshal(p.Value, &m); err != nil {
			return false, fmt.Errorf("member %s: %w", p.Key, err)
		}
		if c.by[m.Area] == nil {
			c.by[m.Area] = map[string]int{}
		}
		c.by[m.Area][m.Language]++
	}
	return false, nil
}

// PutTallies keeps what was counted in place of what was counted before.
func (tx *Tx) PutTallies(c *Counting) error {
	was := map[string]*Tally{}
	for t, err := range each[Tally](tx, "tally", "", "") {
		if err != nil {
			return err
		}
		was[t.Area] = t
	}
	for area := range was {
		if c.by[area] == nil {
			if err := tx.kv.Delete("tally", tallyKey(area)); err != nil {
				return err
			}
		}
	}
	for area, members := range c.by {
		if t := was[area]; t != nil && maps.Equal(t.Members, members) {
			continue
		}
		if err := put(tx, "tally", tallyKey(area), Tally{Area: area, Members: members}); err != nil {
			return err
		}
	}
	return put(tx, "meta", "tally", tallied{At: tx.Now})
}

// Tallies yields the last count, by area code.
func (tx *Tx) Tallies() iter.Seq2[*Tally, error] { return each[Tally](tx, "tally", "", "") }

// Tallied is when the members were last counted; zero: never.
func (tx *Tx) Tallied() (time.Time, error) {
	t, err := get[tallied](tx, "meta", "tally")
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return t.At, nil
}

func tallyKey(area string) string {
	if area == "" {
		return "-"
	}
	return area
}
