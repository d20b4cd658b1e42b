package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

var pageLine = regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/ `)

// startDemo starts a demo and returns it with the address of its page.
func startDemo(t *testing.T, e environment) (*running, string) {
	t.Helper()
	begun := time.Now()
	r := e.start(t, "Ctrl-C", "demo")
	t.Logf("ready after %v", time.Since(begun).Round(time.Millisecond))
	page := pageLine.FindStringSubmatch(r.said)
	if page == nil {
		t.Fatalf("no address in\n%s", r.said)
	}
	return r, page[1]
}

// A visitor talks with the bot through the web chat's HTTP API, as its page
// does.
type visitor struct {
	t      *testing.T
	page   string
	token  string
	posts  int
	events *bufio.Reader
}

// A shown is a line that the page is told of.
type shown struct {
	ID      string
	Mine    bool
	Text    string
	Choices []struct{ ID, Label string }
	File    *struct{ URL, Name string }
}

func (s shown) offers(label string) bool {
	return slices.ContainsFunc(s.Choices, func(c struct{ ID, Label string }) bool { return c.Label == label })
}

func newVisitor(t *testing.T, page string) *visitor {
	t.Helper()
	v := &visitor{t: t, page: page}
	var made struct{ Visitor string }
	v.post("/chat/new", struct{}{}, http.StatusOK, &made)
	v.token = made.Visitor
	v.listen()
	return v
}

// listen opens the stream of what is shown, and passes over what stands on the
// screen already.
func (v *visitor) listen() {
	v.t.Helper()
	resp, err := http.Get(v.page + "/chat/events?visitor=" + v.token)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { resp.Body.Close() })
	v.events = bufio.NewReader(resp.Body)
	for line := ""; line != "event: ready\n"; {
		if line, err = v.events.ReadString('\n'); err != nil {
			v.t.Fatal(err)
		}
	}
}

func (v *visitor) post(path string, body any, want int, answer any) {
	v.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	resp, err := http.Post(v.page+path, "application/json", bytes.NewReader(raw))
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != want {
		v.t.Fatalf("%s answers %d %s, %v; want %d", path, resp.StatusCode, said, err, want)
	}
	if answer != nil {
		if err := json.Unmarshal(said, answer); err != nil {
			v.t.Fatal(err)
		}
	}
}

// say posts a text and returns the answer that asks something.
func (v *visitor) say(text string) shown {
	v.t.Helper()
	v.posts++
	v.post("/chat/send", map[string]string{"visitor": v.token, "id": fmt.Sprintf("%s-%04d", v.token[:8], v.posts), "text": text}, http.StatusOK, nil)
	return v.wait(func(s shown) bool { return len(s.Choices) > 0 })
}

// wait returns the next line of the bot for which want returns true.
func (v *visitor) wait(want func(shown) bool) shown {
	v.t.Helper()
	var all []string
	for {
		line, err := v.events.ReadString('\n')
		if err != nil {
			v.t.Fatalf("the stream ends with %v after %q", err, all)
		}
		data, ok := strings.CutPrefix(line, "data: {")
		if !ok {
			continue
		}
		var s shown
		if err := json.Unmarshal([]byte("{"+data), &s); err != nil {
			v.t.Fatal(err)
		}
		if all = append(all, s.Text); !s.Mine && want(s) {
			return s
		}
	}
}

// register goes through a registration and returns the words at its end.
func (v *visitor) register() string {
	v.t.Helper()
	v.say("/start")
	v.say("Tiếng Việt")
	s := v.say("Đăng ký tham gia")
	s = v.say(s.Choices[0].Label)
	for !s.offers("Đúng, đăng ký") {
		switch {
		case s.offers("Đăng ký"):
			s = v.say("Đăng ký")
		case s.offers("Đồng ý"):
			s = v.say("Đồng ý")
		case s.offers("Không dẫn bé"):
			s = v.say("Không dẫn bé")
		case strings.Contains(s.Text, "Họ và tên"):
			s = v.say("Nguyễn Thị Hoa")
		case strings.Contains(s.Text, "xã, phường nào"):
			s = v.say("Xã Kế Sách")
		case strings.Contains(s.Text, "Số điện thoại"):
			s = v.say("0912 345 678")
		default:
			v.t.Fatalf("what to answer to %q?", s.Text)
		}
	}
	return v.say("Đúng, đăng ký").Text
}

func TestDemo(t *testing.T) {
	e := newEnvironment(t)
	r, page := startDemo(t, e)
	resp, err := http.Get(page + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("/healthz answers %s", resp.Status)
	}
	hoa := newVisitor(t, page)
	if said := hoa.register(); !strings.Contains(said, "đăng ký xong") {
		t.Errorf("a registration ends with %q", said)
	}

	// Her ticket is a picture. What she registered for begins in half an hour.
	hoa.posts++
	hoa.post("/chat/send", map[string]string{"visitor": hoa.token, "id": "wants-her-ticket", "text": "Vé của tôi"}, http.StatusOK, nil)
	ticket := hoa.wait(func(s shown) bool { return s.File != nil }).File
	resp, err = http.Get(page + ticket.URL + "?visitor=" + hoa.token)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(resp.Body)
	resp.Body.Close()
	if err != nil || picture.Width < 300 || !strings.HasPrefix(ticket.Name, "ve-") {
		t.Errorf("her ticket %s is %+v, %v", ticket.Name, picture, err)
	}

	// An officer on the same machine checks her in, sees her and gets the list.
	lan := newVisitor(t, page)
	lan.post("/demo/role", map[string]string{"visitor": lan.token, "role": "staff"}, http.StatusOK, nil)
	lan.post("/demo/role", map[string]string{"visitor": lan.token, "role": "admin"}, http.StatusBadRequest, nil)
	lan.say("/start")
	if s := lan.say("Tiếng Việt"); !s.offers("Dành cho cán bộ") {
		t.Errorf("staff are offered %v", s.Choices)
	}
	lan.say("Dành cho cán bộ")
	s := lan.say("Các lớp của địa bàn")
	if s = lan.say(s.Choices[0].Label); !s.offers("Tải danh sách") {
		t.Fatalf("a training shows %q %v", s.Text, s.Choices)
	}
	if s = lan.say("Điểm danh"); !strings.Contains(s.Text, "Có mặt 0/") {
		t.Errorf("the list at the door says %q", s.Text)
	}
	lan.say("hoa nguyen")
	if s = lan.say("Nguyễn Thị Hoa"); !strings.Contains(s.Text, "✓ Nguyễn Thị Hoa có mặt (1/") {
		t.Errorf("she is checked in with %q", s.Text)
	}
	lan.say("Xem lớp này")
	lan.posts++
	lan.post("/chat/send", map[string]string{"visitor": lan.token, "id": "wants-the-list", "text": "Tải danh sách"}, http.StatusOK, nil)
	file := lan.wait(func(s shown) bool { return s.File != nil }).File
	resp, err = http.Get(page + file.URL + "?visitor=" + lan.token)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if head, err := io.ReadAll(resp.Body); err != nil || !bytes.HasPrefix(head, []byte("PK")) || !strings.HasPrefix(file.Name, "danh-sach-") {
		t.Errorf("%s is no workbook: %d bytes, %v", file.Name, len(head), err)
	}

	if code := r.stop(); code != done {
		t.Fatalf("exit %d: %s", code, r.errs.String())
	}
	if said := r.errs.String(); said != "" {
		t.Errorf("the log says\n%s", said)
	}
	leftovers(t, filepath.Dir(e["CHIHAI_DB"]), "test.db")

	// It goes on where it was.
	_, hoa.page = startDemo(t, e)
	hoa.listen()
	if s := hoa.say("/menu"); !s.offers("Đăng ký của tôi") {
		t.Errorf("after a restart she is offered %v", s.Choices)
	}
}

// What is temporary is gone afterwards.
func TestDemoIsForgotten(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	r, page := startDemo(t, environment{"CHIHAI_LISTEN": "127.0.0.1:0"})
	newVisitor(t, page).say("/start")
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
	leftovers(t, os.TempDir())
}

// The usual port may be taken; one that was chosen must be free.
func TestDemoPort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:8080")
	if err == nil { // else somebody else has it
		defer ln.Close()
	}
	t.Setenv("TMPDIR", t.TempDir())
	r, page := startDemo(t, environment{})
	if strings.HasSuffix(page, ":8080") {
		t.Errorf("two listen at %s", page)
	}
	r.stop()
	e := environment{"CHIHAI_LISTEN": "127.0.0.1:8080"}
	if code, _, errs := e.command(t, "demo"); code != failed || !strings.Contains(errs, "CHIHAI_LISTEN") {
		t.Errorf("exit %d, %q: want the word that the address is taken", code, errs)
	}
}

func TestDemoRefuses(t *testing.T) {
	t.Run("real people", func(t *testing.T) {
		e := newEnvironment(t)
		s, err := openStore(t.Context(), e["CHIHAI_DB"], nil)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		if code, _, errs := e.command(t, "demo"); code != failed || !strings.Contains(errs, "not made by demo") {
			t.Errorf("exit %d, %q", code, errs)
		}
		if code, _, errs := e.command(t, "chat", "--role", "staff"); code != failed || !strings.Contains(errs, "sample data") {
			t.Errorf("chat --role: exit %d, %q", code, errs)
		}
		if code, out, errs := e.talk(t, "/start\n", "chat"); code != done || !strings.Contains(out, "Xin chào") {
			t.Errorf("chat: exit %d, %q %q", code, out, errs)
		}
	})
	t.Run("a real bot", func(t *testing.T) {
		e := newEnvironment(t).with("CHIHAI_TELEGRAM_TOKEN", "7000000001:AAE-secret")
		if code, _, errs := e.command(t, "demo"); code != usage || !strings.Contains(errs, "do not go together") || strings.Contains(errs, "secret") {
			t.Errorf("exit %d, %q", code, errs)
		}
		if exists(e["CHIHAI_DB"]) {
			t.Error("a database was made")
		}
	})
}

// A demo that was killed while it made its database makes it anew.
func TestDemoAfterAHalfMadeDatabase(t *testing.T) {
	e := newEnvironment(t)
	if err := os.WriteFile(e["CHIHAI_DB"]+".new", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, _ := startDemo(t, e)
	r.stop()
	s, err := openMade(t.Context(), e["CHIHAI_DB"])
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if sample, err := isSample(t.Context(), s); !sample || err != nil {
		t.Errorf("the database is a sample: %t, %v", sample, err)
	}
	leftovers(t, filepath.Dir(e["CHIHAI_DB"]), "test.db")
}

func TestTakeRoleOnce(t *testing.T) {
	s, err := openStore(t.Context(), newEnvironment(t)["CHIHAI_DB"], nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 2 {
		if err := chooseRole(t.Context(), s, "somebody", "staff"); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	err = s.View(t.Context(), func(tx *store.Tx) error {
		for g, err := range tx.AllGrants() {
			if n++; err != nil || g.Role != store.Staff {
				t.Errorf("grant %+v, %v", g, err)
			}
		}
		return nil
	})
	if err != nil || n != 1 {
		t.Errorf("%d roles, %v; want one", n, err)
	}
}
