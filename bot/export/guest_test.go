package export

import (
	"bytes"

	"slices"
	"testing"

	"chihai/flows"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/xuri/excelize/v2"
)

// hosted is asked for an event by invitation: Thạch Thị Đào sends somebody, Trần
// Thị An has declined, and Nguyễn Thị Hoa was let in without being invited.
func hosted(t *testing.T) (s *store.Store, training *store.Training, task store.Task, an string) {
	t.Helper()
	s, training, task = asked(t, "31528")
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		var err error
		training, err = tx.ChangeTraining(training.ID, training.Revision, func(t *store.Training) { t.ByInvitation, t.Listed, t.Agenda = true, false, "Vay vốn" })
		if err != nil {
			return err
		}
		if err := tx.PutSettings(&store.Settings{Organisation: "Hội Liên hiệp Phụ nữ thành phố Cần Thơ", Head: "Trần Thị Ánh", Telephone: "0292 382 1234", Town: "Cần Thơ"}); err != nil {
			return err
		}
		add := func(name, address, title string, rsvp store.RSVP) (string, error) {
			m, err := tx.NewMember()
			if err != nil {
				return "", err
			}
			m.Name, m.Address = name, address
			if err := tx.PutMember(m); err != nil {
				return "", err
			}
			if _, err := tx.Invite(training.ID, "", []*store.Guest{{Member: m.ID, Title: title}}); err != nil {
				return "", err
			}
			_, err = tx.AnswerInvitation(&store.Guest{Training: training.ID, Member: m.ID, Substitute: "Lâm Thị Bé", SubstituteTitle: "Chi hội phó"}, rsvp, m.ID)
			return m.ID, err
		}
		if _, err := add("Thạch Thị Đào", "ba", "Chi hội trưởng ấp 3", store.Sends); err != nil {
			return err
		}
		an, err = add("Trần Thị An", "", "", store.Declines)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, training, task, an
}

// Everybody who has not declined gets a page, and each guest her own.
func TestInvitations(t *testing.T) {
	s, training, task, an := hosted(t)
	result, err := exporter(t).Invitations(t.Context(), s, task)
	if err != nil {
		t.Fatal(err)
	}
	f, data := file(t, s, result)
	if f == nil || f.Name != "giay-moi-"+training.Code+".pdf" || f.Type != PDF || f.Member != task.Member {
		t.Fatalf("the invitations are %+v", f)
	}
	pages := printed(t, data)
	if len(pages) != 1 {
		t.Fatalf("%d pages, want one for who has not declined", len(pages))
	}
	for _, want := range []string{
		"Bà Thạch Thị Đào, Chi hội trưởng ấp 3", "Nội dung: Vay vốn", "Liên hệ: 0292 382 1234", "Trần Thị Ánh",
		"Đến dự: " + training.Name.In("vi"),
	} {
		if !slices.Contains(pages[0], want) {
			t.Errorf("the invitation lacks %q:\n%q", want, pages[0])
		}
	}
	own := func(who string) *store.File {
		t.Helper()
		raw, err := json.Marshal(flows.TicketWork{Training: training.ID, Member: an})
		if err != nil {
			t.Fatal(err)
		}
		result, err := exporter(t).Invitation(t.Context(), s, store.Task{Member: who, Data: jsontext.Value(raw)})
		if err != nil {
			t.Fatal(err)
		}
		f, data := file(t, s, result)
		if f != nil && !slices.Contains(printed(t, data)[0], "Ông/Bà Trần Thị An") {
			t.Errorf("the invitation is not hers: %q", printed(t, data)[0])
		}
		return f
	}
	if own(an) == nil {
		t.Error("she does not get her own invitation")
	}
	if own(task.Member) != nil {
		t.Error("somebody else gets her invitation")
	}
}

// The lists show as what somebody is invited and who comes in her stead.
func TestGuestLists(t *testing.T) {
	s, _, task, _ := hosted(t)
	result, err := exporter(t).ToSign(t.Context(), s, task)
	if err != nil {
		t.Fatal(err)
	}
	_, data := file(t, s, result)
	page := printed(t, data)[0]
	at := slices.Index(page, "STT Họ và tên Chức vụ Xã, phường Số điện thoại Ký nhận")
	if at < 0 {
		t.Fatalf("the list is %q", page)
	}
	same(t, "the list", page[at+1:at+5], []string{
		"Thạch Thị Đào",
		"1 Chi hội trưởng ấp 3",
		"Dự thay: Lâm Thị Bé, Chi hội phó",
		"2 Nguyễn Thị Hoa Xã Kế Sách 0912 345 678",
	})
	if result, err = exporter(t).Registrations(t.Context(), s, task); err != nil {
		t.Fatal(err)
	}
	_, data = file(t, s, result)
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for cell, want := range map[string]string{
		"E8": "Chức danh", "F8": "Dự thay", "J8": "Trả lời",
		"B9": "Thạch Thị Đào", "E9": "Chi hội trưởng ấp 3", "F9": "Lâm Thị Bé, Chi hội phó", "J9": "cử người dự thay",
		"B10": "Nguyễn Thị Hoa", "A11": "Tổng cộng: 2 khách mời.",
	} {
		if got, err := book.GetCellValue(sheet, cell); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", cell, got, err, want)
		}
	}
}
