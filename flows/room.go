package flows

import (
	"errors"
	"time"

	"chihai/store"
)

// room checks a woman in who gives the code that stands in the room, by opening
// its link or by typing it. Who is not registered may be so at once, while there
// is a seat.
func room() *Flow {
	return &Flow{
		Name:     "room",
		Triggers: []string{"command.room"},
		Steps: []Step{
			{Name: "link", Ask: askRoomLink},
			{Name: "code", Ask: askRoomCode, Take: takeRoomCode, Free: true},
			{Name: "walk_in", Ask: askWalkIn, Take: takeWalkIn},
			{Name: "who", Ask: askWalkInWho},
			{Name: "done", Ask: endWalkIn},
		},
	}
}

const (
	trainingCode = 6 // letters of a training's code
	roomDigits   = 6 // digits of a room's code

	// roomSlow is for how long what she sent may have been under way and still
	// counts for when she sent it.
	roomSlow = 5 * time.Minute
)

// askRoomLink takes the code that came with a link: that of the training, and
// that of its room.
func askRoomLink(t *Turn) error {
	link := t.Note("room")
	t.Forget("room")
	if len(link) != trainingCode+roomDigits {
		return nil
	}
	if wait, err := t.guessRoom(); err != nil || wait {
		return err
	}
	training, err := t.TrainingByCode(link[:trainingCode])
	if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	if training == nil || !t.InRoom(training.ID, link[trainingCode:], t.sent()) {
		t.Say("room.wrong")
		return nil
	}
	return t.enterRoom(training)
}

func askRoomCode(t *Turn) error {
	t.Say("room.ask")
	return nil
}

func takeRoomCode(t *Turn) error {
	code, ok := readDigits(t.Words())
	if !ok {
		return t.Again("room.again")
	}
	if wait, err := t.guessRoom(); err != nil || wait {
		return err
	}
	for training, err := range t.Trainings(t.Now.AddDate(0, 0, -longest), t.Now.Add(store.RoomTime+time.Second), func(string) bool { return true }) {
		if err != nil {
			return err
		}
		if training.RoomOpen(t.Now) && t.InRoom(training.ID, code, t.sent()) {
			return t.enterRoom(training)
		}
	}
	return t.Again("room.wrong")
}

// guessRoom counts that she gives a code. When she has given too many wrong ones she
// is told how long to wait, the talk ends, and the result is true.
func (t *Turn) guessRoom() (bool, error) {
	_, wait, err := t.Try(store.TryRoom, t.Member.ID)
	if err != nil || wait == 0 {
		return false, err
	}
	t.Say("room.wait", "n", int((wait+time.Minute-1)/time.Minute))
	return true, t.End()
}

// sent is when she sent what is answered now: a network that was slow does not
// make a code old.
func (t *Turn) sent() time.Time {
	if at := t.Input.At; !at.After(t.Now) && t.Now.Sub(at) < roomSlow {
		return at
	}
	return t.Now
}

// readDigits reads the code of a room as people type it: with spaces, in digits
// of other scripts.
func readDigits(s string) (string, bool) {
	var digits []byte
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r)) // #nosec G115 -- an ASCII digit
		case r >= '០' && r <= '៩':
			digits = append(digits, byte('0'+r-'០')) // #nosec G115 -- one of ten
		case r >= '０' && r <= '９':
			digits = append(digits, byte('0'+r-'０')) // #nosec G115 -- one of ten
		case r == ' ' || r == '.' || r == '-' || r == '\u00a0':
		default:
			return "", false
		}
	}
	return string(digits), len(digits) == roomDigits
}

// enterRoom checks her in, now that she has proved that she is in the room of
// the training.
func (t *Turn) enterRoom(training *store.Training) error {
	if err := t.Forgive(store.TryRoom, t.Member.ID); err != nil {
		return err
	}
	r, first, err := t.CheckIn(training.ID, t.Member.ID, t.Member.ID, store.ByRoom)
	if errors.Is(err, store.ErrNoSeat) && training.RoomOpen(t.Now) {
		t.Set("training", training.ID)
		return t.Goto("walk_in")
	}
	return t.saidRoom(training, r, first, err)
}

// saidRoom says what came of checking her in, and ends the talk.
func (t *Turn) saidRoom(training *store.Training, r *store.Registration, first bool, err error) error {
	args := []any{"training", training.Name.In(t.Language), "when", t.When(t.Local(training.Start)), "seats", training.Seats}
	switch {
	case err == nil && first:
		t.Say("room.done", append(args, "code", r.Code)...)
	case err == nil:
		t.Say("room.before", append(args, "time", t.Clock(t.Local(r.Came)))...)
	case errors.Is(err, store.ErrFull):
		t.Say("room.full", args...)
	case errors.Is(err, store.ErrApproval), errors.Is(err, store.ErrByInvitation):
		t.Say("room.approval", args...)
	case errors.Is(err, store.ErrCancelled):
		t.Say("register.cancelled")
	case errors.Is(err, store.ErrEarly), errors.Is(err, store.ErrLate), errors.Is(err, store.ErrNoSeat):
		t.Say("room.closed", args...)
	default:
		return err
	}
	return t.End()
}

// walksIn is the training in whose room she stands, or nil when she cannot be
// registered for it any more; she is told so then.
func (t *Turn) walksIn() (*store.Training, error) {
	training, err := t.Training(t.Note("training"))
	if err != nil {
		return nil, err
	}
	switch {
	case !training.RoomOpen(t.Now):
		err = store.ErrLate
	case training.Approval, training.ByInvitation:
		err = store.ErrApproval
	case training.FreeAtDoor(t.Now) == 0:
		err = store.ErrFull
	default:
		return training, nil
	}
	return nil, t.saidRoom(training, nil, false, err)
}

func askWalkIn(t *Turn) error {
	training, err := t.walksIn()
	if err != nil || training == nil {
		return err
	}
	t.Say("room.walk_in", "training", training.Name.In(t.Language), "n", training.FreeAtDoor(t.Now))
	t.Offer(Option{ID: "yes", Label: "room.walk_in_yes", Wide: true}, Pick("no", "answer.no"))
	return nil
}

func takeWalkIn(t *Turn) error {
	switch t.Chosen() {
	case "yes":
		return nil
	case "no":
		t.Say("room.walk_in_not")
		return t.End()
	}
	return t.Again("engine.unclear")
}

func askWalkInWho(t *Turn) error {
	if !known(t.Member) {
		return t.Call("profile", profileNote{Consent: true})
	}
	return nil
}

func endWalkIn(t *Turn) error {
	training, err := t.Training(t.Note("training"))
	if err != nil {
		return err
	}
	r := &store.Registration{Training: training.ID, Member: t.Member.ID}
	first, err := t.LetIn(r, t.Member.ID, store.ByRoom)
	return t.saidRoom(training, r, first, err)
}
