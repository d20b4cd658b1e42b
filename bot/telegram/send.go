package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"chihai/bot/channel"
	"chihai/store"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// What Telegram takes, in UTF-16 units (core.telegram.org/bots/api#sendmessage).
const (
	maxText    = 4096
	maxCaption = 1024
)

// maxPhoto is what Telegram takes as a picture, in bytes; a larger one goes as
// a document, which may have 50 MB.
const maxPhoto = 10 << 20

// shownTime is for how long, at least, the bot knows which parts of a message
// were shown. Telegram has been seen to ask for three hours of silence.
const shownTime = 6 * time.Hour

// Send shows, edits or deletes a message.
//
// A text of more than 4096 UTF-16 units, or one that is too long for a caption
// of its file, goes in several parts, the last of which carries the buttons. If
// one of them fails, the bot remembers those before it, so that the same
// message, tried again, goes on with the part that failed. The receipt then
// names all parts: deleting it deletes them all.
//
// Telegram does not say whether a 429 is meant for the chat or for the bot; see
// [slowdown] for when it is taken for the bot. A 5xx from the API counts as not
// shown. One from a proxy in between is [channel.ErrUncertain], but for a 503:
// the proxy may have handed the message on. Edits and deletions are never
// uncertain: doing them twice is doing them once.
func (b *Bot) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if _, err := strconv.ParseInt(m.Address, 10, 64); err != nil {
		return channel.Receipt{}, fmt.Errorf("%w: address is not a chat id", channel.ErrRefused)
	}
	var ids []string
	var err error
	switch m.Act {
	case store.Delete:
		err = b.remove(ctx, m)
	case store.Edit:
		ids, err = b.edit(ctx, m)
	default:
		ids, err = b.say(ctx, m)
	}
	if err != nil {
		return channel.Receipt{}, err
	}
	return channel.Receipt{Network: strings.Join(ids, ",")}, nil
}

// A part is what one call shows of a message.
type part struct {
	text string
	file *channel.File // nil: text only
}

// parts splits what m shows. A text that is no caption goes before the file,
// so that what she reads last is what the buttons belong to.
func parts(text string, f *channel.File) []part {
	if f != nil && channel.Length(text) <= maxCaption {
		return []part{{text, f}}
	}
	var list []part
	for _, piece := range channel.Split(text, maxText) {
		list = append(list, part{text: piece})
	}
	if f != nil {
		list = append(list, part{file: f})
	}
	return list
}

// say shows m as new and returns the network's ids of its parts.
func (b *Bot) say(ctx context.Context, m channel.Message) ([]string, error) {
	markup, text, err := keyboard(m)
	if err != nil {
		return nil, err
	}
	list := parts(text, m.File)
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: nothing to show", channel.ErrRefused)
	}
	ids, _ := b.shown.get(m.ID)
	for i := len(ids); i < len(list); i++ {
		p := tgbotapi.Params{"chat_id": m.Address}
		p.AddBool("protect_content", m.Secret)
		if i == len(list)-1 {
			p.AddNonEmpty("reply_markup", markup)
		}
		id, err := b.show(ctx, p, list[i])
		if err != nil {
			if len(ids) > 0 && m.ID != "" {
				b.shown.put(m.ID, ids)
			}
			return nil, b.verdict(m.Address, err)
		}
		ids = append(ids[:i:i], id)
	}
	b.shown.drop(m.ID)
	return ids, nil
}

// show shows one part and returns the network's id of it.
func (b *Bot) show(ctx context.Context, p tgbotapi.Params, part part) (string, error) {
	var data json.RawMessage
	var err error
	method := "sendMessage"
	if part.file != nil {
		p.AddNonEmpty("caption", part.text)
		method, data, err = b.showFile(ctx, p, part.file)
	} else {
		p["text"] = part.text
		p["link_preview_options"] = `{"is_disabled":true}`
		data, err = b.call(ctx, method, p)
	}
	if err != nil {
		return "", err
	}
	var sent struct {
		ID int64 `json:"message_id"`
	}
	if err := json.Unmarshal(data, &sent); err != nil || sent.ID == 0 {
		return "", fmt.Errorf("%s: %w: answer without message_id", method, channel.ErrUncertain)
	}
	return strconv.FormatInt(sent.ID, 10), nil
}

// showFile shows a file, and says by which method.
func (b *Bot) showFile(ctx context.Context, p tgbotapi.Params, f *channel.File) (method string, data json.RawMessage, err error) {
	method, field := methodFor(f)
	data, done, err := b.resend(ctx, p, f)
	if done {
		return method, data, err
	}
	data, err = b.upload(ctx, method, field, p, f)
	if codeOf(err) == http.StatusBadRequest && method != "sendDocument" && !gone(err) {
		// A picture of odd proportions, or a person who wants no voice
		// messages: as a document it can be had.
		method, field = "sendDocument", "document"
		data, err = b.upload(ctx, method, field, p, f)
	}
	if err == nil {
		b.remember(f, method, field, data)
	}
	return method, data, err
}

// methodFor says how a file is shown.
func methodFor(f *channel.File) (method, field string) {
	kind, _, _ := strings.Cut(f.Type, ";")
	switch {
	case (kind == "image/png" || kind == "image/jpeg") && len(f.Data) <= maxPhoto:
		return "sendPhoto", "photo"
	case kind == "audio/ogg": // Opus in Ogg: Telegram shows nothing else as a voice message
		return "sendVoice", "voice"
	}
	return "sendDocument", "document"
}

