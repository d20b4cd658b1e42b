package telegram

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chihai/flows"
)

// An item is an update as the rest of the package sees it.
type item struct {
	id     int64
	chat   int64 // whose updates stay in order
	in     flows.Input
	silent bool   // there is nothing to hand over
	tap    string // id of the tap that is to be answered
}

// What the bot looks at in an update (core.telegram.org/bots/api#update). A
// field of which it is enough to know that it is there stays unread.
type (
	update struct {
		ID            int64       `json:"update_id"`
		Message       *message    `json:"message"`
		EditedMessage *message    `json:"edited_message"`
		CallbackQuery *tap        `json:"callback_query"`
		MyChatMember  *membership `json:"my_chat_member"`
	}

	message struct {
		Date       int64    `json:"date"`
		EditDate   int64    `json:"edit_date"`
		From       *user    `json:"from"`
		Chat       chat     `json:"chat"`
		Text       string   `json:"text"`
		Entities   []entity `json:"entities"`
		AlbumID    string   `json:"media_group_id"`
		Contact    *contact `json:"contact"`
		Location   *point   `json:"location"`
		Venue      *venue   `json:"venue"`
		Photo      []photo  `json:"photo"`
		Document   *file    `json:"document"`
		Voice      *file    `json:"voice"`
		Audio      *file    `json:"audio"`
		Video      *file    `json:"video"`
		VideoNote  *file    `json:"video_note"`
		Sticker    present  `json:"sticker"`
		Dice       present  `json:"dice"`
		Animation  present  `json:"animation"`
		Poll       present  `json:"poll"`
		Game       present  `json:"game"`
		Pinned     present  `json:"pinned_message"`
		AutoDelete present  `json:"message_auto_delete_timer_changed"`
		Access     present  `json:"write_access_allowed"`
		Background present  `json:"chat_background_set"`
	}

	tap struct {
		ID      string `json:"id"`
		From    *user  `json:"from"`
		Message *struct {
			Chat chat `json:"chat"`
		} `json:"message"` // not there when the button hung on a message of another's chat
		Data string `json:"data"`
	}

	membership struct {
		Date int64  `json:"date"`
		Chat chat   `json:"chat"`
		Old  member `json:"old_chat_member"`
		New  member `json:"new_chat_member"`
	}

	user struct {
		ID    int64 `json:"id"`
		IsBot bool  `json:"is_bot"`
	}
	chat struct {
		ID   int64  `json:"id"`
		Type string `json:"type"` // private, group, supergroup or channel
	}
	member struct {
		Status string `json:"status"`
	}
	entity struct {
		Type   string `json:"type"`
		Offset int    `json:"offset"` // in UTF-16 units
		Length int    `json:"length"` // in UTF-16 units
		User   *user  `json:"user"`   // of a mention of somebody without a user name
	}
	contact struct {
		Phone  string `json:"phone_number"`
		UserID int64  `json:"user_id"`
	}
	point struct {
		Latitude  float64 `json:"latitude"`
		Longitude float64 `json:"longitude"`
	}
	venue struct {
		Location point `json:"location"`
	}
	photo struct {
		ID    string `json:"file_id"`
		Width int    `json:"width"`
		Size  int64  `json:"file_size"`
	}
	file struct {
		ID   string `json:"file_id"`
		Name string `json:"file_name"`
		Type string `json:"mime_type"`
		Size int64  `json:"file_size"`
	}
)

// A present field is there or not; whatever it holds.
type present bool

func (p *present) UnmarshalJSON(data []byte) error {
	*p = string(data) != "null"
	return nil
}

const (
	maxName  = 200 // how much of the name of a file is kept, in characters
	maxAlbum = 64  // the same of the id of an album; Telegram's are numbers
)

