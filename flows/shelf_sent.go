package flows

import (
	"errors"
	"strings"

	"chihai/locales"
	"chihai/store"
)

// shelfSent shows staff how far those have come to whom a document was sent:
// unit by unit, as a workbook, and, of facilitators, by name; and reminds those
// who have not read it.
func shelfSent() *Flow {
	return &Flow{
		Name: "shelf_sent",
		Role: store.Staff,
		Steps: []Step{
			{Name: "list", Ask: askSents, Take: takeSents},
			{Name: "count", Ask: askReadCount, Take: takeReadCount},
			{Name: "report", Ask: askReadReport, Take: takeReadReport},
			{Name: "late", Ask: askLate, Take: takeLate},
			{Name: "remind", Ask: askReadRemind, Take: takeReadRemind},
		},
		Hear: hearReadWork,
	}
}

// Names of the work that counts who has read a document, and that writes the same
// into a workbook. The Data of both is a [ReadWork]; what comes of the first is a
// [store.ReadReport], of the second the ID of a file.
const (
	ReadCountWork = "count readers"
	ReadFileWork  = "export readers"
)

// A ReadWork says what is counted.
type ReadWork struct {
	Broadcast string `json:"broadcast"`    // the first one that brought the document
	Top       string `json:"top,omitzero"` // code of the unit within which is counted; empty: all, by commune
}

