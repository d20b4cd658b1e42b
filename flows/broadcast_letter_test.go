package flows_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"chihai/flows"
	"chihai/locales"
	"chihai/store"
)

func TestCheckBroadcast(t *testing.T) {
	tests := []struct {
		name string
		b    store.Broadcast
		want error
	}{
		{"plain", store.Broadcast{Text: store.Text{"vi": "Mời họp."}}, nil},
		{"a name", store.Broadcast{Text: store.Text{"vi": "Chào {name}!"}}, nil},
		{"a brace", store.Broadcast{Text: store.Text{"vi": "Ghi chú: { để trống"}}, nil},
		{"no such word", store.Broadcast{Text: store.Text{"vi": "Chào {tên}!"}}, flows.ErrNoValue},
		{"in one language only", store.Broadcast{Text: store.Text{"vi": "Chào!", "km": "{nam}"}}, flows.ErrNoValue},
		{"a training that is not named", store.Broadcast{Text: store.Text{"vi": "Lớp {training}"}}, flows.ErrNoValue},
		{"a training", store.Broadcast{Text: store.Text{"vi": "Lớp {training} {date} {time}"}, Training: "t"}, nil},
		{"long", store.Broadcast{Text: store.Text{"vi": strings.Repeat("ơ", flows.MaxBroadcast+1)}}, flows.ErrLongBroadcast},
		{"long below a picture", store.Broadcast{Text: store.Text{"vi": strings.Repeat("ơ", flows.MaxBroadcastCaption+1)}, File: "f"}, flows.ErrLongBroadcast},
		{"as long as can be", store.Broadcast{Text: store.Text{"vi": strings.Repeat("ơ", flows.MaxBroadcast)}}, nil},
	}
	for _, tt := range tests {
		if err := flows.CheckBroadcast(&tt.b); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestFillBroadcast(t *testing.T) {
	catalog, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("", 7*3600)
	b := &store.Broadcast{Training: "t", Text: store.Text{"vi": "{name} ơi, {training}: {time}, {date}.", "en": "{name}, {training}: {date}."}}
	class := &store.Training{Name: store.Text{"vi": "Lớp may", "en": "Sewing"}, Start: time.Date(2026, 12, 11, 18, 30, 0, 0, time.UTC)}
	hoa := &store.Member{Name: "Nguyễn Thị Hoa"}
	tests := []struct {
		language string
		m        *store.Member
		class    *store.Training
		want     string
		err      error
	}{
		{"vi", hoa, class, "Hoa ơi, Lớp may: 1 giờ 30, thứ Bảy 12/12/2026.", nil},
		{"en", hoa, class, "Hoa, Sewing: Saturday 12/12/2026.", nil},
		{"vi", &store.Member{}, class, "", flows.ErrNoValue},
		{"vi", hoa, nil, "", flows.ErrNoValue},
	}
	for _, tt := range tests {
		got, err := flows.FillBroadcast(catalog.In(tt.language, ""), zone, b, tt.m, tt.class)
		if !errors.Is(err, tt.err) || err == nil && got != tt.want {
			t.Errorf("%s: %q, %v; want %q, %v", tt.language, got, err, tt.want, tt.err)
		}
	}
}
