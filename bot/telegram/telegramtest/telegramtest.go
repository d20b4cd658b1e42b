// Package telegramtest is a Bot API server for tests: it speaks the protocol
// of core.telegram.org/bots/api as the real server does
// (github.com/tdlib/telegram-bot-api) and lets a test play the people, watch
// what they see, and break things.
//
//	tg := telegramtest.New("7000000001:AAE-test")
//	err := tg.Start()                   // tg.URL() is the base of the Bot API
//	defer tg.Close()
//
//	tg.Text(5, "/start")                // person 5 writes
//	m, err := tg.Next(ctx, 5)           // … waits for what she is shown
//	_, err = tg.Press(5, "Đăng ký")     // … presses a button of her keyboard
//	tg.Fail(telegramtest.Fault{Status: 429, RetryAfter: 7, Times: 1})
//
// A test with a clock of its own (testing/synctest) takes [Server.Client] in
// place of Start and the address.
//
// # What it does as the real one
//
// getUpdates: offset, limit, timeout, allowed_updates; updates are given again
// until they are confirmed; a second poll ends the first with a 409, and a
// webhook any. Webhooks: the secret, one delivery at a time for each chat,
// repeats with growing pauses or after Retry-After. Sending: text, photo, voice
// and document, with form, multipart or JSON bodies; editing, deleting,
// answering taps. It refuses what the real one refuses, in its words: texts and
// captions that are too long, in UTF-16 units, callback data of more than 64
// bytes, keyboards of the wrong shape, chats that never wrote to the bot, edits
// that change nothing.
//
// # What it does not
//
// Updates expire only where [Server.Expire] is set, there are no rates but [Server.Most] and those a [Fault] plays, no parse modes, and
// no files to be fetched. A reply keyboard is one per chat and all buttons are
// on it until another one or its removal.
//
// It is made for load as well: a call costs some microseconds, and a message
// about its own size; [Server.Keep] bounds how many are kept.
package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Server is one bot's Bot API. Its zero value is not usable; see [New]. All
// methods may be called from many goroutines at once. The fields are set before
// the first call.
type Server struct {
	// Username is what getMe says; "chihai_test_bot" when it is empty.
	Username string

	// Keep is how many messages of each chat are remembered; 0 means all.
	Keep int

	// Most is how many calls that show something new are taken within any
	// second; more get a 429. 0 means all.
	Most int

	// Expire has updates that were not confirmed forgotten as the real server
	// does: taps after 150 seconds, everything else after 24 hours.
	Expire bool

	// OnMessage is called with every new message, before its call is answered,
	// from many goroutines at once. It may call methods of the Server.
	OnMessage func(Message)

	token string
	id    int64
	ctx   context.Context // ends with Close
	close context.CancelFunc

	mu       sync.Mutex
	addr     string
	server   *http.Server
	listener net.Listener
	chats    map[int64]*person
	messages int64 // id of the last message
	calls    map[string]int
	commands map[string][]Command
	second   second
	faults   []*Fault
	queue    queue
	hook     hook
	tap      int64           // id of the last tap
	taps     map[string]bool // those that were not answered
}

// A Command stands in the bot's menu.
type Command struct {
	Name        string `json:"command"`
	Description string `json:"description"`
}

// New returns a Server for the bot with token, which begins with its id and a
// colon. It panics when token is not of that form.
func New(token string) *Server {
	id, _, ok := strings.Cut(token, ":")
	n, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil {
		panic("telegramtest: token is not of the form 7000000001:AAE-test")
	}
	s := &Server{
		token:    token,
		id:       n,
		addr:     "127.0.0.1:0",
		chats:    map[int64]*person{},
		messages: 1000,
		calls:    map[string]int{},
		commands: map[string][]Command{},
		tap:      4_300_000_000_000_000,
		taps:     map[string]bool{},
	}
	s.queue.next = 81_000_001
	s.ctx, s.close = context.WithCancel(context.Background())
	return s
}

// Start listens on a free port of 127.0.0.1, or, after [Server.Stop], on the
// same one again.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return errors.New("telegramtest: started already")
	}
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.addr = l.Addr().String()
	s.listener, s.server = l, &http.Server{Handler: s}
	go s.server.Serve(l)
	return nil
}

// Stop breaks all connections and refuses new ones. People can go on writing.
func (s *Server) Stop() {
	s.mu.Lock()
	l, server := s.listener, s.server
	s.listener, s.server = nil, nil
	s.mu.Unlock()
	if server != nil {
		l.Close() // server does not know it before Serve runs
		server.Close()
	}
}

// Close ends the server for good.
func (s *Server) Close() {
	s.close()
	s.Stop()
	s.hook.running.Wait()
}

// URL is the base address of the Bot API, such as "http://127.0.0.1:41234".
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "http://" + s.addr
}

// Calls says how often method was called; every call of any method for "".
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Commands are those that were set for a language.
func (s *Server) Commands(language string) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands[language]
}

// An answer is what a call gets.
type answer struct {
	status int // 0: 200
	result []byte
	text   string // why not
	retry  int
	moved  int64
}

func yes() answer { return answer{result: []byte("true")} }

func no(status int, text string) answer { return answer{status: status, text: text} }

