package store

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Response is what somebody has sent: her final answers to a campaign.
//
// Of an anonymous campaign it holds nothing but the answers, how they came, and a
// day on which at least [LotSize] were released; see response_box.go for how it gets
// here.
//
//	response        campaign ID/ID → Response
//	response_chunk  campaign ID/ID/number of 2 digits → answers that are too long for it
//	response_past   campaign ID/ID → how it came about: answers that were dropped or changed
//	response_past_chunk  the same, of what is too long for it
type Response struct {
	ID        string         `json:"id"`
	Campaign  string         `json:"campaign"`
	Version   int            `json:"version"`            // of the form
	Member    string         `json:"member,omitzero"`    // Named: whose they are; empty: of somebody who is no member here
	Pseudonym string         `json:"pseudonym,omitzero"` // Pseudonymous: what stands in the place of her
	By        string         `json:"by,omitzero"`        // member who entered them for her; empty: she did, or it is not kept
	How       AnswerMode     `json:"how"`                // empty: few of an anonymous campaign came like this
	Area      string         `json:"area,omitzero"`      // code of the unit where she lived when she began
	Language  string         `json:"language,omitzero"`
	Channel   string         `json:"channel,omitzero"`
	Begun     time.Time      `json:"begun,omitzero"`
	Sent      time.Time      `json:"sent"`              // first; Anonymous: the beginning of a day
	Changed   time.Time      `json:"changed,omitzero"`  // when she sent last, after she had changed them; zero: she never did
	Revision  int            `json:"revision,omitzero"` // how often she has changed them
	Answers   jsontext.Value `json:"answers,omitzero" personal:"answers"`
	Chunks    int            `json:"chunks,omitzero"` // in how many further documents they stand, when they are too long for this one
	Files     []string       `json:"files,omitzero"`  // ids of the [File]s in the answers, deleted with them

	Rest jsontext.Value `json:",embed"`
}

