package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"chihai/bot/export/responses"
	"chihai/bot/results"
	"chihai/locales"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// answersWanted is what a command says of a file of answers.
type answersWanted struct {
	campaign, form   string
	format, language string
	labels           bool
	semicolon        bool
}

// answersFormats are those that files may have.
var answersFormats = []responses.Format{responses.XLSX, responses.CSV, responses.SPSS, responses.Stata, responses.JSON}

func answersFlags(set *flag.FlagSet) *answersWanted {
	w := &answersWanted{}
	set.StringVar(&w.form, "form", "", "responses: `code` or id of the questionnaire, where it had one campaign")
	set.StringVar(&w.campaign, "campaign", "", "responses: `code` or id of the campaign")
	set.StringVar(&w.format, "format", "xlsx", "responses: xlsx, csv, sav (SPSS), dta (Stata) or json")
	set.StringVar(&w.language, "language", locales.Source, "responses: `language` of labels and headings: "+strings.Join(locales.Languages, ", "))
	set.BoolVar(&w.labels, "labels", false, "responses: words instead of codes, in xlsx and csv")
	set.BoolVar(&w.semicolon, "semicolon", false, "responses: csv as Excel expects it where the decimal sign is a comma")
	return w
}

// args is what the work gets that does it.
func (w *answersWanted) args() ([]string, error) {
	switch {
	case (w.campaign == "") == (w.form == ""):
		return nil, misuse("export: say which questionnaire with --form CODE, or which campaign with --campaign CODE")
	case !slices.Contains(answersFormats, responses.Format(w.format)):
		return nil, misuse("export: format %q is not known; there are xlsx, csv, sav, dta and json", w.format)
	case !slices.Contains(locales.Languages, w.language):
		return nil, misuse("export: language %q is not known; there are %s", w.language, strings.Join(locales.Languages, ", "))
	}
	raw, err := json.Marshal(map[string]any{
		"campaign": w.campaign, "form": w.form, "format": w.format, "language": w.language, "labels": w.labels, "semicolon": w.semicolon,
	})
	return []string{string(raw)}, err
}

// file is where it is written to when nothing else is said.
func (w *answersWanted) file() string {
	return "tra-loi-" + store.ReadCode(w.campaign+w.form) + "." + w.format
}

func exportResponses(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("want what to export")
	}
	var ask struct {
		Campaign, Form, Format, Language string
		Labels, Semicolon                bool
	}
	if err := json.Unmarshal([]byte(args[0]), &ask, json.MatchCaseInsensitiveNames(true)); err != nil {
		return fmt.Errorf("read what to export: %w", err)
	}
	campaign, err := campaignFor(ctx, d.store, ask.Campaign, ask.Form)
	if err != nil {
		return err
	}
	catalog, err := locales.Load()
	if err != nil {
		return err
	}
	r, err := results.Read(ctx, d.store, campaign)
	if err != nil {
		return err
	}
	data, err := r.Dataset(ctx, d.config.zone)
	if err != nil {
		return err
	}
	err = responses.Write(ctx, out, data, responses.Options{
		Format: responses.Format(ask.Format), Labels: ask.Labels, Semicolon: ask.Semicolon, Words: catalog.In(ask.Language, ""),
	}, nil)
	if err != nil {
		return err
	}
	return d.store.Update(ctx, func(tx *store.Tx) error { return tx.Log("", "export responses", campaign) })
}

// campaignFor finds the id of the campaign with that code or id, or of the only one
// that was made with a form.
func campaignFor(ctx context.Context, s *store.Store, campaign, form string) (id string, err error) {
	err = s.View(ctx, func(tx *store.Tx) error {
		if campaign != "" {
			c, err := tx.CampaignByCode(campaign)
			if errors.Is(err, store.ErrNotFound) {
				c, err = tx.Campaign(campaign)
			}
			if errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("there is no campaign %s", campaign)
			}
			if err == nil {
				id = c.ID
			}
			return err
		}
		f, err := tx.FormByCode(form)
		if errors.Is(err, store.ErrNotFound) {
			f, err = tx.Form(form)
		}
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no questionnaire %s", form)
		}
		if err != nil {
			return err
		}
		var codes []string
		for c, err := range tx.Campaigns() {
			if err != nil {
				return err
			}
			if c.Form == f.ID && c.State != store.CampaignDraft {
				id = c.ID
				codes = append(codes, c.Code)
			}
		}
		switch len(codes) {
		case 0:
			return fmt.Errorf("questionnaire %s was not published yet", form)
		case 1:
			return nil
		}
		return fmt.Errorf("questionnaire %s was published %d times; say which one, with --campaign and one of %s", form, len(codes), strings.Join(codes, ", "))
	})
	return id, err
}
