package telegram

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// An unreadableError says that an answer with status 200 is none of the Bot
// API, or one that encoding/json does not take: it gives up where values lie
// more than 10,000 deep in each other, and one such update makes the answer
// unreadable that holds 99 others.
type unreadableError struct {
	first int64 // id of the update at the head of the answer; 0: there is none
}

func (e *unreadableError) Error() string { return "HTTP 200 with an answer that cannot be read" }

// headShape is how an answer with updates begins.
var headShape = regexp.MustCompile(`^\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\[\s*\{\s*"update_id"\s*:\s*([0-9]{1,18})\s*[,}]`)

// unreadable is the error for an answer with that body. Of a body that was cut
// short on its way, as a proxy may do, it names no update: that one may come
// whole the next time.
func unreadable(body []byte) *unreadableError {
	e := new(unreadableError)
	whole := len(body) >= maxAnswer || bytes.HasSuffix(bytes.TrimSpace(body), []byte("]}"))
	if m := headShape.FindSubmatch(body[:min(len(body), 256)]); whole && m != nil {
		e.first, _ = strconv.ParseInt(string(m[1]), 10, 64) // 18 digits fit
	}
	return e
}

// isUnreadable reports whether err says that an answer came and could not be
// read.
func isUnreadable(err error) bool {
	var e *unreadableError
	return errors.As(err, &e)
}

// alone asks for the first of the updates that p asks for, after the answer
// with all of them could not be read. If it is the one to blame it becomes a
// silent item, which is skipped.
func (b *Bot) alone(ctx context.Context, p tgbotapi.Params) ([]item, error) {
	p["limit"] = "1"
	delete(p, "timeout") // there is one
	items, err := b.updates(ctx, p)
	var e *unreadableError
	if !errors.As(err, &e) || e.first == 0 {
		return items, err
	}
	b.log.Error("update cannot be read and is skipped", "update", e.first, "why", "an answer with nothing else cannot be read")
	return []item{{id: e.first, silent: true}}, nil
}
