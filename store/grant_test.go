package store_test

import (
	"errors"
	"testing"

	"chihai/store"
)

// madeFor keeps a list that was made for somebody.
func (h *hall) madeFor(name string) (file string) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		f := &store.File{Name: "danh-sach.xlsx", Member: h.members[name], Expires: h.now.AddDate(0, 0, 1)}
		err := tx.PutFile(f, []byte("names and numbers"))
		file = f.ID
		return err
	})
	return file
}

func (h *hall) isKept(file string) bool {
	h.Helper()
	return view(h, func(tx *store.Tx) (bool, error) {
		_, _, err := tx.File(file)
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	})
}

func (h *hall) grant(name string, role store.Role) {
	h.Helper()
	h.update(func(tx *store.Tx) error {
		m, err := tx.Member(h.members[name])
		if err != nil {
			return err
		}
		return tx.Grant(m, &store.Grant{Role: role})
	})
}

// With her role a woman loses the lists that she made by it, and nobody else
// does.
func TestRevokeTakesFiles(t *testing.T) {
	h := newHall(t)
	h.meet("Hoa", "1")
	h.meet("Mai", "2")
	h.grant("Hoa", store.Staff)
	hers, others := h.madeFor("Hoa"), h.madeFor("Mai")
	for _, tt := range []struct {
		role  store.Role
		ended int
		kept  bool
	}{{store.Admin, 0, true}, {store.Staff, 1, false}} {
		h.update(func(tx *store.Tx) error {
			n, err := tx.Revoke(h.members["Hoa"], tt.role)
			if n != tt.ended {
				t.Errorf("Revoke of %s = %d, want %d", tt.role, n, tt.ended)
			}
			return err
		})
		if got := h.isKept(hers); got != tt.kept {
			t.Errorf("her list after Revoke of %s: kept %v, want %v", tt.role, got, tt.kept)
		}
	}
	if !h.isKept(others) {
		t.Error("another's list is gone too")
	}
}

// A role ends when two members become one, and its lists go with it; what was
// made for a woman without a role passes on.
func TestMergeTakesFiles(t *testing.T) {
	for name, staff := range map[string]bool{"with a role": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			h := newHall(t)
			h.meet("new", "1")
			h.meet("old", "2")
			if staff {
				h.grant("old", store.Staff)
			}
			file := h.madeFor("old")
			h.merge("new", "old")
			if got := h.isKept(file); got == staff {
				t.Errorf("kept %v, want %v", got, !staff)
			}
		})
	}
}
