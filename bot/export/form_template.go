package export

import (
	"fmt"
	"io"
	"slices"

	"chihai/flows/form"

	"github.com/xuri/excelize/v2"
)

// This file makes the workbooks in which a questionnaire is begun: the templates, with an example to
// write over, and the XLSForm that a simple sheet has become. Their Khmer waits for a native reviewer.

// The names of the templates as files.
const (
	XLSFormTemplateName = "mau-xlsform.xlsx"
	SimpleTemplateName  = "mau-phieu-don-gian.xlsx"
)

// templateRows is how far down the lists to pick from reach.
const templateRows = 300

// A templateSheet is one sheet of a template.
type templateSheet struct {
	name    string
	columns []templateColumn
	rows    [][]string // the example
}

// A templateColumn is a heading, how wide it is in characters, what its note says, and what can be
// picked below it. Other words are taken as well.
type templateColumn struct {
	heading string
	width   float64
	note    string
	picks   []string
}

// SimpleTemplate writes the template of a simple sheet, with its notes in Vietnamese.
func SimpleTemplate(w io.Writer) error {
	return writeTemplate(w, []templateSheet{{
		name: "Phiếu đơn giản",
		columns: []templateColumn{
			{"STT", 6, "Số của câu hỏi. Cột “Chỉ hỏi khi” gọi câu hỏi bằng số này. Lời chỉ để đọc thì có thể bỏ trống.", nil},
			{"Câu hỏi", 48, "Lời hỏi, như khi nói với chị em. Mỗi dòng một câu. Xóa các dòng ví dụ trước khi gửi.", nil},
			{"Kiểu trả lời", 18, "Chọn trong danh sách. “Đọc thôi” là lời dẫn, không cần trả lời.", simpleKindPicks()},
			{"Các lựa chọn", 36, "Cách nhau bằng dấu ; hoặc xuống dòng (Alt+Enter). Kiểu có/không thì bỏ trống. Tốt nhất mỗi lựa chọn không quá 30 chữ cái.", nil},
			{"Bắt buộc", 10, "có: phải trả lời mới đi tiếp. Bỏ trống: có thể bỏ qua.", []string{"có", "không"}},
			{"Chỉ hỏi khi", 34, "Bỏ trống: hỏi mọi người. Ví dụ:\nCâu 3 = Có\nCâu 3 khác Không\nCâu 5 từ 2 trở lên\nCâu 2 có Lúa\nCâu 2 = Lúa hoặc Tôm\nNối bằng và, hoặc; “và” được xét trước. “Khác” chỉ tính người đã trả lời.", nil},
			{"Gợi ý", 30, "Lời nhỏ dưới câu hỏi. Có thể bỏ trống.", nil},
			{"Tiếng Khmer", 40, "Câu hỏi bằng tiếng Khmer. Bỏ trống cả cột nếu phiếu chỉ có tiếng Việt.", nil},
			{"Lựa chọn tiếng Khmer", 36, "Các lựa chọn bằng tiếng Khmer, đủ và đúng thứ tự như cột Các lựa chọn.", nil},
			{"Gợi ý tiếng Khmer", 30, "Gợi ý bằng tiếng Khmer.", nil},
		},
		rows: [][]string{
			{"", "Cảm ơn chị đã trả lời. Phiếu này có 4 câu.", "đọc thôi", "", "", "", "", "សូមអរគុណបងដែលបានឆ្លើយ។ កម្រងនេះមាន 4 សំណួរ។"},
			{"1", "Chị có con dưới 36 tháng tuổi không?", "có/không", "", "có", "", "", "តើបងមានកូនអាយុក្រោម 36 ខែទេ?"},
			{"2", "Chị có mấy cháu dưới 36 tháng?", "số", "", "có", "Câu 1 = Có", "Ghi số, như 1 hoặc 2", "តើបងមានកូនក្រោម 36 ខែប៉ុន្មាននាក់?", "", "សរសេរលេខ ដូចជា 1 ឬ 2"},
			{"3", "Ai giúp chị trông cháu khi đi làm?", "nhiều lựa chọn", "Chồng; Ông bà; Nhà trẻ; Không có ai", "có", "Câu 1 = Có", "", "តើអ្នកណាជួយមើលកូនពេលបងទៅធ្វើការ?", "ប្ដី; ជីដូនជីតា; មត្តេយ្យ; គ្មានអ្នកណា"},
			{"4", "Chị mong Hội giúp thêm điều gì?", "chữ", "", "", "Câu 2 từ 2 trở lên hoặc Câu 3 có Không có ai", "", "តើបងចង់ឲ្យសមាគមជួយអ្វីទៀត?"},
		},
	}})
}

// simpleKindPicks are the kinds of answers as people read them; [form.ReadSimple] takes others too.
func simpleKindPicks() []string {
	return []string{"một lựa chọn", "nhiều lựa chọn", "có/không", "số", "số lẻ", "chữ", "ngày", "giờ", "ảnh", "ghi âm", "địa điểm", "tệp", "xếp hạng", "đọc thôi"}
}

