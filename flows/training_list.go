package flows

import (
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"chihai/store"
)

// The list of the trainings of her areas, from which staff choose one: those of
// today and later, nearest first, or those that are past, latest first, or those
// that she looks for. What it shows stands in the notes past, search and skip.

// offerTrainings offers a page of the list and returns how many stand on it.
func (t *Turn) offerTrainings() (int, error) {
	past, search := t.Count("past") > 0, t.Note("search")
	found, more, err := t.areaTrainings(past, search, t.Count("skip"))
	if err != nil {
		return 0, err
	}
	seen := map[string]bool{}
	for _, training := range found {
		t.Offer(PickText(training.ID, t.trainingLabel(training, seen)))
	}
	if more {
		t.Offer(Pick("more", "register.more"))
	}
	if search != "" || t.Count("skip") > 0 {
		t.Offer(Pick("all", "register.all"))
	}
	if past {
		t.Offer(Pick("upcoming", "staff.upcoming"))
	} else {
		t.Offer(Pick("past", "staff.past"))
	}
	return len(found), nil
}

// takeListed returns the training that she chose from the list. The result is
// empty when she turned the page or looked for another one, and the list is shown
// again then.
func (t *Turn) takeListed() (string, error) {
	switch id := t.Chosen(); id {
	case "more":
		t.Set("skip", t.Count("skip")+listPage)
	case "all", "past", "upcoming":
		t.Forget("search")
		t.Forget("skip")
		if id != "all" {
			t.Forget("past")
		}
		if id == "past" {
			t.Set("past", 1)
		}
	case "":
		words := cleanText(t.Words(), 60)
		if words == "" {
			return "", t.Again("engine.unclear")
		}
		found, _, err := t.areaTrainings(t.Count("past") > 0, words, 0)
		if err != nil {
			return "", err
		}
		t.Forget("skip")
		t.Forget("search")
		if len(found) == 0 {
			return "", t.Again("staff.none_found", "search", words)
		}
		t.Set("search", words)
	default:
		return id, nil
	}
	return "", t.Stay()
}

// areaTrainings returns a page of the trainings in her areas that have all
// words of search in their names, place, area or code. The second result says
// whether there are more.
func (t *Turn) areaTrainings(past bool, search string, skip int) ([]*store.Training, bool, error) {
	within, err := t.InScope(store.Staff)
	if err != nil {
		return nil, false, err
	}
	tree, err := t.Areas()
	if err != nil {
		return nil, false, err
	}
	words := strings.Fields(store.FoldArea(search))
	var found []*store.Training
	for training, err := range t.pastOrAhead(past, within) {
		if err != nil {
			return nil, false, err
		}
		if !staffMatches(training, tree, words) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(found) == listPage {
			return found, true, nil
		}
		found = append(found, training)
	}
	return found, false, nil
}

// pastOrAhead yields the trainings before today, the latest first, or those of
// today and later.
func (t *Turn) pastOrAhead(past bool, within func(string) bool) iter.Seq2[*store.Training, error] {
	if past {
		return t.TrainingsBack(t.Today(), within)
	}
	return t.Trainings(t.Today(), time.Time{}, within)
}

// staffMatches is matches for staff, who know a training by its official name
// and its code too.
func staffMatches(training *store.Training, tree *store.AreaTree, words []string) bool {
	known := *training
	known.Place += " " + training.Official + " " + training.Code
	return matches(&known, tree, words)
}

// trainingLabel is how a training is offered: by its neutral name, because
// others may see her phone too. seen are the labels that are taken.
func (t *Turn) trainingLabel(training *store.Training, seen map[string]bool) string {
	mark := ""
	if !training.Cancelled.IsZero() {
		mark = " " + t.T("staff.cancelled_mark")
	}
	label := t.ShortDate(t.Local(training.Start)) + " · " + training.Name.In(t.Language)
	return unlike(seen, cut(label, mostLabel-utf8.RuneCountInString(mark))+mark)
}
