package flows

import (
	"errors"
	"slices"
	"strings"

	"chihai/locales"
	"chihai/store"
)

// campaignFile makes a file of what was answered to a campaign, for those who
// analyse it: how far it is stands in one message, below which she can stop it.
func campaignFile() *Flow {
	return &Flow{
		Name: "campaign_file",
		Role: store.Staff,
		Steps: []Step{
			{Name: "format", Ask: askFileFormat, Take: takeFileFormat},
			{Name: "labels", Ask: askFileLabels, Take: takeFileLabels},
			{Name: "language", Ask: askFileLanguage, Take: takeFileLanguage},
			{Name: "wait", Ask: askFileWait, Take: takeFileWait},
		},
		Hear: hearAnswersFile,
	}
}

// AnswersFileWork is work that is left outside the turn: writing the answers to a
// campaign. Its Data is an [AnswersFileAsk], what comes of it an [AnswersFileResult].
// While it goes on, the flow hears an [AnswersFileProgress] now and then.
const AnswersFileWork = "export responses"

// An AnswersFileAsk says how the file is to be.
type AnswersFileAsk struct {
	Campaign  string `json:"campaign"`
	Format    string `json:"format"` // xlsx, csv, sav, dta, json
	Semicolon bool   `json:"semicolon,omitzero"`
	Labels    bool   `json:"labels,omitzero"`
	Language  string `json:"language"` // of labels and headings
	Key       string `json:"key"`      // tells this order from others, for its progress
}

// An AnswersFileResult is what came of it. File is the ID; it is empty where Rows is
// 0, when the file is TooLarge for a chat, and when she may not have it any more.
type AnswersFileResult struct {
	File     string `json:"file,omitzero"`
	Rows     int    `json:"rows,omitzero"`
	TooLarge bool   `json:"too_large,omitzero"`
}

// An AnswersFileProgress is how far a file is: of 100.
type AnswersFileProgress struct {
	Key     string `json:"key"`
	Percent int    `json:"percent"`
}

// fileFormats are those of files, in the order in which they are offered.
var fileFormats = []Option{
	{ID: "xlsx", Label: "results.format_xlsx", Wide: true},
	{ID: "csv", Label: "results.format_csv", Wide: true},
	{ID: "semicolon", Label: "results.format_semicolon", Wide: true},
	{ID: "sav", Label: "results.format_sav", Wide: true},
	{ID: "dta", Label: "results.format_dta", Wide: true},
	{ID: "json", Label: "results.format_json", Wide: true},
}

func askFileFormat(t *Turn) error {
	c, _, err := t.resultCampaign()
	if c == nil || err != nil {
		return err
	}
	if c.Mode == store.Named {
		t.Say("results.file_named", "title", c.Title)
	} else {
		t.Say("results.file_which", "title", c.Title)
	}
	t.Offer(fileFormats...)
	return nil
}

func takeFileFormat(t *Turn) error {
	if !slices.ContainsFunc(fileFormats, func(o Option) bool { return o.ID == t.Chosen() }) {
		return t.Again("engine.unclear")
	}
	t.Set("format", t.Chosen())
	t.Set("labels", false)
	switch t.Chosen() {
	case "xlsx", "csv", "semicolon":
		return t.Next()
	}
	return t.Goto("language") // the others hold codes and labels
}

func askFileLabels(t *Turn) error {
	t.Say("results.labels_which")
	t.Offer(Option{ID: "labels", Label: "results.labels", Wide: true}, Option{ID: "codes", Label: "results.codes", Wide: true})
	return nil
}

func takeFileLabels(t *Turn) error {
	switch t.Chosen() {
	case "labels", "codes":
		t.Set("labels", t.Chosen() == "labels")
		return t.Next()
	}
	return t.Again("engine.unclear")
}

// askFileLanguage asks in which of the languages of the form labels are to be, where
// there are several that this program speaks.
func askFileLanguage(t *Turn) error {
	languages, err := t.fileLanguages()
	if languages == nil || err != nil {
		return err
	}
	if len(languages) == 1 {
		t.Set("language", languages[0])
		return t.Goto("wait")
	}
	t.Say("results.language_which")
	for _, code := range languages {
		t.Offer(Option{ID: code, Label: "language." + code, Wide: true})
	}
	return nil
}

