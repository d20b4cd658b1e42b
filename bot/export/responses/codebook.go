package responses

import (
	"slices"
	"strconv"
	"strings"

	"chihai/bot/export/sheet"
	"chihai/flows/form"
)

// codebook writes the sheet that says what each variable is and how often it was answered.
func (w *writing) codebook(b *sheet.Book) {
	languages := w.languages()
	head := []string{w.words.T("responses.variable"), w.words.T("responses.short")}
	widths := []float64{28, 24}
	for _, l := range languages {
		title := w.words.T("responses.question")
		if l.Name != "" {
			title += " – " + l.Name
		}
		head, widths = append(head, title), append(widths, 40)
	}
	for _, id := range [...]string{
		"responses.type", "responses.choices", "responses.relevant", "responses.constraint", "responses.versions_in",
		"responses.asked", "responses.answered", "responses.skipped", "responses.refused",
	} {
		head, widths = append(head, w.words.T(id)), append(widths, 16)
	}
	b.Sheet(w.words.T("responses.codebook"), head, widths)
	for _, t := range w.tables {
		for _, c := range t.columns {
			b.Wrapped(c.name)
			b.Wrapped(c.short)
			if c.field == nil {
				for i := range languages {
					if i == 0 {
						b.Wrapped(c.title)
					} else {
						b.Blank()
					}
				}
				b.EndRow()
				continue
			}
			w.explain(b, c, languages)
		}
	}
	b.EndRow()
	for _, s := range [...][2]string{
		{skippedCode, w.words.T("responses.skipped")}, {refusedCode, w.words.T("responses.refused")}, {"", w.words.T("responses.blank")},
	} {
		b.Text(s[0])
		b.Blank()
		b.Text(s[1])
		b.EndRow()
	}
}

// explain writes what is known of the column of a question.
func (w *writing) explain(b *sheet.Book, c *column, languages []form.Language) {
	f := c.field
	for _, l := range languages {
		label := f.form.In(f.question.Label, l.Code)
		if l.Code == "" {
			label = f.question.Label[l.Name]
		}
		if c.part >= 0 {
			label += strings.TrimPrefix(c.title, f.columns[0].title)
		}
		b.Wrapped(label)
	}
	if c.part >= 0 {
		b.Wrapped(map[bool]string{true: "0, 1", false: ""}[f.question.Kind == form.SelectMultiple])
		b.EndRow()
		return
	}
	b.Wrapped(f.question.Type)
	b.Wrapped(f.choiceLines())
	b.Wrapped(f.relevant)
	b.Wrapped(f.question.Constraint)
	var in []string
	for i, within := range f.within {
		if within != "" {
			in = append(in, w.versionName(i))
		}
	}
	b.Wrapped(strings.Join(in, ", "))
	for _, n := range [...]int{f.answered + f.skipped + f.refused, f.answered, f.skipped, f.refused} {
		b.Number(strconv.Itoa(n))
	}
	b.EndRow()
}

// choiceLines are the choices with their codes, a line each; where SPSS and Stata know them by other
// numbers, with these.
func (f *field) choiceLines() string {
	var s strings.Builder
	for i, c := range f.choices {
		if s.Len() > sheet.MaxCell { // no cell holds more
			break
		}
		if i > 0 {
			s.WriteByte('\n')
		}
		s.WriteString(c.code)
		if !f.plain && f.columns[0].kind == coded {
			s.WriteString(" (" + strconv.Itoa(c.number) + ")")
		}
		s.WriteString(" = " + c.label)
	}
	return s.String()
}

// languages are those of all versions, the newest first; one without a name if they have none.
func (w *writing) languages() []form.Language {
	var all []form.Language
	for _, f := range slices.Backward(w.dataset.Forms) {
		for _, l := range f.Languages {
			known := func(o form.Language) bool { return o.Code == l.Code && (l.Code != "" || o.Name == l.Name) }
			if !slices.ContainsFunc(all, known) {
				all = append(all, l)
			}
		}
	}
	if len(all) == 0 {
		all = []form.Language{{}}
	}
	return all
}

// versions writes the sheet that says what became of the form.
func (w *writing) versions(b *sheet.Book) {
	b.Sheet(w.words.T("responses.versions"), []string{
		w.words.T("responses.version"), w.words.T("responses.title"), w.words.T("responses.questions"), w.words.T("responses.added"), w.words.T("responses.removed"),
	}, []float64{16, 40, 12, 40, 40})
	for i, f := range w.dataset.Forms {
		count := 0
		var added, removed []string
		for _, t := range w.tables {
			for _, f := range t.fields {
				now := f.within[i] != ""
				if now {
					count++
				}
				if i > 0 && now != (f.within[i-1] != "") {
					if now {
						added = append(added, f.name)
					} else {
						removed = append(removed, f.name)
					}
				}
			}
		}
		b.Wrapped(w.versionName(i))
		b.Wrapped(f.Title)
		b.Number(strconv.Itoa(count))
		b.Wrapped(strings.Join(added, "\n"))
		b.Wrapped(strings.Join(removed, "\n"))
		b.EndRow()
	}
}
