package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"chihai/bot/telegram/telegramtest"
)

// A woman reads what the bot shows her and answers, as people do: what she
// believes to hold is what she was told.
type woman struct {
	tg       *telegramtest.Server
	chat     int64
	random   *rand.Rand
	holds    map[string]bool
	quit     *atomic.Bool
	turns    int
	repeated int
	err      error

	officer bool // one of the staff: asks for lists
	asked   int  // how many she was promised
}

var (
	gotSeat  = regexp.MustCompile(`đăng ký xong! Mã: \S+\n(Lớp số \d\d)`)
	reminded = regexp.MustCompile(`Nhắc số \d{4}`)
	gaveSeat = regexp.MustCompile(`Đã hủy đăng ký “(Lớp số \d\d)”`)
)

func (w *woman) live(ctx context.Context) {
	w.say("/start")
	last := ""
	for {
		m, err := w.next(ctx)
		repeated := false
		for err == nil && m.Text == last {
			// Most likely it came twice, and is answered once; but a question
			// that was put anew may look the same, and then nothing follows.
			w.repeated++
			again := m
			soon, stop := context.WithTimeout(ctx, patience)
			m, err = w.next(soon)
			stop()
			if err != nil && ctx.Err() == nil {
				m, err, repeated = again, nil, true
				break
			}
		}
		if err != nil {
			w.err = fmt.Errorf("waits for an answer to what she said after %q: %w", last, err)
			return
		}
		last = m.Text
		if strings.Contains(m.Text, workedOn) && !repeated {
			w.asked++
		}
		if g := gotSeat.FindStringSubmatch(m.Text); g != nil {
			w.holds[g[1]] = true
		}
		if g := gaveSeat.FindStringSubmatch(m.Text); g != nil {
			delete(w.holds, g[1])
		}
		if atMenu(m) && w.quit.Load() {
			return
		}
		if err := w.answer(m); err != nil {
			w.err = err
			return
		}
	}
}

// next returns the next message that may be an answer. A list comes whenever it
// is made: it is none.
func (w *woman) next(ctx context.Context) (telegramtest.Message, error) {
	for {
		m, err := w.tg.Next(ctx, w.chat)
		if err != nil || !isList(m) {
			return m, err
		}
	}
}

// patience is how long a woman waits for what follows a message that came twice.
const patience = 5 * time.Second

// workedOn is what an officer is told who asks for a list.
const workedOn = "đang làm danh sách"

// isList says whether m is a list, or the word that there is none.
func isList(m telegramtest.Message) bool {
	return m.File != nil || strings.Contains(m.Text, "chưa làm được danh sách")
}

func atMenu(m telegramtest.Message) bool {
	for _, l := range m.Labels() {
		if l == "Cài đặt" {
			return true
		}
	}
	return false
}

// answer says what a woman says to m.
func (w *woman) answer(m telegramtest.Message) error {
	labels := m.Labels()
	has := func(label string) bool {
		for _, l := range labels {
			if l == label {
				return true
			}
		}
		return false
	}
	var classes []string
	for _, l := range labels {
		if strings.Contains(l, " · ") {
			classes = append(classes, l)
		}
	}
	press := ""
	switch {
	case has("Tiếng Việt"):
		press = "Tiếng Việt"
	case strings.Contains(m.Text, workedOn):
		press = "/menu"
	case w.officer && has("Tải danh sách"):
		press = "Tải danh sách"
	case w.officer && has("Các lớp của địa bàn"):
		press = "Các lớp của địa bàn"
	case w.officer && atMenu(m):
		press = "Dành cho cán bộ"
	case atMenu(m):
		press = "Đăng ký tham gia"
		if has("Đăng ký của tôi") && (len(w.holds) >= 3 || w.random.IntN(4) == 0) {
			press = "Đăng ký của tôi"
		}
	case has("Có, hủy đăng ký"):
		press = "Có, hủy đăng ký"
	case has("Hủy đăng ký"):
		press = "Hủy đăng ký"
	case has("Đúng, đăng ký"):
		press = "Đúng, đăng ký"
	case has("Đăng ký"):
		press = "Đăng ký"
	case has("Đồng ý"):
		press = "Đồng ý"
	case has("Làm tiếp"):
		press = "Làm tiếp"
	case len(classes) > 0:
		press = classes[w.random.IntN(len(classes))]
		if has("Xem thêm") && w.random.IntN(3) == 0 {
			press = "Xem thêm"
		}
	case strings.Contains(m.Text, "Họ và tên"):
		w.say("Nguyễn Thị Hoa")
		return nil
	case strings.Contains(m.Text, "xã, phường nào"):
		w.say("Xã Kế Sách")
		return nil
	case strings.Contains(m.Text, "Số điện thoại"):
		w.say("0912 345 678")
		return nil
	case has("Thôi"):
		press = "Thôi"
	default:
		return fmt.Errorf("does not know what to answer to %q %q", m.Text, labels)
	}
	w.say(press)
	return nil
}

func (w *woman) say(text string) {
	w.turns++
	w.tg.Text(w.chat, text)
}

// A webVisitor talks in the web chat. Her page posts each thing she says until it is
// told that it was kept.
type webVisitor struct {
	url   string
	token string
	said  int
	err   error
}

func (v *webVisitor) live(ctx context.Context, quit *atomic.Bool) {
	var new struct {
		Visitor string `json:"visitor"`
	}
	pace := time.NewTicker(600 * time.Millisecond) // the web chat takes two a second from a visitor
	defer pace.Stop()
	for {
		var status int
		var answer []byte
		if v.token == "" {
			status, answer = v.post(ctx, "/chat/new", struct{}{})
			if status == http.StatusOK {
				if v.err = json.Unmarshal(answer, &new); v.err != nil {
					return
				}
				v.token = new.Visitor
			}
		} else {
			status, _ = v.post(ctx, "/chat/send", map[string]string{
				"visitor": v.token, "id": fmt.Sprintf("said-%08d", v.said), "text": fmt.Sprintf("/menu %d", v.said),
			})
			if status == http.StatusOK {
				v.said++
				if quit.Load() { // not before the last one was taken
					return
				}
			}
		}
		if status != 0 && status != http.StatusOK && status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			v.err = fmt.Errorf("the web chat answers %d", status)
			return
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
			v.err = ctx.Err()
			return
		}
	}
}

// post returns 0 when there is nobody, or no answer.
func (v *webVisitor) post(ctx context.Context, path string, body any) (status int, answer []byte) {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.url+path, bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	if answer, err = io.ReadAll(resp.Body); err != nil {
		return 0, nil
	}
	return resp.StatusCode, answer
}
