package broadcast

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"time"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
)

// attachTime is for how long the file of a broadcast is kept. One may be planned
// for two months ahead, and is sent again to whom it did not come.
const attachTime = 120 * 24 * time.Hour

// Attach returns the work that fetches what goes with a broadcast from the
// network by which it came ([flows.FetchWork]).
func Attach(channels []channel.Channel) func(context.Context, *store.Store, store.Task) ([]byte, error) {
	return func(ctx context.Context, s *store.Store, task store.Task) ([]byte, error) {
		var ask flows.FetchFile
		if err := json.Unmarshal(task.Data, &ask); err != nil {
			return nil, fmt.Errorf("read the task: %w", err)
		}
		data, err := channel.Fetch(ctx, channels, ask.Channel, ask.ID, store.MaxFile)
		switch {
		case errors.Is(err, channel.ErrTooLarge):
			return json.Marshal(flows.Fetched{TooLarge: true})
		case errors.Is(err, channel.ErrRefused):
			return json.Marshal(flows.Fetched{})
		case err != nil:
			return nil, err
		}
		f := &store.File{Name: fileName(ask), Type: cmp.Or(ask.Type, "application/octet-stream"), Member: task.Member}
		err = s.Update(ctx, func(tx *store.Tx) error {
			if _, err := tx.Member(task.Member); err != nil {
				return err
			}
			f.Expires = tx.Now.Add(attachTime)
			return tx.PutFile(f, data)
		})
		if errors.Is(err, store.ErrNotFound) { // she was deleted meanwhile
			return json.Marshal(flows.Fetched{})
		}
		if err != nil {
			return nil, fmt.Errorf("keep a file: %w", err)
		}
		return json.Marshal(flows.Fetched{File: f.ID})
	}
}

// fileName is the name under which a file is shown; photos have none.
func fileName(ask flows.FetchFile) string {
	if ask.Name != "" {
		return ask.Name
	}
	if ask.Type == "image/jpeg" { // whose first ending by name is .jfif on some machines
		return "anh.jpg"
	}
	if ends, err := mime.ExtensionsByType(ask.Type); err == nil && len(ends) > 0 {
		return "tep" + ends[0]
	}
	return "tep"
}
