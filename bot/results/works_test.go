package results_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"chihai/bot/demo"
	"chihai/bot/export/responses"
	"chihai/bot/paper"
	"chihai/bot/results"
	"chihai/flows"
	"chihai/flows/form/tally"
	"chihai/locales"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// A bureau is the sample, with a member of staff who asks for results of its
// questionnaire, and one of another area.
type bureau struct {
	t        *testing.T
	s        *store.Store
	works    *results.Works
	campaign *store.Campaign
	staff    string
	stranger string
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	zone := time.FixedZone("", 7*60*60)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, zone)
	s, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return now }, Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := demo.Load(t.Context(), s, now); err != nil {
		t.Fatal(err)
	}
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := &bureau{t: t, s: s, works: &results.Works{Catalog: catalog, Zone: zone, Fonts: sync.OnceValues(paper.Load)}}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		for c, err := range tx.Campaigns() {
			if err != nil {
				return err
			}
			b.campaign = c
		}
		for i, area := range []string{demo.Top, "31528"} {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			if err := tx.Grant(m, &store.Grant{Role: store.Staff, Area: area}); err != nil {
				return err
			}
			if i == 0 {
				b.staff = m.ID
			} else {
				b.stranger = m.ID
			}
		}
		return nil
	})
	if err != nil || b.campaign == nil {
		t.Fatal(b.campaign, err)
	}
	return b
}

// ask does a work for the member and reads what came of it into made.
func (b *bureau) ask(work func(*store.Task) ([]byte, error), member string, data, made any) {
	b.t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		b.t.Fatal(err)
	}
	out, err := work(&store.Task{Member: member, Flow: "campaign_file", Data: raw})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := json.Unmarshal(out, made); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bureau) figure(member string, ask flows.FigureAsk) (made flows.FigureResult) {
	b.t.Helper()
	b.ask(func(task *store.Task) ([]byte, error) { return b.works.Figure(b.t.Context(), b.s, *task) }, member, ask, &made)
	return made
}

func (b *bureau) file(member string, ask flows.AnswersFileAsk) (made flows.AnswersFileResult) {
	b.t.Helper()
	b.ask(func(task *store.Task) ([]byte, error) { return b.works.File(b.t.Context(), b.s, *task) }, member, ask, &made)
	return made
}

