package responses

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// mostShort is how long a name in SPSS and Stata may be: Stata's bound, the smaller one.
const mostShort = 32

// reservedNames are words of SPSS's and Stata's own languages.
var reservedNames = map[string]bool{
	"all": true, "and": true, "by": true, "eq": true, "ge": true, "gt": true, "le": true, "lt": true, "ne": true, "not": true, "or": true, "to": true, "with": true,
	"byte": true, "double": true, "float": true, "if": true, "in": true, "int": true, "long": true, "using": true, "strl": true,
}

// shortName makes a name that SPSS and Stata take, and unlike those in taken: group_question, or the
// question alone where that would be too long.
func shortName(c *column, taken map[string]bool) string {
	name := nameOf(c.name)
	if len(name) > mostShort && c.field != nil {
		own := c.field.name
		if i := strings.LastIndexByte(own, '/'); i >= 0 {
			name = nameOf(strings.TrimPrefix(c.name, own[:i+1]))
		}
	}
	name = strings.TrimRight(name[:min(len(name), mostShort)], "_")
	if lower := strings.ToLower(name); reservedNames[lower] || strings.HasPrefix(lower, "str") && strings.Trim(lower[3:], "0123456789") == "" {
		name += "_1"
	}
	unique := name
	for i := 2; taken[strings.ToLower(unique)]; i++ {
		end := "_" + strconv.Itoa(i)
		unique = name[:min(len(name), mostShort-len(end))] + end
	}
	taken[strings.ToLower(unique)] = true
	return unique
}

// nameOf is a name of ASCII letters, digits and low lines that begins with a letter. Letters keep their
// base: "tuổi" is tuoi.
func nameOf(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case r == 'đ', r == 'Đ':
			b.WriteByte('d')
		case unicode.Is(unicode.Mn, r) && b.Len() > 0:
		default:
			if n := b.Len(); n > 0 && b.String()[n-1] != '_' {
				b.WriteByte('_')
			}
		}
	}
	name := strings.TrimRight(b.String(), "_")
	if name == "" || name[0] <= '9' {
		name = "v" + name
	}
	return name
}
