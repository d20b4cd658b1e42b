package flows

import (
	"errors"
	"slices"

	"chihai/store"
)

// This file puts together whom a broadcast goes to, a group after the other.

// What a group that is chosen does to those chosen before. It stands in a note.
const (
	opFirst = ""
	opAdd   = "add"   // they get it too
	opOnly  = "only"  // only who is in both
	opLess  = "less"  // they do not get it
	opAbout = "about" // no group: the training that the text speaks of
)

func askGroup(t *Turn) error {
	g, err := t.gathering()
	if err != nil || g == nil {
		return err
	}
	scope, err := t.ScopeOf(t.Member)
	if err != nil {
		return err
	}
	if scope.None() {
		t.Say("broadcast.nobody_yet")
		return t.Home()
	}
	op := t.Note("op")
	switch {
	case op == opFirst && g.campaign:
		t.Say("campaign.audience_ask")
	case op == opFirst:
		t.Say("broadcast.audience_ask")
	default:
		t.Say("broadcast.audience_" + op)
	}
	own, err := t.ownAreas()
	if err != nil {
		return err
	}
	if g.leads {
		if err := t.offerLeads(own); err != nil || !g.members {
			return err
		}
	}
	for _, a := range own[:min(len(own), areaButtons)] {
		t.Offer(PickText("a"+a.Code, cut(t.T("broadcast.group_area", "area", a.Name), mostLabel)))
	}
	if len(own) > 0 {
		tree, err := t.Areas()
		if err != nil {
			return err
		}
		if len(own) > 1 || !tree.Leaf(own[0].Code, t.Now) {
			t.Offer(Option{ID: "part", Label: "training.area_part", Wide: true})
		}
		t.Offer(Option{ID: "training", Label: "broadcast.audience_training", Wide: true})
	}
	seen := map[string]bool{}
	for _, id := range scope.Clubs[:min(len(scope.Clubs), broadcastPage)] {
		club, err := t.ClubHead(id)
		if err != nil {
			return err
		}
		t.Offer(PickText("c"+id, unlike(seen, t.T("broadcast.group_club", "club", club.Name))))
	}
	if len(own) > 0 {
		if running, err := t.remindable(1); err != nil {
			return err
		} else if len(running) > 0 {
			t.Offer(Option{ID: "unanswered", Label: "broadcast.audience_unanswered", Wide: true})
		}
	}
	if g.campaign && op == opFirst {
		t.Offer(Option{ID: "list", Label: "campaign.audience_list", Wide: true}, Option{ID: "nobody", Label: "campaign.audience_nobody", Wide: true})
	}
	return nil
}

// offerLeads offers the facilitators of her areas.
func (t *Turn) offerLeads(own []*store.Area) error {
	for _, a := range own[:min(len(own), areaButtons)] {
		t.Offer(PickText("f"+a.Code, cut(t.T("broadcast.group_leads", "area", a.Name), mostLabel)))
	}
	tree, err := t.Areas()
	if err != nil {
		return err
	}
	if len(own) > 1 || len(own) == 1 && !tree.Leaf(own[0].Code, t.Now) {
		t.Offer(Option{ID: "leads", Label: "broadcast.leads_part", Wide: true})
	}
	return nil
}

func takeGroup(t *Turn) error {
	id := t.Chosen()
	t.Forget("leads")
	switch {
	case id == "":
		return t.Again("engine.unclear")
	case id == "unanswered", id == "list":
		return t.Goto(id)
	case id == "nobody":
		return t.inviteNobody()
	case id == "training":
		t.Forget("search")
		t.Forget("skip")
		t.Forget("past")
		return t.Goto("training")
	case id == "part" || id == "leads":
		if id == "leads" {
			t.Set("leads", 1)
		}
		t.Forget("area")
		note := areaNote{Any: true}
		own, err := t.ownAreas()
		if err != nil {
			return err
		}
		if len(own) == 1 {
			note.Top = own[0].Code
		}
		return t.Call("area", note)
	case id[0] == 'f':
		return t.chooseGroup(store.Audience{Op: store.Leads, ID: id[1:]})
	case id[0] == 'c':
		return t.chooseGroup(store.Audience{Op: store.InClub, ID: id[1:]})
	default:
		return t.chooseGroup(store.Audience{Op: store.InArea, ID: id[1:]})
	}
}

// keepGroupArea keeps the unit that was found for her.
func keepGroupArea(t *Turn) error {
	code := t.Note("area")
	t.Forget("area")
	if code == "" {
		return t.Goto("groups")
	}
	if t.Count("leads") > 0 {
		return t.chooseGroup(store.Audience{Op: store.Leads, ID: code})
	}
	return t.chooseGroup(store.Audience{Op: store.InArea, ID: code})
}

