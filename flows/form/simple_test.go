package form

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// simpleTable reads a table whose cells are divided by bars; a slash within parentheses, (/), is a
// line break.
func simpleTable(text string) [][]string {
	var table [][]string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		var cells []string
		for c := range strings.SplitSeq(line, "|") {
			cells = append(cells, strings.ReplaceAll(strings.TrimSpace(c), "(/)", "\n"))
		}
		table = append(table, cells)
	}
	return table
}

func simpleBook(text string) *Workbook {
	return &Workbook{Name: "Nuôi con nhỏ", Sheets: []*Sheet{NewSheet("Phiếu", simpleTable(text))}}
}

func simpleUpload(text string) *Upload {
	u := &Upload{}
	u.Form, u.XLSForm, u.Findings = ReadSimple(simpleBook(text))
	return u
}

// TestSimple: headings in any order and writing, all kinds of answers, and what they become.
func TestSimple(t *testing.T) {
	w := simpleBook(`
		goi y | KIEU TRA LOI: | Câu hỏi | Các lựa chọn | Bắt buộc | chỉ hỏi khi | Tiếng Khmer | Lựa chọn tiếng Khmer | gợi ý tiếng khmer
		      | đọc thôi      | Chào chị  |              |    |  | សួស្ដី |
		      | Có / không    | Chị có con nhỏ không? | | có |  | តើបងមានកូនតូចទេ? |
		đếm hết | số          | Mấy cháu? |              | x  | Câu 2 = có | ប៉ុន្មាននាក់? | | រាប់ទាំងអស់
		      | Nhiều lựa chọn | Trồng gì? | Lúa; Tôm(/)- Cây ăn trái | | cau 3 tu 2 tro len và Câu 2 khác Không | ដាំអ្វី? | ស្រូវ; បង្គា; ផ្លែឈើ
		      | chữ           | Vì sao?   |              |    | Câu 4 có Lúa hoặc Tôm | ហេតុអ្វី? |
		      | ngày          | Ngày nào? |              |    | nếu Câu 3 từ 1 đến 1.000 hoặc Câu 4 không chọn Tôm | ថ្ងៃណា? |
	`)
	if !w.Simple() {
		t.Fatal("not known as a simple sheet")
	}
	f, x, found := ReadSimple(w)
	if len(found) > 0 {
		t.Fatalf("found %v", found)
	}
	if f.Title != "Nuôi con nhỏ" || f.ID != "nuoi_con_nho" || len(f.Languages) != 2 || f.Languages[0].Code != "vi" || f.Languages[1].Code != "km" {
		t.Errorf("form %s %q in %v", f.ID, f.Title, f.Languages)
	}
	want := []struct {
		name, relevant string
		kind           Kind
		row            int
	}{
		{"cau_1", "", Note, 2},
		{"cau_2", "", SelectOne, 3},
		{"cau_3", "${cau_2} = 'co'", Integer, 4},
		{"cau_4", "${cau_3} >= 2 and (${cau_2} != '' and not(${cau_2} = 'khong'))", SelectMultiple, 5},
		{"cau_5", "(selected(${cau_4}, 'lua') or selected(${cau_4}, 'tom'))", TextAnswer, 6},
		{"cau_6", "(${cau_3} >= 1 and ${cau_3} <= 1000) or (${cau_4} != '' and not(selected(${cau_4}, 'tom')))", Date, 7},
	}
	i := 0
	for q := range f.Questions() {
		if i == len(want) {
			t.Fatalf("a question more: %+v", q)
		}
		if tt := want[i]; q.Name != tt.name || q.Relevant != tt.relevant || q.Kind != tt.kind || q.Row != tt.row {
			t.Errorf("question %s of kind %s in row %d if %s, want %+v", q.Name, q.Kind, q.Row, q.Relevant, tt)
		}
		i++
	}
	if q := f.Question("cau_3"); q.Required != "true()" || f.In(q.Hint, "vi") != "đếm hết" || f.In(q.Label, "km") != "ប៉ុន្មាននាក់?" {
		t.Errorf("question %+v", q)
	}
	var names []string
	for _, c := range f.List(f.Question("cau_4")).Choices {
		names = append(names, c.Name+" "+f.In(c.Label, "km"))
	}
	if want := []string{"lua ស្រូវ", "tom បង្គា", "cay_an_trai ផ្លែឈើ"}; !slices.Equal(names, want) {
		t.Errorf("choices %q, want %q", names, want)
	}
	if sheet, cell := f.Places.At("survey", "relevant", "", 5); sheet != "Phiếu" || cell != "F5" {
		t.Errorf("the condition of question 4 stands at %s!%s", sheet, cell)
	}
	if sheet, cell := f.Places.At("survey", "label", "ភាសាខ្មែរ (km)", 5); sheet != "Phiếu" || cell != "G5" {
		t.Errorf("the Khmer of question 4 stands at %s!%s", sheet, cell)
	}
	again, found := Read(x)
	if Broken(found) || again.Question("cau_4").Relevant != want[3].relevant {
		t.Errorf("the XLSForm that is handed back reads as %+v, found %v", again, found)
	}
}

