package xpath

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	daySeconds = 24 * 60 * 60
	day        = daySeconds * time.Second

	// farthest is how many days from 1970 a number may be to be a date: about
	// 8,000 years, so that the year keeps four digits.
	farthest = 2_900_000
)

// zone is where c's dates are meant.
func (c Clock) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// counting is the zone at whose midnights days are whole numbers.
func (c Clock) counting() *time.Location {
	if c.WebForms {
		return time.UTC
	}
	return c.zone()
}

// days is how many days t is after 1 January 1970. Calendar days are counted and
// the time of day is added, so that a change of the zone's offset in between (it
// was +08:00 in Viet Nam in 1970) moves no date.
func (c Clock) days(t time.Time) float64 {
	t = t.In(c.counting())
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	clock := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return float64(midnight.Unix()/daySeconds) + float64(clock)/float64(day)
}

// at is the moment that many days after 1 January 1970, to the millisecond. It
// reports false for what is no date.
func (c Clock) at(days float64) (time.Time, bool) {
	if math.IsNaN(days) || math.Abs(days) > farthest {
		return time.Time{}, false
	}
	whole := math.Floor(days)
	rest := time.Duration(math.Round((days-whole)*daySeconds*1000)) * time.Millisecond
	hour, minute, second := rest/time.Hour, rest%time.Hour/time.Minute, rest%time.Minute/time.Second
	return time.Date(1970, 1, 1+int(whole), int(hour), int(minute), int(second), int(rest%time.Second), c.counting()), true
}

// dateValue is t as a value.
func (c Clock) dateValue(t time.Time) Value {
	t = t.In(c.zone())
	written := t.Format("2006-01-02")
	if t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0 || t.Nanosecond() != 0 {
		written = t.Format("2006-01-02T15:04:05.000-07:00")
	}
	return Value{kind: KindDate, text: written, number: c.days(t)}
}

// today is the beginning of the day of now in c's zone.
func (c Clock) today() time.Time {
	return midnight(c.Now.In(c.zone()))
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// read reads a date, perhaps with a time, as XForms writes it:
// 2026-11-23, 2026-11-23T08:30, with seconds, fractions and an offset or not.
// Months and days may have one digit.
func (c Clock) read(s string) (time.Time, bool) {
	date, clock, timed := strings.Cut(s, "T")
	parts := strings.Split(date, "-")
	if len(parts) != 3 || len(parts[0]) != 4 {
		return time.Time{}, false
	}
	year, ok1 := readDigits(parts[0], 4)
	month, ok2 := readDigits(parts[1], 2)
	dayOf, ok3 := readDigits(parts[2], 2)
	if !ok1 || !ok2 || !ok3 {
		return time.Time{}, false
	}
	zone, since := c.zone(), time.Duration(0)
	if timed {
		offset := (*time.Location)(nil)
		if since, offset, ok1 = readTime(clock); !ok1 {
			return time.Time{}, false
		}
		if offset != nil {
			zone = offset
		}
	}
	t := time.Date(year, time.Month(month), dayOf, 0, 0, 0, 0, zone)
	if int(t.Month()) != month || t.Day() != dayOf {
		return time.Time{}, false // the 31st of September
	}
	return time.Date(year, time.Month(month), dayOf, 0, 0, 0, int(since), zone), true
}

// readTime reads 08:30, 08:30:15 or 08:30:15.250, each with an offset such as Z,
// +07, +07:00 or +0700 or, as nil, without.
func readTime(s string) (time.Duration, *time.Location, bool) {
	clock, zone := s, (*time.Location)(nil)
	if i := strings.IndexAny(s, "Z+-"); i >= 0 {
		seconds, ok := readOffset(s[i:])
		if !ok {
			return 0, nil, false
		}
		clock, zone = s[:i], time.FixedZone("", seconds)
	}
	parts := strings.Split(clock, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, nil, false
	}
	hour, ok1 := readDigits(parts[0], 2)
	minute, ok2 := readDigits(parts[1], 2)
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, nil, false
	}
	since := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	if len(parts) == 3 {
		whole, fraction, _ := strings.Cut(parts[2], ".")
		second, ok := readDigits(whole, 2)
		if !ok || second > 59 {
			return 0, nil, false
		}
		since += time.Duration(second) * time.Second
		if fraction != "" {
			millis, ok := readDigits((fraction + "00")[:3], 3)
			if _, all := readDigits(fraction, 9); !ok || !all {
				return 0, nil, false
			}
			since += time.Duration(millis) * time.Millisecond
		}
	}
	return since, zone, true
}

// readOffset reads Z, +07, +07:00 or +0700 as seconds.
func readOffset(s string) (int, bool) {
	if s == "Z" {
		return 0, true
	}
	digits := strings.Replace(s[1:], ":", "", 1)
	if len(digits) == 2 {
		digits += "00"
	}
	n, ok := readDigits(digits, 4)
	hour, minute := n/100, n%100
	if !ok || len(digits) != 4 || hour > 23 || minute > 59 {
		return 0, false
	}
	seconds := hour*3600 + minute*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// readDigits reads a number of one to most digits and nothing else.
func readDigits(s string, most int) (int, bool) {
	if s == "" || len(s) > most {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// format writes t by the marks of format-date, those of JavaRosa's
// DateUtils.format: %Y %y %m %n %b %d %e %H %h %M %S %3 %a and %%.
func (c Clock) format(t time.Time, layout string) string {
	t = t.In(c.zone())
	var b strings.Builder
	for i := 0; i < len(layout); i++ {
		if layout[i] != '%' || i+1 == len(layout) {
			b.WriteByte(layout[i])
			continue
		}
		i++
		switch layout[i] {
		case 'Y':
			fmt.Fprintf(&b, "%04d", t.Year())
		case 'y':
			fmt.Fprintf(&b, "%02d", t.Year()%100)
		case 'm':
			fmt.Fprintf(&b, "%02d", t.Month())
		case 'n':
			b.WriteString(strconv.Itoa(int(t.Month())))
		case 'b':
			b.WriteString(nameOf(c.Months, int(t.Month())-1, t.Format("Jan")))
		case 'd':
			fmt.Fprintf(&b, "%02d", t.Day())
		case 'e':
			b.WriteString(strconv.Itoa(t.Day()))
		case 'H':
			fmt.Fprintf(&b, "%02d", t.Hour())
		case 'h':
			b.WriteString(strconv.Itoa(t.Hour()))
		case 'M':
			fmt.Fprintf(&b, "%02d", t.Minute())
		case 'S':
			fmt.Fprintf(&b, "%02d", t.Second())
		case '3':
			fmt.Fprintf(&b, "%03d", t.Nanosecond()/int(time.Millisecond))
		case 'a':
			b.WriteString(nameOf(c.Weekdays, int(t.Weekday()), t.Format("Mon")))
		case '%':
			b.WriteByte('%')
		default:
			b.WriteString(layout[i-1 : i+1])
		}
	}
	return b.String()
}

func nameOf(names []string, i int, otherwise string) string {
	if i < len(names) {
		return names[i]
	}
	return otherwise
}
