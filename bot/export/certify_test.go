package export

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chihai/flows"
	"chihai/store"
	"chihai/store/memory"

	"github.com/go-json-experiment/json"
)

// TestCertify makes certificates after a training of two, of whom one goes by
// another name later, and deletes what was kept of her at the end.
func TestCertify(t *testing.T) {
	now := time.Date(2026, 12, 1, 1, 0, 0, 0, time.UTC)
	s, err := store.Open(t.Context(), memory.New(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	update := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	training := &store.Training{
		Kind: store.Class, Name: store.Text{"vi": "Kỹ năng truyền thông"}, Official: "Hỗ trợ người bị bạo lực", Area: "31528", Seats: 9,
		Start: hallStart.UTC(), End: hallEnd.UTC(), Place: hall, Certificate: true,
	}
	var hoa, dao, officer *store.Member
	update(func(tx *store.Tx) (err error) {
		if err := tx.PutSettings(&store.Settings{Organisation: "Hội Liên hiệp Phụ nữ thành phố Cần Thơ", Head: "Trần Thị Ánh", Title: "CHỦ TỊCH", Town: "Cần Thơ"}); err != nil {
			return err
		}
		if err := tx.ImportAreas([]*store.Area{{Code: "31528", Name: "Xã Kế Sách"}}); err != nil {
			return err
		}
		if err := tx.AddTraining(training); err != nil {
			return err
		}
		if hoa, err = enrol(tx, training.ID, "Nguyễn Thị Hoa", "", "", 0); err != nil {
			return err
		}
		if dao, err = enrol(tx, training.ID, "Thạch Thị Đào", "", "", 0); err != nil {
			return err
		}
		if officer, err = tx.NewMember(); err != nil {
			return err
		}
		return tx.Grant(officer, &store.Grant{Role: store.Staff, Area: "31528"})
	})
	data, err := json.Marshal(flows.TrainingWork{Training: training.ID, URL: "https://chihai.example/g/"})
	if err != nil {
		t.Fatal(err)
	}
	e := exporter(t)
	if result, err := e.Certificate(t.Context(), s, store.Task{Member: hoa.ID, Data: data}); err != nil || string(result) != `""` {
		t.Errorf("before the training there is %s, %v", result, err)
	}

	now = time.Date(2026, 12, 13, 1, 0, 0, 0, time.UTC)
	result, err := e.Certificate(t.Context(), s, store.Task{Member: hoa.ID, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	f, pdf := file(t, s, result)
	if f == nil || f.Name != "giay-chung-nhan-"+training.Code+".pdf" || f.Type != PDF || f.Member != hoa.ID {
		t.Fatalf("hers is %+v", f)
	}
	update(func(tx *store.Tx) error {
		m, err := tx.Member(hoa.ID)
		if err != nil {
			return err
		}
		m.Name = "Lâm Thị Bưởi"
		return tx.PutMember(m)
	})
	page := strings.Join(printed(t, pdf)[0], "\n")
	for _, want := range []string{"Nguyễn Thị Hoa", "Kỹ năng truyền thông", "Ngày 12/12/2026, tại " + hall, "Cần Thơ, ngày 13 tháng 12 năm 2026", "CHỦ TỊCH", "Trần Thị Ánh"} {
		if !strings.Contains(page, want) {
			t.Errorf("hers lacks %q:\n%s", want, page)
		}
	}
	if strings.Contains(page, "bạo lực") {
		t.Errorf("the paper at her home says what the training was about:\n%s", page)
	}

	if result, err := e.Certificates(t.Context(), s, store.Task{Member: dao.ID, Data: data}); err != nil || string(result) != `""` {
		t.Errorf("who is no staff gets %s, %v", result, err)
	}
	if result, err = e.Certificates(t.Context(), s, store.Task{Member: officer.ID, Data: data}); err != nil {
		t.Fatal(err)
	}
	_, pdf = file(t, s, result)
	pages := printed(t, pdf)
	if len(pages) != 2 || !slices.Contains(pages[0], "Thạch Thị Đào") && !slices.Contains(pages[1], "Thạch Thị Đào") || !strings.Contains(strings.Join(slices.Concat(pages...), "\n"), "Nguyễn Thị Hoa") {
		t.Errorf("all of them are %q", pages)
	}

	var code string
	update(func(tx *store.Tx) error {
		r, err := tx.Registration(training.ID, hoa.ID)
		code = r.Certificate
		return err
	})
	known := func() bool {
		return s.View(t.Context(), func(tx *store.Tx) error {
			_, _, err := tx.CertificateByCode(strings.ToLower(code))
			return err
		}) == nil
	}
	if code == "" || !strings.Contains(page, "Số: "+code) || !known() {
		t.Errorf("nobody knows %q", code)
	}
	update(func(tx *store.Tx) error {
		m, err := tx.Member(hoa.ID)
		if err != nil {
			return err
		}
		return tx.DeleteMember(m, nil)
	})
	if known() {
		t.Error("it is known although she has deleted what was kept of her")
	}
	if _, err := store.Check(t.Context(), s.Backend(), now, func(bucket, key, what string) { t.Errorf("afterwards: %s %s %s", bucket, key, what) }); err != nil {
		t.Error(err)
	}
}
