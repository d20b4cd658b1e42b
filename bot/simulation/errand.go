package simulation

import "slices"

// atErrand has her do what she went to the settings for: she has everything
// deleted, or hands the phone to the other woman who uses it, whom she adds when
// there is none.
func atErrand(p *person, q *question) string {
	switch {
	case p.errand != "" && q.has(p, p.errand):
		errand := p.errand
		p.errand = ""
		return p.words.T(errand)
	case q.has(p, "delete.yes"):
		if p.random.IntN(5) == 0 {
			return p.words.T("delete.no")
		}
		return p.words.T("delete.yes")
	case q.has(p, "people.add_yes"):
		return p.words.T("people.add_yes")
	case !q.has(p, "people.add"):
		return ""
	}
	others := slices.DeleteFunc(q.others(p), func(l string) bool {
		return l == p.words.T("people.add") || l == p.words.T("people.remove")
	})
	if len(others) == 0 {
		return p.words.T("people.add")
	}
	return others[p.random.IntN(len(others))]
}