// read makes an item of an update. An update that cannot be read is told to
// the log, without what it says, and is silent.
func (b *Bot) read(raw json.RawMessage) item {
	var u update
	err := json.Unmarshal(raw, &u)
	if err == nil && u.ID <= 0 {
		err = errors.New("no update_id")
	}
	if err != nil {
		b.log.Error("update cannot be read and is skipped", "update", u.ID, "why", why(err))
		return item{id: u.ID, silent: true}
	}
	it := item{id: u.ID, silent: true}
	switch {
	case u.Message != nil:
		it.chat = u.Message.Chat.ID
		it.silent = !b.message(u.Message, &it.in)
	case u.EditedMessage != nil:
		it.chat = u.EditedMessage.Chat.ID
		it.silent = !edited(u.EditedMessage, &it.in)
	case u.CallbackQuery != nil:
		it.tap = u.CallbackQuery.ID
		it.chat, it.silent = tapped(u.CallbackQuery, &it.in)
	case u.MyChatMember != nil:
		it.chat = u.MyChatMember.Chat.ID
		it.silent = !membershipChanged(u.MyChatMember, &it.in)
	}
	if it.chat == 0 {
		it.silent = true
	}
	if it.silent {
		it.in = flows.Input{}
		return it
	}
	it.in.ID = b.inputID(u.ID)
	it.in.Channel = b.Name()
	it.in.From = strconv.FormatInt(it.chat, 10)
	if it.in.At.IsZero() {
		it.in.At = time.Now().UTC() // a tap carries no time
	}
	return it
}

// inputID is the ID of the input that the update with id becomes.
func (b *Bot) inputID(id int64) string {
	return b.Name() + "/u/" + strconv.FormatInt(id, 10)
}

// why says what kind of thing makes an update unreadable, and where in it,
// without quoting it.
func why(err error) string {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return "not JSON at byte " + strconv.FormatInt(syntax.Offset, 10)
	case errors.As(err, &mismatch):
		return "unexpected value in " + mismatch.Field
	}
	return "no update_id"
}

// message makes an input of a new message, and reports false when the bot
// keeps silent about it.
func (b *Bot) message(m *message, in *flows.Input) bool {
	if m.From != nil && m.From.IsBot {
		return false
	}
	in.At = at(m.Date)
	if m.Chat.Type != "private" {
		in.Kind, in.Text = flows.Other, flows.OtherGroup
		return b.addressed(m)
	}
	text, ref := clean(m.Text, flows.MaxText), attachment(m)
	switch {
	case text != "":
		in.Kind, in.Text = flows.Text, command(text)
	case m.Contact != nil:
		in.Kind, in.Phone = flows.Contact, clean(m.Contact.Phone, 64)
		in.Own = m.From != nil && m.Contact.UserID != 0 && m.Contact.UserID == m.From.ID
	case m.Venue != nil:
		in.Kind, in.Place = flows.Location, flows.Place(m.Venue.Location)
	case m.Location != nil:
		in.Kind, in.Place = flows.Location, flows.Place(*m.Location)
	case bool(m.Animation || m.Sticker || m.Dice || m.Poll || m.Game): // an animation is also a document
		in.Kind, in.Text = flows.Other, flows.OtherSticker
	case ref.ID != "":
		in.Kind, in.File, in.Album = flows.File, ref, clean(m.AlbumID, maxAlbum)
	case bool(m.Pinned || m.AutoDelete || m.Access || m.Background): // said by nobody
		return false
	default:
		in.Kind, in.Text = flows.Other, flows.OtherLost
	}
	return true
}

// edited makes an input of a message that was changed. A place that moves is
// not her doing.
func edited(m *message, in *flows.Input) bool {
	if m.Chat.Type != "private" || m.From != nil && m.From.IsBot || m.Location != nil {
		return false
	}
	in.At = at(m.EditDate)
	in.Kind, in.Text = flows.Other, flows.OtherEdited
	return true
}

// tapped makes an input of a tap on an inline button and returns its chat.
func tapped(t *tap, in *flows.Input) (chat int64, silent bool) {
	switch {
	case t.From == nil || t.From.IsBot:
		return 0, true
	case t.Message == nil: // a private chat has the id of the person
		chat = t.From.ID
	case t.Message.Chat.Type != "private":
		return t.Message.Chat.ID, true
	default:
		chat = t.Message.Chat.ID
	}
	in.Kind = flows.Choice
	token, id, ok := strings.Cut(t.Data, ":")
	if ok && token != "" && id != "" && len(t.Data) <= maxData && clean(t.Data, maxData) == t.Data {
		in.Tap = flows.Tap{Token: token, ID: id}
	}
	return chat, false
}

