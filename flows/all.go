package flows

// All are the flows of Chị Hai.
func All() []*Flow {
	return []*Flow{
		welcome(), menu(), resume(), help(), courtesy("thanks"), courtesy("greeting"),
		register(), offer(), mine(), remind(), outage(),
		profile(), area(), language(), address(),
		staff(), trainingNew(), trainingOne(), trainingEdit(), trainingNews(), trainingAsked(), trainingPapers(), report(), certificate(), feedback(),
		settings(), people(), myData(), deleteMe(), grant(),
		mergeMembers(), mergeConfirm(),
	}
}
