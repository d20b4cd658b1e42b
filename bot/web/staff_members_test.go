package web

import (
	"strings"
	"testing"

	"chihai/store"
)

// A few people are not counted before everybody, and the page is the same
// whether they are one or four: so nothing on it gives their number away.
func TestFewMembers(t *testing.T) {
	pages := map[string]bool{}
	for _, few := range []int{1, 2, 4} {
		o := newOffice(t, nil)
		o.update(func(tx *store.Tx) error { return tx.PutSettings(&store.Settings{Top: "92"}) })
		o.live("31528", "vi", 1200)
		o.live("31528", "km", few)
		o.live("31528", "", 7)
		o.live("31531", "vi", 5-few) // in all fewer than five
		mai := o.signIn(o.mai)       // she and Lan live where is not known
		page := mai.wants(200, "", "GET", "/staff/members")
		for _, line := range []string{
			`<tr class="sum"><th scope="row">Cả địa bàn</th> ít nhất 1.207 ít nhất 1.200 … … ít nhất 7 </tr>`,
			`<tr><th scope="row">Xã Kế Sách</th> ít nhất 1.207 1.200 ít hơn 5  7 </tr>`,
			`<tr><th scope="row">Chưa rõ xã, phường</th> ít hơn 5 … … … … </tr>`,
			`<tr><th scope="row">Xã Nhơn Mỹ</th> ít hơn 5 … … … … </tr>`,
			`để không ai bị nhận ra`,
		} {
			if !strings.Contains(cells(page), line) {
				t.Errorf("with %d there is no %q in\n%s", few, line, cells(page))
			}
		}
		pages[page] = true
	}
	if len(pages) != 1 {
		t.Errorf("%d pages differ by who is not to be told", len(pages))
	}
}

// Where everybody may be told, all is exact and nothing is explained.
func TestManyMembers(t *testing.T) {
	o := newOffice(t, nil)
	o.live("31528", "vi", 30)
	o.live("31528", "km", 5)
	o.live("31531", "vi", 9)
	lan := o.signIn(o.officer("Kim", store.Staff, "31528"))
	page := cells(lan.wants(200, "", "GET", "/staff/members"))
	for _, line := range []string{
		`<tr class="sum"><th scope="row">Cả địa bàn</th> 35 30 5   </tr>`,
		`<tr><th scope="row">Xã Kế Sách</th> 35 30 5   </tr>`,
	} {
		if !strings.Contains(page, line) {
			t.Errorf("there is no %q in\n%s", line, page)
		}
	}
	if strings.Contains(page, "Nhơn Mỹ") || strings.Contains(page, "nhận ra") || strings.Contains(page, "ít ") {
		t.Errorf("she sees more than hers, or less:\n%s", page)
	}
}

// cells is a page with its cells bare.
func cells(page string) string {
	page = strings.ReplaceAll(page, "</td>", " ")
	for {
		before, rest, found := strings.Cut(page, "<td")
		if !found {
			return strings.ReplaceAll(page, "</th>", "</th> ")
		}
		_, rest, _ = strings.Cut(rest, ">")
		page = before + rest
	}
}

// live lets n more members live in the area and counts all.
func (o *office) live(area, language string, n int) {
	o.t.Helper()
	o.update(func(tx *store.Tx) error {
		for range n {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Area, m.Language = area, language
			if err := tx.PutMember(m); err != nil {
				return err
			}
		}
		var c store.Counting
		if _, err := tx.CountMembers(&c, 1<<20); err != nil {
			return err
		}
		return tx.PutTallies(&c)
	})
}
