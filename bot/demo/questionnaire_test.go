package demo

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"chihai/flows/form"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the workbook of the sample questionnaire anew")

// A sheetTable is one sheet of the workbook: its headings, how wide their columns are, and its lines.
type sheetTable struct {
	name     string
	headings []string
	widths   []float64
	lines    [][]string
}

const (
	inVietnamese = "::Tiếng Việt (vi)"
	inKhmer      = "::ភាសាខ្មែរ (km)"
)

// questionnaireTables are the sheets of the sample questionnaire.
func questionnaireTables() []sheetTable {
	const wage = "${viec_lam} = 'can_bo' or ${viec_lam} = 'cong_nhan'"
	return []sheetTable{
		{
			name: "survey",
			headings: []string{"type", "name", "label" + inVietnamese, "label" + inKhmer, "hint" + inVietnamese, "hint" + inKhmer,
				"required", "relevant", "constraint", "constraint_message" + inVietnamese, "constraint_message" + inKhmer, "appearance", "parameters"},
			widths: []float64{26, 16, 52, 52, 28, 28, 10, 40, 40, 32, 32, 12, 20},
			lines: [][]string{
				{"start", "bat_dau"},
				{"note", "loi_chao", "Kính chào chị. Hội muốn biết các chính sách cho phụ nữ nuôi con dưới 36 tháng đã đến tay chị chưa. Phiếu không ghi tên. Câu nào không muốn trả lời, chị cứ bỏ qua.",
					"ជម្រាបសួរបង។ សមាគមចង់ដឹងថា គោលនយោបាយសម្រាប់ស្ត្រីចិញ្ចឹមកូនក្រោម 36 ខែ បានដល់ដៃបងហើយឬនៅ។ កម្រងនេះមិនកត់ឈ្មោះទេ។ សំណួរណាបងមិនចង់ឆ្លើយ បងអាចរំលងបាន។"},
				{"integer", "so_con", "Chị đang nuôi mấy cháu dưới 36 tháng tuổi?", "តើបងកំពុងចិញ្ចឹមកូនក្រោម 36 ខែប៉ុន្មាននាក់?", "Ghi số, không có thì ghi 0", "សរសេរលេខ បើគ្មាន សរសេរ 0",
					"yes", "", ". >= 0 and . <= 5", "Chị ghi một số từ 0 đến 5 nhé.", "សូមបងសរសេរលេខពី 0 ដល់ 5។"},
				{"select_one viec_lam", "viec_lam", "Hiện nay chị làm việc gì?", "សព្វថ្ងៃ បងធ្វើការអ្វី?", "", "", "yes"},
				{"select_one co_khong", "bhxh", "Chị có tham gia bảo hiểm xã hội không?", "តើបងមានចូលរួមធានារ៉ាប់រងសង្គមទេ?", "", "", "yes"},
				{"begin_group", "nuoi_con", "Về cháu và chị", "អំពីកូន និងបង", "", "", "", "${so_con} > 0"},
				{"select_one thai_san", "thai_san", "Chị đã nhận tiền thai sản của cháu nhỏ nhất chưa?", "តើបងបានទទួលប្រាក់មាតុភាពសម្រាប់កូនពៅហើយឬនៅ?", "", "", "yes", "${bhxh} = 'co'"},
				{"select_multiple vi_sao_tien", "vi_sao_tien", "Vì sao chị chưa nhận đủ?", "ហេតុអ្វីបងមិនទាន់ទទួលគ្រប់?", "Chọn được nhiều ý", "អាចជ្រើសបានច្រើន",
					"", "${thai_san} = 'mot_phan' or ${thai_san} = 'chua'", "not(selected(., 'khong') and count-selected(.) > 1)", "Đã chọn “Không rõ” thì thôi các ý khác, chị nhé.", "បើជ្រើស “មិនដឹង” សូមកុំជ្រើសផ្សេងទៀត។"},
				{"begin_group", "noi_lam", "Nơi chị làm việc", "កន្លែងបងធ្វើការ", "", "", "", wage},
				{"select_one nghi_sinh", "nghi_sinh", "Khi sinh cháu, chị được nghỉ bao lâu?", "ពេលសម្រាលកូន បងបានឈប់សម្រាកយូរប៉ុណ្ណា?", "", "", "yes"},
				{"select_one muc_do", "gio_cho_bu", "Khi cháu dưới 12 tháng, chị có được nghỉ 60 phút mỗi ngày cho con bú không?", "ពេលកូនក្រោម 12 ខែ តើបងបានសម្រាក 60 នាទីក្នុងមួយថ្ងៃ ដើម្បីបំបៅកូនទេ?", "", "", "yes"},
				{"begin_group", "danh_gia", "Chị thấy những điều này ở nơi làm việc thế nào?", "តើបងយល់ថារឿងទាំងនេះនៅកន្លែងធ្វើការយ៉ាងណា?", "", "", "", "", "", "", "", "table-list"},
				{"select_one thang_do", "cho_vat_sua", "Chỗ vắt và giữ sữa", "កន្លែងច្របាច់ និងទុកទឹកដោះ"},
				{"select_one thang_do", "gio_lam", "Giờ làm khi con ốm", "ម៉ោងធ្វើការពេលកូនឈឺ"},
				{"select_one thang_do", "thong_cam", "Lãnh đạo, đồng nghiệp thông cảm", "ថ្នាក់ដឹកនាំ និងមិត្តរួមការងារយោគយល់"},
				{"end_group"},
				{"end_group"},
				{"select_one bhyt", "bhyt", "Cháu nhỏ nhất đã có thẻ bảo hiểm y tế chưa?", "តើកូនពៅមានប័ណ្ណធានារ៉ាប់រងសុខភាពហើយឬនៅ?", "", "", "yes"},
				{"select_one tiem_chung", "tiem_chung", "Cháu có tiêm chủng đúng lịch không?", "តើកូនបានចាក់វ៉ាក់សាំងតាមកាលវិភាគទេ?", "", "", "yes"},
				{"date", "lan_tiem", "Lần tiêm gần nhất của cháu là ngày nào?", "តើកូនបានចាក់វ៉ាក់សាំងចុងក្រោយនៅថ្ងៃណា?", "Không nhớ thì chị bỏ qua", "បើមិនចាំ បងអាចរំលង",
					"", "${tiem_chung} != 'chua'", ". <= today() and . >= today() - 1096", "Chị xem lại giúp: ngày này không nằm trong ba năm qua.", "សូមបងមើលឡើងវិញ៖ ថ្ងៃនេះមិននៅក្នុងបីឆ្នាំចុងក្រោយទេ។"},
				{"select_multiple vi_sao_tiem", "vi_sao_tiem", "Vì sao cháu chưa tiêm đúng lịch?", "ហេតុអ្វីកូនមិនបានចាក់តាមកាលវិភាគ?", "Chọn được nhiều ý", "អាចជ្រើសបានច្រើន", "", "${tiem_chung} != 'dung_lich'"},
				{"select_one trong_chau", "trong_chau", "Ban ngày ai trông cháu?", "ពេលថ្ងៃ អ្នកណាមើលកូន?", "", "", "yes"},
				{"range", "hai_long", "Chị hài lòng về nơi gửi cháu ở mức nào?", "តើបងពេញចិត្តនឹងកន្លែងផ្ញើកូនកម្រិតណា?", "1 là chưa hài lòng, 5 là rất hài lòng", "1 គឺមិនទាន់ពេញចិត្ត 5 គឺពេញចិត្តខ្លាំង",
					"", "${trong_chau} = 'nha_tre' or ${trong_chau} = 'nhom_tre'", "", "", "", "", "start=1 end=5 step=1"},
				{"select_multiple ho_tro", "ho_tro", "Gia đình chị đang được hỗ trợ gì?", "តើគ្រួសារបងកំពុងទទួលការជួយឧបត្ថម្ភអ្វី?", "Chọn được nhiều ý", "អាចជ្រើសបានច្រើន",
					"", "", "not(selected(., 'khong') and count-selected(.) > 1)", "Đã chọn “Không có” thì thôi các ý khác, chị nhé.", "បើជ្រើស “គ្មាន” សូមកុំជ្រើសផ្សេងទៀត។"},
				{"end_group"},
				{"text", "mong_muon", "Chị mong Nhà nước và Hội làm thêm điều gì cho các mẹ nuôi con nhỏ?", "តើបងចង់ឲ្យរដ្ឋ និងសមាគមធ្វើអ្វីបន្ថែម សម្រាប់ម្ដាយចិញ្ចឹមកូនតូច?", "Không có thì chị bỏ qua", "បើគ្មាន បងអាចរំលង"},
				{"note", "cam_on", "Cảm ơn chị. Ý kiến của chị giúp Hội nói lên tiếng nói của các mẹ.", "សូមអរគុណបង។ យោបល់របស់បងជួយសមាគមនិយាយជំនួសម្ដាយៗ។"},
			},
		},
		{
			name:     "choices",
			headings: []string{"list_name", "name", "label" + inVietnamese, "label" + inKhmer},
			widths:   []float64{16, 16, 34, 34},
			lines: [][]string{
				{"co_khong", "co", "Có", "មាន"},
				{"co_khong", "khong", "Không", "គ្មាន"},
				{"co_khong", "khong_ro", "Không rõ", "មិនដឹង"},
				{"viec_lam", "can_bo", "Cán bộ, viên chức", "កម្មាភិបាល មន្ត្រី"},
				{"viec_lam", "cong_nhan", "Công nhân, làm công ty", "កម្មករ ធ្វើការក្រុមហ៊ុន"},
				{"viec_lam", "nha_nong", "Làm ruộng, nuôi tôm", "ធ្វើស្រែ ចិញ្ចឹមបង្គា"},
				{"viec_lam", "buon_ban", "Buôn bán, làm tự do", "លក់ដូរ ធ្វើការសេរី"},
				{"viec_lam", "o_nha", "Ở nhà chăm con", "នៅផ្ទះមើលកូន"},
				{"thai_san", "du", "Đã nhận đủ", "បានទទួលគ្រប់"},
				{"thai_san", "mot_phan", "Mới nhận một phần", "បានទទួលខ្លះ"},
				{"thai_san", "chua", "Chưa nhận", "មិនទាន់ទទួល"},
				{"thai_san", "khong_thuoc", "Không thuộc diện nhận", "មិនមានសិទ្ធិទទួល"},
				{"vi_sao_tien", "giay_to", "Thiếu giấy tờ", "ខ្វះក្រដាសស្នាម"},
				{"vi_sao_tien", "cho_lau", "Đang chờ giải quyết", "កំពុងរង់ចាំដោះស្រាយ"},
				{"vi_sao_tien", "chua_dong", "Nơi làm chưa đóng đủ", "កន្លែងធ្វើការមិនទាន់បង់គ្រប់"},
				{"vi_sao_tien", "khong", "Không rõ", "មិនដឹង"},
				{"nghi_sinh", "duoi_4", "Dưới 4 tháng", "ក្រោម 4 ខែ"},
				{"nghi_sinh", "tu_4", "Từ 4 đến dưới 6 tháng", "ពី 4 ដល់ក្រោម 6 ខែ"},
				{"nghi_sinh", "du_6", "6 tháng trở lên", "6 ខែឡើងទៅ"},
				{"muc_do", "deu", "Có, đều đặn", "បាន ទៀងទាត់"},
				{"muc_do", "co_luc", "Có lúc được", "ជួនកាលបាន"},
				{"muc_do", "khong", "Không được", "មិនបាន"},
				{"thang_do", "tot", "Tốt", "ល្អ"},
				{"thang_do", "tam", "Tạm được", "មធ្យម"},
				{"thang_do", "chua_tot", "Chưa tốt", "មិនទាន់ល្អ"},
				{"bhyt", "co", "Đã có", "មានហើយ"},
				{"bhyt", "dang_lam", "Đang làm", "កំពុងធ្វើ"},
				{"bhyt", "chua", "Chưa có", "មិនទាន់មាន"},
				{"tiem_chung", "dung_lich", "Đúng lịch", "តាមកាលវិភាគ"},
				{"tiem_chung", "tre", "Có mũi bị trễ", "មានចាក់យឺត"},
				{"tiem_chung", "chua", "Chưa tiêm", "មិនទាន់ចាក់"},
				{"vi_sao_tiem", "xa", "Trạm y tế xa", "ប៉ុស្តិ៍សុខភាពឆ្ងាយ"},
				{"vi_sao_tiem", "ban", "Bận việc", "រវល់ការងារ"},
				{"vi_sao_tiem", "het_thuoc", "Trạm hết vắc-xin", "អស់វ៉ាក់សាំង"},
				{"vi_sao_tiem", "chau_benh", "Cháu đang bệnh", "កូនកំពុងឈឺ"},
				{"vi_sao_tiem", "lo_ngai", "Gia đình lo ngại", "គ្រួសារបារម្ភ"},
				{"trong_chau", "nha_tre", "Trường, nhà trẻ", "សាលា មត្តេយ្យ"},
				{"trong_chau", "nhom_tre", "Nhóm trẻ gia đình", "ក្រុមកុមារតាមផ្ទះ"},
				{"trong_chau", "ong_ba", "Ông bà, người thân", "ជីដូនជីតា សាច់ញាតិ"},
				{"trong_chau", "cha_me", "Cha mẹ tự trông", "ឪពុកម្ដាយមើលខ្លួនឯង"},
				{"ho_tro", "ho_ngheo", "Hộ nghèo, cận nghèo", "គ្រួសារក្រីក្រ ជិតក្រីក្រ"},
				{"ho_tro", "dan_toc", "Mẹ là người dân tộc thiểu số", "ម្ដាយជាជនជាតិភាគតិច"},
				{"ho_tro", "an_trua", "Tiền ăn trưa của trẻ", "ប្រាក់អាហារថ្ងៃត្រង់កុមារ"},
				{"ho_tro", "vay_von", "Vay vốn qua Hội", "ខ្ចីដើមទុនតាមសមាគម"},
				{"ho_tro", "khong", "Không có", "គ្មាន"},
			},
		},
		{
			name:     "settings",
			headings: []string{"form_title", "form_id", "version", "default_language"},
			widths:   []float64{60, 26, 14, 20},
			lines:    [][]string{{"Chính sách cho phụ nữ nuôi con dưới 36 tháng", "nuoi_con_duoi_36_thang", "1", "Tiếng Việt (vi)"}},
		},
		{
			name:     form.ReleaseSheet,
			headings: []string{"Mục", "Giá trị"},
			widths:   []float64{18, 24},
			lines:    [][]string{{"Đối tượng", "mở"}, {"Chế độ", "ẩn danh"}, {"Số phiếu cần", "200"}, {"Số lần nhắc", "1"}, {"Nhắc sau", "3"}},
		},
	}
}

