package store

import (
	"errors"
	"slices"
)

// HoldAnswerFile makes the file id, which was fetched for somebody, a part of what
// she answers: it stays for as long as these answers do, and goes with them. It
// returns [ErrNotFound] when the file is gone. d is kept by [Tx.KeepAnswers] as
// before.
func (tx *Tx) HoldAnswerFile(d *Answering, id string) error {
	f, err := get[File](tx, "file", id)
	if err != nil {
		return err
	}
	f.Member, f.Campaign, f.Expires = "", d.Campaign, onShelf
	d.Files = append(d.Files, id)
	return put(tx, "file", f.ID, f)
}

// KeepAnswerFiles deletes the files of d that are not among those in use: others took
// their place. What was sent before and is being changed loses them as well, so it is
// to be called when the change is sent.
func (tx *Tx) KeepAnswerFiles(d *Answering, used []string) error {
	for _, id := range d.Files {
		if slices.Contains(used, id) {
			continue
		}
		if err := tx.DeleteFile(id); err != nil {
			return err
		}
	}
	d.Files = slices.DeleteFunc(d.Files, func(id string) bool { return !slices.Contains(used, id) })
	return nil
}

// dropAnswerFiles deletes the files of a draft that is given up, but those that what
// was sent before still has.
func (tx *Tx) dropAnswerFiles(d *Answering) error {
	var keep []string
	if d.Response != "" {
		r, err := get[Response](tx, "response", d.Campaign+"/"+d.Response)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil {
			keep = r.Files
		}
	}
	for _, id := range d.Files {
		if slices.Contains(keep, id) {
			continue
		}
		if err := tx.DeleteFile(id); err != nil {
			return err
		}
	}
	return nil
}
