package channel

import (
	"context"
	"fmt"
)

// Fetch returns the bytes of the file id that came by the channel of that name, at
// most most of them. Its errors are those of [Fetcher]; a channel that is not among
// all, or fetches nothing, is [ErrRefused].
func Fetch(ctx context.Context, all []Channel, name, id string, most int) ([]byte, error) {
	for _, ch := range all {
		if ch.Name() != name {
			continue
		}
		if f, ok := ch.(Fetcher); ok {
			return f.Fetch(ctx, id, most)
		}
	}
	return nil, fmt.Errorf("%w: no channel fetches files of %s", ErrRefused, name)
}