// chooseGroup makes the group part of the audience, as its note says, if it is
// one of hers, and goes on with what is chosen then.
func (t *Turn) chooseGroup(g store.Audience) error {
	hers, err := t.ownGroup(g)
	if err != nil {
		return err
	}
	if !hers {
		t.Say("broadcast.audience_not_yours")
		return t.Goto("audience")
	}
	op := t.Note("op")
	full := false
	kept, err := t.gather(func(was store.Audience) store.Audience {
		next := was
		switch {
		case op == opFirst || next.Op == "":
			next = g
		case op == opAdd && slices.ContainsFunc(groupsOf(next), func(was store.Audience) bool { return was.Op == g.Op && was.ID == g.ID }):
			return was // it stands there already
		case op == opAdd:
			next = more(next, store.Or, g)
		case op == opOnly:
			next = more(next, store.And, g)
		case op == opLess:
			next = more(next, store.And, store.Audience{Op: store.Not, Of: []store.Audience{g}})
		}
		if full = errors.Is(next.Check(), store.ErrAudience); full {
			return was
		}
		return next
	})
	if err != nil || !kept {
		return err
	}
	if full {
		t.Say("broadcast.audience_full")
	}
	return t.Goto("groups")
}

// more joins g to a. What is joined in the same way stands side by side, so that
// long lists do not grow deep.
func more(a store.Audience, op store.AudienceOp, g store.Audience) store.Audience {
	if a.Op == op {
		return store.Audience{Op: op, Of: append(slices.Clone(a.Of), g)}
	}
	return store.Audience{Op: op, Of: []store.Audience{a, g}}
}

// trainingOf is the training that a broadcast to a speaks of: the only one in it,
// or else was.
func trainingOf(a store.Audience, was string) string {
	var ids []string
	for _, g := range groupsOf(a) {
		if g.Op == store.InTraining {
			ids = append(ids, g.ID)
		}
	}
	if len(ids) == 1 {
		return ids[0]
	}
	return was
}

// ownGroup says whether she may write to those of a single group.
func (t *Turn) ownGroup(g store.Audience) (bool, error) {
	switch g.Op {
	case store.InArea, store.Leads:
		return t.Holds(store.Staff, g.ID)
	case store.InTraining:
		training, err := t.staffsTraining(g.ID)
		return training != nil, err
	case store.InClub:
		scope, err := t.ScopeOf(t.Member)
		return slices.Contains(scope.Clubs, g.ID), err
	case store.NotAnswered, store.InList:
		c, err := t.staffsCampaign(g.ID)
		return c != nil, err
	}
	return false, nil
}

func askGroups(t *Turn) error {
	g, err := t.gathering()
	if err != nil || g == nil {
		return err
	}
	if g.audience.Op == "" {
		t.Set("op", opFirst)
		return t.Goto("audience")
	}
	lines, err := t.audienceLines(g.audience)
	if err != nil {
		return err
	}
	t.Say("broadcast.audience_is", "groups", joined(lines))
	done := "broadcast.audience_done"
	if g.campaign {
		done = "campaign.audience_done"
	}
	t.Offer(Option{ID: "done", Label: done, Wide: true}, Pick(opAdd, "broadcast.add"), Pick(opLess, "broadcast.less"),
		Option{ID: opOnly, Label: "broadcast.only", Wide: true}, Pick("anew", "broadcast.anew"))
	return nil
}

func takeGroups(t *Turn) error {
	switch id := t.Chosen(); id {
	case opAdd, opLess, opOnly:
		t.Set("op", id)
		return t.Goto("audience")
	case "anew":
		t.Set("op", opFirst)
		return t.Goto("audience")
	case "done":
		if t.frame().Flow == "campaign_make" {
			return t.onToCampaign("link")
		}
		t.Set("checked", 1)
		return t.Goto("count")
	}
	return t.Again("engine.unclear")
}

// askGroupTraining offers the trainings of her areas.
func askGroupTraining(t *Turn) error {
	n, err := t.offerTrainings()
	if err != nil {
		return err
	}
	switch {
	case n == 0 && t.Count("past") > 0:
		t.Say("staff.none_past")
	case n == 0:
		t.Say("staff.none")
	case t.Note("op") == opAbout:
		t.Say("broadcast.about_ask")
	default:
		t.Say("broadcast.training_ask")
	}
	return nil
}

func takeGroupTraining(t *Turn) error {
	id, err := t.takeListed()
	if err != nil || id == "" {
		return err
	}
	if t.Note("op") != opAbout {
		return t.chooseGroup(store.Audience{Op: store.InTraining, ID: id})
	}
	if training, err := t.staffsTraining(id); err != nil || training == nil {
		if err != nil {
			return err
		}
		return t.Again("staff.gone")
	}
	if b, err := t.rewrite(func(b *store.Broadcast) { b.Training = id }); err != nil || b == nil {
		return err
	}
	return t.Goto("count")
}
