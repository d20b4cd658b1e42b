package flows

import (
	"maps"
	"strings"

	"chihai/store"
)

// This file changes the words of an invitation and of its reminders.

// mostInvitation is how long the words of an invitation may be, in UTF-16 units:
// with what stands around them they are shown by one message.
const mostInvitation = 1000

// The words of a campaign, by what stands in the note "word".
const (
	wordInvite = "invite"
	wordRemind = "remind"
)

// campaignWord takes the note "word" apart: which words, and in which language.
func (t *Turn) campaignWord() (which, language string) {
	which, language, _ = strings.Cut(t.Note("word"), "/")
	return which, language
}

// wordsOf are the words of c of that kind.
func wordsOf(c *store.Campaign, which string) store.Text {
	if which == wordRemind {
		return c.Remind
	}
	return c.Invite
}

func askCampaignWords(t *Turn) error {
	t.Say("campaign.words_which")
	for _, which := range []string{wordInvite, wordRemind} {
		for _, language := range []string{"vi", "km", "en"} {
			t.Offer(Pick(which+"/"+language, "campaign.words_"+which+"_"+language))
		}
	}
	t.Offer(Pick("count", "broadcast.fix_done"))
	return nil
}

func takeCampaignWords(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "count":
		return t.Goto("count")
	default:
		t.Set("word", id)
		return t.Goto("word")
	}
}

func askCampaignWord(t *Turn) error {
	c, err := t.draftCampaign()
	if err != nil || c == nil {
		return err
	}
	which, language := t.campaignWord()
	if now := wordsOf(c, which)[language]; now != "" {
		t.Say("campaign.word_now")
		t.SayText(writeVariables(now))
	}
	t.Say("campaign.word_ask", "name", "{ten}", "most", mostInvitation)
	t.Offer(Pick("keep", "broadcast.text_keep"), Pick("usual", "campaign.word_usual"))
	return nil
}

func takeCampaignWord(t *Turn) error {
	which, language := t.campaignWord()
	text := strings.TrimSpace(cleanText(t.Words(), mostInvitation+1))
	switch {
	case t.Chosen() == "keep":
		return t.Goto("words")
	case t.Chosen() == "usual":
		text = t.engine.catalog.In(language, "").T(map[string]string{wordInvite: "campaign.invite_lines", wordRemind: "campaign.remind_lines"}[which])
	case text == "":
		return t.Again("broadcast.text_again")
	case textLength(text) > mostInvitation:
		return t.Again("broadcast.text_long", "n", textLength(t.Words()), "most", mostInvitation, "over", textLength(t.Words())-mostInvitation)
	case language == "km" && !isKhmer(text):
		return t.Again("broadcast.text_no_khmer")
	}
	text, unknown := readVariables(text)
	for _, v := range BroadcastVariables(text) {
		if v != NameVariable && len(unknown) == 0 { // there is no training that it could name
			unknown = append(unknown, writeVariables("{"+v+"}"))
		}
	}
	if len(unknown) > 0 {
		return t.Again("campaign.word_unknown", "words", strings.Join(unknown, ", "), "name", "{ten}")
	}
	c, err := t.recast(func(c *store.Campaign) {
		words := maps.Clone(wordsOf(c, which))
		if words == nil {
			words = store.Text{}
		}
		words[language] = text
		if which == wordRemind {
			c.Remind = words
		} else {
			c.Invite = words
		}
	})
	if err != nil || c == nil {
		return err
	}
	t.Forget("previewed")
	return t.Goto("words")
}
