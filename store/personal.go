package store

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A field with the tag `personal:"…"` tells something about a person: in a
// database with keys it is sealed before its document is written. What it holds,
// whatever that is, becomes one string of JSON:
//
//	"sealed1:<id of the data key>:<nonce and AES-256-GCM in base64>"
//
// Bucket, key and name of the field are associated data, so that a sealed field
// moved to another place cannot be opened there. Fields without the tag (ids,
// times, counters) stay as they are, and so do empty ones, and those tagged
// `personal:"hash"`, which hold keyed hashes. A field that is not sealed is read
// as it stands: documents that are older than the keys are sealed one after
// another (reseal.go).
//
// # Why a second type
//
// For each noun a [form] makes a type with the same fields and names in JSON,
// where the personal ones are encoded JSON: so a noun is turned into its document
// and back by the same package with and without keys, and nothing is parsed
// twice.

// sealedHead begins a sealed field; after it come the id of the key, a colon, and
// what is sealed.
const sealedHead = "sealed1:"

// personalTag is the tag of personal fields. hashed is the value of those that
// hold hashes only.
const (
	personalTag = "personal"
	hashed      = "hash"
)

// A form says how values of a type stand in a document.
type form struct {
	doc  reflect.Type
	seal func(s *sealer, doc, v reflect.Value) error
	open func(s *sealer, doc, v reflect.Value) error
}

// forms are those of all types that were asked for. The zero value is ready.
type forms struct {
	mu    sync.RWMutex
	known map[reflect.Type]*form
}

// of returns the form of the struct t, nil when nothing in it is personal.
func (f *forms) of(t reflect.Type) (*form, error) {
	f.mu.RLock()
	known, ok := f.known[t]
	f.mu.RUnlock()
	if ok {
		return known, nil
	}
	made, err := formOf(t, "", nil)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[reflect.Type]*form{}
	}
	f.known[t] = made
	return made, nil
}

// formOf returns the form of t at the place path of a document. above are the
// structs in which it stands.
func formOf(t reflect.Type, path string, above []reflect.Type) (*form, error) {
	switch t.Kind() {
	case reflect.Struct:
		return structForm(t, path, above)
	case reflect.Pointer:
		of, err := formOf(t.Elem(), path, above)
		if of == nil || err != nil {
			return nil, err
		}
		return pointerForm(t, of), nil
	case reflect.Slice:
		of, err := formOf(t.Elem(), path, above)
		if of == nil || err != nil {
			return nil, err
		}
		return sliceForm(t, of), nil
	case reflect.Map, reflect.Array:
		if of, err := formOf(t.Elem(), path, above); of != nil || err != nil {
			return nil, fmt.Errorf("%s is a %s of what is personal: tag it as a whole", path, t.Kind())
		}
	}
	return nil, nil
}

func structForm(t reflect.Type, path string, above []reflect.Type) (*form, error) {
	if slices.Contains(above, t) {
		if !holdsPersonal(t, map[reflect.Type]bool{}) {
			return nil, nil
		}
		return nil, fmt.Errorf("%s holds itself at %s: tag that field as a whole", t, path)
	}
	above = append(slices.Clip(above), t)
	var fields []reflect.StructField
	var steps []step
	personal := false
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			return nil, nil // a type of somebody else, such as time.Time
		}
		s := step{at: i}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if s.path = name; path != "" {
			s.path = path + "." + name
		}
		if tag, ok := f.Tag.Lookup(personalTag); ok && tag != hashed {
			s.sealed = true
			if !strings.Contains(f.Tag.Get("json"), ",omitzero") {
				var err error
				if s.zero, err = json.Marshal(reflect.Zero(f.Type).Interface()); err != nil {
					return nil, err
				}
			}
			f.Type = reflect.TypeFor[jsontext.Value]()
		} else {
			of, err := formOf(f.Type, s.path, above)
			if err != nil {
				return nil, err
			}
			if s.form = of; of != nil {
				f.Type = of.doc
			}
		}
		personal = personal || s.sealed || s.form != nil
		fields = append(fields, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag})
		steps = append(steps, s)
	}
	if !personal {
		return nil, nil
	}
	return &form{
		doc: reflect.StructOf(fields),
		seal: func(s *sealer, doc, v reflect.Value) error {
			for i := range steps {
				if err := steps[i].seal(s, doc, v); err != nil {
					return err
				}
			}
			return nil
		},
		open: func(s *sealer, doc, v reflect.Value) error {
			for i := range steps {
				if err := steps[i].open(s, doc, v); err != nil {
					return err
				}
			}
			return nil
		},
	}, nil
}

// holdsPersonal says whether anything in t, however deep, is personal. seen are
// the structs that were looked at.
func holdsPersonal(t reflect.Type, seen map[reflect.Type]bool) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsPersonal(t.Elem(), seen)
	case reflect.Struct:
	default:
		return false
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	for i := range t.NumField() {
		f := t.Field(i)
		if tag, ok := f.Tag.Lookup(personalTag); ok && tag != hashed || f.IsExported() && holdsPersonal(f.Type, seen) {
			return true
		}
	}
	return false
}

