package flows

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"chihai/flows/form"
	"chihai/store"
)

// readForm reads a questionnaire that is written as tables of Markdown, as in the
// tests of package form.
func readForm(t testing.TB, name string) *form.Form {
	t.Helper()
	raw, err := os.ReadFile("testdata/forms/" + name + ".md")
	if err != nil {
		t.Fatal(err)
	}
	return formOf(t, name, string(raw))
}

func formOf(t testing.TB, name, text string) *form.Form {
	t.Helper()
	w := &form.Workbook{Name: name}
	var table [][]string
	sheet := ""
	end := func() {
		if sheet != "" {
			w.Sheets = append(w.Sheets, form.NewSheet(sheet, table))
		}
		table = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] != "" {
			end()
			sheet = cells[0]
		}
		table = append(table, cells[1:])
	}
	end()
	f, findings := form.Read(w)
	if form.Broken(findings) {
		t.Fatal(findings)
	}
	return f
}

// addForm keeps the questionnaire as a new form, or as a new version of it.
func (s *stage) addForm(name string) {
	f := readForm(s.t, name)
	content, err := form.Encode(f)
	s.must(err)
	v := &store.FormVersion{Title: f.Title, Shortest: 3, Longest: 7, Seconds: 290}
	book := store.File{Name: name + ".xlsx", Type: "application/xlsx"}
	s.update(func(tx *store.Tx) error {
		again := *v
		for was, err := range tx.Forms() {
			if err != nil {
				return err
			}
			if was.Name == f.ID {
				again.Grade = store.Cosmetic
				_, err := tx.AddVersion(was.ID, was.Revision, &again, book, []byte("xlsx"), content)
				return err
			}
		}
		return tx.AddForm(&store.Form{Name: f.ID, Area: "92"}, &again, book, []byte("xlsx"), content)
	})
}

// addCampaign puts the latest form before people.
func (s *stage) addCampaign(words []string) {
	days := 14
	c := store.Campaign{Mode: store.Anonymity(words[0]), Area: "92", Audience: store.Audience{}}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		n, _ := strconv.Atoi(value)
		switch key {
		case "open":
			c.Open = true
		case "rest":
			c.KeepRest = true
		case "days":
			days = n
		case "quota":
			c.Quotas = []store.Quota{{Count: n}}
		case "area":
			c.Area = value
		default:
			s.t.Fatalf("unknown %q", w)
		}
	}
	s.update(func(tx *store.Tx) error {
		made := c
		for f, err := range tx.Forms() {
			if err != nil {
				return err
			}
			made.Form, made.Version, made.Title = f.ID, f.Versions, f.Title
			break
		}
		if err := tx.AddCampaign(&made); err != nil {
			return err
		}
		made.Until = tx.Now.AddDate(0, 0, days)
		now, err := tx.ChangeCampaign(made.ID, made.Revision, func(c *store.Campaign) {
			c.Until, c.Open, c.Mode, c.Quotas, c.KeepRest = made.Until, made.Open, made.Mode, made.Quotas, made.KeepRest
		})
		if err != nil {
			return err
		}
		_, err = tx.PublishCampaign(now.ID, now.Revision)
		return err
	})
}

// campaign is the latest one.
func (s *stage) campaign() (c *store.Campaign) {
	s.must(s.store.View(s.t.Context(), func(tx *store.Tx) error {
		for found, err := range tx.Campaigns() {
			c = found
			return err
		}
		return fmt.Errorf("no campaign")
	}))
	return c
}

func (s *stage) campaignCode() string { return s.campaign().Code }

// doors are flows that lead to those which other flows lead to: /aside and /try.
func doors() []*Flow {
	latest := func(t *Turn) (*store.Campaign, error) {
		for c, err := range t.Campaigns() {
			return c, err
		}
		return nil, fmt.Errorf("no campaign")
	}
	return []*Flow{{
		Name: "door_aside",
		Steps: []Step{{Name: "in", Ask: func(t *Turn) error {
			c, err := latest(t)
			if err != nil {
				return err
			}
			return t.Start("form_aside", c.ID)
		}}},
	}, {
		Name: "door_try",
		Steps: []Step{{Name: "in", Ask: func(t *Turn) error {
			c, err := latest(t)
			if err != nil {
				return err
			}
			return t.Call("form_try", formTryNote{Form: c.Form, Version: c.Version})
		}}, {Name: "out", Ask: func(t *Turn) error { return t.End() }}},
	}}
}

// closeCampaign ends the campaign, unless its time was over before.
func (s *stage) closeCampaign() {
	id := s.campaign().ID
	s.update(func(tx *store.Tx) error { _, err := tx.CloseCampaign(id); return ignore(err, store.ErrCampaignState) })
}

// writeAnswers writes what can be read of the answers, in the order of their text:
// of an anonymous campaign there is no other.
func (s *stage) writeAnswers() {
	c := s.campaign()
	var lines []string
	s.must(s.store.View(s.t.Context(), func(tx *store.Tx) error {
		for r, err := range tx.Responses(c.ID, "") {
			if err != nil {
				return err
			}
			f, err := form.DecodeResponse(r.Answers)
			if err != nil {
				return err
			}
			var all []string
			for path, a := range f.Answers {
				value := a.Value
				if a.State != form.Answered {
					value = string(a.State) + " " + value
				}
				all = append(all, path+"="+strings.TrimSpace(value))
			}
			slices.Sort(all)
			who := string(r.How)
			if r.Member != "" {
				m, err := tx.Member(r.Member)
				if err != nil {
					return err
				}
				who += " of " + m.Name
			}
			if r.Pseudonym != "" {
				who += " under a pseudonym"
			}
			if r.By != "" {
				who += " by somebody"
			}
			if !r.Begun.IsZero() {
				who += " in " + r.Language
			}
			lines = append(lines, fmt.Sprintf("    (%s, revision %d) %s", who, r.Revision, strings.Join(all, "; ")))
		}
		return nil
	}))
	slices.Sort(lines)
	if len(lines) == 0 {
		lines = []string{"    (none)"}
	}
	s.out.WriteString(strings.Join(lines, "\n") + "\n")
}
