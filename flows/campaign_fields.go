package flows

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"chihai/store"
)

// This file asks what is usually left as it is: when a campaign runs, how often it
// reminds, and how many answers are wanted from where.

func askCampaignUntil(t *Turn) error {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	t.Say("campaign.until_ask", "time", t.When(t.Local(c.Until)))
	t.offerEnds()
	return nil
}

// offerEnds offers days on which a campaign may end.
func (t *Turn) offerEnds() {
	for _, days := range []int{7, 14, 30} {
		at := t.Today().AddDate(0, 0, days).Add(usualEnd * time.Hour)
		t.Offer(short(at.Format("15:04 02/01/2006"), t.ShortDate(at)))
	}
}

// readEnd reads when something ends: a day alone ends in its evening.
func (t *Turn) readEnd() (time.Time, bool) {
	text := t.written()
	if day, fault := readDay(text, t.Today()); fault == dayFine || fault == dayPast {
		return day.Add(usualEnd * time.Hour), true
	}
	return readMoment(text, t.Local(t.Now))
}

// endFault is the id of what is wrong with an end of a campaign that begins at
// begin; empty: nothing is.
func (t *Turn) endFault(end, begin time.Time) string {
	switch {
	case !end.After(t.Now) || !end.After(begin):
		return "campaign.until_past"
	case end.After(t.Now.AddDate(0, 0, longestWindow)):
		return "campaign.until_far"
	}
	return ""
}

func takeCampaignUntil(t *Turn) error {
	end, ok := t.readEnd()
	if !ok {
		return t.Again("campaign.until_again")
	}
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	if fault := t.endFault(end, c.Since); fault != "" {
		return t.Again(fault)
	}
	if c, err = t.recast(func(c *store.Campaign) { c.Until = end.UTC() }); err != nil || c == nil {
		return err
	}
	return t.Goto("count")
}

func askCampaignSince(t *Turn) error {
	t.Say("campaign.since_ask")
	t.Offer(Option{ID: "now", Label: "campaign.since_now", Wide: true})
	return nil
}

func takeCampaignSince(t *Turn) error {
	var since time.Time
	if t.Chosen() != "now" {
		text := t.written()
		if day, fault := readDay(text, t.Today()); fault == dayFine {
			since = day.Add(8 * time.Hour)
		} else if at, ok := readMoment(text, t.Local(t.Now)); ok {
			since = at
		} else {
			return t.Again("campaign.until_again")
		}
		if !since.After(t.Now) {
			return t.Again("broadcast.when_past")
		}
	}
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	if !c.Until.After(since) {
		return t.Again("campaign.since_late", "time", t.When(t.Local(c.Until)))
	}
	if c, err = t.recast(func(c *store.Campaign) { c.Since = since.UTC() }); err != nil || c == nil {
		return err
	}
	return t.Goto("count")
}

func askCampaignReminders(t *Turn) error {
	t.Say("campaign.reminders_ask", "most", store.MaxReminders)
	t.Offer(Option{ID: "2", Label: "campaign.reminders_two", Wide: true}, Option{ID: "1", Label: "campaign.reminders_one", Wide: true},
		Option{ID: "0", Label: "campaign.reminders_none", Wide: true})
	return nil
}

func takeCampaignReminders(t *Turn) error {
	n, err := strconv.Atoi(t.Chosen())
	if err != nil {
		return t.Again("engine.unclear")
	}
	c, err := t.recast(func(c *store.Campaign) { c.Reminders = n })
	if err != nil || c == nil {
		return err
	}
	if n == 0 {
		return t.Goto("count")
	}
	return t.Goto("pause")
}

// longestPause is how many days may lie before a reminder.
const longestPause = 60

func askCampaignPause(t *Turn) error {
	t.Say("campaign.pause_ask")
	for _, days := range []int{2, 3, 5, 7} {
		t.Offer(short(strconv.Itoa(days), t.T("campaign.days", "n", days)))
	}
	return nil
}

