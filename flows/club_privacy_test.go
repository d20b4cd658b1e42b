package flows

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"chihai/store"
)

// Nobody but her facilitator, and she herself, comes upon the nickname of a
// pupil: no list, no export, no page, no count. Whoever shows one reads a field
// Nick, so no other source may.
func TestNicknamesStayInClubs(t *testing.T) {
	const own = "../flows/data.go" // shows her what is kept of her
	looked := 0
	for _, room := range []string{"../flows", "../bot"} {
		err := filepath.WalkDir(room, func(path string, d fs.DirEntry, err error) error {
			name := filepath.Base(path)
			club := filepath.Dir(path) == "../flows" && strings.HasPrefix(name, "club_")
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(name, "_test.go") || club || path == own {
				return err
			}
			looked++
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Nick" {
					t.Errorf("%s reads what a pupil is called", path)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 50 {
		t.Errorf("only %d sources were looked at", looked)
	}
}

// A pupil who does not write is no member, one who does is a member of whom
// nothing is known; what she is called stands with her club, and while she or
// her facilitator is talking in their talks.
func TestPupilsAreNobodyElsewhere(t *testing.T) {
	s := newStage(t)
	members := s.members()
	s.direct([]string{"@grant", "Lan", "facilitator", "31528"})
	for _, line := range strings.Split(strings.TrimSpace(`
Lan: /caulacbo
Lan: 1
Lan: Lập câu lạc bộ
Lan: Học sinh trung học cơ sở
Lan: Thủ lĩnh của sự thay đổi
Lan: THCS Kế Sách
Lan: Về câu lạc bộ
Lan: Danh sách
Lan: Thêm tên
Lan: Bông Bưởi, Bông Súng
Lan: /menu
Bong: (join)
Bong: 1
Bong: Bông Lúa
Lan: Nhận
Lan: Người mới
Lan: /menu`), "\n") {
		who, what, _ := strings.Cut(line, ": ")
		s.handle(who, s.input(who, what))
	}
	if got := s.members() - members; got != 2 {
		t.Errorf("%d new members, want the facilitator and the pupil who writes", got)
	}
	found := map[string]int{}
	s.must(s.store.View(context.Background(), func(tx *store.Tx) error {
		clear(found)
		for c, err := range tx.Clubs() {
			if err != nil {
				return err
			}
			for p, err := range tx.Pupils(c.ID) {
				if err != nil {
					return err
				}
				found[p.Nick]++
				if p.Member == "" {
					continue
				}
				m, err := tx.Member(p.Member)
				if err != nil {
					return err
				}
				if m.Name != "" || m.Phone != "" || m.Area != "" || m.Address != "em" {
					t.Errorf("of the pupil who writes is known %+v", m)
				}
			}
		}
		return nil
	}))
	if found["Bông Bưởi"] != 1 || found["Bông Súng"] != 1 || found["Bông Lúa"] != 1 || len(found) != 3 {
		t.Errorf("on the roll are %v", found)
	}
	for nick := range found {
		s.typed[nick] = true
	}
	s.wantSealed() // her facilitator typed all of them: they are nowhere to be read
}
