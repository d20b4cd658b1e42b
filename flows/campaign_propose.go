package flows

import (
	"slices"
	"strings"
	"time"

	"chihai/flows/form"
	"chihai/locales"
	"chihai/store"
)

// This file fills a campaign with what the author of its form has proposed on the
// sheet phat_hanh. What is not understood is said, and asked.

// propose puts into c what r proposes, as far as it is hers to decide.
func (t *Turn) propose(c *store.Campaign, r *form.Release) error {
	c.Mode = store.Anonymity(r.Anonymity)
	if c.Mode == store.Anonymous {
		c.Mode = "" // what it refuses and what becomes of a rest is asked
	}
	if r.Reminders != nil {
		c.Reminders = min(*r.Reminders, store.MaxReminders)
	}
	if r.Pause > 0 {
		c.Pause = r.Pause
	}
	if day, ok := t.proposedDay(r.Since); ok && day.After(t.Now) {
		c.Since = day.Add(8 * time.Hour).UTC()
	}
	if day, ok := t.proposedDay(r.Until); ok && day.Add(usualEnd*time.Hour).After(t.Now) {
		c.Until = day.Add(usualEnd * time.Hour).UTC()
	}
	var unknown []string
	for _, q := range r.Quotas {
		code, err := t.proposedUnit(q.Area)
		if err != nil {
			return err
		}
		if code == "" && q.Area != "" {
			unknown = append(unknown, q.Area)
			continue
		}
		if len(c.Quotas) < store.MaxQuotas {
			c.Quotas = append(c.Quotas, store.Quota{Area: code, Count: q.Count})
		}
	}
	missed, err := t.proposeAudience(c, r.Audience)
	if err != nil {
		return err
	}
	if unknown = append(unknown, missed...); len(unknown) > 0 {
		t.Say("campaign.proposed_unknown", "words", cut(strings.Join(unknown, ", "), 200))
	}
	return nil
}

// proposedDay reads a day as the sheet's reader wrote it.
func (t *Turn) proposedDay(s string) (time.Time, bool) {
	day, err := time.ParseInLocation(time.DateOnly, s, t.engine.opt.Zone)
	return day, err == nil
}

// proposedUnit is the code of the one unit of hers that is so called; empty: there is
// none, or there are several.
func (t *Turn) proposedUnit(name string) (string, error) {
	tree, err := t.Areas()
	if err != nil || name == "" {
		return "", err
	}
	mine, err := t.InScope(store.Staff)
	if err != nil {
		return "", err
	}
	found, named := tree.Find(name, t.Now)
	for _, all := range [][]*store.Area{named, found} { // a present unit that bears the name goes before the heirs of an old one
		all = slices.DeleteFunc(slices.Clone(all), func(a *store.Area) bool { return !a.Valid(t.Now) || !mine(a.Code) })
		if len(all) == 1 {
			return all[0].Code, nil
		}
	}
	return "", nil
}

// proposeAudience puts whom the author names into c, and returns the names that mean
// nobody of hers. Trainings and lists, which have no names of their own, are asked.
func (t *Turn) proposeAudience(c *store.Campaign, all []form.Audience) (unknown []string, err error) {
	var groups []store.Audience
	for _, a := range all {
		switch a.Kind {
		case form.Anybody:
			c.Open = true
			continue
		case form.Everybody:
			groups = append(groups, store.Audience{Op: store.InArea, ID: c.Area})
			continue
		case form.OfArea:
			code, err := t.proposedUnit(a.Name)
			if err != nil {
				return nil, err
			}
			if code != "" {
				groups = append(groups, store.Audience{Op: store.InArea, ID: code})
				continue
			}
		case form.OfClub:
			id, err := t.proposedClub(a.Name)
			if err != nil {
				return nil, err
			}
			if id != "" {
				groups = append(groups, store.Audience{Op: store.InClub, ID: id})
				continue
			}
		}
		name := a.Name
		if name == "" {
			name = string(a.Kind)
		}
		unknown = append(unknown, name)
	}
	switch len(groups) {
	case 0:
	case 1:
		c.Audience = groups[0]
	default:
		c.Audience = store.Audience{Op: store.Or, Of: groups}
	}
	return unknown, nil
}

// proposedClub is the id of the one club of hers that is so called; empty: there is none,
// or there are several.
func (t *Turn) proposedClub(name string) (string, error) {
	scope, err := t.ScopeOf(t.Member)
	if err != nil {
		return "", err
	}
	found := ""
	for _, id := range scope.Clubs {
		club, err := t.ClubHead(id)
		if err != nil {
			return "", err
		}
		if store.Fold(club.Name) != store.Fold(name) {
			continue
		}
		if found != "" {
			return "", nil
		}
		found = id
	}
	return found, nil
}

// usualWords is the message id in every language, as it is said to a woman.
func (t *Turn) usualWords(id string) store.Text {
	text := store.Text{}
	for _, code := range locales.Languages {
		text[code] = t.engine.catalog.In(code, "").T(id)
	}
	return text
}
