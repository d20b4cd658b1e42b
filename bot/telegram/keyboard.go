package telegram

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strings"
	"unicode/utf8"

	"chihai/bot/channel"
	"chihai/store"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// maxData is how much an inline button carries, in bytes.
	// (core.telegram.org/bots/api#inlinekeyboardbutton)
	maxData = 64

	// halfRow is how many characters a label may have for two of them to stand
	// side by side on a small phone.
	halfRow = 16
)

// keyboard returns the buttons of m as the Bot API takes them, empty when
// there are none, and the text of m, to which the addresses are added that
// cannot be buttons. Telegram has buttons that share a phone number only in
// the keyboard, and those that open a page only below a message.
func keyboard(m channel.Message) (markup, text string, err error) {
	var rows any
	var links []string
	switch m.Layout {
	case store.Clear:
		rows = tgbotapi.ReplyKeyboardRemove{RemoveKeyboard: true}
	case store.Keyboard:
		k := tgbotapi.ReplyKeyboardMarkup{ResizeKeyboard: true}
		k.Keyboard = arrange(m.Choices, func(c store.Choice) (tgbotapi.KeyboardButton, bool) {
			switch c.Kind {
			case store.Link:
				links = append(links, line(c))
				return tgbotapi.KeyboardButton{}, false
			case store.Phone:
				return tgbotapi.NewKeyboardButtonContact(c.Label), true
			}
			return tgbotapi.NewKeyboardButton(c.Label), true
		})
		if len(k.Keyboard) > 0 {
			rows = k
		}
	case store.Inline:
		var k tgbotapi.InlineKeyboardMarkup
		k.InlineKeyboard = arrange(m.Choices, func(c store.Choice) (tgbotapi.InlineKeyboardButton, bool) {
			switch {
			case c.Kind == store.Phone:
				return tgbotapi.InlineKeyboardButton{}, false
			case c.Kind == store.Link && public(c.URL):
				return tgbotapi.NewInlineKeyboardButtonURL(c.Label, c.URL), true
			case c.Kind == store.Link:
				links = append(links, line(c))
				return tgbotapi.InlineKeyboardButton{}, false
			}
			data := m.Token + ":" + c.ID
			if len(data) > maxData {
				err = fmt.Errorf("%w: a button carries %d bytes, at most %d are taken", channel.ErrRefused, len(data), maxData)
			}
			return tgbotapi.NewInlineKeyboardButtonData(c.Label, data), true
		})
		if len(k.InlineKeyboard) > 0 {
			rows = k
		}
	}
	text = m.Text
	if len(links) > 0 {
		text = strings.TrimSpace(text + "\n\n" + strings.Join(links, "\n"))
	}
	text = strings.ToValidUTF8(text, "\ufffd")
	if err != nil || rows == nil {
		return "", text, err
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return "", "", fmt.Errorf("%w: buttons: %w", channel.ErrRefused, err)
	}
	return string(data), text, nil
}

// arrange puts the buttons that make of the choices into rows: two short ones
// side by side, others alone.
func arrange[B any](choices []store.Choice, button func(store.Choice) (B, bool)) [][]B {
	var rows [][]B
	half := false // the last row has room for one more
	for _, c := range choices {
		b, ok := button(c)
		if !ok {
			continue
		}
		short := !c.Wide && c.Kind == store.Tap && utf8.RuneCountInString(c.Label) <= halfRow
		if short && half {
			rows[len(rows)-1] = append(rows[len(rows)-1], b)
			half = false
			continue
		}
		rows = append(rows, []B{b})
		half = short
	}
	return rows
}

// line is a link as it stands in a text.
func line(c store.Choice) string {
	if c.Label == "" {
		return c.URL
	}
	return c.Label + ": " + c.URL
}

// public reports whether Telegram takes the address for a button. It refuses
// the whole message for one without a name that could be on the internet, such
// as that of a program under test.
func public(address string) bool {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return false
	}
	host := u.Hostname()
	return net.ParseIP(host) == nil && strings.Contains(strings.Trim(host, "."), ".")
}
