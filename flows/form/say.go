package form

import (
	"strings"
	"time"
)

// say is a text in the language of the walk, with the answers that it refers to filled in.
func (w *Walk) say(in *instance, r *rule, t Text) string {
	s := w.logic.form.In(t, w.setting.Language)
	if !strings.Contains(s, "${") {
		return s
	}
	return referenceLike.ReplaceAllStringFunc(s, func(ref string) string {
		refs, ok := References(ref)
		if !ok || len(refs) != 1 || refs[0].LastSaved {
			return ""
		}
		to := w.logic.named(refs[0].Name)
		if to == nil || to.item.Question == nil {
			return ""
		}
		var all []string
		for _, i := range w.reach(in, to.level, nil, nil) {
			if v := w.value(i, to); v != "" {
				all = append(all, w.readable(i, to, v))
			}
		}
		return shortened(strings.Join(all, ", "), MaxComputed)
	})
}

// readable is an answer as people read it: choices by their labels, dates as 23/11/2026, which is how they
// are written in Vietnamese and in Khmer. XLSForm would have the names of choices; those mean nothing to
// who answers.
func (w *Walk) readable(in *instance, r *rule, value string) string {
	q := r.item.Question
	switch {
	case q.Kind == SelectOne || q.Kind == SelectExternal:
		if l := w.labelOf(in, r, value); l != "" {
			return l
		}
	case q.Kind.Selects():
		var labels []string
		for n := range strings.FieldsSeq(value) {
			if l := w.labelOf(in, r, n); l != "" {
				n = l
			}
			labels = append(labels, n)
		}
		return strings.Join(labels, ", ")
	case q.Kind == Date || q.Kind == Today:
		if t, err := time.Parse(time.DateOnly, value); err == nil {
			return t.Format("2/1/2006")
		}
	case q.Kind == DateTime:
		if t, err := time.Parse("2006-01-02T15:04:05.000-07:00", value); err == nil {
			return t.In(w.zone()).Format("15:04 2/1/2006")
		}
	}
	return value
}