// membershipChanged makes an input of the news that the bot was blocked, let
// back in, or added to a group. Others have no bearing on it.
func membershipChanged(m *membership, in *flows.Input) bool {
	in.At = at(m.Date)
	was, is := m.Old.Status, m.New.Status
	switch {
	case m.Chat.Type != "private":
		in.Kind, in.Text = flows.Other, flows.OtherGroup
		return (is == "member" || is == "administrator") && was != "member" && was != "administrator" && was != "restricted"
	case is == "kicked":
		in.Kind = flows.Unreachable
	case is == "member":
		in.Kind = flows.Reachable
	default:
		return false
	}
	return true
}

// addressed reports whether a message in a group is for the bot: a command
// without the name of a bot or with its own, or a mention of it.
func (b *Bot) addressed(m *message) bool {
	name := b.username.Load()
	own := func(s string) bool { return name != nil && *name != "" && strings.EqualFold(s, *name) }
	for _, e := range m.Entities {
		switch e.Type {
		case "bot_command":
			_, to, named := strings.Cut(units(m.Text, e.Offset, e.Length), "@")
			if e.Offset == 0 && (!named || own(to)) {
				return true
			}
		case "mention":
			if own(strings.TrimPrefix(units(m.Text, e.Offset, e.Length), "@")) {
				return true
			}
		case "text_mention":
			if e.User != nil && strconv.FormatInt(e.User.ID, 10) == b.id {
				return true
			}
		}
	}
	return false
}

// attachment names the file of m; its ID is empty when there is none.
func attachment(m *message) flows.FileRef {
	ref := func(f *file, kind string) flows.FileRef {
		if f.Type != "" {
			kind = f.Type
		}
		return flows.FileRef{ID: f.ID, Name: clean(f.Name, maxName), Type: clean(kind, maxName), Size: max(f.Size, 0)}
	}
	switch {
	case len(m.Photo) > 0: // one picture in several sizes
		best := m.Photo[0]
		for _, p := range m.Photo {
			if p.Width > best.Width {
				best = p
			}
		}
		return flows.FileRef{ID: best.ID, Type: "image/jpeg", Size: max(best.Size, 0)}
	case m.Voice != nil:
		return ref(m.Voice, "audio/ogg")
	case m.Audio != nil:
		return ref(m.Audio, "")
	case m.Video != nil:
		return ref(m.Video, "")
	case m.VideoNote != nil:
		return ref(m.VideoNote, "video/mp4")
	case m.Document != nil:
		return ref(m.Document, "")
	}
	return flows.FileRef{}
}

// command takes the name of the bot off a command at the beginning of s, such
// as that of "/dangky@SocTrangBot": in a private chat no other bot is meant.
func command(s string) string {
	if !strings.HasPrefix(s, "/") {
		return s
	}
	end := strings.IndexAny(s, " \n\t")
	if end < 0 {
		end = len(s)
	}
	name, _, _ := strings.Cut(s[:end], "@")
	return name + s[end:]
}

// clean makes s valid UTF-8 without NUL and cuts it after most characters.
func clean(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

// units returns length UTF-16 units of s from offset on, as far as they exist.
func units(s string, offset, length int) string {
	from, to, n := len(s), len(s), 0
	for i, r := range s {
		if n >= offset && i < from {
			from = i
		}
		if n >= offset+length {
			to = i
			break
		}
		n++
		if r > 0xffff {
			n++
		}
	}
	if from > to {
		return ""
	}
	return s[from:to]
}

// at is the time of so many seconds since 1970; 0 means that it is not known.
// Neither is one that lies more than a day ahead: no clock goes so wrong, and
// the store keeps no year beyond 9999.
func at(seconds int64) time.Time {
	if seconds <= 0 || seconds > time.Now().Unix()+24*60*60 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