// writeQuestionnaire makes the workbook. All cells are text, so that Excel makes no dates and numbers of them.
func writeQuestionnaire(t *testing.T, tables []sheetTable) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	cells, err := x.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	must(err)
	head, err := x.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3DCE6"}}})
	must(err)
	for _, s := range tables {
		_, err := x.NewSheet(s.name)
		must(err)
		for i, w := range s.widths {
			column := form.Address(i+1, 0)
			must(x.SetColWidth(s.name, column, column, w))
			must(x.SetColStyle(s.name, column, cells))
		}
		must(x.SetSheetRow(s.name, "A1", &s.headings))
		must(x.SetCellStyle(s.name, "A1", form.Address(len(s.headings), 1), head))
		for i, line := range s.lines {
			must(x.SetSheetRow(s.name, form.Address(1, i+2), &line))
			must(x.SetCellStyle(s.name, form.Address(1, i+2), form.Address(len(s.headings), i+2), cells))
		}
		must(x.SetPanes(s.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	}
	must(x.DeleteSheet("Sheet1"))
	var b bytes.Buffer
	must(x.Write(&b))
	return b.Bytes()
}

// TestQuestionnaireIsTheTable: the workbook says what the table says.
func TestQuestionnaireIsTheTable(t *testing.T) {
	if *update {
		if err := os.WriteFile(QuestionnaireName, writeQuestionnaire(t, questionnaireTables()), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skip("written anew; run the tests again without -update")
	}
	w, found := form.Open("x", Questionnaire(), form.ReleaseSheet)
	if w == nil || len(found) > 0 {
		t.Fatalf("found %v", found)
	}
	for _, table := range questionnaireTables() {
		s := w.Sheet(table.name)
		if s == nil {
			t.Fatalf("no sheet %s", table.name)
		}
		for i, line := range table.lines {
			var row form.Row
			if i < len(s.Rows) {
				row = s.Rows[i]
			}
			for c := range table.headings {
				want := ""
				if c < len(line) {
					want = line[c]
				}
				if got := row.Text(c + 1); got != want {
					t.Errorf("%s!%s is %q, want %q", table.name, form.Address(c+1, i+2), got, want)
				}
			}
		}
		if len(s.Rows) != len(table.lines) {
			t.Errorf("%s has %d lines, want %d", table.name, len(s.Rows), len(table.lines))
		}
	}
}

// TestQuestionnaire: nothing is wrong with the sample questionnaire, it asks 18 questions where all apply, and
// says everything in both languages.
func TestQuestionnaire(t *testing.T) {
	if *update {
		t.Skip("the workbook is being written anew")
	}
	u := form.Examine("nuoi-con-duoi-36-thang", Questionnaire())
	if len(u.Findings) > 0 {
		t.Fatalf("found %v", u.Findings)
	}
	if found := form.LintAnonymous(u.Form); len(found) > 0 {
		t.Errorf("its answers tell who answers: %v", found)
	}
	asked := 0
	var kinds []form.Kind
	for q := range u.Form.Questions() {
		if q.Kind.Asked() {
			asked++
		}
		if !slices.Contains(kinds, q.Kind) {
			kinds = append(kinds, q.Kind)
		}
		if vi, km := u.Form.In(q.Label, "vi"), u.Form.In(q.Label, "km"); vi == km && q.Kind != form.Start {
			t.Errorf("%s reads %q in both languages", q.Name, vi)
		}
	}
	if want := []form.Kind{form.Start, form.Note, form.Integer, form.SelectOne, form.SelectMultiple, form.Date, form.Range, form.TextAnswer}; !slices.Equal(kinds, want) {
		t.Errorf("it asks %v, want %v", kinds, want)
	}
	e := u.Extent
	if got := fmt.Sprintf("%d asked, %d to %d, expected %.1f, exact %v", asked, e.Shortest, e.Longest, e.Expected, e.Exact); got != "18 asked, 4 to 18, expected 9.6, exact true" {
		t.Errorf("%s", got)
	}
	if r := u.Release; r.Anonymity != form.Anonymous || len(r.Quotas) != 1 || r.Quotas[0].Count != 200 {
		t.Errorf("the release is %+v", r)
	}
}
