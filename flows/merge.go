package flows

import (
	"errors"
	"slices"
	"time"

	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// mergeMembers is how staff have two members become one: a woman with a new number, or
// one who lost her account. They type the two codes, which she tells them; both
// chats are asked, and only when both agree anything happens. Staff learn no
// more of the two than given name and commune, and that only of women in their
// own area.
func mergeMembers() *Flow {
	return &Flow{
		Name: "merge",
		Role: store.Staff,
		Steps: []Step{
			{Name: "keep", Ask: askKeep, Take: takeKeep, Free: true},
			{Name: "gone", Ask: askGone, Take: takeGone, Free: true},
			{Name: "sure", Ask: askMergeSure, Take: takeMergeSure},
		},
	}
}

func askKeep(t *Turn) error {
	t.Say("merge.keep")
	return nil
}

func takeKeep(t *Turn) error { return t.takeCode("keep") }

func askGone(t *Turn) error {
	t.Say("merge.gone")
	return nil
}

func takeGone(t *Turn) error { return t.takeCode("gone") }

// takeCode writes a typed member code down. Whether it is anybody's is not said
// before both are there: one answer for all that cannot be.
func (t *Turn) takeCode(name string) error {
	code := store.ReadCode(t.Words())
	if len(code) != 6 {
		return t.Again("merge.code_again")
	}
	t.Set(name, code)
	return nil
}

// pair returns the two members whose codes were typed, or nil twice when they
// cannot be merged by her who asks.
func (t *Turn) pair() (keep, gone *store.Member, err error) {
	mine, err := t.InScope(store.Staff)
	if err != nil {
		return nil, nil, err
	}
	keep, err = t.MemberByCode(t.Note("keep"))
	if err == nil {
		gone, err = t.MemberByCode(t.Note("gone"))
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	in := func(m *store.Member) bool { return m.Area != "" && mine(m.Area) }
	known := in(keep) && (in(gone) || gone.Area == "") || in(gone) && keep.Area == ""
	if keep.ID == gone.ID || !known {
		return nil, nil, nil
	}
	return keep, gone, nil
}

func askMergeSure(t *Turn) error {
	keep, gone, err := t.pair()
	if err != nil {
		return err
	}
	if keep == nil {
		t.Say("merge.cannot")
		return t.Goto("keep")
	}
	kept, err := t.shown(keep)
	if err != nil {
		return err
	}
	old, err := t.shown(gone)
	if err != nil {
		return err
	}
	t.Say("merge.sure", "keep", kept, "gone", old, "days", store.MergeDays)
	t.Offer(Pick("yes", "merge.yes"), Pick("no", "answer.no"))
	return nil
}

// shown is what staff see of a member who may be merged. Of one whose commune is
// not known they see her code alone.
func (t *Turn) shown(m *store.Member) (string, error) {
	if m.Area == "" {
		return t.T("merge.person_hidden", "code", m.Code), nil
	}
	area, err := t.areaName(m.Area)
	if err != nil {
		return "", err
	}
	return t.T("merge.person", "name", t.nameOnPhone(m), "area", area, "code", m.Code), nil
}

func takeMergeSure(t *Turn) error {
	switch t.Chosen() {
	case "":
		return t.Again("engine.unclear")
	case "no":
		return t.End()
	}
	keep, gone, err := t.pair()
	if err != nil {
		return err
	}
	if keep == nil { // one of them is gone since, or the role has changed
		t.Say("merge.cannot")
		return t.Goto("keep")
	}
	for _, m := range []*store.Member{keep, gone} {
		if _, relay, err := t.Reach(m); errors.Is(err, store.ErrNotFound) || relay != nil {
			t.Say("merge.unreachable")
			return t.End()
		} else if err != nil {
			return err
		}
	}
	r, err := t.AskMerge(keep.ID, gone.ID, t.Member.ID)
	if err != nil {
		return err
	}
	if err := t.planLapse(r, keep, gone); err != nil {
		return err
	}
	if err := t.Log(t.Member.ID, "ask to merge", r.Keep+" "+r.Gone); err != nil {
		return err
	}
	t.Ask(keep, "merge_confirm", r.ID)
	t.Ask(gone, "merge_confirm", r.ID)
	t.Say("merge.asked")
	return t.End()
}

// A mergeLapse is the Data of the input that says that the time of a request is
// over. It holds the codes, since a member may be gone by then.
type mergeLapse struct {
	Keep string `json:"keep"`
	Gone string `json:"gone"`
}

func (t *Turn) planLapse(r *store.MergeRequest, keep, gone *store.Member) (err error) {
	d := r.Lapse()
	if d.Data, err = json.Marshal(mergeLapse{keep.Code, gone.Code}); err != nil {
		return err
	}
	return t.Plan(d)
}

// mergeConfirm asks each of the two in her own chat. What it hears is that the
// time of a request is over: whoever asked for it is told.
func mergeConfirm() *Flow {
	return &Flow{
		Name:  "merge_confirm",
		Title: "merge.confirm_title",
		Waits: true,
		Steps: []Step{{Name: "ask", Ask: askConfirm, Take: takeConfirm}},
		Hear: func(t *Turn) error {
			var lapsed mergeLapse
			if err := jsonNote(t.Input.Data, &lapsed); err != nil {
				return err
			}
			t.Say("merge.lapsed", "keep", lapsed.Keep, "gone", lapsed.Gone, "days", store.MergeDays)
			return nil
		},
	}
}

// request returns what she is asked about and the two members. When it has ended
// or cannot be any more, she is told so, and r is nil.
func (t *Turn) request() (r *store.MergeRequest, keep, gone *store.Member, err error) {
	r, err = t.MergeRequest(t.Note("merge_confirm"))
	if err == nil {
		keep, err = t.Tx.Member(r.Keep)
	}
	if err == nil {
		gone, err = t.Tx.Member(r.Gone)
	}
	if errors.Is(err, store.ErrNotFound) {
		t.Say("merge.over")
		return nil, nil, nil, t.End()
	}
	return r, keep, gone, err
}

func askConfirm(t *Turn) error {
	r, keep, gone, err := t.request()
	if err != nil || r == nil {
		return err
	}
	mine, other := keep.Code, gone.Code
	if t.Member.ID == gone.ID {
		mine, other = other, mine
	}
	t.Say("merge.confirm", "mine", mine, "other", other)
	t.Offer(Pick("yes", "merge.confirm_yes"), Pick("no", "merge.confirm_no"))
	return nil
}

func takeConfirm(t *Turn) error {
	answer := t.Chosen()
	if answer == "" {
		return t.Again("engine.unclear")
	}
	r, keep, gone, err := t.request()
	if err != nil || r == nil {
		return err
	}
	if answer == "no" {
		t.Say("merge.confirm_refused")
		return t.endMerge(r, "merge.told_no", keep, gone)
	}
	r, both, err := t.AgreeMerge(r.ID, t.Member.ID)
	if err != nil {
		return err
	}
	if !both {
		t.Say("merge.confirm_waits")
		return t.End()
	}
	return t.mergeNow(r, keep, gone)
}

// mergeNow makes the two one, goes on in this chat as the one who stays, and
// says in all other chats of hers that it is so.
func (t *Turn) mergeNow(r *store.MergeRequest, keep, gone *store.Member) error {
	elsewhere := slices.DeleteFunc(append(slices.Clone(keep.Contacts), gone.Contacts...), func(id string) bool {
		return id == t.Contact.ID
	})
	ended, err := t.Tx.Merge(keep, gone)
	if err != nil {
		return err
	}
	if err := t.Log(r.By, "merge", keep.ID+" "+gone.ID); err != nil {
		return err
	}
	if err := t.become(keep); err != nil {
		return err
	}
	done := "merge.done"
	if ended > 0 {
		done = "merge.done_role"
	}
	t.Say(done)
	slices.Sort(elsewhere)
	for _, id := range slices.Compact(elsewhere) {
		c, err := t.Tx.Contact(id)
		if err != nil {
			return err
		}
		if err := t.Post(&store.Message{
			Contact: c.ID, Member: keep.ID, Channel: c.Channel, Address: c.Address,
			Lane: store.Reply, Text: t.T(done), Repeat: true,
		}); err != nil {
			return err
		}
	}
	told := "merge.told_done"
	if ended > 0 {
		told = "merge.told_done_role"
	}
	return t.endMerge(r, told, keep, gone)
}

// endMerge ends the request and tells who asked for it how.
func (t *Turn) endMerge(r *store.MergeRequest, told string, keep, gone *store.Member) error {
	if err := t.EndMerge(r); err != nil {
		return err
	}
	by := r.By
	if by == gone.ID { // staff who merged her own two
		by = keep.ID
	}
	staff, err := t.Tx.Member(by)
	if err == nil {
		err = t.Tell(staff, time.Time{}, told, func(*locales.Printer) []any {
			return []any{"keep", keep.Code, "gone", gone.Code}
		})
	}
	if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	return t.End()
}

// become goes on with the turn as m, who has just taken over all of the member
// who spoke so far. What m was doing elsewhere waits.
func (t *Turn) become(m *store.Member) error {
	c, err := t.Tx.Contact(t.Contact.ID)
	if err != nil {
		return err
	}
	same := t.Member.ID == m.ID
	t.Contact, t.Member = c, m
	t.Speak()
	if same {
		return nil
	}
	if t.conv, err = t.Conversation(m.ID); err == nil {
		t.suspend()
	}
	return err
}
