package store

import (
	"strings"
	"time"
)

// A Lateness says how late one kind of what is planned is still done, as after a
// standstill, and what becomes of it later.
type Lateness struct {
	Kind  string        // in metrics and logs: never changes once used
	Bound time.Duration // done at most so much after its time, or less; 0: until the moment that Until names
	Until string        // in words
	Later string        // what becomes of what is later; empty: it is dropped and counted
}

// Latenesses are all kinds of what is planned. [Due.Kind] says of which one a
// row is. Those who plan a row set its Until accordingly, which the tests look
// at. What is dropped is counted by kind in chihai_lapsed_total.
var Latenesses = []Lateness{
	{Kind: "remind/7d", Bound: 24 * time.Hour, Until: "a day; a bound that falls into the night ends an hour after it"},
	{Kind: "remind/1d", Bound: 6 * time.Hour, Until: "six hours; a bound that falls into the night ends an hour after it"},
	{Kind: "remind/2h", Until: "the training begins"},
	{Kind: "tell", Until: "the training begins, at the old time or the new one, whichever is later"},
	{Kind: "asked", Until: "the training begins"},
	{Kind: "guests", Until: "the event begins", Later: "nobody is asked any more"},
	{Kind: "guest", Until: "the night begins, or her seat is freed", Later: "she is asked on the next day"},
	{Kind: "seats", Until: "the training begins", Later: "nobody is offered a seat any more"},
	{Kind: "offer", Until: "the offer lapses", Later: "she is told that it has"},
	{Kind: "lapse", Bound: LapseTold, Until: "half a day"},
	{Kind: "test", Until: "the short test before the training closes, an hour after it began"},
	{Kind: "feedback", Bound: FeedbackDays*24*time.Hour - FeedbackWait, Until: "three days from the end"},
	{Kind: "certificate", Bound: CertificateDays*24*time.Hour - CertificateWait, Until: "thirty days from the end", Later: "she asks for it, or staff has all offered once more"},
	{Kind: "club/eve", Until: "the night begins", Later: "the second reminder comes all the same"},
	{Kind: "club/soon", Until: "the meeting begins"},
	{Kind: "club/added", Until: "the meeting begins"},
	{Kind: "club/moved", Until: "the meeting begins at the new time"},
	{Kind: "club/cancelled", Until: "the meeting would have begun"},
	{Kind: "club/rule", Bound: newsTime, Until: "two days"},
	{Kind: "club/closed", Bound: newsTime, Until: "two days"},
	{Kind: "broadcast", Bound: BroadcastBound, Until: "three hours", Later: "it is paused, and its sender asked"},
	{Kind: BroadcastFlow, Bound: 24 * time.Hour, Until: "a day, as the progress of a broadcast is not news for longer"},
	{Kind: "campaign/open", Bound: CampaignLate, Until: "a day, or the end of the campaign", Later: "staff are told that nobody was invited"},
	{Kind: "campaign/remind", Bound: CampaignLate, Until: "a day, or the end of the campaign"},
	{Kind: "campaign/close", Until: "it is done"},
	{Kind: AnswersFileKind, Bound: time.Hour, Until: "an hour, as the progress of a file is not news for longer"},
	{Kind: "campaign/look", Bound: campaignLookTime, Until: "ten minutes, as she looks elsewhere by then"},
	{Kind: "campaign/told", Bound: campaignNewsTime, Until: "a week"},
	{Kind: "merge", Bound: MergeDays * 24 * time.Hour, Until: "as many days as the request stood"},
	{Kind: "outage", Bound: OutageBound, Until: "a day from when the bot hears again"},
	{Kind: "scrub", Until: "it is done"},
	{Kind: "reseal", Until: "it is done"},
}

// LapseTold is for how long it is worth telling somebody that an offer of hers
// has lapsed, and OutageBound for how long after an outage people are asked again.
const (
	LapseTold   = 12 * time.Hour
	OutageBound = 24 * time.Hour
)

// Kind says of which of the [Latenesses] d is: what its ID begins with.
func (d *Due) Kind() string {
	parts := strings.SplitN(d.ID, "/", 3)
	if (parts[0] == "remind" || parts[0] == "club" || parts[0] == "campaign") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}
