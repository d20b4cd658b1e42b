package store

import (
	"fmt"
	"slices"
	"time"
)

// What happens to each noun when a member is deleted. Personal data goes; what
// the Union must be able to answer for (that a training had 38 participants,
// that a list was exported) stays as numbers and ids behind which nobody is
// left.
var deletion = []fate{
	{"member", "deleted", "it is she"},
	{"member_code", "deleted", "leads to her"},
	{"contact", "deleted", "her address; kept for the others when she shares the phone"},
	{"relay", "deleted", "those whom she registered stay registered, and nobody passes messages on to them any more"},
	{"conversation", "deleted", "what she said in flows under way"},
	{"tappable", "deleted", "leads to her conversation"},
	{"registration", "deleted", "seats ahead are given up for others, and so are those in what was cancelled; of what has begun the training's counts of participants, and of those who came, remain"},
	{"registration_member", "deleted", "leads to her registrations"},
	{"certificate", "deleted", "proves that she took part; who looks its code up is told that nothing is known of it"},
	{"feedback", "deleted", "what she said of trainings while it is known that it was she; a week after each that is forgotten, and her answer stays as anybody's"},
	{"quiz", "anonymised", "the test of a training stays; the id of who wrote it leads to nobody"},
	{"quiz_sheet", "anonymised", "which answers she chose counts on, as anybody's: numbers without a word of hers and without her id"},
	{"guest", "deleted", "as what she was invited, and whom she sent instead; where she invited others her id leads to nobody"},
	{"waiting", "anonymised", "she is taken off the list; who made an entry for others is an id that leads to nobody"},
	{"training", "anonymised", "trainings she made stay; her id in them leads to nobody"},
	{"training_code", "kept", "nothing about persons"},
	{"training_start", "kept", "nothing about persons"},
	{"club", "anonymised", "clubs that she kept together stay, without a facilitator; her id in them leads to nobody"},
	{"club_code", "kept", "nothing about persons"},
	{"club_led", "deleted", "leads to the clubs that she kept together"},
	{"club_member", "deleted", "how she belongs to clubs"},
	{"club_of", "deleted", "leads to her clubs"},
	{"club_pupil", "deleted", "her line on the roll, with her nickname and what is known of papers"},
	{"club_meeting", "anonymised", "who was at a meeting stands there by the ids of lines; hers leads to nobody, the number remains"},
	{"club_hand", "kept", "ids of who hands a club over; deleted after 7 days"},
	{"grant", "deleted", "her roles"},
	{"grant_code", "kept", "holds no person but the id of who gave it; deleted when it expires"},
	{"message", "deleted", "what was still to be sent to her, except the word that she was deleted, which goes when it is sent"},
	{"message_member", "deleted", "leads to what was still to be sent to her"},
	{"receipt", "kept", "numbers of messages without address; deleted after 2 days"},
	{"delivery", "anonymised", "her id leads to nobody; deleted after 90 days"},
	{"screen", "deleted", "what stood in her web chat, but for the word that she was deleted"},
	{"task", "deleted", "work that she asked for"},
	{"file", "deleted", "files that were made for her"},
	{"file_chunk", "deleted", "files that were made for her"},
	{"document", "anonymised", "documents she put on the shelf stay; her id in them leads to nobody"},
	{"document_tally", "kept", "numbers without a person"},
	{"document_sent", "kept", "which broadcasts brought a document; holds no person"},
	{"document_read", "deleted", "which documents she has opened and read"},
	{"form", "anonymised", "questionnaires she has uploaded stay; her id in them leads to nobody"},
	{"form_code", "kept", "nothing about persons"},
	{"form_version", "anonymised", "as the form"},
	{"campaign", "anonymised", "campaigns she has made stay; her id in them leads to nobody"},
	{"campaign_code", "kept", "nothing about persons"},
	{"campaign_live", "kept", "nothing about persons"},
	{"campaign_quota", "kept", "numbers without a person"},
	{"campaign_list", "anonymised", "her id on the list of whom to invite leads to nobody"},
	{"participation", "deleted", "to what she was asked, and whether she has answered"},
	{"participation_of", "deleted", "leads to what she has answered"},
	{"draft", "deleted", "answers that she has begun, for herself and for others"},
	{"draft_chunk", "deleted", "as the draft"},
	{"draft_of", "deleted", "leads to what she has begun"},
	{"response", "deleted", "her answers by name and by pseudonym; what she has entered for others stays, her id in it leads to nobody; what nobody knows to be hers stays"},
	{"response_chunk", "deleted", "as the response"},
	{"response_past", "deleted", "how her answers came about"},
	{"response_past_chunk", "deleted", "as the response_past"},
	{"response_box", "kept", "anonymous answers: nobody knows whether hers are there"},
	{"response_box_chunk", "kept", "as the response_box"},
	{"due", "kept", "holds trainings and ids; hers leads to nobody"},
	{"broadcast", "anonymised", "what she has sent stays; her id in it leads to nobody"},
	{"broadcast_code", "kept", "nothing about persons"},
	{"broadcast_by", "deleted", "leads to what she has sent"},
	{"broadcast_live", "kept", "nothing about persons"},
	{"broadcast_part", "anonymised", "her id among the recipients leads to nobody"},
	{"broadcast_open", "anonymised", "holds no person; where she was still waiting she is withdrawn when her turn comes"},
	{"broadcast_closed", "kept", "numbers without a person"},
	{"merge", "deleted", "a request that she become one with another member ends"},
	{"session", "deleted", "where she is signed in"},
	{"passphrase", "deleted", "hers"},
	{"login_code", "kept", "holds her id, opens nothing without her; deleted within 2 hours"},
	{"tries", "kept", "hashes without an address; deleted after a day or two"},
	{"tally", "kept", "numbers; she is not counted any more the next time"},
	{"audit", "kept", "who did what, by id; the law asks for it, and her id leads to nobody"},
	{"audit_new", "kept", "as the audit"},
	{"audit_chain", "kept", "proves that the audit was not changed; holds no person"},
	{"seen", "kept", "names of inputs without address; deleted after 3 days"},
	{"area", "kept", "nothing about persons"},
	{"lease", "kept", "random names of processes"},
	{"meta", "kept", "nothing about persons"},
}

