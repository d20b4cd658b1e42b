package store

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// A copy says the same and shares nothing that can be changed: a new field of a
// document must not be forgotten in its clone.
func TestClones(t *testing.T) {
	for _, v := range []any{full[Training](), full[Registration](), full[Member](), full[Contact](), full[Conversation](), full[Broadcast]()} {
		var c any
		switch v := v.(type) {
		case *Training:
			c = v.clone()
		case *Registration:
			c = v.clone()
		case *Member:
			c = v.clone()
		case *Contact:
			c = v.clone()
		case *Conversation:
			c = v.clone()
		case *Broadcast:
			c = v.clone()
		}
		if !reflect.DeepEqual(v, c) {
			t.Errorf("the copy of a %T differs:\n%+v\n%+v", v, v, c)
		}
		shared(t, fmt.Sprintf("%T", v), reflect.ValueOf(v), reflect.ValueOf(c))
	}
}

// full returns a T in which nothing is empty, three levels deep.
func full[T any]() any {
	v := new(T)
	fill(reflect.ValueOf(v).Elem(), 0)
	return v
}

func fill(v reflect.Value, depth int) {
	if depth > 9 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), depth+1)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth+1)
		fill(value, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Pointer:
		if v.Type().Elem().Kind() == reflect.Struct && v.CanSet() && depth < 6 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(f, depth+1)
			}
		}
	case reflect.Uint8:
		v.SetUint('x')
	}
}

// shared finds memory that a and b have in common. Encoded JSON is only ever
// replaced, never written into, so it may be.
func shared(t *testing.T, path string, a, b reflect.Value) {
	if a.Type() == reflect.TypeFor[jsontext.Value]() {
		return
	}
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() {
			return
		}
		if a.Pointer() == b.Pointer() && a.Type().Elem().PkgPath() == reflect.TypeFor[Member]().PkgPath() {
			t.Errorf("%s is shared", path)
			return
		}
		shared(t, path, a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Len() > 0 && a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
			return
		}
		for i := range a.Len() {
			shared(t, fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i))
		}
	case reflect.Map:
		if a.Len() > 0 && a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.IsExported() {
				shared(t, path+"."+f.Name, a.Field(i), b.Field(i))
			}
		}
	}
}
