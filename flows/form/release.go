package form

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ReleaseSheet is the sheet of ours on which an author says for whom a form is meant. ODK and Kobo
// do not read it.
const ReleaseSheet = "phat_hanh"

// MistakeSheet is the sheet on which findings are handed back. It is never read.
const MistakeSheet = "Lỗi"

// ownSheet reports whether a sheet is one of ours, and no part of the form.
func ownSheet(name string) bool {
	name = strings.TrimSpace(name)
	return strings.EqualFold(name, ReleaseSheet) || strings.EqualFold(name, MistakeSheet)
}

// A Release is what the author proposes for a campaign with the form. It settles nothing: what is not
// said here is asked when the form is published, and what is said is shown there for confirmation.
type Release struct {
	Audience  []Audience `json:"audience,omitzero"`
	Anonymity Anonymity  `json:"anonymity,omitzero"` // "": not said
	Quotas    []Quota    `json:"quotas,omitzero"`
	Reminders *int       `json:"reminders,omitzero"` // 0 to 2; nil: not said
	Pause     int        `json:"pause,omitzero"`     // days before each reminder, 1 to 60; 0: not said
	Since     string     `json:"since,omitzero"`     // a day as 2026-12-31, by the clocks of the Union; "": at once
	Until     string     `json:"until,omitzero"`     // the last day; "": not said
}

// An Audience is some of those whom a campaign invites. Its name is as the author wrote it: whether
// there is such a club or place, only the store knows.
type Audience struct {
	Kind AudienceKind `json:"kind"`
	Name string       `json:"name,omitzero"` // "" for everybody and for an open form
}

// An AudienceKind says by what people are invited.
type AudienceKind string

// The kinds of audience.
const (
	Everybody    AudienceKind = "everybody"
	Anybody      AudienceKind = "open" // whoever has the link or the QR code
	OfClub       AudienceKind = "club"
	OfArea       AudienceKind = "area"
	Participants AudienceKind = "training"
	OfList       AudienceKind = "list"
)

// An Anonymity is how much is known of who answers.
type Anonymity string

// The three modes of a campaign.
const (
	Named        Anonymity = "named"
	Pseudonymous Anonymity = "pseudonymous"
	Anonymous    Anonymity = "anonymous"
)

// A Quota is how many responses are wanted.
type Quota struct {
	Area  string `json:"area,omitzero"` // as written; "": in all
	Count int    `json:"count"`         // 1 to 1,000,000
}

// A releaseReader holds what is known while the sheet is read.
type releaseReader struct {
	release Release
	sheet   *Sheet
	row     Row
	value   int // column of the values
	fs      *findings
}

// ReadRelease reads the sheet phat_hanh: a setting and its value in each line. Without the sheet
// nothing is said, and nothing found.
func ReadRelease(w *Workbook) (Release, []Finding) {
	r := &releaseReader{sheet: w.Sheet(ReleaseSheet), fs: &findings{}}
	if r.sheet == nil || len(r.sheet.Header) == 0 {
		return Release{}, nil
	}
	first := r.sheet.Header[0].Column
	r.value = first + 1
	seen := map[string]bool{}
	lines := r.sheet.Rows
	if h := (Row{1, r.sheet.Header}); releaseSetting(h.Text(first)) != "" {
		lines = slices.Insert(slices.Clone(lines), 0, h) // the author left the headings out
	}
	for _, r.row = range lines {
		name, value := r.row.Text(first), r.row.Text(r.value)
		setting := releaseSetting(name)
		switch {
		case name == "" || value == "":
		case setting == "":
			r.fs.add(r.sheet.Name, Address(first, r.row.Number), ReleaseUnknown, "text", name)
		case seen[setting]:
			r.fs.add(r.sheet.Name, Address(first, r.row.Number), ReleaseTwice, "text", name)
		default:
			seen[setting] = true
			r.take(setting, value)
		}
	}
	if a, b := r.release.Since, r.release.Until; a != "" && b != "" && b < a {
		r.fs.add(r.sheet.Name, "", ReleaseWindow, "since", a, "until", b)
	}
	return r.release, r.fs.done(w.names())
}

