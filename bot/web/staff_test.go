package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/bot/paper"
	"chihai/locales"
	"chihai/store"

	"github.com/xuri/excelize/v2"
)

// An office is a site with staff pages, officers and trainings in two communes.
type office struct {
	*site
	mai, lan    string // officers of all, and of Kế Sách only
	here, there *store.Training
}

const good = "bốn con mèo leo cau"

func newOffice(t testing.TB, change func(*Config)) *office {
	t.Helper()
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{site: newSite(t, func(c *Config) {
		c.URL = &url.URL{Scheme: "http", Host: "chihai.example.org"}
		c.Speak, c.Zone = catalog.In, time.FixedZone("ICT", 7*3600)
		if change != nil {
			change(c)
		}
	})}
	o.update(func(tx *store.Tx) error {
		return tx.ImportAreas([]*store.Area{{Code: "92", Name: "Cần Thơ"}, {Code: "31528", Name: "Xã Kế Sách", Parent: "92"}, {Code: "31531", Name: "Xã Nhơn Mỹ", Parent: "92"}})
	})
	o.mai, o.lan = o.officer("Trần Thị Mai", store.Staff, "92"), o.officer("Lâm Thị Lan", store.Staff, "31528")
	for i, area := range []string{"31528", "31531"} {
		tr := newTraining()
		tr.Area, tr.Taken = area, 0
		o.addTraining(tr)
		if i == 0 {
			o.here = tr
		} else {
			o.there = tr
		}
	}
	return o
}

