package store

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/go-json-experiment/json"
)

// Every personal field of every noun, however deep, is sealed and comes back; a
// bucket that holds some is sealed anew after a rotation.
func TestEveryPersonalField(t *testing.T) {
	s := newStore(nil, Options{})
	tx := &Tx{store: s}
	k := testKeys(t)
	s.keys.Store(k)
	tx.seal = k.seal
	for bucket, v := range map[string]any{
		"area": full[Area](), "audit": full[Audit](),
		"club": full[Club](), "club_member": full[Membership](), "club_meeting": full[Meeting](), "club_pupil": full[Pupil](), "club_hand": full[Handover](),
		"contact": full[Contact](), "conversation": full[Conversation](),
		"delivery": full[Delivery](), "due": full[Due](), "file": full[File](), "file_chunk": full[chunk](),
		"certificate": full[Certificate](), "feedback": full[Feedback](), "guest": full[Guest](), "quiz_sheet": full[QuizSheet](), "document_read": full[Reading](),
		"grant": full[Grant](), "grant_code": full[GrantCode](), "member": full[Member](), "merge": full[MergeRequest](),
		"message": full[Message](), "passphrase": full[Passphrase](), "receipt": full[Receipt](), "registration": full[Registration](),
		"screen": full[Line](), "seen": full[seen](), "task": full[Task](), "training": full[Training](),
	} {
		blot(reflect.ValueOf(v).Elem(), false)
		plain, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := encode(tx, bucket, "k", v)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"SECRET", "U0VDUkVU"} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s is written as %s", bucket, raw)
			}
		}
		personal := bytes.Contains(plain, []byte("SECRET")) || bytes.Contains(plain, []byte("U0VDUkVU"))
		if _, ok := resealers[bucket]; ok != personal {
			t.Errorf("%s holds what is personal: %v; it is sealed anew: %v", bucket, personal, ok)
		}
		if personal != bytes.Contains(raw, []byte(k.seal.head)) {
			t.Errorf("%s holds what is personal: %v; it is written as %s", bucket, personal, raw)
		}
		back := reflect.New(reflect.TypeOf(v).Elem())
		if err := reopen(tx, bucket, raw, back); err != nil {
			t.Errorf("%s: %v", bucket, err)
			continue
		}
		if !reflect.DeepEqual(back.Interface(), v) {
			t.Errorf("%s comes back as\n%+v, was\n%+v", bucket, back.Interface(), v)
		}
		if err := reopen(tx, bucket, plain, reflect.New(reflect.TypeOf(v).Elem())); err != nil {
			t.Errorf("%s, not sealed: %v", bucket, err)
		}
	}
}

// TestEmptyFields seals nothing where nothing is.
func TestEmptyFields(t *testing.T) {
	s := newStore(nil, Options{})
	tx := &Tx{store: s}
	k := testKeys(t)
	s.keys.Store(k)
	tx.seal = k.seal
	for _, v := range []any{&Member{}, &Contact{}, &Message{}, &Conversation{Prompt: &Prompt{}}, &Line{}, &Task{}, &File{}, &Membership{}, &Pupil{}} {
		raw, err := encode(tx, "b", "k", v)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(raw, plain) {
			t.Errorf("%T is written as %s, want %s", v, raw, plain)
		}
	}
}

