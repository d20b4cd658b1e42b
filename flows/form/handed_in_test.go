package form

import (
	"strings"
	"testing"
	"time"

	"chihai/flows/form/xpath"
)

// What is handed in anonymously tells neither when nor by whom; what she said, and
// what follows from that alone, stays.
func TestAnonymous(t *testing.T) {
	l := logicOf(t, `
| survey | type | name | label | calculation | relevant |
| | start | bat_dau | | | |
| | today | hom_nay | | | |
| | phonenumber | so_may | | | |
| | integer | sinh | Năm sinh? | | |
| | text | ghi | Ghi gì? | | ${sinh} > 0 |
| | calculate | luc | | now() | |
| | calculate | tu_luc | | concat('x', ${luc}) | |
| | calculate | ngay | | string(today()) | |
| | calculate | duong | | string(/data/bat_dau) | |
| | calculate | canh | | concat('x', ../luc) | |
| | calculate | tuoi | | 2026 - ${sinh} | |
`)
	s := Setting{Language: "vi", Clock: xpath.Clock{Now: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)}}
	w := l.Walk(l.Begin(s.Clock.Now, 7, map[string]string{"phonenumber": "+84912345678"}), s)
	for path, value := range map[string]string{"sinh": "1989", "ghi": "một điều"} {
		if err := w.Answer(path, value); err != nil && path == "sinh" {
			t.Fatal(err)
		}
	}
	for _, value := range []string{"1990"} { // changed: the first one is in the history
		if err := w.Answer("sinh", value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Answer("ghi", "một điều"); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	whole, err := EncodeResponse(w.Response())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1989", "+84912345678", "2026-11-24", `"seed":"7"`} {
		if !strings.Contains(string(whole), want) {
			t.Fatalf("%q is missing already before: the test would prove nothing\n%s", want, whole)
		}
	}
	final, err := EncodeResponse(l.Anonymous(w.Response()))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"form":"` + l.Form().ID + `","answers":{"ghi":"một điều","sinh":"1990","tuoi":{"state":"computed","value":"36"}}}`
	if string(final) != want {
		t.Errorf("Anonymous = %s\nwant        %s", final, want)
	}
	named, err := EncodeResponse(w.Response().Final())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(named), "1989") || strings.Contains(string(named), "known") || !strings.Contains(string(named), "started") {
		t.Errorf("Final = %s", named)
	}
}
