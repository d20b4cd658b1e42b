package store

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// An Audience says who is meant, as an expression over clubs, trainings, areas
// and what people have answered. It is kept in the document of a [Broadcast],
// so that it can be asked again of one member at any time.
//
// It is read as streams of member ids in their order. Nothing is gathered, so
// that it takes the same memory for ten members and for a million.
type Audience struct {
	Op AudienceOp `json:"op"`
	Of []Audience `json:"of,omitzero"` // of And and Or: one or more; of Not: one
	ID string     `json:"id,omitzero"` // of the club, training, campaign or broadcast; code of the area, empty for everywhere; of Unread: the first broadcast of the document
}

// An AudienceOp says how an [Audience] is made.
type AudienceOp string

const (
	And         AudienceOp = "and"          // who is in all of Of
	Or          AudienceOp = "or"           // who is in one of Of at least
	Not         AudienceOp = "not"          // every member who is not in Of
	InClub      AudienceOp = "club"         // who was taken into the club and has not left it
	InTraining  AudienceOp = "training"     // who holds a seat in the training
	InArea      AudienceOp = "area"         // who lives in the area or below it
	NotAnswered AudienceOp = "not_answered" // whom the campaign has invited and who has not answered it
	InList      AudienceOp = "list"         // whom the list of the campaign names
	Leads       AudienceOp = "facilitators" // who is a facilitator of the area or of one below it
	Unread      AudienceOp = "unread"       // whom the broadcast has brought a document that they have not read
	LeftOver    AudienceOp = "left_over"    // whom the broadcast failed to reach, and of whom it does not know
)

const (
	// MaxAudience is of how many operations an audience may be made.
	MaxAudience = 50
	// maxDepth is how deep they may stand in one another.
	maxDepth = 8
)

// ErrAudience says that an audience is not well made.
var ErrAudience = errors.New("audience is not well made")

// Check returns [ErrAudience] when a is not well made. Whether what it names is there it does not
// say: a club that is gone has no members.
func (a Audience) Check() error {
	left := MaxAudience
	return a.check(maxDepth, &left)
}

func (a Audience) check(depth int, left *int) error {
	if *left--; *left < 0 || depth == 0 {
		return fmt.Errorf("%w: it is too long", ErrAudience)
	}
	switch a.Op {
	case And, Or, Not:
		if len(a.Of) == 0 || a.ID != "" || a.Op == Not && len(a.Of) != 1 {
			return fmt.Errorf("%w: %s of %d", ErrAudience, a.Op, len(a.Of))
		}
		for _, part := range a.Of {
			if err := part.check(depth-1, left); err != nil {
				return err
			}
		}
		return nil
	case InClub, InTraining, LeftOver, Unread, NotAnswered, InList:
		if a.ID == "" || len(a.Of) > 0 {
			return fmt.Errorf("%w: %s of nothing", ErrAudience, a.Op)
		}
		return nil
	case InArea, Leads:
		if len(a.Of) > 0 {
			return fmt.Errorf("%w: area of others", ErrAudience)
		}
		return nil
	}
	return fmt.Errorf("%w: %q is no operation", ErrAudience, a.Op)
}

// Meant says whether the member is in the audience now.
func (tx *Tx) Meant(a Audience, member string) (bool, error) {
	switch a.Op {
	case And:
		for _, part := range a.Of {
			if in, err := tx.Meant(part, member); err != nil || !in {
				return false, err
			}
		}
		return true, nil
	case Or:
		for _, part := range a.Of {
			if in, err := tx.Meant(part, member); err != nil || in {
				return in, err
			}
		}
		return false, nil
	case Not:
		in, err := tx.Meant(a.Of[0], member)
		return !in, err
	case InClub:
		return tx.inClub(a.ID, member)
	case InTraining:
		r, err := tx.Registration(a.ID, member)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return err == nil && r.Holds(), err
	case InArea:
		if a.ID == "" {
			return has(tx, "member", member)
		}
		m, err := tx.Member(member)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		return tx.livesIn(m.Area, a.ID)
	case Leads:
		return tx.leadsIn(a.ID, member)
	case Unread:
		return tx.unread(a.ID, member)
	case NotAnswered:
		return tx.notAnswered(a.ID, member)
	case InList:
		return has(tx, "campaign_list", a.ID+"/"+member)
	case LeftOver:
		bin, err := tx.BinOf(a.ID, member)
		return bin == BinFailed || bin == BinUnknown, err
	}
	return false, a.Check()
}

