package responses

import (
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// json writes an array of objects. The keys are the names of columns, also where labels are asked for;
// what was not asked is left out, and so are the columns that only take a summary apart. Repeats are
// arrays of objects under the path of the repeat.
func (w *writing) json(out io.Writer) error {
	w.at.Passes = 1
	e := jsontext.NewEncoder(out, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err := e.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	err := w.pass(func(t *table, r *record) error {
		if t != w.tables[0] {
			return nil
		}
		return w.object(e, t, r)
	})
	if err != nil {
		return err
	}
	return e.WriteToken(jsontext.EndArray)
}

// object writes a row with the rows inside of it.
func (w *writing) object(e *jsontext.Encoder, t *table, r *record) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for i, v := range w.fill(t, r) {
		c := t.columns[i]
		if v.state == blank || c.part >= 0 || c.field == nil && t != w.tables[0] {
			continue
		}
		value := jsontext.String(w.shown(c, v))
		number := c.kind == whole || c.kind == decimal || c.kind == loose || c.kind == coded && c.field.plain && !w.options.Labels
		if s := v.code(); number && plainNumber(s) && (v.state == given || !w.options.Labels) {
			if err := e.WriteToken(jsontext.String(c.name)); err != nil {
				return err
			}
			if err := e.WriteValue(jsontext.Value(s)); err != nil {
				return err
			}
			continue
		}
		if err := e.WriteToken(jsontext.String(c.name)); err != nil {
			return err
		}
		if err := e.WriteToken(value); err != nil {
			return err
		}
	}
	if err := w.arrays(e, t, r); err != nil {
		return err
	}
	return e.WriteToken(jsontext.EndObject)
}

// arrays writes the rows inside of one, an array for each repeat.
func (w *writing) arrays(e *jsontext.Encoder, t *table, r *record) error {
	for _, c := range t.children {
		some := false
		err := w.instances(c, t, r, func(one *record) error {
			if !some {
				some = true
				if err := e.WriteToken(jsontext.String(c.path)); err != nil {
					return err
				}
				if err := e.WriteToken(jsontext.BeginArray); err != nil {
					return err
				}
			}
			return w.object(e, c, one)
		})
		if err != nil {
			return err
		}
		if some {
			if err := e.WriteToken(jsontext.EndArray); err != nil {
				return err
			}
		}
	}
	return nil
}
