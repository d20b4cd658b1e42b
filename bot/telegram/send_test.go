package telegram

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chihai/bot/channel"
	"chihai/bot/telegram/telegramtest"
	"chihai/store"
)

// chatWith is a bot and a fake Telegram that knows chat 5 and the group -9.
func chatWith(t *testing.T) (*Bot, *telegramtest.Server) {
	t.Helper()
	tg := telegramtest.New(token)
	t.Cleanup(tg.Close)
	tg.Know(5)
	tg.Know(-9)
	b, err := New(Config{Token: token, Client: tg.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return b, tg
}

func outgoing(m store.Message) channel.Message {
	if m.Address == "" {
		m.Address = "5"
	}
	return channel.Message{Message: m}
}

func TestSay(t *testing.T) {
	menu := []store.Choice{
		{ID: "register", Label: "Đăng ký tham gia"},
		{ID: "forms", Label: "Phiếu hỏi"},
		{ID: "help", Label: "Trợ giúp"},
		{ID: "clubs", Label: "Câu lạc bộ"},
		{ID: "settings", Label: "Cài đặt", Wide: true},
		{ID: "staff", Label: "Dành cho cán bộ Hội"},
		{ID: "x", Label: "Thôi"},
	}
	for _, tt := range []struct {
		name string
		m    store.Message
		want telegramtest.Message // Text, Markup and Protected
		rows []string
	}{
		{name: "text",
			m:    store.Message{Text: "Chào chị *Hoa* <b> _"},
			want: telegramtest.Message{Text: "Chào chị *Hoa* <b> _"}},
		{name: "keyboard",
			m:    store.Message{Text: "Menu", Choices: menu, Layout: store.Keyboard, Token: "t"},
			want: telegramtest.Message{Text: "Menu", Markup: telegramtest.Keyboard},
			rows: []string{"Đăng ký tham gia|Phiếu hỏi", "Trợ giúp|Câu lạc bộ", "Cài đặt", "Dành cho cán bộ Hội", "Thôi"}},
		{name: "keyboard that shares the phone",
			m:    store.Message{Text: "Số?", Choices: []store.Choice{{ID: "p", Label: "Gửi số", Kind: store.Phone}, {ID: "n", Label: "Không"}}, Layout: store.Keyboard},
			want: telegramtest.Message{Text: "Số?", Markup: telegramtest.Keyboard},
			rows: []string{"Gửi số (phone)", "Không"}},
		{name: "link in a keyboard",
			m: store.Message{Text: "Xem", Choices: []store.Choice{
				{ID: "a", Label: "Trang", Kind: store.Link, URL: "https://hoi.example.vn/a"},
				{ID: "b", Kind: store.Link, URL: "https://hoi.example.vn/b"},
				{ID: "y", Label: "Có"}, {ID: "n", Label: "Không"}}, Layout: store.Keyboard},
			want: telegramtest.Message{Text: "Xem\n\nTrang: https://hoi.example.vn/a\nhttps://hoi.example.vn/b", Markup: telegramtest.Keyboard},
			rows: []string{"Có|Không"}},
		{name: "keyboard of nothing but a link",
			m:    store.Message{Text: "Xem", Choices: []store.Choice{{Label: "Trang", Kind: store.Link, URL: "https://x.vn"}}, Layout: store.Keyboard},
			want: telegramtest.Message{Text: "Xem\n\nTrang: https://x.vn"}},
		{name: "inline",
			m: store.Message{Text: "Chọn", Token: "q7", Layout: store.Inline, Choices: []store.Choice{
				{ID: "1", Label: "Có"}, {ID: "2", Label: "Không"},
				{ID: "l", Label: "Trang", Kind: store.Link, URL: "https://hoi.example.vn/a"},
				{ID: "p", Label: "Số", Kind: store.Phone}}},
			want: telegramtest.Message{Text: "Chọn", Markup: telegramtest.Inline},
			rows: []string{"Có=q7:1|Không=q7:2", "Trang>https://hoi.example.vn/a"}},
		{name: "link that Telegram takes for no button",
			m: store.Message{Text: "Chọn", Token: "q7", Layout: store.Inline, Choices: []store.Choice{
				{ID: "l", Label: "Trang", Kind: store.Link, URL: "http://127.0.0.1:8080/k"},
				{ID: "l", Label: "Nhà", Kind: store.Link, URL: "http://localhost/k"}}},
			want: telegramtest.Message{Text: "Chọn\n\nTrang: http://127.0.0.1:8080/k\nNhà: http://localhost/k"}},
		{name: "clear",
			m:    store.Message{Text: "Xong", Layout: store.Clear},
			want: telegramtest.Message{Text: "Xong", Markup: telegramtest.Remove}},
		{name: "secret",
			m:    store.Message{Text: "Riêng", Secret: true},
			want: telegramtest.Message{Text: "Riêng", Protected: true}},
		{name: "invalid UTF-8",
			m:    store.Message{Text: "a\xffb"},
			want: telegramtest.Message{Text: "a\ufffdb"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, tg := chatWith(t)
			r, err := b.Send(context.Background(), outgoing(tt.m))
			if err != nil {
				t.Fatal(err)
			}
			all := tg.Sent(5)
			if len(all) != 1 || r.Network != itoa(all[0].ID) {
				t.Fatalf("%d messages were shown, receipt %q", len(all), r.Network)
			}
			got := all[0]
			if got.Text != tt.want.Text || got.Markup != tt.want.Markup || got.Protected != tt.want.Protected {
				t.Errorf("shown %+v, want %+v", got, tt.want)
			}
			if !slices.Equal(rows(got), tt.rows) {
				t.Errorf("buttons %q, want %q", rows(got), tt.rows)
			}
		})
	}
}

// rows are the buttons of m, as "label=data", "label>page", "label (phone)".
func rows(m telegramtest.Message) []string {
	var all []string
	for _, row := range m.Buttons {
		var one []string
		for _, b := range row {
			s := b.Text
			switch {
			case b.Data != "":
				s += "=" + b.Data
			case b.URL != "":
				s += ">" + b.URL
			case b.Contact:
				s += " (phone)"
			}
			one = append(one, s)
		}
		all = append(all, strings.Join(one, "|"))
	}
	return all
}

func TestRefusedBeforeSending(t *testing.T) {
	b, tg := chatWith(t)
	for name, m := range map[string]channel.Message{
		"nothing":            outgoing(store.Message{}),
		"only space":         outgoing(store.Message{Text: " \n"}),
		"address":            outgoing(store.Message{Address: "hoa", Text: "x"}),
		"data of 65 bytes":   outgoing(store.Message{Text: "x", Layout: store.Inline, Token: strings.Repeat("t", 32), Choices: []store.Choice{{ID: strings.Repeat("i", 32), Label: "a"}}}),
		"delete of nothing":  outgoing(store.Message{Act: store.Delete}),
		"delete of nonsense": {Message: store.Message{Address: "5", Act: store.Delete}, Network: "12,x"},
	} {
		if _, err := b.Send(context.Background(), m); !errors.Is(err, channel.ErrRefused) {
			t.Errorf("%s: Send returned %v, want refused", name, err)
		}
	}
	if n := tg.Calls(""); n != 0 {
		t.Errorf("Telegram was called %d times", n)
	}
	m := outgoing(store.Message{Text: "x", Layout: store.Inline, Token: strings.Repeat("t", 31), Choices: []store.Choice{{ID: strings.Repeat("i", 32), Label: "a"}}})
	if _, err := b.Send(context.Background(), m); err != nil {
		t.Errorf("data of 64 bytes: %v", err)
	}
}

func TestLongText(t *testing.T) {
	b, tg := chatWith(t)
	long := strings.Repeat(strings.Repeat("tập huấn khởi nghiệp cho chị em. ", 20)+"\n\n", 20)
	m := outgoing(store.Message{ID: "m1", Text: long, Layout: store.Inline, Token: "q", Choices: []store.Choice{{ID: "1", Label: "Có"}}})
	tg.Fail(telegramtest.Fault{After: 2, Status: 429, RetryAfter: 3, Times: 1})
	var wait *channel.RetryError
	if _, err := b.Send(context.Background(), m); !errors.As(err, &wait) {
		t.Fatalf("Send returned %v, want to wait", err)
	}
	shown := len(tg.Sent(5))
	if shown != 2 {
		t.Fatalf("%d parts were shown before the failure, want 2", shown)
	}
	r, err := b.Send(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	all := tg.Sent(5)
	var text []string
	for i, part := range all {
		text = append(text, part.Text)
		if (part.Markup == telegramtest.Inline) != (i == len(all)-1) {
			t.Errorf("part %d of %d has the buttons %q", i, len(all), part.Labels())
		}
	}
	if want := channel.Split(long, maxText); !slices.Equal(text, want) {
		t.Errorf("%d parts were shown, want %d, none of them twice", len(text), len(want))
	}
	if n := len(strings.Split(r.Network, ",")); n != len(all) {
		t.Errorf("the receipt names %d parts, want %d", n, len(all))
	}

	del := channel.Message{Message: store.Message{Address: "5", Act: store.Delete}, Network: r.Network}
	if _, err := b.Send(context.Background(), del); err != nil {
		t.Fatal(err)
	}
	for i, part := range tg.Sent(5) {
		if !part.Deleted {
			t.Errorf("part %d was not deleted", i)
		}
	}
	if _, err := b.Send(context.Background(), del); err != nil {
		t.Errorf("deleting what is deleted: %v", err)
	}
}

func TestFiles(t *testing.T) {
	short, long := strings.Repeat("ộ", maxCaption), strings.Repeat("ộ", maxCaption+1)
	for _, tt := range []struct {
		name string
		text string
		file channel.File
		want []string // method and text of each message
	}{
		{"document", "Danh sách", channel.File{Name: "Danh sách.xlsx", Type: "application/vnd.ms-excel", Data: []byte("x")}, []string{"sendDocument Danh sách"}},
		{"picture", "", channel.File{Name: "a.png", Type: "image/png", Data: []byte("x")}, []string{"sendPhoto "}},
		{"photo", "A", channel.File{Name: "a.jpg", Type: "image/jpeg", Data: []byte("x")}, []string{"sendPhoto A"}},
		{"large photo", "A", channel.File{Name: "a.jpg", Type: "image/jpeg", Data: make([]byte, maxPhoto+1)}, []string{"sendDocument A"}},
		{"drawing", "A", channel.File{Name: "a.svg", Type: "image/svg+xml", Data: []byte("x")}, []string{"sendDocument A"}},
		{"recording", "Nghe", channel.File{Name: "a.ogg", Type: "audio/ogg; codecs=opus", Data: []byte("x")}, []string{"sendVoice Nghe"}},
		{"music", "", channel.File{Name: "a.mp3", Type: "audio/mpeg", Data: []byte("x")}, []string{"sendDocument "}},
		{"without a name", "", channel.File{Data: []byte("x")}, []string{"sendDocument "}},
		{"longest caption", short, channel.File{Name: "a", Data: []byte("x")}, []string{"sendDocument " + short}},
		{"text too long for a caption", long, channel.File{Name: "a", Data: []byte("x")}, []string{" " + long, "sendDocument "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, tg := chatWith(t)
			m := outgoing(store.Message{Text: tt.text, Secret: true, Layout: store.Keyboard, Choices: []store.Choice{{ID: "1", Label: "Có"}}})
			m.File = &tt.file
			if _, err := b.Send(context.Background(), m); err != nil {
				t.Fatal(err)
			}
			var got []string
			all := tg.Sent(5)
			for i, s := range all {
				method := ""
				if s.File != nil {
					method = s.File.Method
					if string(s.File.Data) != string(tt.file.Data) || tt.file.Name != "" && s.File.Name != tt.file.Name {
						t.Errorf("the file %q of %d bytes arrived as %q of %d", tt.file.Name, len(tt.file.Data), s.File.Name, s.File.Size)
					}
				}
				got = append(got, method+" "+s.Text)
				if !s.Protected || (s.Markup == telegramtest.Keyboard) != (i == len(all)-1) {
					t.Errorf("message %d of %d: protected %v, markup %v", i, len(all), s.Protected, s.Markup)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("shown %.60q, want %.60q", got, tt.want)
			}
		})
	}
}

// A picture that Telegram cannot show, or a voice message for a person who
// wants none, goes as a document.
func TestFileAsDocument(t *testing.T) {
	b, tg := chatWith(t)
	tg.Fail(telegramtest.Fault{Method: "sendPhoto", Status: 400, Text: "Bad Request: PHOTO_INVALID_DIMENSIONS"})
	tg.Fail(telegramtest.Fault{Method: "sendVoice", Status: 400, Text: "Bad Request: VOICE_MESSAGES_FORBIDDEN"})
	for _, kind := range []string{"image/png", "audio/ogg"} {
		m := outgoing(store.Message{Text: "A"})
		m.File = &channel.File{Name: "a", Type: kind, Data: []byte("x")}
		if _, err := b.Send(context.Background(), m); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for _, s := range tg.Sent(5) {
		if s.File.Method != "sendDocument" || s.Text != "A" {
			t.Errorf("shown by %s with %q", s.File.Method, s.Text)
		}
	}
}

func TestEdit(t *testing.T) {
	inline := func(text, id string) store.Message {
		return store.Message{Address: "5", Text: text, Layout: store.Inline, Token: "q", Choices: []store.Choice{{ID: id, Label: "Nút " + id}}}
	}
	edit := func(m store.Message, network string) channel.Message {
		m.Act = store.Edit
		return channel.Message{Message: m, Network: network}
	}
	first := func(t *testing.T, b *Bot, m channel.Message) string {
		r, err := b.Send(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		return r.Network
	}

	t.Run("in place", func(t *testing.T) {
		b, tg := chatWith(t)
		id := first(t, b, outgoing(inline("một", "1")))
		for range 2 { // the second changes nothing, which is as good
			r, err := b.Send(context.Background(), edit(inline("hai", "2"), id))
			if err != nil || r.Network != id {
				t.Fatalf("Send returned %+v, %v", r, err)
			}
		}
		all := tg.Sent(5)
		if len(all) != 1 || all[0].Text != "hai" || !slices.Equal(rows(all[0]), []string{"Nút 2=q:2"}) || all[0].Edits != 1 {
			t.Errorf("shown %+v", all)
		}
		if _, err := b.Send(context.Background(), edit(store.Message{Address: "5", Text: "xong"}, id)); err != nil {
			t.Fatal(err)
		}
		if all := tg.Sent(5); all[0].Text != "xong" || len(all[0].Buttons) != 0 {
			t.Errorf("shown %+v, want no buttons", all)
		}
	})
	t.Run("as new", func(t *testing.T) {
		b, tg := chatWith(t)
		deleted := first(t, b, outgoing(inline("một", "1")))
		first(t, b, channel.Message{Message: store.Message{Address: "5", Act: store.Delete}, Network: deleted})
		withKeyboard := first(t, b, outgoing(store.Message{Text: "x", Layout: store.Clear}))
		m := outgoing(store.Message{Text: "x"})
		m.File = &channel.File{Name: "a", Data: []byte("x")}
		withFile := first(t, b, m)
		for name, id := range map[string]string{"unknown": "", "deleted": deleted, "never was": "99", "keyboard": withKeyboard, "file": withFile} {
			before := len(tg.Sent(5))
			r, err := b.Send(context.Background(), edit(inline("mới", "1"), id))
			all := tg.Sent(5)
			if err != nil || len(all) != before+1 || all[before].Text != "mới" || r.Network != itoa(all[before].ID) {
				t.Errorf("%s: Send returned %+v, %v", name, r, err)
			}
		}
	})
	t.Run("of several parts", func(t *testing.T) {
		b, tg := chatWith(t)
		long := strings.Repeat("chị em ", 1000)
		id := first(t, b, outgoing(store.Message{Text: long}))
		id = first(t, b, edit(inline("ngắn", "1"), id))
		if all := tg.Sent(5); len(all) != 3 || !all[0].Deleted || !all[1].Deleted || all[2].Text != "ngắn" {
			t.Errorf("shown %+v", all)
		}
		first(t, b, edit(store.Message{ID: "e", Address: "5", Text: long}, id))
		if all := tg.Sent(5); len(all) != 5 || !all[2].Deleted {
			t.Errorf("%d messages were shown", len(all))
		}
	})
	t.Run("refused", func(t *testing.T) {
		b, tg := chatWith(t)
		id := first(t, b, outgoing(store.Message{Text: "x"}))
		if _, err := b.Send(context.Background(), edit(store.Message{Address: "5"}, id)); !errors.Is(err, channel.ErrRefused) {
			t.Errorf("an edit without text: %v", err)
		}
		tg.Block(5)
		if _, err := b.Send(context.Background(), edit(store.Message{Address: "5", Text: "y"}, id)); !errors.Is(err, channel.ErrBlocked) {
			t.Errorf("an edit in a blocked chat: %v", err)
		}
	})
}

func TestDeleteTooLate(t *testing.T) {
	b, tg := chatWith(t)
	tg.Fail(telegramtest.Fault{Method: "deleteMessage", Status: 400, Text: "Bad Request: message can't be deleted"})
	_, err := b.Send(context.Background(), channel.Message{Message: store.Message{Address: "5", Act: store.Delete}, Network: "7"})
	if !errors.Is(err, channel.ErrRefused) {
		t.Errorf("Send returned %v, want refused", err)
	}
}

// An edit or a deletion whose answer is lost is simply done again.
func TestLostAnswerToEdit(t *testing.T) {
	b, tg := chatWith(t)
	r, err := b.Send(context.Background(), outgoing(store.Message{Text: "một"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []store.Message{{Address: "5", Act: store.Edit, Text: "hai"}, {Address: "5", Act: store.Delete}} {
		tg.Fail(telegramtest.Fault{Lost: true, Times: 1})
		m := channel.Message{Message: m, Network: r.Network}
		if _, err := b.Send(context.Background(), m); err == nil || errors.Is(err, channel.ErrUncertain) {
			t.Errorf("%s without an answer: %v, want to try again", m.Act, err)
		}
		if _, err := b.Send(context.Background(), m); err != nil {
			t.Errorf("%s once more: %v", m.Act, err)
		}
	}
	if all := tg.Sent(5); len(all) != 1 || all[0].Edits != 1 || !all[0].Deleted {
		t.Errorf("shown %+v", all)
	}
}

func TestSlowdown(t *testing.T) {
	var s slowdown
	for i, tt := range []struct {
		chat string
		wait time.Duration
		all  bool
	}{
		{"5", 3 * time.Second, false},
		{"5", 3 * time.Second, false},    // the same chat
		{"-9", 40 * time.Second, false},  // a group has its own limit
		{"6", 3 * time.Second, true},     // a second person while the first waits
		{"-9", 2282 * time.Second, true}, // no chat earns that
	} {
		if got := s.told(tt.chat, tt.wait); got.All != tt.all || got.After != tt.wait {
			t.Errorf("%d: told(%s, %v) = %+v", i, tt.chat, tt.wait, got)
		}
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestLimits(t *testing.T) {
	b := testBot(t, nil)
	if l := b.Limits(); l.Total != 28 || l.PerChat != 1 || l.Flights != 32 {
		t.Errorf("limits are %+v", l)
	}
	none := channel.Limits{}
	b, err := New(Config{Token: token, Limits: &none})
	if err != nil || b.Limits() != none {
		t.Errorf("limits that were lifted are %+v, %v", b.Limits(), err)
	}
}

// The bytes of a stored file travel once. Where Telegram does not know its name
// for it any more, they travel again, and nothing is shown twice.
func TestFileOnce(t *testing.T) {
	b, tg := chatWith(t)
	send := func() {
		t.Helper()
		m := outgoing(store.Message{Text: "Sổ tay"})
		m.File = &channel.File{ID: "d1", Name: "so-tay.pdf", Type: "application/pdf", Data: []byte("%PDF")}
		if _, err := b.Send(context.Background(), m); err != nil {
			t.Fatal(err)
		}
	}
	send()
	send()
	b.known.put("d1", uploaded{"sendDocument", "document", "F999"})
	send()
	send()
	var named []bool
	for _, s := range tg.Sent(5) {
		if s.File == nil || string(s.File.Data) != "%PDF" || s.Text != "Sổ tay" {
			t.Errorf("shown %+v", s)
			continue
		}
		named = append(named, s.File.ByID)
	}
	if want := []bool{false, true, false, true}; !slices.Equal(named, want) {
		t.Errorf("sent by name: %v, want %v", named, want)
	}
}
