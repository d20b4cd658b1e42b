package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Check reads every document of b and calls wrong for each thing that does not
// fit: one that cannot be read, an index that leads nowhere or is missing, a
// count that is not what it counts at the time now. It returns how many
// documents each bucket holds. Its own error means that not all could be read.
//
// Check writes nothing and wants no [Store], so b may be open for reading only.
// What it says names keys, which hold no name, number or address of a person.
// Where b has keys, sealed fields are passed over: [CheckSealed] looks into them.
func Check(ctx context.Context, b Backend, now time.Time, wrong func(bucket, key, what string)) (map[string]int, error) {
	return CheckSealed(ctx, b, nil, now, wrong)
}

// CheckSealed is [Check] with the key of the key file: it opens sealed fields,
// too, and says which cannot be opened, but never what stands in any. It returns
// [ErrWrongKey] when the key is another one.
func CheckSealed(ctx context.Context, b Backend, key []byte, now time.Time, wrong func(bucket, key, what string)) (map[string]int, error) {
	c := &checker{wrong: wrong, counts: map[string]int{}}
	err := b.View(ctx, func(kv KV) error {
		s := newStore(b, Options{Key: key})
		c.tx = &Tx{Now: now.UTC(), store: s}
		c.tx.kv = &watchedKV{kv, c.tx}
		head, err := get[schema](c.tx, "meta", "schema")
		switch {
		case errors.Is(err, ErrNotFound):
			return errors.New("this is no database of Chị Hai: it has no schema")
		case err != nil:
			return err
		case head.Version > SchemaVersion():
			return fmt.Errorf("%w: schema %d, this one knows %d", ErrNewer, head.Version, SchemaVersion())
		case head.Version < SchemaVersion():
			return fmt.Errorf("schema %d is older than %d: start the bot once, it brings the database up", head.Version, SchemaVersion())
		}
		if err := c.openKeys(head); err != nil {
			return err
		}
		for _, bucket := range Buckets() {
			if err := checks[bucket](c); err != nil {
				return fmt.Errorf("read %s: %w", bucket, err)
			}
			if err := errors.Join(ctx.Err(), c.tx.Broken()); err != nil {
				return err
			}
		}
		return nil
	})
	return c.counts, err
}

// openKeys opens the keys. Without the key that opens them, nothing sealed is
// looked into.
func (c *checker) openKeys(head *schema) error {
	s := c.tx.store
	s.secret = head.Secret
	if sealed, err := has(c.tx, "meta", ringKey); err != nil || !sealed {
		return err
	}
	if s.fileKey() == nil {
		s.blind = true
		return nil
	}
	k, err := c.tx.readKeys()
	if err != nil {
		return err
	}
	s.secret = k.hash
	return nil
}

type checker struct {
	tx     *Tx
	wrong  func(bucket, key, what string)
	counts map[string]int            // documents by bucket
	posted map[string]map[string]int // recipients in the outbox by broadcast and message; nil: not counted yet
}

