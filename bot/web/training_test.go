package web

import (
	"bytes"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

func (s *site) addTraining(t *store.Training) *store.Training {
	s.t.Helper()
	if err := s.Store.Update(s.t.Context(), func(tx *store.Tx) error { return tx.AddTraining(t) }); err != nil {
		s.t.Fatal(err)
	}
	return t
}

func newTraining() *store.Training {
	return &store.Training{
		Name: store.Text{"vi": "Quản lý chi tiêu", "en": "Household <money>"}, Official: "Phòng, chống bạo lực",
		Start: start.Add(48 * time.Hour), End: start.Add(50 * time.Hour), Place: "Ấp 3; xã Mỹ Tú, nhà văn hóa",
		Audience: store.Text{"vi": "Chị em có con nhỏ"}, Seats: 30, Taken: 18, Listed: true,
	}
}

func networks(c *Config) {
	c.Networks = []Network{
		{"Telegram", func(payload string) string { return "https://t.me/chihai_bot?start=" + payload }},
		{"web", ChatLink},
	}
}

func TestTrainingPage(t *testing.T) {
	s := newSite(t, networks)
	open := s.addTraining(newTraining())
	hidden := newTraining()
	hidden.Listed, hidden.Children = false, true
	s.addTraining(hidden)
	guests := newTraining()
	guests.Listed, guests.ByInvitation = false, true
	s.addTraining(guests)
	full := newTraining()
	full.Taken = full.Seats
	s.addTraining(full)
	cancelled := newTraining()
	cancelled.Cancelled = start
	s.addTraining(cancelled)
	over := newTraining()
	over.Start, over.End = start.Add(-2*time.Hour), start.Add(-time.Hour)
	s.addTraining(over)
	begun := newTraining()
	begun.Start, begun.End = start, start.Add(time.Hour)
	s.addTraining(begun)

	door := `<a href="https://t.me/chihai_bot?start=t` + open.Code + `">vi:web.register network Telegram</a>`
	for _, tt := range []struct {
		name, path string
		has, lacks []string
	}{
		{"open", open.Code, []string{
			"<h1>Quản lý chi tiêu</h1>", "vi:2026-12-03 01:00", "Ấp 3; xã Mỹ Tú, nhà văn hóa", "Chị em có con nhỏ", "vi:web.seats_left n 12", door,
			`<a href="/?start=t` + open.Code + `">vi:web.register network web</a>`, `src="/e/` + open.Code + `/qr.png"`, `/event.ics?lang=vi`,
			`<meta property="og:title" content="Quản lý chi tiêu">`, `<meta property="og:url" content="https://chihai.example.org/e/` + open.Code + `">`,
		}, []string{"noindex", "web.full", "web.children"}},
		{"lower case", strings.ToLower(open.Code), []string{door}, nil},
		{"English", open.Code + "?lang=en", []string{`<html lang="en"`, "<h1>Household &lt;money&gt;</h1>", "en:web.when", "Chị em có con nhỏ"}, []string{"<money>"}},
		{"unknown language", open.Code + "?lang=fr", []string{`<html lang="vi"`}, nil},
		{"by invitation", guests.Code, []string{"vi:invitation.web", `<meta name="robots" content="noindex">`}, []string{"web.register", "t.me", "seats_left", "web.wait"}},
		{"with the link only", hidden.Code, []string{`<meta name="robots" content="noindex">`, "vi:web.children", "web.register"}, nil},
		{"full", full.Code, []string{"vi:web.full", "vi:web.wait network Telegram"}, []string{"seats_left", "web.register"}},
		{"cancelled", cancelled.Code, []string{"vi:web.cancelled"}, []string{"t.me", "web.seats", "qr_hint"}},
		{"begun", begun.Code, []string{"vi:web.begun"}, []string{"t.me", "web.seats", "web.over"}},
		{"over", over.Code, []string{"vi:web.over"}, []string{"t.me", "web.seats"}},
	} {
		resp, page := s.get("/e/" + tt.path)
		if resp.StatusCode != 200 {
			t.Errorf("%s: %d", tt.name, resp.StatusCode)
		}
		if got := resp.Header.Get("X-Robots-Tag"); (got == "noindex") != (tt.name == "by invitation" || tt.name == "with the link only") {
			t.Errorf("%s: X-Robots-Tag %q", tt.name, got)
		}
		for _, want := range tt.has {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", tt.name, want)
			}
		}
		for _, bad := range append(tt.lacks, "bạo lực") {
			if strings.Contains(page, bad) {
				t.Errorf("%s has %s", tt.name, bad)
			}
		}
	}
}