func (b *bureau) bytes(id string) []byte {
	b.t.Helper()
	var data []byte
	err := b.s.View(b.t.Context(), func(tx *store.Tx) (err error) { _, data, err = tx.File(id); return err })
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

// Each question of the sample is drawn and told in every language, and nobody but
// her staff gets it.
func TestFigure(t *testing.T) {
	b := newBureau(t)
	r, err := results.Read(t.Context(), b.s, b.campaign.ID)
	if err != nil {
		t.Fatal(err)
	}
	counted := 0
	for _, language := range locales.Languages {
		for q := range r.Forms[0].Questions() {
			if !q.Kind.Asked() {
				continue
			}
			made := b.figure(b.staff, flows.FigureAsk{Campaign: b.campaign.ID, Question: q.Name, Language: language})
			if len(made.Lines) < 2 {
				t.Errorf("%s in %s: %q", q.Name, language, made.Lines)
			}
			if made.Picture == "" {
				continue
			}
			counted++
			picture, err := png.Decode(bytes.NewReader(b.bytes(made.Picture)))
			if err != nil || picture.Bounds().Dx() < 500 {
				t.Errorf("%s in %s: %v", q.Name, language, err)
			}
		}
	}
	if counted < 18 {
		t.Errorf("only %d pictures", counted)
	}
	if made := b.figure(b.stranger, flows.FigureAsk{Campaign: b.campaign.ID, Question: "x", Language: "vi"}); made.Lines != nil || made.Picture != "" {
		t.Errorf("staff of another area get %v", made)
	}
	if made := b.figure(b.staff, flows.FigureAsk{Campaign: b.campaign.ID, Question: "x", Language: "vi"}); made.Lines != nil {
		t.Errorf("a question that is not there: %v", made)
	}
	if made := b.figure(b.staff, flows.FigureAsk{Campaign: "x", Question: "x", Language: "vi"}); made.Lines != nil {
		t.Errorf("a campaign that is not there: %v", made)
	}
}

// Whatever can be crossed is.
func TestCross(t *testing.T) {
	b := newBureau(t)
	r, err := results.Read(t.Context(), b.s, b.campaign.ID)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := tally.New(r.Forms[0])
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for q := range r.Forms[0].Questions() {
		if q.Kind.Asked() && counts.Crossable(q.Name, true) {
			names = append(names, q.Name)
		}
	}
	if len(names) < 2 {
		t.Fatalf("only %q can be crossed", names)
	}
	made := b.figure(b.staff, flows.FigureAsk{Campaign: b.campaign.ID, Question: names[0], Columns: names[1], Language: "vi"})
	if len(made.Lines) < 2 {
		t.Errorf("%q", made.Lines)
	}
}

// All five files of the sample hold its 200 responses, and tell nobody's name.
func TestFile(t *testing.T) {
	b := newBureau(t)
	for _, ask := range []flows.AnswersFileAsk{
		{Format: "xlsx"}, {Format: "xlsx", Labels: true}, {Format: "csv"}, {Format: "csv", Semicolon: true, Labels: true},
		{Format: "sav"}, {Format: "dta"}, {Format: "json"},
	} {
		ask.Campaign, ask.Language, ask.Key = b.campaign.ID, "vi", "k"
		made := b.file(b.staff, ask)
		if made.Rows != 200 || made.File == "" || made.TooLarge {
			t.Fatalf("%+v: %+v", ask, made)
		}
		data := b.bytes(made.File)
		switch responses.Format(ask.Format) {
		case responses.CSV:
			in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
			if ask.Semicolon {
				in.Comma = ';'
			}
			rows, err := in.ReadAll()
			if err != nil || len(rows) != 201 {
				t.Errorf("csv: %d rows, %v", len(rows), err)
			}
		case responses.XLSX:
			if _, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err != nil {
				t.Error(err)
			}
		case responses.SPSS:
			if !bytes.HasPrefix(data, []byte("$FL")) {
				t.Errorf("sav begins with %q", data[:8])
			}
		case responses.Stata:
			if !bytes.HasPrefix(data, []byte("<stata_dta>")) {
				t.Errorf("dta begins with %q", data[:8])
			}
		case responses.JSON:
			var all []map[string]any
			if err := json.Unmarshal(data, &all); err != nil || len(all) != 200 {
				t.Errorf("json: %d, %v", len(all), err)
			}
		}
		for _, tell := range []string{"_uuid", "_by", "_area", "_code", "_channel"} {
			if bytes.Contains(data, []byte(tell)) {
				t.Errorf("%s of an anonymous campaign has a column %s", ask.Format, tell)
			}
		}
	}
	if made := b.file(b.stranger, flows.AnswersFileAsk{Campaign: b.campaign.ID, Format: "csv", Language: "vi"}); made.File != "" || made.Rows != 0 {
		t.Errorf("staff of another area get %+v", made)
	}
}

// A campaign by name tells who it was, and forgets who was deleted.
func TestNames(t *testing.T) {
	b := newBureau(t)
	var c *store.Campaign
	update := func(fn func(*store.Tx) error) {
		t.Helper()
		if err := b.s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	var gone *store.Member
	update(func(tx *store.Tx) (err error) {
		c = &store.Campaign{Form: b.campaign.Form, Version: 1, Title: "Có tên", By: b.staff, Area: demo.Top, Mode: store.Named, Open: true, Until: tx.Now.AddDate(0, 0, 3)}
		if err := tx.AddCampaign(c); err != nil {
			return err
		}
		if c, err = tx.PublishCampaign(c.ID, c.Revision); err != nil {
			return err
		}
		for _, name := range []string{"Thạch Thị Đào", "Lý Thị Mai"} {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name, m.Area = name, "31528"
			if err := tx.PutMember(m); err != nil {
				return err
			}
			gone = m
			raw := []byte(`{"form":"x","answers":{}}`)
			d, _, err := tx.BeginAnswers(&store.Answering{Campaign: c.ID, Member: m.ID, By: b.staff, How: store.ReadAloud, Area: "31528", Answers: raw})
			if err != nil {
				return err
			}
			if _, err := tx.SendAnswers(d, raw, raw); err != nil {
				return err
			}
		}
		return nil
	})
	text := func() string {
		made := b.file(b.staff, flows.AnswersFileAsk{Campaign: c.ID, Format: "csv", Language: "vi", Key: "k"})
		return string(b.bytes(made.File))
	}
	if all := text(); !strings.Contains(all, "Thạch Thị Đào") || !strings.Contains(all, "Lý Thị Mai") || !strings.Contains(all, "aloud") {
		t.Errorf("a campaign by name: %s", all)
	}
	update(func(tx *store.Tx) error {
		m, err := tx.Member(gone.ID)
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	if all := text(); strings.Contains(all, "Lý Thị Mai") {
		t.Error("who was deleted is still in the file")
	}
}
