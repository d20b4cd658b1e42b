package telegramtest

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// A Message is one that the bot sent, as it is now.
type Message struct {
	ID        int64
	Chat      int64
	Text      string // or the caption of its file
	Markup    Markup
	Buttons   [][]Button // of its keyboard, or below it
	File      *File      // nil: none
	Protected bool       // may not be forwarded or saved
	Edits     int        // how often it was changed
	Deleted   bool
	At        time.Time
}

// Labels are the texts of its buttons, row by row.
func (m Message) Labels() []string {
	var all []string
	for _, row := range m.Buttons {
		for _, b := range row {
			all = append(all, b.Text)
		}
	}
	return all
}

// A File came with a message.
type File struct {
	Method string // that sent it, such as "sendDocument"
	Name   string
	Size   int64 // in bytes
	Data   []byte
	ByID   bool // it was named, and not uploaded
}

// A person is a chat as the server knows it.
type person struct {
	blocked  bool
	keyboard [][]Button
	messages []*Message
	forgot   int           // how many messages are not kept any more
	next     int           // number of the message that Next returns, of all there ever were
	more     chan struct{} // closed when a message comes; nil when nobody waits
	number   int64         // her phone's, once she shared it
}

// Sent returns the messages that the bot has sent to a chat, the oldest first.
func (s *Server) Sent(chat int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	if p := s.chats[chat]; p != nil {
		for _, m := range p.messages {
			all = append(all, *m)
		}
	}
	return all
}

// Next returns the messages of a chat one by one, the oldest first, and waits
// for one when there is none. It returns the error of ctx when that ends before.
func (s *Server) Next(ctx context.Context, chat int64) (Message, error) {
	for {
		s.mu.Lock()
		p := s.person(chat)
		p.next = max(p.next, p.forgot)
		if i := p.next - p.forgot; i < len(p.messages) {
			p.next++
			m := *p.messages[i]
			s.mu.Unlock()
			return m, nil
		}
		if p.more == nil {
			p.more = make(chan struct{})
		}
		more := p.more
		s.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return Message{}, ctx.Err()
		}
	}
}

// Keyboard is the reply keyboard that a chat shows; nil when it shows none.
func (s *Server) Keyboard(chat int64) [][]Button {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.chats[chat]; p != nil {
		return p.keyboard
	}
	return nil
}

func (s *Server) sendMessage(p params) answer {
	text := p.get("text")
	if refusal := textRefusal("message text", text, 1, 4096); refusal != "" {
		return no(http.StatusBadRequest, refusal)
	}
	return s.show(p, Message{Text: text})
}

