package web

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

func TestCertificatePage(t *testing.T) {
	o := newOffice(t, nil)
	o.participant(o.here, "Thạch Thị Đào")
	var c *store.Certificate
	o.update(func(tx *store.Tx) error {
		tr, err := tx.Training(o.here.ID)
		if err != nil {
			return err
		}
		_, err = tx.ChangeTraining(tr.ID, tr.Revision, func(tr *store.Training) { tr.Certificate = true })
		return err
	})
	o.wait(o.here.End.Sub(o.Store.Now()) + time.Hour)
	o.update(func(tx *store.Tx) error {
		for r, err := range tx.Holders(o.here.ID) {
			if err != nil {
				return err
			}
			if c, err = tx.Certify(r.Training, r.Member); err != nil {
				return err
			}
		}
		return nil
	})
	see := func(path string) (int, string) {
		w := httptest.NewRecorder()
		o.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		body, err := io.ReadAll(w.Result().Body)
		if err != nil {
			t.Fatal(err)
		}
		if w.Header().Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s may be found by search engines", path)
		}
		return w.Code, string(body)
	}
	status, page := see("/g/" + strings.ToLower(c.Code))
	if status != 200 || !strings.Contains(page, "T. T. Đ.") || !strings.Contains(page, o.here.Name["vi"]) || strings.Contains(page, "Đào") || strings.Contains(page, "Thạch") {
		t.Errorf("the page answers %d:\n%s", status, page)
	}
	if status, _ = see("/g/ZZZZZZZZ"); status != 404 {
		t.Errorf("a code that nobody has answers %d, want 404", status)
	}
	o.update(func(tx *store.Tx) error { // staff have taken the certificates back
		tr, err := tx.Training(o.here.ID)
		if err != nil {
			return err
		}
		_, err = tx.ChangeTraining(tr.ID, tr.Revision, func(tr *store.Training) { tr.Certificate = false })
		return err
	})
	if status, _ = see("/g/" + c.Code); status != 404 {
		t.Errorf("a certificate that was taken back answers %d, want 404", status)
	}
	for range 100 {
		see("/g/ZZZZZZZZ")
	}
	if status, _ = see("/g/ZZZZZZZZ"); status != 429 {
		t.Errorf("who tries codes is answered %d, want 429", status)
	}
}