// A responsePast is how a response came about, and what is needed to change it.
type responsePast struct {
	Whole  jsontext.Value `json:"whole,omitzero" personal:"answers"`
	Chunks int            `json:"chunks,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

// SendAnswers makes a response of d. answers are the final ones; whole is the same
// with its history, as it was kept in d, and is dropped in an anonymous campaign.
// In the same transaction the draft is deleted. In an anonymous campaign nothing
// that is left leads from her to her answers, the result is nil, and the database
// file is wiped soon.
//
// It returns [ErrOver] when the campaign takes no answers any more, [ErrQuota] when
// its quota became full meanwhile, and [ErrLongAnswers].
func (tx *Tx) SendAnswers(d *Answering, answers, whole []byte) (*Response, error) {
	c, err := tx.Campaign(d.Campaign)
	if err != nil {
		return nil, err
	}
	if !c.Takes(tx.Now) {
		return nil, ErrOver
	}
	if len(answers) > MaxAnswers || len(whole) > MaxAnswers {
		return nil, ErrLongAnswers
	}
	if d.Response == "" {
		if err := tx.countQuotas(c, d.Area, true); err != nil {
			return nil, err
		}
	}
	if err := tx.endDraft(c.ID, d.ID); err != nil {
		return nil, err
	}
	var r *Response
	if c.Mode == Anonymous {
		if err := errors.Join(tx.putInBox(c, d, answers), tx.planScrub()); err != nil {
			return nil, err
		}
	} else if r, err = tx.keepResponse(c, d, answers, whole); err != nil {
		return nil, err
	}
	if d.Member == "" {
		return r, nil
	}
	p, err := tx.Participation(c.ID, d.Member)
	if err != nil {
		return nil, err
	}
	p.State, p.Draft, p.Ended = PartSent, "", tx.Now
	if r == nil {
		p.Begun, p.Ended = time.Time{}, time.Time{}
	} else {
		p.Response = r.ID
	}
	return r, tx.putParticipation(p)
}

func (tx *Tx) keepResponse(c *Campaign, d *Answering, answers, whole []byte) (*Response, error) {
	r := &Response{ID: tx.NewID(), Campaign: c.ID, Begun: d.Begun, Sent: tx.Now}
	pastChunks := 0
	if d.Response != "" {
		was, err := get[Response](tx, "response", c.ID+"/"+d.Response)
		if err != nil {
			return nil, err
		}
		past, err := get[responsePast](tx, "response_past", c.ID+"/"+was.ID)
		if err != nil {
			return nil, err
		}
		r, pastChunks = was, past.Chunks
		r.Changed = tx.Now
		r.Revision++
	} else if c.Mode == Pseudonymous {
		r.Pseudonym = strings.ToLower(tx.NewCode(8))
	}
	r.Version, r.By, r.How, r.Area, r.Language, r.Channel = d.Version, d.By, d.How, d.Area, d.Language, d.Channel
	r.Files = d.Files
	if c.Mode == Named {
		r.Member = d.Member
	}
	key := c.ID + "/" + r.ID
	past := &responsePast{}
	var err error
	if r.Answers, r.Chunks, err = tx.cut("response_chunk", key, answers, r.Chunks); err != nil {
		return nil, err
	}
	if past.Whole, past.Chunks, err = tx.cut("response_past_chunk", key, whole, pastChunks); err != nil {
		return nil, err
	}
	return r, errors.Join(put(tx, "response", key, r), put(tx, "response_past", key, past))
}

// Response returns the response under that id with all its answers, or
// [ErrNotFound].
func (tx *Tx) Response(campaign, id string) (*Response, error) {
	r, err := get[Response](tx, "response", campaign+"/"+id)
	if err != nil {
		return nil, err
	}
	r.Answers, err = tx.join("response_chunk", campaign+"/"+id, r.Answers, r.Chunks)
	return r, err
}

// Responses yields what was sent to the campaign with all answers, from the id from
// on; in the order in which it was sent, or of an anonymous one in none.
func (tx *Tx) Responses(campaign, from string) iter.Seq2[*Response, error] {
	return func(yield func(*Response, error) bool) {
		for r, err := range each[Response](tx, "response", campaign+"/"+from, after(campaign+"/")) {
			if err == nil && r.Chunks > 0 {
				r.Answers, err = tx.join("response_chunk", campaign+"/"+r.ID, r.Answers, r.Chunks)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// ResponseIDs yields the ids of what was sent to the campaign, from the id from on.
func (tx *Tx) ResponseIDs(campaign, from string) iter.Seq2[string, error] {
	return tx.keysFrom("response", campaign+"/", from)
}

// CountResponses is how many were sent to the campaign and can be read.
func (tx *Tx) CountResponses(campaign string) (n int, err error) {
	for _, err := range tx.ResponseIDs(campaign, "") {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// whole returns a response with its history, as it was given to [Tx.SendAnswers].
func (tx *Tx) whole(campaign, id string) ([]byte, error) {
	p, err := get[responsePast](tx, "response_past", campaign+"/"+id)
	if err != nil {
		return nil, fmt.Errorf("history of a response: %w", err)
	}
	return tx.join("response_past_chunk", campaign+"/"+id, p.Whole, p.Chunks)
}

func (tx *Tx) deleteResponse(c *Campaign, id string) error {
	key := c.ID + "/" + id
	r, err := get[Response](tx, "response", key)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, bucket := range []string{"response_chunk", "response_past_chunk"} {
		if _, err := tx.deleteRange(bucket, key+"/", after(key+"/"), MaxAnswers); err != nil {
			return err
		}
	}
	for _, file := range r.Files {
		if err := tx.DeleteFile(file); err != nil {
			return err
		}
	}
	return errors.Join(
		tx.uncountQuotas(c, r.Area),
		tx.kv.Delete("response_past", key),
		tx.kv.Delete("response", key),
	)
}
