package broadcast

import (
	"fmt"
	"slices"
	"testing"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// Codes and telephone numbers mean members of the officer's own area; of others
// nothing is said. A number that several share means all of them.
func TestListCampaign(t *testing.T) {
	s, err := store.Open(t.Context(), memory.Open(memory.Options{Rerun: 2}), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var officer *store.Member
	codes, ids := map[string]string{}, map[string]string{}
	err = s.Update(t.Context(), func(tx *store.Tx) (err error) {
		if err := tx.ImportAreas([]*store.Area{
			{Code: "92", Name: "Thành phố Cần Thơ", Kind: "thanh_pho"}, {Code: "31", Name: "Xã Kế Sách", Kind: "xa", Parent: "92"}, {Code: "32", Name: "Xã Mỹ Xuyên", Kind: "xa", Parent: "92"},
		}); err != nil {
			return err
		}
		if officer, err = tx.NewMember(); err != nil {
			return err
		}
		if err := tx.Grant(officer, &store.Grant{Role: store.Staff, Area: "31"}); err != nil {
			return err
		}
		for _, w := range []struct{ name, area, phone string }{
			{"Mai", "31", "+84912000001"}, {"Hoa", "31", "+84912000002"}, {"Sen", "31", "+84912000002"}, {"Cúc", "32", "+84912000003"},
		} {
			m, err := tx.NewMember()
			if err != nil {
				return err
			}
			m.Name, m.Area, m.Phone = w.name, w.area, w.phone
			codes[w.name], ids[w.name] = m.Code, m.ID
			if err := tx.PutMember(m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := flows.CampaignList{
		Codes:  []string{codes["Mai"], codes["Cúc"], "ZZZZZZ"},
		Phones: []string{"+84912000001", "+84912000002", "+84912000003", "+84912000009"},
	}
	data, err := json.Marshal(ask)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ListCampaign(t.Context(), s, store.Task{Member: officer.ID, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	var found flows.CampaignFound
	if err := json.Unmarshal(raw, &found); err != nil {
		t.Fatal(err)
	}
	want := []string{ids["Mai"], ids["Hoa"], ids["Sen"]}
	slices.Sort(want)
	if !slices.Equal(found.Members, want) {
		t.Errorf("found %v, want %v", found.Members, want)
	}
	unknown := []string{codes["Cúc"], "ZZZZZZ", "+84912000003", "+84912000009"}
	if got := fmt.Sprint(found.Unknown, found.Several); got != fmt.Sprint(unknown, []string{"+84912000002"}) {
		t.Errorf("unknown and shared: %s", got)
	}
	if raw, err = ListCampaign(t.Context(), s, store.Task{Member: ids["Mai"], Data: data}); err != nil || string(raw) != `{"members":[]}` {
		t.Errorf("one who is no staff gets %s, %v", raw, err)
	}
}
