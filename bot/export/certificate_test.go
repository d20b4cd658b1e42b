package export

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

func sampleCertificate(name, training string) Certificate {
	return Certificate{
		Letterhead: unionLetterhead(), Name: name, Unit: "Chi hội Phụ nữ ấp Phú Tân", Training: training,
		Start: hallStart, End: hallEnd, Place: hall, Signer: chair, CheckURL: "https://chihai.example.org/c/ABC234DEF567",
	}
}

func TestCertificates(t *testing.T) {
	p, fonts := press(t, "vi")
	short := sampleCertificate("Bà Thạch Thị Sóc Khanh", "Kỹ năng truyền thông về bình đẳng giới")
	long := sampleCertificate("ថាច់ ធីស្រីស្រស់", "Nâng cao năng lực cho cán bộ Hội cấp xã về phòng, chống bạo lực gia đình, bình đẳng giới "+
		"và hỗ trợ phụ nữ, trẻ em gái dân tộc thiểu số năm 2026")
	long.End, long.Unit, long.Above, long.CheckURL = hallEnd.Add(48*time.Hour), "", "", ""
	var b bytes.Buffer
	if err := Certificates(&b, []Certificate{short, long}, p, fonts); err != nil {
		t.Fatal(err)
	}
	pages := printed(t, b.Bytes())
	if len(pages) != 2 {
		t.Fatalf("%d pages, want 2", len(pages))
	}
	same(t, "the first", pages[0], []string{
		"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
		"Độc lập - Tự do - Hạnh phúc",
		"HỘI LIÊN HIỆP PHỤ NỮ VIỆT NAM",
		"HỘI LIÊN HIỆP PHỤ NỮ THÀNH PHỐ CẦN THƠ",
		"GIẤY CHỨNG NHẬN",
		"Chứng nhận",
		"Bà Thạch Thị Sóc Khanh",
		"Chi hội Phụ nữ ấp Phú Tân",
		"đã tham gia",
		"Kỹ năng truyền thông về bình đẳng giới",
		"Ngày 12/12/2026, tại Hội trường UBND xã Kế Sách",
		"Cần Thơ, ngày 02 tháng 12 năm 2026",
		"TM. BAN THƯỜNG VỤ",
		"CHỦ TỊCH",
		"Quét mã này để kiểm tra giấy chứng nhận",
		"Số: 12/GM-BTV Trần Thị Ánh",
	})
	same(t, "the second", pages[1], []string{
		"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
		"Độc lập - Tự do - Hạnh phúc",
		"HỘI LIÊN HIỆP PHỤ NỮ THÀNH PHỐ CẦN THƠ",
		"GIẤY CHỨNG NHẬN",
		"Chứng nhận",
		"ថាច់ ធីស្រីស្រស់",
		"đã tham gia",
		"Nâng cao năng lực cho cán bộ Hội cấp xã về phòng, chống bạo lực gia đình,",
		"bình đẳng giới và hỗ trợ phụ nữ, trẻ em gái dân tộc thiểu số năm 2026",
		"Từ ngày 12/12/2026 đến ngày 14/12/2026, tại Hội trường UBND xã Kế Sách",
		"Cần Thơ, ngày 02 tháng 12 năm 2026",
		"TM. BAN THƯỜNG VỤ",
		"CHỦ TỊCH",
		"Số: 12/GM-BTV Trần Thị Ánh",
	})
}

// However long a name is, a certificate is one page and says all of it.
func TestLongCertificate(t *testing.T) {
	p, fonts := press(t, "vi")
	c := sampleCertificate(strings.Repeat("Nguyễn Thị ", 60)+"Bé", strings.Repeat("tập huấn ", 200))
	var b bytes.Buffer
	if err := Certificates(&b, []Certificate{c}, p, fonts); err != nil {
		t.Fatal(err)
	}
	pages := printed(t, b.Bytes())
	if len(pages) != 1 {
		t.Fatalf("%d pages, want 1", len(pages))
	}
	text := strings.Join(pages[0], " ")
	if n, m := strings.Count(text, "Nguyễn Thị"), strings.Count(text, "tập huấn"); n != 60 || m != 200 {
		t.Errorf("%d of 60 and %d of 200 words are there", n, m)
	}
}

// An address that no QR code can hold is an error, not a certificate that
// cannot be checked.
func TestCertificateAddress(t *testing.T) {
	p, fonts := press(t, "vi")
	c := sampleCertificate("Bé", "Lớp")
	c.CheckURL = strings.Repeat("x", 5000)
	if err := Certificates(io.Discard, []Certificate{c}, p, fonts); err == nil {
		t.Error("no error")
	}
}

func BenchmarkCertificate(b *testing.B) {
	p, fonts := press(b, "vi")
	all := []Certificate{sampleCertificate("ថាច់ ធីស្រីស្រស់ (Thạch Thị Srey)", "Kỹ năng truyền thông về bình đẳng giới")}
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := Certificates(&out, all, p, fonts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len())/1000, "KB")
}
