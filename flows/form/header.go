package form

import (
	"slices"
	"strings"
)

// A column is one heading, understood.
type column struct {
	at      int    // from 1
	heading string // as written
	key     string // what it is, such as "relevant" or "media::image"; the heading itself where nobody knows it
	lang    string // of a translation, as written: "Tiếng Việt (vi)"; "" without
	known   bool
}

// A header is the headings of one sheet.
type header struct {
	sheet   *Sheet
	columns []column
}

// A columnKind is one column that a sheet may have.
type columnKind struct {
	key          string
	translatable bool
	names        []string // other names, in snake case; the key is one as well
}

// surveyColumns are the columns of the survey sheet with their aliases: pyxform's aliases.py, and
// the longer forms into which it turns them.
func surveyColumns() []columnKind {
	return append([]columnKind{
		{"type", false, []string{"command"}},
		{"name", false, []string{"tag", "value"}},
		{"label", true, []string{"caption"}},
		{"hint", true, nil},
		{"guidance_hint", true, nil},
		{"required", false, []string{"bind::required"}},
		{"required_message", true, []string{"requiredmsg", "bind::jr:requiredmsg", "jr:requiredmsg"}},
		{"constraint", false, []string{"bind::constraint"}},
		{"constraint_message", true, []string{"constraining_message", "bind::jr:constraintmsg", "jr:constraintmsg"}},
		{"relevant", false, []string{"relevance", "bind::relevant"}},
		{"calculation", false, []string{"calculate", "bind::calculate"}},
		{"read_only", false, []string{"readonly", "bind::readonly"}},
		{"default", false, nil},
		{"appearance", false, []string{"control::appearance", "body::appearance"}},
		{"parameters", false, nil},
		{"choice_filter", false, nil},
		{"repeat_count", false, []string{"count", "jr:count", "control::jr:count", "body::jr:count"}},
		{"trigger", false, nil},
		{"save_to", false, []string{"bind::entities:saveto"}},
		{"autoplay", false, []string{"control::autoplay", "body::autoplay"}},
		{"rows", false, []string{"control::rows", "body::rows"}},
		{"no_app_error_string", true, []string{"noapperrorstring", "bind::jr:noapperrorstring"}},
		{"compact_tag", false, []string{"instance::odk:tag"}},
		{"disabled", false, nil},
		{"intent", false, []string{"control::intent", "body::intent"}},
		{"list_name", false, nil},
		{"query", false, nil},
		{"itemset", false, nil},
		{"sms_field", false, nil},
		{"sms_option", false, nil},
		{"sms_separator", false, nil},
		{"sms_allow_media", false, nil},
		{"sms_date_format", false, nil},
		{"sms_datetime_format", false, nil},
		{"sms_response", false, nil},
	}, mediaColumns()...)
}

// choiceColumns are those of the choices and external_choices sheets. Any further column is data
// for choice filters and keeps the name that its author gave it.
func choiceColumns() []columnKind {
	return append([]columnKind{
		{"list_name", false, nil},
		{"name", false, []string{"value"}},
		{"label", true, []string{"caption"}},
	}, mediaColumns()...)
}

func mediaColumns() []columnKind {
	return []columnKind{
		{"media::image", true, []string{"image"}},
		{"media::big-image", true, []string{"big-image"}},
		{"media::audio", true, []string{"audio"}},
		{"media::video", true, []string{"video"}},
	}
}

// settingColumns are those of the settings sheet.
func settingColumns() []columnKind {
	return []columnKind{
		{"form_id", false, []string{"id_string", "set_form_id"}},
		{"form_title", false, []string{"title", "set_form_title"}},
		{"version", false, nil},
		{"name", false, nil},
		{"default_language", false, nil},
		{"instance_name", false, nil},
		{"allow_choice_duplicates", false, nil},
		{"clean_text_values", false, nil},
		{"omit_instanceid", false, nil},
		{"public_key", false, nil},
		{"submission_url", false, nil},
		{"auto_send", false, nil},
		{"auto_delete", false, nil},
		{"style", false, nil},
		{"namespaces", false, nil},
		{"instance_id", false, nil},
		{"client_editable", false, nil},
		{"sms_keyword", false, nil},
		{"sms_separator", false, nil},
		{"sms_allow_media", false, nil},
		{"sms_date_format", false, nil},
		{"sms_datetime_format", false, nil},
		{"sms_response", false, nil},
		{"prefix", false, nil},
		{"delimiter", false, nil},
		{"instance_xmlns", false, nil},
		{"flat", false, nil},
		{"add_none_option", false, nil},
	}
}

