package responses

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"chihai/flows/form"
	"chihai/locales"
)

// words says what files say in a language.
func words(t testing.TB, code string) *locales.Printer {
	t.Helper()
	c, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c.In(code, "")
}

// formOf makes a form of lines "type | name | Vietnamese | Khmer | relevant | calculation | default" and choices
// "list | name | Vietnamese | Khmer".
func formOf(t testing.TB, version, survey, choices string) *form.Form {
	t.Helper()
	table := func(head []string, lines string) [][]string {
		rows := [][]string{head}
		for line := range strings.Lines(strings.TrimSpace(lines)) {
			row := make([]string, len(head))
			for i, c := range strings.SplitN(strings.TrimSpace(line), "|", len(head)) {
				row[i] = strings.TrimSpace(c)
			}
			rows = append(rows, row)
		}
		return rows
	}
	vi, km := "label::Tiếng Việt (vi)", "label::ភាសាខ្មែរ (km)"
	f, found := form.Read(&form.Workbook{Name: "cham_con", Sheets: []*form.Sheet{
		form.NewSheet("survey", table([]string{"type", "name", vi, km, "relevant", "calculation", "default"}, survey)),
		form.NewSheet("choices", table([]string{"list_name", "name", vi, km}, choices)),
		form.NewSheet("settings", [][]string{{"form_title", "form_id", "version", "default_language"}, {"Chăm con dưới 36 tháng", "cham_con", version, "Tiếng Việt (vi)"}}),
	}})
	if form.Broken(found) {
		t.Fatalf("the form is broken: %v", found)
	}
	return f
}

const sampleChoices = `
	co_khong | 1 | Có | មាន
	co_khong | 0 | Không | គ្មាន
	dich_vu | nha_tre | Nhà trẻ | មត្តេយ្យ
	dich_vu | y_te | Trạm y tế, “miễn phí” | មណ្ឌលសុខភាព
	dich_vu | khac | Dịch vụ khác do các chị tự tổ chức với nhau trong ấp, trong khóm, có người trông giữ trẻ cả ngày lẫn đêm | សេវាកម្មផ្សេងទៀតដែលបងប្អូនស្រីៗរៀបចំដោយខ្លួនឯងក្នុងភូមិ មានអ្នកមើលថែក្មេងទាំងថ្ងៃទាំងយប់
	nghe | ruong | Làm ruộng | ធ្វើស្រែ
	nghe | may | May | ដេរ`

const sampleFirst = `
	start | bat_dau
	username | nguoi
	begin group | ho | Gia đình | គ្រួសារ
	integer | tuoi | Chị bao nhiêu tuổi? | បងអាយុប៉ុន្មាន?
	select_one co_khong | co_viec | Chị có việc làm không? | បងមានការងារទេ?
	select_multiple dich_vu | dich_vu | Chị dùng dịch vụ nào? | បងប្រើសេវាណា?
	text | cu | Câu cũ | សំណួរចាស់
	end group
	note | loi | Cảm ơn chị | អរគុណ
	select_one nghe or_other | nghe | Chị làm nghề gì? | បងធ្វើការអ្វី?
	text | y_kien | Ý kiến của chị | យោបល់
	geopoint | cho_o | Chị ở đâu? | បងនៅឯណា?
	date | ngay | Ngày nào? | ថ្ងៃណា?
	dateTime | luc | Lúc nào? | ពេលណា?
	time | gio | Mấy giờ? | ម៉ោងប៉ុន្មាន?
	decimal | luong | Bao nhiêu triệu? | ប៉ុន្មានលាន?
	rank dich_vu | uu_tien | Cái nào trước? | អ្វីមុន?
	calculate | gap_doi ||||  ${tuoi} * 2
	calculate | chao ||||  concat('=', ${nguoi})
	begin repeat | con | Con | កូន
	text | ten | Cháu tên gì? | ឈ្មោះអ្វី?
	begin repeat | tiem | Mũi tiêm | ចាក់ថ្នាំ
	select_one co_khong | dau | Có đau không? | ឈឺទេ?
	end repeat
	end repeat`

// sample is two versions of a form that has something of everything.
func sample(t testing.TB) []*form.Form {
	t.Helper()
	second := strings.Replace(sampleFirst, "text | cu | Câu cũ | សំណួរចាស់", "range | muc | Mức nào? | កម្រិតណា?", 1)
	second = strings.Replace(second, "text | ten | Cháu tên gì? | ឈ្មោះអ្វី?", "text | ten | Cháu tên gì? | ឈ្មោះអ្វី?\n\tinteger | thang | Mấy tháng? | ប៉ុន្មានខែ?", 1)
	return []*form.Form{
		formOf(t, "1", sampleFirst, sampleChoices+"\n\tnghe | ca | Đánh cá | នេសាទ"),
		formOf(t, "2", second, sampleChoices+"\n\tnghe | tho | Thợ hồ | ជាងសំណង់"),
	}
}

