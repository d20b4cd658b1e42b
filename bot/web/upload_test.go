package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
)

const picture = "\x89PNG\r\n\x1a\n and the rest of a picture"

// upload posts a file as the page does.
func (s *site) upload(visitor, id, name, kind string, body io.Reader) (int, string) {
	s.t.Helper()
	at := url.Values{"visitor": {visitor}, "id": {id}, "name": {name}}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.base+uploadPath+"?"+at.Encode(), body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, s.body(resp)
}

// A file is heard once however often it is posted, stands on her screen, and can be
// fetched by the flow that wants it and by her.
func TestUpload(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	hers, contact := s.visitor()
	other, _ := s.visitor()
	for range 3 {
		if status, body := s.upload(hers, "0123456789abcdef", "../../Phiếu hỏi.xlsx", "application/x-thing; v=1", strings.NewReader("PK and so on")); status != 200 {
			t.Fatalf("upload = %d %s", status, body)
		}
	}
	heard := s.inputs()
	if len(heard) != 1 {
		t.Fatalf("heard %d inputs, want 1", len(heard))
	}
	in := heard[0]
	if in.Kind != flows.File || in.ID != contact+"/0123456789abcdef" || in.From != hers || in.File.Name != "Phiếu hỏi.xlsx" || in.File.Type != "application/x-thing" || in.File.Size != 12 {
		t.Errorf("heard %+v", in)
	}
	if data, err := s.chat.Fetch(t.Context(), in.File.ID, store.MaxFile); err != nil || string(data) != "PK and so on" {
		t.Errorf("Fetch = %q, %v", data, err)
	}
	if _, err := s.chat.Fetch(t.Context(), in.File.ID, 3); !errors.Is(err, channel.ErrTooLarge) {
		t.Errorf("Fetch of too much = %v", err)
	}
	if _, err := s.chat.Fetch(t.Context(), "nothing", store.MaxFile); !errors.Is(err, channel.ErrRefused) {
		t.Errorf("Fetch of nothing = %v", err)
	}
	lines := s.follow(hers, "").until("ready")
	if f := lines[0].File; !lines[0].Mine || lines[0].Ref != "0123456789abcdef" || f == nil || f.Name != "Phiếu hỏi.xlsx" || f.As != "" {
		t.Errorf("the line is %+v", lines[0])
	}
	resp, body := s.get(lines[0].File.URL + "?visitor=" + hers)
	if how := resp.Header.Get("Content-Disposition"); body != "PK and so on" || !strings.HasPrefix(how, "attachment") {
		t.Errorf("she gets %q as %q", body, how)
	}
	if resp, _ := s.get(lines[0].File.URL + "?visitor=" + other); resp.StatusCode != 404 {
		t.Errorf("somebody else gets it: %d", resp.StatusCode)
	}
	s.wait(uploadTime)
	if resp, _ := s.get(lines[0].File.URL + "?visitor=" + hers); resp.StatusCode != 404 {
		t.Errorf("a day later it is still handed out: %d", resp.StatusCode)
	}
}

// A picture comes as other networks hand one over, if it is one; it is never shown
// as a page of its own.
func TestUploadPicture(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	hers, _ := s.visitor()
	for i, tt := range []struct{ kind, data, heard, as string }{
		{"image/png", picture, "image/png", "image"},
		{"image/png", "<script>alert(1)</script>", "text/html", ""},
		{"image/svg+xml", "<svg/>", "image/svg+xml", ""},
		{"no type", "x", "application/octet-stream", ""},
	} {
		if status, body := s.upload(hers, "aaaaaaaa"+string(rune('0'+i)), "x.png", tt.kind, strings.NewReader(tt.data)); status != 200 {
			t.Fatalf("%s = %d %s", tt.kind, status, body)
		}
		in := s.inputs()[i]
		if in.File.Type != tt.heard || (in.File.Name == "") != strings.HasPrefix(tt.heard, "image/") {
			t.Errorf("%s %.8q is heard as %+v", tt.kind, tt.data, in.File)
		}
		var f *shownFile
		for _, l := range s.follow(hers, "").until("ready") {
			if l.Ref == "aaaaaaaa"+string(rune('0'+i)) {
				f = l.File
			}
		}
		if f == nil {
			t.Fatalf("%s stands nowhere", tt.kind)
		}
		if f.As != tt.as {
			t.Errorf("%s %.8q is shown as %q", tt.kind, tt.data, f.As)
		}
		if resp, _ := s.get(f.URL + "?visitor=" + hers); !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s is handed out as %q", tt.kind, resp.Header.Get("Content-Disposition"))
		}
	}
}

