package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

// before makes it the moment so long before the training of the office.
func (o *office) before(d time.Duration) { o.wait(o.here.Start.Add(-d).Sub(o.clock())) }

// coming is the member ID of the one who takes part, and what the store has of
// whether she came.
func (o *office) coming(name string) (r *store.Registration) {
	o.t.Helper()
	o.update(func(tx *store.Tx) error {
		for one, err := range tx.Registrations(o.here.ID) {
			if err != nil {
				return err
			}
			m, err := tx.Member(one.Member)
			if err != nil {
				return err
			}
			if m.Name == name {
				r = one
			}
		}
		return nil
	})
	if r == nil {
		o.t.Fatal("nobody is called", name)
	}
	return r
}

func TestAttendancePage(t *testing.T) {
	o := newOffice(t, nil)
	for _, name := range []string{"Thạch Thị Sa", "Trần Thị Ngọc"} {
		o.participant(o.here, name)
	}
	sa := o.coming("Thạch Thị Sa").Member
	b := o.signIn(o.lan)
	path := "/staff/trainings/" + o.here.Code
	if page := b.wants(200, "", "GET", path); strings.Contains(page, `name="do"`) {
		t.Error("two days before there is a button to check in")
	}
	b.wants(303, path+"#people", "POST", path, "member", sa, "do", "in") // it was not on the page: nothing happens
	if !o.coming("Thạch Thị Sa").Came.IsZero() {
		t.Fatal("somebody came two days before")
	}

	o.before(30 * time.Minute)
	b = o.signIn(o.lan) // a session does not last for days
	seen := len(o.audits(o.lan))
	for range 3 {
		if page := b.wants(200, "", "GET", path); strings.Count(page, `value="in"`) != 2 || !strings.Contains(page, "<dd>0/2</dd>") {
			t.Fatalf("the page at the door:\n%s", page)
		}
	}
	if got := o.audits(o.lan)[seen:]; len(got) != 1 {
		t.Errorf("a page that shows itself again fills the audit: %q", got)
	}
	b.wants(303, path+"?page=1&show=missing#people", "POST", path, "member", sa, "do", "in", "page", "1", "show", "missing")
	b.wants(303, path+"#people", "POST", path, "member", sa, "do", "in") // pressed again on an old page
	r := o.coming("Thạch Thị Sa")
	if r.CameBy != o.lan || r.CameHow != store.ByName {
		t.Errorf("she came as %+v", r)
	}
	page := b.wants(200, "", "GET", path)
	if !strings.Contains(page, "<dd>1/2</dd>") || !strings.Contains(page, "ghi tên, Lâm Thị Lan") || strings.Count(page, `value="undo"`) != 1 {
		t.Errorf("the page does not say that she came, since when and by whom:\n%s", page)
	}
	if page := b.wants(200, "", "GET", path+"?show=missing"); strings.Contains(page, "Thạch Thị Sa") || !strings.Contains(page, "Trần Thị Ngọc") {
		t.Errorf("who is missing:\n%s", page)
	}
	b.wants(303, path+"#people", "POST", path, "member", sa, "do", "undo")
	b.wants(303, path+"#people", "POST", path, "member", sa, "do", "undo")
	if !o.coming("Thạch Thị Sa").Came.IsZero() {
		t.Error("it is not undone")
	}
	want := []string{"check in " + o.here.ID + "/" + sa, "undo check in " + o.here.ID + "/" + sa}
	if got := slices.DeleteFunc(o.audits(o.lan), func(did string) bool { return !strings.Contains(did, "check in") }); !slices.Equal(got, want) {
		t.Errorf("the audit has %q, want %q", got, want)
	}
	for _, bad := range []string{"", "nobody", strings.Repeat("a", 600), "\x00", "\xff", "a/b"} {
		if status, _, _ := b.does("POST", path, "member", bad, "do", "in"); status != 303 && status != 404 {
			t.Errorf("member %q: %d", bad, status)
		}
	}
}

