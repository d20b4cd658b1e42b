package flows

import (
	"strings"

	"chihai/store"
)

// trainingOne shows one training to staff and leads to what can be done with
// it.
func trainingOne() *Flow {
	return &Flow{
		Name: "training_one",
		Role: store.Staff,
		Steps: []Step{
			{Name: "begin", Ask: beginOne},
			{Name: "one", Ask: askTraining, Take: takeTraining},
			{Name: "list", Ask: askPeople, Take: takePeople},
			{Name: "asked", Ask: askAsked, Take: takeAsked},
			{Name: "asked_all", Ask: askAskedAll, Take: takeAskedAll},
			{Name: "waiting", Ask: askWaiting, Take: takeWaiting},
			{Name: "share", Ask: askShare, Take: takeShare},
			{Name: "cancel", Ask: askCancel, Take: takeCancel},
			{Name: "remove", Ask: askSeatCode, Take: takeSeatCode, Free: true},
			{Name: "remove_sure", Ask: askSeatSure, Take: takeSeatSure},
		},
		Hear: hearFile,
	}
}

// A oneNote says which training it is.
type oneNote struct {
	Training string `json:"training"`       // ID
	Share    bool   `json:"share,omitzero"` // shows how to share it first
}

// Work that is left outside the turn. Its Data is a [TrainingWork], and what
// comes of it is a file.
const (
	exportWork = "export registrations" // a workbook of those registered
	qrWork     = "qr"                   // a picture of the code that leads to its page
)

// A TrainingWork is what a task that makes a file of a training is to do.
type TrainingWork struct {
	Training string `json:"training"`      // ID
	URL      string `json:"url,omitzero"`  // qr: what the code says; certificates: where their codes are looked up
	Name     string `json:"name,omitzero"` // qr: the neutral name, to stand under the code
}

func beginOne(t *Turn) error {
	var n oneNote
	t.Get("training_one", &n)
	if n.Share {
		return t.Goto("share")
	}
	return nil
}

// one is the training that is shown, as [Turn.staffTraining].
func (t *Turn) one() (*store.Training, error) {
	var n oneNote
	t.Get("training_one", &n)
	return t.staffTraining(n.Training)
}

func askTraining(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	lines, err := t.factLines(training)
	if err != nil {
		return err
	}
	t.SayText(lines)
	counts := []string{t.T("training.counts", "taken", training.Taken, "free", training.Free())}
	if training.ByInvitation {
		guests, err := t.guestList(training, "")
		if err != nil {
			return err
		}
		counts = []string{t.guestCounts(training, guests)}
	}
	if training.Brought > 0 {
		counts = append(counts, t.T("training.brought", "n", training.Brought))
	}
	if n := training.Waiting + training.Kept; n > 0 {
		counts = append(counts, t.T("training.waiting", "n", n, "kept", training.Kept))
	}
	if training.Asked > 0 {
		counts = append(counts, t.T("training.asked", "n", training.Asked))
	}
	if training.Came > 0 || training.DoorOpen(t.Now) {
		counts = append(counts, t.T("training.came", "n", training.Came))
	}
	counts = append(counts, t.T("training.code", "code", training.Code))
	t.SayText(strings.Join(counts, "\n"))
	switch {
	case !training.Cancelled.IsZero():
		t.Say("training.is_cancelled")
	case !t.Now.Before(training.End):
		t.Say("training.is_over")
	case !training.Open(t.Now):
		t.Say("training.is_on")
	}
	if training.DoorOpen(t.Now) {
		t.Offer(Option{ID: "attendance", Label: "training.attendance", Wide: true})
	}
	if training.Asked > 0 && training.Open(t.Now) {
		t.Offer(Option{ID: "asked", Label: "training.asked_decide", Wide: true})
	}
	if training.Waiting+training.Kept > 0 {
		t.Offer(Pick("waiting", "training.waiting_list"))
	}
	if training.ByInvitation {
		t.Offer(Option{ID: "guests", Label: "invite.list", Wide: true})
	} else if training.Taken > 0 {
		t.Offer(Pick("list", "training.list"), Pick("file", "training.file"))
	}
	t.Offer(Pick("papers", "papers.title"))
	if training.Open(t.Now) && training.ByInvitation {
		t.Offer(Pick("edit", "training.edit"), Pick("cancel", "training.cancel"))
	} else if training.Open(t.Now) {
		t.Offer(Pick("share", "training.share"), Pick("edit", "training.edit"), Pick("cancel", "training.cancel"))
		if training.Taken > 0 {
			t.Offer(Pick("remove", "training.remove"))
		}
	}
	return nil
}