// checks say of each bucket what must hold.
var checks = map[string]func(*checker) error{
	"area":                checkAreas,
	"audit":               checkAudits,
	"audit_chain":         only[AuditLink]("audit_chain"),
	"audit_new":           only[struct{}]("audit_new"),
	"broadcast":           checkBroadcasts,
	"broadcast_by":        checkBroadcastsBy,
	"broadcast_closed":    only[broadcastBins]("broadcast_closed"),
	"broadcast_code":      checkBroadcastCodes,
	"broadcast_live":      checkBroadcastsLive,
	"broadcast_open":      only[broadcastBins]("broadcast_open"),
	"broadcast_part":      checkBroadcastParts,
	"campaign":            checkCampaigns,
	"campaign_code":       checkCampaignCodes,
	"campaign_list":       only[struct{}]("campaign_list"),
	"campaign_live":       checkCampaignsLive,
	"campaign_quota":      checkQuotas,
	"club":                checkClubs,
	"club_code":           checkClubCodes,
	"club_hand":           only[Handover]("club_hand"),
	"club_led":            checkClubsLed,
	"club_meeting":        checkMeetings,
	"club_member":         checkMemberships,
	"club_of":             checkClubsOf,
	"club_pupil":          checkPupils,
	"certificate":         checkCertificates,
	"contact":             checkContacts,
	"conversation":        checkConversations,
	"delivery":            only[Delivery]("delivery"),
	"document":            checkDocuments,
	"document_read":       checkReadings,
	"document_sent":       checkSents,
	"document_tally":      checkDocumentTallies,
	"draft":               checkDrafts,
	"draft_chunk":         checkAnswerChunks("draft_chunk", "draft"),
	"draft_of":            checkDraftsOf,
	"due":                 checkDue,
	"feedback":            checkFeedback,
	"file":                checkFiles,
	"file_chunk":          checkChunks,
	"form":                checkForms,
	"form_code":           checkFormCodes,
	"form_version":        checkFormVersions,
	"guest":               checkGuests,
	"grant":               checkGrants,
	"grant_code":          only[GrantCode]("grant_code"),
	"login_code":          only[LoginCode]("login_code"),
	"lease":               only[Lease]("lease"),
	"member":              checkMembers,
	"member_code":         checkMemberCodes,
	"merge":               only[MergeRequest]("merge"),
	"message":             checkMessages,
	"message_member":      checkMessagesFor,
	"meta":                checkMeta,
	"participation":       checkParticipations,
	"participation_of":    checkParticipationsOf,
	"passphrase":          checkPassphrases,
	"quiz":                checkQuizzes,
	"quiz_sheet":          checkQuizSheets,
	"receipt":             only[Receipt]("receipt"),
	"registration":        checkRegistrations,
	"registration_member": checkSeats,
	"waiting":             checkWaiting,
	"relay":               checkRelays,
	"response":            checkResponses,
	"response_box":        checkBoxes,
	"response_box_chunk":  checkAnswerChunks("response_box_chunk", "response_box"),
	"response_chunk":      checkAnswerChunks("response_chunk", "response"),
	"response_past":       checkResponsesPast,
	"response_past_chunk": checkAnswerChunks("response_past_chunk", "response_past"),
	"screen":              checkScreen,
	"seen":                only[seen]("seen"),
	"session":             checkSessions,
	"tally":               checkTallies,
	"tappable":            checkTappable,
	"task":                checkTasks,
	"training":            checkTrainings,
	"training_code":       checkTrainingCodes,
	"training_start":      checkTrainingStarts,
	"tries":               only[Tries]("tries"),
}

// documents reads a bucket and lets see look at each document that can be
// read.
func documents[T any](c *checker, bucket string, see func(key string, v *T)) error {
	for p, err := range c.tx.kv.Scan(bucket, "", "") {
		if err != nil {
			return err
		}
		c.counts[bucket]++
		v := new(T)
		if _, err := open(c.tx, bucket, p.Key, p.Value, v); err != nil {
			c.wrong(bucket, p.Key, "cannot be read"+place(err))
			continue
		}
		see(p.Key, v)
	}
	return nil
}

// place says at which field a document cannot be read. The error itself may
// hold what stands there.
func place(err error) string {
	var meaning *json.SemanticError
	var syntax *jsontext.SyntacticError
	var sealed *sealedError
	switch {
	case errors.As(err, &sealed):
		return ": " + sealed.Error()
	case errors.As(err, &meaning) && meaning.JSONPointer != "":
		return " at " + string(meaning.JSONPointer)
	case errors.As(err, &syntax):
		return fmt.Sprintf(" at byte %d", syntax.ByteOffset)
	}
	return ""
}

// only checks that the documents of a bucket can be read.
func only[T any](bucket string) func(*checker) error {
	return func(c *checker) error { return documents(c, bucket, func(string, *T) {}) }
}

// find returns the document under key, or nil when there is none that can be
// read.
func find[T any](c *checker, bucket, key string) *T {
	v, err := get[T](c.tx, bucket, key)
	if err != nil {
		return nil
	}
	return v
}

// want complains unless ok.
func (c *checker) want(ok bool, bucket, key, what string) {
	if !ok {
		c.wrong(bucket, key, what)
	}
}

func (c *checker) has(bucket, key string) bool {
	ok, err := has(c.tx, bucket, key)
	return ok && err == nil
}