func (s *Server) sendFile(method, field string, p params) answer {
	f := p.file
	if id := p.get(field); f == nil && id != "" {
		if f = s.uploaded(id); f == nil {
			return no(http.StatusBadRequest, "Bad Request: wrong file identifier/HTTP URL specified")
		}
		p.field = field
	}
	switch {
	case f == nil || p.field != field:
		return no(http.StatusBadRequest, "Bad Request: there is no "+field+" in the request")
	case f.Size == 0:
		return no(http.StatusBadRequest, "Bad Request: file must be non-empty")
	case f.Size > maxUpload, method == "sendPhoto" && f.Size > 10<<20:
		return no(http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	}
	if refusal := textRefusal("message caption", p.get("caption"), 0, 1024); refusal != "" {
		return no(http.StatusBadRequest, refusal)
	}
	f.Method = method
	return s.show(p, Message{Text: p.get("caption"), File: f})
}

// uploaded is the file that a message carries which names it by id; nil: none
// does.
func (s *Server) uploaded(id string) *File {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.chats {
		for _, m := range p.messages {
			if m.File != nil && "F"+strconv.FormatInt(m.ID, 10) == id {
				f := *m.File
				f.ByID = true
				return &f
			}
		}
	}
	return nil
}

// show keeps m, which came with p, as a new message.
func (s *Server) show(p params, m Message) answer {
	var refusal string
	m.Chat = p.int("chat_id")
	m.Markup, m.Buttons, refusal = readMarkup(p.get("reply_markup"), m.Chat > 0)
	if refusal != "" {
		return no(http.StatusBadRequest, refusal)
	}
	m.Protected = p.get("protect_content") == "true"
	m.At = time.Now()

	s.mu.Lock()
	who, a := s.reach(m.Chat)
	if who == nil {
		s.mu.Unlock()
		return a
	}
	s.messages++
	m.ID = s.messages
	switch m.Markup {
	case Keyboard:
		who.keyboard = m.Buttons
	case Remove:
		who.keyboard = nil
	}
	who.messages = append(who.messages, &m)
	if s.Keep > 0 && len(who.messages) >= 2*s.Keep {
		drop := len(who.messages) - s.Keep
		who.messages = slices.Clone(who.messages[drop:])
		who.forgot += drop
	}
	if who.more != nil {
		close(who.more)
		who.more = nil
	}
	copied := m
	s.mu.Unlock()
	if s.OnMessage != nil {
		s.OnMessage(copied)
	}
	return answer{result: s.messageJSON(copied)}
}

// reach returns the chat if the bot may write to it, or nil and why not.
// Server.mu is held.
func (s *Server) reach(chat int64) (*person, answer) {
	who := s.chats[chat]
	switch {
	case chat == 0:
		return nil, no(http.StatusBadRequest, "Bad Request: chat_id is empty")
	case who == nil:
		return nil, no(http.StatusBadRequest, "Bad Request: chat not found")
	case who.blocked:
		return nil, no(http.StatusForbidden, "Forbidden: bot was blocked by the user")
	}
	return who, answer{}
}

func (s *Server) editMessageText(p params) answer {
	text := p.get("text")
	if refusal := textRefusal("message text", text, 1, 4096); refusal != "" {
		return no(http.StatusBadRequest, refusal)
	}
	kind, rows, refusal := readMarkup(p.get("reply_markup"), true)
	if refusal == "" && kind != Plain && kind != Inline {
		refusal = badEdit
	}
	if refusal != "" {
		return no(http.StatusBadRequest, refusal)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	who, a := s.reach(p.int("chat_id"))
	if who == nil {
		return a
	}
	m := who.message(p.int("message_id"))
	switch {
	case m == nil:
		return no(http.StatusBadRequest, "Bad Request: message to edit not found")
	case m.File != nil:
		return no(http.StatusBadRequest, "Bad Request: there is no text in the message to edit")
	case m.Markup == Keyboard || m.Markup == Remove:
		return no(http.StatusBadRequest, "Bad Request: message can't be edited")
	case m.Text == text && reflect.DeepEqual(m.Buttons, rows):
		return no(http.StatusBadRequest, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Text, m.Buttons, m.Markup = text, rows, kind
	m.Edits++
	return answer{result: s.messageJSON(*m)}
}

func (s *Server) deleteMessage(p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	who, a := s.reach(p.int("chat_id"))
	if who == nil {
		return a
	}
	m := who.message(p.int("message_id"))
	switch {
	case m == nil:
		return no(http.StatusBadRequest, "Bad Request: message to delete not found")
	case time.Since(m.At) > 48*time.Hour:
		return no(http.StatusBadRequest, "Bad Request: message can't be deleted")
	}
	m.Deleted = true
	return yes()
}

func (s *Server) answerCallbackQuery(p params) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := p.get("callback_query_id")
	if !s.taps[id] {
		return no(http.StatusBadRequest, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	}
	delete(s.taps, id)
	return yes()
}

// message returns the message with id, or nil when there is none.
func (p *person) message(id int64) *Message {
	i, ok := slices.BinarySearchFunc(p.messages, id, func(m *Message, id int64) int { return int(m.ID - id) })
	if !ok || p.messages[i].Deleted {
		return nil
	}
	return p.messages[i]
}

// messageJSON is m as the API says it.
func (s *Server) messageJSON(m Message) []byte {
	b := make([]byte, 0, 256+len(m.Text))
	b = append(b, `{"message_id":`...)
	b = strconv.AppendInt(b, m.ID, 10)
	b = append(b, `,"from":{"id":`...)
	b = strconv.AppendInt(b, s.id, 10)
	b = append(b, `,"is_bot":true,"first_name":"Chị Hai","username":`...)
	b = append(b, mustJSON(s.username())...)
	b = append(b, `},"chat":`...)
	b = appendChat(b, m.Chat)
	b = append(b, `,"date":`...)
	b = strconv.AppendInt(b, max(m.At.Unix(), 0), 10) // 0: it is not accessible any more
	text := "text"
	if m.File != nil {
		text = "caption"
		b = append(b, `,"document":{"file_id":"F`...)
		b = strconv.AppendInt(b, m.ID, 10)
		b = append(b, `","file_size":`...)
		b = strconv.AppendInt(b, m.File.Size, 10)
		b = append(b, '}')
	}
	if m.Text != "" {
		b = append(b, `,"`+text+`":`...)
		b = append(b, mustJSON(m.Text)...)
	}
	if m.Markup == Inline {
		b = append(b, `,"reply_markup":`...)
		b = append(b, inlineJSON(m.Buttons)...)
	}
	return append(b, '}')
}

// appendChat appends a chat as the API says it. Ids below zero are groups.
func appendChat(b []byte, id int64) []byte {
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, id, 10)
	if id < 0 {
		return append(b, `,"type":"group","title":"Tổ phụ nữ"}`...)
	}
	return append(b, `,"type":"private","first_name":"Hoa"}`...)
}
