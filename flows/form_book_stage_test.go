package flows

import (
	"bytes"
	"cmp"
	"context"
	"strconv"
	"strings"

	"chihai/flows/form"
	"chihai/store"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/xuri/excelize/v2"
)

// This file does on the stage what bot/forms does with workbooks.

// stageBooks are the workbooks of transcripts: sheets, with lines of cells.
var stageBooks = map[string]map[string][][]string{
	"good": {"Phiếu": {
		{"STT", "Câu hỏi", "Kiểu trả lời", "Các lựa chọn", "Bắt buộc", "Chỉ hỏi khi"},
		{"1", "Chị có con dưới 36 tháng tuổi không?", "có/không", "", "có", ""},
		{"2", "Chị có mấy cháu dưới 36 tháng?", "số", "", "có", "Câu 1 = Có"},
		{"3", "Chị mong Hội giúp thêm điều gì?", "chữ", "", "", ""},
	}},
	"better": {"Phiếu": {
		{"STT", "Câu hỏi", "Kiểu trả lời", "Các lựa chọn", "Bắt buộc", "Chỉ hỏi khi"},
		{"1", "Chị có đang nuôi con dưới 36 tháng tuổi không?", "có/không", "", "có", ""},
		{"2", "Chị có mấy cháu dưới 36 tháng?", "số", "", "có", "Câu 1 = Có"},
		{"3", "Chị mong Hội giúp thêm điều gì?", "chữ", "", "", ""},
	}},
	"bad": {
		"survey":  {{"type", "name", "label"}, {"select_one dan_toc", "dt", "Chị là người dân tộc nào?"}, {"integer", "tuoi", "Chị bao nhiêu tuổi?"}, {"text", "y_kien", ""}},
		"choices": {{"list_name", "name", "label"}, {"dan_toc_1", "kinh", "Kinh"}, {"dan_toc_1", "khmer", "Khmer"}},
	},
	"warned": {
		"survey":   {{"type", "name", "label"}, {"geotrace", "duong", "Đường đi học"}, {"integer", "tuoi", "Chị bao nhiêu tuổi?"}},
		"settings": {{"form_title", "form_id"}, {"Đường đi học", "duong_di_hoc"}},
	},
	"nasty": {
		"survey":   {{"type", "name", "label"}, {"integer", "tuoi", "=HYPERLINK(\"http://evil.example\")"}},
		"settings": {{"form_title", "form_id"}, {"\u202e=HYPERLINK(\"http://evil.example\")" + strings.Repeat("a", 10_000), "xau"}},
	},
}

// formBook is a workbook as it is sent: its key, and under which name.
func formBook(arg string) FileRef {
	key, name, _ := strings.Cut(arg, " ")
	return FileRef{ID: "book/" + key, Name: cmp.Or(name, "nuoi_con.xlsx"), Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Size: 9000}
}

// bookBytes are the bytes of a workbook.
func (s *stage) bookBytes(id string) []byte {
	sheets := stageBooks[strings.TrimPrefix(id, "book/")]
	if sheets == nil {
		return []byte("not a workbook")
	}
	f := excelize.NewFile()
	first := true
	for _, name := range []string{"Phiếu", "survey", "choices", "settings"} {
		if sheets[name] == nil {
			continue
		}
		if first {
			s.must(f.SetSheetName("Sheet1", name))
		} else {
			_, err := f.NewSheet(name)
			s.must(err)
		}
		first = false
		for i, row := range sheets[name] {
			for j, text := range row {
				s.must(f.SetCellStr(name, form.Address(j+1, i+1), text))
			}
		}
	}
	var b bytes.Buffer
	s.must(f.Write(&b))
	s.must(f.Close())
	return b.Bytes()
}

// examined is what comes of examining a workbook.
func (s *stage) examined(task *store.Task) jsontext.Value {
	var ask ExamineForm
	s.must(json.Unmarshal(task.Data, &ask))
	data := s.bookBytes(ask.ID)
	u := form.Examine(strings.TrimSuffix(FormBookName(ask.Name), ".xlsx"), data)
	s.update(func(tx *store.Tx) error {
		m, err := tx.Member(task.Member)
		if err != nil {
			return err
		}
		p := s.catalog.In(m.Language, m.Address)
		e, err := ExamineUpload(u, p)
		if err != nil {
			return err
		}
		keep := func(name string, data []byte) string {
			f := &store.File{Name: name, Member: m.ID, Expires: s.now.Add(WaitingForm)}
			s.must(tx.PutFile(f, data))
			return f.ID
		}
		if u.Form != nil && len(u.Findings) > 0 {
			e.Marked = keep("loi.xlsx", data)
		}
		if !e.Broken {
			content, err := form.Encode(u.Form)
			s.must(err)
			e.Workbook, e.Content = keep(FormBookName(ask.Name), data), keep("phieu.json", content)
			old, err := FormNamed(tx, m, e.Name)
			if err == nil && ask.Form != "" {
				old, err = tx.Form(ask.Form)
			}
			if err != nil {
				return err
			}
			if old != nil {
				v, err := tx.FormVersion(old.ID, old.Versions)
				s.must(err)
				was, err := tx.FormContent(v)
				s.must(err)
				f, err := form.Decode(was)
				s.must(err)
				e.Old, e.Revision = old.ID, old.Revision
				e.CompareForm(f, u.Form, p)
			}
		}
		task.Data, err = json.Marshal(e) // read below: the update may run again
		return err
	})
	result := task.Data
	raw, err := json.Marshal(ask)
	s.must(err)
	task.Data = raw
	return result
}

// proven is what comes of walking a form: two made-up people.
func (s *stage) proven(task *store.Task) (result jsontext.Value) {
	raw, err := json.Marshal(FormProof{Ways: []string{"Chị có con không? → Có", "Chị có con không? → Không"}, Left: 1})
	s.must(err)
	f := &store.File{Name: "di-thu.json", Member: task.Member, Expires: s.now.Add(WaitingForm)}
	s.must(s.store.Update(context.Background(), func(tx *store.Tx) error { return tx.PutFile(f, raw) }))
	return jsontext.Value(strconv.Quote(f.ID))
}

// asking begins a campaign with the form that was kept last.
func (s *stage) asking(mode store.Anonymity) {
	s.update(func(tx *store.Tx) error {
		for f, err := range tx.Forms() {
			if err != nil {
				return err
			}
			c := &store.Campaign{Form: f.ID, Version: f.Versions, Title: f.Title, By: f.By, Area: f.Area, Mode: mode, Open: true, Until: s.now.AddDate(0, 0, 14)}
			if err := tx.AddCampaign(c); err != nil {
				return err
			}
			_, err = tx.PublishCampaign(c.ID, c.Revision)
			return err
		}
		return nil
	})
}
