package store_test

import (
	"errors"
	"testing"
	"time"

	"chihai/store"
)

// What was given to one of two members who are the same person stays hers, and
// there is one of it.
func TestMergeCertificates(t *testing.T) {
	for _, tt := range []struct{ name, with string }{{"hers", "keep"}, {"the other's", "gone"}, {"both", "both"}} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHall(t)
			h.meet("keep", "1")
			h.meet("gone", "2")
			class := h.classes["cooking"]
			h.register("keep", "cooking", 0)
			h.register("gone", "cooking", 0)
			h.update(func(tx *store.Tx) error {
				c, err := tx.Training(class)
				if err != nil {
					return err
				}
				_, err = tx.ChangeTraining(class, c.Revision, func(c *store.Training) { c.End, c.Certificate = c.Start.Add(time.Hour), true })
				return err
			})
			if err := h.store.Update(t.Context(), func(tx *store.Tx) error { _, err := tx.Certify(class, h.members["keep"]); return err }); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("before the training Certify = %v, want %v", err, store.ErrNotFound)
			}
			h.now = h.now.AddDate(0, 0, 2)
			codes := map[string]string{}
			h.update(func(tx *store.Tx) error {
				for _, name := range []string{"keep", "gone"} {
					if tt.with != name && tt.with != "both" {
						continue
					}
					c, err := tx.Certify(class, h.members[name])
					if err != nil {
						return err
					}
					again, err := tx.Certify(class, h.members[name])
					if err != nil || again.Code != c.Code {
						t.Errorf("Certify again = %v, %v", again, err)
					}
					codes[name] = c.Code
				}
				return nil
			})
			h.merge("keep", "gone")
			want := codes["keep"]
			if want == "" {
				want = codes["gone"]
			}
			h.update(func(tx *store.Tx) error {
				c, _, err := tx.CertificateByCode(want)
				if err != nil || c.Member != h.members["keep"] {
					t.Errorf("CertificateByCode = %+v, %v", c, err)
				}
				if tt.with == "both" {
					if _, _, err := tx.CertificateByCode(codes["gone"]); !errors.Is(err, store.ErrNotFound) {
						t.Errorf("the second one: %v, want %v", err, store.ErrNotFound)
					}
				}
				return nil
			})
			if _, err := store.Check(t.Context(), h.store.Backend(), h.now, func(bucket, key, what string) { t.Errorf("afterwards: %s %s %s", bucket, key, what) }); err != nil {
				t.Error(err)
			}
		})
	}
}
