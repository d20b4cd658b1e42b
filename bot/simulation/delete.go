package simulation

// forgotten takes in that everything about her was deleted, and says whether
// text says so. From then on she is somebody else, who was never here.
func (p *person) forgotten(text string) bool {
	if !p.nature.leaves || p.texts.goodbye.find(text) == "" {
		return false
	}
	if p.last != farewell {
		p.mu.Lock()
		p.lives++
		p.mu.Unlock()
	}
	p.last = farewell
	clear(p.holds)
	p.speaks, p.chose, p.errand = "", nil, ""
	p.waits, p.asked = false, nil
	return true
}

// farewell stands for the word that everything is deleted in what she read
// last: it may come twice.
const farewell = "\x00"
