package responses

import (
	"strconv"
	"time"
)

// addFacts adds the columns of what nobody was asked. In a table of a repeat they say to what a row belongs.
func (w *writing) addFacts(t *table, main bool) {
	anonymous := w.dataset.Anonymous
	head := ""
	add := func(name, id string, k kind, fact func(*record) string) {
		t.columns = append(t.columns, &column{name: head + name, title: w.words.T(id), kind: k, part: -1, fact: fact})
	}
	if !main {
		add("_index", "responses.index", whole, func(r *record) string { return strconv.Itoa(r.index) })
		add("_parent_table_name", "responses.parent_table", text, func(r *record) string { return r.parent })
		add("_parent_index", "responses.parent_index", whole, func(r *record) string { return strconv.Itoa(r.parentIndex) })
		head = "_submission_"
	}
	if !anonymous {
		add("_uuid", "responses.uuid", text, func(r *record) string { return r.row.ID })
	}
	layout, k := "2006-01-02T15:04:05", datetime
	if anonymous {
		layout, k = time.DateOnly, date
	}
	add("_submission_time", "responses.submitted", k, func(r *record) string {
		if r.row.Submitted.IsZero() {
			return ""
		}
		return r.row.Submitted.In(w.zone).Format(layout)
	})
	add("__version__", "responses.version", text, func(r *record) string { return w.versionName(r.row.Version) })
	if !main {
		return
	}
	if w.dataset.Named {
		add("_name", "responses.name", text, func(r *record) string { return r.row.Who })
	}
	if !anonymous {
		add("_code", "responses.code", text, func(r *record) string { return r.row.Code })
		add("_language", "responses.language", text, func(r *record) string { return r.row.Language })
		add("_channel", "responses.channel", text, func(r *record) string { return r.row.Channel })
	}
	add("_mode", "responses.mode", text, func(r *record) string { return r.row.Mode })
	if !anonymous {
		add("_by", "responses.by", text, func(r *record) string { return r.row.By })
		add("_area", "responses.area", text, func(r *record) string { return r.row.Area })
		add("_duration_s", "responses.seconds", whole, func(r *record) string {
			began, ended := r.row.Response.Started, r.row.Response.Ended
			if began.IsZero() || ended.Before(began) {
				return ""
			}
			return strconv.Itoa(int(ended.Sub(began) / time.Second))
		})
	}
	add("_index", "responses.index", whole, func(r *record) string { return strconv.Itoa(r.index) })
}

// versionName is how a version is called: as its author did, else by its place.
func (w *writing) versionName(i int) string {
	if v := w.dataset.Forms[i].Version; v != "" {
		return v
	}
	return strconv.Itoa(i + 1)
}
