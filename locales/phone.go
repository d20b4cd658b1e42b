package locales

import "strings"

// Phone writes a number (E.164, with the plus sign) as people in Viet Nam read
// it out: 0912 345 678. A number of another country stays as it is.
func Phone(e164 string) string {
	d, ok := strings.CutPrefix(e164, "+84")
	if !ok {
		return e164
	}
	d = "0" + d
	if len(d) == 10 {
		return d[:4] + " " + d[4:7] + " " + d[7:]
	}
	return d
}
