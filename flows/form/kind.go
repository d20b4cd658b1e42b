package form

import (
	"regexp"
	"strings"
)

// A Kind is what a question is to whoever asks it. It is kept in the store: it never changes.
type Kind string

const (
	Note           Kind = "note" // shown, not answered
	TextAnswer     Kind = "text"
	Integer        Kind = "integer"
	Decimal        Kind = "decimal"
	Range          Kind = "range" // Parameters: start, end, step
	SelectOne      Kind = "select_one"
	SelectMultiple Kind = "select_multiple"
	SelectExternal Kind = "select_one_external"
	Rank           Kind = "rank"
	Date           Kind = "date"
	Time           Kind = "time"
	DateTime       Kind = "datetime"
	Acknowledge    Kind = "acknowledge"
	Image          Kind = "image"
	Audio          Kind = "audio"
	Video          Kind = "video"
	File           Kind = "file"
	Barcode        Kind = "barcode"
	Point          Kind = "geopoint"
	Trace          Kind = "geotrace"
	Shape          Kind = "geoshape"
	Calculate      Kind = "calculate"
	Hidden         Kind = "hidden"
	Start          Kind = "start" // when she began
	End            Kind = "end"   // when she ended
	Today          Kind = "today"
	Device         Kind = "device" // deviceid, phonenumber, username, email, subscriberid, simserial: Type tells
	Audit          Kind = "audit"
	Background     Kind = "background"    // start-geopoint, background-geopoint, background-audio: Type tells
	ExternalData   Kind = "external_data" // csv-external, xml-external: data without a question
	OSM            Kind = "osm"
)

// Asked reports whether somebody answers such a question.
func (k Kind) Asked() bool {
	switch k {
	case Note, Calculate, Hidden, Start, End, Today, Device, Audit, Background, ExternalData, "":
		return false
	}
	return true
}

// Selects reports whether the answer is chosen from choices.
func (k Kind) Selects() bool {
	return k == SelectOne || k == SelectMultiple || k == SelectExternal || k == Rank
}

// A typeEntry is one word of the type column.
type typeEntry struct {
	name       string
	kind       Kind
	visible    bool   // has a control, and so needs a label or a hint
	constraint string // that the type brings along
	hinted     bool   // the type brings a hint along, so a label may be missing
}

// types are the types of questions without a list: pyxform's question_type_dictionary.py. Many of
// the names are older than the standard and still occur.
func types() []typeEntry {
	var all []typeEntry
	add := func(kind Kind, visible bool, names ...string) {
		for _, n := range names {
			all = append(all, typeEntry{name: n, kind: kind, visible: visible})
		}
	}
	add(Note, true, "note", "q note", "add note prompt")
	add(TextAnswer, true, "text", "string", "q string", "add text prompt")
	add(Integer, true, "integer", "int", "q int", "add integer prompt")
	add(Decimal, true, "decimal", "q decimal", "add decimal prompt")
	add(Range, true, "range")
	add(Date, true, "date", "q date", "add date prompt")
	add(Time, true, "time")
	add(DateTime, true, "dateTime", "datetime", "date time", "q date time", "q dateTime", "add date time prompt", "add dateTime prompt")
	add(Acknowledge, true, "acknowledge", "trigger", "q acknowledge", "add acknowledge prompt")
	add(Image, true, "image", "photo", "q image", "q picture", "add image prompt", "add photo prompt")
	add(Audio, true, "audio", "q audio", "add audio prompt")
	add(Video, true, "video", "q video", "add video prompt")
	add(File, true, "file", "add file prompt")
	add(Barcode, true, "barcode", "q barcode", "add barcode prompt")
	add(Point, true, "location", "q location", "q geopoint", "add location prompt")
	add(Trace, true, "geotrace")
	add(Shape, true, "geoshape")
	add(Calculate, false, "calculate", "q calculate", "add calculate prompt")
	add(Hidden, false, "hidden")
	add(Start, false, "start", "start time", "get start time")
	add(End, false, "end", "end time", "get end time")
	add(Today, false, "today", "get today")
	add(Device, false,
		"deviceid", "imei", "device id", "get device id", "uri:deviceid",
		"phonenumber", "get phone number", "uri:phonenumber",
		"subscriberid", "subscriber id", "get subscriber id", "uri:subscriberid",
		"simserial", "sim id", "get sim id", "uri:simserial",
		"username", "uri:username", "email", "uri:email")
	add(Audit, false, "audit")
	add(Background, false, "start-geopoint", "background-geopoint", "background-audio")
	add(ExternalData, false, "csv-external", "xml-external")
	return append(all,
		typeEntry{"geopoint", Point, true, "", true},
		typeEntry{"gps", Point, true, "", true},
		typeEntry{"percentage", Integer, true, "0 <= . and . <= 100", false},
		typeEntry{"phone number", TextAnswer, true, `regex(., '^\d*$')`, true},
		typeEntry{"number of days in last month", Integer, true, "0 <= . and . <= 31", true},
		typeEntry{"number of days in last six months", Integer, true, "0 <= . and . <= 183", true},
		typeEntry{"number of days in last year", Integer, true, "0 <= . and . <= 365", true},
	)
}

