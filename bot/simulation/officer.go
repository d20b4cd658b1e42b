package simulation

import (
	"fmt"
	"strings"
)

// officers answers as a member of staff does who makes trainings with few
// seats, cancels one now and then, and takes lists and codes.
func officers(p *person, q *question) string {
	if text := atWelcome(p, q); text != "" {
		return text
	}
	for id, text := range map[string]string{
		"training.name_ask":  fmt.Sprintf("Lớp %s%d", p.name[:1], p.inputs),
		"training.place_ask": "Nhà văn hóa xã",
		"training.seats_ask": fmt.Sprint(1 + p.random.IntN(4)),
		"area.name_staff":    "Kế Sách",
	} {
		if q.says(p, id) {
			return text
		}
	}
	for _, id := range []string{"training.publish", "training.cancel_yes", "training.km_none", "training.audience_all", "training.listed_all", "menu.staff"} {
		if q.has(p, id) {
			return p.words.T(id)
		}
	}
	switch n := p.random.IntN(100); {
	case q.has(p, "training.cancel"):
		if n < 15 {
			return p.words.T("training.cancel")
		}
		if n < 70 {
			return p.words.T("training.file")
		}
		return p.words.T("training.share")
	case q.has(p, "training.qr"):
		return p.words.T("training.qr")
	case q.has(p, "staff.new"):
		if n < 60 {
			return p.words.T("staff.new")
		}
		return p.words.T("staff.list")
	}
	if classes := classesOf(q); len(classes) > 0 {
		return classes[p.random.IntN(len(classes))]
	}
	if strings.Contains(q.text, p.words.T("training.day_ask")) || len(q.others(p)) > 0 {
		others := q.others(p)
		return others[p.random.IntN(len(others))]
	}
	if q.has(p, "nav.stop") {
		return p.words.T("nav.stop")
	}
	return ""
}