// XLSFormTemplate writes the template of an XLSForm with the sheet phat_hanh, with its notes in
// Vietnamese.
func XLSFormTemplate(w io.Writer) error {
	const vi, km = "::Tiếng Việt (vi)", "::ភាសាខ្មែរ (km)"
	types := []string{"note", "text", "integer", "decimal", "date", "image", "select_one co_khong", "select_multiple ai_trong", "calculate", "begin_group", "end_group", "begin_repeat", "end_repeat"}
	return writeTemplate(w, []templateSheet{
		{
			name: "survey",
			columns: []templateColumn{
				{"type", 24, "Kiểu câu hỏi. select_one và select_multiple kèm tên danh sách ở trang choices.", types},
				{"name", 14, "Tên ngắn, không dấu, không khoảng trắng; là tên cột trong kết quả.", nil},
				{"label" + vi, 46, "Lời hỏi bằng tiếng Việt.", nil},
				{"label" + km, 42, "Lời hỏi bằng tiếng Khmer.", nil},
				{"hint" + vi, 26, "Lời nhỏ dưới câu hỏi.", nil},
				{"hint" + km, 26, "Lời nhỏ bằng tiếng Khmer.", nil},
				{"required", 10, "yes: phải trả lời.", []string{"yes", "no"}},
				{"relevant", 30, "Chỉ hỏi khi điều này đúng, như ${co_con} = 'co'. Với select_multiple: selected(${ai_trong}, 'chong').", nil},
				{"constraint", 22, "Câu trả lời phải thế nào; dấu . là câu trả lời.", nil},
				{"constraint_message" + vi, 30, "Lời nói khi câu trả lời chưa đúng.", nil},
				{"constraint_message" + km, 30, "Lời đó bằng tiếng Khmer.", nil},
			},
			rows: [][]string{
				{"note", "loi_chao", "Cảm ơn chị đã trả lời. Phiếu này có 4 câu.", "សូមអរគុណបងដែលបានឆ្លើយ។ កម្រងនេះមាន 4 សំណួរ។"},
				{"select_one co_khong", "co_con", "Chị có con dưới 36 tháng tuổi không?", "តើបងមានកូនអាយុក្រោម 36 ខែទេ?", "", "", "yes"},
				{"integer", "so_con", "Chị có mấy cháu dưới 36 tháng?", "តើបងមានកូនក្រោម 36 ខែប៉ុន្មាននាក់?", "Ghi số, như 1 hoặc 2", "សរសេរលេខ ដូចជា 1 ឬ 2", "yes", "${co_con} = 'co'", ". >= 1 and . <= 5", "Chị ghi số từ 1 đến 5 nhé.", "សូមសរសេរលេខពី 1 ដល់ 5។"},
				{"select_multiple ai_trong", "ai_trong_con", "Ai giúp chị trông cháu khi đi làm?", "តើអ្នកណាជួយមើលកូនពេលបងទៅធ្វើការ?", "", "", "yes", "${co_con} = 'co'"},
				{"text", "mong_muon", "Chị mong Hội giúp thêm điều gì?", "តើបងចង់ឲ្យសមាគមជួយអ្វីទៀត?", "", "", "", "${so_con} >= 2 or selected(${ai_trong_con}, 'khong_ai')"},
			},
		},
		{
			name: "choices",
			columns: []templateColumn{
				{"list_name", 16, "Tên danh sách, như ghi sau select_one.", []string{"co_khong", "ai_trong"}},
				{"name", 16, "Mã ngắn, không dấu, không khoảng trắng; là điều được ghi lại.", nil},
				{"label" + vi, 32, "Chữ trên nút bấm, tốt nhất không quá 30 chữ cái.", nil},
				{"label" + km, 32, "Chữ trên nút bằng tiếng Khmer.", nil},
			},
			rows: [][]string{
				{"co_khong", "co", "Có", "បាទ/ចាស"}, {"co_khong", "khong", "Không", "ទេ"},
				{"ai_trong", "chong", "Chồng", "ប្ដី"}, {"ai_trong", "ong_ba", "Ông bà", "ជីដូនជីតា"}, {"ai_trong", "nha_tre", "Nhà trẻ", "មត្តេយ្យ"}, {"ai_trong", "khong_ai", "Không có ai", "គ្មានអ្នកណា"},
			},
		},
		{
			name: "settings",
			columns: []templateColumn{
				{"form_title", 40, "Tên phiếu hỏi, người trả lời đọc được.", nil},
				{"form_id", 20, "Tên ngắn, không dấu. Giữ nguyên khi sửa phiếu.", nil},
				{"version", 14, "Số của bản này, như 2026120101.", nil},
				{"default_language", 20, "Ngôn ngữ khi chưa có bản dịch.", nil},
			},
			rows: [][]string{{"Nuôi con dưới 36 tháng", "nuoi_con_nho", "1", "Tiếng Việt (vi)"}},
		},
		releaseTemplate(),
	})
}