// A selectCommand is how a type begins that has a list.
type selectCommand struct {
	words string
	kind  Kind
	file  bool // the list is a file
}

// selectCommands come in the order in which pyxform tries them.
var selectCommands = [...]selectCommand{
	{"add select one prompt using", SelectOne, false},
	{"add select multiple prompt using", SelectMultiple, false},
	{"select all that apply from", SelectMultiple, false},
	{"select one from", SelectOne, false},
	{"select1", SelectOne, false},
	{"select_one", SelectOne, false},
	{"select one", SelectOne, false},
	{"select_multiple", SelectMultiple, false},
	{"select all that apply", SelectMultiple, false},
	{"select_one_external", SelectExternal, false},
	{"select_one_from_file", SelectOne, true},
	{"select_multiple_from_file", SelectMultiple, true},
	{"select one from file", SelectOne, true},
	{"select multiple from file", SelectMultiple, true},
	{"rank", Rank, false},
}

// A selectType is the type of a question with choices, taken apart.
type selectType struct {
	selectCommand
	list  string
	other bool // one may answer something else
}

// parseSelect takes a type apart; false if it is no select with a list.
func parseSelect(typ string) (selectType, bool) {
	for _, c := range selectCommands {
		rest, ok := strings.CutPrefix(typ, c.words+" ")
		if !ok {
			continue
		}
		list, after, more := strings.Cut(rest, " ")
		if list == "" || strings.ContainsAny(list, "\n\t") {
			continue
		}
		if more && after != "or_other" && after != "or other" && after != "or specify other" {
			continue
		}
		return selectType{c, list, more}, true
	}
	return selectType{}, false
}

// The types that open and close a group, and the one for OpenStreetMap.
var (
	typeBegin = regexp.MustCompile(`^begin[\s_](group|lgroup|repeat|loop|looped group)(?: (?:over )?(\S+))?$`)
	typeEnd   = regexp.MustCompile(`^end[\s_](group|lgroup|repeat|loop|looped group)$`)
	typeOSM   = regexp.MustCompile(`osm \S+`)
)

// sectionKind is "group", "repeat" or "loop" for the words of a type.
func sectionKind(words string) string {
	switch words {
	case "lgroup", "looped group":
		return "repeat"
	}
	return words
}

// fileExtension is the ending that makes a list name a file; "" if it is none.
func fileExtension(list string) string {
	for _, ext := range []string{".csv", ".xml", ".geojson"} {
		if strings.HasSuffix(list, ext) && len(list) > len(ext) {
			return ext
		}
	}
	return ""
}