// A fate is what becomes of the documents of a bucket that are hers.
type fate struct {
	Bucket string
	Fate   string // deleted, anonymised or kept
	Why    string
}

// Buckets returns every bucket of the store, sorted.
func Buckets() []string {
	var names []string
	for _, d := range deletion {
		names = append(names, d.Bucket)
	}
	slices.Sort(names)
	return names
}

// ScrubJob is the job that wipes what deleted documents left in the database
// file.
const ScrubJob = "scrub"

// DeleteMember deletes all that is kept of m, who speaks from the contact from,
// and plans that the database file is wiped of it. Her seats in trainings ahead
// pass on to others; in those that have begun she stays a number. The member is gone when the transaction commits; what she
// is told last must be posted after it.
func (tx *Tx) DeleteMember(m *Member, from *Contact) error {
	if err := tx.deleteRegistrations(m); err != nil {
		return err
	}
	if err := tx.deleteMemberships(m.ID); err != nil {
		return err
	}
	if err := tx.leaveClubs(m.ID, ""); err != nil {
		return err
	}
	if err := tx.leaveCampaigns(m.ID); err != nil {
		return err
	}
	for o, err := range tx.RelayedBy(m.ID) {
		if err != nil {
			return err
		}
		if err := tx.SetRelay(o, ""); err != nil {
			return err
		}
	}
	if err := tx.deleteMessages(m.ID); err != nil {
		return err
	}
	if err := deleteWhere(tx, "task", func(o *Task) bool { return o.Member == m.ID }, func(o *Task) string { return o.ID }); err != nil {
		return err
	}
	if err := tx.deleteFilesOf(m.ID); err != nil {
		return err
	}
	if _, err := tx.deleteRange("grant", m.ID+"/", after(m.ID+"/"), 1<<20); err != nil {
		return err
	}
	if _, err := tx.deleteRange("broadcast_by", m.ID+"/", after(m.ID+"/"), 1<<20); err != nil {
		return err
	}
	if _, err := tx.deleteRange("document_read", m.ID+"/", after(m.ID+"/"), 1<<20); err != nil {
		return err
	}
	if err := tx.ForgetPassphrase(m.ID); err != nil {
		return err
	}
	for _, id := range slices.Clone(m.Contacts) {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		if from != nil && c.ID == from.ID {
			c = from
		}
		if _, err := tx.deleteRange("screen", c.ID+"/", after(c.ID+"/"), 1<<20); err != nil {
			return err
		}
		if err := tx.Part(c, m); err != nil {
			return err
		}
	}
	if m.Relay != "" {
		if err := tx.kv.Delete("relay", m.Relay+"/"+m.ID); err != nil {
			return err
		}
	}
	if err := tx.deleteConversation(m.ID); err != nil {
		return err
	}
	for _, code := range append([]string{m.Code}, m.FormerCodes...) {
		if err := tx.kv.Delete("member_code", code); err != nil {
			return err
		}
	}
	if err := tx.endMerges(func(r *MergeRequest) bool { return r.of(m.ID) || r.By == m.ID }); err != nil {
		return err
	}
	if err := tx.kv.Delete("member", m.ID); err != nil {
		return err
	}
	return tx.planScrub()
}

// planScrub plans that the database file is wiped of what was just deleted.
func (tx *Tx) planScrub() error {
	at := tx.Now.Add(time.Minute).Truncate(time.Minute) // one wiping for all who go in the same minute
	return tx.Plan(&Due{ID: fmt.Sprintf("scrub/%d", at.Unix()), At: at, Until: at.AddDate(1, 0, 0), Job: ScrubJob})
}

// deleteRegistrations gives the seats of m back, except where she counts among
// those who took part, and removes every trace of her from the lists.
func (tx *Tx) deleteRegistrations(m *Member) error {
	var held []*Registration
	for r, err := range tx.RegistrationsOf(m.ID) {
		if err != nil {
			return err
		}
		held = append(held, r)
	}
	for _, r := range held {
		t, err := tx.Training(r.Training)
		if err != nil {
			return err
		}
		if r.Waits() || r.Holds() && !t.Begun(tx.Now) {
			if _, err := tx.GiveUp(r.Training, m.ID, ""); err != nil {
				return err
			}
		}
		if err := tx.deleteRegistration(r); err != nil {
			return err
		}
		if err := tx.kv.Delete("guest", r.Training+"/"+m.ID); err != nil {
			return err
		}
		if err := tx.passFeedback(r.Training, m.ID, ""); err != nil {
			return err
		}
		if err := tx.passQuizSheet(r.Training, m.ID, ""); err != nil {
			return err
		}
	}
	return nil
}

// deleteWhere deletes the documents of a bucket that holds few for which which
// returns true; key returns the key of one.
func deleteWhere[T any](tx *Tx, bucket string, which func(*T) bool, key func(*T) string) error {
	var keys []string
	for o, err := range each[T](tx, bucket, "", "") {
		if err != nil {
			return err
		}
		if which(o) {
			keys = append(keys, key(o))
		}
	}
	for _, k := range keys {
		if err := tx.kv.Delete(bucket, k); err != nil {
			return err
		}
	}
	return nil
}
