package form

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func releaseBook(text string) *Workbook {
	return &Workbook{Sheets: []*Sheet{NewSheet("phat_hanh", simpleTable(text))}}
}

func TestReadRelease(t *testing.T) {
	got, found := ReadRelease(releaseBook(`
		Mục | Giá trị | Ghi chú
		Đối tượng: | CLB: Hoa Sen; Địa bàn: An Lạc | ai được mời
		CHE DO | ẩn danh |
		Số phiếu cần | An Lạc: 30; Mỹ Hòa: 1.040 phiếu |
		Số lần nhắc | 2 lần |
		Nhắc sau | 3 ngày |
		Mở từ ngày | 2026-12-01 00:00:00 |
		Đóng ngày | 15/12/2026 |
		Đóng ngày | |`))
	two := 2
	want := Release{
		Audience:  []Audience{{OfClub, "Hoa Sen"}, {OfArea, "An Lạc"}},
		Anonymity: Anonymous, Quotas: []Quota{{"An Lạc", 30}, {"Mỹ Hòa", 1040}},
		Reminders: &two, Pause: 3, Since: "2026-12-01", Until: "2026-12-15",
	}
	if len(found) > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v; found %v", got, want, found)
	}
	got, found = ReadRelease(releaseBook("Đối tượng | tất cả\nNhắc | không"))
	if len(found) > 0 || !slices.Equal(got.Audience, []Audience{{Kind: Everybody}}) || got.Reminders == nil || *got.Reminders != 0 {
		t.Errorf("without headings it reads %+v, found %v", got, found)
	}
	if got, found := ReadRelease(&Workbook{}); !reflect.DeepEqual(got, Release{}) || found != nil {
		t.Errorf("without a sheet it reads %+v, found %v", got, found)
	}
}

// releaseFindingTests are sheets phat_hanh with what is found in them, each as place and code.
var releaseFindingTests = []struct{ sheet, want string }{
	{`Mục | Giá trị
	  Màu | đỏ
	  Đối tượng | chị em; lớp:
	  Chế độ | kín
	  Số phiếu cần | 0; nhiều; An Lạc: 2,5
	  Nhắc | 3
	  Nhắc lại | 1
	  Nhắc sau | mai
	  Mở từ ngày | 31/2/2026`,
		`phat_hanh!A2 release_unknown; phat_hanh!B3 release_audience; phat_hanh!B3 release_audience; phat_hanh!B4 release_anonymity; phat_hanh!B5 release_quota; phat_hanh!B5 release_quota; phat_hanh!B5 release_quota; phat_hanh!B6 release_reminders; phat_hanh!A7 release_twice; phat_hanh!B8 release_pause; phat_hanh!B9 release_date`},
	{`Mục | Giá trị
	  Mở từ ngày | 15.12.2026
	  Đóng ngày | 1-12-2026`, `phat_hanh release_window`},
}

func TestReleaseFindings(t *testing.T) {
	for i, tt := range releaseFindingTests {
		_, found := ReadRelease(releaseBook(tt.sheet))
		if got := places(found); !slices.Equal(got, parted(tt.want)) {
			t.Errorf("sheet %d:\nfound %s\nwant  %s", i, strings.Join(got, "; "), strings.Join(parted(tt.want), "; "))
		}
	}
}
