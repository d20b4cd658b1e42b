package flows

import (
	"cmp"
	"errors"

	"chihai/store"
)

// clubNews tells one who belongs to a club what there is to tell of it: that a
// meeting is near, or that something has changed. The words stand on phones that
// lie on tables: only the neutral name of the club, time and place are in them.
func clubNews() *Flow {
	return &Flow{
		Name: "club_news",
		Hear: func(t *Turn) error {
			var news store.ClubNews
			if err := jsonNote(t.Input.Data, &news); err != nil {
				return err
			}
			c, err := t.Club(t.Input.Club)
			if err != nil {
				return ignore(err, store.ErrNotFound)
			}
			keeps := c.Facilitator == t.Member.ID
			if keeps {
				if keeps, err = t.Holds(store.Facilitator, "*"); err != nil {
					return err
				}
			}
			m, err := t.Membership(c.ID, t.Member.ID)
			if errors.Is(err, store.ErrNotFound) {
				m, err = &store.Membership{}, nil
			}
			if err != nil {
				return err
			}
			if m.State != store.In && !keeps || keeps && !news.What.Reminds() {
				return nil // she has left meanwhile, or has changed it herself
			}
			t.Until(news.Until)
			t.Report(t.Input.ID)
			return t.tellNews(c, &news)
		},
	}
}

// tellNews says what has become of c, unless it has become something else since.
func (t *Turn) tellNews(c *store.Club, news *store.ClubNews) error {
	switch {
	case news.What == store.ClubClosed:
		t.Say("club_news.closed", "club", c.Name)
		return nil
	case !c.Open():
		return nil
	case news.What == store.RuleChanged:
		return t.tellRule(c)
	}
	m, err := t.Meeting(c.ID, news.Meeting)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	if m.Moved != news.Moved || !m.Start.After(t.Now) || m.On(c) == (news.What == store.MeetingCancelled) {
		return nil
	}
	words := []any{"club", c.Name, "when", t.When(t.Local(m.Start)), "place", m.Place}
	switch news.What {
	case store.MeetingTomorrow:
		t.Say("club_news.eve", words...)
	case store.MeetingSoon:
		t.Say("club_news.soon", words...)
	case store.MeetingAdded:
		t.Say("club_news.added", words...)
	case store.MeetingMoved:
		t.Say("club_news.moved", append(words, "was", t.When(t.Local(news.Was)))...)
	case store.MeetingCancelled:
		t.Say("club_news.cancelled", "club", c.Name, "when", t.When(t.Local(cmp.Or(news.Was, m.Start))))
	}
	return nil
}

// tellRule says when c meets from now on.
func (t *Turn) tellRule(c *store.Club) error {
	next, err := t.NextMeetings(c, 1)
	if err != nil {
		return err
	}
	t.Say("club_news.rule", "club", c.Name)
	if c.Rule != nil {
		t.Say("club.regular", "rule", t.ruleText(c.Rule))
	}
	t.sayPauses(c)
	if len(next) == 0 {
		t.Say("club.no_meeting")
		return nil
	}
	t.Say("club_news.next", "when", t.When(t.Local(next[0].Start)), "place", next[0].Place)
	return nil
}
