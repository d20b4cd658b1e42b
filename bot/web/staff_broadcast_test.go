package web

import (
	"net/http"
	"strings"
	"testing"

	"chihai/store"
)

// She sees her own broadcasts and those to areas of hers; the page of one that
// goes on is asked for again, and that of one that is over is not.
func TestBroadcastsOfStaff(t *testing.T) {
	o := newOffice(t, nil)
	send := func(by, area, text string) (code string) {
		o.update(func(tx *store.Tx) error {
			b := &store.Broadcast{
				By: by, Text: store.Text{"vi": text}, Audience: store.Audience{Op: store.InArea, ID: area}, Scope: store.Scope{Areas: []string{area}},
			}
			if err := tx.AddBroadcast(b); err != nil {
				return err
			}
			code = b.Code
			_, err := tx.SendBroadcast(b.ID, false)
			return err
		})
		return code
	}
	boss := o.officer("Admin", store.Admin, "92")
	mine, others := send(o.lan, o.here.Area, "Họp <b>chi hội"), send(boss, "92", "Toàn thành phố")
	draft := ""
	o.update(func(tx *store.Tx) error {
		b := &store.Broadcast{By: o.lan, Text: store.Text{"vi": "Còn đang viết"}, Scope: store.Scope{Areas: []string{o.here.Area}}}
		err := tx.AddBroadcast(b)
		draft = b.Code
		return err
	})

	lan, admin := o.signIn(o.lan), o.signIn(boss)
	page := lan.wants(200, "", "GET", "/staff/broadcasts")
	if !strings.Contains(page, mine) || !strings.Contains(page, draft) || strings.Contains(page, others) || strings.Contains(page, "<b>chi") {
		t.Errorf("her list:\n%s", page)
	}
	page = admin.wants(200, "", "GET", "/staff/broadcasts")
	if !strings.Contains(page, mine) || !strings.Contains(page, others) || strings.Contains(page, draft) {
		t.Errorf("the administrator's list:\n%s", page)
	}
	lan.wants(404, "", "GET", "/staff/broadcasts/"+others)
	admin.wants(404, "", "GET", "/staff/broadcasts/"+draft)
	for _, language := range []string{"vi", "km", "en"} {
		o.update(func(tx *store.Tx) error {
			m, err := tx.Member(o.lan)
			if err != nil {
				return err
			}
			m.Language = language
			return tx.PutMember(m)
		})
		page := lan.wants(200, "", "GET", "/staff/broadcasts/"+mine)
		if !strings.Contains(page, "Họp &lt;b&gt;chi hội") || strings.Contains(page, "[desk.") || strings.Contains(page, "http-equiv") || strings.Contains(page, " style=") {
			t.Errorf("in %s:\n%s", language, page)
		}
	}
	refresh := func() string {
		r, err := http.NewRequest("GET", o.base+"/staff/broadcasts/"+mine, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := lan.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.Header.Get("Refresh")
	}
	if got := refresh(); got != broadcastLive {
		t.Errorf("while it goes on: Refresh %q", got)
	}
	o.update(func(tx *store.Tx) error {
		b, err := tx.BroadcastByCode(mine)
		if err != nil {
			return err
		}
		return tx.Freeze(b, nil, "")
	})
	if got := refresh(); got != "" {
		t.Errorf("when it is over: Refresh %q", got)
	}
}
