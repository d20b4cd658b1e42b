package export

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestInvitation(t *testing.T) {
	p, fonts := press(t, "vi")
	by := hallStart.Add(-70 * time.Hour)
	v := &Invitation{
		Letterhead: unionLetterhead(), Guests: []InvitedGuest{{"Bà Thạch Thị Đào, Chi hội trưởng", by}, {"លោកស្រី ថាច់ ធីស្រីស្រស់", by}},
		Event: "Đối thoại chính sách hỗ trợ phụ nữ và trẻ em", Code: "ABC234", Start: hallStart, End: hallEnd, Place: hall,
		Agenda: "Lắng nghe ý kiến của phụ nữ về vay vốn và học nghề", Substitute: true,
		Contact: "chị Trần Thị Bé, 0292 382 1234", Copies: []string{"Như trên", "Lưu: VT"}, Signer: chair,
	}
	var b bytes.Buffer
	if err := v.PDF(&b, p, fonts); err != nil {
		t.Fatal(err)
	}
	if got, want := v.Name(), "giay-moi-ABC234.pdf"; got != want {
		t.Errorf("the file is called %s, want %s", got, want)
	}
	pages := printed(t, b.Bytes())
	if len(pages) != 2 {
		t.Fatalf("%d pages, want one for each of 2 guests", len(pages))
	}
	want := []string{
		"HỘI LIÊN HIỆP PHỤ NỮ VIỆT NAM CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
		"HỘI LIÊN HIỆP PHỤ NỮ Độc lập - Tự do - Hạnh phúc",
		"THÀNH PHỐ CẦN THƠ",
		"Cần Thơ, ngày 02 tháng 12 năm 2026",
		"Số: 12/GM-BTV",
		"GIẤY MỜI",
		"Đối thoại chính sách hỗ trợ phụ nữ và trẻ em",
		"Hội Liên hiệp Phụ nữ thành phố Cần Thơ trân trọng kính mời:",
		"Bà Thạch Thị Đào, Chi hội trưởng",
		"Đến dự: Đối thoại chính sách hỗ trợ phụ nữ và trẻ em",
		"Thời gian: từ 8 giờ 30 đến 11 giờ, thứ Bảy 12/12/2026",
		"Địa điểm: Hội trường UBND xã Kế Sách",
		"Nội dung: Lắng nghe ý kiến của phụ nữ về vay vốn và học nghề",
		"Nếu không đến dự được, xin cử người dự thay và báo lại trước 10",
		"giờ 30, thứ Tư 09/12/2026.",
		"Liên hệ: chị Trần Thị Bé, 0292 382 1234",
		"Trân trọng kính mời./.",
		"Nơi nhận: TM. BAN THƯỜNG VỤ",
		"- Như trên; CHỦ TỊCH",
		"- Lưu: VT.",
		"Trần Thị Ánh",
	}
	same(t, "the first", pages[0], want)
	want[slices.Index(want, "Bà Thạch Thị Đào, Chi hội trưởng")] = "លោកស្រី ថាច់ ធីស្រីស្រស់"
	same(t, "the second", pages[1], want)
}

// What is asked of the guest depends on what the Union wants to know.
func TestInvitationReply(t *testing.T) {
	p, fonts := press(t, "vi")
	for _, tt := range []struct {
		substitute bool
		by         time.Time
		want       []string
	}{
		{false, time.Time{}, nil},
		{true, time.Time{}, []string{"Nếu không đến dự được, xin cử người dự thay."}},
		{false, hallStart, []string{"Xin báo lại trước 8 giờ 30, thứ Bảy 12/12/2026."}},
	} {
		v := &Invitation{Letterhead: unionLetterhead(), Start: hallStart, End: hallEnd, Substitute: tt.substitute, Guests: []InvitedGuest{{ReplyBy: tt.by}}}
		var b bytes.Buffer
		if err := v.PDF(&b, p, fonts); err != nil {
			t.Fatal(err)
		}
		got := slices.DeleteFunc(printed(t, b.Bytes())[0], func(line string) bool {
			return !strings.Contains(line, "dự thay") && !strings.Contains(line, "báo lại")
		})
		same(t, "the paper", got, tt.want)
	}
}