func askSents(t *Turn) error {
	skip, shown := t.Count("skip"), 0
	seen := map[string]bool{}
	for s, err := range t.SentDocuments() {
		if err != nil {
			return err
		}
		b, err := t.seesSent(s)
		if err != nil {
			return err
		}
		if b == nil {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if shown == shelfPage {
			t.Offer(Pick("more", "register.more"))
			break
		}
		shown++
		at := b.Created
		if !b.Started.IsZero() {
			at = b.Started
		}
		t.Offer(PickText(b.ID, unlike(seen, t.ShortDate(t.Local(at))+" · "+b.Title)))
	}
	if shown == 0 && t.Count("skip") == 0 {
		t.Say("shelf.sent_none")
		return nil
	}
	t.Say("shelf.sent_which")
	if t.Count("skip") > 0 {
		t.Offer(Pick("first", "area.first"))
	}
	return nil
}

// seesSent returns the broadcast of s if she has sent it and still might, or it was
// meant for people of an area of hers, else nil.
func (t *Turn) seesSent(s *store.Sent) (*store.Broadcast, error) {
	b, err := t.Broadcast(s.Broadcast)
	if err != nil {
		return nil, ignore(err, store.ErrNotFound)
	}
	if hers, err := t.StillSends(b, t.Member.ID); err != nil || hers {
		return b, err
	}
	r, err := t.shelfReader()
	if err != nil {
		return nil, err
	}
	for _, g := range groupsOf(b.Audience) {
		if (g.Op == store.InArea || g.Op == store.Leads) && r.near(r.staff, g.ID) {
			return b, nil
		}
	}
	return nil, nil
}

func takeSents(t *Turn) error {
	switch id := t.Chosen(); id {
	case "":
		return t.Again("engine.unclear")
	case "more":
		t.Set("skip", t.Count("skip")+shelfPage)
		return t.Stay()
	case "first":
		t.Forget("skip")
		return t.Stay()
	default:
		t.Set("work", ReadWork{Broadcast: id})
		t.Forget("report")
		return t.Goto("count")
	}
}

// theSent is what the flow is about now, with its first broadcast. They are nil
// when it is not hers to see any more, and the talk goes on elsewhere then.
func (t *Turn) theSent() (*store.Sent, *store.Broadcast, error) {
	var w ReadWork
	t.Get("work", &w)
	s, err := t.Sent(w.Broadcast)
	if err == nil {
		var b *store.Broadcast
		if b, err = t.seesSent(s); b != nil || err != nil {
			return s, b, err
		}
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	t.Say("shelf.gone")
	return nil, nil, t.Start("shelf", nil)
}

// askReadCount waits until it is counted.
func askReadCount(t *Turn) error {
	var r store.ReadReport
	if t.Get("report", &r) {
		return t.Goto("report")
	}
	if t.Count("asked") == 0 {
		var w ReadWork
		t.Get("work", &w)
		t.Set("asked", 1)
		if err := t.TaskOnce(ReadCountWork, w); err != nil {
			return err
		}
	}
	t.Say("shelf.counting")
	t.Offer(Pick("again", "broadcast.count_again"))
	return nil
}

func takeReadCount(t *Turn) error {
	if t.Chosen() != "again" {
		return t.Again("engine.unclear")
	}
	t.Forget("asked")
	return t.Stay()
}

// hearReadWork hears what came of counting, if she still waits for it, or of
// writing the workbook.
func hearReadWork(t *Turn) error {
	var o TaskOutcome
	if err := jsonNote(t.Input.Data, &o); err != nil {
		return err
	}
	var asked, now ReadWork
	if err := jsonNote(o.Data, &asked); err != nil {
		return err
	}
	if o.Task == ReadFileWork {
		return t.hearReadFile(o)
	}
	if !t.Watches("count") || !t.Held("work", &now) || now != asked {
		return nil
	}
	if err := t.Hold("asked", 0); err != nil {
		return err
	}
	if o.Error != "" {
		t.Say("shelf.count_failed")
		return nil
	}
	var r store.ReadReport
	if err := jsonNote(o.Result, &r); err != nil {
		return err
	}
	if err := t.Hold("report", r); err != nil {
		return err
	}
	return t.Stay()
}

func (t *Turn) hearReadFile(o TaskOutcome) error {
	file := ""
	if o.Error == "" {
		if err := jsonNote(o.Result, &file); err != nil {
			return err
		}
	}
	switch {
	case t.Relay != nil || t.Contact.Speaker != t.Member.ID: // nobody hears it in her stead
		return t.dropFetched(file)
	case file == "":
		t.Say("shelf.count_failed")
		return nil
	}
	t.SayFile(file, "shelf.read_file")
	return nil
}

// shownUnits is how many units one message tells of; the workbook has all.
const shownUnits = 12

func askReadReport(t *Turn) error {
	s, b, err := t.theSent()
	if err != nil || b == nil {
		return err
	}
	var r store.ReadReport
	var w ReadWork
	t.Get("work", &w)
	if !t.Get("report", &r) {
		return t.Goto("count")
	}
	if err := t.sayReadReport(b, &w, &r); err != nil {
		return err
	}
	may, err := t.mayRemind(b)
	if err != nil {
		return err
	}
	if left := r.Total.Left(); may && w.Top == "" && left > 0 && len(s.Reminders) < store.MaxReadReminders {
		t.Offer(Option{ID: "remind", Label: t.T("shelf.remind", "n", left), Text: true, Wide: true, Like: "shelf.remind_short"})
	}
	if len(r.Late) > 0 {
		t.Offer(Option{ID: "late", Label: "shelf.late", Wide: true})
	}
	seen := map[string]bool{}
	for _, a := range r.Areas[:min(len(r.Areas), shownUnits)] {
		if w.Top != "" || a.Area == "" {
			continue
		}
		name, err := t.areaName(a.Area)
		if err != nil {
			return err
		}
		t.Offer(PickText("area:"+a.Area, unlike(seen, t.apart(name))))
	}
	if w.Top != "" {
		t.Offer(Option{ID: "all", Label: "shelf.all_areas", Wide: true})
	}
	t.Offer(Pick("file", "shelf.read_file_ask"), Pick("again", "broadcast.count_again"))
	return nil
}

// sayReadReport says how far the recipients have come.
func (t *Turn) sayReadReport(b *store.Broadcast, w *ReadWork, r *store.ReadReport) error {
	lines := []string{t.T("shelf.report_head", "title", b.Title)}
	if w.Top != "" {
		name, err := t.areaName(w.Top)
		if err != nil {
			return err
		}
		lines = append(lines, name+":")
	}
	if r.Hidden {
		lines = append(lines, t.T("shelf.report_hidden", "n", r.Total.Sent, "least", store.MinReaders))
		t.SayText(joined(lines))
		return nil
	}
	lines = append(lines, t.countText("shelf.report_total", "", r.Total))
	for i, a := range r.Areas {
		if i == shownUnits {
			lines = append(lines, t.T("shelf.report_more", "n", len(r.Areas)-i))
			break
		}
		name, err := t.areaName(a.Area)
		if err != nil {
			return err
		}
		if name == "" {
			name = t.T("shelf.area_unknown")
		}
		lines = append(lines, t.countText("shelf.report_area", name, a.ReadCount))
	}
	if r.Units > 0 {
		lines = append(lines, t.countText("shelf.report_area", t.T("shelf.area_few", "n", r.Units), r.Few))
	}
	t.SayText(joined(lines))
	return nil
}

// countText says a count in a line.
func (t *Turn) countText(id, area string, n store.ReadCount) string {
	return t.T(id, "area", area, "sent", n.Sent, "read", n.Read, "opened", n.Opened, "left", n.Left(), "unreached", n.Unreached)
}

func takeReadReport(t *Turn) error {
	var w ReadWork
	t.Get("work", &w)
	id := t.Chosen()
	top, isArea := strings.CutPrefix(id, "area:")
	switch {
	case isArea:
		return t.countAnew(ReadWork{w.Broadcast, top})
	case id == "all":
		return t.countAnew(ReadWork{Broadcast: w.Broadcast})
	case id == "again":
		return t.countAnew(w)
	case id == "file":
		t.Say("shelf.read_file_wait")
		if err := t.TaskOnce(ReadFileWork, w); err != nil {
			return err
		}
		return t.Stand()
	case id == "late", id == "remind":
		return t.Goto(id)
	}
	return t.Again("engine.unclear")
}

func (t *Turn) countAnew(w ReadWork) error {
	t.Set("work", w)
	t.Forget("report")
	t.Forget("asked")
	return t.Goto("count")
}

// MostLate is how many facilitators a report names that is shown in a chat, where
// it stands in the conversation.
const MostLate = 100

// shownLate is how many facilitators one message names; the workbook has all.
const shownLate = 30

// askLate names the facilitators who have not read it: it is their work.
func askLate(t *Turn) error {
	_, b, err := t.theSent()
	if err != nil || b == nil {
		return err
	}
	var r store.ReadReport
	t.Get("report", &r)
	var lines []string
	for i, id := range r.Late {
		if i == shownLate {
			lines = append(lines, t.T("shelf.late_more", "n", len(r.Late)-i+r.More))
			break
		}
		m, err := t.Tx.Member(id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		name, err := t.areaName(m.Area)
		if err != nil {
			return err
		}
		who := m.Name
		if who == "" {
			who = t.T("training.somebody")
		}
		if name != "" {
			who += ", " + name
		}
		lines = append(lines, "• "+who)
	}
	if err := t.Log(t.Member.ID, "name facilitators who have not read", b.ID); err != nil {
		return err
	}
	t.Say("shelf.late_head", "title", b.Title)
	t.SayText(joined(lines))
	t.Offer(Pick("report", "shelf.late_back"))
	return nil
}

func takeLate(t *Turn) error {
	if t.Chosen() != "report" {
		return t.Again("engine.unclear")
	}
	return t.Goto("report")
}

// mayRemind says whether she may remind those to whom b went: she has sent it and
// still might, or is staff for all of them.
func (t *Turn) mayRemind(b *store.Broadcast) (bool, error) {
	if hers, err := t.StillSends(b, t.Member.ID); err != nil || hers {
		return hers, err
	}
	return t.mayApprove(t.Member, b.Scope)
}

// remindsAtMost is to how many people a reminder of b goes at most: to those who
// had not read its document when r was counted, if all of them were counted and
// nothing was on its way to anybody any more; else to as many as it was sent to.
func (t *Turn) remindsAtMost(s *store.Sent, b *store.Broadcast, r *store.ReadReport) (int, error) {
	settled := r.Total.Sent >= b.Total
	for _, id := range append([]string{b.ID}, s.Again...) {
		sent, err := t.Broadcast(id)
		if err != nil {
			return 0, err
		}
		settled = settled && !sent.Ended.IsZero() && !sent.Ended.After(r.Made)
	}
	if settled {
		return r.Total.Left(), nil
	}
	most := b.Total
	if b.Count != nil { // while its recipients are still being put down there are more of them
		most = max(most, b.Count.People)
	}
	return most, nil
}

func askReadRemind(t *Turn) error {
	s, b, err := t.theSent()
	if err != nil || b == nil {
		return err
	}
	var r store.ReadReport
	t.Get("report", &r)
	t.Set("times", len(s.Reminders))
	t.Say("shelf.remind_sure", "title", b.Title, "n", r.Total.Left(), "time", len(s.Reminders)+1, "most", store.MaxReadReminders)
	night, err := t.night()
	if err != nil {
		return err
	}
	if morning := night.Awake(t.Now); morning.After(t.Now) {
		t.Say("shelf.remind_night", "time", t.moment(morning))
	}
	most, err := t.remindsAtMost(s, b, &r)
	if err != nil {
		return err
	}
	yes := "shelf.remind_yes"
	if most > t.engine.opt.Alone {
		t.Say("broadcast.needs_approval", "n", t.engine.opt.Alone)
		yes = "broadcast.yes_approve"
	}
	t.Offer(Option{ID: "yes", Label: yes, Wide: true}, Pick("no", "shelf.remind_no"))
	return nil
}

func takeReadRemind(t *Turn) error {
	switch t.Chosen() {
	case "no":
		return t.Goto("report")
	case "yes":
	default:
		return t.Again("engine.unclear")
	}
	s, b, err := t.theSent()
	if err != nil || b == nil {
		return err
	}
	if may, err := t.mayRemind(b); err != nil {
		return err
	} else if !may {
		t.Say("shelf.gone")
		return t.Start("shelf", nil)
	}
	if len(s.Reminders) != t.Count("times") { // somebody else has reminded them while she looked
		if len(s.Reminders) >= store.MaxReadReminders {
			t.Say("shelf.remind_enough", "most", store.MaxReadReminders)
			return t.Goto("report")
		}
		return t.Stay()
	}
	if against, err := t.againstSending(b); err != nil {
		return err
	} else if against != "" {
		t.Say(against)
		return t.Goto("report")
	}
	var r store.ReadReport
	t.Get("report", &r)
	most, err := t.remindsAtMost(s, b, &r)
	if err != nil {
		return err
	}
	count := store.AudienceCount{People: most}
	approve := count.People > t.engine.opt.Alone
	var others []*store.Member
	if approve {
		if others, err = t.approvers(b.Scope); err != nil {
			return err
		}
		if len(others) == 0 {
			t.Say("broadcast.no_approver")
			return t.Goto("report")
		}
	}
	next, err := t.RemindReaders(s, t.Member.ID, b.Scope, readReminder(t.engine.catalog), count, approve)
	switch {
	case errors.Is(err, store.ErrReminded):
		t.Say("shelf.remind_enough", "most", store.MaxReadReminders)
		return t.Goto("report")
	case errors.Is(err, store.ErrNoScope):
		t.Say("shelf.gone")
		return t.Start("shelf", nil)
	case err != nil:
		return err
	}
	if err := t.Log(t.Member.ID, "remind readers", next.ID); err != nil {
		return err
	}
	for _, m := range others {
		t.Ask(m, "broadcast_approve", broadcastNote{Broadcast: next.ID})
	}
	return t.Start(store.BroadcastFlow, broadcastNote{Broadcast: next.ID})
}

// readReminder is what a reminder says below its head, in every language.
func readReminder(c *locales.Catalog) store.Text {
	text := store.Text{}
	for _, code := range locales.Languages {
		text[code] = c.In(code, "").T("shelf.remind_lines")
	}
	return text
}