// A step brings one field of a struct into its document and back.
type step struct {
	at     int
	path   string // names in JSON, separated by dots
	sealed bool
	zero   []byte // of a sealed one: what stands for its zero value; nil when that is left out
	form   *form  // of a field that is not personal as a whole; nil: it stands as it is
}

func (f *step) seal(s *sealer, doc, v reflect.Value) error {
	doc, v = doc.Field(f.at), v.Field(f.at)
	switch {
	case f.sealed:
		if v.IsZero() {
			doc.SetBytes(f.zero)
			return nil
		}
		raw, err := s.seal(f.path, v)
		doc.SetBytes(raw)
		return err
	case f.form != nil:
		return f.form.seal(s, doc, v)
	}
	doc.Set(v)
	return nil
}

func (f *step) open(s *sealer, doc, v reflect.Value) error {
	doc, v = doc.Field(f.at), v.Field(f.at)
	switch {
	case f.sealed:
		return s.open(f.path, doc.Bytes(), v)
	case f.form != nil:
		return f.form.open(s, doc, v)
	}
	v.Set(doc)
	return nil
}

func pointerForm(t reflect.Type, of *form) *form {
	return &form{
		doc: reflect.PointerTo(of.doc),
		seal: func(s *sealer, doc, v reflect.Value) error {
			if v.IsNil() {
				return nil
			}
			doc.Set(reflect.New(of.doc))
			return of.seal(s, doc.Elem(), v.Elem())
		},
		open: func(s *sealer, doc, v reflect.Value) error {
			if doc.IsNil() {
				return nil
			}
			v.Set(reflect.New(t.Elem()))
			return of.open(s, doc.Elem(), v.Elem())
		},
	}
}

func sliceForm(t reflect.Type, of *form) *form {
	all := func(from, to reflect.Value, kind reflect.Type, each func(from, to reflect.Value) error) error {
		if from.IsNil() {
			return nil
		}
		to.Set(reflect.MakeSlice(kind, from.Len(), from.Len()))
		for i := range from.Len() {
			if err := each(from.Index(i), to.Index(i)); err != nil {
				return err
			}
		}
		return nil
	}
	docs := reflect.SliceOf(of.doc)
	return &form{
		doc: docs,
		seal: func(s *sealer, doc, v reflect.Value) error {
			return all(v, doc, docs, func(v, doc reflect.Value) error { return of.seal(s, doc, v) })
		},
		open: func(s *sealer, doc, v reflect.Value) error {
			return all(doc, v, t, func(doc, v reflect.Value) error { return of.open(s, doc, v) })
		},
	}
}

// A sealer seals or opens the fields of one document.
type sealer struct {
	tx          *Tx
	bucket, key string
	with        *dataKey // sealing: by which
	blind       bool     // opening: what is sealed is passed over
	stale       bool     // opening: a field is not sealed, or with a key other than with

	// Used again for other fields and documents: making them anew would cost more
	// than sealing.
	bound []byte       // the associated data
	plain bytes.Buffer // what is sealed
	shut  []byte       // nonce and what became of it
	out   []byte       // all sealed fields of the document, one after another
}

// bind returns the associated data of the field at path.
func (s *sealer) bind(path string) []byte {
	s.bound = append(s.bound[:0], s.bucket...)
	s.bound = append(s.bound, 0)
	s.bound = append(s.bound, s.key...)
	s.bound = append(s.bound, 0)
	s.bound = append(s.bound, path...)
	return s.bound
}

// seal returns what stands in the document for the personal field v, which is not
// zero.
func (s *sealer) seal(path string, v reflect.Value) ([]byte, error) {
	s.plain.Reset()
	switch {
	case v.Kind() == reflect.String:
		s.plain.WriteString(v.String())
	case isBytes(v.Type()):
		s.plain.Write(v.Bytes())
	default:
		if err := json.MarshalWrite(&s.plain, v.Interface()); err != nil {
			return nil, err
		}
	}
	s.shut = s.with.Seal(s.shut[:0], nil, s.plain.Bytes(), s.bind(path)) // #nosec G407 -- newAEAD draws the nonce anew each time
	at := len(s.out)
	s.out = append(s.out, '"')
	s.out = append(s.out, s.with.head...)
	s.out = base64.RawStdEncoding.AppendEncode(s.out, s.shut)
	s.out = append(s.out, '"')
	return s.out[at:len(s.out):len(s.out)], nil
}