// AudienceFrom yields the ids of the members in the audience that are from or
// greater, in their order.
func (tx *Tx) AudienceFrom(a Audience, from string) iter.Seq2[string, error] {
	switch a.Op {
	case And:
		lead := 0
		for i := range a.Of {
			if a.Of[i].width() < a.Of[lead].width() {
				lead = i
			}
		}
		others := Audience{Op: And, Of: slices.Delete(slices.Clone(a.Of), lead, lead+1)}
		return tx.those(tx.AudienceFrom(a.Of[lead], from), func(id string) (bool, error) { return tx.Meant(others, id) })
	case Or:
		var streams []iter.Seq2[string, error]
		for _, part := range a.Of {
			streams = append(streams, tx.AudienceFrom(part, from))
		}
		return merged(streams)
	case Not:
		return tx.those(tx.keysFrom("member", "", from), func(id string) (bool, error) { return tx.Meant(a, id) })
	case InClub:
		return tx.audienceClub(a.ID, from)
	case InTraining:
		return tx.those(tx.keysFrom("registration", a.ID+"/", from), func(id string) (bool, error) { return tx.Meant(a, id) })
	case InArea:
		return tx.audienceArea(a.ID, from)
	case Leads:
		return tx.audienceLeads(a.ID, from)
	case Unread:
		return tx.audienceUnread(a.ID, from)
	case NotAnswered:
		return tx.audienceNotAnswered(a.ID, from)
	case InList:
		return tx.keysFrom("campaign_list", a.ID+"/", from)
	case LeftOver:
		return tx.audienceLeftOver(a.ID, from)
	}
	return func(yield func(string, error) bool) { yield("", a.Check()) }
}

// width orders audiences by how many members have to be looked at for them:
// the narrowest of an And leads, and the others are asked about each of its
// members.
func (a Audience) width() int {
	widest := 0
	switch a.Op {
	case InClub, LeftOver, Unread, NotAnswered, InList:
		return 0
	case InTraining, Leads:
		return 1
	case And:
		widest = 3
		for _, part := range a.Of {
			widest = min(widest, part.width())
		}
	case Or:
		for _, part := range a.Of {
			widest = max(widest, part.width())
		}
	case InArea:
		return 2
	default:
		return 3
	}
	return widest
}

// audienceArea yields the members who live in the area or below it. There is no
// index of members by area, so all of them are passed over.
func (tx *Tx) audienceArea(code, from string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for p, err := range tx.kv.Scan("member", from, "") {
			in := false
			var m struct {
				Area string `json:"area"`
			}
			if err == nil {
				err = decodePlain(p, &m)
			}
			if err == nil {
				in, err = tx.livesIn(m.Area, code)
			}
			if err == nil && !in {
				continue
			}
			if !yield(p.Key, err) || err != nil {
				return
			}
		}
	}
}

// livesIn says whether the unit code lies within top, also when code was merged
// into another unit since she named it.
func (tx *Tx) livesIn(code, top string) (bool, error) {
	if top == "" {
		return true, nil
	}
	tree, err := tx.Areas()
	if err != nil || code == "" {
		return false, err
	}
	if tree.Within(code, top) {
		return true, nil
	}
	a := tree.Area(code)
	if a == nil || a.Valid(tx.Now) {
		return false, nil
	}
	return slices.ContainsFunc(tree.Present(a, tx.Now), func(now *Area) bool { return tree.Within(now.Code, top) }), nil
}

// keysFrom yields what stands behind prefix in the keys of a bucket, from from
// on.
func (tx *Tx) keysFrom(bucket, prefix, from string) iter.Seq2[string, error] {
	to := ""
	if prefix != "" {
		to = after(prefix)
	}
	return func(yield func(string, error) bool) {
		for p, err := range tx.kv.Scan(bucket, prefix+from, to) {
			if err != nil {
				yield("", err)
				return
			}
			if !yield(p.Key[len(prefix):], nil) {
				return
			}
		}
	}
}

// decodePlain reads the fields of a document that are not personal.
func decodePlain(p Pair, v any) error {
	if err := json.Unmarshal(p.Value, v); err != nil {
		return fmt.Errorf("%s: %w", p.Key, err)
	}
	return nil
}

// those yields the ids for which want says true.
func (tx *Tx) those(ids iter.Seq2[string, error], want func(id string) (bool, error)) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for id, err := range ids {
			ok := false
			if err == nil {
				ok, err = want(id)
			}
			if err == nil && !ok {
				continue
			}
			if !yield(id, err) || err != nil {
				return
			}
		}
	}
}

// merged yields the ids of all streams in their order, each once.
func merged(streams []iter.Seq2[string, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		type head struct {
			id   string
			next func() (string, error, bool)
		}
		var heads []*head
		advance := func(h *head) (more bool, err error) {
			h.id, err, more = h.next()
			return more, err
		}
		for _, s := range streams {
			next, stop := iter.Pull2(s)
			defer stop()
			h := &head{next: next}
			more, err := advance(h)
			if err != nil {
				yield("", err)
				return
			}
			if more {
				heads = append(heads, h)
			}
		}
		for len(heads) > 0 {
			least := slices.MinFunc(heads, func(a, b *head) int { return strings.Compare(a.id, b.id) }).id
			if !yield(least, nil) {
				return
			}
			for i := 0; i < len(heads); {
				if heads[i].id != least {
					i++
					continue
				}
				more, err := advance(heads[i])
				if err != nil {
					yield("", err)
					return
				}
				if more {
					i++
				} else {
					heads = slices.Delete(heads, i, i+1)
				}
			}
		}
	}
}
