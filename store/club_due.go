package store

import (
	"errors"
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
	Was     time.Time `json:"was,omitzero"`     // when it was to begin, as people know it; MeetingCancelled: zero, unless it was moved in the same night
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

// eveTime is when clubs are reminded in the evening before, in minutes of the day
// and by the clocks of their members.
const eveTime = 18 * 60

// SoonTime is how long before a meeting or a training the last reminder comes,
// unless that is at night.
const SoonTime = 2 * time.Hour

// usefulTime is how long before a meeting or a training a reminder must come to
// be of use when the night has held it up.
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
func meetingReminders(start, now time.Time, night Night) []meetingReminder {
	var all []meetingReminder
	if eve := night.clock(start, -1, eveTime); eve.After(now) {
		all = append(all, meetingReminder{MeetingTomorrow, eve, night.Asleep(eve)})
	}
	soon := start.Add(-SoonTime)
	switch morning := night.Awake(soon); {
	case !morning.After(soon):
	case start.Sub(morning) >= usefulTime:
		soon = morning
	case len(all) > 0 && minuteOf(soon.In(night.Zone)) < night.To:
		return all
	default:
		soon = night.Evening(soon)
	}
	if soon.After(now) {
		all = append(all, meetingReminder{MeetingSoon, soon, start})
	}
	return all
}

// PlanMeeting plans the reminders of m that are still ahead, by the clocks of
// zone. Those of an earlier time or place lapse.
func (tx *Tx) PlanMeeting(m *Meeting, zone *time.Location) error {
	night, err := tx.Night(zone)
	if err != nil {
		return err
	}
	for _, r := range meetingReminders(m.Start, tx.Now, night) {
		id := fmt.Sprintf("club/%s/%s/%d", r.what, m.ID, m.Moved)
		news := ClubNews{What: r.what, Meeting: m.ID, Moved: m.Moved, Until: r.until.UTC()}
		if err := tx.planNews(id, m.Club, r.at, false, news); err != nil {
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
// that begins; zero: nothing does. A meeting that is moved twice in a night is
// told of once, as it is in the morning.
func (tx *Tx) TellClub(c *Club, news ClubNews, first time.Time, zone *time.Location) error {
	night, err := tx.Night(zone)
	if err != nil {
		return err
	}
	at, urgent := night.news(tx.Now, first, usefulTime)
	id := tx.NewID()
	switch {
	case news.What == RuleChanged:
		at = at.Truncate(changeTime).Add(changeTime)
		id = fmt.Sprintf("%s/%d", c.ID, at.Unix())
	case at.After(tx.Now) && news.Meeting != "":
		id = fmt.Sprintf("%s/%d", news.Meeting, at.Unix())
	}
	if news.Until.IsZero() {
		news.Until = at.Add(newsTime).UTC()
	}
	id = "club/" + string(news.What) + "/" + id
	if news.What == MeetingMoved || news.What == MeetingCancelled {
		if err := tx.sinceEvening(&news, night.Awake(tx.Now)); err != nil {
			return err
		}
	}
	return tx.planNews(id, c.ID, at, urgent, news)
}

// sinceEvening has news of a meeting take the place of what the same night has
// left to be told of it in the morning: nobody has heard of the time between.
func (tx *Tx) sinceEvening(news *ClubNews, morning time.Time) error {
	id := fmt.Sprintf("club/%s/%s/%d", MeetingMoved, news.Meeting, morning.Unix())
	d, err := get[Due](tx, "due", dueKey(&Due{ID: id, At: morning}))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var before ClubNews
	if err := json.Unmarshal(d.Data, &before); err != nil {
		return fmt.Errorf("data of %s: %w", d.ID, err)
	}
	news.Was = before.Was
	return tx.Done(d)
}

func (tx *Tx) planNews(id, club string, at time.Time, urgent bool, news ClubNews) error {
	data, err := json.Marshal(news)
	if err != nil {
		return err
	}
	return tx.Plan(&Due{ID: id, At: at.UTC(), Until: news.Until, Job: ClubJob, Club: club, Data: data, Urgent: urgent})
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