// open sets the personal field v to what stands in the document for it.
func (s *sealer) open(path string, raw []byte, v reflect.Value) error {
	if len(raw) == 0 {
		return nil
	}
	id, text, sealed := cutSealed(raw)
	if !sealed {
		if err := json.Unmarshal(raw, v.Addr().Interface()); err != nil {
			return err
		}
		s.stale = s.stale || !v.IsZero()
		return nil
	}
	if s.blind {
		return nil
	}
	with := s.with
	if with == nil || with.id != id {
		s.stale = true
		var err error
		if with, err = s.tx.dataKey(id); err != nil {
			return err
		}
		if with == nil {
			return &sealedError{path, "its key " + id + " is not there any more"}
		}
	}
	locked, err := base64.RawStdEncoding.AppendDecode(s.shut[:0], text)
	if err != nil {
		return &sealedError{path, "it is damaged"}
	}
	s.shut = locked
	plain, err := with.Open(nil, nil, locked, s.bind(path))
	if err != nil {
		return &sealedError{path, "it is damaged, or belongs elsewhere"}
	}
	switch {
	case v.Kind() == reflect.String:
		v.SetString(string(plain))
	case isBytes(v.Type()):
		v.SetBytes(plain)
	default:
		if err := json.Unmarshal(plain, v.Addr().Interface()); err != nil {
			return &sealedError{path, "it is of another kind"} // the error may quote it
		}
	}
	return nil
}

// isBytes says whether values of t are sealed as they are: bytes, and JSON that
// is encoded already.
func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

// cutSealed splits a JSON value that is a sealed field. What only begins like one
// is somebody's text, older than the keys.
func cutSealed(raw []byte) (id string, text []byte, sealed bool) {
	head := len(`"` + sealedHead)
	if len(raw) < head+keyIDSize+len(`:"`)+leastSealed || string(raw[1:head]) != sealedHead || raw[0] != '"' || raw[len(raw)-1] != '"' || raw[head+keyIDSize] != ':' {
		return "", nil, false
	}
	id, text = string(raw[head:head+keyIDSize]), raw[head+keyIDSize+1:len(raw)-1]
	if strings.Trim(id, "0123456789abcdefghjkmnpqrstvwxyz") != "" || slices.ContainsFunc(text, notBase64) {
		return "", nil, false
	}
	return id, text, true
}

// leastSealed is the length of nonce and tag in base64.
const leastSealed = (28*8 + 5) / 6

func notBase64(b byte) bool {
	return !(b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '+' || b == '/')
}

// A sealedError says why a field cannot be opened, and never what is in it.
type sealedError struct {
	Field, Why string
}

func (e *sealedError) Error() string {
	return fmt.Sprintf("field %s cannot be opened: %s", e.Field, e.Why)
}

// encode returns v, a noun or a pointer to one, as the document under key.
func encode(tx *Tx, bucket, key string, v any) ([]byte, error) {
	raw, err := func() ([]byte, error) {
		from := reflect.Indirect(reflect.ValueOf(v))
		f, with, err := tx.formOf(from.Type())
		if with == nil || err != nil {
			return nil, err
		}
		s := tx.store.sealers.Get().(*sealer)
		defer tx.store.sealers.Put(s)
		s.bucket, s.key, s.with, s.out = bucket, key, with, s.out[:0]
		doc := reflect.New(f.doc)
		if err := f.seal(s, doc.Elem(), from); err != nil {
			return nil, err
		}
		return json.Marshal(doc.Interface())
	}()
	if raw == nil && err == nil {
		raw, err = json.Marshal(v)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", bucket, key, err)
	}
	return raw, nil
}

// formOf returns the form in which tx writes nouns of the type t, and the key by
// which it seals; nil when they are written as they are.
func (tx *Tx) formOf(t reflect.Type) (*form, *dataKey, error) {
	if t.Kind() != reflect.Struct {
		return nil, nil, nil
	}
	f, err := tx.store.forms.of(t)
	if f == nil || err != nil {
		return nil, nil, err
	}
	with, err := tx.sealing()
	return f, with, err
}

// decode reads the document raw under key into v.
func decode[T any](tx *Tx, bucket, key string, raw []byte, v *T) error {
	if _, err := open(tx, bucket, key, raw, v); err != nil {
		return fmt.Errorf("%s %s: %w", bucket, key, err)
	}
	return nil
}

// open is decode without naming the document in errors. It says whether sealing
// the document anew would change something.
func open[T any](tx *Tx, bucket, key string, raw []byte, v *T) (stale bool, err error) {
	k := tx.store.keys.Load()
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return false, json.Unmarshal(raw, v)
	}
	if k == nil && !tx.store.blind {
		if bytes.Contains(raw, []byte(sealedHead)) { // by another process, or it only looks so
			if k, err = tx.readKeys(); err != nil {
				return false, err
			}
		}
		if k == nil {
			return false, json.Unmarshal(raw, v)
		}
	}
	f, err := tx.store.forms.of(t)
	if err != nil {
		return false, err
	}
	if f == nil {
		return false, json.Unmarshal(raw, v)
	}
	doc := reflect.New(f.doc)
	if err := json.Unmarshal(raw, doc.Interface()); err != nil {
		return false, err
	}
	s := sealer{tx: tx, bucket: bucket, key: key, blind: tx.store.blind}
	if !s.blind {
		s.with = k.seal
	}
	err = f.open(&s, doc.Elem(), reflect.ValueOf(v).Elem())
	return s.stale, err
}
