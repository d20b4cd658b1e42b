package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
)

// ClubJob is the job that has the flow club_news tell everyone who belongs to a
// club something. Data is a [ClubNews].
const ClubJob = "club"

// A ClubNews is what everyone who belongs to a club is told: which meeting it is
// about, and not the words. These are found in the turn of each of them.
type ClubNews struct {
	What    ClubWhat  `json:"what"`
	Meeting string    `json:"meeting,omitzero"` // ID
	Moved   int       `json:"moved,omitzero"`   // [Meeting.Moved] when it was planned: later changes have news of their own
	Was     time.Time `json:"was,omitzero"`     // MeetingMoved: when it was to begin
	Until   time.Time `json:"until"`            // not told any more from then on
}

// A ClubWhat says what is told of a club.
type ClubWhat string

const (
	MeetingTomorrow  ClubWhat = "eve"       // reminds in the evening before
	MeetingSoon      ClubWhat = "soon"      // reminds shortly before
	MeetingAdded     ClubWhat = "added"     // one more, beside the regular ones
	MeetingMoved     ClubWhat = "moved"     // another time or place
	MeetingCancelled ClubWhat = "cancelled" // it does not take place
	RuleChanged      ClubWhat = "rule"      // other regular meetings, or a pause
	ClubClosed       ClubWhat = "closed"    // it is over
)

// Reminds says whether w reminds of a meeting: of several that are due at once,
// as after a standstill, only the one nearest to the start is said.
func (w ClubWhat) Reminds() bool { return w == MeetingTomorrow || w == MeetingSoon }

// When clubs are told things, in hours of the day and by the clocks of their
// members.
const (
	eveHour  = 18 // the evening before a meeting
	lateHour = 20 // the last good hour of an evening
)

// soonTime is how long before a meeting the second reminder comes.
const soonTime = 2 * time.Hour

// usefulTime is how long before a meeting a reminder must come to be of use when
// the night has held it up.
const usefulTime = time.Hour

// A meetingReminder is a time at which a meeting is reminded of.
type meetingReminder struct {
	what      ClubWhat
	at, until time.Time
}

// meetingReminders are the reminders of a meeting that begins at start which are
// still ahead at now: in the evening before, and two hours before. Where these
// fall into the night the reminder waits for the morning, if that is early
// enough; else the one of the evening before must do, or when that is over the
// last good hour of the evening.
func meetingReminders(start, now time.Time, zone *time.Location) []meetingReminder {
	local := start.In(zone)
	hour := func(day time.Time, hour int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, zone)
	}
	evening := local.AddDate(0, 0, -1)
	var all []meetingReminder
	if eve := hour(evening, eveHour); eve.After(now) {
		all = append(all, meetingReminder{MeetingTomorrow, eve, hour(evening, QuietFrom)})
	}
	soon := local.Add(-soonTime)
	switch {
	case soon.Hour() >= QuietFrom:
		soon = hour(soon, lateHour)
	case soon.Hour() < QuietTo:
		if soon = hour(local, QuietTo); local.Sub(soon) < usefulTime {
			if len(all) > 0 {
				return all
			}
			soon = hour(evening, lateHour)
		}
	}
	if soon.After(now) {
		all = append(all, meetingReminder{MeetingSoon, soon, start})
	}
	return all
}

// PlanMeeting plans the reminders of m that are still ahead, by the clocks of
// zone. Those of an earlier time or place lapse.
func (tx *Tx) PlanMeeting(m *Meeting, zone *time.Location) error {
	for _, r := range meetingReminders(m.Start, tx.Now, zone) {
		id := fmt.Sprintf("club/%s/%s/%d", r.what, m.ID, m.Moved)
		news := ClubNews{What: r.what, Meeting: m.ID, Moved: m.Moved, Until: r.until.UTC()}
		if err := tx.planNews(id, m.Club, r.at, news); err != nil {
			return err
		}
	}
	return nil
}

// newsTime is for how long people are told of a change that has no time of its
// own.
const newsTime = 48 * time.Hour

// changeTime is how long it is waited whether the regular meetings are changed
// once more, so that people are told of it once.
const changeTime = 5 * time.Minute

// TellClub plans that everyone who belongs to c is told news as soon as this
// transaction is kept, [RuleChanged] some minutes later, or in the morning when
// it is night in zone and what it is about leaves time until then. first is when
// that begins; zero: nothing does.
func (tx *Tx) TellClub(c *Club, news ClubNews, first time.Time, zone *time.Location) error {
	at := Awake(tx.Now, zone)
	if !first.IsZero() && first.Sub(at) < usefulTime {
		at = tx.Now
	}
	id := tx.NewID()
	if news.What == RuleChanged {
		at = at.Truncate(changeTime).Add(changeTime)
		id = fmt.Sprintf("%s/%d", c.ID, at.Unix())
	}
	if news.Until.IsZero() {
		news.Until = at.Add(newsTime).UTC()
	}
	return tx.planNews("club/"+string(news.What)+"/"+id, c.ID, at, news)
}

func (tx *Tx) planNews(id, club string, at time.Time, news ClubNews) error {
	data, err := json.Marshal(news)
	if err != nil {
		return err
	}
	return tx.Plan(&Due{ID: id, At: at.UTC(), Until: news.Until, Job: ClubJob, Club: club, Data: data})
}

// ClubPeople returns the ids of those who are told what concerns c, sorted: the
// members who belong to it, and the facilitator.
func (tx *Tx) ClubPeople(c *Club) ([]string, error) {
	var ids []string
	for m, err := range tx.Memberships(c.ID) {
		if err != nil {
			return nil, err
		}
		if m.State == In && m.Member != c.Facilitator {
			ids = append(ids, m.Member)
		}
	}
	if c.Facilitator != "" {
		ids = append(ids, c.Facilitator)
	}
	slices.Sort(ids)
	return ids, nil
}
