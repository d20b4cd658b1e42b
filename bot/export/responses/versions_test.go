package responses

import (
	"strings"
	"testing"

	"chihai/flows/form"
)

// versionsOf is the CSV of a response to each version of a form.
func versionsOf(t *testing.T, forms []*form.Form, answers ...map[string]form.Answer) string {
	t.Helper()
	var rows []*Row
	for i, a := range answers {
		rows = append(rows, &Row{ID: "r", Version: i, Response: &form.Response{Answers: a}})
	}
	d := datasetOf(forms, rows)
	o := Options{Format: CSV}
	got, _, _ := strings.Cut(columnsOf(csvTables(t, written(t, d, o), d, o)["cham_con"]), "_uuid")
	return got
}

// TestNewChoice: a choice that a version did not have is blank in its responses, not 0.
func TestNewChoice(t *testing.T) {
	survey := "select_multiple ds | dv | Dịch vụ | សេវា\nselect_one ds | mot | Một | មួយ"
	forms := []*form.Form{
		formOf(t, "1", survey, "ds | cu | Cũ | ចាស់\nds | giu | Giữ | រក្សា"),
		formOf(t, "2", survey, "ds | giu | Giữ lại | រក្សា\nds | moi | Mới | ថ្មី"),
		formOf(t, "3", survey, "ds | giu | Giữ lại | រក្សា\nds | moi | Mới | ថ្មី"),
	}
	got := versionsOf(t, forms,
		map[string]form.Answer{"dv": {State: form.Answered, Value: "cu"}, "mot": {State: form.Answered, Value: "cu"}},
		map[string]form.Answer{"dv": {State: form.Answered, Value: "moi"}},
		map[string]form.Answer{"dv": {State: form.Declined}})
	want := "dv: cu | moi | -98 |\ndv/cu: 1 |  |  |\ndv/giu: 0 | 0 | -98 |\ndv/moi:  | 1 | -98 |\nmot: cu |  |  |\n"
	if got != want {
		t.Errorf("the columns are\n%s\nwant\n%s", got, want)
	}
}

// TestMoved: a question that went into a group is the same one; two of one name are told apart by their
// groups; one that became of another kind is text.
func TestMoved(t *testing.T) {
	forms := []*form.Form{
		formOf(t, "1", "integer | tuoi | Tuổi | អាយុ\ntext | so | Số | លេខ\nselect_multiple ds | ds | Ds | ds", "ds | a | A | A"),
		formOf(t, "2", `begin group | g | G | G
			integer | tuoi | Tuổi | អាយុ
			end group
			integer | so | Số | លេខ
			select_one ds | ds | Ds | ds
			begin group | h | H | H
			text | ten | Tên | ឈ្មោះ
			end group
			begin group | k | K | K
			text | ten | Tên | ឈ្មោះ
			end group`, "ds | a | A | A"),
	}
	got := versionsOf(t, forms,
		map[string]form.Answer{"tuoi": {State: form.Answered, Value: "30"}, "so": {State: form.Answered, Value: "=x"}, "ds": {State: form.Answered, Value: "a"}},
		map[string]form.Answer{
			"g/tuoi": {State: form.Answered, Value: "31"}, "so": {State: form.Answered, Value: "-5"}, "ds": {State: form.Answered, Value: "a"},
			"h/ten": {State: form.Answered, Value: "Lan"}, "k/ten": {State: form.Answered, Value: "Mai"},
		})
	want := "g/tuoi: 30 | 31 |\nso: '=x | '-5 |\nds: a | a |\nh/ten:  | Lan |\nk/ten:  | Mai |\n"
	if got != want {
		t.Errorf("the columns are\n%s\nwant\n%s", got, want)
	}
}
