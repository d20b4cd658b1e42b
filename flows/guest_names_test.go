package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestReadGuests(t *testing.T) {
	for _, tt := range []struct {
		text  string
		want  []namedGuest
		n     int
		fault namesFault
	}{
		{"Bà Thạch Thị Đào, Chi hội trưởng ấp 3", []namedGuest{{"Thạch Thị Đào", "Chi hội trưởng ấp 3", "ba"}}, 1, namesFine},
		{"1. Ông Lâm Văn Sơn - Phó Chủ tịch\n\n2) chị Lê Thị Hoa\n • Lê Thị Hòa", []namedGuest{
			{"Lâm Văn Sơn", "Phó Chủ tịch", "ong"}, {"Lê Thị Hoa", "", "chi"}, {"Lê Thị Hòa", "", ""}}, 3, namesFine},
		{"Đồng chí Trần Thị Bé; Bí thư\nđ/c Sơn Nâu", []namedGuest{{"Trần Thị Bé", "Bí thư", ""}, {"Sơn Nâu", "", ""}}, 2, namesFine},
		{"ba thach thi dao, chi hoi truong", []namedGuest{{"thach thi dao", "chi hoi truong", "ba"}}, 1, namesFine},
		{"Ong Thị Mai\nBá Thị Mai\nBà Mai\nCô", []namedGuest{{"Ong Thị Mai", "", ""}, {"Bá Thị Mai", "", ""}, {"Bà Mai", "", ""}, {"Cô", "", ""}}, 4, namesFine},
		{"ថាច់ ធីដាវ, ប្រធានសាខា", []namedGuest{{"ថាច់ ធីដាវ", "ប្រធានសាខា", ""}}, 1, namesFine},
		{"Lê Thị Hoa, Tổ trưởng\nlê thị hoa, tổ trưởng\nLê Thị Hoa, Tổ phó", []namedGuest{{"Lê Thị Hoa", "Tổ trưởng", ""}, {"Lê Thị Hoa", "Tổ phó", ""}}, 2, namesFine},
		{"090 123 4567", nil, 1, namesBad},
		{"Lê Thị Hoa\n\n0912 345 678 (số của Hoa)", nil, 3, namesBad},
		{"Lê Thị Hoa, " + strings.Repeat("a", mostGuestTitle+1), nil, 1, namesBad},
		{" \n 1. \n-", nil, 0, namesNone},
		{strings.Repeat("Lê Thị Hoa\n", 300), nil, 300, namesMany},
	} {
		got, n, fault := readGuests(tt.text)
		if !slices.Equal(got, tt.want) || n != tt.n || fault != tt.fault {
			t.Errorf("%.60q gives %v, %d, %v; want %v, %d, %v", tt.text, got, n, fault, tt.want, tt.n, tt.fault)
		}
	}
}

// As many as fit into one message stand in the notes of a talk, with room for
// the rest of it.
func TestGuestsFitNotes(t *testing.T) {
	var text strings.Builder
	for i := range mostNames {
		fmt.Fprintf(&text, "Bà %s%c, %s\n", strings.Repeat("Nguyễn ", 10), 'A'+i%26, strings.Repeat("ệ", mostGuestTitle))
	}
	if guests, _, fault := readGuests(text.String()); fault != namesFine || len(fmt.Sprint(guests)) > 32<<10 {
		t.Errorf("%d guests of %d bytes, fault %v", len(guests), len(fmt.Sprint(guests)), fault)
	}
}