func (b *Bot) upload(ctx context.Context, method, field string, p tgbotapi.Params, f *channel.File) (json.RawMessage, error) {
	name := cmp.Or(f.Name, "file") // without one Telegram sees no file
	return b.call(ctx, method, p, tgbotapi.RequestFile{Name: field, Data: tgbotapi.FileBytes{Name: name, Bytes: f.Data}})
}

// edit replaces the text and the buttons of the message that m names. What
// cannot be edited is shown as new: it is too old, or was deleted, or is of
// several parts, which are deleted then, or has a file.
func (b *Bot) edit(ctx context.Context, m channel.Message) ([]string, error) {
	old, err := networkIDs(m.Network)
	if err != nil {
		return nil, err
	}
	markup, text, err := keyboard(m)
	if err != nil {
		return nil, err
	}
	if len(old) == 0 {
		return b.say(ctx, m)
	}
	if len(old) > 1 || m.File != nil || channel.Length(text) > maxText {
		if err := b.remove(ctx, m); err != nil && !errors.Is(err, channel.ErrRefused) {
			return nil, err
		}
		return b.say(ctx, m)
	}
	p := tgbotapi.Params{
		"chat_id":              m.Address,
		"message_id":           old[0],
		"text":                 text,
		"link_preview_options": `{"is_disabled":true}`,
	}
	if m.Layout == store.Inline { // an edited message carries no other keyboard
		p.AddNonEmpty("reply_markup", markup)
	}
	_, err = b.call(ctx, "editMessageText", p)
	switch {
	case err == nil, says(err, "message is not modified"):
		return old, nil
	case says(err, "message to edit not found"), says(err, "can't be edited"),
		says(err, "MESSAGE_ID_INVALID"), says(err, "there is no text in the message to edit"):
		if m.EditOnly {
			return nil, fmt.Errorf("%w: message cannot be edited any more", channel.ErrRefused)
		}
		return b.say(ctx, m)
	}
	return nil, undecided(b.verdict(m.Address, err))
}

// remove deletes what m names, all parts of it. One that is gone already is
// deleted.
func (b *Bot) remove(ctx context.Context, m channel.Message) error {
	ids, err := networkIDs(m.Network)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return fmt.Errorf("%w: message to delete is not known", channel.ErrRefused)
	}
	var first error
	for _, id := range ids {
		_, err := b.call(ctx, "deleteMessage", tgbotapi.Params{"chat_id": m.Address, "message_id": id})
		if err == nil || says(err, "message to delete not found") {
			continue
		}
		err = undecided(b.verdict(m.Address, err))
		if !errors.Is(err, channel.ErrRefused) {
			return err // trying again deletes the rest
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// networkIDs takes apart what a receipt names.
func networkIDs(s string) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	ids := strings.Split(s, ",")
	for _, id := range ids {
		if n, err := strconv.ParseInt(id, 10, 64); err != nil || n <= 0 {
			return nil, fmt.Errorf("%w: not a message id of Telegram", channel.ErrRefused)
		}
	}
	return ids, nil
}

// verdict turns an error of a call about a chat into one of the errors of
// package channel.
func (b *Bot) verdict(address string, err error) error {
	var api *tgbotapi.Error
	if !errors.As(err, &api) {
		return err
	}
	switch {
	case api.MigrateToChatID != 0:
		return &channel.MovedError{Address: strconv.FormatInt(api.MigrateToChatID, 10)}
	case api.Code == http.StatusTooManyRequests || api.RetryAfter > 0:
		return b.slow.told(address, max(time.Duration(api.RetryAfter)*time.Second, time.Second))
	case api.Code == http.StatusForbidden || gone(err):
		return fmt.Errorf("%w: %w", channel.ErrBlocked, err)
	case api.Code == http.StatusBadRequest || api.Code == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: %w", channel.ErrRefused, err)
	}
	return err
}

// undecided makes an uncertain end of an edit or a deletion one that may be
// tried again.
func undecided(err error) error {
	if errors.Is(err, channel.ErrUncertain) {
		return errors.New(err.Error())
	}
	return err
}

// gone reports whether err says that the chat does not exist, or not any more,
// or that the person never wrote to the bot.
func gone(err error) bool {
	return says(err, "chat not found") || says(err, "user not found") || says(err, "PEER_ID_INVALID")
}

// says reports whether err is a 400 of the Bot API with that text in it.
func says(err error, text string) bool {
	var api *tgbotapi.Error
	return errors.As(err, &api) && api.Code == http.StatusBadRequest && strings.Contains(api.Message, text)
}

// A slowdown keeps in mind whom Telegram told to wait. It does not say
// whether a chat or the whole bot is too fast; it is taken to be the bot when
// the wait is longer than one chat earns, or when a second person's chat is
// told while the first still waits. Groups have a limit of their own, 20
// messages a minute, and never speak for the bot in this way.
type slowdown struct {
	mu    sync.Mutex
	chat  string
	until time.Time
}

// chatWait is the longest wait that is taken for one chat's.
const chatWait = 60 * time.Second

// told notes that the chat must wait for so long and says who has to.
func (s *slowdown) told(chat string, wait time.Duration) *channel.RetryError {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := wait > chatWait
	if !strings.HasPrefix(chat, "-") { // not a group
		now := time.Now()
		all = all || s.chat != chat && now.Before(s.until)
		s.chat, s.until = chat, now.Add(wait)
	}
	return &channel.RetryError{After: wait, All: all}
}