// What cannot be taken is refused with a reason, and leaves nothing.
func TestUploadRefuses(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	hers, _ := s.visitor()
	stream := io.MultiReader(strings.NewReader("no length")) // sent in chunks
	for _, tt := range []struct {
		what, visitor, id string
		body              io.Reader
		want              int
	}{
		{"a stranger's", "nobody", "0123456789", strings.NewReader("x"), 410},
		{"one of too long a visitor", strings.Repeat("a", 100), "0123456789", strings.NewReader("x"), 410},
		{"one without id", hers, "", strings.NewReader("x"), 400},
		{"an empty one", hers, "0123456789", http.NoBody, 400},
		{"one of unknown length", hers, "0123456789", stream, 411},
	} {
		if status, body := s.upload(tt.visitor, tt.id, "a", "text/plain", tt.body); status != tt.want {
			t.Errorf("%s = %d %s, want %d", tt.what, status, body, tt.want)
		}
	}
	large := bytes.NewReader(make([]byte, store.MaxFile+1))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+uploadPath+"?visitor="+hers+"&id=0123456789", large)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Expect", "100-continue") // so that the answer comes before the body
	if resp, err := http.DefaultClient.Do(req); err == nil {
		if s.body(resp); resp.StatusCode != 413 {
			t.Errorf("one that is too large = %d", resp.StatusCode)
		}
	}
	req, err = http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+uploadPath+"?visitor="+hers+"&id=0123456789", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "https://evil.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if s.body(resp); resp.StatusCode != 403 {
		t.Errorf("one of another site = %d", resp.StatusCode)
	}
	if n := len(s.inputs()); n != 0 {
		t.Errorf("%d of them were heard", n)
	}
}

// One visitor sends so much at once; an hour later she may go on.
func TestUploadBounds(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	hers, _ := s.visitor()
	send := func(i int) int {
		s.wait(time.Second)
		status, _ := s.upload(hers, "bbbbbbbb"+string(rune('a'+i)), "a.bin", "application/octet-stream", bytes.NewReader(make([]byte, 19<<20)))
		return status
	}
	for i := range 4 {
		if status := send(i); status != 200 {
			t.Fatalf("file %d = %d", i, status)
		}
	}
	if status := send(4); status != 429 {
		t.Errorf("the fifth file = %d, want 429", status)
	}
	s.wait(time.Hour)
	if status := send(5); status != 200 {
		t.Errorf("an hour later = %d", status)
	}
}

// What posts of other kinds may send stays small.
func TestUploadAlone(t *testing.T) {
	s := newSite(t, nil)
	defer s.listen()()
	if status, _ := s.post("/chat/send", make([]byte, maxBody+1)); status != 413 {
		t.Errorf("a large post of words = %d", status)
	}
}

func TestUploadName(t *testing.T) {
	for name, want := range map[string]string{
		"a.xlsx": "a.xlsx", `C:\fake\ảnh.jpg`: "ảnh.jpg", "../../x": "x", "": "tep", "..": "tep", "/": "tep", "a\x00b\r.txt": "ab.txt", "a\nb": "a b",
	} {
		if got := uploadName(name); got != want {
			t.Errorf("uploadName(%q) = %q, want %q", name, got, want)
		}
	}
}