func takeFileLanguage(t *Turn) error {
	languages, err := t.fileLanguages()
	if languages == nil || err != nil {
		return err
	}
	if !slices.Contains(languages, t.Chosen()) {
		return t.Again("engine.unclear")
	}
	t.Set("language", t.Chosen())
	return t.Next()
}

func (t *Turn) fileLanguages() ([]string, error) {
	c, f, err := t.resultCampaign()
	if c == nil || err != nil {
		return nil, err
	}
	var all []string
	for _, l := range f.Languages {
		if slices.Contains(locales.Languages, l.Code) {
			all = append(all, l.Code)
		}
	}
	if len(all) == 0 {
		all = []string{t.Language}
	}
	return all, nil
}

// askFileWait leaves the work, once, and shows how far it is.
func askFileWait(t *Turn) error {
	c, _, err := t.resultCampaign()
	if c == nil || err != nil {
		return err
	}
	key := t.Note("key")
	if key == "" {
		key = t.NewID()
		t.Set("key", key)
		ask := AnswersFileAsk{Campaign: c.ID, Format: t.Note("format"), Language: t.Note("language"), Key: key}
		t.Get("labels", &ask.Labels)
		if ask.Format == "semicolon" {
			ask.Format, ask.Semicolon = "csv", true
		}
		if err := t.Task(AnswersFileWork, ask); err != nil {
			return err
		}
	}
	if t.Count("done") > 0 {
		return t.Return(nil)
	}
	t.Say("results.file_wait", "title", c.Title, "percent", t.Count("percent"))
	t.OfferInline(Pick("stop", "results.file_stop"))
	return nil
}

func takeFileWait(t *Turn) error {
	if t.Chosen() != "stop" {
		return t.Again("engine.unclear")
	}
	for task, err := range t.Tasks() {
		if err != nil {
			return err
		}
		if task.Member == t.Member.ID && task.Work == AnswersFileWork && strings.Contains(string(task.Data), t.Note("key")) {
			if err := t.EndTask(task.ID); err != nil {
				return err
			}
			break
		}
	}
	t.Say("results.file_stopped")
	return t.Return(nil)
}

// hearAnswersFile hears how far the file is, and that it is done.
func hearAnswersFile(t *Turn) error {
	if t.Input.Kind == Due {
		return t.hearFileProgress()
	}
	var work AnswersFileAsk
	var made AnswersFileResult
	o, err := t.outcome(&work, &made)
	if err != nil {
		return err
	}
	may := false
	c, err := t.Campaign(work.Campaign)
	if err == nil {
		if may, err = t.Holds(store.Staff, c.Area); err != nil {
			return err
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	switch {
	case !may || t.Relay != nil || t.Contact.Speaker != t.Member.ID: // nobody hears it in her stead
		if made.File != "" {
			return t.DeleteFile(made.File)
		}
		return nil
	case o.Error != "":
		t.Say("results.file_failed")
	case made.TooLarge:
		t.Say("results.file_large", "code", c.Code)
	case made.File == "":
		t.Say("results.file_empty")
	default:
		t.SayFile(made.File, "results.file_done", "title", c.Title, "n", made.Rows)
	}
	if !t.waitsForFile(work.Key) {
		return nil
	}
	if err := t.Hold("done", 1); err != nil {
		return err
	}
	return t.Stay()
}

// waitsForFile says whether the question that is open with her is the one below
// which she waits for the file of that order.
func (t *Turn) waitsForFile(key string) bool {
	var hers string
	return t.Held("key", &hers) && hers == key && t.Watches("wait")
}

// hearFileProgress shows how far the file is, where she waits for it.
func (t *Turn) hearFileProgress() error {
	var news AnswersFileProgress
	if err := jsonNote(t.Input.Data, &news); err != nil {
		return err
	}
	if !t.waitsForFile(news.Key) {
		return nil
	}
	if err := t.Hold("percent", news.Percent); err != nil {
		return err
	}
	return t.Refresh()
}