// releaseSetting is the setting that a word names; "" if it names none.
func releaseSetting(name string) string {
	for setting, words := range map[string][]string{
		"audience":  {"doi tuong", "nguoi tra loi", "gui cho"},
		"anonymity": {"che do", "an danh", "che do an danh"},
		"quota":     {"so phieu can", "so phieu", "han ngach"},
		"reminders": {"so lan nhac", "nhac lai", "nhac"},
		"pause":     {"nhac sau", "nhac sau (ngay)", "cach nhau"},
		"since":     {"mo tu ngay", "ngay mo", "tu ngay", "bat dau"},
		"until":     {"dong ngay", "ngay dong", "den ngay", "het han", "han cuoi"},
	} {
		if slices.Contains(words, strings.TrimRight(fold(name), " :*")) {
			return setting
		}
	}
	return ""
}

func (r *releaseReader) take(setting, value string) {
	switch setting {
	case "audience":
		r.audience(value)
	case "anonymity":
		modes := map[string]Anonymity{
			"co ten": Named, "ghi ten": Named, "khong": Named, "dung ma": Pseudonymous, "bi danh": Pseudonymous,
			"an danh": Anonymous, "khong ten": Anonymous, "co": Anonymous,
		}
		if r.release.Anonymity = modes[simpleFold(value)]; r.release.Anonymity == "" {
			r.say(ReleaseAnonymity, value)
		}
	case "quota":
		r.quotas(value)
	case "reminders":
		n, err := strconv.Atoi(strings.TrimSuffix(simpleFold(value), " lan"))
		if simpleFold(value) == "khong" {
			n, err = 0, nil
		}
		if err != nil || n < 0 || n > 2 {
			r.say(ReleaseReminders, value)
			return
		}
		r.release.Reminders = &n
	case "pause":
		n, err := strconv.Atoi(strings.TrimSuffix(simpleFold(value), " ngay"))
		if err != nil || n < 1 || n > 60 {
			r.say(ReleasePause, value)
			return
		}
		r.release.Pause = n
	case "since":
		r.release.Since = r.day(value)
	case "until":
		r.release.Until = r.day(value)
	}
}

func (r *releaseReader) say(code Code, value string) {
	r.fs.add(r.sheet.Name, Address(r.value, r.row.Number), code, "text", value)
}

// audience reads "tất cả", "mở", or kinds with a name behind a colon, divided by semicolons.
func (r *releaseReader) audience(value string) {
	kinds := map[string]AudienceKind{
		"cau lac bo": OfClub, "clb": OfClub, "dia ban": OfArea, "xa": OfArea, "phuong": OfArea, "ap": OfArea,
		"lop": Participants, "tap huan": Participants, "danh sach": OfList,
	}
	for _, part := range simpleDivide(value) {
		word, name, named := strings.Cut(part, ":")
		name = strings.TrimSpace(name)
		kind, known := kinds[simpleFold(word)]
		switch folded := simpleFold(part); {
		case folded == "tat ca" || folded == "tat ca hoi vien":
			r.release.Audience = append(r.release.Audience, Audience{Kind: Everybody})
		case folded == "mo" || folded == "ai co duong dan":
			r.release.Audience = append(r.release.Audience, Audience{Kind: Anybody})
		case known && named && name != "":
			r.release.Audience = append(r.release.Audience, Audience{kind, name})
		default:
			r.say(ReleaseAudience, part)
		}
	}
}

// quotas reads one number, or numbers behind the names of places, divided by semicolons.
func (r *releaseReader) quotas(value string) {
	for _, part := range simpleDivide(value) {
		area, count, named := strings.Cut(part, ":")
		if !named {
			area, count = "", part
		}
		text, ok := simpleAmount(strings.TrimSuffix(simpleFold(count), " phieu"))
		n, err := strconv.Atoi(text)
		if !ok || err != nil || n < 1 || n > 1_000_000 || named && strings.TrimSpace(area) == "" {
			r.say(ReleaseQuota, part)
			continue
		}
		r.release.Quotas = append(r.release.Quotas, Quota{strings.TrimSpace(area), n})
	}
}

// day reads a day as people here write it, or as Excel keeps it; "" after a finding.
func (r *releaseReader) day(value string) string {
	value, _, _ = strings.Cut(strings.TrimSpace(value), " ")
	for _, layout := range []string{"2/1/2006", "2-1-2006", "2.1.2006", time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return fmt.Sprintf("%04d-%02d-%02d", t.Year(), t.Month(), t.Day())
		}
	}
	r.say(ReleaseDate, value)
	return ""
}
