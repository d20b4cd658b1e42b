package flows

import (
	"chihai/store"
)

// trainingPapers is what staff do with a training beside leading it: the papers
// that it needs. Its note is that of training_one.
func trainingPapers() *Flow {
	return &Flow{
		Name: "training_papers",
		Role: store.Staff,
		Steps: []Step{
			{Name: "papers", Ask: askPapers, Take: takePapers},
			{Name: "certify_not", Ask: askCertifyNot, Take: takeCertifyNot},
		},
		Hear: hearFile,
	}
}

// signWork is work that is left outside the turn: a list to sign, as PDF. Its
// Data is a [TrainingWork].
const signWork = "list to sign"

// invitationsWork is work that is left outside the turn: the invitations of all
// guests who have not declined, as PDF. Its Data is a [TrainingWork].
const invitationsWork = "invitations"

// ofPapers is the training whose papers are shown, as [Turn.staffTraining].
func (t *Turn) ofPapers() (*store.Training, error) {
	var n oneNote
	t.Get("training_papers", &n)
	return t.staffTraining(n.Training)
}

func askPapers(t *Turn) error {
	training, err := t.ofPapers()
	if err != nil || training == nil {
		return err
	}
	t.Say("papers.which", "training", training.OfficialName())
	switch {
	case training.Taken+training.Invited > 0:
		t.Offer(Pick("sign", "papers.sign"), Pick("file", "papers.file"))
	case training.ByInvitation:
		t.Say("invite.list_none")
	default:
		t.Say("training.list_none")
	}
	if training.ByInvitation && training.Cancelled.IsZero() {
		t.Offer(Pick("invitations", "invite.papers"))
	}
	switch over := training.Over(t.Now); {
	case !training.Cancelled.IsZero():
	case !training.Certificate:
		t.Offer(Pick("certify", "certificate.give"))
	default:
		if over && training.Taken > 0 {
			t.Offer(Pick("certificates", "certificate.all"), Pick("certify_again", "certificate.again"))
		}
		t.Offer(Pick("certify_not", "certificate.give_not"))
	}
	if training.Over(t.Now) {
		t.Offer(Pick("opinion", "feedback.see"))
	}
	tested, err := t.quizThere(training.ID)
	if err != nil {
		return err
	}
	if tested || training.Cancelled.IsZero() && !training.Over(t.Now) {
		t.Offer(Pick("quiz", "quiz.staff_title"))
	}
	t.Offer(Pick("one", "training.see"))
	return nil
}

func takePapers(t *Turn) error {
	training, err := t.ofPapers()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "sign":
		if training.Taken > listMost {
			t.Say("papers.sign_long", "n", training.Taken)
			return t.Stand()
		}
		return t.makePaper(signWork, training)
	case "file":
		return t.makePaper(exportWork, training)
	case "invitations":
		return t.makePaper(invitationsWork, training)
	case "opinion":
		if err := t.sayOpinion(training); err != nil {
			return err
		}
		if err := t.Log(t.Member.ID, "see feedback", training.ID); err != nil {
			return err
		}
		return t.Stay()
	case "quiz":
		return t.Start("training_quiz", oneNote{Training: training.ID})
	case "certify":
		if err := t.certifies(training, true); err != nil {
			return err
		}
		return t.Stay()
	case "certify_not":
		if given, err := t.certified(training); err != nil {
			return err
		} else if given > 0 {
			return t.Goto("certify_not")
		}
		if err := t.certifies(training, false); err != nil {
			return err
		}
		return t.Stay()
	case "certify_again":
		t.Say("certificate.on_over")
		if err := t.PlanCertificates(training); err != nil {
			return err
		}
		return t.Stand()
	case "certificates":
		if training.Taken > listMost {
			t.Say("certificate.many", "n", training.Taken, "most", listMost)
			return t.Stand()
		}
		return t.makePaper(certificatesWork, training)
	case "one":
		return t.Start("training_one", oneNote{Training: training.ID})
	}
	return t.Again("engine.unclear")
}

// makePaper leaves the work to be done and says that the file will come. Who
// took it is kept by the work itself.
func (t *Turn) makePaper(work string, training *store.Training) error {
	t.Say("papers.wait")
	if err := t.Task(work, TrainingWork{Training: training.ID, URL: t.Page(checkPath)}); err != nil {
		return err
	}
	return t.Stand()
}
