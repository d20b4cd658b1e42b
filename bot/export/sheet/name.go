package sheet

import (
	"strconv"
	"strings"
)

// Unique makes a name one that Excel takes for a sheet, and unlike those taken, and notes it there in
// small letters. What Excel does not take becomes a hyphen; an empty name becomes "Sheet".
func Unique(name string, taken map[string]bool) string {
	name = strings.TrimSpace(strings.Map(func(c rune) rune {
		if strings.ContainsRune(`[]:*?/\`, c) || c < ' ' {
			return '-'
		}
		return c
	}, strings.ToValidUTF8(name, "-")))
	name = strings.Trim(clip(name, MaxName), "' ")
	if name == "" || strings.EqualFold(name, "history") { // Excel keeps that one for itself
		name = "Sheet"
	}
	unique := name
	for i := 2; taken[strings.ToLower(unique)]; i++ {
		end := " (" + strconv.Itoa(i) + ")"
		unique = strings.TrimRight(clip(name, MaxName-len(end)), "' ") + end
	}
	taken[strings.ToLower(unique)] = true
	return unique
}
