package form

// languages looks for texts that are not there in every language of the form. A whole column that is
// missing is told once.
func (l *linter) languages() {
	f := l.form
	for _, lang := range f.Languages {
		if lang.Code == "" {
			l.fs.add(f.Places["survey"].Sheet, "1", LanguageWithoutCode, "language", lang.Name)
		}
	}
	if len(f.Languages) < 2 && !(len(f.Languages) == 1 && l.unnamed()) {
		return
	}
	told := map[string]bool{} // columns that are missing as a whole
	for it := range f.All() {
		if q := it.Question; q != nil {
			l.translations("survey", it.Row(), q.Name, "label", q.Label, told)
			l.translations("survey", it.Row(), q.Name, "hint", q.Hint, told)
			l.translations("survey", it.Row(), q.Name, "constraint_message", q.ConstraintMessage, told)
			l.translations("survey", it.Row(), q.Name, "required_message", q.RequiredMessage, told)
			continue
		}
		l.translations("survey", it.Row(), it.Name(), "label", it.Body().Label, told)
	}
	for _, list := range f.Lists {
		if list.External || isCopy(list) {
			continue
		}
		for _, c := range list.Choices {
			l.translations("choices", c.Row, c.Name, "label", c.Label, told)
		}
	}
}

// unnamed reports whether a text has no language while others have one.
func (l *linter) unnamed() bool {
	for it := range l.form.All() {
		if q := it.Question; q != nil && q.Label[""] != "" {
			return true
		}
	}
	return false
}

func (l *linter) translations(role string, row int, name, column string, t Text, told map[string]bool) {
	if len(t) == 0 {
		return
	}
	p := l.form.Places[role]
	if t[""] != "" && !told[role+column] {
		told[role+column] = true
		l.fs.add(p.Sheet, p.Columns[column]+"1", LanguageUnnamed, "column", column)
	}
	for _, lang := range l.form.Languages {
		if t[lang.Name] != "" {
			continue
		}
		key := column + "::" + lang.Name
		if p.Columns[key] == "" && (lang.Name != l.form.DefaultLanguage || p.Columns[column] == "") {
			if !told[role+key] {
				told[role+key] = true
				l.fs.add(p.Sheet, "1", LanguageColumnMissing, "language", lang.Name, "column", column)
			}
			continue
		}
		sheet, cell := l.form.Places.At(role, column, lang.Name, row)
		l.fs.add(sheet, cell, TranslationMissing, "language", lang.Name, "column", column, "name", name)
	}
}
