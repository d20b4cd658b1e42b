package backups

import (
	"slices"
	"strings"
	"time"
)

// A Retention says which backups are kept: the newest of each of the last so
// many hours, days and months in which there is one, in UTC, and none for
// longer than Longest, whatever else holds.
type Retention struct {
	Hours, Days, Months int
	Longest             time.Duration
}

// Keeps returns those of the times at which backups were made whose backups are
// kept at now.
func (r Retention) Keeps(times []time.Time, now time.Time) []time.Time {
	newest := slices.SortedFunc(slices.Values(times), func(a, b time.Time) int { return b.Compare(a) })
	kept := map[time.Time]bool{}
	for _, rule := range []struct {
		period string // as time.Format writes what is the same in all of it
		n      int
	}{
		{"2006010215", r.Hours},
		{"20060102", r.Days},
		{"200601", r.Months},
	} {
		seen := map[string]bool{}
		for _, t := range newest {
			period := t.UTC().Format(rule.period)
			if now.Sub(t) >= r.Longest || seen[period] || len(seen) >= rule.n {
				continue
			}
			seen[period], kept[t] = true, true
		}
	}
	return slices.DeleteFunc(newest, func(t time.Time) bool { return !kept[t] })
}

// Names of backups sort by the time at which they were begun, in UTC to the
// second.
const (
	namePrefix = "chihai-"
	nameTime   = "20060102T150405Z"
	plainName  = ".db"
	sealedName = ".db.age"
	partName   = ".tmp" // behind the name of one that is not whole
)

func nameOf(at time.Time, sealed bool) string {
	name := namePrefix + at.UTC().Format(nameTime)
	if sealed {
		return name + sealedName
	}
	return name + plainName
}

// timeOf returns when the backup of that name was begun; ok is false for names
// that are not of a whole backup.
func timeOf(name string) (at time.Time, ok bool) {
	rest, found := strings.CutPrefix(name, namePrefix)
	rest, sealed := strings.CutSuffix(rest, sealedName)
	if !sealed {
		rest, ok = strings.CutSuffix(rest, plainName)
	}
	if !found || !sealed && !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(nameTime, rest)
	return at, err == nil
}

// partOf says whether name is that of a backup that is not whole.
func partOf(name string) bool {
	return strings.HasPrefix(name, namePrefix) && strings.HasSuffix(name, partName)
}
