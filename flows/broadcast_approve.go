package flows

import (
	"errors"
	"slices"
	"time"

	"chihai/locales"
	"chihai/store"
)

// mostAsked is how many others are asked to approve one broadcast; the first who
// answers decides.
const mostAsked = 5

// mostReason is how long a reason for a refusal is, in letters.
const mostReason = 300

// broadcastApprove asks somebody else whether a broadcast to many may go out.
func broadcastApprove() *Flow {
	return &Flow{
		Name:  "broadcast_approve",
		Title: "broadcast.approve_title",
		Role:  store.Staff,
		Waits: true,
		Steps: []Step{
			{Name: "ask", Ask: askApprove, Take: takeApprove},
			{Name: "why", Ask: askRefusal, Take: takeRefusal, Free: true},
		},
	}
}

// approvers are those who may approve a broadcast with the scope: other staff for
// all of its areas, who can be asked.
func (t *Turn) approvers(scope store.Scope) ([]*store.Member, error) {
	var found []*store.Member
	for g, err := range t.AllGrants() {
		if err != nil {
			return nil, err
		}
		if len(found) == mostAsked {
			break
		}
		if g.Role != store.Staff && g.Role != store.Admin || !g.Holds(t.Now) || g.Member == t.Member.ID ||
			slices.ContainsFunc(found, func(m *store.Member) bool { return m.ID == g.Member }) {
			continue
		}
		m, err := t.Tx.Member(g.Member)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if ok, err := t.mayApprove(m, scope); err != nil {
			return nil, err
		} else if !ok || m.Language == "" {
			continue
		}
		if _, relay, err := t.Reach(m); errors.Is(err, store.ErrNotFound) || relay != nil {
			continue
		} else if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	return found, nil
}

// mayApprove says whether m is staff for all that is in the scope. For clubs,
// which stand in no area here, any staff will do.
func (t *Turn) mayApprove(m *store.Member, scope store.Scope) (bool, error) {
	own, err := t.ScopeOf(m)
	if err != nil || len(own.Areas) == 0 {
		return false, err
	}
	tree, err := t.Areas()
	if err != nil {
		return false, err
	}
	areas := slices.Clone(scope.Areas)
	for _, id := range scope.Trainings {
		training, err := t.Training(id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		areas = append(areas, training.Area)
	}
	for _, code := range areas {
		if !slices.ContainsFunc(own.Areas, func(top string) bool { return tree.Within(code, top) }) {
			return false, nil
		}
	}
	return true, nil
}

// asked is the broadcast that she is asked about. It is nil when somebody else has
// decided meanwhile, or it is not hers to decide; the talk ends then.
func (t *Turn) askedBroadcast() (*store.Broadcast, error) {
	var n broadcastNote
	t.Get("broadcast_approve", &n)
	b, err := t.Broadcast(n.Broadcast)
	if errors.Is(err, store.ErrNotFound) || err == nil && b.State != store.Unapproved {
		t.Say("broadcast.approve_over")
		return nil, t.End()
	}
	if err != nil {
		return nil, err
	}
	ok, err := t.mayApprove(t.Member, b.Scope)
	if err == nil && (!ok || b.By == t.Member.ID) {
		t.Say("broadcast.approve_not_yours")
		return nil, t.End()
	}
	return b, err
}

func askApprove(t *Turn) error {
	b, err := t.askedBroadcast()
	if err != nil || b == nil {
		return err
	}
	who := t.T("training.somebody")
	if m, err := t.Tx.Member(b.By); err == nil && m.Name != "" {
		who = m.Name
	} else if err := ignore(err, store.ErrNotFound); err != nil {
		return err
	}
	training, err := t.broadcastTraining(b)
	if err != nil {
		return err
	}
	t.Say("broadcast.approve_ask", "who", locales.Capital(who))
	if !t.Anew() {
		if err := t.preview(b, training); err != nil {
			return err
		}
	}
	lines, err := t.audienceLines(b.Audience)
	if err != nil {
		return err
	}
	t.Say("broadcast.audience_is", "groups", joined(lines))
	if b.Count != nil {
		t.SayText(t.T("broadcast.people", "n", b.Count.People))
	}
	switch {
	case b.At.IsZero():
		t.Say("broadcast.approve_now")
	case !b.At.After(t.Now):
		t.Say("broadcast.approve_late", "time", t.moment(b.At))
	default:
		t.Say("broadcast.approve_at", "time", t.moment(b.At))
	}
	if b.Urgent {
		t.Say("broadcast.sure_urgent")
	}
	t.Offer(Pick("yes", "broadcast.approve_yes"), Pick("no", "broadcast.approve_no"))
	return nil
}

func takeApprove(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return nil
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	b, err := t.askedBroadcast()
	if err != nil || b == nil {
		return err
	}
	b, err = t.ApproveBroadcast(b.ID, t.Member.ID)
	if errors.Is(err, store.ErrNoScope) {
		t.Say("broadcast.approve_no_scope")
		return t.End()
	}
	if err != nil {
		return err
	}
	if err := errors.Join(t.Log(t.Member.ID, "approve broadcast", b.ID), t.TellProgress(b)); err != nil {
		return err
	}
	t.Say("broadcast.approve_done")
	if err := t.tellSender(b, "broadcast.told_approved", ""); err != nil {
		return err
	}
	return t.End()
}

func askRefusal(t *Turn) error {
	b, err := t.askedBroadcast()
	if err != nil || b == nil {
		return err
	}
	t.Say("broadcast.refuse_why")
	t.Offer(Pick("none", "broadcast.refuse_none"))
	return nil
}

func takeRefusal(t *Turn) error {
	reason := cleanText(t.Words(), mostReason)
	if reason == "" && t.Chosen() != "none" {
		return t.Again("broadcast.refuse_why")
	}
	b, err := t.askedBroadcast()
	if err != nil || b == nil {
		return err
	}
	if b, err = t.ReturnBroadcast(b.ID); err != nil {
		return err
	}
	if err := errors.Join(t.Log(t.Member.ID, "refuse broadcast", b.ID), t.TellProgress(b)); err != nil {
		return err
	}
	t.Say("broadcast.refuse_done")
	told := "broadcast.told_refused_why"
	if reason == "" {
		told = "broadcast.told_refused"
	}
	if err := t.tellSender(b, told, reason); err != nil {
		return err
	}
	return t.End()
}

// tellSender tells whoever sends b what was decided.
func (t *Turn) tellSender(b *store.Broadcast, id, reason string) error {
	m, err := t.Tx.Member(b.By)
	if err != nil {
		return ignore(err, store.ErrNotFound)
	}
	return t.Tell(m, time.Time{}, id, func(*locales.Printer) []any {
		return []any{"title", broadcastName(b, mostLabel), "reason", reason}
	})
}
