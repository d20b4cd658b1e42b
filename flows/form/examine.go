package form

import "slices"

// An Upload is a workbook that somebody sent, understood: the one door for those who take forms in.
type Upload struct {
	Form     *Form     // nil if nothing could be understood; not to be asked if [Broken]
	XLSForm  *Workbook // the form in the standard's writing, if it came as a simple sheet; else nil
	Release  Release
	Findings []Finding // of all kinds, in the order of sheets and rows
	Extent   Extent    // how many questions it asks; zero for a form that is not to be asked
}

// Examine opens a workbook, tells a simple sheet from an XLSForm, reads it, and looks for what people
// would stumble over. name is the form's where the workbook gives none: the file's, without ending.
func Examine(name string, file []byte) *Upload {
	w, found := Open(name, file, ReleaseSheet)
	if w == nil {
		return &Upload{Findings: found}
	}
	if !isName(name) { // files are called as people like; the form's own name has stricter rules
		if w.Name = simpleCode(name); !isName(w.Name) {
			w.Name = ""
		}
	}
	u := &Upload{}
	var read, extra []Finding
	if w.Simple() {
		w.Name = name // becomes the title
		u.Form, u.XLSForm, read = ReadSimple(w)
	} else {
		u.Form, read = Read(w)
		if u.Form != nil && !Broken(read) {
			read = append(read, Lint(u.Form)...)
		}
		if f := u.Form; f != nil && f.Title == f.ID && f.ID == f.Name { // the workbook calls it nothing
			u.Form.Title = name
		}
	}
	u.Release, extra = ReadRelease(w)
	fs := &findings{list: slices.Concat(found, read, extra)}
	u.Findings = fs.done(w.names())
	if u.Form != nil && !Broken(u.Findings) {
		if l, err := NewLogic(u.Form); err == nil {
			u.Extent = l.Extent()
		}
	}
	return u
}