// ServeHTTP answers a call of the Bot API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+s.token+"/")
	if !ok {
		if strings.HasPrefix(r.URL.Path, "/bot") && strings.Contains(r.URL.Path, ":") {
			write(w, no(http.StatusUnauthorized, "Unauthorized"))
			return
		}
		write(w, no(http.StatusNotFound, "Not Found"))
		return
	}
	p, err := parse(w, r)
	if err != nil {
		write(w, no(http.StatusBadRequest, "Bad Request: "+err.Error()))
		return
	}
	chat, _ := strconv.ParseInt(p.get("chat_id"), 10, 64)
	s.mu.Lock()
	s.calls[""]++
	s.calls[method]++
	full := s.full(method, time.Now())
	f := s.fault(method, chat)
	s.mu.Unlock()
	if full {
		write(w, tooMany())
		return
	}
	if f != nil && f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return
		}
	}
	if f != nil && !f.Lost && f.breaks() {
		f.play(w, r, s.ctx)
		return
	}
	a := s.do(r.Context(), method, p)
	if f != nil && f.Lost {
		panic(http.ErrAbortHandler) // closes the connection
	}
	write(w, a)
}

// do carries a call out.
func (s *Server) do(ctx context.Context, method string, p params) answer {
	switch method {
	case "getMe":
		return s.getMe()
	case "getUpdates":
		return s.getUpdates(ctx, p)
	case "setWebhook":
		return s.setWebhook(p)
	case "deleteWebhook":
		return s.deleteWebhook(p)
	case "getWebhookInfo":
		return s.getWebhookInfo()
	case "setMyCommands":
		return s.setMyCommands(p)
	case "sendMessage":
		return s.sendMessage(p)
	case "sendPhoto":
		return s.sendFile(method, "photo", p)
	case "sendVoice":
		return s.sendFile(method, "voice", p)
	case "sendDocument":
		return s.sendFile(method, "document", p)
	case "editMessageText":
		return s.editMessageText(p)
	case "deleteMessage":
		return s.deleteMessage(p)
	case "answerCallbackQuery":
		return s.answerCallbackQuery(p)
	case "sendChatAction":
		return yes()
	}
	return no(http.StatusNotFound, "Not Found: method not found")
}

func (s *Server) getMe() answer {
	return answer{result: mustJSON(map[string]any{
		"id": s.id, "is_bot": true, "first_name": "Chị Hai", "username": s.username(),
		"can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
	})}
}

func (s *Server) username() string {
	if s.Username != "" {
		return s.Username
	}
	return "chihai_test_bot"
}

func (s *Server) setMyCommands(p params) answer {
	var list []Command
	if json.Unmarshal([]byte(p.get("commands")), &list) != nil {
		return no(http.StatusBadRequest, "Bad Request: can't parse commands JSON object")
	}
	if len(list) > 100 {
		return no(http.StatusBadRequest, "Bad Request: BOT_COMMANDS_TOO_MUCH")
	}
	for _, c := range list {
		if c.Name == "" || len(c.Name) > 32 || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return no(http.StatusBadRequest, "Bad Request: BOT_COMMAND_INVALID")
		}
		if n := units(c.Description); n == 0 || n > 256 {
			return no(http.StatusBadRequest, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	language := p.get("language_code")
	if language != "" && len(language) != 2 {
		return no(http.StatusBadRequest, "Bad Request: invalid language code specified")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands[language] = list
	return yes()
}

// write sends a as the Bot API does: the status is also in the body.
func write(w http.ResponseWriter, a answer) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if a.status == 0 {
		body := make([]byte, 0, len(a.result)+24)
		body = append(body, `{"ok":true,"result":`...)
		body = append(body, a.result...)
		body = append(body, '}')
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
		return
	}
	out := map[string]any{"ok": false, "error_code": a.status, "description": a.text}
	if a.retry > 0 {
		out["parameters"] = map[string]any{"retry_after": a.retry}
		h.Set("Retry-After", strconv.Itoa(a.retry))
	}
	if a.moved != 0 {
		out["parameters"] = map[string]any{"migrate_to_chat_id": a.moved}
	}
	w.WriteHeader(a.status)
	w.Write(mustJSON(out))
}

// Params are the parameters of a call, and the file that came with it.
type params struct {
	values url.Values
	field  string // of the file
	file   *File
}

func (p params) get(name string) string { return p.values.Get(name) }

func (p params) int(name string) int64 {
	n, _ := strconv.ParseInt(p.get(name), 10, 64)
	return n
}

// maxUpload is what the Bot API takes, in bytes.
const maxUpload = 50 << 20

// parse reads the parameters of a call: from the address, and from the body as
// a form, as multipart or as JSON.
func parse(w http.ResponseWriter, r *http.Request) (params, error) {
	p := params{values: url.Values{}}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+1<<20)
	kind, extra, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		if err := p.multipart(r.Body, extra["boundary"]); err != nil {
			return p, errors.New("can't parse multipart body")
		}
	case "application/json":
		var fields map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&fields); err != nil && err != io.EOF {
			return p, errors.New("can't parse JSON body")
		}
		for name, raw := range fields {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			p.values.Set(name, text)
		}
	default:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return p, errors.New("can't read body")
		}
		if p.values, err = url.ParseQuery(string(body)); err != nil {
			return p, errors.New("can't parse form")
		}
	}
	for name, v := range r.URL.Query() {
		if !p.values.Has(name) {
			p.values[name] = v
		}
	}
	return p, nil
}

func (p *params) multipart(body io.Reader, boundary string) error {
	parts := multipart.NewReader(body, boundary)
	for {
		part, err := parts.NextPart()
		if err == io.EOF || errors.Is(err, io.EOF) && len(p.values) == 0 { // some clients send no part at all
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			p.values.Set(part.FormName(), string(data))
			continue
		}
		p.field = part.FormName()
		p.file = &File{Name: part.FileName(), Size: int64(len(data)), Data: data}
	}
}

// mustJSON is v as JSON without escapes that only HTML needs.
func mustJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // made of strings and numbers
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
