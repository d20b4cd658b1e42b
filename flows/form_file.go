package flows

import (
	"errors"
	"strings"

	"chihai/flows/form"
	"chihai/store"
)

// This file takes photos, recordings and other files as answers. A file stands with
// the network until a task has fetched it; she waits for that, because what follows
// may depend on it.

// takeFile has what she sent fetched.
func (d *desk) takeFile(t *Turn, _ *sheet, q *form.Step) error {
	f := t.Input.File
	switch {
	case t.Input.Kind != File || f.ID == "" || !suitsFile(q.Question.Kind, f.Type):
		return &form.Refusal{Code: form.RefusedKind}
	case f.Size > store.MaxFile:
		return t.Again("questionnaire.file_large", "most", mostMB)
	case d.hear == nil:
		t.Say("questionnaire.file_not_kept")
		return t.Stay()
	}
	t.Set("asked", f.ID)
	t.Forget("fetched")
	if err := t.Task(FetchWork, FetchFile{Channel: t.Input.Channel, ID: f.ID, Name: f.Name, Type: f.Type}); err != nil {
		return err
	}
	return t.Goto(deskFetch)
}

// suitsFile says whether a file of that media type answers such a question. A network
// that does not say the type is believed.
func suitsFile(kind form.Kind, media string) bool {
	head := map[form.Kind]string{form.Image: "image/", form.Audio: "audio/", form.Video: "video/"}[kind]
	return media == "" || strings.HasPrefix(media, head)
}

func (d *desk) askFetch(t *Turn) error {
	interrupted := t.anew && t.conv.Prompt == nil && t.token == "" // what came of it meanwhile was not waited for
	if t.Count("fetched") > 0 || interrupted {
		return t.Goto(deskGo)
	}
	t.Say("questionnaire.file_wait")
	return nil
}

func (d *desk) takeFetch(t *Turn) error { return t.go_(move{kind: again}) }

// hearFile hears what came of fetching a file, and answers with it if she still waits
// for it. A file that nobody waits for is deleted.
func (d *desk) hearFile(t *Turn) error {
	var ask FetchFile
	var got Fetched
	if _, err := t.outcome(&ask, &got); err != nil {
		return err
	}
	asked, path := "", ""
	if !t.Held("asked", &asked) || asked != ask.ID || !t.Held("path", &path) || !t.Watches(deskFetch) {
		return t.dropFetched(got.File)
	}
	if err := t.Hold("fetched", 1); err != nil {
		return err
	}
	switch {
	case got.TooLarge:
		t.Say("questionnaire.file_large", "most", mostMB)
		return t.Stay()
	case got.File == "":
		t.Say("questionnaire.file_failed")
		return t.Stay()
	}
	hears := t.conv.Frames
	t.conv.Frames = hears[:len(hears)-1] // its notes are those of the flow that asked
	s, err := d.open(t)
	if err == nil && s != nil && t.move.kind == none {
		err = d.keepFile(t, s, path, got.File)
	}
	t.conv.Frames = hears
	if err != nil {
		return err
	}
	if t.move.kind != none {
		t.move, t.said = move{}, nil
		return errors.Join(t.dropFetched(got.File), t.Stay())
	}
	return t.Stay()
}

// keepFile answers a question with a file that was fetched.
func (d *desk) keepFile(t *Turn, s *sheet, path, file string) error {
	value, err := d.hear(t, file)
	if err != nil {
		return err
	}
	var refusal *form.Refusal
	switch err := s.walk.Answer(path, value); {
	case errors.As(err, &refusal):
		t.Say("questionnaire.file_failed")
		return t.dropFetched(file)
	case err != nil:
		return err
	}
	q, _ := s.walk.Next()
	return d.keepSheet(t, s, &q)
}

// keepAnswerFile makes a fetched file a part of what she has begun.
func (t *Turn) keepAnswerFile(file string) (string, error) {
	return file, t.HoldAnswerFile(t.sheet.draft, file)
}
