package flows

import (
	"errors"

	"chihai/store"
)

// This file has a picture or a file go with a broadcast.

// FetchWork is the name of the work that fetches a file from its network; its
// Data is a [FetchFile], and what comes of it a [Fetched].
const FetchWork = "fetch file"

// A FetchFile is what a task that fetches a file is to do.
type FetchFile struct {
	Broadcast string `json:"broadcast"` // draft with which it is to go; empty: it is for the shelf
	Revision  int    `json:"revision"`  // of the draft: at another one it is not wanted any more
	Channel   string `json:"channel"`   // that the file came by
	ID        string `json:"id"`        // by which the channel fetches it
	Name      string `json:"name,omitzero"`
	Type      string `json:"type,omitzero"` // media type
}

// Fetched says what came of a [FetchFile].
type Fetched struct {
	File     string `json:"file,omitzero"`      // id in the store; empty: it could not be had
	TooLarge bool   `json:"too_large,omitzero"` // because it is larger than [store.MaxFile]
}

// mostMB is the size of the largest file that goes with a broadcast, in MB.
// Telegram hands bots no larger ones either (core.telegram.org/bots/api#getfile).
const mostMB = store.MaxFile >> 20

func askAttach(t *Turn) error {
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return err
	}
	if b.File != "" {
		t.Say("broadcast.file_now")
		t.Offer(Pick("keep", "broadcast.file_keep"), Pick("none", "broadcast.file_none"))
		return nil
	}
	t.Say("broadcast.file_ask", "most", mostMB)
	t.Offer(Pick("none", "broadcast.file_none"))
	return nil
}

func takeAttach(t *Turn) error {
	switch {
	case t.Chosen() == "keep":
		return t.onTo("audience")
	case t.Chosen() == "none":
		b, err := t.draftLetter()
		if err != nil || b == nil {
			return err
		}
		if b.File != "" {
			if err := t.dropFileOf(b); err != nil {
				return err
			}
			if _, err := t.rewrite(func(b *store.Broadcast) { b.File = "" }); err != nil {
				return err
			}
		}
		return t.onTo("audience")
	case t.Input.Kind != File:
		return t.Again("broadcast.file_again")
	}
	f := t.Input.File
	if f.Size > store.MaxFile {
		return t.Again("broadcast.file_large", "n", int((f.Size+1<<20-1)>>20), "most", mostMB)
	}
	if f.ID == "" {
		return t.Again("broadcast.file_failed")
	}
	b, err := t.draftLetter()
	if err != nil || b == nil {
		return err
	}
	t.Forget("fetched")
	if err := t.Task(FetchWork, FetchFile{Broadcast: b.ID, Revision: b.Revision, Channel: t.Input.Channel, ID: f.ID, Name: f.Name, Type: f.Type}); err != nil {
		return err
	}
	return t.Goto("fetch")
}

func askFetch(t *Turn) error {
	if t.Count("fetched") > 0 {
		b, err := t.draftLetter()
		if err != nil || b == nil {
			return err
		}
		if b.File == "" {
			return t.Goto("file")
		}
		return t.onTo("audience")
	}
	t.Say("broadcast.file_wait")
	t.Offer(Pick("none", "broadcast.file_none"))
	return nil
}

func takeFetch(t *Turn) error {
	if t.Chosen() != "none" {
		return t.Again("broadcast.file_patience")
	}
	if b, err := t.rewrite(func(*store.Broadcast) {}); err != nil || b == nil { // what arrives now is for another one
		return err
	}
	return t.onTo("audience")
}

// hearDraft hears what came of the work that was left for a draft. Whoever has
// gone on to something else meanwhile finds it with the draft.
func hearDraft(t *Turn) error {
	var o TaskOutcome
	if err := jsonNote(t.Input.Data, &o); err != nil {
		return err
	}
	if o.Task == FetchWork {
		return t.hearFetched(o)
	}
	return t.hearCounted(o)
}

func (t *Turn) hearFetched(o TaskOutcome) error {
	var ask FetchFile
	var got Fetched
	if err := jsonNote(o.Data, &ask); err != nil {
		return err
	}
	if o.Error == "" {
		if err := jsonNote(o.Result, &got); err != nil {
			return err
		}
	}
	waits := t.Watches("fetch") && t.writes(ask.Broadcast)
	b, err := t.Broadcast(ask.Broadcast)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err != nil || b.By != t.Member.ID || b.State != store.Draft || b.Revision != ask.Revision {
		return t.dropFetched(got.File)
	}
	if got.File != "" {
		if err := t.dropFileOf(b); err != nil {
			return err
		}
		if _, err := t.ChangeDraft(b.ID, b.Revision, func(b *store.Broadcast) { b.File = got.File }); err != nil {
			return err
		}
	}
	switch {
	case got.File != "":
		if waits {
			t.Say("broadcast.file_done")
		}
	case got.TooLarge:
		t.Say("broadcast.file_too_large", "most", mostMB)
	default:
		t.Say("broadcast.file_failed")
	}
	if !waits {
		return nil
	}
	if err := t.Hold("fetched", 1); err != nil {
		return err
	}
	return t.Stay()
}

// dropFileOf deletes the file of a draft, unless it is that of the broadcast which
// the draft sends again: that one may still need it.
func (t *Turn) dropFileOf(b *store.Broadcast) error {
	if b.Source != "" {
		return nil
	}
	return t.dropFetched(b.File)
}

// dropFetched deletes a file; empty: there is none.
func (t *Turn) dropFetched(file string) error {
	if file == "" {
		return nil
	}
	return t.DeleteFile(file)
}

// writes says whether she stands in the flow that hears this with the draft id.
func (t *Turn) writes(id string) bool {
	var n broadcastNote
	return t.Held(t.frame().Flow, &n) && n.Broadcast == id
}
