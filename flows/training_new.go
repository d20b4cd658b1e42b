package flows

import (
	"slices"

	"chihai/store"
)

// trainingNew makes a training.
func trainingNew() *Flow {
	return &Flow{
		Name:  "training_new",
		Title: "training.new_title",
		Role:  store.Staff,
		Steps: slices.Concat(
			trainingSteps(),
			[]Step{{Name: "check", Ask: askPublish, Take: takePublish}},
			sideSteps(),
		),
	}
}

func askPublish(t *Turn) error {
	d, err := t.draft()
	if err != nil {
		return err
	}
	t.Set("checked", 1)
	lines, err := t.factLines(d)
	if err != nil {
		return err
	}
	t.Say("training.check")
	t.SayText(lines)
	t.Say("training.check_right")
	t.Offer(Option{ID: "publish", Label: "training.publish", Wide: true}, Pick("which", "training.fix"))
	return nil
}

func takePublish(t *Turn) error {
	switch t.Chosen() {
	case "which":
		return t.Goto("which")
	case "publish":
	default:
		return t.Again("engine.unclear")
	}
	d, err := t.draft()
	if err != nil {
		return err
	}
	if ok, err := t.fit(d); err != nil || !ok {
		return err
	}
	d.By = t.Member.ID
	if err := t.AddTraining(d); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "add training", d.ID); err != nil {
		return err
	}
	if d.ByInvitation {
		t.Say("invite.published")
		return t.Start("training_guests", d.ID)
	}
	t.Say("training.published")
	return t.Start("training_one", oneNote{Training: d.ID, Share: true})
}
