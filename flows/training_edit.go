package flows

import (
	"errors"
	"slices"

	"chihai/store"
)

// trainingEdit changes a training that has not begun: as many fields as she
// likes, which are then kept at once, so that whoever is registered is told
// once. Its note is the training's ID.
func trainingEdit() *Flow {
	return &Flow{
		Name:  "training_edit",
		Title: "training.edit_title",
		Role:  store.Staff,
		Steps: slices.Concat(
			[]Step{{Name: "begin", Ask: beginEdit}},
			sideSteps()[:1],
			trainingSteps(),
			[]Step{{Name: "check", Ask: askSave, Take: takeSave}},
			sideSteps()[1:],
		),
	}
}

func beginEdit(t *Turn) error {
	training, err := t.staffTraining(t.Note("training_edit"))
	if err != nil || training == nil {
		return err
	}
	t.About(training.Name.In(t.Language))
	t.Set("was", training)
	t.Set("draft", training)
	t.Set("checked", 1)
	return nil
}

// edited is the training as it was when she began to change it, and what it is
// to become. It is nil when she may not change it any more; the talk goes on
// elsewhere then.
func (t *Turn) edited() (was, d *store.Training, err error) {
	d, err = t.draft()
	if err != nil || d == nil {
		return nil, nil, err
	}
	now, err := t.Training(d.ID)
	if err != nil {
		return nil, nil, err
	}
	if !now.Open(t.Now) {
		t.Say("training.closed")
		return nil, nil, t.Start("training_one", oneNote{Training: d.ID})
	}
	was = new(store.Training)
	t.Get("was", was)
	return was, d, nil
}

func askSave(t *Turn) error {
	was, d, err := t.edited()
	if err != nil || was == nil {
		return err
	}
	changes, err := t.differences(was, d)
	if err != nil {
		return err
	}
	if changes == "" {
		t.Say("training.unchanged")
		return t.Start("training_one", oneNote{Training: d.ID})
	}
	t.Say("training.save_check")
	t.SayText(changes)
	now, err := t.Training(d.ID)
	if err != nil {
		return err
	}
	if was.Children && !d.Children && now.Brought > 0 {
		t.Say("training.children_stay", "n", now.Brought)
	}
	concerns, err := t.concerns(now)
	if err != nil {
		return err
	}
	save := "training.save"
	switch news := t.newsText(changeNews(was), d); {
	case news == "":
		t.Say("training.told_none")
	case !concerns:
		t.sayNobodyTold(now)
	default:
		if err := t.sayToll(now, news); err != nil {
			return err
		}
		save = "training.save_tell"
	}
	t.Offer(Option{ID: "save", Label: save, Wide: true}, Pick("which", "training.fix_more"), Pick("drop", "training.drop"))
	return nil
}

func takeSave(t *Turn) error {
	switch t.Chosen() {
	case "which":
		return t.Goto("which")
	case "drop":
		t.Say("training.dropped")
		return t.Start("training_one", oneNote{Training: t.Note("training_edit")})
	case "save":
	default:
		return t.Again("engine.unclear")
	}
	was, d, err := t.edited()
	if err != nil || was == nil {
		return err
	}
	if ok, err := t.fit(d); err != nil || !ok {
		return err
	}
	now, err := t.ChangeTraining(d.ID, was.Revision, func(training *store.Training) {
		carry(training, was, d)
		training.ChangedBy = t.Member.ID
	})
	if errors.Is(err, store.ErrChanged) {
		return t.rebase(was, d, now)
	}
	if err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "change training", d.ID); err != nil {
		return err
	}
	t.Say("training.saved")
	concerns, err := t.concerns(now)
	if err != nil {
		return err
	}
	if t.newsText(changeNews(was), now) != "" && concerns {
		at, err := t.tellHolders(now, changeNews(was))
		if err != nil {
			return err
		}
		if err := t.sayTelling(now, at); err != nil {
			return err
		}
	}
	return t.Start("training_one", oneNote{Training: d.ID})
}

// rebase shows what somebody else has changed meanwhile, puts her own changes
// on top of it, and asks again.
func (t *Turn) rebase(was, d, now *store.Training) error {
	changes, err := t.differences(was, now)
	if err != nil {
		return err
	}
	who := t.T("training.somebody")
	if m, err := t.Tx.Member(now.ChangedBy); err == nil && m.Name != "" {
		who = m.Name
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	t.Say("training.changed_meanwhile", "who", who)
	t.SayText(changes)
	mine := *now
	carry(&mine, was, d)
	t.Set("was", now)
	t.Set("draft", &mine)
	return t.Stay()
}
