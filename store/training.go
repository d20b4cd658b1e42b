package store

import (
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A Training is a class or another event that one can register for.
//
//	training        ID → Training
//	training_code   Code → ID
//	training_start  start in Unix seconds, 11 digits/ID → where and whether listed
type Training struct {
	ID        string    `json:"id"`
	Code      string    `json:"code"` // 6 characters, in links and on lists; unique
	Kind      Kind      `json:"kind"`
	Name      Text      `json:"name"`              // neutral: may stand on any phone, ticket and wall
	Official  string    `json:"official,omitzero"` // for staff's lists only; empty: the same as Name
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Place     string    `json:"place"`
	Area      string    `json:"area"`              // it is for those who live in this unit or below it
	Audience  Text      `json:"audience,omitzero"` // for whom, in words
	Seats     int       `json:"seats"`             // at least 1
	Taken     int       `json:"taken"`             // seats that are held; more than Seats only where staff let people in at the door
	Kept      int       `json:"kept,omitzero"`     // seats that are kept for those to whom they were offered
	Waiting   int       `json:"waiting,omitzero"`  // people who wait for a seat and for whom none is kept
	Asked     int       `json:"asked,omitzero"`    // people about whom staff have not decided yet
	Invited   int       `json:"invited,omitzero"`  // seats that are kept for guests who have not answered yet
	Approval  bool      `json:"approval,omitzero"` // staff decide who gets a seat
	Came      int       `json:"came,omitzero"`     // people who hold a seat and were checked in
	Children  bool      `json:"children,omitzero"` // small children may come along
	Brought   int       `json:"brought,omitzero"`  // children that will come
	Listed    bool      `json:"listed,omitzero"`   // offered to everyone in the area; else by invitation (link) only
	Cancelled time.Time `json:"cancelled,omitzero"`
	Moved     int       `json:"moved,omitzero"`      // how often its time was changed: reminders of an earlier time lapse
	Revision  int       `json:"revision"`            // how often it was changed by staff
	By        string    `json:"by,omitzero"`         // member who made it
	ChangedBy string    `json:"changed_by,omitzero"` // member who changed it last; empty: nobody did, or the operator at the machine
	Created   time.Time `json:"created"`

	Certificate bool `json:"certificate,omitzero"` // who comes gets one

	// By invitation nobody registers: staff invite guests by name ([Guest]).
	ByInvitation bool      `json:"by_invitation,omitzero"`
	Agenda       string    `json:"agenda,omitzero"`   // what it is about, for its invitations; as neutral as the name
	ReplyBy      time.Time `json:"reply_by,omitzero"` // when staff want the guests' answers; zero: see [Training.ReplyTime]
	MovedAt      time.Time `json:"moved_at,omitzero"` // when its time was changed last

	Rest jsontext.Value `json:",embed"`
}

// A Kind is a kind of event.
type Kind string

const (
	Class       Kind = "training"    // tập huấn
	Seminar     Kind = "seminar"     // hội thảo
	Dialogue    Kind = "dialogue"    // đối thoại chính sách
	Supervision Kind = "supervision" // cuộc giám sát
	Leaders     Kind = "leaders"     // đối thoại trực tiếp của lãnh đạo với người dân
)

// Kinds are all kinds of events.
var Kinds = []Kind{Class, Seminar, Dialogue, Supervision, Leaders}

// A Text is words in several languages, by BCP 47 code. Vietnamese is always
// there.
type Text map[string]string

// In returns the text in language, or in Vietnamese where it is missing.
func (t Text) In(language string) string {
	if s := t[language]; s != "" {
		return s
	}
	return t["vi"]
}

// Free is how many seats are left for those who come now: none while others
// wait.
func (t *Training) Free() int {
	if t.Waiting > 0 {
		return 0
	}
	return t.left()
}

// Concerns is how many people hold a seat, wait for one, or are invited to one.
func (t *Training) Concerns() int { return t.Taken + t.Kept + t.Waiting + t.Asked + t.Invited }

// Held is how many seats are somebody's or are kept for somebody.
func (t *Training) Held() int { return t.Taken + t.Kept + t.Invited }

// left is how many seats nobody holds and none is kept for.
func (t *Training) left() int { return max(0, t.Seats-t.Held()) }

// Open says whether the training takes place and has not begun at now.
func (t *Training) Open(now time.Time) bool { return t.Cancelled.IsZero() && now.Before(t.Start) }

// Begun says whether the training takes place and has begun at now, or is over:
// who holds a seat then counts among those who took part.
func (t *Training) Begun(now time.Time) bool { return t.Cancelled.IsZero() && !now.Before(t.Start) }

// OfficialName is the name for staff's lists.
func (t *Training) OfficialName() string {
	if t.Official != "" {
		return t.Official
	}
	return t.Name.In("vi")
}

// MaxSeats is the greatest number of seats that a training can have.
const MaxSeats = 100_000

type trainingStart struct {
	Area   string `json:"area"`
	Listed bool   `json:"listed,omitzero"`
}

type trainingRef struct {
	Training string `json:"training"`
}

// ErrChanged says that somebody else has changed a document meanwhile.
var ErrChanged = errors.New("changed by somebody else meanwhile")

// AddTraining keeps a new training and gives it its ID and code.
func (tx *Tx) AddTraining(t *Training) error {
	t.ID, t.Created = tx.NewID(), tx.Now
	for {
		t.Code = tx.NewCode(6)
		taken, err := has(tx, "training_code", t.Code)
		if err != nil {
			return err
		}
		if !taken {
			break
		}
	}
	if err := put(tx, "training_code", t.Code, trainingRef{t.ID}); err != nil {
		return err
	}
	if err := tx.indexTraining(t); err != nil {
		return err
	}
	if err := tx.planReminders(t); err != nil {
		return err
	}
	if err := tx.planAfter(t); err != nil {
		return err
	}
	return tx.putTraining(t)
}

func (tx *Tx) putTraining(t *Training) error {
	return write(tx, &tx.store.trainings, "training", t.ID, t, (*Training).clone)
}

// ChangeTraining has change edit the training id, keeps the result and returns
// it. It returns [ErrChanged] when the training is not at revision, that is,
// when somebody else was quicker. A new start re-plans the reminders, a new end what
// comes after it; more seats
// are offered to those who wait.
func (tx *Tx) ChangeTraining(id string, revision int, change func(*Training)) (*Training, error) {
	t, err := tx.Training(id)
	if err != nil {
		return nil, err
	}
	if t.Revision != revision {
		return t, ErrChanged
	}
	start, end, certificate := t.Start, t.End, t.Certificate
	change(t)
	t.Revision++
	if !t.Start.Equal(start) {
		if err := tx.kv.Delete("training_start", startKey(start)+t.ID); err != nil {
			return nil, err
		}
		t.Moved++
		t.MovedAt = tx.Now
		if err := tx.planReminders(t); err != nil {
			return nil, err
		}
		if err := tx.planQuiz(t); err != nil {
			return nil, err
		}
	}
	if !t.End.Equal(end) || t.Certificate != certificate {
		if err := tx.planAfter(t); err != nil {
			return nil, err
		}
	}
	if t.Invited > 0 && t.Open(tx.Now) { // by when they are asked to answer may have changed
		if err := tx.planGuests(t, tx.Now); err != nil {
			return nil, err
		}
	}
	if err := tx.indexTraining(t); err != nil {
		return nil, err
	}
	return t, tx.freed(t)
}

// TellJob is the job that has the flow training_news tell everyone who holds a
// seat in a training, or waits for one, what has become of it.
const TellJob = "tell"

// TellOneJob is the job that has it tell one of them, in a row that [TellJob] has
// made for her. It is a job of its own, because an older program would tell
// everyone again.
const TellOneJob = "tell_one"

// Telling returns the row by which everyone who holds a seat in t or waits for
// one is told of its last change: the caller sets Until and Data, which is what
// the flow hears, and plans it. They are told as soon as this transaction is
// kept, at night in the morning unless first, when they would come, is too near
// then. What an earlier change of this night has left for the morning is not
// planned any more, and its Data stands in the row: they are told once, of both.
// It is done in a turn of its own for each of them: a training may have
// [MaxSeats] holders, who do not fit one transaction. It may be called once for
// each change of t.
func (tx *Tx) Telling(t *Training, first time.Time) (*Due, error) {
	night, err := tx.Night(tx.store.zone)
	if err != nil {
		return nil, err
	}
	d := &Due{ID: fmt.Sprintf("tell/%s/%d", t.ID, t.Revision), Job: TellJob, Training: t.ID}
	d.At, d.Urgent = night.news(tx.Now, first, noticeTime)
	morning := night.Awake(tx.Now)
	if !morning.After(tx.Now) {
		return d, nil
	}
	for before, err := range tx.dueAt(morning, "tell/"+t.ID+"/") {
		if err != nil {
			return nil, err
		}
		if before.Job != TellJob {
			continue
		}
		d.Data = before.Data
		if err := tx.Done(before); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// noticeTime is how long before a training people must hear in the morning of
// what has changed in the night: the way to it may be long.
const noticeTime = 3 * time.Hour

// Training returns the training with id, or [ErrNotFound].
func (tx *Tx) Training(id string) (*Training, error) {
	return read(tx, &tx.store.trainings, "training", id, (*Training).clone)
}

// TrainingByCode returns the training with the code as people typed it, or
// [ErrNotFound].
func (tx *Tx) TrainingByCode(code string) (*Training, error) {
	ref, err := get[trainingRef](tx, "training_code", ReadCode(code))
	if err != nil {
		return nil, err
	}
	return tx.Training(ref.Training)
}

// Upcoming yields the listed trainings that begin after now, soonest first, in
// the areas for which within returns true: those that are full or cancelled
// too.
func (tx *Tx) Upcoming(within func(area string) bool) iter.Seq2[*Training, error] {
	return tx.trainings(startKey(tx.Now.Add(time.Second)), "", func(s trainingStart) bool { return s.Listed && within(s.Area) })
}

// Trainings yields the trainings that begin at from or later and before to, in
// the order of their start, in the areas for which within returns true, those
// that are not listed too. A zero to is without end.
func (tx *Tx) Trainings(from, to time.Time, within func(area string) bool) iter.Seq2[*Training, error] {
	end := ""
	if !to.IsZero() {
		end = startKey(to)
	}
	return tx.trainings(startKey(from), end, func(s trainingStart) bool { return within(s.Area) })
}

// TrainingsBack yields the trainings that began before to, the latest first, in
// the areas for which within returns true, those that are not listed too.
func (tx *Tx) TrainingsBack(to time.Time, within func(area string) bool) iter.Seq2[*Training, error] {
	return tx.eachTraining(tx.kv.ScanBack("training_start", "", startKey(to)), func(s trainingStart) bool { return within(s.Area) })
}

func (tx *Tx) trainings(from, to string, want func(trainingStart) bool) iter.Seq2[*Training, error] {
	return tx.eachTraining(tx.kv.Scan("training_start", from, to), want)
}

// eachTraining yields the trainings of the index entries pairs that are wanted.
func (tx *Tx) eachTraining(pairs iter.Seq2[Pair, error], want func(trainingStart) bool) iter.Seq2[*Training, error] {
	return func(yield func(*Training, error) bool) {
		for p, err := range pairs {
			var s trainingStart
			if err == nil {
				err = json.Unmarshal(p.Value, &s)
			}
			if err == nil && !want(s) {
				continue
			}
			var t *Training
			if err == nil {
				t, err = tx.Training(p.Key[len(startKey(time.Time{})):])
			}
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}

func (tx *Tx) indexTraining(t *Training) error {
	return put(tx, "training_start", startKey(t.Start)+t.ID, trainingStart{Area: t.Area, Listed: t.Listed})
}

// startKey is the head of a key that sorts by time, to the second.
func startKey(t time.Time) string {
	return fmt.Sprintf("%011d/", max(0, t.Unix()))
}
