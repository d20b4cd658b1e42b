package store

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Feedback is what somebody thinks of a training that she has been to.
//
//	feedback  training ID/member ID → Feedback, as long as she may still answer
//	feedback  training ID/~random   → Feedback, from then on
//
// Her ID is kept only as long as it is needed: so that she answers once, and can
// go on with her answer. Then the answer is moved to a key by which nobody is
// found, without the time at which it was given. The Union's reports never name
// anybody.
type Feedback struct {
	Training string    `json:"training"`
	Member   string    `json:"member,omitzero"`                   // empty: it is not known any more whose it is
	Stars    int       `json:"stars"`                             // from 1, not content at all, to 5, very content
	Use      Use       `json:"use,omitzero"`                      // empty: she has not said
	Sentence string    `json:"sentence,omitzero" personal:"text"` // in her words; empty: she has not said
	Until    time.Time `json:"until"`                             // she may answer before it

	Rest jsontext.Value `json:",embed"`
}

// A Use says whether somebody will use what she has learnt.
type Use string

const (
	UseYes Use = "yes"
	UseNot Use = "not_yet"
	UseNo  Use = "no"
)

// MinFeedback is how many answers there must be before staff see any: of fewer
// they could tell whose each is.
const MinFeedback = 5

// answerDays is for how many days after a training its feedback can be given:
// those in which it is asked for, and some more.
const answerDays = FeedbackDays + 4

// Feedback returns what the member thinks of t, [ErrNotFound] when she has not
// said, and [ErrOver] when she cannot say any more.
func (tx *Tx) Feedback(t *Training, member string) (*Feedback, error) {
	if !tx.Now.Before(t.End.AddDate(0, 0, answerDays)) {
		return nil, ErrOver
	}
	return get[Feedback](tx, "feedback", t.ID+"/"+member)
}

// PutFeedback keeps what the member f.Member thinks of t, in the place of what
// she has said before. It returns [ErrOver] when she cannot say it any more.
func (tx *Tx) PutFeedback(t *Training, f *Feedback) error {
	if f.Until = t.End.AddDate(0, 0, answerDays); !tx.Now.Before(f.Until) {
		return ErrOver
	}
	f.Training = t.ID
	return put(tx, "feedback", t.ID+"/"+f.Member, f)
}

// Feedbacks yields what those who came think of the training.
func (tx *Tx) Feedbacks(training string) iter.Seq2[*Feedback, error] {
	return each[Feedback](tx, "feedback", training+"/", after(training+"/"))
}

// An Opinion is what all who came think of a training together.
type Opinion struct {
	Answers   int
	Stars     [5]int // how many gave 1 to 5
	Use       map[Use]int
	Sentences []string // in the order of the alphabet: that in which they came would tell whose they are
}

// Opinion returns what all who came think of the training. When there are fewer
// than [MinFeedback] answers it holds nothing but their number.
func (tx *Tx) Opinion(training string) (*Opinion, error) {
	o := &Opinion{Use: map[Use]int{}}
	for f, err := range tx.Feedbacks(training) {
		if err != nil {
			return nil, err
		}
		o.Answers++
		o.Stars[min(max(f.Stars, 1), 5)-1]++
		if f.Use != "" {
			o.Use[f.Use]++
		}
		if f.Sentence != "" {
			o.Sentences = append(o.Sentences, f.Sentence)
		}
	}
	slices.Sort(o.Sentences)
	if o.Answers < MinFeedback {
		return &Opinion{Answers: o.Answers}, nil
	}
	return o, nil
}

// FreeFeedback forgets of at most n answers whose they are, as soon as no more
// can be given. It looks at those from the key from on, and returns where to go
// on; empty: at the end.
func (tx *Tx) FreeFeedback(from string, n int) (next string, err error) {
	var over []Pair
	for p, err := range tx.kv.Scan("feedback", from, "") {
		if err != nil {
			return "", err
		}
		if len(over) == n {
			next = p.Key
			break
		}
		over = append(over, p)
	}
	freed := false
	for _, p := range over {
		f, err := get[Feedback](tx, "feedback", p.Key)
		if err != nil {
			return "", err
		}
		if f.Member == "" || tx.Now.Before(f.Until) {
			continue
		}
		f.Member = ""
		if err := errors.Join(tx.kv.Delete("feedback", p.Key), put(tx, "feedback", f.Training+"/~"+strings.ToLower(tx.NewCode(12)), f)); err != nil {
			return "", err
		}
		freed = true
	}
	if freed {
		return next, tx.planScrub() // the file still says whose they were
	}
	return next, nil
}

// passFeedback makes what the member gone has said of the training keep's, unless
// she has said something herself. An empty keep deletes it.
func (tx *Tx) passFeedback(training, gone, keep string) error {
	f, err := get[Feedback](tx, "feedback", training+"/"+gone)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.kv.Delete("feedback", training+"/"+gone); err != nil || keep == "" {
		return err
	}
	if said, err := has(tx, "feedback", training+"/"+keep); err != nil || said {
		return err
	}
	f.Member = keep
	return put(tx, "feedback", training+"/"+keep, f)
}