func takeTraining(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "list":
		if training.Taken > listMost {
			t.Say("training.list_long", "n", training.Taken)
			return t.Stand()
		}
		t.Forget("page")
		if err := t.Log(t.Member.ID, "see registrations", training.ID); err != nil {
			return err
		}
		return t.Goto("list")
	case "file":
		t.Say("training.file_wait") // who took the list is kept by the work itself
		if err := t.Task(exportWork, TrainingWork{Training: training.ID}); err != nil {
			return err
		}
		return t.Stand()
	case "edit":
		return t.Start("training_edit", training.ID)
	case "attendance":
		return t.Start("attendance", training.ID)
	case "guests":
		return t.Start("training_guests", training.ID)
	case "papers":
		return t.Start("training_papers", oneNote{Training: training.ID})
	case "asked":
		t.Forget("after")
		return t.Goto("asked")
	case "share", "cancel", "remove", "waiting":
		return t.Goto(t.Chosen())
	}
	return t.Again("engine.unclear")
}

func askShare(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	page := t.Page("/e/" + training.Code)
	t.part()
	t.Say("training.share_text", "name", training.Name.In(t.Language), "time", t.span(training.Start, training.End), "place", training.Place, "link", page)
	t.part() // a message of its own, to be passed on as it is
	if training.Listed {
		t.Say("training.share_how")
	} else {
		t.Say("training.share_only")
	}
	for _, l := range t.Links("t" + training.Code) {
		t.Say("training.share_link", "network", l.Network, "link", l.URL)
	}
	t.Offer(Pick("qr", "training.qr"), Pick("one", "training.see"))
	return nil
}

func takeShare(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "one":
		return t.Goto("one")
	case "qr":
		t.Say("training.qr_wait")
		if err := t.Task(qrWork, TrainingWork{
			Training: training.ID, URL: t.Page("/e/" + training.Code), Name: training.Name["vi"],
		}); err != nil {
			return err
		}
		return t.Stand()
	}
	return t.Again("engine.unclear")
}

// hearFile sends the file that was made. Nobody gets a list who may not see it
// any more, and nobody in her stead: not who passes messages on to her, nor who
// speaks from a shared phone now.
func hearFile(t *Turn) error {
	var work TrainingWork
	var file string
	o, err := t.outcome(&work, &file)
	if err != nil {
		return err
	}
	training, err := t.Training(work.Training)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	may, err := t.Holds(store.Staff, training.Area)
	if err != nil {
		return err
	}
	switch {
	case o.Error == "" && file == "": // there was nothing to make it of any more
	case !may || t.Relay != nil || t.Contact.Speaker != t.Member.ID:
		if file != "" {
			return t.DeleteFile(file)
		}
	default:
		done, failed := fileWords(o.Task)
		// The caption shows on a phone that lies on the table: the neutral name.
		args := []any{"training", training.Name["vi"], "time", t.span(training.Start, training.End), "link", work.URL}
		if o.Error != "" {
			t.Say(failed, args...)
			return nil
		}
		t.SayFile(file, done, args...)
	}
	return nil
}

// fileWords are the messages that go with the file of a work, and that say that
// it could not be made.
func fileWords(work string) (done, failed string) {
	switch work {
	case qrWork:
		return "training.qr_done", "training.qr_failed"
	case certificatesWork:
		return "certificate.all_done", "papers.failed"
	case signWork:
		return "papers.sign_done", "papers.failed"
	case invitationsWork:
		return "invite.papers_done", "papers.failed"
	}
	return "training.file_done", "training.file_failed"
}

func askCancel(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	if !training.Open(t.Now) {
		t.Say("training.closed")
		return t.Goto("one")
	}
	t.Say("training.cancel_sure", "training", training.OfficialName(), "time", t.span(training.Start, training.End))
	concerns, err := t.concerns(training)
	if err != nil {
		return err
	}
	if !concerns {
		t.sayNobodyTold(training)
	} else {
		if err := t.sayToll(training, t.newsText(news{}, training)); err != nil {
			return err
		}
	}
	t.Offer(Pick("yes", "training.cancel_yes"), Pick("no", "training.cancel_no"))
	return nil
}

func takeCancel(t *Turn) error {
	training, err := t.one()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		t.Say("training.cancel_not")
		return t.Goto("one")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	if !training.Open(t.Now) {
		t.Say("training.closed")
		return t.Goto("one")
	}
	training, err = t.ChangeTraining(training.ID, training.Revision, func(training *store.Training) {
		training.Cancelled, training.ChangedBy = t.Now, t.Member.ID
	})
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "cancel training", training.ID); err != nil {
		return err
	}
	t.Say("training.cancelled")
	concerns, err := t.concerns(training)
	if err != nil {
		return err
	}
	if concerns {
		at, err := t.tellHolders(training, news{Cancelled: true})
		if err != nil {
			return err
		}
		if err := t.sayTelling(training, at); err != nil {
			return err
		}
	}
	return t.Goto("one")
}
