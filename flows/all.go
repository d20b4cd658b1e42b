package flows

// All are the flows of Chị Hai.
func All() []*Flow {
	return []*Flow{
		welcome(), menu(), resume(), help(), courtesy("thanks"), courtesy("greeting"),
		register(), offer(), invitation(), mine(), remind(), outage(),
		ticket(), room(), attendance(),
		profile(), area(), language(), address(),
		staff(), trainingNew(), trainingOne(), trainingEdit(), trainingNews(), trainingAsked(), trainingPapers(), trainingGuests(),
		report(), certificate(), feedback(), quiz(), trainingQuiz(),
		broadcasts(), broadcastNew(), broadcastProgress(), broadcastApprove(),
		questionnaires(), formAnswer(), formTry(), formAside(),
		settings(), people(), myData(), deleteMe(), grant(),
		mergeMembers(), mergeConfirm(),
		campaignResults(), campaignFile(),
		campaigns(), campaignMake(), campaignOne(), campaignApprove(), campaignRefuse(), inviteWord(inviteAnswer), inviteWord(inviteRefuse),
		shelf(), shelfPut(), shelfOne(), shelfSend(), shelfSent(), letterWord(letterOpen), letterWord(letterRead),
		forms(), formOne(),
		clubs(), clubJoin(), clubAsk(), clubOwn(), clubNew(), clubOne(),
		clubMeet(), clubNews(), clubPeople(), clubRoll(), clubPaper(), clubHand(), clubTake(), clubGive(), clubYear(),
	}
}
