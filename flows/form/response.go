package form

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Response is one form as one person has filled it in so far. It is a value that is kept: a [Walk]
// reads it, and gives a changed one back.
//
// Questions are named by paths: the names of the groups around them and their own, with the number of
// the instance behind a repeat, as in "ho/con[2]/tuoi". A repeat is named without a number, "ho/con",
// and one of its instances with it, "ho/con[2]".
type Response struct {
	Form    string               `json:"form"`
	Version string               `json:"version,omitzero"`
	Seed    uint64               `json:"seed,string,omitzero"` // of all chance in it, so that a second evaluation gives the same
	Started time.Time            `json:"started,omitzero"`
	Ended   time.Time            `json:"ended,omitzero"`    // zero until [Walk.Finish]
	Known   map[string]string    `json:"known,omitempty"`   // what the caller knows about who answers, by type: "username", "phonenumber"
	Answers Answers              `json:"answers"`           // by path; what is not in it was not asked
	Repeats map[string]Instances `json:"repeats,omitempty"` // by path, of those that she counts herself
	Shown   map[string]bool      `json:"shown,omitempty"`   // notes, and headings of groups, that she has seen
	At      string               `json:"at,omitzero"`       // the question that she went back to
	Dropped []Dropped            `json:"dropped,omitempty"` // oldest first, at most MaxDropped
	Rest    jsontext.Value       `json:",embed"`            // fields that this program does not know
}

// An Answer is what is kept of one question.
type Answer struct {
	State State `json:"state"`
	// Value is the answer as XForms writes it: a number with a point, 2026-11-23, 08:30, the names of
	// choices with spaces between them, "latitude longitude altitude accuracy", the reference of a
	// file as the caller names it. It is empty unless the state is Answered or Computed.
	Value string         `json:"value,omitzero"`
	Rest  jsontext.Value `json:",embed"`
}

// A State says how an answer came about. A question without an answer was not asked.
type State string

// The states. They are kept: they never change.
const (
	Answered State = "answered" // given by her
	Skipped  State = "skipped"  // passed over
	Declined State = "refused"  // she does not want to say
	Computed State = "computed" // by the form, or known without asking
)

// Answers are those of a response by path.
type Answers map[string]Answer

// UnmarshalJSONFrom reads them without reflection, which took most of the time in which a million responses
// are written into a file.
func (a *Answers) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case 'n':
		*a = nil
		return dec.SkipValue()
	case '{':
	default:
		return errors.New("answers are no object")
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	all := make(Answers, usualAnswers)
	for dec.PeekKind() != '}' {
		path, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name := path.String()
		var answer Answer
		if err := answer.UnmarshalJSONFrom(dec); err != nil {
			return err
		}
		all[name] = answer
	}
	*a = all
	_, err := dec.ReadToken()
	return err
}

// usualAnswers is for how many answers there is room before the map grows.
const usualAnswers = 32

// An answerDoc is an Answer with all that it may have.
type answerDoc Answer

// MarshalJSONTo writes what she has answered as a text alone, which is what most answers are, and others
// with their state: a response is half as long so, and read in a third of the time.
func (a Answer) MarshalJSONTo(enc *jsontext.Encoder) error {
	if a.State == Answered && len(a.Rest) == 0 {
		return enc.WriteToken(jsontext.String(a.Value))
	}
	return json.MarshalEncode(enc, answerDoc(a))
}

// UnmarshalJSONFrom reads what MarshalJSONTo wrote.
func (a *Answer) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '"' {
		*a = Answer{}
		return json.UnmarshalDecode(dec, (*answerDoc)(a))
	}
	text, err := dec.ReadToken()
	if err != nil {
		return err
	}
	*a = Answer{State: Answered, Value: text.String()}
	return nil
}

// Instances are those of a repeat whose number is not computed.
type Instances struct {
	Number int            `json:"number"`        // how many there are
	Done   bool           `json:"done,omitzero"` // she wants no more
	Rest   jsontext.Value `json:",embed"`
}

// A Dropped is an answer that holds no more.
type Dropped struct {
	Path   string         `json:"path"` // as it was then: instances may have moved since
	Answer Answer         `json:"answer"`
	Why    Reason         `json:"why"`
	At     time.Time      `json:"at"`
	Rest   jsontext.Value `json:",embed"`
}

// A Reason is why an answer was dropped.
type Reason string

// The reasons. They are kept: they never change.
const (
	Changed    Reason = "changed"    // another answer took its place
	Irrelevant Reason = "irrelevant" // the question is not asked any more, or its instance is gone by a count
	Unoffered  Reason = "unoffered"  // the choice is not offered any more; what is left of several stays
	Removed    Reason = "removed"    // she took its instance away
)

// MaxDropped is how many dropped answers are kept; the oldest go first.
const MaxDropped = 500

// EncodeResponse writes a response as JSON, the same bytes for equal ones.
func EncodeResponse(r *Response) ([]byte, error) {
	b, err := json.Marshal(r, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode response to %s: %w", r.Form, err)
	}
	return b, nil
}

// DecodeResponse reads what [EncodeResponse] wrote. Its errors hold no answer.
func DecodeResponse(b []byte) (*Response, error) {
	r := new(Response)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("decode response: %w", err)
	}
	return r, nil
}

// clone is a response whose maps and history can be changed without changing r.
func (r *Response) clone() *Response {
	c := *r
	c.Answers, c.Repeats, c.Shown = maps.Clone(r.Answers), maps.Clone(r.Repeats), maps.Clone(r.Shown)
	c.Dropped = slices.Clip(r.Dropped)
	if c.Answers == nil {
		c.Answers = map[string]Answer{}
	}
	if c.Repeats == nil {
		c.Repeats = map[string]Instances{}
	}
	if c.Shown == nil {
		c.Shown = map[string]bool{}
	}
	return &c
}

// drop writes an answer into the history, also that a question was skipped. What was computed leaves no
// trace: it can be computed again.
func (r *Response) drop(path string, why Reason, at time.Time) {
	a, ok := r.Answers[path]
	if !ok || a.State == Computed {
		return
	}
	r.Dropped = append(r.Dropped, Dropped{Path: path, Answer: a, Why: why, At: at.UTC()})
	if over := len(r.Dropped) - MaxDropped; over > 0 {
		r.Dropped = slices.Clone(r.Dropped[over:])
	}
}
