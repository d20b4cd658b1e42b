package flows

import (
	"math/big"
	"regexp"
	"strings"

	"chihai/store"
)

// This file reads numbers as people type them on a phone.

// mostNumber is how many letters of an answer are looked at: a longer one is no
// number.
const mostNumber = 80

var numeralPattern = regexp.MustCompile(`\d[\d.,]*\d|\d|[^\d\s.,]+`)

// numberUnits are the words that multiply what stands before them, folded.
var numberUnits = map[string]int64{
	"k": 1e3, "nghin": 1e3, "ngan": 1e3, "tr": 1e6, "trieu": 1e6, "ty": 1e9, "ti": 1e9,
	"thousand": 1e3, "million": 1e6, "billion": 1e9, "ពាន់": 1e3, "លាន": 1e6,
}

// numberWords are the words for one digit, folded; ten has rules of its own.
var numberWords = map[string]int64{
	"khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"សូន្យ": 0, "មួយ": 1, "ពីរ": 2, "បី": 3, "បួន": 4, "ប្រាំ": 5, "ប្រាំមួយ": 6, "ប្រាំពីរ": 7, "ប្រាំបី": 8, "ប្រាំបួន": 9, "ដប់": 10,
}

// countedWords may stand behind a number: they say what was counted and change
// nothing. A unit of measure is none, because the form may mean another.
var countedWords = map[string]bool{
	"con": true, "chau": true, "nguoi": true, "dua": true, "be": true, "lan": true, "tuoi": true, "buoi": true, "នាក់": true, "ដង": true,
}

// readNumber reads a number: 3, 3,5, 1.500.000, 3 triệu, 3tr5, ba, mười hai, in
// Khmer digits too, and gives it as XForms writes it. A point or a comma before
// three digits groups thousands, where whole says that only whole numbers are
// asked for; else a comma begins a fraction.
func readNumber(text string, whole bool) (string, bool) {
	if len(text) > mostNumber {
		return "", false
	}
	s := strings.TrimSpace(foldDigits(strings.ToLower(text)))
	minus := false
	for _, sign := range []string{"-", "−", "–", "âm ", "am ", "trừ "} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			s, minus = strings.TrimSpace(rest), true
			break
		}
	}
	s = strings.TrimSuffix(strings.TrimPrefix(strings.TrimRight(s, " .,!"), "+"), "%")
	if strings.ContainsAny(s, "/*^=<>?:;()") || strings.Contains(s, "-") {
		return "", false
	}
	x := sumNumber(numeralPattern.FindAllString(groupSpaces(s), -1), whole)
	if x == nil {
		return "", false
	}
	if minus {
		x.Neg(x)
	}
	if x.IsInt() {
		return x.Num().String(), true
	}
	return strings.TrimRight(x.FloatString(15), "0"), true
}

var spacedPattern = regexp.MustCompile(`^\d{1,3}(?: \d{3})+\b`)

// groupSpaces takes the spaces out of 1 500 000.
func groupSpaces(s string) string {
	if head := spacedPattern.FindString(s); head != "" {
		return strings.ReplaceAll(head, " ", "") + s[len(head):]
	}
	return s
}

