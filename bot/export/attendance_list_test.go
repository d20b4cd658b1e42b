package export

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func sampleList(people int) *AttendanceList {
	l := &AttendanceList{
		Letterhead: unionLetterhead(), Event: "Đối thoại chính sách hỗ trợ phụ nữ và trẻ em", Code: "ABC234",
		Start: hallStart, End: hallEnd, Place: hall, Signer: chair,
	}
	names := []string{"Nguyễn Thị Hồng Phượng", "Thạch Thị Đào", "ថាច់ ធីស្រីស្រស់", "Lý Thị Ẫm", "គឹម សុខា (Kim Sô Kha)", "Trần Thị Ấu"}
	communes := []string{"Xã Kế Sách", "Phường Vĩnh Châu", "Xã An Ninh", ""}
	for i := range people {
		l.Attendees = append(l.Attendees, Attendee{
			Name: names[i%len(names)], Born: 1960 + i%40, Unit: fmt.Sprintf("Chi hội ấp %d", i+1), Commune: communes[i%len(communes)],
			Phone: fmt.Sprintf("+849%08d", i),
		})
	}
	return l
}

func TestAttendanceList(t *testing.T) {
	p, fonts := press(t, "vi")
	l := sampleList(4)
	l.Number, l.Attendees = "", append(l.Attendees[:1], l.Attendees[2:]...)
	l.ByHand = []Field{Ethnicity}
	var b bytes.Buffer
	if err := l.PDF(&b, p, fonts); err != nil {
		t.Fatal(err)
	}
	if got, want := l.Name(), "danh-sach-ky-nhan-ABC234.pdf"; got != want {
		t.Errorf("the file is called %s, want %s", got, want)
	}
	pages := printed(t, b.Bytes())
	if len(pages) != 1 {
		t.Fatalf("%d pages, want 1", len(pages))
	}
	same(t, "the list", pages[0], []string{
		"HỘI LIÊN HIỆP PHỤ NỮ VIỆT NAM CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
		"HỘI LIÊN HIỆP PHỤ NỮ THÀNH PHỐ CẦN THƠ Độc lập - Tự do - Hạnh phúc",
		"DANH SÁCH NGƯỜI THAM DỰ",
		"Đối thoại chính sách hỗ trợ phụ nữ và trẻ em",
		"Thời gian: từ 8 giờ 30 đến 11 giờ, thứ Bảy 12/12/2026",
		"Địa điểm: Hội trường UBND xã Kế Sách",
		"STT Họ và tên Năm sinh Dân tộc Đơn vị Xã, phường Số điện thoại Ký nhận",
		"1 Nguyễn Thị Hồng Phượng 1960 Chi hội ấp 1 Xã Kế Sách 0900 000 000",
		"2 ថាច់ ធីស្រីស្រស់ 1962 Chi hội ấp 3 Xã An Ninh 0900 000 002",
		"3 Lý Thị Ẫm 1963 Chi hội ấp 4 0900 000 003",
		"Tổng số: 3 người.",
		"Theo xã, phường: Xã An Ninh 1; Xã Kế Sách 1; chưa rõ 1.",
		"Cần Thơ, ngày 02 tháng 12 năm 2026",
		"Người lập danh sách TM. BAN THƯỜNG VỤ",
		"CHỦ TỊCH",
		"Trần Thị Ánh",
	})
}

// Few columns stand on a page that is upright.
func TestShortAttendanceList(t *testing.T) {
	p, fonts := press(t, "vi")
	l := sampleList(2)
	for i := range l.Attendees {
		l.Attendees[i] = Attendee{Name: l.Attendees[i].Name}
	}
	for _, tt := range []struct {
		byHand []Field
		box    string
	}{{nil, "[0 0 595.276 841.89]"}, {[]Field{Unit, Commune, Phone}, "[0 0 841.89 595.276]"}} {
		l.ByHand = tt.byHand
		var b bytes.Buffer
		if err := l.PDF(&b, p, fonts); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "/MediaBox "+tt.box) {
			t.Errorf("with the columns %v the pages are not %s", tt.byHand, tt.box)
		}
		if text := fmt.Sprint(printed(t, b.Bytes())); strings.Contains(text, "Theo xã") {
			t.Errorf("the communes of nobody are counted: %s", text)
		}
	}
}

// A list of many pages has its head on each, numbers on all but the first, and
// everybody once.
func TestLongAttendanceList(t *testing.T) {
	p, fonts := press(t, "vi")
	var b bytes.Buffer
	if err := sampleList(250).PDF(&b, p, fonts); err != nil {
		t.Fatal(err)
	}
	pages := printed(t, b.Bytes())
	if len(pages) < 10 {
		t.Fatalf("%d pages", len(pages))
	}
	line := regexp.MustCompile(`^(\d+) .* Chi hội ấp (\d+) `)
	n := 0
	for i, page := range pages {
		if i > 0 && page[0] != fmt.Sprint(i+1) {
			t.Errorf("page %d begins with %q, not with its number", i+1, page[0])
		}
		head := 0
		for _, l := range page {
			if strings.Contains(l, "STT Họ và tên Năm sinh") {
				head++
			}
			if m := line.FindStringSubmatch(l); m != nil {
				n++
				if m[1] != fmt.Sprint(n) || m[2] != m[1] {
					t.Errorf("page %d: line %d is %q", i+1, n, l)
				}
			}
		}
		if head != 1 {
			t.Errorf("page %d has %d heads", i+1, head)
		}
	}
	if n != 250 {
		t.Errorf("%d people are on the list, want 250", n)
	}
}

func BenchmarkAttendanceList(b *testing.B) {
	p, fonts := press(b, "vi")
	l := sampleList(250)
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := l.PDF(&out, p, fonts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len())/1000, "KB")
}
