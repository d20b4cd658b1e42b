package form

import (
	"slices"
	"strings"
)

// A frame is a group, repeat or loop that is open while rows are read; the first is the form.
type frame struct {
	kind  string // "group", "repeat", "loop"; "" for the form
	name  string
	row   int
	body  *Group
	count string // of a repeat
	list  string // of a loop
	names map[string]bool
	lower map[string]bool
}

// A tableList is a group whose selects share one list and are drawn as a table.
type tableList struct {
	open bool
	list string // "" until the first select
}

// readSurvey goes through the survey row by row.
func (r *reader) readSurvey() {
	s := r.survey.sheet
	if !r.survey.has("type") {
		r.fs.add(s.Name, "1", HeaderMissing, "column", "type")
		return
	}
	r.repeats = map[string]bool{}
	root := &frame{body: &Group{}}
	r.stack = []*frame{root}
	for _, row := range s.Rows {
		r.readRow(r.line(&r.survey, row))
	}
	for len(r.stack) > 1 {
		f := r.top()
		r.fs.add(s.Name, decimal(f.row), BeginUnmatched, "kind", f.kind, "name", f.name)
		r.close()
	}
	r.form.Items = root.body.Items
}

func (r *reader) top() *frame { return r.stack[len(r.stack)-1] }

func (r *reader) append(it Item) { b := r.top().body; b.Items = append(b.Items, it) }

// say adds a finding at a column of the row.
func (r *reader) say(l line, column string, code Code, pairs ...string) {
	r.fs.add(r.survey.sheet.Name, l.cell(column), code, pairs...)
}

func (r *reader) readRow(l line) {
	if d := l.text("disabled"); d != "" {
		r.say(l, "disabled", RowDisabled)
		if truth(d, false) {
			return
		}
	}
	typ, name := l.text("type"), l.text("name")
	if typ == "" {
		if name == "" && len(l.texts("label")) == 0 {
			r.say(l, "type", RowComment)
		} else {
			r.say(l, "type", TypeMissing, "name", name)
		}
		return
	}
	params, ok := parseParameters(l.text("parameters"))
	if !ok {
		r.say(l, "parameters", ParametersInvalid, "text", l.text("parameters"))
	}
	if typ == "audit" {
		r.readAudit(l, params)
		return
	}
	if r.surveySetting(typ, name) {
		return
	}
	r.checkSaveTo(l, typ, name)
	if m := typeEnd.FindStringSubmatch(typ); m != nil {
		r.end(l, sectionKind(m[1]), name)
		return
	}
	if name == "" {
		if typ != "note" {
			r.say(l, "name", NameMissing, "type", typ)
			return
		}
		name = "generated_note_name_" + decimal(l.row.Number)
	}
	if !isName(name) {
		r.say(l, "name", NameInvalid, "name", name)
	} else {
		r.names[name]++
	}
	r.claim(l, name)
	if m := typeBegin.FindStringSubmatch(typ); m != nil {
		r.begin(l, sectionKind(m[1]), name, m[2])
		return
	}
	r.question(l, typ, name, params)
}

// claim takes a name among its siblings.
func (r *reader) claim(l line, name string) {
	f := r.top()
	if f.names == nil {
		f.names, f.lower = map[string]bool{}, map[string]bool{}
	}
	low := strings.ToLower(name)
	switch {
	case name == "meta":
		r.say(l, "name", NameReserved, "name", name)
	case f.names[name]:
		r.say(l, "name", NameTwice, "name", name)
	case f.lower[low]:
		r.say(l, "name", NameCase, "name", name)
	}
	f.names[name], f.lower[low] = true, true
}

// begin opens a group, repeat or loop.
func (r *reader) begin(l line, kind, name, list string) {
	if kind == "repeat" {
		switch {
		case name == r.form.Name:
			r.say(l, "name", RepeatNameRoot, "name", name)
		case r.repeats[name]:
			r.say(l, "name", RepeatNameTwice, "name", name)
		}
		r.repeats[name] = true
	}
	g := &Group{
		Name: name, Row: l.row.Number,
		Label: r.texts(l, "label"), Hint: r.texts(l, "hint"), Media: r.media(l),
		Relevant: l.text("relevant"), ReadOnly: condition(l.text("read_only")),
		Appearance: l.text("appearance"), More: l.others(),
	}
	if len(g.Label) == 0 && len(g.Media) == 0 && g.Appearance != "field-list" {
		r.say(l, "label", GroupLabelMissing, "kind", kind, "name", name)
	}
	r.notePulled(l)
	r.checkMedia(l)
	if kind == "loop" {
		switch {
		case list == "":
			r.say(l, "type", LoopWithoutList, "name", name)
		case r.list(list, false) == nil:
			r.noList(l, "type", list)
		}
	}
	count := l.text("repeat_count")
	if count != "" && onlyReference(count) == "" {
		r.generate(l, name+"_count") // pyxform computes the count in a question of this name
	}
	if slices.Contains(strings.Fields(g.Appearance), "table-list") {
		r.table = tableList{open: true}
	}
	r.stack = append(r.stack, &frame{kind: kind, name: name, row: l.row.Number, body: g, count: count, list: list})
}

