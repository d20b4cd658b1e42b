package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

func (s *site) addFile(name, kind, data string) string {
	s.t.Helper()
	f := &store.File{Name: name, Type: kind, Expires: start.Add(time.Hour)}
	if err := s.Store.Update(s.t.Context(), func(tx *store.Tx) error { return tx.PutFile(f, []byte(data)) }); err != nil {
		s.t.Fatal(err)
	}
	return f.ID
}

func fileMessage(id string) channel.Message {
	return channel.Message{Message: store.Message{File: id}}
}

func TestFiles(t *testing.T) {
	s := newSite(t, nil)
	hers, contact := s.visitor()
	other, _ := s.visitor()
	for _, tt := range []struct{ name, kind, as, served, how string }{
		{"vé.png", "image/png", "image", "image/png", "inline; filename*=utf-8''v%C3%A9.png"},
		{"nghe.ogg", "audio/ogg; codecs=opus", "audio", "audio/ogg", "inline; filename=nghe.ogg"},
		{"danh sách \"1\"\r\n.csv", "text/csv", "", "text/csv", "attachment; filename*=utf-8''danh%20s%C3%A1ch%20%221%22%0D%0A.csv"},
		{"x.svg", "image/svg+xml", "", "image/svg+xml", "attachment; filename=x.svg"},
		{"x.html", "text/html", "", "text/html", "attachment; filename=x.html"},
		{"x", "???", "", "application/octet-stream", "attachment; filename=x"},
	} {
		id := s.addFile(tt.name, tt.kind, "data of "+tt.name)
		path := "/chat/file/" + id + "?visitor=" + hers
		if resp, _ := s.get(path); resp.StatusCode != 404 {
			t.Errorf("%s before it is shown = %d", tt.name, resp.StatusCode)
		}
		s.wait(time.Second)
		s.send(contact, fileMessage(id))
		lines := s.follow(hers, "").until("ready")
		f := lines[len(lines)-1].File
		if f == nil || f.URL != "/chat/file/"+id || f.Name != tt.name || f.As != tt.as {
			t.Errorf("%s is told as %+v", tt.name, f)
		}
		resp, body := s.get(path)
		if resp.StatusCode != 200 || body != "data of "+tt.name {
			t.Errorf("%s = %d %q", tt.name, resp.StatusCode, body)
		}
		if got := resp.Header.Get("Content-Type"); got != tt.served {
			t.Errorf("%s: Content-Type %q, want %q", tt.name, got, tt.served)
		}
		if got := resp.Header.Get("Content-Disposition"); got != tt.how {
			t.Errorf("%s: Content-Disposition %q, want %q", tt.name, got, tt.how)
		}
		if got := resp.Header.Get("Content-Security-Policy"); got != "default-src 'none'; sandbox" {
			t.Errorf("%s: policy %q", tt.name, got)
		}
		for _, who := range []string{other, "", "nobody"} {
			if resp, _ := s.get("/chat/file/" + id + "?visitor=" + url.QueryEscape(who)); resp.StatusCode != 404 {
				t.Errorf("%s for %q = %d, want 404", tt.name, who, resp.StatusCode)
			}
		}
	}
}

func TestFileThatIsGone(t *testing.T) {
	s := newSite(t, nil)
	visitor, contact := s.visitor()
	id := s.addFile("a.png", "image/png", "a")
	line := s.send(contact, fileMessage(id))
	path := "/chat/file/" + id + "?visitor=" + visitor
	if resp, _ := s.get(path); resp.StatusCode != 200 {
		t.Fatalf("%d", resp.StatusCode)
	}
	s.wait(time.Hour)
	if resp, _ := s.get(path); resp.StatusCode != 404 {
		t.Errorf("after its time = %d, want 404", resp.StatusCode)
	}
	s.wait(-time.Hour)
	s.send(contact, channel.Message{Message: store.Message{Act: store.Delete, Target: line}, Network: line})
	if resp, _ := s.get(path); resp.StatusCode != 404 {
		t.Errorf("after its line was removed = %d, want 404", resp.StatusCode)
	}

	// A program that has just begun does not know the file that is no more.
	lost := s.send(contact, fileMessage("0123456789"))
	lines := s.follow(visitor, "").until("ready")
	if f := lines[len(lines)-1].File; lines[len(lines)-1].ID != lost || f == nil || f.URL != "" {
		t.Errorf("a lost file is told as %+v", f)
	}
}

func TestVoice(t *testing.T) {
	s := newSite(t, func(c *Config) {
		c.Voice = func(language, id string) ([]byte, bool) {
			return []byte("OggS " + language + " " + id), language == "vi" && !strings.Contains(id, "/")
		}
	})
	visitor, contact := s.visitor()
	s.send(contact, channel.Message{Message: store.Message{Voice: "vi/menu.hello"}, File: &channel.File{Name: "x.ogg", Type: "audio/ogg"}})
	f := s.follow(visitor, "").until("ready")[0].File
	if f == nil || f.As != "audio" {
		t.Fatalf("a recording is told as %+v", f)
	}
	resp, body := s.get(f.URL + "?visitor=" + visitor)
	if resp.StatusCode != 200 || body != "OggS vi menu.hello" || resp.Header.Get("Content-Type") != "audio/ogg" {
		t.Errorf("GET %s = %d %s", f.URL, resp.StatusCode, body)
	}
	for _, path := range []string{"/chat/voice/fr/menu.hello", "/chat/voice/vi/..%2f..%2fvi", "/chat/voice/vi"} {
		if resp, _ := s.get(path); resp.StatusCode != 404 {
			t.Errorf("GET %s = %d, want 404", path, resp.StatusCode)
		}
	}
	if resp, _ := newSite(t, nil).get("/chat/voice/vi/menu.hello"); resp.StatusCode != 404 {
		t.Errorf("without recordings = %d, want 404", resp.StatusCode)
	}
}
