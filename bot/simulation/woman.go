package simulation

import (
	"slices"
	"strings"

	"chihai/locales"
)

// mostSeats is how many seats a woman keeps before she gives one up.
const mostSeats = 4

// women answers as a woman does who wants seats, changes her mind, and now and
// then does something else.
func women(p *person, q *question) string {
	if n := p.random.IntN(100); !q.has(p, "menu.settings") {
		switch {
		case n < 3 && q.has(p, "nav.back"):
			return p.words.T("nav.back")
		case n < 5:
			return "/menu"
		case n < 6:
			return "xin chào cô 😀"
		}
	}
	for _, habit := range []func(*person, *question) string{atWelcome, atErrand, atMenu, atNeighbour, atWaiting, atSeat, atProfile} {
		if text := habit(p, q); text != "" {
			return text
		}
	}
	if classes := classesOf(q); len(classes) > 0 {
		if q.has(p, "register.more") && p.random.IntN(3) == 0 {
			return p.words.T("register.more")
		}
		scarce := slices.DeleteFunc(slices.Clone(classes), func(l string) bool { return !strings.Contains(l, "Lớp ") })
		if len(scarce) > 0 && p.random.IntN(3) > 0 { // those of the officers, where few seats are
			classes = scarce
		}
		return classes[p.random.IntN(len(classes))]
	}
	if q.has(p, "nav.stop") {
		return p.words.T("nav.stop")
	}
	return ""
}

// classesOf are the labels that name a training: they begin with its day.
func classesOf(q *question) (classes []string) {
	for _, l := range q.labels {
		if strings.Contains(l, " · ") {
			classes = append(classes, l)
		}
	}
	return classes
}

// atWelcome chooses a language, at the beginning or later.
func atWelcome(p *person, q *question) string {
	if !q.has(p, "language.km") {
		return ""
	}
	code := locales.Languages[max(0, p.random.IntN(6)-3)]
	p.chose = append(p.chose, code)
	p.chose = p.chose[max(0, len(p.chose)-3):]
	return p.words.T("language." + code)
}

// atMenu begins something.
func atMenu(p *person, q *question) string {
	if !q.has(p, "menu.settings") {
		return ""
	}
	switch n := p.random.IntN(100); {
	case n < 4:
		return "/ngonngu"
	case n < 7:
		return p.words.T("menu.help")
	case n < 10:
		return "cảm ơn"
	case n < 22 && p.nature.leaves:
		p.errand = "settings.delete"
		return p.words.T("menu.settings")
	case n < 22 && p.nature.shares:
		p.errand = "settings.people"
		return p.words.T("menu.settings")
	case q.has(p, "menu.mine") && (len(p.holds) >= mostSeats || n < 20):
		return p.words.T("menu.mine")
	}
	return p.words.T("menu.register")
}

// atSeat takes a seat or gives one up.
func atSeat(p *person, q *question) string {
	for _, id := range []string{"mine.yes", "mine.cancel", "register.yes"} {
		if q.has(p, id) {
			if id == "register.yes" && q.has(p, "register.change_children") && p.random.IntN(10) == 0 {
				return p.words.T("register.change_children")
			}
			return p.words.T(id)
		}
	}
	switch {
	case q.has(p, "register.me"):
		return p.words.T("register.me")
	case q.has(p, "register.no_child"):
		return p.words.T([]string{"register.child1", "register.child2", "register.no_child"}[p.random.IntN(3)])
	case q.has(p, "resume.yes"):
		return p.words.T("resume.yes")
	}
	return ""
}

// atProfile says who she is.
func atProfile(p *person, q *question) string {
	switch {
	case q.has(p, "answer.agree"):
		return p.words.T("answer.agree")
	case q.says(p, "profile.name") && p.nature.shares && p.random.IntN(2) == 0:
		return "Lê Thị Hạnh"
	case q.says(p, "profile.name"):
		return p.fullName()
	case q.says(p, "area.name"):
		return "Xã Kế Sách"
	case q.says(p, "profile.phone"):
		return p.telephone()
	}
	return ""
}

// atWaiting waits for a seat where none is free, mostly, and takes one that is
// offered, mostly.
func atWaiting(p *person, q *question) string {
	n := p.random.IntN(100)
	for _, id := range []string{"register.wait", "offer.yes"} {
		if q.has(p, id) && n < 75 {
			return p.words.T(id)
		}
	}
	if q.has(p, "offer.no") {
		return p.words.T("offer.no")
	}
	return ""
}