// Neither another office nor another site's page checks anybody in.
func TestAttendanceIsStaffs(t *testing.T) {
	o := newOffice(t, nil)
	o.participant(o.here, "Thạch Thị Sa")
	sa := o.coming("Thạch Thị Sa").Member
	o.before(30 * time.Minute)
	path := "/staff/trainings/" + o.here.Code
	there := o.signIn(o.officer("Kim", store.Staff, "31531"))
	for _, asked := range []struct{ method, path string }{{"POST", path}, {"GET", path + "/room"}, {"GET", path + "/room.png"}} {
		there.wants(404, "", asked.method, asked.path, "member", sa, "do", "in")
		o.browser().wants(303, "/staff/in", asked.method, asked.path, "member", sa, "do", "in")
	}
	b := o.signIn(o.mai)
	req, err := http.NewRequest("POST", o.base+path, strings.NewReader(url.Values{"member": {sa}, "do": {"in"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := b.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 403 || !o.coming("Thạch Thị Sa").Came.IsZero() {
		t.Errorf("another site's page checks in: %d", resp.StatusCode)
	}
}

func TestRoomPage(t *testing.T) {
	o := newOffice(t, networks)
	b := o.signIn(o.mai)
	path := "/staff/trainings/" + o.here.Code + "/room"
	if page := b.wants(200, "", "GET", path); strings.Contains(page, "room.png") || !strings.Contains(page, "Mã hiện ở đây từ") {
		t.Errorf("two days before:\n%s", page)
	}
	b.wants(404, "", "GET", path+".png")
	o.before(10*time.Minute + 5*time.Second)
	b = o.signIn(o.mai)
	code := func() (code string) {
		o.update(func(tx *store.Tx) error {
			code, _ = tx.RoomCode(o.here.ID, tx.Now)
			return nil
		})
		return code
	}
	was := code()
	page := b.wants(200, "", "GET", path)
	if !strings.Contains(page, was[:3]+" "+was[3:]) || !strings.Contains(page, "room.png?n=") {
		t.Errorf("the page of the room:\n%s", page)
	}
	for _, never := range []string{"Trần Thị Mai", "bạo lực"} { // nobody's name hangs on the wall, nor what it is really about
		if strings.Contains(page, never) {
			t.Errorf("the page of the room says %q", never)
		}
	}
	resp, err := b.Get(o.base + path)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header.Get("Refresh"); got != "6" { // the code changes in five seconds
		t.Errorf("the page shows itself again after %q", got)
	}
	if picture := b.wants(200, "", "GET", path+".png"); !strings.HasPrefix(picture, "\x89PNG") {
		t.Error("the picture is no PNG")
	}
	o.wait(30 * time.Second)
	if now := code(); now == was || !strings.Contains(b.wants(200, "", "GET", path), now[:3]+" "+now[3:]) {
		t.Error("the code does not change")
	}
	o.wait(24 * time.Hour)
	b = o.signIn(o.mai)
	if page := b.wants(200, "", "GET", path); strings.Contains(page, "room.png") {
		t.Error("after the end there is still a code")
	}
}

// What stands in the room opens the talk at once where there is one network, and
// else a page that leads to each of them.
func TestRoomLink(t *testing.T) {
	for n, want := range []string{"http://chihai.example.org/e/CODE?in=123456", "https://t.me/chihai_bot?start=pCODE123456", "http://chihai.example.org/e/CODE?in=123456"} {
		o := newOffice(t, func(c *Config) {
			networks(c)
			c.Networks = c.Networks[:n]
		})
		if got := o.roomLink(o.here, "123456"); got != strings.ReplaceAll(want, "CODE", o.here.Code) {
			t.Errorf("with %d networks it is %s", n, got)
		}
	}
	web := newOffice(t, func(c *Config) { c.Networks = []Network{{"web", ChatLink}} })
	if got := web.roomLink(web.here, "123456"); got != "http://chihai.example.org/?start=p"+web.here.Code+"123456" {
		t.Errorf("with the web chat only it is %s", got)
	}
	o := newOffice(t, networks)
	path := "/e/" + o.here.Code + "?in=123456"
	door := fmt.Sprintf("https://t.me/chihai_bot?start=p%s123456", o.here.Code)
	if _, page := o.get(path); strings.Contains(page, door) {
		t.Error("two days before one can check in")
	}
	o.before(-time.Minute) // it has begun
	if _, page := o.get(path); !strings.Contains(page, door) || !strings.Contains(page, "lang=km&amp;in=123456") {
		t.Errorf("the page with the code:\n%s", page)
	}
	for _, bad := range []string{"12345", "1234567", "12345a", "<b>123"} {
		if _, page := o.get("/e/" + o.here.Code + "?in=" + url.QueryEscape(bad)); strings.Contains(page, "start=p") {
			t.Errorf("%q is taken for a code", bad)
		}
	}
}
