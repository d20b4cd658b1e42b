package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const token = "7000000001:AAE-test"

// ask calls a method and returns what the server says: the result as JSON, or
// the code and the description.
func ask(t testing.TB, s *Server, method string, args ...string) string {
	t.Helper()
	form := url.Values{}
	for _, a := range args {
		name, value, _ := strings.Cut(a, "=")
		form.Set(name, value)
	}
	resp, err := s.Client().PostForm("http://telegram/bot"+token+"/"+method, form)
	if err != nil {
		return err.Error()
	}
	return said(t, resp)
}

func said(t testing.TB, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	var a struct {
		OK          bool
		Result      json.RawMessage
		ErrorCode   int `json:"error_code"`
		Description string
		Parameters  json.RawMessage
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	if a.OK {
		return string(a.Result)
	}
	if a.ErrorCode != resp.StatusCode {
		t.Errorf("status %d with error_code %d", resp.StatusCode, a.ErrorCode)
	}
	return fmt.Sprintf("%d %s%s", a.ErrorCode, a.Description, a.Parameters)
}

// ids are those of the updates in an answer.
func ids(t testing.TB, answer string) []int64 {
	t.Helper()
	var list []struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal([]byte(answer), &list); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	var all []int64
	for _, u := range list {
		all = append(all, u.ID)
	}
	return all
}

func TestGetUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token)
		defer s.Close()
		a, b, c := s.Text(5, "a"), s.Text(6, "b"), s.Text(5, "c")
		want := func(want []int64, args ...string) {
			t.Helper()
			time.Sleep(time.Second)
			if got := ids(t, ask(t, s, "getUpdates", args...)); !slices.Equal(got, want) {
				t.Errorf("getUpdates %q gives %v, want %v", args, got, want)
			}
		}
		want([]int64{a, b, c})
		want([]int64{a, b, c}) // not confirmed
		want([]int64{a}, "limit=1")
		want([]int64{b, c}, fmt.Sprint("offset=", b))
		want([]int64{b, c}) // a is confirmed
		if got := ids(t, ask(t, s, "getUpdates", fmt.Sprint("offset=", b))); len(got) != 2 {
			t.Errorf("%v", got)
		}
		if got := ids(t, ask(t, s, "getUpdates", fmt.Sprint("offset=", b))); len(got) != 1 {
			t.Errorf("asked again at once it gives %v, want one update", got)
		}
		want([]int64{c}, "offset=-1")

		start := time.Now()
		want(nil, fmt.Sprint("offset=", c+1), "timeout=900")
		if d := time.Since(start); d != maxPoll+time.Second {
			t.Errorf("it was held for %v, want %v", d-time.Second, maxPoll)
		}
		go func() {
			time.Sleep(7 * time.Second)
			s.Text(5, "d")
		}()
		start = time.Now()
		want([]int64{c + 1}, fmt.Sprint("offset=", c+1), "timeout=50")
		if d := time.Since(start); d != 7*time.Second {
			t.Errorf("the new update came after %v", d)
		}

		s.Repeat(c + 1)
		want([]int64{c + 1}, fmt.Sprint("offset=", c+2))
		want(nil, fmt.Sprint("offset=", c+3))

		s.RestartIDs(100)
		s.Text(5, "e")
		want([]int64{100}, fmt.Sprint("offset=", c+2)) // from the future
		want(nil, "offset=101")

		want(nil, `allowed_updates=["callback_query"]`)
		s.Text(5, "not wanted")
		s.TapData(5, "x", Message{})
		want([]int64{102}, "offset=102", "allowed_updates=null") // as before
		want(nil, "allowed_updates=[]", "offset=103")            // all kinds
		s.Text(5, "wanted")
		want([]int64{103})
	})
}

func TestConflicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token)
		defer s.Close()
		first := make(chan string, 1)
		go func() { first <- ask(t, s, "getUpdates", "timeout=50") }()
		synctest.Wait()
		second := make(chan string, 1)
		go func() { second <- ask(t, s, "getUpdates", "timeout=50") }()
		if got := <-first; !strings.HasPrefix(got, "409 Conflict: terminated by other getUpdates request") {
			t.Errorf("the first question got %s", got)
		}
		ask(t, s, "setWebhook", "url=http://127.0.0.1:1/x")
		if got := <-second; !strings.HasPrefix(got, "409 ") {
			t.Errorf("the second question got %s", got)
		}
		if got := ask(t, s, "getUpdates"); !strings.Contains(got, "webhook is active") {
			t.Errorf("with a webhook it gets %s", got)
		}
		ask(t, s, "deleteWebhook")
		if got := ask(t, s, "getUpdates"); got != "[]" {
			t.Errorf("without it gets %s", got)
		}
	})
}

