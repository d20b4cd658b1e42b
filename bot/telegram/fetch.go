package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"chihai/bot/channel"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// Fetch returns the bytes of a file that somebody has sent. Telegram hands bots
// files of at most 20 MB (core.telegram.org/bots/api#getfile).
func (b *Bot) Fetch(ctx context.Context, id string, most int) ([]byte, error) {
	raw, err := b.call(ctx, "getFile", tgbotapi.Params{"file_id": id})
	switch {
	case says(err, "file is too big"):
		return nil, channel.ErrTooLarge
	case codeOf(err) == http.StatusBadRequest:
		return nil, fmt.Errorf("%w: %w", channel.ErrRefused, err)
	case err != nil:
		return nil, err
	}
	var f struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	if err := json.Unmarshal(raw, &f); err != nil || f.Path == "" {
		return nil, fmt.Errorf("%w: getFile: answer without file_path", channel.ErrRefused)
	}
	if f.Size > int64(most) {
		return nil, channel.ErrTooLarge
	}
	return b.download(ctx, f.Path, most)
}

// download fetches what stands at the path that getFile has told. The token is
// part of the address, so that no error may name it.
func (b *Bot) download(ctx context.Context, path string, most int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, uploadTime)
	defer cancel()
	at := fmt.Sprintf(b.files, b.token, (&url.URL{Path: strings.TrimPrefix(path, "/")}).EscapedPath())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, errors.New("download: path of the file is none")
	}
	resp, err := b.client.Do(req) // #nosec G704 -- the operator names the Bot API, and the path is the API's own
	if err != nil {
		return nil, fmt.Errorf("download: %w", bare(err))
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%w: file is gone", channel.ErrRefused)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("download: HTTP %d", resp.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("download: %w", bare(err))
	}
	if len(data) > most {
		return nil, channel.ErrTooLarge
	}
	return data, nil
}
