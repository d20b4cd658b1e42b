package simulation

// neighbours are those who have no phone.
var neighbours = []string{"Trần Thị Bảy", "Trần Thị Tám", "Trần Thị Chín", "Trần Thị Mười"}

// atNeighbour has her register a woman to whom she passes messages on.
func atNeighbour(p *person, q *question) string {
	if !p.nature.relays {
		return ""
	}
	switch {
	case q.has(p, "register.other") && p.random.IntN(3) == 0:
		return p.words.T("register.other")
	case q.has(p, "register.someone_new") && p.random.IntN(3) > 0:
		others := q.others(p)
		return others[p.random.IntN(len(others))]
	case q.has(p, "register.someone_new"):
		return p.words.T("register.someone_new")
	case q.has(p, "profile.agreed"):
		return p.words.T("profile.agreed")
	case q.says(p, "profile.name_other"):
		return neighbours[p.random.IntN(len(neighbours))]
	case q.says(p, "area.name_other"):
		return "Xã Kế Sách"
	case q.has(p, "profile.no_phone"):
		return p.words.T("profile.no_phone")
	}
	return ""
}
