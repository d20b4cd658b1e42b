package form

import (
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// parseParameters reads "start=1 end=10": pairs with spaces, commas or semicolons between them, and
// around the sign if anybody likes. Keys and most values are in small letters, as pyxform makes them.
func parseParameters(s string) (map[string]string, bool) {
	var words []string
	for f := range strings.FieldsFuncSeq(strings.ReplaceAll(s, "=", " = "), func(c rune) bool {
		return c == ' ' || c == '\t' || c == '\n' || c == ',' || c == ';'
	}) {
		words = append(words, f)
	}
	if len(words) == 0 {
		return nil, true
	}
	if len(words)%3 != 0 {
		return nil, false
	}
	params := map[string]string{}
	for p := range slices.Chunk(words, 3) {
		key, value := strings.ToLower(p[0]), p[2]
		if p[0] == "=" || p[1] != "=" || p[2] == "=" {
			return nil, false
		}
		switch key {
		case "reference-geometry", "label", "value": // names, whose letters matter
		default:
			value = strings.ToLower(value)
		}
		params[key] = value
	}
	return params, true
}

// checkParameters checks the parameters of one question by its type.
func (r *reader) checkParameters(l line, q *Question, typ string) {
	p := q.Parameters
	allow := func(keys ...string) {
		for _, k := range slices.Sorted(maps.Keys(p)) {
			if !slices.Contains(keys, k) {
				r.say(l, "parameters", ParameterUnknown, "key", k, "accepted", strings.Join(keys, ", "))
			}
		}
	}
	one := func(key, want string, ok func(string) bool) {
		if v, has := p[key]; has && !ok(v) {
			r.say(l, "parameters", ParameterValue, "key", key, "value", v, "want", want)
		}
	}
	among := func(words ...string) func(string) bool {
		return func(v string) bool { return slices.Contains(words, v) }
	}
	truths := among("true", "false")
	switch q.Kind {
	case SelectOne, SelectMultiple, SelectExternal, Rank:
		keys := []string{"randomize", "seed"}
		if s, _ := parseSelect(typ); s.file && strings.Contains(s.words, "_") {
			keys = append(keys, "value", "label")
		}
		allow(keys...)
		one("randomize", "true, false", truths)
		one("seed", "0, 1.5, ${name}", func(v string) bool { return isFloat(v) || isReference(v) })
		if p["seed"] != "" && p["randomize"] == "" {
			r.say(l, "parameters", SeedAlone)
		}
		one("value", "a name", isPlainName)
		one("label", "a name", isPlainName)
	case Range:
		r.checkRange(l, q, allow)
	case Image:
		if typ != "image" && typ != "photo" && !strings.HasPrefix(typ, "add ") {
			return
		}
		allow("max-pixels", "app")
		one("max-pixels", "a whole number", isInt)
		if q.Appearance == "" || q.Appearance == "annotate" {
			one("app", "an Android package name", isPackage)
		}
	case Point, Trace, Shape:
		if typ != string(q.Kind) {
			return
		}
		if q.Kind == Point {
			allow("allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy")
			one("capture-accuracy", "a number", isFloat)
			one("warning-accuracy", "a number", isFloat)
		} else {
			allow("allow-mock-accuracy", "incremental", "reference-geometry")
			one("incremental", "true", func(v string) bool { return truth(v, false) })
		}
		one("allow-mock-accuracy", "true, false", truths)
		if v := p["reference-geometry"]; v != "" {
			r.shapes = append(r.shapes, shape{v, l.cell("parameters")})
		}
	default:
		switch typ {
		case "text":
			allow("rows")
			one("rows", "a whole number", isInt)
		case "audio", "add audio prompt":
			allow("quality")
			one("quality", "voice-only, low, normal, external", among("voice-only", "low", "normal", "external"))
		case "background-audio":
			allow("quality")
			one("quality", "voice-only, low, normal", among("voice-only", "low", "normal"))
		}
	}
}

// checkAudit checks the parameters of the row that asks for a log.
func (r *reader) checkAudit(l line, p map[string]string) {
	want := func(key, words string, ok bool) {
		if !ok {
			r.say(l, "parameters", ParameterValue, "key", key, "value", p[key], "want", words)
		}
	}
	keys := []string{"identify-user", "location-max-age", "location-min-interval", "location-priority", "track-changes", "track-changes-reasons"}
	for _, k := range slices.Sorted(maps.Keys(p)) {
		v := p[k]
		switch k {
		case "identify-user", "track-changes":
			want(k, "true, false", v == "true" || v == "false")
		case "track-changes-reasons":
			want(k, "on-form-edit", v == "on-form-edit")
		case "location-priority":
			want(k, "no-power, low-power, balanced, high-accuracy", slices.Contains([]string{"no-power", "low-power", "balanced", "high-accuracy"}, v))
		case "location-max-age", "location-min-interval":
			n, err := strconv.Atoi(v)
			want(k, "0, 1, 2, …", err == nil && n >= 0)
		default:
			r.say(l, "parameters", ParameterUnknown, "key", k, "accepted", strings.Join(keys, ", "))
		}
	}
	location := 0
	for _, k := range keys[1:4] {
		if p[k] != "" {
			location++
		}
	}
	switch location {
	case 0:
	case 3:
		most, _ := strconv.Atoi(p["location-max-age"])
		least, _ := strconv.Atoi(p["location-min-interval"])
		want("location-max-age", "≥ location-min-interval", most >= least)
	default:
		r.say(l, "parameters", AuditLocation)
	}
}

// checkRange checks a range: numbers, a step that fits, ticks that lie on steps.
func (r *reader) checkRange(l line, q *Question, allow func(...string)) {
	if q.Parameters == nil {
		q.Parameters = map[string]string{}
	}
	p := q.Parameters
	allow("end", "placeholder", "start", "step", "tick_interval", "tick_labelset")
	strange := func(a string) bool { return a != "vertical" && a != "no-ticks" }
	if slices.ContainsFunc(strings.Fields(q.Appearance), strange) {
		for _, k := range []string{"tick_interval", "placeholder", "tick_labelset"} {
			if p[k] != "" {
				r.say(l, "appearance", RangeAppearance, "key", k)
				break
			}
		}
	}
	for k, v := range map[string]string{"start": "1", "end": "10", "step": "1"} {
		if p[k] == "" {
			p[k] = v
		}
	}
	n := map[string]*big.Rat{}
	for _, k := range []string{"start", "end", "step", "tick_interval", "placeholder"} {
		if v, ok := p[k]; ok {
			if n[k] = number(v); n[k] == nil {
				r.say(l, "parameters", ParameterValue, "key", k, "value", v, "want", "a number")
			}
		}
	}
	if n["start"] == nil || n["end"] == nil || n["step"] == nil {
		return
	}
	width := new(big.Rat).Sub(n["end"], n["start"])
	width.Abs(width)
	for _, k := range []string{"step", "tick_interval"} {
		switch {
		case n[k] == nil:
		case n[k].Sign() == 0:
			r.say(l, "parameters", RangeZero, "key", k)
			return
		case n[k].Cmp(width) > 0:
			r.say(l, "parameters", RangeWide, "key", k)
		}
	}
	low, high := n["start"], n["end"]
	if low.Cmp(high) > 0 {
		low, high = high, low
	}
	within := func(x *big.Rat) bool { return low.Cmp(x) <= 0 && x.Cmp(high) <= 0 }
	// onStep reports whether x lies a whole number of steps from the start.
	onStep := func(x, step *big.Rat) bool {
		d := new(big.Rat).Sub(x, n["start"])
		return d.Quo(d, step).IsInt()
	}
	if t := n["tick_interval"]; t != nil && !new(big.Rat).Quo(t, n["step"]).IsInt() {
		r.say(l, "parameters", RangeMultiple, "key", "tick_interval")
	}
	if h := n["placeholder"]; h != nil {
		if !onStep(h, n["step"]) {
			r.say(l, "parameters", RangeMultiple, "key", "placeholder")
		}
		if !within(h) {
			r.say(l, "parameters", RangeOutside, "key", "placeholder")
		}
	}
	if p["tick_labelset"] != "" {
		r.checkTicks(l, q, n, within, onStep)
	}
}

// checkTicks checks the list whose choices label the ticks of a range.
func (r *reader) checkTicks(l line, q *Question, n map[string]*big.Rat, within func(*big.Rat) bool, onStep func(x, step *big.Rat) bool) {
	name := q.Parameters["tick_labelset"]
	list := r.list(name, false)
	if list == nil {
		r.noList(l, "parameters", name)
		return
	}
	step := n["step"]
	if t := n["tick_interval"]; t != nil {
		step = t
	}
	bare := q.Has("no-ticks") // only the ends are labelled
	ends := map[string]bool{}
	for _, c := range list.Choices {
		cell := r.choices.cell("name", c.Row)
		x := number(c.Name)
		switch {
		case x == nil:
			r.fs.add(r.choices.sheet.Name, cell, RangeTickNumber, "name", c.Name)
			return
		case !within(x):
			r.fs.add(r.choices.sheet.Name, cell, RangeTickOutside, "name", c.Name)
			return
		case !onStep(x, step):
			r.fs.add(r.choices.sheet.Name, cell, RangeTickStep, "name", c.Name)
			return
		}
		ends[x.RatString()] = true
	}
	if bare && !(len(ends) == 2 && ends[n["start"].RatString()] && ends[n["end"].RatString()]) {
		r.say(l, "parameters", RangeTickEnds)
	}
}

var (
	numberForm  = regexp.MustCompile(`^[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})(e[+-]?[0-9]{1,3})?$`)
	plainName   = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_.-]*$`)
	packageName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_]*)+$`)
)

// number reads a decimal number exactly; nil if it is none, or one with more digits than anybody
// measures.
func number(s string) *big.Rat {
	if s = strings.ToLower(s); !numberForm.MatchString(s) {
		return nil
	}
	x, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return x
}

func isFloat(s string) bool { _, err := strconv.ParseFloat(s, 64); return err == nil }

func isInt(s string) bool { _, err := strconv.Atoi(s); return err == nil }

func isReference(s string) bool { return onlyReference(s) != "" }

func isPlainName(s string) bool { return plainName.MatchString(s) }

func isPackage(s string) bool { return packageName.MatchString(s) }