func TestCodesCannotBeTriedOut(t *testing.T) {
	s := newSite(t, nil)
	code := s.addTraining(newTraining()).Code
	for _, path := range []string{"/e/NOTHNG", "/e/NOTHNG/qr.png", "/e/NOTHNG/event.ics", "/e/%00", "/e/%ff", "/e/-", "/e/" + strings.Repeat("A", 2000)} {
		if resp, _ := s.get(path); resp.StatusCode != 404 {
			t.Errorf("GET %.40s = %d, want 404", path, resp.StatusCode)
		}
	}
	refused := 0
	for range 40 {
		if resp, _ := s.get("/e/NOTHNG"); resp.StatusCode == 429 {
			refused++
		}
	}
	if refused != 17 { // 30 misses are free, 7 were made above
		t.Errorf("%d of 40 misses refused, want 17", refused)
	}
	for _, path := range []string{"", "/qr.png", "/event.ics"} {
		if resp, _ := s.get("/e/" + code + path); resp.StatusCode != 429 {
			t.Errorf("a hit after too many misses = %d, want 429", resp.StatusCode)
		}
	}
	s.wait(time.Minute)
	if resp, _ := s.get("/e/" + code); resp.StatusCode != 200 {
		t.Errorf("a minute later = %d", resp.StatusCode)
	}
}

func TestTrainingQR(t *testing.T) {
	s := newSite(t, nil)
	resp, body := s.get("/e/" + s.addTraining(newTraining()).Code + "/qr.png")
	if got := resp.Header.Get("Content-Type"); got != "image/png" {
		t.Errorf("Content-Type %s", got)
	}
	img, err := png.Decode(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	// A module of each corner: the border is white, the finder patterns are a
	// black frame, a white one and a black heart (ISO/IEC 18004, 6.3.3).
	side := img.Bounds().Dx() / moduleSize
	black := func(x, y int) bool {
		r, _, _, _ := img.At(x*moduleSize+moduleSize/2, y*moduleSize+moduleSize/2).RGBA()
		return r == 0
	}
	for _, corner := range [][2]int{{quiet, quiet}, {side - quiet - 7, quiet}, {quiet, side - quiet - 7}} {
		for y := range 7 {
			for x := range 7 {
				ring := min(x, y, 6-x, 6-y)
				if got := black(corner[0]+x, corner[1]+y); got != (ring != 1) {
					t.Errorf("finder pattern at %v: module %d,%d black = %v", corner, x, y, got)
				}
			}
		}
	}
	for i := range side {
		for j := range quiet {
			if black(i, j) || black(j, i) || black(i, side-1-j) || black(side-1-j, i) {
				t.Fatal("the border is not white")
			}
		}
	}
	other, err := QR("another")
	if err != nil || bytes.Equal(other, []byte(body)) {
		t.Errorf("two texts have one code, %v", err)
	}
}

func TestTrainingEvent(t *testing.T) {
	s := newSite(t, nil)
	tr := newTraining()
	tr.Name["vi"] = "Quản lý chi tiêu, \\ thu nhập; và những điều chị em quan tâm trong gia đình\nhằng ngày"
	s.addTraining(tr)
	event := func() (string, *http.Response) {
		resp, body := s.get("/e/" + tr.Code + "/event.ics")
		return body, resp
	}
	body, resp := event()
	if got := resp.Header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		t.Errorf("Content-Type %s", got)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || strings.ToValidUTF8(line, "") != line {
			t.Errorf("line %q of %d bytes", line, len(line))
		}
	}
	unfolded := strings.ReplaceAll(body, "\r\n ", "")
	for _, want := range []string{
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Chi Hai//vi\r\n", "UID:" + tr.ID + "@chihai\r\n", "SEQUENCE:0\r\n", "DTSTAMP:20261201T010000Z\r\n",
		"DTSTART:20261203T010000Z\r\nDTEND:20261203T030000Z\r\n",
		`SUMMARY:Quản lý chi tiêu\, \\ thu nhập\; và những điều chị em quan tâm trong gia đình\nhằng ngày` + "\r\n",
		`LOCATION:Ấp 3\; xã Mỹ Tú\, nhà văn hóa` + "\r\n", "URL:https://chihai.example.org/e/" + tr.Code + "\r\n",
		"END:VEVENT\r\nEND:VCALENDAR\r\n",
	} {
		if !strings.Contains(unfolded, want) {
			t.Errorf("lacks %q in\n%s", want, unfolded)
		}
	}
	if strings.Contains(body, "bạo lực") || strings.Contains(body, "VALARM") {
		t.Error("says what may not stand on any phone")
	}
	err := s.Store.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ChangeTraining(tr.ID, 0, func(t *store.Training) {
			t.Start, t.End, t.Cancelled = t.Start.Add(time.Hour), t.Start, tx.Now
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	body, _ = event()
	for _, want := range []string{"UID:" + tr.ID + "@chihai\r\n", "SEQUENCE:1\r\n", "DTSTART:20261203T020000Z\r\n", "STATUS:CANCELLED\r\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("after the change, lacks %q", want)
		}
	}
	if strings.Contains(body, "DTEND") {
		t.Error("an end before the start is said")
	}
}
