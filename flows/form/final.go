package form

import (
	"strings"
	"time"

	"chihai/flows/form/xpath"
)

// Final is the response as it is handed in, for those who read answers: without
// what was changed on the way, what was shown, and what the caller knew of who
// answers. r is not changed.
func (r *Response) Final() *Response {
	final := r.clone()
	final.Known, final.Shown, final.Dropped, final.At = nil, nil, nil, ""
	return final
}

// Anonymous is the final response without anything that tells when or by whom it was
// given: no times, no seed, and no answers of the form's own that follow from
// these, such as start, today, deviceid and what is calculated from them or from
// now(). What is calculated from her answers stays.
func (l *Logic) Anonymous(r *Response) *Response {
	final := r.Final()
	final.Started, final.Ended, final.Seed, final.Rest = time.Time{}, time.Time{}, 0, nil
	telling := l.form.Telling()
	for path := range final.Answers {
		name := path[strings.LastIndexByte(path, '/')+1:]
		if telling[name] && final.Answers[path].State == Computed {
			delete(final.Answers, path)
			continue
		}
		a := final.Answers[path]
		a.Rest = nil
		final.Answers[path] = a
	}
	for path, n := range final.Repeats {
		n.Rest = nil
		final.Repeats[path] = n
	}
	return final
}

// Telling are the names of what the form itself knows about the time, the device or
// the person, and of what is calculated from that: an anonymous response holds
// nothing of it, and neither does a file of them.
func (f *Form) Telling() map[string]bool {
	telling := map[string]bool{}
	for q := range f.Questions() {
		switch q.Kind {
		case Start, End, Today, Device, Audit, Background:
			telling[q.Name] = true
		}
	}
	for more := true; more; {
		more = false
		for q := range f.Questions() {
			if !telling[q.Name] && q.tells(telling) {
				telling[q.Name], more = true, true
			}
		}
	}
	return telling
}

// tells says whether what is computed for the question follows from what is telling.
func (q *Question) tells(telling map[string]bool) bool {
	if tellsFrom(q.Calculation, telling) {
		return true
	}
	return q.Dynamic && tellsFrom(q.Default, telling)
}

// tellsFrom says whether the value of an expression follows from what is telling,
// however it is named: ${start}, ../start and /data/start are the same. today() alone
// is telling; with an answer beside it, as in an age, it is not.
func tellsFrom(expression string, telling map[string]bool) bool {
	if expression == "" {
		return false
	}
	x, err := xpath.Parse(expression)
	if err != nil {
		return true
	}
	tells, today := false, false
	xpath.Walk(x.Root(), func(n xpath.Node) bool {
		switch n := n.(type) {
		case *xpath.Call:
			switch n.Name {
			case "now", "uuid", "random", "property", "jr:property":
				tells = true
			case "today":
				today = true
			}
		case *xpath.Path:
			tells = tells || n.From == xpath.LastSaved // it would join two of her responses
		}
		return true
	})
	named := x.Questions()
	for _, m := range named {
		tells = tells || telling[m.Name]
	}
	return tells || today && len(named) == 0
}
