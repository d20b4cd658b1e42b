package telegramtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Text has the person write. It returns the id of the update. A chat below
// zero is a group, in which somebody writes.
func (s *Server) Text(chat int64, text string) (updateID int64) {
	extra := append([]byte(`,"text":`), mustJSON(text)...)
	if strings.HasPrefix(text, "/") {
		word, _, _ := strings.Cut(text, " ")
		extra = fmt.Appendf(extra, `,"entities":[{"offset":0,"length":%d,"type":"bot_command"}]`, units(word))
	}
	return s.write(chat, string(extra))
}

// Press has the person press a button of the keyboard that her chat shows. It
// returns an error when there is no such button. One that shares a contact
// shares hers, with the number of [Server.ShareContact] or one made of her id.
func (s *Server) Press(chat int64, label string) (updateID int64, err error) {
	s.mu.Lock()
	var pressed *Button
	var labels []string
	var number int64
	if p := s.chats[chat]; p != nil {
		number = p.number
		for _, row := range p.keyboard {
			for _, b := range row {
				labels = append(labels, b.Text)
				if b.Text == label {
					pressed = &b
				}
			}
		}
	}
	s.mu.Unlock()
	switch {
	case pressed == nil:
		return 0, fmt.Errorf("chat %d: no button %q on the keyboard %q", chat, label, labels)
	case pressed.Contact && number != 0:
		return s.ShareContact(chat, "+"+itoa(number)), nil
	case pressed.Contact:
		return s.ShareContact(chat, fmt.Sprintf("+849%08d", chat%1e8)), nil
	}
	return s.Text(chat, label), nil
}

// Tap has the person tap a button below the latest message that has it. It
// returns an error when there is none, or when it opens a page.
func (s *Server) Tap(chat int64, label string) (updateID int64, err error) {
	s.mu.Lock()
	var found *Button
	var below Message
	if p := s.chats[chat]; p != nil {
		for _, m := range slices.Backward(p.messages) {
			if m.Markup != Inline || m.Deleted {
				continue
			}
			for _, row := range m.Buttons {
				for _, b := range row {
					if b.Text == label && found == nil {
						found, below = &b, *m
					}
				}
			}
			if found != nil {
				break
			}
		}
	}
	s.mu.Unlock()
	switch {
	case found == nil:
		return 0, fmt.Errorf("chat %d: no button %q below a message", chat, label)
	case found.URL != "":
		return 0, fmt.Errorf("chat %d: button %q opens a page", chat, label)
	}
	return s.TapData(chat, found.Data, below), nil
}

// TapData has the person tap a button that carries data, below m: an old one
// that the bot no longer knows, or one that it never made.
func (s *Server) TapData(chat int64, data string, m Message) (updateID int64) {
	s.mu.Lock()
	s.tap++
	id := itoa(s.tap)
	s.taps[id] = true
	s.mu.Unlock()
	m.Chat = chat
	return s.Raw(fmt.Sprintf(`{"callback_query":{"id":"%s","from":%s,"message":%s,"chat_instance":"1","data":%s}}`,
		id, from(chat), s.messageJSON(m), mustJSON(data)))
}

// ShareContact has the person share her own phone number.
func (s *Server) ShareContact(chat int64, phone string) (updateID int64) {
	s.mu.Lock()
	s.person(chat).number, _ = strconv.ParseInt(strings.TrimPrefix(phone, "+"), 10, 64)
	s.mu.Unlock()
	return s.write(chat, fmt.Sprintf(`,"contact":{"phone_number":%s,"first_name":"Hoa","user_id":%d}`, mustJSON(phone), chat))
}

// Block has the person block the bot: it is told, and from now on nothing can
// be sent to her.
func (s *Server) Block(chat int64) (updateID int64) { return s.member(chat, true) }

// Unblock has the person let the bot write again.
func (s *Server) Unblock(chat int64) (updateID int64) { return s.member(chat, false) }

func (s *Server) member(chat int64, blocked bool) int64 {
	old, now := "member", "kicked"
	if !blocked {
		old, now = now, old
	}
	s.mu.Lock()
	s.person(chat).blocked = blocked
	s.mu.Unlock()
	bot := fmt.Sprintf(`{"id":%d,"is_bot":true,"first_name":"Chị Hai","username":%s}`, s.id, mustJSON(s.username()))
	return s.Raw(fmt.Sprintf(`{"my_chat_member":{"chat":%s,"from":%s,"date":%d,"old_chat_member":{"user":%s,"status":"%s"},"new_chat_member":{"user":%s,"status":"%s","until_date":0}}}`,
		appendChat(nil, chat), from(chat), time.Now().Unix(), bot, old, bot, now))
}

// Send has the person send a message of another kind, whose fields are given
// as JSON, such as `"sticker":{"file_id":"S1"}` or
// `"location":{"latitude":9.6,"longitude":105.97}`.
func (s *Server) Send(chat int64, fields string) (updateID int64) {
	return s.write(chat, ","+fields)
}

// Raw puts an update into the queue, as JSON without its update_id, which it
// gets at its beginning: `{"message":{…}}`. It need not be right.
func (s *Server) Raw(update string) (updateID int64) {
	kind := "message"
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(update), &fields) == nil {
		for name := range fields {
			kind = name
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.push(kind, chatOf(fields[kind]), strings.TrimPrefix(update, "{"))
}

// Know makes a chat known, as if the person had written before and nothing of
// it were left.
func (s *Server) Know(chat int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(chat)
}

// write puts a message of the person into the queue.
func (s *Server) write(chat int64, fields string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(chat)
	s.messages++
	b := make([]byte, 0, 220+len(fields))
	b = append(b, `"message":{"message_id":`...)
	b = strconv.AppendInt(b, s.messages, 10)
	b = append(b, `,"from":`...)
	b = append(b, from(chat)...)
	b = append(b, `,"chat":`...)
	b = appendChat(b, chat)
	b = append(b, `,"date":`...)
	b = strconv.AppendInt(b, time.Now().Unix(), 10)
	b = append(b, fields...)
	b = append(b, `}}`...)
	return s.push("message", chat, string(b))
}

// person returns the chat with that id, which is known from then on.
// Server.mu is held.
func (s *Server) person(chat int64) *person {
	p := s.chats[chat]
	if p == nil {
		p = &person{}
		s.chats[chat] = p
	}
	return p
}

// from is the sender of what comes from a chat. In a private chat both have
// the same id.
func from(chat int64) string {
	if chat < 0 {
		return `{"id":900000001,"is_bot":false,"first_name":"Lan","language_code":"vi"}`
	}
	return `{"id":` + itoa(chat) + `,"is_bot":false,"first_name":"Hoa","language_code":"vi"}`
}

// chatOf finds the chat that an update is about, for the order in which a
// webhook gets them; 0 when it has none.
func chatOf(raw json.RawMessage) int64 {
	var u struct {
		Chat    struct{ ID int64 }
		Message struct{ Chat struct{ ID int64 } }
	}
	if json.Unmarshal(raw, &u) != nil {
		return 0
	}
	if u.Chat.ID != 0 {
		return u.Chat.ID
	}
	return u.Message.Chat.ID
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
