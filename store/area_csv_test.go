package store_test

import (
	"strings"
	"testing"

	"chihai/store"
)

func TestReadAreasRefuses(t *testing.T) {
	const head = "code,name,kind,parent,note\n1,Tỉnh,tinh,,\n"
	for row, want := range map[string]string{
		"2,X\xe3,xa,1,":       "line 3: name: not UTF-8",
		"2,X\x1b[2Jã,xa,1,":   "line 3: name: a control character",
		"\"2\n3\",Xã,xa,1,":   "line 3: code: a control character",
		"2,Xã,x\u009ba,1,":    "line 3: kind: a control character",
		"2,Xã,xa,\"1\x002\",": "line 3: parent: a control character",
		"1,Xã,xa,,":           "line 3: code \"1\" stands twice",
		"1\u202e2,,xa,,":      `line 3: area "1\u202e2" has no name`,
	} {
		if _, err := store.ReadAreas(strings.NewReader(head + row + "\n")); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", row, err, want)
		}
	}
	areas, err := store.ReadAreas(strings.NewReader(head + " 2\t,Xã,xa,1,\"two\nlines\"\n"))
	if err != nil || len(areas) != 2 || areas[1].Code != "2" {
		t.Errorf("areas %+v, %v", areas, err)
	}
}