// TestSimpleNumbers: a column of numbers names the questions, whatever their rows.
func TestSimpleNumbers(t *testing.T) {
	u := simpleUpload(`
		STT | Câu hỏi | Kiểu trả lời | Chỉ hỏi khi
		    | Chào    | lời dẫn      |
		1.  | Có con? | có/không     |
		Câu 2 | Mấy cháu? | số       | câu 1 có
		7   | Vì sao? | chữ          | Câu 2 = 0 hoặc Câu 1 không phải Có`)
	if len(u.Findings) > 0 {
		t.Fatalf("found %v", u.Findings)
	}
	if q := u.Form.Question("cau_7"); q == nil || q.Relevant != "${cau_2} = 0 or (${cau_1} != '' and not(${cau_1} = 'co'))" || u.Form.Question("dong_2") == nil {
		t.Errorf("question %+v", q)
	}
}

// TestSimpleHostile: long lists and conditions cost no more than they are long.
func TestSimpleHostile(t *testing.T) {
	var labels strings.Builder
	for i := range 6000 {
		labels.WriteString(";a" + strings.Repeat("!", i%40) + decimal(i)[:1] + strings.Repeat("?", i/40))
	}
	when := strings.Repeat("Câu 1 = a và ", 2500)
	table := [][]string{{"Câu hỏi", "Kiểu trả lời", "Các lựa chọn", "Chỉ hỏi khi"}}
	for range 10 {
		table = append(table, []string{"Gì?", "một lựa chọn", labels.String(), when})
	}
	start := time.Now()
	_, _, found := ReadSimple(&Workbook{Sheets: []*Sheet{NewSheet("Phiếu", table)}})
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("read in %v", took)
	} else {
		t.Logf("%d findings in %v", len(found), took)
	}
	if !slices.ContainsFunc(found, func(f Finding) bool { return f.Code == SimpleCondition }) {
		t.Errorf("a condition of %d letters was read", len(when))
	}
}

// simpleFindingTests are simple sheets with what is found in them, each as place and code.
var simpleFindingTests = []struct{ sheet, want string }{
	{`Câu hỏi | Kiểu trả lời | Các lựa chọn | Bắt buộc | Chỉ hỏi khi | Của tôi | kiểu
	          | chữ          |              |          |             |         |
	  Hai     |              |              |          |             |         |
	  Ba      | sô cô la     |              |          |             |         |
	  Bốn     | một lựa chọn |              |          |             |         |
	  Năm     | số           | 1; 2         | có lẽ    |             |         |
	  Sáu     | chọn một     | Lúa; lúa; Tôm | | |       |
	  Bảy     | chữ          |              |          | Câu 3 = Có  |         |`,
		`Phiếu!A2 simple_question_missing; Phiếu!B3 simple_kind_missing; Phiếu!B4 simple_kind_unknown; Phiếu!C5 simple_choices_missing; Phiếu!C6 simple_choices_unused; Phiếu!D6 simple_required; Phiếu!C7 simple_choice_twice; Phiếu!F1 simple_column_unknown; Phiếu!G1 header_twice`},
	{`Câu hỏi | Kiểu trả lời | Các lựa chọn | Chỉ hỏi khi
	  Một     | có/không     |              |
	  Hai     | một lựa chọn | Lúa; Tôm     | Câu 1
	  Ba      | chữ          |              | nếu trời mưa
	  Bốn     | chữ          |              | Câu 99 = Có
	  Năm     | chữ          |              | Câu 2 = Bắp
	  Sáu     | số           |              | Câu 3 = An Lạc
	  Bảy     | chữ          |              | Câu 6 có Lúa
	  Tám     | chữ          |              | Câu 2 từ 3 trở lên
	  Chín    | chữ          |              | Câu 6 từ nhiều trở lên
	  Mười    | chữ          |              | Câu 1 = Có và Câu 2 = Lúa hoặc Câu 6 > 1
	  Mười một | chữ         |              | Câu 1 = Có, Câu 2 = Lúa`,
		`Phiếu!D3 simple_condition; Phiếu!D4 simple_condition; Phiếu!D5 simple_condition_question; Phiếu!D6 simple_condition_choice; Phiếu!D7 simple_condition_kind; Phiếu!D8 simple_condition_kind; Phiếu!D9 simple_condition_kind; Phiếu!D10 simple_condition; Phiếu!D11 simple_condition_mixed; Phiếu!D12 simple_condition`},
	{`STT | Câu hỏi | Kiểu trả lời | Các lựa chọn | Lựa chọn tiếng Khmer | Tiếng Khmer
	  1   | Một     | một lựa chọn | Lúa; Tôm     | ស្រូវ                  | មួយ
	  1   | Hai     | số           |              |                      | ពីរ
	  x   | Ba      | số           |              |                      | បី`,
		`Phiếu!E2 simple_choices_khmer; Phiếu!A3 simple_number_twice; Phiếu!A4 simple_number`},
	{`Câu hỏi | Kiểu trả lời | Các lựa chọn | Chỉ hỏi khi | Tiếng Khmer
	  Một     | số           |              | Câu 2 = Lúa | មួយ
	  Hai     | một lựa chọn | Lúa; Tôm     | Câu 2 = Tôm |
	  Ba      | nhiều lựa chọn | Lúa        | Câu 1 > 3 và Câu 1 < 2 | បី`,
		`Phiếu!1 simple_khmer_missing; Phiếu!D2 forward_reference; Phiếu!D2 unreachable; Phiếu!D3 circular; Phiếu!E3 translation_missing; Phiếu!B4 list_of_one; Phiếu!D4 unreachable`},
	{`Câu hỏi | Ghi chú`, `Phiếu!B1 simple_column_unknown; Phiếu!1 header_missing`},
	{`Câu hỏi | Kiểu trả lời`, `Phiếu form_empty`},
}