func (c *checker) wantMember(id, bucket, key string) {
	c.want(c.has("member", id), bucket, key, "belongs to member "+id+", who is not there")
}

func checkMeta(c *checker) error {
	return documents(c, "meta", func(key string, raw *jsontext.Value) {
		var v any
		switch {
		case key == "settings":
			v = new(Settings)
		case key == "areas":
			v = new(areasMeta)
		case key == "sample":
			v = new(sample)
		case key == "hold":
			v = new(Hold)
		case key == "backup":
			v = new(LastBackup)
		case key == "audit":
			v = new(AuditHead)
		case key == "tally":
			v = new(tallied)
		case key == "shelf":
			v = new(Shelf)
		case strings.HasPrefix(key, "bot/"):
			v = new(Bot)
		case key == resealDoc:
			v = new(resealing)
		case strings.HasPrefix(key, "heard/"):
			v = new(Heard)
		case strings.HasPrefix(key, "rest/"):
			v = new(rest)
		default: // the schema was read; others are of a newer program
			return
		}
		if err := json.Unmarshal(*raw, v); err != nil {
			c.wrong("meta", key, "cannot be read"+place(err))
		}
	})
}

func checkAudits(c *checker) error {
	if err := documents(c, "audit", func(string, *Audit) {}); err != nil {
		return err
	}
	_, err := c.tx.CheckAudits("", c.wrong)
	return err
}

func checkAreas(c *checker) error {
	return documents(c, "area", func(key string, a *Area) {
		c.want(a.Code == key, "area", key, "says it is "+a.Code)
		for _, code := range append([]string{a.Parent}, a.Predecessors...) {
			c.want(code == "" || c.has("area", code), "area", key, "names area "+code+", which is not there")
		}
	})
}

func checkMembers(c *checker) error {
	return documents(c, "member", func(key string, m *Member) {
		c.want(m.ID == key, "member", key, "says it is "+m.ID)
		ref := find[memberRef](c, "member_code", m.Code)
		c.want(ref != nil && ref.Member == m.ID, "member", key, "is not found by her code "+m.Code)
		for _, id := range m.Contacts {
			contact := find[Contact](c, "contact", id)
			c.want(contact != nil, "member", key, "writes from contact "+id+", which is not there")
			c.want(contact == nil || slices.Contains(contact.Members, m.ID), "member", key, "writes from contact "+id+", which does not know her")
		}
		if m.Relay != "" {
			c.want(c.has("member", m.Relay), "member", key, "is told things by member "+m.Relay+", who is not there")
			c.want(c.has("relay", m.Relay+"/"+m.ID), "member", key, "is not among those whom "+m.Relay+" tells things")
		}
	})
}

func checkMemberCodes(c *checker) error {
	return documents(c, "member_code", func(key string, ref *memberRef) {
		m := find[Member](c, "member", ref.Member)
		c.want(m != nil && (m.Code == key || slices.Contains(m.FormerCodes, key)), "member_code", key, "leads to member "+ref.Member+", who has no such code")
	})
}

func checkContacts(c *checker) error {
	return documents(c, "contact", func(key string, contact *Contact) {
		c.want(contact.ID == key, "contact", key, "says it is "+contact.ID)
		if !c.tx.store.blind {
			c.want(c.tx.ContactID(contact.Channel, contact.Address) == key, "contact", key, "is not found by its address")
		}
		c.want(slices.Contains(contact.Members, contact.Speaker), "contact", key, "is spoken from by member "+contact.Speaker+", who does not use it")
		for _, id := range contact.Members {
			m := find[Member](c, "member", id)
			c.want(m != nil, "contact", key, "is used by member "+id+", who is not there")
			c.want(m == nil || slices.Contains(m.Contacts, key), "contact", key, "is used by member "+id+", who does not know it")
		}
	})
}

func checkConversations(c *checker) error {
	return documents(c, "conversation", func(key string, talk *Conversation) {
		c.want(talk.Member == key, "conversation", key, "says it is that of "+talk.Member)
		c.wantMember(key, "conversation", key)
		c.want(c.has("tappable", key) == talk.Tappable, "conversation", key, "is not among those whose buttons may be pressed, or is against its word")
	})
}

