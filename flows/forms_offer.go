package flows

import (
	"chihai/store"
)

// This file takes a workbook that a member of staff sends where nothing asked for
// one: she is asked whether it is a questionnaire.

// offersForm says whether the input is a workbook that may be a questionnaire, sent
// by a member of staff who is doing nothing else.
func (t *Turn) offersForm() (bool, error) {
	if t.Input.Kind != File || !isFormBook(t.Input.File) || t.engine.byName["forms"] == nil || len(t.conv.Frames) == 0 {
		return false, nil
	}
	if now := t.frame().Flow; now != "menu" && now != "resume" && now != "staff" {
		return false, nil
	}
	return t.Holds(store.Staff, "*")
}

// offerForm asks whether the workbook is a questionnaire.
func (t *Turn) offerForm() error {
	f := t.Input.File
	return t.begin("forms", formsNote{Channel: t.Input.Channel, Sent: &f})
}

func askFormOffer(t *Turn) error {
	t.Say("formstaff.offer", "name", cut(t.formOffered().Name, 60))
	t.Offer(Option{ID: "yes", Label: "formstaff.offer_yes", Wide: true}, Option{ID: "no", Label: "formstaff.offer_no", Wide: true})
	return nil
}

// formOffered is the file that came out of the blue.
func (t *Turn) formOffered() FileRef {
	var n formsNote
	t.Get("forms", &n)
	if n.Sent == nil {
		return FileRef{}
	}
	f := *n.Sent
	f.Name = FormBookName(f.Name)
	return f
}

func takeFormOffer(t *Turn) error {
	switch {
	case t.Input.Kind == File:
		return t.takeFormBook()
	case t.Chosen() == "no":
		t.Say("formstaff.offer_left")
		return t.Home()
	case t.Chosen() != "yes":
		return t.Again("engine.unclear")
	}
	var n formsNote
	t.Get("forms", &n)
	if n.Sent == nil {
		return t.Goto("file")
	}
	if n.Sent.Size > store.MaxFile {
		t.Say("formstaff.file_too_large", "most", mostMB)
		return t.Goto("file")
	}
	return t.examineBook(n.Channel, *n.Sent)
}
