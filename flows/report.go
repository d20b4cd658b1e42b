package flows

import (
	"strings"
	"time"

	"chihai/store"
)

// report says how many people came to the trainings of her areas in a month, a
// quarter or a year: by kind and by commune, in the chat and as a workbook.
func report() *Flow {
	return &Flow{
		Name:  "report",
		Role:  store.Staff,
		Steps: []Step{{Name: "period", Ask: askPeriod, Take: takePeriod}},
		Hear:  hearReport,
	}
}

// reportWork is work that is left outside the turn: counting who came. Its Data
// is a [ReportWork], what comes of it a [ReportResult].
const reportWork = "report turnout"

// A ReportWork says which trainings are counted: those that began at From or
// later and before To, in the areas of who asks.
type ReportWork struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// A ReportResult is what was counted. File is the ID of the workbook; it is empty
// when there was no training, or when she may not see any more who came.
type ReportResult struct {
	File    string        `json:"file,omitzero"`
	Turnout store.Turnout `json:"turnout"`
}

// periods are what can be asked for, with their labels.
var periods = []struct {
	id, label string
	months    int // how long it is
	back      int // 0: the one that is under way; 1: the one before it
}{
	{"month", "report.month", 1, 0},
	{"month_before", "report.month_before", 1, 1},
	{"quarter", "report.quarter", 3, 0},
	{"quarter_before", "report.quarter_before", 3, 1},
	{"year", "report.year", 12, 0},
	{"year_before", "report.year_before", 12, 1},
}

func askPeriod(t *Turn) error {
	t.Say("report.which")
	for _, p := range periods {
		t.Offer(Pick(p.id, p.label))
	}
	return nil
}

func takePeriod(t *Turn) error {
	for _, p := range periods {
		if p.id != t.Chosen() {
			continue
		}
		from, to := period(t.Today(), p.months, p.back)
		t.Say("report.wait")
		if err := t.Task(reportWork, ReportWork{From: from.UTC(), To: to.UTC()}); err != nil {
			return err
		}
		return t.Stand()
	}
	return t.Again("engine.unclear")
}

// period is when the span of so many months begins and ends that today lies in,
// or that is so many spans before it. Spans divide the year.
func period(today time.Time, months, back int) (from, to time.Time) {
	month := (int(today.Month())-1)/months*months + 1 - back*months
	from = time.Date(today.Year(), time.Month(month), 1, 0, 0, 0, 0, today.Location())
	return from, from.AddDate(0, months, 0)
}

// shownAreas is how many communes the message names; the workbook has all.
const shownAreas = 15

func hearReport(t *Turn) error {
	var work ReportWork
	var found ReportResult
	o, err := t.outcome(&work, &found)
	if err != nil {
		return err
	}
	span := []any{"from", t.Local(work.From).Format("02/01/2006"), "to", t.Local(work.To).AddDate(0, 0, -1).Format("02/01/2006")}
	switch {
	case t.Relay != nil || t.Contact.Speaker != t.Member.ID: // nobody hears it in her stead
		if found.File != "" {
			return t.DeleteFile(found.File)
		}
		return nil
	case o.Error != "":
		t.Say("report.failed")
		return nil
	case found.File == "":
		t.Say("report.none", span...)
		return nil
	}
	text, err := t.turnoutText(&found.Turnout)
	if err != nil {
		return err
	}
	t.Say("report.head", span...)
	t.SayText(text)
	t.SayFile(found.File, "report.file", span...)
	return nil
}

// turnoutText says how many came, a kind or a commune in a line.
func (t *Turn) turnoutText(found *store.Turnout) (string, error) {
	var lines []string
	for _, k := range found.Kinds {
		lines = append(lines, t.T("report.kind", "kind", t.T("training.kind_"+string(k.Kind)), "events", k.Events, "registered", k.Registered, "came", k.Came))
		if g := k.Guests; g.Invited > 0 {
			lines = append(lines, "   "+t.T("invite.report", "invited", g.Invited, "comes", g.Comes, "sends", g.Sends,
				"declines", g.Declines, "silent", g.Silent, "came", g.Came))
		}
	}
	if len(found.Areas) == 0 {
		return strings.Join(lines, "\n"), nil
	}
	lines = append(lines, "", t.T("report.areas"))
	for i, a := range found.Areas {
		if i == shownAreas {
			lines = append(lines, t.T("report.more", "n", len(found.Areas)-i))
			break
		}
		name, err := t.areaName(a.Area)
		if err != nil {
			return "", err
		}
		if name == "" {
			name = t.T("report.area_unknown")
		}
		lines = append(lines, t.T("report.area", "area", name, "registered", a.Registered, "came", a.Came))
	}
	return strings.Join(lines, "\n"), nil
}
