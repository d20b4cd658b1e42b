package flows

import (
	"errors"
	"path"
	"slices"
	"strings"

	"chihai/store"

	"github.com/go-json-experiment/json/jsontext"
)

// This file takes a workbook that staff send, and waits until it was examined.

func askFormFile(t *Turn) error {
	var n formsNote
	t.Get("forms", &n)
	if n.Form == "" {
		t.Say("formstaff.file_ask", "most", mostMB)
	} else {
		f, err := t.Form(n.Form)
		if err != nil {
			return err
		}
		t.Say("formstaff.file_ask_new", "title", f.Title, "most", mostMB)
	}
	t.Offer(Pick("templates", "formstaff.templates"))
	return nil
}

func takeFormFile(t *Turn) error {
	switch {
	case t.Input.Kind == File:
		return t.takeFormBook()
	case t.Chosen() == "templates":
		return t.Goto("templates")
	}
	return t.Again("formstaff.file_again")
}

// formBooks are the endings of files that may be workbooks; what each of them is,
// and how it is saved as one that can be read, is found out when it is examined.
var formBooks = []string{"", ".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods"}

// isFormBook says whether a file may be a workbook by its name, or, where it has
// none, by its media type.
func isFormBook(f FileRef) bool {
	if f.Name == "" {
		return strings.Contains(f.Type, "spreadsheet") || strings.Contains(f.Type, "excel")
	}
	return slices.Contains(formBooks, strings.ToLower(path.Ext(f.Name))) && !isMedia(f)
}

// isMedia says whether a file is a picture or a recording.
func isMedia(f FileRef) bool {
	kind, _, _ := strings.Cut(f.Type, "/")
	return kind == "image" || kind == "audio" || kind == "video"
}

// takeFormBook takes the file that she has sent, and leaves it to be examined.
func (t *Turn) takeFormBook() error {
	f := t.Input.File
	switch {
	case isMedia(f):
		return t.Again("formstaff.file_media")
	case !isFormBook(f):
		return t.Again("formstaff.file_other")
	case f.Size > store.MaxFile:
		return t.Again("formstaff.file_large", "n", int((f.Size+1<<20-1)>>20), "most", mostMB)
	case f.ID == "":
		return t.Again("formstaff.file_failed")
	}
	if t.Input.Album != "" {
		t.Say("formstaff.file_album")
	}
	return t.examineBook(t.Input.Channel, f)
}

// examineBook leaves a file to be examined, in the place of one before it.
func (t *Turn) examineBook(channel string, f FileRef) error {
	var n formsNote
	t.Get("forms", &n)
	ask := ExamineForm{Channel: channel, ID: f.ID, Name: f.Name, Form: n.Form}
	if err := t.dropExamined(); err != nil {
		return err
	}
	t.Set("asked", ask)
	t.About(FormBookName(f.Name))
	if err := t.Task(FormWork, ask); err != nil {
		return err
	}
	return t.Goto("wait")
}

// dropExamined forgets what came of the file before, and deletes what waits of it.
func (t *Turn) dropExamined() error {
	var e ExaminedForm
	if !t.Get("examined", &e) {
		return nil
	}
	t.Forget("examined")
	return t.deleteExamined(e)
}

// deleteExamined deletes what waits of a workbook. The marked one may still be on
// its way to her, and goes by itself.
func (t *Turn) deleteExamined(e ExaminedForm) error {
	return errors.Join(t.dropFetched(e.Workbook), t.dropFetched(e.Content))
}

// askFormWait says that the workbook is being read. Whoever comes back after it
// was, is asked for it again: what nobody waited for is not kept.
func askFormWait(t *Turn) error {
	var e ExaminedForm
	if t.Get("examined", &e) {
		if e.Broken {
			return t.Goto("broken")
		}
		return t.Goto("check")
	}
	waits, err := t.examines()
	if err != nil {
		return err
	}
	if waits {
		t.Say("formstaff.wait")
		return nil
	}
	if len(t.said) == 0 {
		t.Say("formstaff.lost")
	}
	return t.Goto("file")
}

// examines says whether a workbook of hers is still to be examined.
func (t *Turn) examines() (bool, error) {
	for task, err := range t.Tasks() {
		if err != nil {
			return false, err
		}
		if task.Member == t.Member.ID && task.Work == FormWork {
			return true, nil
		}
	}
	return false, nil
}

func takeFormWait(t *Turn) error {
	if t.Input.Kind == File {
		return t.Again("formstaff.wait_first")
	}
	return t.Again("formstaff.patience")
}

// hearForms hears what came of examining a workbook, or of making a template.
func hearForms(t *Turn) error {
	var o TaskOutcome
	if err := jsonNote(t.Input.Data, &o); err != nil {
		return err
	}
	if o.Task == FormTemplateWork {
		return t.hearFormFile("formstaff.template_here", "formstaff.template_failed")
	}
	var ask, asked ExamineForm
	var got ExaminedForm
	if _, err := t.outcome(&ask, &got); err != nil {
		return err
	}
	if !t.Held("asked", &asked) || asked != ask || !t.Watches("wait") {
		return t.deleteExamined(got)
	}
	switch {
	case got.TooLarge:
		t.Say("formstaff.file_too_large", "most", mostMB)
	case o.Error != "" || got.Missing || got.Refused:
		t.Say("formstaff.file_failed")
	default:
		if got.Marked != "" {
			t.SayFile(got.Marked, "formstaff.marked")
		}
		if err := t.Hold("examined", got); err != nil {
			return err
		}
	}
	return t.Stay()
}

// hearFormFile sends a file that was made for her, with the message done. Nobody
// gets it in her stead.
func (t *Turn) hearFormFile(done, failed string) error {
	var work jsontext.Value
	var file string
	o, err := t.outcome(&work, &file)
	if err != nil {
		return err
	}
	switch {
	case t.Relay != nil || t.Contact.Speaker != t.Member.ID:
		return t.dropFetched(file)
	case o.Error != "" || file == "":
		t.Say(failed)
	default:
		t.SayFile(file, done)
	}
	return nil
}
