package xpath

import (
	"strings"
	"testing"
)

// documented are the functions that docs.getodk.org/form-operators-functions
// describes.
const documented = `if position once selected selected-at count-selected jr:choice-name indexed-repeat count count-non-empty sum max min
	regex contains starts-with ends-with substr substring-before substring-after translate string-length normalize-space concat join
	boolean-from-string string digest base64-decode extract-signed round int number pow log log10 abs sin cos tan asin acos atan atan2
	sqrt exp exp10 pi today now decimal-date-time date decimal-time format-date format-date-time area distance geofence intersects
	random randomize uuid boolean not coalesce checklist weighted-checklist true false`

func TestFunctions(t *testing.T) {
	for name := range strings.FieldsSeq(documented) {
		if lookup(name) == nil {
			t.Errorf("%s() is documented and unknown", name)
		}
	}
	seen := map[string]bool{}
	for i := range functions {
		f := &functions[i]
		if seen[f.name] {
			t.Errorf("%s() is there twice", f.name)
		}
		seen[f.name] = true
		ways := 0
		for _, has := range []bool{f.apply != nil, f.lazy != nil, f.elsewhere != ""} {
			if has {
				ways++
			}
		}
		if ways != 1 || f.least > f.most || f.result == KindAny && f.name != "if" && f.name != "coalesce" {
			t.Errorf("%s(): %d ways to compute it, %d to %d arguments, result %v", f.name, ways, f.least, f.most, f.result)
		}
	}
}

// TestFunctionsTakeAnything calls every function with every number of arguments
// that it takes, of every kind: a mistake is allowed, a panic is not.
func TestFunctionsTakeAnything(t *testing.T) {
	kinds := []string{"''", "'a b'", "-1", "0 div 0", "1 div 0", "true()", "today()", "${person_age}", "${job}", "instance('communes')/root/item", "."}
	for i := range functions {
		f := &functions[i]
		for given := f.least; given <= min(f.most, f.least+2); given++ {
			if !f.fits(given) {
				continue
			}
			for _, first := range kinds {
				for _, rest := range kinds {
					args := []string{first}[:min(given, 1)]
					for len(args) < given {
						args = append(args, rest)
					}
					source := f.name + "(" + strings.Join(args, ", ") + ")"
					e, err := Parse(source)
					if err != nil {
						t.Fatalf("%s: %v", source, err)
					}
					v, err := e.Eval(household(t))
					if err == nil && f.result != KindAny && v.Kind() != f.result && !blank(v) && !strings.HasPrefix(f.name, "indexed") {
						t.Errorf("%s is %v, want %v", source, v.Kind(), f.result)
					}
				}
			}
		}
	}
}