// releaseTemplate is the sheet phat_hanh. What it proposes is asked again when the form is published.
func releaseTemplate() templateSheet {
	return templateSheet{
		name:    form.ReleaseSheet,
		columns: []templateColumn{{"Mục", 18, "Không đổi tên các mục. Mục nào bỏ trống thì được hỏi khi phát hành.", nil}, {"Giá trị", 34, "Ghi ở cột này.", nil}, {"Ghi chú", 80, "Cột này không được đọc.", nil}},
		rows: [][]string{
			{"Đối tượng", "tất cả", "tất cả; mở (ai có đường dẫn hay mã QR); hoặc: câu lạc bộ: Hoa Sen; địa bàn: An Lạc; lớp: TH12; danh sách: Tổ 3. Nhiều nơi cách nhau bằng dấu ;"},
			{"Chế độ", "có tên", "có tên; dùng mã (không thấy tên, vẫn biết ai đã trả lời); ẩn danh (không ai biết ai trả lời gì, không sửa lại được)"},
			{"Số phiếu cần", "", "Một số, như 200; hoặc theo nơi: An Lạc: 30; Mỹ Hòa: 40"},
			{"Số lần nhắc", "1", "0, 1 hoặc 2; chỉ nhắc người chưa trả lời"},
			{"Nhắc sau", "3", "Số ngày trước mỗi lần nhắc, từ 1 đến 60"},
			{"Mở từ ngày", "", "Như 01/12/2026; bỏ trống là mở ngay"},
			{"Đóng ngày", "", "Ngày cuối còn nhận, như 15/12/2026"},
		},
	}
}

// FormWorkbook writes a form's sheets as a workbook: the XLSForm that a simple sheet has become. Rows
// follow one another, whatever their numbers.
func FormWorkbook(w io.Writer, x *form.Workbook) error {
	var sheets []templateSheet
	for _, s := range x.Sheets {
		t := templateSheet{name: s.Name}
		for _, c := range s.Header {
			t.columns = append(t.columns, templateColumn{heading: c.Text, width: 28})
		}
		for _, r := range s.Rows {
			var line []string
			for _, c := range s.Header {
				line = append(line, r.Text(c.Column))
			}
			t.rows = append(t.rows, line)
		}
		sheets = append(sheets, t)
	}
	return writeTemplate(w, sheets)
}

// writeTemplate writes sheets in which all cells are text, also those still to be filled in: Excel then
// makes no dates and numbers of what is typed.
func writeTemplate(w io.Writer, sheets []templateSheet) error {
	f := excelize.NewFile()
	defer f.Close()
	b := &book{File: f}
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	head := b.style(excelize.Style{Font: &excelize.Font{Bold: true}, Fill: filled("DDEBF7"), Alignment: top, NumFmt: textCell})
	text := b.style(excelize.Style{Alignment: top, NumFmt: textCell})
	for i, s := range sheets {
		if i == 0 {
			b.try(f.SetSheetName("Sheet1", s.name))
		} else {
			_, err := f.NewSheet(s.name)
			b.try(err)
		}
		for j, c := range s.columns {
			letters := form.Address(j+1, 0)
			b.try(f.SetColWidth(s.name, letters, letters, c.width))
			b.try(f.SetColStyle(s.name, letters, text))
			b.try(f.SetCellStr(s.name, letters+"1", c.heading))
			b.try(f.SetCellStyle(s.name, letters+"1", letters+"1", head))
			if c.note != "" {
				b.try(f.AddComment(s.name, excelize.Comment{Cell: letters + "1", Author: "Mẫu", Text: c.note, Width: 300, Height: 120}))
			}
			if c.picks != nil {
				b.pick(s.name, letters, c.picks)
			}
		}
		for j, line := range s.rows {
			for k, said := range line {
				if said != "" {
					b.try(f.SetCellStr(s.name, form.Address(k+1, j+2), said))
				}
			}
		}
		b.try(f.SetPanes(s.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	}
	if b.err != nil {
		return fmt.Errorf("make the workbook of a form: %w", b.err)
	}
	return f.Write(w)
}

// pick offers words below a heading. Others may be typed: Excel asks, and takes them.
func (b *book) pick(sheet, letters string, words []string) {
	v := excelize.NewDataValidation(true)
	v.Sqref = fmt.Sprintf("%s2:%s%d", letters, letters, templateRows)
	b.try(v.SetDropList(slices.Clone(words)))
	v.SetError(excelize.DataValidationErrorStyleInformation, "Chị Hai", "Chữ này không có trong danh sách gợi ý. Vẫn ghi được nếu đúng ý.")
	b.try(b.AddDataValidation(sheet, v))
}
