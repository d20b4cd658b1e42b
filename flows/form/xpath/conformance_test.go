package xpath

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A conformanceCase is one line of xpath_cases.json: an expression with the
// value that a test of JavaRosa or of ODK Web Forms expects of it.
type conformanceCase struct {
	Source   string `json:"src"`
	Test     string `json:"test"`
	Expr     string `json:"expr"`
	Context  bool   `json:"context"` // needs an XML document
	Kind     string `json:"kind"`
	Expected any    `json:"expected"`
}

// TestConformance evaluates every case that needs no document and whose
// functions are in scope, and expects the value that its project expects.
func TestConformance(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(xlsforms(t), "xpath_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformanceCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	left := map[string]int{}
	evaluated, equal := 0, 0
	for _, c := range cases {
		if c.Context {
			left["needs an XML document, as it says itself"]++
			continue
		}
		if why := outOfScope(c); why != "" {
			left[why]++
			continue
		}
		evaluated++
		if got, ok := c.evaluate(); ok {
			equal++
		} else {
			t.Errorf("%s %s: %s = %s, want %v as %s", c.Source, c.Test, c.Expr, got, c.Expected, c.Kind)
		}
	}
	t.Logf("%d cases, %d evaluated, %d equal", len(cases), evaluated, equal)
	for why, n := range left {
		t.Logf("%4d left out: %s", n, why)
	}
	if evaluated < 480 {
		t.Errorf("only %d cases were evaluated: too many are left out", evaluated)
	}
}

// outOfScope says why a case is not for us. It looks at the case, never at what
// comes of it.
func outOfScope(c conformanceCase) string {
	switch {
	case c.Test == "xforms/geo.test.ts" || c.Test == "geo_functions":
		return "area, distance, geofence, intersects: " + mapless // some rows are arguments of geofence, no expressions
	case c.Source == "web-forms" && elements(c.Expr):
		return "looks at the elements of a page, though it does not say so"
	}
	for _, call := range regexp.MustCompile(`[a-z][a-z:0-9-]*\s*\(`).FindAllString(c.Expr, -1) {
		name := strings.TrimRight(call, " (")
		if f := lookup(name); f != nil && f.elsewhere != "" {
			return name + ": " + f.elsewhere
		}
	}
	return ""
}

// elements reports whether an expression names elements: outside of texts there
// are wildcards, axes or attributes, or names that are neither functions nor
// operators.
func elements(expr string) bool {
	expr = regexp.MustCompile(`"[^"]*"|'[^']*'`).ReplaceAllString(expr, "0")
	if regexp.MustCompile(`//|::|@|(^|[(\[/,])\s*\*`).MatchString(expr) {
		return true
	}
	for _, at := range regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.:-]*`).FindAllStringIndex(expr, -1) {
		name, rest := expr[at[0]:at[1]], strings.TrimSpace(expr[at[1]:])
		if !strings.HasPrefix(rest, "(") && !regexp.MustCompile(`^(and|or|div|mod)[0-9.-]*$`).MatchString(name) {
			return true
		}
	}
	return false
}

// evaluate says what came of a case and whether that is expected.
func (c conformanceCase) evaluate() (string, bool) {
	e, err := Parse(c.Expr)
	if err != nil {
		return err.Error(), c.Kind == "error"
	}
	v, err := e.Eval(c.env())
	if err != nil {
		return err.Error(), c.Kind == "error"
	}
	switch c.Kind {
	case "boolean":
		return v.String(), v.Boolean() == c.Expected.(bool)
	case "string":
		return fmt.Sprintf("%q", v), v.String() == c.Expected.(string)
	case "number":
		if strings.HasPrefix(c.Expr, "uuid(") {
			return v.String(), float64(len(v.String())) == c.Expected.(float64) // its test counts the characters
		}
		f := v.Number(c.env().Clock())
		return fmt.Sprint(f), c.near(f)
	case "raw":
		return v.String(), c.means(v)
	}
	return fmt.Sprintf("%q", v), false
}

// near compares numbers as JavaRosa's test does. Those that come of a date the
// tests of Web Forms round to the places that they print: 1.29 is a day and seven
// hours.
func (c conformanceCase) near(f float64) bool {
	switch want := c.Expected.(type) {
	case string:
		switch want {
		case "NaN":
			return math.IsNaN(f)
		case "Infinity":
			return math.IsInf(f, 1)
		case "NEGATIVE_INFINITY", "-Infinity":
			return math.IsInf(f, -1)
		}
	case float64:
		tolerance := max(1e-12, math.Abs(want)*1e-15)
		_, places, _ := strings.Cut(strconv.FormatFloat(want, 'f', -1, 64), ".")
		if regexp.MustCompile(`\d{4}-\d{2}-\d{2}`).MatchString(c.Expr) && len(places) > 1 && len(places) < 7 {
			tolerance = 0.5 * math.Pow(10, -float64(len(places)))
		}
		return math.Abs(f-want) <= tolerance
	}
	return false
}

// means reads the few expectations that are written in Java.
func (c conformanceCase) means(v Value) bool {
	want := c.Expected.(string)
	if parts := regexp.MustCompile(`^DateUtils\.getDate\((\d+), (\d+), (\d+)\)$`).FindStringSubmatch(want); parts != nil {
		year, _ := strconv.Atoi(parts[1])
		month, _ := strconv.Atoi(parts[2])
		day, _ := strconv.Atoi(parts[3])
		return v.Kind() == KindDate && v.String() == fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	}
	switch want {
	case "Math.PI":
		return v.Kind() == KindNumber && v.Number(Clock{}) == math.Pi
	case "-NaN":
		return v.Kind() == KindNumber && math.IsNaN(v.Number(Clock{}))
	}
	return false
}

// env is the place and time of the tests: JavaRosa's hold in UTC, those of Web
// Forms are meant for America/Phoenix.
func (c conformanceCase) env() *answers {
	env := &answers{clock: Clock{Now: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC), Zone: time.UTC}}
	if c.Source == "web-forms" {
		env.clock.Zone, env.clock.WebForms = time.FixedZone("America/Phoenix", -7*3600), true
	}
	return env
}

// xlsforms is the folder of forms and cases that others wrote: CHIHAI_XLSFORMS,
// which must be there if it is set, or the one beside the module.
func xlsforms(t testing.TB) string {
	t.Helper()
	folder, set := os.LookupEnv("CHIHAI_XLSFORMS")
	if !set || folder == "" {
		root, err := filepath.Abs("../../..")
		if err != nil {
			t.Fatal(err)
		}
		folder = filepath.Join(root, "..", "shared", "xlsforms")
	}
	if _, err := os.Stat(filepath.Join(folder, "xpath_cases.json")); err != nil {
		if set && folder != "" {
			t.Fatalf("no forms and cases in %s, though CHIHAI_XLSFORMS names it", folder)
		}
		t.Skipf("SKIPPED: no forms and cases to measure with in %s (CHIHAI_XLSFORMS names another folder)", folder)
	}
	return folder
}
