package store

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An Answering is what somebody has answered so far and not sent. (A [Draft] is a
// broadcast that is being written.) What the answers mean the store does not
// understand: package form does.
//
// # Keys
//
//	draft        campaign ID/ID → Answering
//	draft_chunk  campaign ID/ID/number of 2 digits → answers that are too long for it
//	draft_of     member ID of who holds it/ID → campaign
type Answering struct {
	ID       string         `json:"id"`
	Campaign string         `json:"campaign"`
	Version  int            `json:"version"`           // of the form with which it was begun
	Member   string         `json:"member,omitzero"`   // whose answers they are; empty: of somebody who is no member here
	By       string         `json:"by,omitzero"`       // member who enters them for her; empty: she does
	How      AnswerMode     `json:"how"`               // in which way they come
	Response string         `json:"response,omitzero"` // id of what was sent and is being changed; empty: nothing was
	Area     string         `json:"area,omitzero"`     // code of the unit where she lives
	Language string         `json:"language,omitzero"` // in which she was spoken to last
	Channel  string         `json:"channel,omitzero"`  // on which: its name without the bot's id
	Begun    time.Time      `json:"begun"`
	Changed  time.Time      `json:"changed"`
	At       string         `json:"at,omitzero"`     // name of the question at which she stands, for those who look where people stop
	Number   int            `json:"number,omitzero"` // "Câu Number/Of"
	Of       int            `json:"of,omitzero"`
	Answers  jsontext.Value `json:"answers,omitzero" personal:"answers"` // as package form encodes them
	Chunks   int            `json:"chunks,omitzero"`                     // in how many further documents they stand, when they are too long for this one
	Files    []string       `json:"files,omitzero"`                      // ids of the [File]s in the answers; see [Tx.HoldAnswerFile]

	Rest jsontext.Value `json:",embed"`
}

// An AnswerMode says in which way answers come.
type AnswerMode string

const (
	InPerson  AnswerMode = "self"  // she taps and types herself
	ReadAloud AnswerMode = "aloud" // somebody reads to her and enters what she says
	FromPaper AnswerMode = "paper" // somebody enters a sheet of paper
)

const (
	// MaxAnswers is how long answers may be, in bytes, as they are encoded.
	MaxAnswers = 2 << 20
	// wholeAnswers is up to which length they stand in the document itself, which
	// may have [MaxValue] bytes after they were sealed.
	wholeAnswers = 40 << 10
	// draftDays is for how long after the end of a campaign it can be seen where
	// people have stopped.
	draftDays = 30
)

// ErrLongAnswers says that answers are longer than [MaxAnswers].
var ErrLongAnswers = errors.New("answers are too long to be kept")

type draftRef struct {
	Campaign string `json:"campaign"`
}

// BeginAnswers begins to answer the campaign d.Campaign: for the member d.Member,
// whose unit is d.Area, or for somebody without an entry here where it is empty.
// d.By, d.How, d.Language, d.Channel and d.Answers must be set as they are to be
// kept; the version is the campaign's. When she has begun already it returns what
// she has begun, with began false; but what somebody else has begun to enter for her
// is deleted when she begins herself. It returns [ErrOver] when the campaign takes no
// answers now, [ErrAnswered] when she has sent hers, and [ErrQuota] when no more
// of such are wanted.
func (tx *Tx) BeginAnswers(d *Answering) (now *Answering, began bool, err error) {
	c, err := tx.Campaign(d.Campaign)
	if err != nil {
		return nil, false, err
	}
	if !c.Takes(tx.Now) {
		return nil, false, ErrOver
	}
	var p *Participation
	if d.Member != "" {
		p, err = tx.Participation(c.ID, d.Member)
		switch {
		case errors.Is(err, ErrNotFound):
			p = &Participation{Campaign: c.ID, Member: d.Member}
		case err != nil:
			return nil, false, err
		case p.State == PartSent:
			return nil, false, ErrAnswered
		case p.Draft != "":
			now, err := tx.Draft(c.ID, p.Draft)
			if err != nil || now.By == "" || d.By != "" {
				return now, false, err
			}
			if err := tx.takeFromAside(c, p, now); err != nil {
				return nil, false, err
			}
		}
	}
	full := tx.Wanted(c, d.Area)
	if full != nil && !errors.Is(full, ErrQuota) {
		return nil, false, full
	}
	d.ID, d.Begun, d.Version = tx.NewID(), tx.Now, c.Version
	if p != nil {
		p.State, p.Draft, p.Begun, p.Ended, p.Area = PartBegun, d.ID, tx.Now, time.Time{}, d.Area
		if full != nil {
			p.State, p.Draft, p.Ended = PartFull, "", tx.Now
		}
		if err := tx.putParticipation(p); err != nil {
			return nil, false, err
		}
	}
	if full != nil {
		return nil, false, full
	}
	return d, true, errors.Join(tx.KeepAnswers(d), tx.holdDraft(d))
}

// takeFromAside deletes what somebody has begun to enter for the member of p, with
// the traces of it. She does not go on with it: it says that it was entered by
// another, and the traces of her own answers would not be looked for with her.
func (tx *Tx) takeFromAside(c *Campaign, p *Participation, d *Answering) error {
	if err := errors.Join(tx.WipeTraces(d), tx.deleteDraft(c.ID, d.ID)); err != nil {
		return err
	}
	p.Draft = ""
	if c.Mode == Anonymous {
		return tx.planScrub()
	}
	return nil
}

// ChangeAnswers takes what the member has sent up again, so that she can change it
// until the campaign ends. What she has sent counts until she sends anew. It
// returns [ErrOver] when the campaign takes no answers now, or is anonymous, and
// [ErrNotFound] when she has sent nothing. Its Answers are what [Tx.SendAnswers] was
// given as a whole.
func (tx *Tx) ChangeAnswers(campaign, member string) (*Answering, error) {
	c, err := tx.Campaign(campaign)
	if err != nil {
		return nil, err
	}
	p, err := tx.Participation(campaign, member)
	switch {
	case err != nil:
		return nil, err
	case p.Draft != "":
		return tx.Draft(campaign, p.Draft)
	case c.Mode == Anonymous || !c.Takes(tx.Now):
		return nil, ErrOver
	case p.Response == "":
		return nil, ErrNotFound
	}
	r, err := tx.Response(campaign, p.Response)
	if err != nil {
		return nil, err
	}
	whole, err := tx.whole(campaign, r.ID)
	if err != nil {
		return nil, err
	}
	d := &Answering{
		ID: tx.NewID(), Campaign: campaign, Version: r.Version, Member: member, How: InPerson, Response: r.ID,
		Area: r.Area, Language: r.Language, Channel: r.Channel, Begun: tx.Now, Answers: whole, Files: slices.Clone(r.Files),
	}
	p.Draft = d.ID
	if err := tx.putParticipation(p); err != nil {
		return nil, err
	}
	return d, errors.Join(tx.KeepAnswers(d), tx.holdDraft(d))
}

// KeepAnswers keeps d as it is now. It returns [ErrLongAnswers] when its answers
// are too long.
func (tx *Tx) KeepAnswers(d *Answering) error {
	if len(d.Answers) > MaxAnswers {
		return ErrLongAnswers
	}
	d.Changed = tx.Now
	return tx.putDraft(d)
}

func (tx *Tx) putDraft(d *Answering) error {
	key := d.Campaign + "/" + d.ID
	kept := *d
	var err error
	if kept.Answers, kept.Chunks, err = tx.cut("draft_chunk", key, d.Answers, d.Chunks); err != nil {
		return err
	}
	d.Chunks = kept.Chunks
	return put(tx, "draft", key, &kept)
}

// holdDraft lets who goes on with d find it.
func (tx *Tx) holdDraft(d *Answering) error {
	return put(tx, "draft_of", d.holder()+"/"+d.ID, draftRef{d.Campaign})
}

// holder is the member who goes on with d.
func (d *Answering) holder() string {
	if d.By != "" {
		return d.By
	}
	return d.Member
}

// Draft returns what was begun under that id, with all its answers, or
// [ErrNotFound].
func (tx *Tx) Draft(campaign, id string) (*Answering, error) {
	d, err := get[Answering](tx, "draft", campaign+"/"+id)
	if err != nil {
		return nil, err
	}
	d.Answers, err = tx.join("draft_chunk", campaign+"/"+id, d.Answers, d.Chunks)
	return d, err
}

// DraftsOf yields what the member has begun, for herself and for others, the
// latest first.
func (tx *Tx) DraftsOf(member string) iter.Seq2[*Answering, error] {
	return func(yield func(*Answering, error) bool) {
		prefix := member + "/"
		for p, err := range tx.kv.ScanBack("draft_of", prefix, after(prefix)) {
			var d *Answering
			if err == nil {
				var ref draftRef
				if err = decode(tx, "draft_of", p.Key, p.Value, &ref); err == nil {
					d, err = tx.Draft(ref.Campaign, p.Key[len(prefix):])
				}
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// Drafts yields what was begun of a campaign and not sent, without the answers:
// for those who look where people stop.
func (tx *Tx) Drafts(campaign string) iter.Seq2[*Answering, error] {
	return func(yield func(*Answering, error) bool) {
		for p, err := range tx.kv.Scan("draft", campaign+"/", after(campaign+"/")) {
			d := &Answering{}
			if err == nil {
				err = decodePlain(p, d)
				d.Answers = nil
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// DropDraft deletes what was begun under that id, which belongs to no
// participation: what is entered for somebody without an entry here.
func (tx *Tx) DropDraft(campaign, id string) error { return tx.deleteDraft(campaign, id) }

func (tx *Tx) deleteDraft(campaign, id string) error {
	d, err := get[Answering](tx, "draft", campaign+"/"+id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.dropAnswerFiles(d); err != nil {
		return err
	}
	return tx.endDraft(campaign, id)
}

// endDraft deletes a draft whose files have gone elsewhere.
func (tx *Tx) endDraft(campaign, id string) error {
	key := campaign + "/" + id
	d, err := get[Answering](tx, "draft", key)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.deleteRange("draft_chunk", key+"/", after(key+"/"), MaxAnswers)
	return errors.Join(err,
		tx.kv.Delete("draft_of", d.holder()+"/"+id),
		tx.kv.Delete("draft", key),
	)
}

// dropDraftsBy deletes what the member has begun for others.
func (tx *Tx) dropDraftsBy(member string) error {
	var all []*Answering
	for d, err := range tx.DraftsOf(member) {
		if err != nil {
			return err
		}
		all = append(all, d)
	}
	for _, d := range all {
		if err := tx.letGo(d); err != nil {
			return err
		}
	}
	return nil
}

// letGo deletes d, also from the participation of whose answers it has.
func (tx *Tx) letGo(d *Answering) error {
	if d.Member != "" {
		p, err := tx.Participation(d.Campaign, d.Member)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil && p.Draft == d.ID {
			p.Draft = ""
			if p.Response == "" {
				err = tx.deleteParticipation(p)
			} else {
				err = tx.putParticipation(p)
			}
			if err != nil {
				return err
			}
		}
	}
	return tx.deleteDraft(d.Campaign, d.ID)
}

// passDraftsBy makes keep's what gone has begun for others.
func (tx *Tx) passDraftsBy(gone, keep string) error {
	var all []*Answering
	for d, err := range tx.DraftsOf(gone) {
		if err != nil {
			return err
		}
		all = append(all, d)
	}
	for _, d := range all {
		if err := tx.kv.Delete("draft_of", gone+"/"+d.ID); err != nil {
			return err
		}
		if d.By == gone {
			d.By = keep
		}
		if d.Member == gone {
			d.Member = keep
		}
		if err := errors.Join(tx.putDraft(d), tx.holdDraft(d)); err != nil {
			return err
		}
	}
	return nil
}

// ForgetDrafts deletes at most n drafts of campaigns that ended more than a month
// ago, and of anonymous ones as soon as they have ended, looking at those from the
// key from on. It returns where to go on; empty: at the end.
func (tx *Tx) ForgetDrafts(from string, n int) (next string, err error) {
	var all []*Answering
	for p, err := range tx.kv.Scan("draft", from, "") {
		if err != nil {
			return "", err
		}
		if len(all) == n {
			next = p.Key
			break
		}
		d := &Answering{}
		if err := decodePlain(p, d); err != nil {
			return "", err
		}
		all = append(all, d)
	}
	gone := false
	for _, d := range all {
		c, err := tx.Campaign(d.Campaign)
		if err != nil {
			return "", err
		}
		if c.State != CampaignClosed || c.Mode != Anonymous && tx.Now.Before(c.Closed.AddDate(0, 0, draftDays)) {
			continue
		}
		if err := tx.letGo(d); err != nil {
			return "", err
		}
		gone = true
	}
	if gone {
		return next, tx.planScrub()
	}
	return next, nil
}

// cut keeps what is too long for one document in chunks of its own, of which there
// were some before, and returns what stands in the document and in how many chunks
// the rest is.
func (tx *Tx) cut(bucket, key string, data []byte, before int) (here jsontext.Value, chunks int, err error) {
	if len(data) <= wholeAnswers {
		here = data
	} else {
		for i := 0; i*wholeAnswers < len(data); i++ {
			part := data[i*wholeAnswers : min(len(data), (i+1)*wholeAnswers)]
			if err := put(tx, bucket, fmt.Sprintf("%s/%02d", key, i), chunk{part}); err != nil {
				return nil, 0, err
			}
			chunks++
		}
	}
	for i := chunks; i < before; i++ {
		if err := tx.kv.Delete(bucket, fmt.Sprintf("%s/%02d", key, i)); err != nil {
			return nil, 0, err
		}
	}
	return here, chunks, nil
}

// join puts together what [Tx.cut] has cut.
func (tx *Tx) join(bucket, key string, here jsontext.Value, chunks int) (jsontext.Value, error) {
	if chunks == 0 {
		return here, nil
	}
	var all []byte
	for i := range chunks {
		c, err := get[chunk](tx, bucket, fmt.Sprintf("%s/%02d", key, i))
		if err != nil {
			return nil, fmt.Errorf("part %d of long answers: %w", i, err)
		}
		all = append(all, c.Bytes...)
	}
	return all, nil
}
