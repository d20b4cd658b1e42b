package form

// readEntities looks at the entities sheet. Lists that several forms share are kept elsewhere in
// this program: a form that writes to them can be asked, and the writing is left out, which its
// author is told.
func (r *reader) readEntities() {
	s := r.optional("entities")
	if s == nil || len(s.Rows) == 0 {
		return
	}
	r.entities = header{sheet: s}
	r.fs.add(s.Name, "", EntitiesIgnored)
}
