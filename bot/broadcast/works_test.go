package broadcast_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"chihai/bot/broadcast"
	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// A shelf is a network that hands over one file, or says why not.
type shelf struct {
	network
	data string
	err  error
}

func (s *shelf) Fetch(_ context.Context, id string, most int) ([]byte, error) {
	if id != "f" || most != store.MaxFile {
		return nil, errors.New("another file was asked for")
	}
	return []byte(s.data), s.err
}

// What is fetched is kept under a name; what never will be is told apart from
// what may be tried again.
func TestAttach(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name    string
		ask     flows.FetchFile
		err     error
		file    string // name under which it is kept
		tooLong bool
		again   bool
	}{
		{"a photo", flows.FetchFile{Channel: "test:1", ID: "f", Type: "image/jpeg"}, nil, "anh.jpg", false, false},
		{"a document", flows.FetchFile{Channel: "test:1", ID: "f", Name: "Lịch.pdf", Type: "application/pdf"}, nil, "Lịch.pdf", false, false},
		{"too large", flows.FetchFile{Channel: "test:1", ID: "f"}, channel.ErrTooLarge, "", true, false},
		{"never", flows.FetchFile{Channel: "test:1", ID: "f"}, channel.ErrRefused, "", false, false},
		{"no such network", flows.FetchFile{Channel: "zalo:2", ID: "f"}, nil, "", false, false},
		{"not now", flows.FetchFile{Channel: "test:1", ID: "f"}, errors.New("hung up"), "", false, true},
	} {
		data, err := json.Marshal(tt.ask)
		if err != nil {
			t.Fatal(err)
		}
		work := broadcast.Attach([]channel.Channel{&shelf{data: "bytes", err: tt.err}})
		raw, err := work(t.Context(), w.Store, store.Task{Member: w.officer, Data: data})
		if (err != nil) != tt.again {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.again {
			continue
		}
		var got flows.Fetched
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		check(t, tt.name+": too large", got.TooLarge, tt.tooLong)
		name := ""
		if got.File != "" {
			w.update(func(tx *store.Tx) error {
				f, data, err := tx.File(got.File)
				if err == nil {
					name = f.Name
					check(t, tt.name, string(data), "bytes")
				}
				return err
			})
		}
		check(t, tt.name+": kept as", name, tt.file)
	}
}

// Counting says how many there are, and of a draft that is gone that there is
// nobody.
func TestCount(t *testing.T) {
	w := newWorld(t)
	w.women("31", 7)
	id := ""
	w.update(func(tx *store.Tx) error {
		b := &store.Broadcast{
			By: w.officer, Text: store.Text{"vi": "Mời họp"}, Audience: store.Audience{Op: store.InArea, ID: "31"}, Scope: store.Scope{Areas: []string{""}},
		}
		err := tx.AddBroadcast(b)
		id = b.ID
		return err
	})
	for ask, want := range map[string]string{id: `{"people":7}`, "gone": `{"people":0}`} {
		got, err := broadcast.Count(t.Context(), w.Store, store.Task{Data: []byte(`{"broadcast":"` + ask + `"}`)})
		if err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("counted %s, %v; want %s", got, err, want)
		}
	}
}
