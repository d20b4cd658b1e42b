package flows

import (
	"slices"
	"strings"

	"chihai/store"
)

// broadcasts is where staff and facilitators begin a broadcast and find those
// that they have sent.
func broadcasts() *Flow {
	return &Flow{
		Name:     "broadcast",
		Triggers: []string{"menu.broadcast"},
		Roles:    senderRoles,
		Steps: []Step{
			{Name: "what", Ask: askBroadcasts, Take: takeBroadcasts},
			{Name: "again", Ask: func(t *Turn) error { return t.Goto("what") }},
		},
	}
}

// A broadcastNote says which broadcast it is.
type broadcastNote struct {
	Broadcast string `json:"broadcast"` // ID; empty: a new one
}

// broadcastPage is how many broadcasts one message offers.
const broadcastPage = 6

// senderRoles are those who may write to others.
var senderRoles = []store.Role{store.Staff, store.Facilitator}

func askBroadcasts(t *Turn) error {
	scope, err := t.ScopeOf(t.Member)
	if err != nil {
		return err
	}
	t.Say("broadcast.what")
	if scope.None() {
		t.Say("broadcast.nobody_yet")
	} else {
		t.Offer(Option{ID: "new", Label: "broadcast.new", Wide: true})
	}
	skip, shown, seen := t.Count("skip"), 0, map[string]bool{}
	for b, err := range t.BroadcastsBy(t.Member.ID) {
		if err != nil {
			return err
		}
		if skip > 0 {
			skip--
			continue
		}
		if shown == broadcastPage {
			t.Offer(Pick("more", "register.more"))
			break
		}
		shown++
		t.Offer(PickText(b.ID, t.broadcastLabel(b, seen)))
	}
	if t.Count("skip") > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	return nil
}

// broadcastLabel is how a broadcast is offered: when it was begun, how it is, how
// it begins.
func (t *Turn) broadcastLabel(b *store.Broadcast, seen map[string]bool) string {
	at := b.Created
	if !b.Started.IsZero() {
		at = b.Started
	}
	mark := t.ShortDate(t.Local(at)) + " " + t.T("broadcast.mark_"+string(b.State))
	return unlike(seen, mark+" · "+broadcastName(b, mostLabel))
}

func takeBroadcasts(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "more":
		t.Set("skip", t.Count("skip")+broadcastPage)
		return t.Stay()
	case "first":
		t.Forget("skip")
		return t.Stay()
	case "new":
		return t.Start("broadcast_new", broadcastNote{})
	default:
		return t.Call(store.BroadcastFlow, broadcastNote{Broadcast: id})
	}
}

// broadcastScope is whom she may write to of those whom a names, or else an empty
// scope. It holds no more than a needs: who hands a club over goes on with what
// she writes to an area.
func (t *Turn) broadcastScope(a store.Audience) (s store.Scope, err error) {
	may, err := t.ScopeOf(t.Member)
	if err != nil {
		return s, err
	}
	for _, g := range groupsOf(a) {
		switch g.Op {
		case store.InArea, store.Leads:
			s.Areas = may.Areas
		case store.Unread, store.NotAnswered, store.InList: // as those were to whom it was sent first, as far as they are hers
			s.Areas, s.Clubs = may.Areas, may.Clubs
		case store.InClub:
			if slices.Contains(may.Clubs, g.ID) && !slices.Contains(s.Clubs, g.ID) {
				s.Clubs = append(s.Clubs, g.ID)
			}
		case store.InTraining:
			training, err := t.staffsTraining(g.ID)
			if err != nil {
				return s, err
			}
			if training != nil && !slices.Contains(s.Trainings, g.ID) {
				s.Trainings = append(s.Trainings, g.ID)
			}
		}
	}
	return s, nil
}

// staffsTraining is the training when it is one of her areas, else nil.
func (t *Turn) staffsTraining(id string) (*store.Training, error) {
	training, err := t.Training(id)
	if err != nil {
		return nil, ignore(err, store.ErrNotFound)
	}
	may, err := t.Holds(store.Staff, training.Area)
	if err != nil || !may {
		return nil, err
	}
	return training, nil
}

// groupsOf are the single groups that a is made of, those it leaves out too.
func groupsOf(a store.Audience) []store.Audience {
	if len(a.Of) == 0 {
		return []store.Audience{a}
	}
	var groups []store.Audience
	for _, part := range a.Of {
		groups = append(groups, groupsOf(part)...)
	}
	return groups
}

// laneOf is the lane of a broadcast to a: one to clubs alone goes to few, who
// know one another.
func laneOf(a store.Audience) store.Lane {
	if slices.ContainsFunc(groupsOf(a), func(g store.Audience) bool { return g.Op != store.InClub }) {
		return store.ProvinceLane
	}
	return store.ClubLane
}

// joined says the lines of a list.
func joined(lines []string) string { return strings.Join(lines, "\n") }
