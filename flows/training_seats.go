package flows

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"chihai/store"
)

func askSeats(t *Turn, _ *store.Training) error {
	t.Say("training.seats_ask")
	t.Offer(short("20", "20"), short("30", "30"), short("40", "40"), short("50", "50"))
	return nil
}

func takeSeats(t *Turn, d *store.Training) error {
	n, ok := readSeats(t.written())
	if !ok {
		return t.Again("training.seats_again", "most", store.MaxSeats)
	}
	taken, err := t.taken(d)
	if err != nil {
		return err
	}
	if n < taken {
		return t.Again("training.seats_taken", "n", taken)
	}
	d.Seats = n
	return nil
}

// taken is how many seats of what d is the draft of are held or kept now.
func (t *Turn) taken(d *store.Training) (int, error) {
	if d.ID == "" {
		return 0, nil
	}
	now, err := t.Training(d.ID)
	if err != nil {
		return 0, err
	}
	return now.Held(), nil
}

func askAlong(t *Turn, _ *store.Training) error {
	t.Say("training.children_ask")
	t.Offer(Pick("yes", "answer.yes"), Pick("no", "answer.no"))
	return nil
}

func takeAlong(t *Turn, d *store.Training) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	d.Children = t.Chosen() == "yes"
	return nil
}

func askListed(t *Turn, d *store.Training) error {
	t.Say("training.listed_ask")
	ways := []string{"all", "approval", "link", "invitation"}
	if slices.Contains(invitedKinds, d.Kind) { // what is right for most stands first
		ways = []string{"invitation", "all", "approval", "link"}
	}
	for _, id := range ways {
		t.Offer(Option{ID: id, Label: listings[id], Wide: true})
	}
	return nil
}

// invitedKinds are the kinds of events to which most Unions invite by name.
var invitedKinds = []store.Kind{store.Seminar, store.Dialogue, store.Supervision}

func takeListed(t *Turn, d *store.Training) error {
	if t.Chosen() == "" {
		return t.Again("engine.unclear")
	}
	way := t.Chosen()
	if d.ByInvitation != (way == "invitation") {
		if stays, err := t.sameWay(d); err != nil || stays {
			if stays {
				return t.Again("invite.way_stays")
			}
			return err
		}
	}
	d.Listed, d.Approval, d.ByInvitation = way == "all" || way == "approval", way == "approval", way == "invitation"
	return nil
}

// sameWay says whether somebody stands on what d is the draft of, so that it
// stays by invitation, or not.
func (t *Turn) sameWay(d *store.Training) (bool, error) {
	if d.ID == "" {
		return false, nil
	}
	now, err := t.Training(d.ID)
	return err == nil && now.Concerns() > 0, err
}

// listings are the ways to a seat: everybody takes one, everybody asks for one
// and staff decide, only who has the link sees the training, or staff invite by
// name.
var listings = map[string]string{
	"all": "training.listed_all", "approval": "training.listed_approval", "link": "training.listed_link", "invitation": "invite.way",
}

// listing is the locale id of the way to a seat in d.
func listing(d *store.Training) string {
	switch {
	case d.ByInvitation:
		return listings["invitation"]
	case d.Approval:
		return listings["approval"]
	case d.Listed:
		return listings["all"]
	}
	return listings["link"]
}

const (
	seatWord  = `(?: (?:cho|cho ngoi|nguoi|chi|em|hoc vien|dai bieu|suat))?`
	digitWord = `(mot|hai|ba|bon|tu|nam|lam|nham|sau|bay|tam|chin)`
)

var (
	numberPattern = regexp.MustCompile(`^(\d+|\d{1,3}(?:[., ]\d{3})+)` + seatWord + `$`)

	// Its groups: hundreds, and ones after "lẻ" · hundreds, tens and ones · ones.
	// "Một trăm hai" does not match: some mean 120 by it, some 102.
	wordsPattern = regexp.MustCompile(`^(?:` + digitWord + ` tram(?: (?:le|linh) ` + digitWord + `)?` +
		`|(?:` + digitWord + ` tram )?(?:` + digitWord + ` )?(?:muoi|chuc)(?: ` + digitWord + `)?` +
		`|` + digitWord + `)` + seatWord + `$`)
)

var digitWords = map[string]int{
	"": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5,
	"sau": 6, "bay": 7, "tam": 8, "chin": 9,
}

// readSeats reads a number of seats from 1 to [store.MaxSeats]: 30, 1.000,
// 30 chỗ, ba mươi.
func readSeats(text string) (int, bool) {
	s := foldDigits(store.Fold(text))
	n := 0
	if m := numberPattern.FindStringSubmatch(s); m != nil {
		n, _ = strconv.Atoi(strings.NewReplacer(".", "", ",", "", " ", "").Replace(m[1])) // what is too long becomes the greatest int
	} else if m := wordsPattern.FindStringSubmatch(s); m != nil {
		n = 100*(digitWords[m[1]]+digitWords[m[3]]) + digitWords[m[2]] + digitWords[m[5]] + digitWords[m[6]]
		if strings.Contains(s, "muoi") || strings.Contains(s, "chuc") {
			n += 10 * max(1, digitWords[m[4]])
		}
	}
	return n, n >= 1 && n <= store.MaxSeats
}
