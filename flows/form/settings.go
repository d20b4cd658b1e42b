package form

import "slices"

// readSettings reads the one row of the settings sheet.
func (r *reader) readSettings() {
	f := r.form
	f.Name = r.book.Name
	r.clean = true
	if s := r.optional("settings"); s != nil && len(s.Rows) > 0 {
		r.settings = readHeader(s, settingColumns(), r.fs)
		l := r.line(&r.settings, s.Rows[0])
		f.ID, f.Title, f.Version = l.text("form_id"), l.text("form_title"), l.text("version")
		for _, c := range r.settings.columns {
			if id := l.tidy(l.row.Text(c.at)); c.key == "form_id" && snake(c.heading) == "form_id" && id != "" {
				f.ID = id // the newer of its names wins, where both are there
			}
		}
		f.DefaultLanguage, f.InstanceName = l.text("default_language"), l.text("instance_name")
		if n := l.text("name"); n != "" {
			f.Name = n
			if !isName(n) {
				r.fs.add(s.Name, l.cell("name"), NameInvalid, "name", n)
			}
		}
		r.clean = truth(l.text("clean_text_values"), true)
		r.duplicates = truth(l.text("allow_choice_duplicates"), false)
		if truth(l.text("omit_instanceid"), false) && l.text("public_key") != "" {
			r.fs.add(s.Name, l.cell("public_key"), InstanceIDNeeded)
		}
		if l.text("public_key") != "" {
			r.fs.add(s.Name, l.cell("public_key"), SettingIgnored, "setting", "public_key")
		}
		if l.text("submission_url") != "" {
			r.fs.add(s.Name, l.cell("submission_url"), SettingIgnored, "setting", "submission_url")
		}
		for _, c := range r.settings.columns {
			if v := l.tidy(l.row.Text(c.at)); v != "" && !slices.Contains([]string{"form_id", "form_title", "version", "default_language", "instance_name", "name"}, c.key) {
				if f.Settings == nil {
					f.Settings = map[string]string{}
				}
				f.Settings[c.key] = v
			}
		}
	}
	if f.Name == "" {
		f.Name = "data" // pyxform's name of a root that has none
	} else if r.settings.find("name") == nil && !isName(f.Name) {
		r.fs.add("", "", FormNameInvalid, "name", f.Name)
	}
	if f.ID == "" {
		f.ID = f.Name
	}
	if f.Title == "" {
		f.Title = f.ID
	}
}

// surveySetting takes a setting that stands as a row of the survey sheet, as very old forms have it;
// false if the type is none.
func (r *reader) surveySetting(typ, value string) bool {
	f := r.form
	switch typ {
	case "form_title", "set form title":
		f.Title = value
	case "form_id", "set form id":
		f.ID = value
	case "sms_keyword", "sms_separator", "sms_allow_media", "sms_date_format", "sms_datetime_format", "prefix", "delimiter",
		"public_key", "submission_url", "auto_send", "auto_delete", "allow_choice_duplicates":
		if f.Settings == nil {
			f.Settings = map[string]string{}
		}
		f.Settings[typ] = value
	default:
		return false
	}
	return true
}

// truth reads yes and no as pyxform's aliases.py does; other words are the default.
func truth(s string, otherwise bool) bool {
	switch s {
	case "yes", "Yes", "YES", "true", "True", "TRUE", "true()":
		return true
	case "no", "No", "NO", "false", "False", "FALSE", "false()":
		return false
	}
	return otherwise
}

// condition makes an expression of yes and no; an empty one is no.
func condition(s string) string {
	switch {
	case truth(s, false):
		return "true()"
	case !truth(s, true):
		return ""
	}
	return s
}
