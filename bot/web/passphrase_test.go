package web

import (
	"context"
	"errors"
	"testing"
)

func TestWeakness(t *testing.T) {
	for typed, want := range map[string]string{
		"":                    "desk.pass_short",
		"11 ký tự tố":         "desk.pass_short",
		"   mười hai    ":     "desk.pass_short", // spaces around do not count
		"aaaaaaaaaaaa":        "desk.pass_simple",
		"123456789012":        "desk.pass_simple",
		"210987654321":        "desk.pass_simple",
		"abcdefghijklmn":      "desk.pass_simple",
		"mèo con mèo con":     "desk.pass_simple",
		"Mật khẩu 123456":     "desk.pass_common",
		"PASSWORD 2026!!!":    "desk.pass_common",
		"anh yêu em 123456":   "desk.pass_common",
		"Lâm Thị Ngọc Ánh":    "desk.pass_common",
		"0912345678 0912":     "desk.pass_common",
		"bốn con mèo leo cau": "",
		"ឆ្មាបួនក្បាលឡើងដើមឈើ":         "",
		"correct horse battery staple": "",
		"Ngọc Ánh trồng 40 gốc vú sữa": "",
	} {
		if got := weakness(typed, "Lâm", "Thị", "Ngọc", "Ánh", "0912345678"); got != want {
			t.Errorf("weakness(%q) = %q, want %q", typed, got, want)
		}
	}
	long := make([]byte, maxPassphrase+1)
	for i := range long {
		long[i] = byte('a' + i*7%26)
	}
	if got := weakness(string(long)); got != "desk.pass_long" {
		t.Errorf("a very long one: %q", got)
	}
}

func TestHasher(t *testing.T) {
	h := newHasher()
	p, err := h.make(t.Context(), "m", "bốn con mèo leo cau")
	if err != nil {
		t.Fatal(err)
	}
	// The same in the other form of Unicode, with the space of a keyboard.
	if ok, err := h.fits(t.Context(), p, "bô\u0301n con me\u0300o leo cau "); !ok || err != nil {
		t.Errorf("the same passphrase from another keyboard: %v, %v", ok, err)
	}
	if ok, err := h.fits(t.Context(), p, "bốn con mèo leo cây"); ok || err != nil {
		t.Errorf("another passphrase: %v, %v", ok, err)
	}
	if ok, err := h.fits(t.Context(), nil, ""); ok || err != nil {
		t.Errorf("of nobody: %v, %v", ok, err)
	}
	other, err := h.make(t.Context(), "m", "bốn con mèo leo cau")
	if err != nil || string(other.Hash) == string(p.Hash) {
		t.Error("two hashes of one passphrase are the same")
	}
	for range hashesAtOnce { // all are busy
		h.free <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.fits(ctx, p, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits in vain gets %v", err)
	}
}

func BenchmarkHash(b *testing.B) {
	h := newHasher()
	for b.Loop() {
		if _, err := h.make(b.Context(), "m", "bốn con mèo leo cau"); err != nil {
			b.Fatal(err)
		}
	}
}
