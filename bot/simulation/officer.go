package simulation

import "fmt"

// officers answers as a member of staff does who makes trainings with few
// seats, moves and cancels one now and then, and takes lists and codes.
func officers(p *person, q *question) string {
	if text := atWelcome(p, q); text != "" {
		return text
	}
	switch {
	case q.says(p, "training.name_ask"):
		p.made++
		return fmt.Sprintf("Lớp %s%d", p.name[:1], p.made)
	case q.says(p, "training.place_ask"):
		return places[p.random.IntN(len(places))]
	case q.says(p, "training.seats_ask"):
		return fmt.Sprint(1 + p.random.IntN(4))
	case q.says(p, "area.name_staff"):
		return "Kế Sách"
	}
	for _, id := range []string{"training.publish", "training.save_tell", "training.save", "training.cancel_yes", "training.km_none", "training.audience_all", "training.listed_all", "menu.staff"} {
		if q.has(p, id) {
			return p.words.T(id)
		}
	}
	switch n := p.random.IntN(100); {
	case q.has(p, "training.no_more"):
		return p.words.T([]string{"training.field_day", "training.field_start", "training.field_place"}[n%3])
	case q.has(p, "training.cancel"):
		if n < 8 {
			return p.words.T("training.cancel")
		}
		if n < 80 {
			return p.words.T("training.edit")
		}
		if n < 90 && q.has(p, "training.file") {
			return p.words.T("training.file")
		}
		return p.words.T("training.share")
	case q.has(p, "training.qr"):
		if n < 50 {
			return p.words.T("training.see")
		}
		return p.words.T("training.qr")
	case q.has(p, "staff.new"):
		if n < 20 {
			return p.words.T("staff.new")
		}
		return p.words.T("staff.list")
	}
	if classes := classesOf(q); len(classes) > 0 {
		return classes[p.random.IntN(len(classes))]
	}
	if others := q.others(p); len(others) > 0 {
		return others[p.random.IntN(len(others))]
	}
	if q.has(p, "nav.stop") {
		return p.words.T("nav.stop")
	}
	return ""
}

// places where trainings take place.
var places = []string{"Nhà văn hóa xã", "Trường tiểu học", "Hội trường ấp Ba", "Chùa Sro Lôn"}
