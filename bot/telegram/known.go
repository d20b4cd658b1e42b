package telegram

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"chihai/bot/channel"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// This file has the bytes of a file travel to Telegram once, however many people
// get it: Telegram names what was uploaded, and takes that name in its place from
// the same bot (core.telegram.org/bots/api#sending-files).

// knownTime is for how long, at least, the bot knows what Telegram calls a file.
// The name stays good for longer; what is forgotten is uploaded anew.
const knownTime = 24 * time.Hour

// An uploaded is a file as Telegram knows it.
type uploaded struct {
	method, field string // by which it was sent, and may be again
	id            string
}

// resend shows a file that was uploaded before by its name, and says whether that
// was tried with an end. Where Telegram does not take the name, nothing was shown,
// and the file is to be uploaded again.
func (b *Bot) resend(ctx context.Context, p tgbotapi.Params, f *channel.File) (data json.RawMessage, done bool, err error) {
	if f.ID == "" {
		return nil, false, nil
	}
	was, ok := b.known.get(f.ID)
	if !ok {
		return nil, false, nil
	}
	p[was.field] = was.id
	data, err = b.call(ctx, was.method, p)
	delete(p, was.field)
	if codeOf(err) == http.StatusBadRequest && !gone(err) {
		b.known.drop(f.ID)
		return nil, false, nil
	}
	return data, true, err
}

// remember notes what Telegram calls f, which was sent by the method. Whatever
// Telegram takes a document for, it may be sent as one again.
func (b *Bot) remember(f *channel.File, method, field string, data json.RawMessage) {
	if f.ID == "" {
		return
	}
	type file struct {
		ID string `json:"file_id"`
	}
	var sent struct {
		Document, Audio, Video, Animation, Voice file
		Photo                                    []file
	}
	if json.Unmarshal(data, &sent) != nil {
		return
	}
	for _, found := range append([]file{sent.Document, sent.Audio, sent.Video, sent.Animation, sent.Voice}, sent.Photo...) {
		if found.ID != "" { // of a photo any size leads to all of them
			b.known.put(f.ID, uploaded{method, field, found.ID})
			return
		}
	}
}