// What is refused, and in which words.
func TestRefusals(t *testing.T) {
	s := New(token)
	defer s.Close()
	s.Know(5)
	s.Know(-9)
	s.Know(7)
	s.Block(7)
	inline := func(data string) string {
		return `reply_markup={"inline_keyboard":[[{"text":"Có","callback_data":"` + data + `"}]]}`
	}
	for _, tt := range []struct {
		method string
		args   []string
		want   string // beginning; "{" for a message
	}{
		{"sendMessage", []string{"chat_id=5", "text=Chào"}, "{"},
		{"sendMessage", []string{"chat_id=5", "text=" + strings.Repeat("ộ", 4096)}, "{"},
		{"sendMessage", []string{"chat_id=5", "text=" + strings.Repeat("😀", 2049)}, "400 Bad Request: message is too long"},
		{"sendMessage", []string{"chat_id=5", "text= "}, "400 Bad Request: message text is empty"},
		{"sendMessage", []string{"chat_id=5", "text=a\xff"}, "400 Bad Request: strings must be encoded in UTF-8"},
		{"sendMessage", []string{"chat_id=6", "text=x"}, "400 Bad Request: chat not found"},
		{"sendMessage", []string{"text=x"}, "400 Bad Request: chat_id is empty"},
		{"sendMessage", []string{"chat_id=7", "text=x"}, "403 Forbidden: bot was blocked by the user"},
		{"sendMessage", []string{"chat_id=5", "text=x", inline(strings.Repeat("a", 64))}, "{"},
		{"sendMessage", []string{"chat_id=5", "text=x", inline(strings.Repeat("a", 65))}, "400 Bad Request: BUTTON_DATA_INVALID"},
		{"sendMessage", []string{"chat_id=5", "text=x", inline("")}, "400 Bad Request: BUTTON_DATA_INVALID"},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"inline_keyboard":[[{"text":"a"}]]}`}, "400 " + badKind},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"inline_keyboard":[[{"text":"a","url":"http://localhost/x"}]]}`}, "400 " + badURL},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"inline_keyboard":[[{"text":"a","url":"https://a.vn/x"}]]}`}, "{"},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"keyboard":[["Có",{"text":"Số","request_contact":true}]]}`}, "{"},
		{"sendMessage", []string{"chat_id=-9", "text=x", `reply_markup={"keyboard":[[{"text":"Số","request_contact":true}]]}`}, "400 " + badPhone},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"keyboard":[[{"text":""}]]}`}, "400 " + badText},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"keyboard":[[7]]}`}, "400 " + badButton},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"keyboard":[]}`}, "400 " + badMarkup},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"keyboard":"x"}`}, "400 " + badMarkup},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={}`}, "400 " + badMarkup},
		{"sendMessage", []string{"chat_id=5", "text=x", `reply_markup={"remove_keyboard":true}`}, "{"},
		{"sendPhoto", []string{"chat_id=5"}, "400 Bad Request: there is no photo in the request"},
		{"editMessageText", []string{"chat_id=5", "message_id=1", "text=x"}, "400 Bad Request: message to edit not found"},
		{"editMessageText", []string{"chat_id=5", "message_id=1", "text=x", `reply_markup={"keyboard":[["a"]]}`}, "400 " + badEdit},
		{"deleteMessage", []string{"chat_id=5", "message_id=1"}, "400 Bad Request: message to delete not found"},
		{"answerCallbackQuery", []string{"callback_query_id=1"}, "400 Bad Request: query is too old"},
		{"setWebhook", []string{"url=http://hoi.example.vn/x"}, "400 Bad Request: bad webhook: An HTTPS URL must be provided"},
		{"setWebhook", []string{"url=https://hoi.example.vn/x", "secret_token=a b"}, "400 Bad Request: secret token contains unallowed characters"},
		{"setMyCommands", []string{`commands=[{"command":"DangKy","description":"x"}]`}, "400 Bad Request: BOT_COMMAND_INVALID"},
		{"setMyCommands", []string{`commands=[{"command":"dangky","description":""}]`}, "400 Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"},
		{"setMyCommands", []string{`commands=x`}, "400 Bad Request: can't parse commands"},
		{"sendTelegram", nil, "404 Not Found: method not found"},
	} {
		if got := ask(t, s, tt.method, tt.args...); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s %.80q: %s, want %s", tt.method, tt.args, got, tt.want)
		}
	}
	for path, want := range map[string]string{"/bot1:other/getMe": "401 Unauthorized", "/other": "404 Not Found"} {
		resp, err := s.Client().Get("http://telegram" + path)
		if err != nil {
			t.Fatal(err)
		}
		if got := said(t, resp); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// Clients send parameters in their own ways.
func TestBodies(t *testing.T) {
	s := New(token)
	defer s.Close()
	s.Know(5)
	files := func(field string, size int, values map[string]string) (string, []byte) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for name, value := range values {
			w.WriteField(name, value)
		}
		if field != "" {
			part, _ := w.CreateFormFile(field, "Ảnh.png")
			part.Write(make([]byte, size))
		}
		w.Close()
		return w.FormDataContentType(), b.Bytes()
	}
	post := func(method, kind string, body []byte) string {
		resp, err := s.Client().Post("http://telegram/bot"+token+"/"+method, kind, bytes.NewReader(body))
		if err != nil {
			return err.Error()
		}
		return said(t, resp)
	}
	to := map[string]string{"chat_id": "5", "caption": "A"}
	for _, tt := range []struct {
		name, method, field string
		size                int
		values              map[string]string
		want                string
	}{
		{"no part", "getMe", "", 0, nil, "{"},
		{"photo", "sendPhoto", "photo", 10, to, "{"},
		{"voice", "sendVoice", "voice", 10, to, "{"},
		{"document", "sendDocument", "document", 11 << 20, to, "{"},
		{"wrong field", "sendDocument", "photo", 10, to, "400 Bad Request: there is no document"},
		{"empty", "sendDocument", "document", 0, to, "400 Bad Request: file must be non-empty"},
		{"large photo", "sendPhoto", "photo", 10<<20 + 1, to, "413 "},
		{"long caption", "sendVoice", "voice", 10, map[string]string{"chat_id": "5", "caption": strings.Repeat("ộ", 1025)}, "400 Bad Request: message caption is too long"},
	} {
		kind, body := files(tt.field, tt.size, tt.values)
		if got := post(tt.method, kind, body); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	for body, want := range map[string]string{
		`{"chat_id":5,"text":"x","protect_content":true,"reply_markup":{"remove_keyboard":true}}`: "{",
		`{"chat_id":"5","text":7}`: "{",
		`{"chat_id"`:               "400 Bad Request: can't parse JSON body",
	} {
		if got := post("sendMessage", "application/json", []byte(body)); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	if got := post("sendMessage?chat_id=5&text=x", "", nil); !strings.HasPrefix(got, "{") {
		t.Errorf("parameters in the address: %s", got)
	}
	if got := post("sendMessage", "multipart/form-data; boundary=x", []byte("--x")); !strings.HasPrefix(got, "400 ") {
		t.Errorf("half a multipart body: %s", got)
	}
	if got := ask(t, s, "setMyCommands", "language_code=vi", `commands=[{"command":"dangky","description":"Đăng ký"}]`); got != "true" || len(s.Commands("vi")) != 1 {
		t.Errorf("setMyCommands: %s, %v", got, s.Commands("vi"))
	}
	if n := s.Calls("sendMessage"); n != 4 {
		t.Errorf("%d calls of sendMessage are counted, want the 4 that could be read", n)
	}
}

func TestEditing(t *testing.T) {
	s := New(token)
	defer s.Close()
	s.Know(5)
	const buttons = `reply_markup={"inline_keyboard":[[{"text":"Có","callback_data":"q:1"}]]}`
	ask(t, s, "sendMessage", "chat_id=5", "text=một", buttons)
	id := fmt.Sprint("message_id=", s.Sent(5)[0].ID)
	if got := ask(t, s, "editMessageText", "chat_id=5", id, "text=một", buttons); !strings.HasPrefix(got, "400 Bad Request: message is not modified") {
		t.Errorf("an edit that changes nothing: %s", got)
	}
	if got := ask(t, s, "editMessageText", "chat_id=5", id, "text=một"); !strings.HasPrefix(got, "{") {
		t.Errorf("an edit of the buttons: %s", got)
	}
	ask(t, s, "editMessageText", "chat_id=5", id, "text=hai")
	if m := s.Sent(5)[0]; m.Text != "hai" || m.Edits != 2 || m.Buttons != nil {
		t.Errorf("shown %+v", m)
	}
	if got := ask(t, s, "deleteMessage", "chat_id=5", id); got != "true" {
		t.Errorf("deleting: %s", got)
	}
	if got := ask(t, s, "editMessageText", "chat_id=5", id, "text=ba"); !strings.Contains(got, "not found") {
		t.Errorf("editing what is deleted: %s", got)
	}
}

func TestPeople(t *testing.T) {
	s := New(token)
	defer s.Close()
	latest := func() map[string]any {
		t.Helper()
		var list []map[string]any
		if err := json.Unmarshal([]byte(ask(t, s, "getUpdates")), &list); err != nil {
			t.Fatal(err)
		}
		u := list[len(list)-1]
		ask(t, s, "getUpdates", fmt.Sprint("offset=", int64(u["update_id"].(float64))+1))
		return u
	}
	s.Text(5, "/start abc")
	if m := latest()["message"].(map[string]any); m["text"] != "/start abc" || m["entities"] == nil {
		t.Errorf("text came as %v", m)
	}
	if _, err := s.Press(5, "Có"); err == nil {
		t.Error("a button was pressed that is not there")
	}
	ask(t, s, "sendMessage", "chat_id=5", "text=x", `reply_markup={"keyboard":[[{"text":"Có"}],[{"text":"Gửi số","request_contact":true}]]}`)
	ask(t, s, "sendMessage", "chat_id=5", "text=không đổi")
	if _, err := s.Press(5, "Có"); err != nil {
		t.Error(err)
	}
	if m := latest()["message"].(map[string]any); m["text"] != "Có" {
		t.Errorf("a press came as %v", m)
	}
	if _, err := s.Press(5, "Gửi số"); err != nil {
		t.Error(err)
	}
	if m := latest()["message"].(map[string]any); m["contact"].(map[string]any)["user_id"] != 5.0 {
		t.Errorf("a contact came as %v", m)
	}
	ask(t, s, "sendMessage", "chat_id=5", "text=x", `reply_markup={"remove_keyboard":true}`)
	if s.Keyboard(5) != nil {
		t.Error("the keyboard is still there")
	}

	ask(t, s, "sendMessage", "chat_id=5", "text=q", `reply_markup={"inline_keyboard":[[{"text":"Có","callback_data":"q:1"},{"text":"Web","url":"https://a.vn"}]]}`)
	if _, err := s.Tap(5, "Web"); err == nil {
		t.Error("a link was tapped")
	}
	if _, err := s.Tap(5, "Có"); err != nil {
		t.Error(err)
	}
	q := latest()["callback_query"].(map[string]any)
	if q["data"] != "q:1" || q["message"].(map[string]any)["text"] != "q" {
		t.Errorf("a tap came as %v", q)
	}
	if got := ask(t, s, "answerCallbackQuery", "callback_query_id="+q["id"].(string)); got != "true" {
		t.Errorf("answering it: %s", got)
	}

	s.Block(5)
	if m := latest()["my_chat_member"].(map[string]any)["new_chat_member"].(map[string]any); m["status"] != "kicked" {
		t.Errorf("blocking came as %v", m)
	}
	s.Unblock(5)
	if m := latest()["my_chat_member"].(map[string]any)["new_chat_member"].(map[string]any); m["status"] != "member" {
		t.Errorf("unblocking came as %v", m)
	}
	s.Send(5, `"sticker":{"file_id":"S1"}`)
	if m := latest()["message"].(map[string]any); m["sticker"] == nil {
		t.Errorf("a sticker came as %v", m)
	}
	s.Text(-9, "trong nhóm")
	if m := latest()["message"].(map[string]any); m["chat"].(map[string]any)["type"] != "group" {
		t.Errorf("a text in a group came as %v", m)
	}
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token)
		defer s.Close()
		s.Know(5)
		s.Know(6)
		send := func(chat int) string { return ask(t, s, "sendMessage", fmt.Sprint("chat_id=", chat), "text=x") }

		s.Fail(Fault{Chat: 5, Status: 429, RetryAfter: 7, Times: 1})
		if got := send(6); got[0] != '{' {
			t.Errorf("another chat: %s", got)
		}
		if got := send(5); got != `429 Too Many Requests: retry after 7{"retry_after":7}` {
			t.Errorf("429: %s", got)
		}
		if got := send(5); got[0] != '{' {
			t.Errorf("after it: %s", got)
		}

		s.Fail(Fault{Method: "send", After: 1, Lost: true, Times: 1})
		before := len(s.Sent(5))
		send(6)
		if got := send(5); !strings.Contains(got, "EOF") || len(s.Sent(5)) != before+1 {
			t.Errorf("lost answer: %s, %d messages", got, len(s.Sent(5))-before)
		}

		stop := s.Fail(Fault{Drop: true})
		if got := send(5); !strings.Contains(got, "EOF") || len(s.Sent(5)) != before+1 {
			t.Errorf("dropped: %s", got)
		}
		stop()

		s.Fail(Fault{Hang: true, Times: 1})
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://telegram/bot"+token+"/getMe", nil)
		if _, err := s.Client().Do(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hanging: %v", err)
		}

		s.Fail(Fault{Delay: time.Minute, Times: 1})
		start := time.Now()
		if send(5); time.Since(start) != time.Minute {
			t.Errorf("a delay of a minute took %v", time.Since(start))
		}

		s.Fail(Fault{Status: 502, Body: "<html>", Times: 1})
		resp, err := s.Client().Get("http://telegram/bot" + token + "/getMe")
		if err != nil {
			t.Fatal(err)
		}
		if body, _ := io.ReadAll(resp.Body); string(body) != "<html>" || resp.StatusCode != 502 {
			t.Errorf("page: %d %s", resp.StatusCode, body)
		}

		s.Fail(Fault{Status: 400, Moved: -1001234567890, Times: 1})
		if got := send(5); !strings.Contains(got, `{"migrate_to_chat_id":-1001234567890}`) {
			t.Errorf("moved: %s", got)
		}
	})
}

func TestNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(token)
		defer s.Close()
		s.Keep = 2
		seen := make(chan string, 9)
		s.OnMessage = func(m Message) { seen <- m.Text }
		s.Know(5)
		go func() {
			time.Sleep(time.Second)
			ask(t, s, "sendMessage", "chat_id=5", "text=a")
		}()
		if m, err := s.Next(context.Background(), 5); err != nil || m.Text != "a" {
			t.Errorf("Next = %+v, %v", m, err)
		}
		for _, text := range []string{"b", "c", "d", "e"} {
			ask(t, s, "sendMessage", "chat_id=5", "text="+text)
		}
		if m, _ := s.Next(context.Background(), 5); m.Text != "c" { // b is kept no more
			t.Errorf("Next = %+v", m)
		}
		if all := s.Sent(5); len(all) > 4 || all[len(all)-1].Text != "e" {
			t.Errorf("kept are %+v", all)
		}
		for _, want := range []string{"a", "b", "c", "d", "e"} {
			if got := <-seen; got != want {
				t.Errorf("OnMessage saw %s, want %s", got, want)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if m, err := s.Next(ctx, 6); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Next = %+v, %v", m, err)
		}
	})
}

func TestWebhook(t *testing.T) {
	s := New(token)
	defer s.Close()
	type delivery struct {
		secret, body string
		answer       chan int
	}
	deliveries := make(chan delivery)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		d := delivery{r.Header.Get("X-Telegram-Bot-Api-Secret-Token"), string(body), make(chan int)}
		deliveries <- d
		status := <-d.answer
		if status == 200 {
			io.WriteString(w, `{"method":"sendMessage","chat_id":5,"text":"trong câu trả lời"}`)
			return
		}
		w.WriteHeader(status)
	}))
	defer web.Close()
	s.Text(5, "một")
	s.Text(5, "hai")
	if got := ask(t, s, "setWebhook", "url="+web.URL, "secret_token=abc_-9", `allowed_updates=["message"]`); got != "true" {
		t.Fatal(got)
	}
	d := <-deliveries
	if d.secret != "abc_-9" || !strings.Contains(d.body, "một") {
		t.Errorf("delivered %+v", d)
	}
	d.answer <- 503
	again := <-deliveries
	if again.body != d.body {
		t.Errorf("after a failure %s was delivered, want the same again", again.body)
	}
	if got := ask(t, s, "getWebhookInfo"); !strings.Contains(got, `"pending_update_count":2`) || !strings.Contains(got, "503") {
		t.Errorf("getWebhookInfo: %s", got)
	}
	again.answer <- 200
	d = <-deliveries
	if !strings.Contains(d.body, "hai") {
		t.Errorf("delivered %s", d.body)
	}
	if m, _ := s.Next(context.Background(), 5); m.Text != "trong câu trả lời" {
		t.Errorf("the call in the answer showed %q", m.Text)
	}
	d.answer <- 204
}

// The library's own client, as it is, finds its way: forms, and uploads whose
// length is not known before.
func TestLibrary(t *testing.T) {
	s := New(token)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	bot, err := tgbotapi.NewBotAPIWithAPIEndpoint(token, s.URL()+"/bot%s/%s")
	if err != nil {
		t.Fatal(err)
	}
	if bot.Self.UserName != "chihai_test_bot" {
		t.Errorf("getMe says %+v", bot.Self)
	}
	s.Text(5, "/start")
	updates, err := bot.GetUpdates(tgbotapi.UpdateConfig{Timeout: 1})
	if err != nil || len(updates) != 1 || updates[0].Message.Command() != "start" {
		t.Errorf("GetUpdates = %+v, %v", updates, err)
	}
	m := tgbotapi.NewMessage(5, "Chọn")
	m.ReplyMarkup = tgbotapi.NewInlineKeyboardMarkup(tgbotapi.NewInlineKeyboardRow(tgbotapi.NewInlineKeyboardButtonData("Có", "q:1")))
	shown, err := bot.Send(m)
	if err != nil || shown.Text != "Chọn" || shown.Chat.ID != 5 {
		t.Errorf("Send = %+v, %v", shown, err)
	}
	if _, err := bot.Send(tgbotapi.NewEditMessageText(5, shown.MessageID, "Xong")); err != nil {
		t.Error(err)
	}
	file := tgbotapi.NewDocument(5, tgbotapi.FileBytes{Name: "Danh sách.xlsx", Bytes: bytes.Repeat([]byte("x"), 100_000)})
	if _, err := bot.Send(file); err != nil {
		t.Error(err)
	}
	all := s.Sent(5)
	if len(all) != 2 || all[0].Text != "Xong" || all[1].File == nil || all[1].File.Size != 100_000 || all[1].File.Name != "Danh sách.xlsx" {
		t.Errorf("shown %+v", all)
	}
	_, err = bot.Request(tgbotapi.NewDeleteMessage(5, shown.MessageID))
	if err != nil {
		t.Error(err)
	}
	var refusal *tgbotapi.Error
	if _, err = bot.Send(tgbotapi.NewMessage(99, "x")); !errors.As(err, &refusal) || refusal.Code != 400 {
		t.Errorf("Send to a chat that is not known: %v", err)
	}
	s.Stop()
	if _, err := bot.GetMe(); err == nil {
		t.Error("it answers after Stop")
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bot.GetMe(); err != nil {
		t.Errorf("it does not answer at the same address after a new Start: %v", err)
	}
}

func ExampleServer() {
	tg := New("7000000001:AAE-test")
	if err := tg.Start(); err != nil {
		fmt.Println(err)
		return
	}
	defer tg.Close()

	tg.Text(5, "/start") // a person writes; here the bot under test would answer
	form := url.Values{"chat_id": {"5"}, "text": {"Chào chị"}, "reply_markup": {`{"keyboard":[["Đăng ký"]]}`}}
	resp, err := http.PostForm(tg.URL()+"/bot7000000001:AAE-test/sendMessage", form)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()

	m, _ := tg.Next(context.Background(), 5)
	fmt.Println(m.Text, m.Labels())
	if _, err := tg.Press(5, "Đăng ký"); err == nil {
		fmt.Println(tg.Waiting(), "updates wait for the bot")
	}
	// Output:
	// Chào chị [Đăng ký]
	// 2 updates wait for the bot
}

func BenchmarkSendMessage(b *testing.B) {
	s := New(token)
	s.Keep = 10
	if err := s.Start(); err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	address := s.URL() + "/bot" + token + "/sendMessage"
	const chats = 500
	for i := range chats {
		s.Know(int64(i + 1))
	}
	jobs := make(chan int)
	var workers sync.WaitGroup
	for range 32 {
		workers.Go(func() {
			for i := range jobs {
				form := url.Values{"chat_id": {fmt.Sprint(i%chats + 1)}, "text": {"Chị muốn đăng ký lớp nào?"},
					"reply_markup": {`{"keyboard":[[{"text":"Đăng ký tham gia"},{"text":"Phiếu hỏi"}],[{"text":"Trợ giúp"}]],"resize_keyboard":true}`}}
				resp, err := client.PostForm(address, form)
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		jobs <- i
	}
	close(jobs)
	workers.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
