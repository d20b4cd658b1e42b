package store

import (
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A MergeRequest waits for two members to say, each in her own chat, that they
// are one and the same person: she has a new number, or lost her account.
// Without both of them nothing is merged.
//
//	merge  ID → MergeRequest
type MergeRequest struct {
	ID     string    `json:"id"`
	Keep   string    `json:"keep"`            // member who stays
	Gone   string    `json:"gone"`            // member who becomes one with her
	By     string    `json:"by"`              // member of staff who asked for it
	Until  time.Time `json:"until"`           // answers count before it
	Agreed []string  `json:"agreed,omitzero"` // who of the two has said yes

	Rest jsontext.Value `json:",embed"`
}

// MergeDays is for how many days a request to merge waits for its two answers.
const MergeDays = 7

// AskMerge keeps a new request of the member by to merge gone into keep. What
// waited for either of the two before ends.
func (tx *Tx) AskMerge(keep, gone, by string) (*MergeRequest, error) {
	if err := tx.endMerges(func(r *MergeRequest) bool {
		return r.of(keep) || r.of(gone) || !tx.Now.Before(r.Until)
	}); err != nil {
		return nil, err
	}
	r := &MergeRequest{ID: tx.NewID(), Keep: keep, Gone: gone, By: by, Until: tx.Now.AddDate(0, 0, MergeDays)}
	return r, put(tx, "merge", r.ID, r)
}

// MergeRequest returns the request id, or [ErrNotFound] when it has ended or its
// time is over.
func (tx *Tx) MergeRequest(id string) (*MergeRequest, error) {
	r, err := get[MergeRequest](tx, "merge", id)
	if err == nil && !tx.Now.Before(r.Until) {
		return nil, ErrNotFound
	}
	return r, err
}

// AgreeMerge keeps that the member has said yes to the request id, and says
// whether both have now. It returns [ErrNotFound] when the request has ended or
// is not about her.
func (tx *Tx) AgreeMerge(id, member string) (r *MergeRequest, both bool, err error) {
	r, err = tx.MergeRequest(id)
	if err != nil {
		return nil, false, err
	}
	if !r.of(member) {
		return nil, false, ErrNotFound
	}
	if !slices.Contains(r.Agreed, member) {
		r.Agreed = append(r.Agreed, member)
	}
	return r, len(r.Agreed) == 2, put(tx, "merge", r.ID, r)
}

// Lapse is when who asked for r is told that its time is over; the flow that
// plans it adds the Data.
func (r *MergeRequest) Lapse() *Due {
	return &Due{
		ID: "merge/" + r.ID, At: r.Until, Until: r.Until.AddDate(0, 0, MergeDays),
		Job: HearJob, Member: r.By, Flow: "merge_confirm",
	}
}

// EndMerge deletes the request r and its lapse: it was carried out, or will not
// be.
func (tx *Tx) EndMerge(r *MergeRequest) error {
	if err := tx.Done(r.Lapse()); err != nil {
		return err
	}
	return tx.kv.Delete("merge", r.ID)
}

// endMerges ends the requests for which which returns true. Few wait at a time.
func (tx *Tx) endMerges(which func(*MergeRequest) bool) error {
	var over []*MergeRequest
	for r, err := range each[MergeRequest](tx, "merge", "", "") {
		if err != nil {
			return err
		}
		if which(r) {
			over = append(over, r)
		}
	}
	for _, r := range over {
		if err := tx.EndMerge(r); err != nil {
			return err
		}
	}
	return nil
}

// of says whether r is about the member.
func (r *MergeRequest) of(member string) bool { return r.Keep == member || r.Gone == member }

// Merge makes keep and gone one member, keep, and deletes gone; the caller has
// made sure that both want it. keep gets the contacts, the registrations and the
// code of gone, those to whom gone passed messages on, and whatever of name,
// phone, commune, language and form of address is not known of her yet. Where
// both were registered, one seat is freed.
//
// A role does not pass on: the grants of gone end with the files that were made
// for her by them, and the result is how many she held. Her talk ends too. keep
// is changed in place.
func (tx *Tx) Merge(keep, gone *Member) (ended int, err error) {
	grants, err := tx.Grants(gone)
	if err != nil {
		return 0, err
	}
	if len(grants) > 0 {
		if err := tx.deleteFilesOf(gone.ID); err != nil {
			return 0, err
		}
	}
	steps := []func(keep, gone *Member) error{
		tx.mergeContacts, tx.mergeRegistrations, tx.mergeClubs, tx.mergeReadings, tx.mergeCampaigns, tx.mergeRelays, tx.mergeWork, tx.mergePerson,
	}
	for _, step := range steps {
		if err := step(keep, gone); err != nil {
			return 0, err
		}
	}
	return len(grants), nil
}

// mergeContacts lets keep speak wherever gone did.
func (tx *Tx) mergeContacts(keep, gone *Member) error {
	for _, id := range gone.Contacts {
		c, err := tx.Contact(id)
		if err != nil {
			return err
		}
		c.Members = slices.DeleteFunc(c.Members, func(id string) bool { return id == gone.ID })
		if !slices.Contains(c.Members, keep.ID) {
			c.Members = append(c.Members, keep.ID)
		}
		if c.Speaker == gone.ID {
			c.Speaker = keep.ID
		}
		if err := tx.PutContact(c); err != nil {
			return err
		}
		if !slices.Contains(keep.Contacts, id) {
			keep.Contacts = append(keep.Contacts, id)
		}
	}
	gone.Contacts = nil
	return nil
}

// mergeRegistrations gives keep the registrations of gone. Of two in the same
// training the one that is nearer to a seat stays, and the other is given up;
// the children are the same, so the larger number of them counts; and who came
// as one of the two has come.
func (tx *Tx) mergeRegistrations(keep, gone *Member) error {
	var hers []*Registration
	for r, err := range tx.RegistrationsOf(gone.ID) {
		if err != nil {
			return err
		}
		hers = append(hers, r)
	}
	for _, r := range hers {
		was, err := tx.Registration(r.Training, keep.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		code, err := tx.takeCertificates(was, r)
		if err != nil {
			return err
		}
		nearer := was == nil || r.nearness() > was.nearness()
		if nearer {
			err = tx.passRegistration(was, r, keep.ID)
		} else {
			err = tx.dropRegistration(was, r)
		}
		if err != nil {
			return err
		}
		if err := tx.passCertificate(code, r.Training, keep.ID); err != nil {
			return err
		}
		if err := tx.passFeedback(r.Training, gone.ID, keep.ID); err != nil {
			return err
		}
		if err := tx.passQuizSheet(r.Training, gone.ID, keep.ID); err != nil {
			return err
		}
		if err := tx.passGuest(r.Training, gone.ID, keep.ID, nearer); err != nil {
			return err
		}
	}
	return nil
}

// nearness is how near to a seat r is.
func (r *Registration) nearness() int {
	if !r.Stands() {
		return 0
	}
	return 1 + slices.Index([]State{Asked, Waiting, Offered, Invited, Held}, r.State)
}

// passRegistration makes r the registration of the member keep in the place of
// was, which may be nil.
func (tx *Tx) passRegistration(was, r *Registration, keep string) error {
	children := r.Children
	if was != nil && was.Stands() {
		children = max(children, was.Children)
		if _, err := tx.GiveUp(was.Training, keep, ""); err != nil {
			return err
		}
	}
	gone := r.Member
	if err := tx.deleteRegistration(r); err != nil {
		return err
	}
	r.Member = keep
	if r.By == gone || r.By == keep {
		r.By = "" // she did so herself
	}
	if r.CameBy == gone {
		r.CameBy = keep
	}
	if err := tx.kv.Put("registration_member", keep+"/"+r.Training, mark); err != nil {
		return err
	}
	if r.Entry != "" {
		e, err := tx.Entry(r.Training, r.Entry)
		if err != nil {
			return err
		}
		e.Members[slices.Index(e.Members, gone)] = keep
		if e.By == gone {
			e.By = keep
		}
		if err := tx.putEntry(e); err != nil {
			return err
		}
	}
	return tx.putChildren(r, children)
}

// dropRegistration ends r, because the same person stands nearer to a seat, or
// no worse, as was.
func (tx *Tx) dropRegistration(was, r *Registration) error {
	children := was.Children
	if r.Stands() {
		children = max(children, r.Children)
		came, by, how := r.Came, r.CameBy, r.CameHow
		if _, err := tx.GiveUp(r.Training, r.Member, ""); err != nil {
			return err
		}
		was, err := tx.Registration(was.Training, was.Member) // a group may have had both
		if err != nil {
			return err
		}
		if !came.IsZero() && was.Came.IsZero() { // both held a seat: who waits has not come
			t, err := tx.Training(was.Training)
			if err != nil {
				return err
			}
			if by == r.Member {
				by = was.Member
			}
			t.Came++
			was.Came, was.CameBy, was.CameHow = came, by, how
			if err := tx.putTraining(t); err != nil {
				return err
			}
		}
		return errors.Join(tx.putChildren(was, children), tx.deleteRegistration(r))
	}
	return tx.deleteRegistration(r)
}

// putChildren keeps r with another number of children.
func (tx *Tx) putChildren(r *Registration, children int) error {
	if r.Holds() && children != r.Children {
		t, err := tx.Training(r.Training)
		if err != nil {
			return err
		}
		t.Brought += children - r.Children
		if err := tx.putTraining(t); err != nil {
			return err
		}
	}
	r.Children = children
	return tx.putRegistration(r)
}

// deleteRegistration deletes r, which is counted nowhere any more, or passes on.
func (tx *Tx) deleteRegistration(r *Registration) error {
	if err := tx.kv.Delete("registration", r.Training+"/"+r.Member); err != nil {
		return err
	}
	if r.Certificate != "" {
		if err := tx.kv.Delete("certificate", r.Certificate); err != nil {
			return err
		}
	}
	return tx.kv.Delete("registration_member", r.Member+"/"+r.Training)
}

// mergeRelays lets keep pass messages on to those to whom gone did. Neither
// passes anything on to the other any more.
func (tx *Tx) mergeRelays(keep, gone *Member) error {
	if err := tx.SetRelay(gone, ""); err != nil {
		return err
	}
	if keep.Relay == gone.ID {
		if err := tx.SetRelay(keep, ""); err != nil {
			return err
		}
	}
	var others []*Member
	for o, err := range tx.RelayedBy(gone.ID) {
		if err != nil {
			return err
		}
		others = append(others, o)
	}
	for _, o := range others {
		if err := tx.SetRelay(o, keep.ID); err != nil {
			return err
		}
		if err := tx.registeredBy(o, gone.ID, keep.ID); err != nil {
			return err
		}
	}
	return nil
}

// registeredBy puts the member to in the place of from as the one who registered
// m.
func (tx *Tx) registeredBy(m *Member, from, to string) error {
	var changed []*Registration
	for r, err := range tx.RegistrationsOf(m.ID) {
		if err != nil {
			return err
		}
		if r.By == from {
			r.By = to
			changed = append(changed, r)
		}
	}
	for _, r := range changed {
		if err := tx.putRegistration(r); err != nil {
			return err
		}
		if r.Entry == "" {
			continue
		}
		e, err := tx.Entry(r.Training, r.Entry)
		if err != nil {
			return err
		}
		if e.By == from {
			e.By = to
			if err := tx.putEntry(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// mergeWork makes what is under way for gone keep's: messages to be sent, tasks
// and files; deleting keep finds them then.
func (tx *Tx) mergeWork(keep, gone *Member) error {
	if err := tx.passMessages(gone.ID, keep.ID); err != nil {
		return err
	}
	if err := changeWhere(tx, "task", func(t *Task) (string, bool) {
		hers := t.Member == gone.ID
		t.Member = keep.ID
		return t.ID, hers
	}); err != nil {
		return err
	}
	return changeWhere(tx, "file", func(f *File) (string, bool) {
		hers := f.Member == gone.ID
		f.Member = keep.ID
		return f.ID, hers
	})
}

// mergePerson fills the gaps in what is known of keep, and deletes gone.
func (tx *Tx) mergePerson(keep, gone *Member) error {
	fill := func(to *string, from string) {
		if *to == "" {
			*to = from
		}
	}
	fill(&keep.Name, gone.Name)
	fill(&keep.Phone, gone.Phone)
	fill(&keep.Area, gone.Area)
	fill(&keep.Language, gone.Language)
	fill(&keep.Address, gone.Address)
	if keep.Consent.IsZero() {
		keep.Consent = gone.Consent
	}
	if keep.OptedOut.IsZero() {
		keep.OptedOut = gone.OptedOut // she has said so
	}
	keep.FormerCodes = append(append(keep.FormerCodes, gone.Code), gone.FormerCodes...)
	for _, code := range keep.FormerCodes {
		if err := put(tx, "member_code", code, memberRef{keep.ID}); err != nil {
			return err
		}
	}
	if err := tx.PutMember(keep); err != nil {
		return err
	}
	if err := tx.endMerges(func(r *MergeRequest) bool { return r.of(keep.ID) || r.of(gone.ID) }); err != nil {
		return err
	}
	if _, err := tx.deleteRange("grant", gone.ID+"/", after(gone.ID+"/"), 1<<20); err != nil {
		return err
	}
	if err := tx.ForgetPassphrase(gone.ID); err != nil {
		return err
	}
	if err := tx.deleteConversation(gone.ID); err != nil {
		return err
	}
	if err := tx.kv.Delete("member", gone.ID); err != nil {
		return err
	}
	return tx.planScrub()
}

// changeWhere keeps the documents of a bucket that holds few for which change
// returns true, as change has left them, under the key that it returns.
func changeWhere[T any](tx *Tx, bucket string, change func(*T) (key string, changed bool)) error {
	changed := map[string]*T{}
	for o, err := range each[T](tx, bucket, "", "") {
		if err != nil {
			return err
		}
		if key, ok := change(o); ok {
			changed[key] = o
		}
	}
	for key, o := range changed {
		if err := put(tx, bucket, key, o); err != nil {
			return err
		}
	}
	return nil
}