// sumNumber adds up numerals and words; nil: they are no number.
func sumNumber(words []string, whole bool) *big.Rat {
	total, part := new(big.Rat), new(big.Rat) // what is before the latest unit, and what stands since
	unit := int64(0)                          // the latest unit
	said, open := false, false                // something was said; part may not get another digit
	for i, w := range words {
		folded := store.Fold(w)
		if folded == "" {
			folded = w
		}
		if w[0] >= '0' && w[0] <= '9' {
			x := numeral(w, whole && i == len(words)-1)
			switch {
			case x == nil || open || said && unit == 0:
				return nil
			case unit > 0 && i == len(words)-1 && len(w) == 1: // 3tr5
				part.Mul(x, big.NewRat(unit, 10))
			case unit > 0 && i == len(words)-1 && len(w) == 3 && unit > 1e3: // 3tr500
				part.Mul(x, big.NewRat(unit, 1e3))
			default:
				part.Set(x)
			}
			said, open = true, true
			continue
		}
		digit, isDigit := numberWords[folded]
		by, isUnit := numberUnits[folded]
		switch {
		case isDigit:
			if open {
				return nil
			}
			part.Add(part, big.NewRat(digit, 1))
			said, open = true, true
		case folded == "muoi" || folded == "chuc":
			if part.Sign() == 0 {
				part.SetInt64(1)
			}
			hundreds := new(big.Rat).SetInt(new(big.Int).Quo(part.Num(), big.NewInt(100)))
			hundreds.Mul(hundreds, big.NewRat(100, 1))
			rest := new(big.Rat).Sub(part, hundreds)
			if rest.Sign() == 0 {
				rest.SetInt64(1)
			}
			part.Add(hundreds, rest.Mul(rest, big.NewRat(10, 1)))
			said, open = true, false
		case folded == "tram":
			if !said {
				return nil
			}
			part.Mul(part, big.NewRat(100, 1))
			open = false
		case folded == "linh" || folded == "le":
			if !said {
				return nil
			}
			open = false
		case isUnit:
			if part.Sign() == 0 || unit > 0 && by >= unit {
				return nil
			}
			total.Add(total, part.Mul(part, big.NewRat(by, 1)))
			part, unit, open = new(big.Rat), by, false
		case folded == "ruoi":
			switch {
			case unit > 0 && part.Sign() == 0:
				part.SetFrac64(unit, 2)
			case unit == 0 && said:
				part.Add(part, big.NewRat(1, 2))
			default:
				return nil
			}
			open = true
		case countedWords[folded] && i == len(words)-1 && said:
		default:
			return nil
		}
	}
	if !said {
		return nil
	}
	return total.Add(total, part)
}

// numeral reads digits with points and commas; nil: they are no number.
func numeral(s string, whole bool) *big.Rat {
	point, comma := strings.Count(s, "."), strings.Count(s, ",")
	group := "" // the sign that groups thousands
	switch {
	case point > 0 && comma > 0:
		group = ","
		if strings.LastIndex(s, ",") > strings.LastIndex(s, ".") {
			group = "."
		}
	case point > 0 && grouped(s, "."):
		group = "."
	case comma > 1, comma == 1 && whole && grouped(s, ","):
		group = ","
	}
	if group != "" {
		head := s
		if group == "." {
			head, _, _ = strings.Cut(s, ",")
		} else {
			head, _, _ = strings.Cut(s, ".")
		}
		if !grouped(head, group) {
			return nil
		}
		s = strings.ReplaceAll(s, group, "")
	}
	s = strings.Replace(s, ",", ".", 1)
	if strings.Count(s, ".") > 1 || strings.Contains(s, ",") {
		return nil
	}
	x, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return x
}

// grouped says whether sign stands before each three digits of s but the first
// ones, which begin with no zero.
func grouped(s, sign string) bool {
	parts := strings.Split(s, sign)
	if len(parts[0]) == 0 || len(parts[0]) > 3 || parts[0][0] == '0' {
		return false
	}
	for _, p := range parts[1:] {
		if len(p) != 3 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}

// readNumbers reads the numbers of choices, each from 1 to most and none twice:
// 1 3 5, 1,3,5, 1-3-5.
func readNumbers(text string, most int) ([]int, bool) {
	fields := strings.FieldsFunc(foldDigits(text), func(r rune) bool { return strings.ContainsRune(" ,;.-+&/\n", r) })
	if len(fields) == 0 || len(fields) > most {
		return nil, false
	}
	seen := map[int]bool{}
	var numbers []int
	for _, f := range fields {
		n := 0
		for _, r := range f {
			if r < '0' || r > '9' || n > most {
				return nil, false
			}
			n = 10*n + int(r-'0')
		}
		if n < 1 || n > most || seen[n] {
			return nil, false
		}
		seen[n] = true
		numbers = append(numbers, n)
	}
	return numbers, true
}
