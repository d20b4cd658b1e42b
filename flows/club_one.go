package flows

import (
	"errors"
	"time"

	"chihai/store"
)

// clubOne shows a facilitator one of her clubs and leads to what can be done
// with it.
func clubOne() *Flow {
	return &Flow{
		Name: "club_one",
		Role: store.Facilitator,
		Steps: []Step{
			{Name: "begin", Ask: beginClub},
			{Name: "one", Ask: askClub, Take: takeClub},
			{Name: "one_again", Ask: func(t *Turn) error { return t.Goto("one") }},
			{Name: "share", Ask: askClubShare, Take: takeClubShare},
			{Name: "confide", Ask: askConfide, Take: takeConfide},
			{Name: "more", Ask: askClubMore, Take: takeClubMore},
			{Name: "more_again", Ask: func(t *Turn) error { return t.Goto("one") }},
			{Name: "close", Ask: askClose, Take: takeClose},
		},
		Hear: hearClubQR,
	}
}

// A clubNote says which club it is.
type clubNote struct {
	Club  string `json:"club"`           // ID
	Share bool   `json:"share,omitzero"` // shows how to invite to it first
}

func beginClub(t *Turn) error {
	var n clubNote
	t.Get("club_one", &n)
	if n.Share {
		return t.Goto("share")
	}
	return nil
}

// led returns the open club with id if she keeps it together now. If not she is
// told so and shown her clubs, and the result is nil.
func (t *Turn) led(id string) (*store.Club, error) {
	c, err := t.Club(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && (c.Facilitator != t.Member.ID || !c.Open()) {
		t.Say("club.gone")
		return nil, t.Start("clubs", nil)
	}
	return c, err
}

// theClub is the club that the flow club_one is about, as [Turn.led].
func (t *Turn) theClub() (*store.Club, error) {
	var n clubNote
	t.Get("club_one", &n)
	return t.led(n.Club)
}

func askClub(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	if err := t.describeClub(c); err != nil {
		return err
	}
	roll, err := t.clubRoll(c)
	if err != nil {
		return err
	}
	waiting, err := t.joiners(c.ID)
	if err != nil {
		return err
	}
	t.Say("club.counts", "n", len(roll), "code", c.Code)
	if n := len(waiting); n > 0 {
		t.Say("club.waiting", "n", n)
		t.Offer(Option{ID: "club_ask", Label: "club.ask", Wide: true})
	}
	t.Offer(Pick("club_roll", "club.roll"), Pick("club_meet", "club.meet"), Pick("club_people", "club.people"))
	if c.Kind == store.Pupils {
		t.Offer(Pick("club_paper", "club.papers"))
	}
	t.Offer(Pick("share", "club.share"))
	if c.Kind == store.Pupils {
		t.Offer(Option{ID: "confide", Label: "club.confide", Wide: true})
	}
	t.Offer(Pick("more", "club.more"))
	return nil
}

func takeClub(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "share", "confide", "more":
		return t.Goto(id)
	default:
		return t.Call(id, c.ID)
	}
}

func askClubShare(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	t.part()
	t.Say("club.invitation", "club", c.Name, "code", c.Code)
	links := t.Links("c" + c.Code)
	for _, l := range links {
		t.Say("club.invitation_link", "network", l.Network, "link", l.URL)
	}
	t.part() // a message of its own, to be passed on as it is
	t.Say("club.share_how")
	if len(links) > 0 {
		t.Offer(Pick("qr", "club.qr"))
	}
	t.Offer(Pick("one", "club.see"))
	return nil
}

func takeClubShare(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	switch t.Chosen() {
	case "one":
		return t.Goto("one")
	case "qr":
		t.Say("training.qr_wait")
		if err := t.Task(clubQRWork, ClubWork{Club: c.ID, Code: c.Code, URL: t.Links("c" + c.Code)[0].URL}); err != nil {
			return err
		}
		return t.Stand()
	}
	return t.Again("engine.unclear")
}

// clubQRWork draws the code that opens the bot and asks to join a club. Its Data
// is a [ClubWork], and what comes of it is a file.
const clubQRWork = "club qr"

// A ClubWork is what a task that draws the code of a club is to do.
type ClubWork struct {
	Club string `json:"club"` // ID
	Code string `json:"code"` // of the club, for the name of the file
	URL  string `json:"url"`  // what the code says
}

// hearClubQR sends the picture, if the club is hers still.
func hearClubQR(t *Turn) error {
	var work ClubWork
	var file string
	o, err := t.outcome(&work, &file)
	if err != nil {
		return err
	}
	c, err := t.Club(work.Club)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	switch {
	case o.Error == "" && file == "":
	case c.Facilitator != t.Member.ID || t.Relay != nil:
		if file != "" {
			return t.DeleteFile(file)
		}
	case o.Error != "":
		t.Say("training.qr_failed")
	default:
		t.SayFile(file, "club.qr_done", "club", c.Name, "link", work.URL)
	}
	return nil
}

// askConfide says what to do when a pupil confides in her, and whom to call.
//
// Nothing is asked, passed on or kept here, not even that she looked: as long as
// there are no people on duty behind the bot, and no place where a story is shut
// away, a story that is typed would lie open in a chat.
func askConfide(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	settings, err := t.Settings()
	if err != nil {
		return err
	}
	t.Say("club.confide_how")
	t.Say("club.confide_call")
	if settings.Telephone != "" {
		t.Say("club.confide_union", "telephone", settings.Telephone)
	}
	t.Say("club.confide_not_here")
	t.Offer(Pick("one", "club.see"))
	return nil
}

func takeConfide(t *Turn) error {
	if t.Chosen() == "one" {
		return t.Goto("one")
	}
	return t.Again("club.confide_not_here") // whatever she typed is not kept
}

func askClubMore(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	t.Say("club.more_what", "club", c.Name)
	t.Offer(Pick("club_hand", "club.hand"))
	if c.Kind == store.Pupils {
		t.Offer(Pick("club_year", "club.year"))
	}
	t.Offer(Pick("close", "club.close"))
	return nil
}

func takeClubMore(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "close":
		return t.Goto(id)
	default:
		return t.Call(id, c.ID)
	}
}

func askClose(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	t.Say("club.close_sure", "club", c.Name)
	t.Offer(Pick("yes", "club.close_yes"), Pick("no", "answer.no"))
	return nil
}

func takeClose(t *Turn) error {
	c, err := t.theClub()
	if err != nil || c == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("one")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	c.Closed = t.Now
	if err := t.PutClub(c); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "close club", c.ID); err != nil {
		return err
	}
	if err := t.TellClub(c, store.ClubNews{What: store.ClubClosed}, time.Time{}, t.engine.opt.Zone); err != nil {
		return err
	}
	t.Say("club.closed", "club", c.Name)
	return t.Start("clubs", nil)
}
