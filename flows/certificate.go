package flows

import (
	"errors"

	"chihai/store"
)

// certificate offers a certificate to somebody who came to a training, and sends
// it when she wants it. It says the neutral name only: the phone may lie on the
// table.
func certificate() *Flow {
	return &Flow{
		Name:  "certificate",
		Title: "certificate.title",
		Waits: true,
		Steps: []Step{{Name: "ask", Ask: askCertificate, Take: takeCertificate}},
		Hear:  hearCertificate,
	}
}

// Work that is left outside the turn. Its Data is a [TrainingWork] with the head
// of the address at which a certificate's code is looked up; what comes of it is
// a file.
const (
	certificateWork  = "certificate"         // hers
	certificatesWork = "export certificates" // those of all who came, for staff
)

// checkPath is where a certificate is looked up by its code, which follows.
const checkPath = "/g/"

// certifiable is the training training if she came to it and it has certificates
// now, with her registration; else it is nil.
func (t *Turn) certifiable(training string) (*store.Training, *store.Registration, error) {
	found, err := t.Training(training)
	if err != nil {
		return nil, nil, ignore(err, store.ErrNotFound)
	}
	r, err := t.Registration(training, t.Member.ID)
	if err != nil {
		return nil, nil, ignore(err, store.ErrNotFound)
	}
	if !found.Certificate || !found.Attended(r, t.Now) {
		return nil, nil, nil
	}
	return found, r, nil
}

func askCertificate(t *Turn) error {
	var n store.After
	t.Get("certificate", &n)
	training, _, err := t.certifiable(n.Training)
	if err != nil {
		return err
	}
	if training == nil {
		t.Say("certificate.none")
		return t.End()
	}
	name := training.Name.In(t.Language)
	t.About(name)
	t.Say("certificate.ready", "training", name, "date", t.Date(t.Local(training.Start)), "name", t.Member.Name)
	t.Offer(Option{ID: "take", Label: "certificate.take", Wide: true}, Pick("no", "certificate.no"))
	return nil
}

func takeCertificate(t *Turn) error {
	var n store.After
	t.Get("certificate", &n)
	switch t.Chosen() {
	case "no":
		t.Say("certificate.left")
		return t.End()
	case "take":
		t.Say("certificate.wait")
		if err := t.Task(certificateWork, TrainingWork{Training: n.Training, URL: t.Page(checkPath)}); err != nil {
			return err
		}
		return t.End()
	}
	return t.Again("engine.unclear")
}

// hearCertificate hears that there is one for her, and takes the one that was
// made. Nobody gets it in her stead.
func hearCertificate(t *Turn) error {
	if t.Input.Kind == Due {
		return t.offerCertificate()
	}
	var work TrainingWork
	var file string
	if _, err := t.outcome(&work, &file); err != nil {
		return err
	}
	training, r, err := t.certifiable(work.Training)
	switch {
	case err != nil:
		return err
	case training == nil || t.Relay != nil || t.Contact.Speaker != t.Member.ID:
		if file != "" {
			return t.DeleteFile(file)
		}
	case file == "":
		t.Say("certificate.failed", "training", training.Name.In(t.Language))
	default:
		t.SayFile(file, "certificate.done", "training", training.Name.In(t.Language), "link", work.URL+r.Certificate)
	}
	return nil
}

// offerCertificate asks her, unless she has it or what was planned is not so any
// more.
func (t *Turn) offerCertificate() error {
	var n store.After
	if err := jsonNote(t.Input.Data, &n); err != nil {
		return err
	}
	training, r, err := t.certifiable(n.Training)
	if err != nil || training == nil || r.Certificate != "" || !n.End.IsZero() && !n.End.Equal(training.End) {
		return err
	}
	return t.Start("certificate", n)
}

// certifies lets staff decide whether those who come to the training get a
// certificate.
func (t *Turn) certifies(training *store.Training, yes bool) error {
	training, err := t.ChangeTraining(training.ID, training.Revision, func(training *store.Training) {
		training.Certificate, training.ChangedBy = yes, t.Member.ID
	})
	if errors.Is(err, store.ErrChanged) {
		return nil // a second press: she sees how it is now
	}
	if err != nil {
		return err
	}
	did := "end certificates"
	if yes {
		did = "give certificates"
	}
	if err := t.Log(t.Member.ID, did, training.ID); err != nil {
		return err
	}
	switch {
	case !yes:
		t.Say("certificate.off")
	case training.Over(t.Now):
		t.Say("certificate.on_over")
		if err := t.PlanCertificates(training); err != nil {
			return err
		}
	default:
		t.Say("certificate.on")
	}
	return nil
}

// certified is how many have a certificate for the training in their hands.
func (t *Turn) certified(training *store.Training) (n int, err error) {
	for r, err := range t.Registrations(training.ID) {
		if err != nil {
			return 0, err
		}
		if r.Certificate != "" {
			n++
		}
	}
	return n, nil
}

// askCertifyNot asks once more before certificates that were handed out lose their
// worth.
func askCertifyNot(t *Turn) error {
	training, err := t.ofPapers()
	if err != nil || training == nil {
		return err
	}
	n, err := t.certified(training)
	if err != nil {
		return err
	}
	t.Say("certificate.off_sure", "n", n)
	t.Offer(Option{ID: "yes", Label: "certificate.off_yes", Wide: true}, Pick("no", "certificate.off_no"))
	return nil
}

func takeCertifyNot(t *Turn) error {
	training, err := t.ofPapers()
	if err != nil || training == nil {
		return err
	}
	switch t.Chosen() {
	case "no":
		return t.Goto("papers")
	case "yes":
		if err := t.certifies(training, false); err != nil {
			return err
		}
		return t.Goto("papers")
	}
	return t.Again("engine.unclear")
}
