package store

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

func checkClubs(c *checker) error {
	return documents(c, "club", func(key string, club *Club) {
		c.want(club.ID == key, "club", key, "says it is "+club.ID)
		ref := find[clubRef](c, "club_code", club.Code)
		c.want(ref != nil && ref.Club == club.ID, "club", key, "is not found by its code")
		if f := club.Facilitator; f != "" {
			c.wantMember(f, "club", key)
			c.want(c.has("club_led", f+"/"+key), "club", key, "is not among those of its facilitator")
		}
		if club.Rule != nil {
			_, err := club.Rule.Times(c.tx.Now.Location(), 1)
			c.want(err == nil, "club", key, "has a rule by which nobody can meet")
		}
	})
}

func checkClubCodes(c *checker) error {
	return documents(c, "club_code", func(key string, ref *clubRef) {
		club := find[Club](c, "club", ref.Club)
		c.want(club != nil && club.Code == key, "club_code", key, "leads to club "+ref.Club+", which has no such code")
	})
}

func checkClubsLed(c *checker) error {
	return documents(c, "club_led", func(key string, _ *jsontext.Value) {
		member, id, _ := strings.Cut(key, "/")
		club := find[Club](c, "club", id)
		c.want(club != nil && club.Facilitator == member, "club_led", key, "leads to a club that she does not keep together")
	})
}

func checkMemberships(c *checker) error {
	return documents(c, "club_member", func(key string, m *Membership) {
		c.want(m.Club+"/"+m.Member == key, "club_member", key, "says it is "+m.Club+"/"+m.Member)
		c.want(c.has("club", m.Club), "club_member", key, "is of club "+m.Club+", which is not there")
		c.wantMember(m.Member, "club_member", key)
		c.want(c.has("club_of", m.Member+"/"+m.Club), "club_member", key, "is not among those of its member")
		if m.State == In {
			p := find[Pupil](c, "club_pupil", m.Club+"/"+m.Pupil)
			c.want(p != nil && p.Member == m.Member && p.Left.IsZero(), "club_member", key, "belongs to a club on whose roll she does not stand")
		}
	})
}

func checkClubsOf(c *checker) error {
	return documents(c, "club_of", func(key string, _ *jsontext.Value) {
		member, club, _ := strings.Cut(key, "/")
		c.want(c.has("club_member", club+"/"+member), "club_of", key, "leads to a membership that is not there")
	})
}

func checkPupils(c *checker) error {
	return documents(c, "club_pupil", func(key string, p *Pupil) {
		c.want(p.Club+"/"+p.ID == key, "club_pupil", key, "says it is "+p.Club+"/"+p.ID)
		c.want(c.has("club", p.Club), "club_pupil", key, "is of club "+p.Club+", which is not there")
		if p.Member != "" {
			m := find[Membership](c, "club_member", p.Club+"/"+p.Member)
			c.want(m != nil && m.Pupil == p.ID, "club_pupil", key, "leads to a member who is another")
		}
	})
}

func checkMeetings(c *checker) error {
	return documents(c, "club_meeting", func(key string, m *Meeting) {
		c.want(m.Club+"/"+m.ID == key, "club_meeting", key, "says it is "+m.Club+"/"+m.ID)
		c.want(c.has("club", m.Club), "club_meeting", key, "is of club "+m.Club+", which is not there")
	})
}
