package web

import (
	"slices"

	"chihai/store"
)

// An action is something that can be done on the staff pages. Every page names
// one.
type action string

const (
	ownAccount    action = "own account" // everybody who may do anything else
	seeTrainings  action = "see trainings"
	seePeople     action = "see people of a training" // names and telephone numbers
	takePeople    action = "take the list of a training"
	checkIn       action = "check people in"
	seeBroadcasts action = "see broadcasts" // what they say, and numbers of recipients
	seeMembers    action = "see how many members there are"
	seeHealth     action = "see how the bot is"
)

// rights say which role may do what, in the areas of its grants and everything
// below them. What does not stand here nobody may.
var rights = map[store.Role][]action{
	store.Staff: {ownAccount, seeTrainings, seePeople, takePeople, checkIn, seeBroadcasts, seeMembers},
	store.Admin: {ownAccount, seeTrainings, seePeople, takePeople, checkIn, seeBroadcasts, seeMembers, seeHealth},
}

// may says whether somebody who holds grants may do a for what belongs to the
// area.
func may(grants []*store.Grant, areas *store.AreaTree, a action, area string) bool {
	return slices.ContainsFunc(grants, func(g *store.Grant) bool {
		return slices.Contains(rights[g.Role], a) && areas.Within(area, g.Area)
	})
}

// mayAnywhere says whether somebody who holds grants may do a for anything at
// all.
func mayAnywhere(grants []*store.Grant, a action) bool {
	return slices.ContainsFunc(grants, func(g *store.Grant) bool { return slices.Contains(rights[g.Role], a) })
}
