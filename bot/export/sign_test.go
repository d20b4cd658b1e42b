package export

import (
	"testing"

	"chihai/store"
)

// The paper says what the operator has set of her organisation, and whom the
// store knows.
func TestToSign(t *testing.T) {
	s, training, task := asked(t, "31528")
	err := s.Update(t.Context(), func(tx *store.Tx) error {
		return tx.PutSettings(&store.Settings{
			Organisation: "Hội Liên hiệp Phụ nữ thành phố Cần Thơ", Head: "Trần Thị Ánh",
			Title: "TM. BAN THƯỜNG VỤ\nCHỦ TỊCH", Above: "Hội Liên hiệp Phụ nữ Việt Nam", Town: "Cần Thơ",
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := exporter(t).ToSign(t.Context(), s, task)
	if err != nil {
		t.Fatal(err)
	}
	f, data := file(t, s, result)
	if f == nil || f.Name != "danh-sach-ky-nhan-"+training.Code+".pdf" || f.Type != PDF || f.Member != task.Member {
		t.Fatalf("the list is %+v", f)
	}
	same(t, "the list", printed(t, data)[0], []string{
		"HỘI LIÊN HIỆP PHỤ NỮ VIỆT NAM CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
		"HỘI LIÊN HIỆP PHỤ NỮ THÀNH PHỐ CẦN THƠ Độc lập - Tự do - Hạnh phúc",
		"DANH SÁCH NGƯỜI THAM DỰ",
		"Đối thoại chính sách hỗ trợ phụ nữ và trẻ em",
		"Thời gian: từ 8 giờ 30 đến 11 giờ, thứ Bảy 12/12/2026",
		"Địa điểm: Hội trường UBND xã Kế Sách",
		"STT Họ và tên Xã, phường Số điện thoại Ký nhận",
		"1 Nguyễn Thị Hoa Xã Kế Sách 0912 345 678",
		"Tổng số: 1 người.",
		"Theo xã, phường: Xã Kế Sách 1.",
		"Cần Thơ, ngày …… tháng …… năm ……",
		"Người lập danh sách TM. BAN THƯỜNG VỤ",
		"CHỦ TỊCH",
		"Trần Thị Ánh",
	})
}

// Whoever may not see the list gets none on paper either.
func TestToSignOnlyForStaff(t *testing.T) {
	s, _, task := asked(t, "31531")
	result, err := exporter(t).ToSign(t.Context(), s, task)
	if f, _ := file(t, s, result); err != nil || f != nil {
		t.Errorf("she gets %+v, %v", f, err)
	}
}