func checkTappable(c *checker) error {
	return documents(c, "tappable", func(key string, _ *jsontext.Value) {
		talk := find[Conversation](c, "conversation", key)
		c.want(talk != nil && talk.Tappable && talk.Prompt != nil && talk.Prompt.Inline, "tappable", key, "leads to a talk without such a question")
	})
}

func checkRelays(c *checker) error {
	return documents(c, "relay", func(key string, _ *jsontext.Value) {
		relay, member, _ := strings.Cut(key, "/")
		m := find[Member](c, "member", member)
		c.want(m != nil && m.Relay == relay, "relay", key, "leads to a member to whom "+relay+" passes nothing on")
	})
}

func checkGrants(c *checker) error {
	return documents(c, "grant", func(key string, g *Grant) {
		c.want(g.Member+"/"+g.ID == key, "grant", key, "says it is "+g.Member+"/"+g.ID)
		m := find[Member](c, "member", g.Member)
		c.want(m != nil, "grant", key, "belongs to member "+g.Member+", who is not there")
		c.want(m == nil || m.Granted, "grant", key, "is not looked for, as its member is not marked as holding any")
		c.want(slices.Contains(Roles, g.Role), "grant", key, "is of no known role")
	})
}

func checkPassphrases(c *checker) error {
	return documents(c, "passphrase", func(key string, p *Passphrase) {
		c.want(p.Member == key, "passphrase", key, "says it is that of "+p.Member)
		c.wantMember(key, "passphrase", key)
	})
}

func checkSessions(c *checker) error {
	return documents(c, "session", func(key string, s *Session) {
		c.want(s.Member+"/"+s.Hash == key, "session", key, "says it is "+s.Member+"/"+s.Hash)
		c.wantMember(s.Member, "session", key)
	})
}

func checkTallies(c *checker) error {
	return documents(c, "tally", func(key string, t *Tally) {
		c.want(tallyKey(t.Area) == key, "tally", key, "says it is "+tallyKey(t.Area))
	})
}

func checkTrainings(c *checker) error {
	return documents(c, "training", func(key string, t *Training) {
		c.want(t.ID == key, "training", key, "says it is "+t.ID)
		ref := find[trainingRef](c, "training_code", t.Code)
		c.want(ref != nil && ref.Training == t.ID, "training", key, "is not found by its code "+t.Code)
		c.want(c.has("training_start", startKey(t.Start)+t.ID), "training", key, "is not found by its start")
		c.countSeats(t)
	})
}

// countSeats compares the seats that are taken with the registrations. Of a
// training that has begun, those of deleted members are gone while their seats
// stay counted; and so it is of a cancelled one when its members were deleted by
// a program before this one.
func (c *checker) countSeats(t *Training) {
	held, came, children, kept, waiting, asked, invited := 0, 0, 0, 0, 0, 0, 0
	for r, err := range c.tx.Registrations(t.ID) {
		if err != nil { // told where registrations are read
			return
		}
		if r.Holds() {
			held++
			children += r.Children
			if !r.Came.IsZero() {
				came++
			}
		}
		if r.Invited() {
			invited++
		}
	}
	for e, err := range c.tx.WaitingList(t.ID) {
		if err != nil { // told where the list is read
			return
		}
		switch n := len(e.Members); {
		case e.Asked:
			asked += n
		case e.keeps():
			kept += n
		default:
			waiting += n
		}
	}
	c.want(t.Kept == kept && t.Waiting == waiting && t.Asked == asked, "training", t.ID, fmt.Sprintf(
		"says that seats are kept for %d people, %d wait and %d are asked for; on its list they are %d, %d and %d",
		t.Kept, t.Waiting, t.Asked, kept, waiting, asked))
	c.want(t.Invited == invited, "training", t.ID, fmt.Sprintf("says that %d guests have not answered; its registrations say %d", t.Invited, invited))
	fits := t.Taken == held && t.Brought == children && t.Came == came
	if !t.Open(c.tx.Now) {
		fits = t.Taken >= held && t.Brought >= children && t.Came >= came && t.Came-came <= t.Taken-held
	}
	c.want(fits, "training", t.ID, fmt.Sprintf("says that %d seats are taken, %d children come and %d people came; its registrations are %d with %d children, and %d came",
		t.Taken, t.Brought, t.Came, held, children, came))
}

