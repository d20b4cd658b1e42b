package telegramtest

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A Button is one that a person can press.
type Button struct {
	Text    string
	Data    string // what a tap carries; only below a message
	URL     string // the page it opens; only below a message
	Contact bool   // shares her phone number; only on a keyboard
}

// A Markup says what buttons came with a message.
type Markup int

const (
	Plain    Markup = iota // none: the keyboard stays as it is
	Keyboard               // takes the place of the keyboard
	Inline                 // below the message
	Remove                 // the keyboard is taken away
)

// What the real server says when buttons are wrong.
const (
	badMarkup = "Bad Request: object expected as reply markup"
	badButton = "Bad Request: can't parse keyboard button: Field \"text\" must be of type String"
	badText   = "Bad Request: keyboard button text must be non-empty"
	badKind   = "Bad Request: text buttons are unallowed in the inline keyboard"
	badData   = "Bad Request: BUTTON_DATA_INVALID"
	badURL    = "Bad Request: inline keyboard button URL is invalid: Wrong HTTP URL"
	badPhone  = "Bad Request: phone number can be requested in private chats only"
	badEdit   = "Bad Request: inline keyboard expected"
)

// readMarkup reads reply_markup; refusal is empty when it is right.
func readMarkup(raw string, private bool) (kind Markup, rows [][]Button, refusal string) {
	if raw == "" {
		return Plain, nil, ""
	}
	var m struct {
		Keyboard [][]json.RawMessage `json:"keyboard"`
		Inline   [][]struct {
			Text string  `json:"text"`
			Data *string `json:"callback_data"`
			URL  *string `json:"url"`
		} `json:"inline_keyboard"`
		Remove bool `json:"remove_keyboard"`
		Force  bool `json:"force_reply"`
	}
	if json.Unmarshal([]byte(raw), &m) != nil {
		return Plain, nil, badMarkup
	}
	switch {
	case m.Inline != nil:
		for _, r := range m.Inline {
			var row []Button
			for _, b := range r {
				switch {
				case strings.TrimSpace(b.Text) == "":
					return Plain, nil, badText
				case (b.Data == nil) == (b.URL == nil):
					return Plain, nil, badKind
				case b.Data != nil && (*b.Data == "" || len(*b.Data) > 64):
					return Plain, nil, badData
				case b.URL != nil && !goodURL(*b.URL):
					return Plain, nil, badURL
				}
				button := Button{Text: b.Text}
				if b.Data != nil {
					button.Data = *b.Data
				} else {
					button.URL = *b.URL
				}
				row = append(row, button)
			}
			if len(row) > 0 {
				rows = append(rows, row)
			}
		}
		return Inline, rows, ""
	case m.Keyboard != nil:
		for _, r := range m.Keyboard {
			var row []Button
			for _, raw := range r {
				b, refusal := keyboardButton(raw)
				if refusal == "" && b.Contact && !private {
					refusal = badPhone
				}
				if refusal != "" {
					return Plain, nil, refusal
				}
				row = append(row, b)
			}
			if len(row) > 0 {
				rows = append(rows, row)
			}
		}
		if len(rows) == 0 {
			return Plain, nil, badMarkup
		}
		return Keyboard, rows, ""
	case m.Remove:
		return Remove, nil, ""
	case m.Force:
		return Plain, nil, ""
	}
	return Plain, nil, badMarkup
}

// keyboardButton reads a button of a keyboard: an object, or just its text.
func keyboardButton(raw json.RawMessage) (b Button, refusal string) {
	if json.Unmarshal(raw, &b.Text) != nil {
		var o struct {
			Text    string `json:"text"`
			Contact bool   `json:"request_contact"`
		}
		if json.Unmarshal(raw, &o) != nil {
			return b, badButton
		}
		b = Button{Text: o.Text, Contact: o.Contact}
	}
	if strings.TrimSpace(b.Text) == "" {
		return b, badText
	}
	return b, ""
}

// goodURL reports whether a button may open s: the real server wants a name
// that could be on the internet, or an address in numbers.
func goodURL(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "tg":
		return true
	case "http", "https", "":
		host := u.Hostname()
		if u.Scheme == "" {
			host, _, _ = strings.Cut(s, "/")
		}
		return strings.Contains(strings.Trim(host, "."), ".")
	}
	return false
}

// units is how long s is for Telegram: in UTF-16 units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// textRefusal says why a text of at most so many units is refused; it is empty
// when it is not.
func textRefusal(what, text string, least, most int) string {
	switch n := units(strings.TrimSpace(text)); {
	case !utf8.ValidString(text):
		return "Bad Request: strings must be encoded in UTF-8"
	case n < least:
		return "Bad Request: " + what + " is empty"
	case n > most && what == "message text":
		return "Bad Request: message is too long"
	case n > most:
		return "Bad Request: " + what + " is too long"
	}
	return ""
}

// shown is rows as a message of the API holds them.
func inlineJSON(rows [][]Button) json.RawMessage {
	type button struct {
		Text string `json:"text"`
		Data string `json:"callback_data,omitempty"`
		URL  string `json:"url,omitempty"`
	}
	out := make([][]button, len(rows))
	for i, row := range rows {
		for _, b := range row {
			out[i] = append(out[i], button{b.Text, b.Data, b.URL})
		}
	}
	return mustJSON(map[string]any{"inline_keyboard": out})
}