func takeCampaignPause(t *Turn) error {
	text := t.Chosen()
	if text == "" {
		text, _, _ = strings.Cut(foldDigits(store.Fold(t.Words())), " ")
	}
	days, err := strconv.Atoi(text)
	if err != nil || days < 1 || days > longestPause {
		return t.Again("campaign.pause_again", "most", longestPause)
	}
	c, err := t.recast(func(c *store.Campaign) { c.Pause = days })
	if err != nil || c == nil {
		return err
	}
	return t.Goto("count")
}

func askCampaignQuotas(t *Turn) error {
	t.Say("campaign.quotas_ask")
	t.Offer(Option{ID: "none", Label: "campaign.quotas_none", Wide: true})
	return nil
}

func takeCampaignQuotas(t *Turn) error {
	var quotas []store.Quota
	if t.Chosen() != "none" {
		var wrong []string
		for _, line := range strings.Split(t.Words(), "\n") {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			q, ok, err := t.readQuota(line)
			if err != nil {
				return err
			}
			if !ok {
				wrong = append(wrong, "• "+cut(line, 60))
				continue
			}
			quotas = append(quotas, q)
		}
		switch {
		case len(wrong) > 0:
			return t.Again("campaign.quotas_wrong", "lines", joined(wrong[:min(len(wrong), mostAgainst)]))
		case len(quotas) == 0 || len(quotas) > store.MaxQuotas:
			return t.Again("campaign.quotas_again", "most", store.MaxQuotas)
		}
	}
	c, err := t.recast(func(c *store.Campaign) { c.Quotas = quotas })
	if err != nil || c == nil {
		return err
	}
	return t.Goto("count")
}

// readQuota reads "Xã Kế Sách 30", or a number alone, which is meant for all.
func (t *Turn) readQuota(line string) (q store.Quota, ok bool, err error) {
	words := strings.Fields(line)
	last := foldDigits(strings.Trim(words[len(words)-1], ":;,.()"))
	if q.Count, err = strconv.Atoi(last); err != nil || q.Count < 1 || q.Count > 1_000_000 {
		return q, false, nil
	}
	name := strings.Trim(strings.Join(words[:len(words)-1], " "), " :;,-–=")
	if name == "" {
		return q, true, nil
	}
	q.Area, err = t.proposedUnit(name)
	return q, q.Area != "", err
}

// campaignFacts say all that was decided of c, a line each.
func (t *Turn) campaignFacts(c *store.Campaign) ([]string, error) {
	var lines []string
	if c.Audience.Op != "" {
		groups, err := t.audienceLines(c.Audience)
		if err != nil {
			return nil, err
		}
		lines = append(lines, t.T("broadcast.audience_is", "groups", joined(groups)))
	}
	if c.Open {
		lines = append(lines, t.T("campaign.fact_open"))
	}
	lines = append(lines, t.T("campaign.fact_mode_"+string(c.Mode)))
	if c.Mode == store.Anonymous {
		rest := "campaign.fact_destroy"
		if c.KeepRest {
			rest = "campaign.fact_keep"
		}
		lines = append(lines, t.T(rest, "n", store.LotSize))
	}
	if c.Since.After(t.Now) {
		lines = append(lines, t.T("campaign.fact_since", "time", t.When(t.Local(c.Since))))
	}
	lines = append(lines, t.T("campaign.fact_until", "time", t.When(t.Local(c.Until))))
	if c.Audience.Op != "" {
		if c.Reminders > 0 {
			lines = append(lines, t.T("campaign.fact_reminders", "n", c.Reminders, "days", c.Pause))
		} else {
			lines = append(lines, t.T("campaign.fact_no_reminders"))
		}
	}
	for i, q := range c.Quotas {
		if i == mostAgainst {
			lines = append(lines, "…")
			break
		}
		name, err := t.quotaName(q)
		if err != nil {
			return nil, err
		}
		lines = append(lines, t.T("campaign.fact_quota", "area", name, "n", q.Count))
	}
	return lines, nil
}

// quotaName is what the area of a quota is called.
func (t *Turn) quotaName(q store.Quota) (string, error) {
	if q.Area == "" {
		return t.T("campaign.everywhere"), nil
	}
	name, err := t.areaName(q.Area)
	if err != nil {
		return "", fmt.Errorf("name of a quota: %w", err)
	}
	return name, nil
}