func checkTrainingCodes(c *checker) error {
	return documents(c, "training_code", func(key string, ref *trainingRef) {
		t := find[Training](c, "training", ref.Training)
		c.want(t != nil && t.Code == key, "training_code", key, "leads to training "+ref.Training+", which has no such code")
	})
}

func checkTrainingStarts(c *checker) error {
	return documents(c, "training_start", func(key string, s *trainingStart) {
		_, id, _ := strings.Cut(key, "/")
		t := find[Training](c, "training", id)
		c.want(t != nil && startKey(t.Start)+id == key, "training_start", key, "leads to training "+id+", which does not begin then")
		c.want(t == nil || t.Area == s.Area && t.Listed == s.Listed, "training_start", key, "says of the training what it is not")
	})
}

func checkRegistrations(c *checker) error {
	return documents(c, "registration", func(key string, r *Registration) {
		c.want(r.Training+"/"+r.Member == key, "registration", key, "says it is "+r.Training+"/"+r.Member)
		c.want(c.has("training", r.Training), "registration", key, "is for training "+r.Training+", which is not there")
		c.wantMember(r.Member, "registration", key)
		c.want(c.has("registration_member", r.Member+"/"+r.Training), "registration", key, "is not among those of its member")
		e := find[Entry](c, "waiting", r.Training+"/"+r.Entry)
		c.want((r.Waits() && !r.Invited()) == (r.Entry != ""), "registration", key, "waits without a place on the list, or has one without waiting")
		c.want(!r.Invited() || c.has("guest", key), "registration", key, "is invited without being a guest")
		c.want(r.Came.IsZero() || r.Holds(), "registration", key, "came without holding a seat")
		c.want(r.Certificate == "" || c.has("certificate", r.Certificate), "registration", key, "has the certificate "+r.Certificate+", which is not there")
		c.want(r.Entry == "" || e != nil && slices.Contains(e.Members, r.Member), "registration", key, "waits at a place that is not hers")
	})
}

func checkGuests(c *checker) error {
	return documents(c, "guest", func(key string, g *Guest) {
		c.want(g.Training+"/"+g.Member == key, "guest", key, "says it is "+g.Training+"/"+g.Member)
		c.want(c.has("registration", key), "guest", key, "is invited without a registration")
	})
}

func checkCertificates(c *checker) error {
	return documents(c, "certificate", func(key string, v *Certificate) {
		c.want(v.Code == key, "certificate", key, "says it is "+v.Code)
		r := find[Registration](c, "registration", v.Training+"/"+v.Member)
		c.want(r != nil && r.Certificate == key, "certificate", key, "is that of member "+v.Member+", whose registration does not name it")
	})
}

func checkFeedback(c *checker) error {
	return documents(c, "feedback", func(key string, f *Feedback) {
		c.want(c.has("training", f.Training), "feedback", key, "is about training "+f.Training+", which is not there")
		if f.Member == "" {
			c.want(strings.HasPrefix(key, f.Training+"/~"), "feedback", key, "says that it is not known whose it is")
			return
		}
		c.want(f.Training+"/"+f.Member == key, "feedback", key, "says it is "+f.Training+"/"+f.Member)
		c.wantMember(f.Member, "feedback", key)
	})
}

func checkQuizzes(c *checker) error {
	return documents(c, "quiz", func(key string, q *Quiz) {
		c.want(q.Training == key, "quiz", key, "says it is of training "+q.Training)
		c.want(c.has("training", q.Training), "quiz", key, "is of training "+q.Training+", which is not there")
		for _, o := range q.Questions {
			c.want(o.Right >= 0 && o.Right < len(o.Answers), "quiz", key, "has a question without a right answer")
		}
	})
}