// withoutRepeats is the sample without its repeats.
func withoutRepeats(t testing.TB) []*form.Form {
	t.Helper()
	survey, _, _ := strings.Cut(sampleFirst, "\tbegin repeat")
	return []*form.Form{formOf(t, "1", survey, sampleChoices)}
}

// A guesser answers forms at random: whatever fits the kind of a question.
type guesser struct{ *rand.Rand }

var guessedTexts = []string{
	"Lan", "=1+1", "+84912345678", "-5", "@x", "0912", "a;b,\"c\"\nd", "ខ្មែរ យើង", " hai  ", "-97", strings.Repeat("Ý kiến dài ", 40), "\tx", "_x0041_", "'=", "1e5", "😀",
}

// response answers all questions of a form; some are not asked, skipped, refused.
func (g guesser) response(f *form.Form) *form.Response {
	began := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC).Add(time.Duration(g.IntN(1e6)) * time.Second)
	r := &form.Response{Form: f.ID, Version: f.Version, Started: began, Ended: began.Add(time.Duration(g.IntN(2000)) * time.Second), Answers: map[string]form.Answer{}, Repeats: map[string]form.Instances{}}
	g.items(f, f.Items, "", r)
	return r
}

func (g guesser) items(f *form.Form, items []form.Item, prefix string, r *form.Response) {
	for _, it := range items {
		path := prefix + it.Name()
		switch {
		case it.Group != nil:
			g.items(f, it.Group.Items, path+"/", r)
		case it.Repeat != nil:
			n := g.IntN(4)
			if n > 0 || g.IntN(2) == 0 {
				r.Repeats[path] = form.Instances{Number: n, Done: true}
			}
			for i := range n {
				g.items(f, it.Repeat.Items, path+"["+strconv.Itoa(i+1)+"]/", r)
			}
		case it.Question.Kind == form.Note:
		default:
			switch k := g.IntN(20); {
			case !it.Question.Kind.Asked() && k > 2:
				r.Answers[path] = form.Answer{State: form.Computed, Value: g.value(f, it.Question)}
			case it.Question.Kind.Asked() && k == 3:
				r.Answers[path] = form.Answer{State: form.Skipped}
			case it.Question.Kind.Asked() && k == 4:
				r.Answers[path] = form.Answer{State: form.Declined}
			case it.Question.Kind.Asked() && k > 4:
				r.Answers[path] = form.Answer{State: form.Answered, Value: g.value(f, it.Question)}
			}
		}
	}
}

func (g guesser) value(f *form.Form, q *form.Question) string {
	switch q.Kind {
	case form.Integer, form.Range:
		return strconv.Itoa(g.IntN(130) - 3)
	case form.Decimal:
		return strconv.FormatFloat(float64(g.IntN(1e6))/100, 'f', -1, 64)
	case form.Date, form.Today:
		return time.Date(2026, 1, 1+g.IntN(400), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	case form.DateTime, form.Start, form.End:
		return time.Date(2026, 1, 1, 0, g.IntN(1e6), 7, 0, time.FixedZone("", 7*3600)).Format("2006-01-02T15:04:05.000-07:00")
	case form.Time:
		return fmt.Sprintf("%02d:%02d", g.IntN(24), g.IntN(60))
	case form.Point:
		return fmt.Sprintf("9.%d 105.%d 3 %d", g.IntN(1e4), g.IntN(1e4), g.IntN(50))
	case form.Calculate:
		return strconv.Itoa(g.IntN(200))
	case form.SelectOne:
		l := f.List(q)
		return l.Choices[g.IntN(len(l.Choices))].Name
	case form.SelectMultiple:
		var some []string
		for _, c := range f.List(q).Choices {
			if g.IntN(2) == 0 {
				some = append(some, c.Name)
			}
		}
		if len(some) == 0 {
			return f.List(q).Choices[0].Name
		}
		return strings.Join(some, " ")
	case form.Rank:
		l := f.List(q)
		var all []string
		for _, i := range g.Perm(len(l.Choices)) {
			all = append(all, l.Choices[i].Name)
		}
		return strings.Join(all, " ")
	}
	return guessedTexts[g.IntN(len(guessedTexts))]
}

// rows are that many responses to the versions, the same in each pass.
func (g guesser) rows(forms []*form.Form, n int) []*Row {
	var all []*Row
	for i := range n {
		v := g.IntN(len(forms))
		r := g.response(forms[v])
		all = append(all, &Row{
			ID: fmt.Sprintf("r%07d", i), Response: r, Version: v, Submitted: r.Ended, Language: "vi",
			Channel: "telegram", Mode: "self", Area: "Xã Kế Sách",
		})
	}
	return all
}

// datasetOf is a dataset of rows.
func datasetOf(forms []*form.Form, rows []*Row) *Dataset {
	return &Dataset{
		Name: "cham_con", Title: "Chăm con dưới 36 tháng", Forms: forms,
		Zone: time.FixedZone("", 7*3600), Made: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
		Rows: func() iter.Seq2[*Row, error] {
			return func(yield func(*Row, error) bool) {
				for _, r := range rows {
					if !yield(r, nil) {
						return
					}
				}
			}
		},
	}
}
