package form

import (
	"bytes"
	"testing"
)

// TestResponseKeepsUnknownFields: what a newer program wrote survives an older one, at every level.
func TestResponseKeepsUnknownFields(t *testing.T) {
	want := `{"form":"f","seed":"18446744073709551615","started":"2026-11-24T00:00:00Z",` +
		`"answers":{"a":{"state":"answered","value":"1","sure":true}},` +
		`"repeats":{"r":{"number":2,"mood":"x"}},` +
		`"dropped":[{"path":"b","answer":{"state":"skipped"},"why":"changed","at":"2026-11-24T00:00:00Z","by":"q"}],"color":[1]}`
	r, err := DecodeResponse([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	got, err := EncodeResponse(r)
	if err != nil || string(got) != want {
		t.Errorf("it became\n%s\nof\n%s (%v)", got, want, err)
	}
	again, err := EncodeResponse(r.clone())
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("a copy is %s (%v)", again, err)
	}
}