func checkQuizSheets(c *checker) error {
	return documents(c, "quiz_sheet", func(key string, s *QuizSheet) {
		q := find[Quiz](c, "quiz", s.Training)
		c.want(q != nil && q.Begun, "quiz_sheet", key, "answers the test of training "+s.Training+", which is not there or is said to have no answers")
		for _, answers := range [][]int{s.Before, s.After} {
			c.want(q == nil || len(answers) <= len(q.Questions), "quiz_sheet", key, "answers more questions than there are")
			for i, a := range answers {
				c.want(q == nil || i >= len(q.Questions) || a >= 0 && a <= len(q.Questions[i].Answers), "quiz_sheet", key, "has an answer that was not offered")
			}
		}
		if s.Member == "" {
			c.want(strings.HasPrefix(key, s.Training+"/~"), "quiz_sheet", key, "says that it is not known whose it is")
			return
		}
		c.want(s.Training+"/"+s.Member == key, "quiz_sheet", key, "says it is "+s.Training+"/"+s.Member)
		c.wantMember(s.Member, "quiz_sheet", key)
	})
}

func checkWaiting(c *checker) error {
	return documents(c, "waiting", func(key string, e *Entry) {
		c.want(e.key() == key, "waiting", key, "says it is "+e.key())
		c.want(c.has("training", e.Training), "waiting", key, "is for training "+e.Training+", which is not there")
		c.want(len(e.Members) > 0, "waiting", key, "is of nobody")
		for _, m := range e.Members {
			r := find[Registration](c, "registration", e.Training+"/"+m)
			c.want(r != nil && r.Waits() && r.Entry == e.ID, "waiting", key, "is of member "+m+", who does not wait there")
		}
	})
}

func checkSeats(c *checker) error {
	return documents(c, "registration_member", func(key string, _ *jsontext.Value) {
		member, training, _ := strings.Cut(key, "/")
		c.want(c.has("registration", training+"/"+member), "registration_member", key, "leads to a registration that is not there")
	})
}

func checkMessages(c *checker) error {
	return documents(c, "message", func(key string, m *Message) {
		c.want(m.ID == key, "message", key, "says it is "+m.ID)
		c.want(m.Channel != "" && (m.Address != "" || c.tx.store.blind), "message", key, "goes nowhere")
		c.want(m.Member == "" || c.has("message_member", m.Member+"/"+key), "message", key, "is not among those for its member")
		c.checkLetter(key, m)
	})
}

func checkMessagesFor(c *checker) error {
	return documents(c, "message_member", func(key string, _ *jsontext.Value) {
		member, id, _ := strings.Cut(key, "/")
		m := find[Message](c, "message", id)
		c.want(m != nil && m.Member == member, "message_member", key, "leads to a message that is not for this member")
	})
}

func checkDue(c *checker) error {
	return documents(c, "due", func(key string, d *Due) {
		c.want(dueKey(d) == key, "due", key, "says it is "+dueKey(d))
		c.want(d.Training == "" || c.has("training", d.Training), "due", key, "is for training "+d.Training+", which is not there")
		c.want(d.Club == "" || c.has("club", d.Club), "due", key, "is for club "+d.Club+", which is not there")
	})
}

func checkTasks(c *checker) error {
	return documents(c, "task", func(key string, t *Task) {
		c.want(t.ID == key, "task", key, "says it is "+t.ID)
		c.wantMember(t.Member, "task", key)
	})
}

func checkFiles(c *checker) error {
	return documents(c, "file", func(key string, f *File) {
		c.want(f.ID == key, "file", key, "says it is "+f.ID)
		c.checkOwner(key, f)
		if c.tx.store.blind {
			return
		}
		_, data, err := c.tx.File(key)
		sum := sha256.Sum256(data)
		c.want(err == nil && bytes.Equal(sum[:], f.SHA256), "file", key, "is not what was put in")
	})
}

func checkChunks(c *checker) error {
	return documents(c, "file_chunk", func(key string, _ *chunk) {
		id, _, _ := strings.Cut(key, "/")
		c.want(c.has("file", id), "file_chunk", key, "belongs to a file that is not there")
	})
}

// The lines of a member who was deleted are gone but for the last one, whose
// contact is gone too: so no contact is asked for here.
func checkScreen(c *checker) error {
	return documents(c, "screen", func(key string, l *Line) {
		c.want(strings.HasSuffix(key, "/"+l.ID), "screen", key, "says it is "+l.ID)
	})
}