// readHeader understands the headings of a sheet. Two headings for one column are an error.
func readHeader(s *Sheet, kinds []columnKind, fs *findings) header {
	h := header{sheet: s}
	double := slices.ContainsFunc(s.Header, func(c Cell) bool { return strings.Contains(c.Text, "::") })
	for _, c := range s.Header {
		col := understand(straighten(c.Text), double, kinds)
		col.at, col.heading = c.Column, c.Text
		heading := func(o column) bool { return o.heading == col.heading }
		same := func(o column) bool { return col.known && o.key == col.key && o.lang == col.lang }
		if i := slices.IndexFunc(h.columns, same); slices.ContainsFunc(h.columns, heading) {
			fs.add(s.Name, Address(c.Column, 1), HeaderTwice, "heading", c.Text)
		} else if i >= 0 {
			code := HeaderAlias
			if col.key == "form_id" {
				code = SettingTwice // pyxform lets the newer of its two names win
			}
			fs.add(s.Name, Address(c.Column, 1), code, "heading", c.Text, "other", h.columns[i].heading)
		}
		h.columns = append(h.columns, col)
	}
	return h
}

// understand tells which column a heading names. The longest known beginning counts; one token
// more is a language. A single colon separates only where no heading of the sheet has two, for
// forms from before 2013.
func understand(heading string, double bool, kinds []columnKind) column {
	if k, ok := columnNamed(kinds, snake(heading)); ok {
		return column{key: k.key, known: true}
	}
	sep := "::"
	if !double {
		sep = ":"
	}
	var tokens []string
	for t := range strings.SplitSeq(heading, sep) {
		t = strings.TrimSpace(t)
		if n := len(tokens); !double && n > 0 && (tokens[n-1] == "jr" || tokens[n-1] == "entities") {
			tokens[n-1] += ":" + t // a namespace, not a language
			continue
		}
		tokens = append(tokens, t)
	}
	for n := min(2, len(tokens)); n >= 1; n-- {
		k, ok := columnNamed(kinds, snake(strings.Join(tokens[:n], "::")))
		if !ok {
			continue
		}
		switch rest := tokens[n:]; {
		case len(rest) == 0:
			return column{key: k.key, known: true}
		case k.translatable:
			return column{key: k.key, lang: strings.Join(rest, sep), known: true}
		}
	}
	return column{key: heading}
}

func columnNamed(kinds []columnKind, name string) (columnKind, bool) {
	for _, k := range kinds {
		if k.key == name || slices.Contains(k.names, name) {
			return k, true
		}
	}
	return columnKind{}, false
}

// snake is a heading in small letters with underscores for spaces. The zero-width spaces that Khmer
// keyboards leave are none of its letters.
func snake(s string) string {
	s = strings.NewReplacer("\u200b", "", "\ufeff", "").Replace(s)
	return strings.ToLower(strings.Join(strings.Fields(s), "_"))
}

// find is the column with a key and without a language; nil if there is none.
func (h header) find(key string) *column {
	for i, c := range h.columns {
		if c.key == key && c.lang == "" {
			return &h.columns[i]
		}
	}
	return nil
}

// has reports whether a column exists in any language.
func (h header) has(key string) bool {
	return slices.ContainsFunc(h.columns, func(c column) bool { return c.key == key })
}

// languages are the languages of all translations, in the order of columns.
func (h header) languages() []string {
	var langs []string
	for _, c := range h.columns {
		if c.lang != "" && !slices.Contains(langs, c.lang) {
			langs = append(langs, c.lang)
		}
	}
	return langs
}

// A line is one row under its header.
type line struct {
	header *header
	row    Row
	clean  bool // several spaces are one
}

// text is what the row says in a column without language, or "".
func (l line) text(key string) string {
	if c := l.header.find(key); c != nil {
		return l.tidy(l.row.Text(c.at))
	}
	return ""
}

// texts is what the row says in all languages of a column.
func (l line) texts(key string) Text {
	var t Text
	for _, c := range l.header.columns {
		if c.key != key {
			continue
		}
		if s := l.tidy(l.row.Text(c.at)); s != "" {
			if t == nil {
				t = Text{}
			}
			t[c.lang] = s
		}
	}
	return t
}

// media are the files named by the row, by kind: image, big-image, audio, video.
func (l line) media() map[string]Text {
	var m map[string]Text
	for _, k := range mediaColumns() {
		if t := l.texts(k.key); len(t) > 0 {
			if m == nil {
				m = map[string]Text{}
			}
			m[strings.TrimPrefix(k.key, "media::")] = t
		}
	}
	return m
}

// others are the columns that no program knows, by heading.
func (l line) others() map[string]string {
	var m map[string]string
	for _, c := range l.header.columns {
		if s := l.tidy(l.row.Text(c.at)); !c.known && s != "" {
			if m == nil {
				m = map[string]string{}
			}
			m[c.key] = s
		}
	}
	return m
}

// cell is the address of a column in this row; the row alone where the sheet lacks the column.
func (l line) cell(key string) string { return l.header.cell(key, l.row.Number) }

func (h header) cell(key string, row int) string {
	for _, c := range h.columns {
		if c.key == key {
			return Address(c.at, row)
		}
	}
	return decimal(row)
}

func (l line) tidy(s string) string {
	s = straighten(s)
	if l.clean {
		s = collapse(s)
	}
	return s
}