func (o *office) update(fn func(*store.Tx) error) {
	o.t.Helper()
	if err := o.Store.Update(o.t.Context(), fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) officer(name string, role store.Role, area string) (id string) {
	o.t.Helper()
	o.update(func(tx *store.Tx) error {
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		id, m.Name, m.Language = m.ID, name, "vi"
		if err := tx.PutMember(m); err != nil {
			return err
		}
		return tx.Grant(m, &store.Grant{Role: role, Area: area})
	})
	return id
}

// participant registers somebody for a training.
func (o *office) participant(tr *store.Training, name string) {
	o.t.Helper()
	o.update(func(tx *store.Tx) error {
		m, err := tx.NewMember()
		if err != nil {
			return err
		}
		m.Name, m.Phone, m.Area = name, "+84900000001", tr.Area
		if err := tx.PutMember(m); err != nil {
			return err
		}
		_, err = tx.Register(&store.Registration{Training: tr.ID, Member: m.ID})
		return err
	})
}

// code is a one-time code for the member.
func (o *office) code(member string) (code string) {
	o.t.Helper()
	o.update(func(tx *store.Tx) (err error) {
		code, err = tx.NewLoginCode(member)
		return err
	})
	return code
}

// audits are what was kept in the audit of the member.
func (o *office) audits(member string) (did []string) {
	o.t.Helper()
	err := o.Store.View(o.t.Context(), func(tx *store.Tx) error {
		for a, err := range tx.Audits(time.Time{}) {
			if err != nil {
				return err
			}
			if a.By == member {
				did = append(did, strings.TrimSpace(a.Did+" "+a.Object))
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return did
}

// A browser follows no redirect, so that each is seen.
type browser struct {
	*office
	http.Client
}

func (o *office) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return &browser{o, http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// does sends a request and returns the status, where it leads to, and the page.
func (b *browser) does(method, path string, form ...string) (status int, to, page string) {
	b.t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	req, err := http.NewRequest(method, b.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(raw)
}

func (b *browser) wants(status int, to, method, path string, form ...string) (page string) {
	b.t.Helper()
	got, went, page := b.does(method, path, form...)
	if got != status || went != to {
		b.t.Fatalf("%s %s = %d to %q, want %d to %q\n%s", method, path, got, went, status, to, page)
	}
	return page
}

// signIn signs the member in. If she has no passphrase she gets one that takes
// less to compare than a real one.
func (o *office) signIn(member string) *browser {
	o.t.Helper()
	o.update(func(tx *store.Tx) error {
		if _, err := tx.Passphrase(member); err == nil {
			return nil
		}
		p := &store.Passphrase{Member: member, Salt: []byte("0123456789abcdef"), Passes: 1, Memory: 64, Threads: 1}
		var err error
		if p.Hash, err = newHasher().sum(o.t.Context(), p, good); err != nil {
			return err
		}
		return tx.SetPassphrase(p)
	})
	b := o.browser()
	b.wants(303, "/staff/passphrase", "POST", "/staff/in", "code", o.code(member))
	b.wants(303, "/staff/", "POST", "/staff/passphrase", "passphrase", good)
	return b
}

func (b *browser) token() string {
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		return c.Value
	}
	return ""
}

// holds puts a token into the browser.
func (b *browser) holds(token string) {
	b.t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Jar.SetCookies(u, []*http.Cookie{{Name: "chihai", Value: token, Path: "/"}})
}

func TestSignIn(t *testing.T) {
	o := newOffice(t, nil)
	b := o.browser()
	b.wants(303, "/staff/", "GET", "/staff")
	b.wants(303, "/staff/in", "GET", "/staff/")
	b.wants(303, "/staff/in", "GET", "/staff/nothing")
	b.wants(303, "/staff/in", "GET", "/staff/passphrase")
	code := o.code(o.mai)
	for range 3 { // networks look at links before people do
		b.wants(200, "", "GET", "/staff/in?lang=km")
	}
	b.wants(403, "", "POST", "/staff/in", "code", "AAAAAAAAAAAA")
	if b.token() != "" {
		t.Error("a wrong code gives a cookie")
	}
	b.wants(303, "/staff/passphrase", "POST", "/staff/in", "code", "https://chihai.example.org/staff/in?lang=vi#"+strings.ToLower(code))
	half := b.token()
	b.wants(303, "/staff/in", "GET", "/staff/") // half a session opens nothing
	if page := b.wants(200, "", "GET", "/staff/passphrase"); !strings.Contains(page, "Đặt mật khẩu") {
		t.Error("she is not asked to choose a passphrase")
	}
	for _, tt := range []struct{ one, two, says string }{
		{"ngắn quá", "ngắn quá", "ít nhất 12"},
		{"aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "lặp lại"},
		{"matkhau123456", "matkhau123456", "ai cũng nghĩ ra"},
		{"Trần Thị Mai 123", "Trần Thị Mai 123", "ai cũng nghĩ ra"},
		{good, "bốn con mèo leo cây", "chưa giống nhau"},
	} {
		if page := b.wants(422, "", "POST", "/staff/passphrase", "passphrase", tt.one, "again", tt.two); !strings.Contains(page, tt.says) {
			t.Errorf("%q: the page does not say %q", tt.one, tt.says)
		}
	}
	b.wants(303, "/staff/account?set=better", "POST", "/staff/passphrase", "passphrase", good, "again", good+" ")
	if page := b.wants(200, "", "GET", "/staff/account?set=better"); !strings.Contains(page, "khó đoán") {
		t.Error("the page does not say how strong the passphrase is")
	}
	if b.token() == half {
		t.Error("the session keeps the token that it had before")
	}
	if page := b.wants(200, "", "GET", "/staff/"); !strings.Contains(page, "Trần Thị Mai") || !strings.Contains(page, "/staff/trainings/"+o.here.Code) {
		t.Errorf("the first page:\n%s", page)
	}

	again := o.browser()
	again.wants(403, "", "POST", "/staff/in", "code", code) // used
	again.wants(303, "/staff/passphrase", "POST", "/staff/in", "code", o.code(o.mai))
	if page := again.wants(200, "", "GET", "/staff/passphrase"); strings.Contains(page, "Đặt mật khẩu") {
		t.Error("she may choose another passphrase with a code alone")
	}
	again.wants(403, "", "POST", "/staff/passphrase", "passphrase", "bốn con mèo leo cây", "again", "bốn con mèo leo cây")
	again.wants(303, "/staff/", "POST", "/staff/passphrase", "passphrase", good)
	again.wants(303, "/staff/in", "POST", "/staff/out")
	again.wants(303, "/staff/in", "GET", "/staff/")
	b.wants(200, "", "GET", "/staff/")
	want := []string{"set passphrase", "sign in", "wrong passphrase 1 in a row", "sign in", "sign out"}
	if got := o.audits(o.mai); !slices.Equal(got, want) {
		t.Errorf("the audit has %q, want %q", got, want)
	}
}

// A session that somebody put into her browser does not become hers.
func TestFixation(t *testing.T) {
	o := newOffice(t, nil)
	for name, planted := range map[string]string{
		"invented":  o.mai + "." + strings.Repeat("A", 43),
		"of others": o.signIn(o.lan).token(),
	} {
		b := o.browser()
		b.holds(planted)
		b.wants(303, "/staff/passphrase", "POST", "/staff/in", "code", o.code(o.mai))
		if b.token() == planted {
			t.Errorf("%s: it becomes half a session", name)
		}
		half := b.token()
		if _, to, _ := b.does("POST", "/staff/passphrase", "passphrase", good, "again", good); b.token() == half || !strings.HasPrefix(to, "/staff/") {
			t.Errorf("%s: half a session keeps its token (%s)", name, to)
		}
	}
}

func TestCodesOfStaff(t *testing.T) {
	o := newOffice(t, nil)
	hoa := ""
	o.update(func(tx *store.Tx) error {
		m, err := tx.NewMember()
		hoa = m.ID
		return err
	})
	gone := o.officer("Gone", store.Staff, "92")
	expired, revoked, deleted := o.code(o.mai), o.code(o.lan), o.code(gone)
	o.update(func(tx *store.Tx) error {
		m, err := tx.Member(gone)
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	o.update(func(tx *store.Tx) error { _, err := tx.Revoke(o.lan, ""); return err })
	b := o.browser()
	pages := map[string]bool{}
	for _, code := range []string{revoked, deleted, o.code(hoa), "ZZZZZZZZZZZZ", "", strings.Repeat("Z", 100)} {
		pages[b.wants(403, "", "POST", "/staff/in", "code", code)] = true
	}
	o.wait(store.LoginTime)
	pages[b.wants(403, "", "POST", "/staff/in", "code", expired)] = true
	if len(pages) != 1 {
		t.Errorf("codes that are not good are answered in %d ways", len(pages))
	}
}

// Wrong passphrases and codes are slowed down, and a restart does not help.
func TestTriesOfStaff(t *testing.T) {
	o := newOffice(t, nil)
	o.signIn(o.mai)
	b := o.browser()
	b.wants(303, "/staff/passphrase", "POST", "/staff/in", "code", o.code(o.mai))
	for range 5 {
		b.wants(403, "", "POST", "/staff/passphrase", "passphrase", "bốn con mèo leo cây")
	}
	if page := b.wants(429, "", "POST", "/staff/passphrase", "passphrase", good); !strings.Contains(page, "chờ 1 phút") {
		t.Errorf("the page does not say how long to wait:\n%s", page)
	}
	o.wait(30 * time.Second)
	b.wants(303, "/staff/", "POST", "/staff/passphrase", "passphrase", good)

	thief := o.browser()
	for i := range 21 {
		thief.wants(403, "", "POST", "/staff/in", "code", fmt.Sprintf("ZZZZZZZZZZ%02d", i))
	}
	for range 3 {
		thief.wants(429, "", "POST", "/staff/in", "code", "ZZZZZZZZZZ21")
	}
	told := 0
	for _, did := range o.audits("") {
		if strings.HasPrefix(did, "codes for the staff pages tried") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the audit tells %d times of codes that were tried, want 1", told)
	}
	o.wait(30 * time.Second)
	thief.wants(403, "", "POST", "/staff/in", "code", "ZZZZZZZZZZ22")
	thief.wants(429, "", "POST", "/staff/in", "code", "ZZZZZZZZZZ23")
	// Who is right waits for nobody's guesses.
	o.browser().wants(303, "/staff/passphrase", "POST", "/staff/in", "code", o.code(o.mai))
}

// What she may not see is as if it were not there.
func TestScope(t *testing.T) {
	o := newOffice(t, nil)
	o.participant(o.here, "Thạch Thị Sa")
	lan := o.signIn(o.lan)
	page := lan.wants(200, "", "GET", "/staff/")
	if !strings.Contains(page, o.here.Code) || strings.Contains(page, o.there.Code) {
		t.Error("she sees the trainings of others, or not her own")
	}
	if page := lan.wants(200, "", "GET", "/staff/trainings/"+strings.ToLower(o.here.Code)); !strings.Contains(page, "Thạch Thị Sa") || !strings.Contains(page, "0900 000 001") {
		t.Errorf("the participants are not there:\n%s", page)
	}
	missing := lan.wants(404, "", "GET", "/staff/trainings/ZZZZZZ")
	for _, path := range []string{"/staff/trainings/" + o.there.Code, "/staff/trainings/" + o.there.Code + "/list.xlsx", "/staff/trainings/" + o.there.Code + "/list.pdf", "/staff/health", "/staff/nothing", "/staff/trainings/..%2f..%2fhealthz", "/staff/trainings/%00"} {
		page := lan.wants(404, "", "GET", path)
		if page != missing {
			t.Errorf("%s does not look like what does not exist", path)
		}
	}
	lan.wants(404, "", "POST", "/staff/health")
	admin := o.signIn(o.officer("Admin", store.Admin, "92"))
	admin.wants(200, "", "GET", "/staff/health")
	if got := o.audits(o.lan); !slices.Contains(got, "see registrations "+o.here.ID) {
		t.Errorf("that she saw names is not kept: %q", got)
	}

	// A role that ends by itself ends her session too.
	kim := o.officer("Kim", store.Facilitator, "92")
	o.update(func(tx *store.Tx) error {
		m, err := tx.Member(kim)
		if err != nil {
			return err
		}
		return tx.Grant(m, &store.Grant{Role: store.Staff, Area: "92", Until: tx.Now.Add(time.Minute)})
	})
	short := o.signIn(kim)
	short.wants(200, "", "GET", "/staff/")
	o.wait(time.Minute)
	short.wants(303, "/staff/in", "GET", "/staff/")

	// A role that is taken ends at once.
	o.update(func(tx *store.Tx) error { _, err := tx.Revoke(o.lan, ""); return err })
	lan.wants(303, "/staff/in", "GET", "/staff/")
}

func TestWorkbook(t *testing.T) {
	o := newOffice(t, nil)
	o.participant(o.here, "Thạch Thị Sa")
	mai := o.signIn(o.mai)
	path := "/staff/trainings/" + o.here.Code
	o.wait(freshTime)
	mai.wants(303, "/staff/again?to="+url.QueryEscape(path), "GET", path+"/list.xlsx")
	mai.wants(403, "", "POST", "/staff/again", "to", path, "passphrase", "bốn con mèo leo cây")
	before := mai.token()
	mai.wants(303, path, "POST", "/staff/again", "to", path, "passphrase", good)
	if mai.token() == before {
		t.Error("the token stays")
	}
	thief := o.browser()
	thief.holds(before)
	thief.wants(303, "/staff/in", "GET", "/staff/")
	raw := mai.wants(200, "", "GET", path+"/list.xlsx")
	f, err := excelize.OpenReader(bytes.NewReader([]byte(raw)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err := f.GetRows("Danh sách"); err != nil || !strings.Contains(fmt.Sprint(rows), "Thạch Thị Sa") {
		t.Errorf("the workbook has %v (%v)", rows, err)
	}
	if got := o.audits(o.mai); !slices.Contains(got, "export registrations "+o.here.ID) {
		t.Errorf("the audit has %q", got)
	}
	for _, to := range []string{"https://evil.example/", "//evil.example/", "/staff//evil.example", "/chat", "/staff/../x", `/staff/\evil`, ""} {
		mai.wants(303, "/staff/", "POST", "/staff/again", "to", to, "passphrase", good)
	}
}

// What people think of a training is seen from five answers on, without names.
func TestOpinion(t *testing.T) {
	o := newOffice(t, nil)
	o.wait(o.here.End.Sub(o.Store.Now()) + time.Hour)
	mai := o.signIn(o.mai)
	path := "/staff/trainings/" + o.here.Code
	for i := range store.MinFeedback {
		if page := mai.wants(200, "", "GET", path); strings.Contains(page, "Cô dạy") || !strings.Contains(page, "Ý kiến sau lớp") {
			t.Errorf("after %d answers she sees\n%s", i, page)
		}
		o.update(func(tx *store.Tx) error {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			tr, err := tx.Training(o.here.ID)
			if err != nil {
				return err
			}
			return tx.PutFeedback(tr, &store.Feedback{Member: m.ID, Stars: 5, Use: store.UseYes, Sentence: fmt.Sprintf("Cô dạy <b>hay %d", i)})
		})
	}
	page := mai.wants(200, "", "GET", path)
	for _, want := range []string{"Cô dạy &lt;b&gt;hay 4", "<dt>Rất hài lòng</dt><dd>5</dd>", "<dt>Có, dùng được</dt><dd>5</dd>"} {
		if !strings.Contains(page, want) {
			t.Errorf("want %q in\n%s", want, page)
		}
	}
	if got := o.audits(o.mai); !slices.Contains(got, "see feedback "+o.here.ID) {
		t.Errorf("the audit has %q", got)
	}
}

func TestListToSign(t *testing.T) {
	o := newOffice(t, func(c *Config) { c.Fonts = paper.Load })
	o.participant(o.here, "Thạch Thị Sa")
	mai := o.signIn(o.mai)
	path := "/staff/trainings/" + o.here.Code + "/list.pdf"
	if raw := mai.wants(200, "", "GET", path); !strings.HasPrefix(raw, "%PDF-1.7") {
		t.Errorf("the list begins with %.20q", raw)
	}
	if got := o.audits(o.mai); !slices.Contains(got, "export registrations "+o.here.ID) {
		t.Errorf("the audit has %q", got)
	}
	o.wait(freshTime)
	mai.wants(303, "/staff/again?to="+url.QueryEscape("/staff/trainings/"+o.here.Code), "GET", path)
}

func TestAccount(t *testing.T) {
	o := newOffice(t, nil)
	one, two := o.signIn(o.mai), o.signIn(o.mai)
	if page := one.wants(200, "", "GET", "/staff/account"); strings.Count(page, "Go-http-client") != 0 || strings.Count(page, `<tr><th scope="row">`) != 2 {
		t.Errorf("want two sessions:\n%s", page)
	}
	const better = "năm con mèo leo cây cau"
	one.wants(403, "", "POST", "/staff/account", "passphrase", better, "next", better, "again", better)
	for range 8 { // her own passphrase is right: nothing was tried
		one.wants(422, "", "POST", "/staff/account", "passphrase", good, "next", "ngắn", "again", "ngắn")
	}
	one.wants(303, "/staff/account?set=best", "POST", "/staff/account", "passphrase", good, "next", better, "again", better)
	one.wants(200, "", "GET", "/staff/")
	two.wants(303, "/staff/in", "GET", "/staff/")
	three := o.browser()
	three.wants(303, "/staff/passphrase", "POST", "/staff/in", "code", o.code(o.mai))
	three.wants(403, "", "POST", "/staff/passphrase", "passphrase", good)
	three.wants(303, "/staff/", "POST", "/staff/passphrase", "passphrase", better)
	three.wants(303, "/staff/in", "POST", "/staff/account/end")
	one.wants(303, "/staff/in", "GET", "/staff/")
}

// Sessions end by themselves, and are kept to be used only now and then.
func TestSessionOfStaff(t *testing.T) {
	o := newOffice(t, nil)
	b := o.signIn(o.mai)
	used := func() (at time.Time) {
		err := o.Store.View(t.Context(), func(tx *store.Tx) error {
			for s, err := range tx.Sessions(o.mai) {
				at = s.Used
				return err
			}
			return errors.New("no session")
		})
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	began := used()
	o.wait(store.SessionTouch - time.Second)
	b.wants(200, "", "GET", "/staff/")
	if !used().Equal(began) {
		t.Error("a page writes")
	}
	o.wait(time.Second)
	b.wants(200, "", "GET", "/staff/")
	if used().Equal(began) {
		t.Error("the session is not kept to be used")
	}
	o.wait(store.SessionIdle)
	b.wants(303, "/staff/in", "GET", "/staff/")
}

// A passphrase that was set anew while somebody gave the old one lets nobody in.
func TestPassphraseSetMeanwhile(t *testing.T) {
	o := newOffice(t, nil)
	mai := o.signIn(o.mai)
	st := newStaff(o.Server)
	r := httptest.NewRequest("POST", "/staff/again", nil)
	r.AddCookie(&http.Cookie{Name: "chihai", Value: mai.token()})
	who, err := st.viewer(r)
	if err != nil {
		t.Fatal(err)
	}
	was, err := st.passphraseOf(t.Context(), o.mai)
	if err != nil {
		t.Fatal(err)
	}
	for name, given := range map[string]*store.Passphrase{"another": {Hash: []byte("old")}, "none": nil} {
		if err := st.begin(httptest.NewRecorder(), r, who, given, nil); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: begin = %v", name, err)
		}
	}
	if err := st.begin(httptest.NewRecorder(), r, who, was, nil); err != nil {
		t.Errorf("the present one: %v", err)
	}
}

func TestHeadersOfStaff(t *testing.T) {
	o := newOffice(t, func(c *Config) { c.URL = &url.URL{Scheme: "https", Host: "chihai.example.org"} })
	plain := o.browser()
	for _, path := range []string{"/staff", "/staff/", "/staff/in", "/staff/nothing", "/staff/passphrase"} {
		resp, err := plain.Get(o.base + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		for key, want := range map[string]string{
			"Content-Security-Policy": staffPolicy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := resp.Header.Get(key); got != want {
				t.Errorf("GET %s: %s = %q, want %q", path, key, got, want)
			}
		}
	}
	resp, err := plain.PostForm(o.base+"/staff/in", url.Values{"code": {o.code(o.mai)}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	c := resp.Cookies()
	if len(c) != 1 || c[0].Name != "__Host-chihai" || !c[0].Secure || !c[0].HttpOnly || c[0].SameSite != http.SameSiteStrictMode || c[0].Path != "/" || c[0].Domain != "" {
		t.Errorf("the cookie is %v", c)
	}
}

// Another site's page may not act in her name.
func TestOtherSitesMayNotActForStaff(t *testing.T) {
	o := newOffice(t, nil)
	b := o.signIn(o.mai)
	for _, path := range []string{"/staff/out", "/staff/account/end", "/staff/account", "/staff/in", "/staff/again"} {
		for key, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			req, err := http.NewRequest("POST", o.base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set(key, value)
			resp, err := b.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != 403 {
				t.Errorf("POST %s with %s: %d", path, key, resp.StatusCode)
			}
		}
	}
	b.wants(200, "", "GET", "/staff/")
}

// The pages of the staff speak her language and carry nothing that their own
// headers forbid.
func TestPagesOfStaff(t *testing.T) {
	o := newOffice(t, func(c *Config) {
		c.Status = func(context.Context) Status {
			return Status{Version: "v1", Database: 5 << 20, Started: start, Channels: []ChannelStatus{{Name: "Telegram", Waiting: 3, Oldest: start.Add(-time.Hour), Delivered: 12345}}}
		}
	})
	for i := range 60 {
		o.participant(o.here, fmt.Sprintf("Thạch Thị <b>%02d", i))
		o.here.Seats = 100
		o.update(func(tx *store.Tx) error {
			now, err := tx.Training(o.here.ID)
			if err == nil {
				_, err = tx.ChangeTraining(now.ID, now.Revision, func(tr *store.Training) { tr.Seats = 100 })
			}
			return err
		})
	}
	for range 25 {
		past := newTraining()
		past.Area, past.Start, past.End = "31528", start.Add(-72*time.Hour), start.Add(-71*time.Hour)
		o.addTraining(past)
	}
	o.update(func(tx *store.Tx) error {
		var c store.Counting
		if _, err := tx.CountMembers(&c, 1000); err != nil {
			return err
		}
		return tx.PutTallies(&c)
	})
	admin := o.officer("Admin", store.Admin, "92")
	b := o.signIn(admin)
	for _, language := range []string{"vi", "km", "en"} {
		o.update(func(tx *store.Tx) error {
			m, err := tx.Member(admin)
			if err != nil {
				return err
			}
			m.Language = language
			return tx.PutMember(m)
		})
		for path, has := range map[string]string{
			"/staff/": o.here.Code, "/staff/?past=1": "page=2", "/staff/?past=1&page=2": "page=1", "/staff/?page=99": "", "/staff/?page=x": o.here.Code,
			"/staff/trainings/" + o.here.Code: "Thạch Thị &lt;b&gt;00", "/staff/trainings/" + o.here.Code + "?page=2": "Thạch Thị &lt;b&gt;59",
			"/staff/trainings/" + o.there.Code: "", "/staff/members": "Xã Kế Sách", "/staff/health": "Telegram", "/staff/account": "",
			"/staff/again?to=/staff/x": `value="/staff/x"`, "/staff/in?lang=" + language: "",
		} {
			page := b.wants(200, "", "GET", path)
			if !strings.HasPrefix(page, "<!doctype html>\n<html lang=\""+language+"\"") || !strings.Contains(page, has) || !strings.HasSuffix(page, "</html>\n\n") {
				t.Errorf("%s in %s:\n%s", path, language, page)
			}
			for _, bad := range []string{"<style", " style=", "<script>", " onclick=", "http-equiv", "javascript:", "[desk.", "<b>0", "%!"} {
				if strings.Contains(page, bad) {
					t.Errorf("%s contains %s", path, bad)
				}
			}
		}
	}
	if page := b.wants(200, "", "GET", "/staff/health"); !strings.Contains(page, "12,345") {
		t.Errorf("a great number cannot be read:\n%s", page)
	}
	if len(o.pages.files["staff.css"].plain) > 15_000 {
		t.Error("the style is too large")
	}
}

// Every page names an action, which some role may do, and nobody without a role
// may do any.
func TestRights(t *testing.T) {
	o := newOffice(t, nil)
	all := map[action]bool{}
	for _, actions := range rights {
		for _, a := range actions {
			all[a] = true
		}
	}
	for _, route := range newStaff(o.Server).routes() {
		if !all[route.action] {
			t.Errorf("%s names %q, which nobody may do", route.pattern, route.action)
		}
	}
	var tree *store.AreaTree
	err := o.Store.View(t.Context(), func(tx *store.Tx) (err error) {
		tree, err = tx.Areas()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		role        store.Role
		scope, area string
		action      action
		want        bool
	}{
		{store.Staff, "92", "31528", takePeople, true},
		{store.Staff, "31528", "31528", takePeople, true},
		{store.Staff, "31528", "31531", takePeople, false},
		{store.Staff, "31528", "92", seeTrainings, false},
		{store.Staff, "31528", "", seeMembers, false},
		{store.Staff, "", "31531", seeTrainings, true},
		{store.Staff, "", "", seeTrainings, true},
		{store.Staff, "", "", seeHealth, false},
		{store.Admin, "92", "92", seeHealth, true},
		{store.Facilitator, "", "31528", seeTrainings, false},
		{store.Caseworker, "", "31528", ownAccount, false},
		{"", "", "", ownAccount, false},
	} {
		grants := []*store.Grant{{Role: tt.role, Area: tt.scope}}
		if got := may(grants, tree, tt.action, tt.area); got != tt.want {
			t.Errorf("%s of %q may %s of %q: %v", tt.role, tt.scope, tt.action, tt.area, got)
		}
	}
	if mayAnywhere(nil, ownAccount) {
		t.Error("nobody may")
	}
}
