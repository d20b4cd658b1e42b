package flows

import (
	"context"
	"slices"
	"strings"

	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// This file does on the stage what networks and bot/export do for the shelf.

// letterTap is the tap on a button of the latest letter to a person.
func (s *stage) letterTap(who, label string) (tap Tap) {
	for _, m := range slices.Backward(s.shown[who]) {
		for _, c := range m.Choices {
			if c.Kind == store.Standing && c.Label == label {
				return Tap{m.Token, c.ID}
			}
		}
	}
	s.t.Fatalf("no letter to %s has %q\n\nso far:\n%s", who, label, s.out.String())
	return tap
}

// fileOf are the bytes of the file that a work makes. One that is fetched begins
// as its name says, unless that says that it lies.
func (s *stage) fileOf(task *store.Task) []byte {
	if task.Work != FetchWork {
		return []byte(task.Work)
	}
	var ask FetchFile
	s.must(json.Unmarshal(task.Data, &ask))
	head := map[string]string{"pdf": "%PDF-1.7", "docx": "PK\x03\x04", "jpg": "\xff\xd8\xff"}[formatOf(ask.Name, ask.Type)]
	if strings.HasPrefix(ask.Name, "gia") {
		head = "MZ"
	}
	return []byte(head + strings.Repeat(" ", 300<<10))
}

// readers does the work that counts who has read a document, for all areas.
func (s *stage) readers(task *store.Task) (result jsontext.Value) {
	var ask ReadWork
	s.must(json.Unmarshal(task.Data, &ask))
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		sent, err := tx.Sent(ask.Broadcast)
		if err != nil {
			return err
		}
		r, err := tx.CountReaders(sent, ask.Top, func(string) bool { return true })
		if err != nil {
			return err
		}
		r.Hide()
		result, err = json.Marshal(r)
		return err
	}))
	return result
}
