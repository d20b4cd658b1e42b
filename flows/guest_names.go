package flows

import (
	"regexp"
	"strings"

	"chihai/store"

	"golang.org/x/text/unicode/norm"
)

// mostNames is how many guests can be typed in one message.
const mostNames = 50

// A namedGuest is a guest as staff write her: "Bà Thạch Thị Đào, Chi hội trưởng ấp 3".
type namedGuest struct {
	Name    string `json:"name"`
	Title   string `json:"title,omitzero"`
	Address string `json:"address,omitzero"` // form of address, as in [store.Member]; empty: none was written
}

// A namesFault says why a text is no list of guests.
type namesFault int

const (
	namesFine namesFault = iota
	namesNone            // nothing is written in it
	namesMany            // more than mostNames
	namesBad             // a line is no name
)

// courtesies are the words that may stand before a name, with the form of address
// that each stands for: none for one that says nothing of it.
var courtesies = []struct{ word, address string }{
	{"ông/bà", ""}, {"ông", "ong"}, {"bà", "ba"}, {"cô", "co"}, {"chị", "chi"}, {"anh", "anh"}, {"thầy", "thay"}, {"bác", "bac"},
	{"đồng chí", ""}, {"đ/c", ""},
}

// readGuests reads guests, one in a line: a name, and after a comma or a dash her
// title. Empty lines and numbers or bullets before a name do not count; who
// stands there twice is one guest. Of what is no list it returns the number of
// the line that is to blame, from 1, or how many lines there are.
func readGuests(text string) (guests []namedGuest, n int, fault namesFault) {
	var lines []string
	var numbers []int
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(beforeName.ReplaceAllString(line, "")); line != "" {
			lines, numbers = append(lines, line), append(numbers, i+1)
		}
	}
	switch {
	case len(lines) == 0:
		return nil, 0, namesNone
	case len(lines) > mostNames:
		return nil, len(lines), namesMany
	}
	seen := map[string]bool{}
	for i, line := range lines {
		g, ok := readGuest(line)
		if !ok {
			return nil, numbers[i], namesBad
		}
		if key := guestKey(g.Name, g.Title); !seen[key] {
			seen[key] = true
			guests = append(guests, g)
		}
	}
	return guests, len(guests), namesFine
}

// beforeName is what may stand before a name in a list: numbers and bullets. A
// telephone number is none of them.
var beforeName = regexp.MustCompile(`^(?:\s*\d{1,3}\s*[.)]|\s*\d{1,3}\s+|\s*[-–—*•+])*\s*`)

func readGuest(line string) (namedGuest, bool) {
	name, title := line, ""
	for _, sep := range []string{",", ";", " - ", " – ", " — ", ":", "\t"} {
		if head, tail, ok := strings.Cut(line, sep); ok && len(head) < len(name) {
			name, title = head, tail
		}
	}
	var g namedGuest
	name = strings.Join(strings.Fields(name), " ")
	for _, c := range courtesies {
		if rest, ok := cutCourtesy(name, c.word); ok {
			name, g.Address = rest, c.address
			break
		}
	}
	name, ok := readName(name)
	if !ok {
		return g, false
	}
	g.Name = name
	if strings.TrimSpace(title) == "" {
		return g, true
	}
	g.Title, ok = readGuestTitle(title)
	return g, ok
}

// cutCourtesy takes word away from before a name, which has two words at least.
// Without its diacritics it counts only where the name has none either: Ong and
// Bá are family names.
func cutCourtesy(name, word string) (rest string, ok bool) {
	plain := store.Fold(name) == strings.ToLower(name)
	for _, w := range []string{word, store.Fold(word)} {
		n := len(w)
		if len(name) > n+1 && strings.EqualFold(name[:n], w) && name[n] == ' ' && strings.Contains(name[n+1:], " ") && (w == word || plain) {
			return name[n+1:], true
		}
	}
	return name, false
}

// guestKey is the same for guests who are written alike. Diacritics count: Hòa and
// Hoa are two people.
func guestKey(name, title string) string {
	return strings.ToLower(norm.NFC.String(name + "\n" + title))
}