// What a person typed is sealed whatever it looks like, and what only looks
// sealed is read as it is.
func TestLooksSealed(t *testing.T) {
	s := newStore(nil, Options{})
	tx := &Tx{store: s}
	k := testKeys(t)
	s.keys.Store(k)
	tx.seal = k.seal
	for _, name := range []string{"sealed1:", "sealed1:abcdef:", "sealed1:abcdef:xx yy", "sealed1:ABCDEF:eHh4", `sealed1:abcdef:"`, k.seal.head + "eHh4"} {
		raw, err := encode(tx, "member", "m", &Member{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		var m Member
		if err := decode(tx, "member", "m", raw, &m); err != nil || m.Name != name {
			t.Errorf("%q comes back as %q, %v", name, m.Name, err)
		}
		plain, err := json.Marshal(&Member{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		m = Member{}
		if err := decode(tx, "member", "m", plain, &m); err != nil || m.Name != name {
			t.Errorf("%q, not sealed, comes back as %q, %v", name, m.Name, err)
		}
	}
}

// A sealed field opens at its own place only: bucket, key and name are part of it.
func TestPlaces(t *testing.T) {
	s := newStore(nil, Options{})
	tx := &Tx{store: s}
	k := testKeys(t)
	s.keys.Store(k)
	tx.seal = k.seal
	raw, err := encode(tx, "message", "k", &Message{Text: "SECRET"})
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []struct {
		bucket, key string
		opens       bool
	}{{"message", "k", true}, {"message", "l", false}, {"messages", "k", false}, {"screen", "k", false}} {
		if err := decode(tx, place.bucket, place.key, raw, new(Message)); (err == nil) != place.opens {
			t.Errorf("opened as %s %s: %v, want it to open: %v", place.bucket, place.key, err, place.opens)
		}
	}
	swapped := bytes.Replace(raw, []byte(`"text"`), []byte(`"choices"`), 1)
	if err := decode(tx, "message", "k", swapped, new(Message)); err == nil {
		t.Error("it opens under another name")
	}
}

// A locked key opens under its own id only.
func TestLockedKeys(t *testing.T) {
	identity, recipient, err := NewRecovery()
	if err != nil {
		t.Fatal(err)
	}
	who, err := age.ParseIdentities(strings.NewReader(identity))
	if err != nil {
		t.Fatal(err)
	}
	key := NewKey()
	ring, err := newRing(key, recipient, NewKey(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.open(key); err != nil {
		t.Fatal(err)
	}
	ring.Hash.Locked, ring.Hash.Recovery = ring.Data[0].Locked, ring.Data[0].Recovery
	if _, err := ring.open(key); err == nil {
		t.Error("another key opens in the place of the hash key")
	}
	if err := ring.recover(who, NewKey()); err == nil {
		t.Error("another key is recovered in the place of the hash key")
	}
}

// A chunk of the greatest size fits a value when it is sealed.
func TestChunkFits(t *testing.T) {
	s := newStore(nil, Options{})
	tx := &Tx{store: s}
	k := testKeys(t)
	s.keys.Store(k)
	tx.seal = k.seal
	raw, err := encode(tx, "file_chunk", chunkKey("x", 9), chunk{make([]byte, chunkSize)})
	if err != nil || len(raw) > MaxValue {
		t.Errorf("a chunk takes %d bytes, want at most %d; %v", len(raw), MaxValue, err)
	}
}

// Personal fields are found in structs that stand in slices and behind pointers.
func TestNestedFields(t *testing.T) {
	type group struct {
		Head *Member     `json:"head"`
		All  [][]*Member `json:"all"`
	}
	s := newStore(nil, Options{})
	tx := &Tx{store: s}
	k := testKeys(t)
	s.keys.Store(k)
	tx.seal = k.seal
	g := group{Head: &Member{ID: "1", Name: "SECRET"}, All: [][]*Member{{{ID: "2", Phone: "SECRET"}, nil}, nil, {}}}
	raw, err := encode(tx, "b", "k", &g)
	if err != nil || bytes.Contains(raw, []byte("SECRET")) || bytes.Count(raw, []byte(k.seal.head)) != 2 {
		t.Fatalf("written as %s, %v", raw, err)
	}
	var back group
	if err := decode(tx, "b", "k", raw, &back); err != nil || back.Head.Name != "SECRET" || back.All[0][0].Phone != "SECRET" || back.All[0][1] != nil || len(back.All) != 3 {
		t.Errorf("comes back as %+v, %v", back, err)
	}
}

// A type whose personal parts could not be found is refused.
func TestFormRefuses(t *testing.T) {
	type loop struct {
		Name string `json:"name" personal:"name"`
		Next []loop `json:"next"`
	}
	type table struct {
		All map[string]Member `json:"all"`
	}
	for _, kind := range []reflect.Type{reflect.TypeFor[loop](), reflect.TypeFor[table]()} {
		if _, err := new(forms).of(kind); err == nil {
			t.Errorf("%v is taken", kind)
		}
	}
}

func testKeys(t testing.TB) *keys {
	t.Helper()
	key := NewKey()
	ring, err := newRing(key, "", NewKey(), time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	k, err := ring.open(key)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// reopen is decode for a type that is known at run time only.
func reopen(tx *Tx, bucket string, raw []byte, v reflect.Value) error {
	f, err := tx.store.forms.of(v.Type().Elem())
	if err != nil {
		return err
	}
	if f == nil {
		return json.Unmarshal(raw, v.Interface())
	}
	doc := reflect.New(f.doc)
	if err := json.Unmarshal(raw, doc.Interface()); err != nil {
		return err
	}
	s := sealer{tx: tx, bucket: bucket, key: "k", with: tx.seal}
	return f.open(&s, doc.Elem(), v.Elem())
}

// blot puts a secret into every text, number of bytes and note that is personal.
func blot(v reflect.Value, personal bool) {
	switch v.Kind() {
	case reflect.String:
		if personal {
			v.SetString("SECRET")
		}
	case reflect.Slice:
		switch {
		case v.Type() == reflect.TypeFor[[]byte]() && personal:
			v.SetBytes([]byte("SECRET"))
		case isBytes(v.Type()):
			if personal {
				v.SetBytes([]byte(`"SECRET"`))
			} else if v.Type() != reflect.TypeFor[[]byte]() {
				v.SetBytes([]byte(`{}`))
			}
		default:
			for i := range v.Len() {
				blot(v.Index(i), personal)
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			e := reflect.New(v.Type().Elem()).Elem()
			blot(e, personal)
			v.SetMapIndex(key, e)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			blot(v.Elem(), personal)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch f := v.Field(i); {
			case v.Type().Field(i).Name == "Rest":
				f.SetZero()
			case f.CanSet():
				blot(f, personal || tagged(v.Type().Field(i)))
			}
		}
	}
}

func tagged(f reflect.StructField) bool {
	tag, ok := f.Tag.Lookup(personalTag)
	return ok && tag != hashed
}