// generate takes the name of a question that pyxform makes itself beside one of the author's.
func (r *reader) generate(l line, name string) {
	f := r.top()
	if f.names[name] {
		r.say(l, "name", NameTwice, "name", name)
	}
	if f.names == nil {
		f.names, f.lower = map[string]bool{}, map[string]bool{}
	}
	f.names[name] = true
}

// end closes what an end row closes. One that does not match closes nothing, unless what it would
// close is open further out.
func (r *reader) end(l line, kind, name string) {
	r.table = tableList{}
	if r.top().kind == kind {
		r.close()
		return
	}
	r.say(l, "type", EndUnmatched, "kind", kind, "name", name)
	if slices.ContainsFunc(r.stack, func(f *frame) bool { return f.kind == kind }) {
		for r.top().kind != kind {
			r.close()
		}
		r.close()
	}
}

// close puts the open frame into the one around it.
func (r *reader) close() {
	f := r.top()
	r.stack = r.stack[:len(r.stack)-1]
	switch f.kind {
	case "repeat":
		r.append(Item{Repeat: &Repeat{*f.body, f.count}})
	case "loop":
		f.body.Loop = f.list
		r.expand(f)
		fallthrough
	default:
		r.append(Item{Group: f.body})
	}
}

// question reads a row that is neither begin nor end.
func (r *reader) question(l line, typ, name string, params map[string]string) {
	q := &Question{
		Name: name, Row: l.row.Number, Type: typ,
		Label: r.texts(l, "label"), Hint: r.texts(l, "hint"), Guidance: r.texts(l, "guidance_hint"), Media: r.media(l),
		Required: condition(l.text("required")), RequiredMessage: r.texts(l, "required_message"),
		Relevant: l.text("relevant"), Constraint: l.text("constraint"), ConstraintMessage: r.texts(l, "constraint_message"),
		Calculation: l.text("calculation"), Default: l.text("default"), ChoiceFilter: l.text("choice_filter"),
		Appearance: l.text("appearance"), Parameters: params, ReadOnly: condition(l.text("read_only")),
		SaveTo: l.text("save_to"), More: l.others(),
	}
	q.Trigger = r.readTrigger(l, name)

	s, selects := parseSelect(typ)
	t, known := r.types[typ]
	switch {
	case selects:
		q.Kind = s.kind
		t = typeEntry{kind: s.kind, visible: true}
	case typeOSM.MatchString(typ) || typ == "osm":
		q.Kind, t.visible = OSM, true
	case !known:
		r.say(l, "type", unknownType(typ), "type", typ)
		return
	default:
		q.Kind = t.kind
		if q.Constraint == "" {
			q.Constraint = t.constraint
		}
	}
	q.Dynamic = dynamic(q.Default, q.Kind)
	r.checkShown(l, q, t)
	r.checkMedia(l)
	r.checkKind(l, q, typ)
	r.noteSources(l, q)
	if selects {
		r.readSelect(l, q, s)
		return
	}
	r.append(Item{Question: q})
}

// checkShown checks that what people see says something.
func (r *reader) checkShown(l line, q *Question, t typeEntry) {
	if unseen(q) || !t.visible {
		return
	}
	if len(q.Label) == 0 && len(q.Media) == 0 && len(q.Hint) == 0 && !t.hinted && q.Appearance != "label" {
		r.say(l, "label", LabelMissing, "name", q.Name)
	}
	if len(q.Media["big-image"]) > 0 && len(q.Media["image"]) == 0 {
		r.say(l, "media::big-image", BigImageAlone, "name", q.Name)
	}
}

// checkMedia checks that media are of a kind that somebody can show.
func (r *reader) checkMedia(l line) {
	for _, c := range l.header.columns {
		if kind, ok := strings.CutPrefix(c.key, "media::"); ok && !c.known && l.row.Text(c.at) != "" {
			kind, _, _ = strings.Cut(kind, "::")
			r.say(l, c.key, MediaUnknown, "kind", kind)
		}
	}
}

// unknownType tells a select without its list from a word that nobody knows.
func unknownType(typ string) Code {
	for _, c := range selectCommands {
		if typ == c.words {
			return SelectWithoutList
		}
		if strings.HasPrefix(typ, c.words+" ") {
			return SelectMalformed
		}
	}
	return TypeUnknown
}

// checkKind checks what single types demand.
func (r *reader) checkKind(l line, q *Question, typ string) {
	switch typ {
	case "calculate":
		if q.Calculation == "" && !q.Dynamic {
			r.say(l, "calculation", CalculationMissing, "name", q.Name)
		}
	case "subscriberid", "simserial":
		r.say(l, "type", DeviceOld, "type", typ)
	case "background-geopoint":
		if len(q.Trigger) == 0 && l.text("trigger") == "" {
			r.say(l, "trigger", BackgroundTrigger, "name", q.Name)
		}
		if q.Calculation != "" {
			r.say(l, "calculation", BackgroundCalculation, "name", q.Name)
		}
	}
	r.checkParameters(l, q, typ)
}

// readAudit reads the row that asks for a log of how the form was filled in. It has no name of its
// own.
func (r *reader) readAudit(l line, params map[string]string) {
	if n := l.text("name"); n != "" && n != "audit" {
		r.say(l, "name", AuditName, "name", n)
	}
	r.checkAudit(l, params)
	r.append(Item{Question: &Question{Name: "audit", Row: l.row.Number, Kind: Audit, Type: "audit", Parameters: params, More: l.others()}})
}