func TestSimpleFindings(t *testing.T) {
	for i, tt := range simpleFindingTests {
		u := simpleUpload(tt.sheet)
		if got := places(u.Findings); !slices.Equal(got, parted(tt.want)) {
			t.Errorf("sheet %d:\nfound %s\nwant  %s", i, strings.Join(got, "; "), strings.Join(parted(tt.want), "; "))
		}
	}
}

// holdSimple checks what holds of every simple sheet: a form, or a reason with a place why not.
func holdSimple(t interface{ Fatalf(string, ...any) }, w *Workbook) {
	if !w.Simple() {
		return
	}
	f, x, found := ReadSimple(w)
	if f == nil && !Broken(found) {
		t.Fatalf("no form, and no reason why")
	}
	for _, n := range found {
		if n.Code != TooMany && n.Sheet != w.Sheets[0].Name {
			t.Fatalf("%v stands nowhere in the sheet", n)
		}
	}
	if f == nil || Broken(found) {
		return
	}
	for q := range f.Questions() {
		if !slices.ContainsFunc(w.Sheets[0].Rows, func(r Row) bool { return r.Number == q.Row }) {
			t.Fatalf("the question %s comes from row %d, which says nothing", q.Name, q.Row)
		}
	}
	if _, again := Read(x); Broken(again) {
		t.Fatalf("the XLSForm that is handed back has mistakes: %v", again)
	}
}

// TestSimpleAny: sheets put together of what people write, and of what they should not.
func TestSimpleAny(t *testing.T) {
	heads := []string{"Câu hỏi", "Kiểu trả lời", "Các lựa chọn", "Bắt buộc", "Chỉ hỏi khi", "Tiếng Khmer", "Gợi ý", "STT", "lua chon tieng khmer", "khác", ""}
	cells := []string{"", "", "có", "không", "Lúa; Tôm", "Lúa;Lúa", "một lựa chọn", "chọn nhiều", "số", "chữ", "đọc thôi", "có/không", "xếp hạng", "ngày",
		"Câu 1 = Có", "Câu 2 khác Lúa hoặc Tôm", "Câu 3 từ 2 trở lên và Câu 1 có Lúa", "câu 1 bỏ trống", "Câu 1 = ", "${cau_1}", "1", "2", "ស្រូវ; បង្គា", "'", "\n;", "Câu hỏi dài "}
	rapid.Check(t, func(t *rapid.T) {
		table := [][]string{rapid.Permutation(heads).Draw(t, "headings")}
		for range rapid.IntRange(0, 6).Draw(t, "lines") {
			table = append(table, rapid.SliceOfN(rapid.SampledFrom(cells), len(heads), len(heads)).Draw(t, "line"))
		}
		holdSimple(t, &Workbook{Sheets: []*Sheet{NewSheet("Phiếu", table)}})
	})
}

// FuzzSimple reads simple sheets of one question and its condition.
func FuzzSimple(f *testing.F) {
	f.Add("Trồng gì?", "nhiều lựa chọn", "Lúa; Tôm", "có", "Câu 1 = Có và Câu 2 từ 2 trở lên", "ដាំអ្វី?")
	f.Add("Câu 1", "có/không", "", "x", "nếu Câu 1 không chọn “Có” hay câu 2 ≥ 1.000,5", "")
	f.Add("${cau_1}", "số", "\n", "-", "Câu 2 khác", "")
	f.Fuzz(func(t *testing.T, question, kind, choices, required, when, khmer string) {
		table := [][]string{
			{"Câu hỏi", "Kiểu trả lời", "Các lựa chọn", "Bắt buộc", "Chỉ hỏi khi", "Tiếng Khmer"},
			{"Có con?", "có/không", "", "có", "", ""},
			{"Mấy cháu?", "số", "", "có", when, khmer},
			{question, kind, choices, required, when, khmer},
		}
		holdSimple(t, &Workbook{Name: question, Sheets: []*Sheet{NewSheet("Phiếu", table)}})
	})
}
