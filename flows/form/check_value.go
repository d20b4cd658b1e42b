package form

import (
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// check is a value as it is kept, or a *Refusal if it is none for such a question.
func (w *Walk) check(in *instance, r *rule, value string) (string, error) {
	value = strings.TrimSpace(value)
	switch {
	case value == "":
		return "", &Refusal{Code: RefusedEmpty}
	case len(value) > MaxText:
		return "", &Refusal{Code: RefusedLong}
	case !utf8.ValidString(value):
		return "", &Refusal{Code: RefusedKind}
	}
	q := r.item.Question
	switch q.Kind {
	case Integer, Decimal, Range:
		return checkNumber(q, value)
	case Date:
		return checkTime(value, time.DateOnly)
	case Time:
		return checkTime(value, "15:04", "15:04:05", "15:04:05.000", "15:04:05.000-07:00")
	case DateTime:
		return checkTime(value, "2006-01-02T15:04:05.000-07:00", "2006-01-02T15:04:05-07:00", "2006-01-02T15:04:05Z", "2006-01-02T15:04:05", "2006-01-02T15:04")
	case Acknowledge:
		if value != "OK" {
			return "", &Refusal{Code: RefusedKind}
		}
	case Point:
		return checkPoint(value)
	case SelectOne, SelectExternal:
		if !w.offers(in, r, value) {
			return "", &Refusal{Code: RefusedChoice}
		}
	case SelectMultiple, Rank:
		return w.checkChoices(in, r, value)
	}
	return value, nil
}

// checkNumber wants a number with a point or a comma, of at most 15 digits: more than a spreadsheet
// keeps. A range has its bounds and its steps.
func checkNumber(q *Question, value string) (string, error) {
	x := number(strings.Replace(value, ",", ".", 1))
	if x == nil || strings.ContainsAny(value, "eE") || digits(value) > 15 {
		return "", &Refusal{Code: RefusedKind}
	}
	if q.Kind == Integer && !x.IsInt() {
		return "", &Refusal{Code: RefusedKind}
	}
	if q.Kind == Range {
		least, most, step := rangeBounds(q)
		if x.Cmp(least) < 0 && x.Cmp(most) < 0 || x.Cmp(least) > 0 && x.Cmp(most) > 0 {
			return "", &Refusal{Code: RefusedRange, Least: plainNumber(least), Most: plainNumber(most)}
		}
		if step.Sign() != 0 && !new(big.Rat).Quo(new(big.Rat).Sub(x, least), step).IsInt() {
			return "", &Refusal{Code: RefusedStride}
		}
	}
	return plainNumber(x), nil
}

// rangeBounds are those of a range, with the defaults of XLSForm: 1 to 10 by 1.
func rangeBounds(q *Question) (least, most, step *big.Rat) {
	of := func(key string, otherwise int64) *big.Rat {
		if x := number(q.Parameters[key]); x != nil {
			return x
		}
		return big.NewRat(otherwise, 1)
	}
	return of("start", 1), of("end", 10), of("step", 1)
}

// plainNumber writes a number exactly, without an exponent and without idle zeros.
func plainNumber(x *big.Rat) string {
	if x.IsInt() {
		return x.Num().String()
	}
	s := x.FloatString(40)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func digits(s string) int {
	n := 0
	for _, c := range s {
		if '0' <= c && c <= '9' {
			n++
		}
	}
	return n
}

// checkTime wants one of the layouts, and keeps the value as written. Years are those of four digits.
func checkTime(value string, layouts ...string) (string, error) {
	for _, l := range layouts {
		if t, err := time.Parse(l, value); err == nil && t.Year() >= 0 && len(value) <= len("2006-01-02T15:04:05.000-07:00") {
			return value, nil
		}
	}
	return "", &Refusal{Code: RefusedKind}
}

// checkPoint wants two to four numbers: latitude, longitude, altitude, accuracy.
func checkPoint(value string) (string, error) {
	parts := strings.Fields(value)
	if len(parts) < 2 || len(parts) > 4 {
		return "", &Refusal{Code: RefusedKind}
	}
	for i, p := range parts {
		x := number(p)
		if x == nil || digits(p) > 30 {
			return "", &Refusal{Code: RefusedKind}
		}
		if most := [...]int64{90, 180, 100_000, 1_000_000}[i]; new(big.Rat).Abs(x).Cmp(big.NewRat(most, 1)) > 0 {
			return "", &Refusal{Code: RefusedKind}
		}
	}
	return strings.Join(parts, " "), nil
}

// checkChoices wants choices that are offered, none twice; of an order all of them. Several choices are
// kept in the order in which the form offers them, so that the order of taps makes no other answer.
func (w *Walk) checkChoices(in *instance, r *rule, value string) (string, error) {
	names := strings.Fields(value)
	var offered []string
	for c := range w.candidates(in, r) {
		if w.passes(in, r, c) && !slices.Contains(offered, c.name) {
			offered = append(offered, c.name)
		}
	}
	for i, n := range names {
		if !slices.Contains(offered, n) {
			return "", &Refusal{Code: RefusedChoice}
		}
		if slices.Contains(names[:i], n) {
			return "", &Refusal{Code: RefusedOrder}
		}
	}
	if r.item.Question.Kind == Rank {
		if len(names) != len(offered) {
			return "", &Refusal{Code: RefusedOrder}
		}
		return strings.Join(names, " "), nil
	}
	slices.SortFunc(names, func(a, b string) int { return slices.Index(offered, a) - slices.Index(offered, b) })
	return strings.Join(names, " "), nil
}
