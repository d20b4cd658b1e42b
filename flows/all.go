package flows

// All are the flows of Chị Hai.
func All() []*Flow {
	return []*Flow{
		welcome(), menu(), resume(), help(), courtesy("thanks"), courtesy("greeting"),
		register(), mine(), remind(), outage(),
		profile(), area(), language(), address(),
		staff(), trainingNew(), trainingOne(), trainingEdit(), trainingNews(),
		broadcasts(), broadcastNew(), broadcastProgress(), broadcastApprove(),
		settings(), people(), myData(), deleteMe(), grant(),
		mergeMembers(), mergeConfirm(),
	}
}
