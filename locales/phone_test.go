package locales

import "testing"

func TestPhone(t *testing.T) {
	for e164, want := range map[string]string{
		"+84912345678":  "0912 345 678",
		"+842923812345": "02923812345",
		"+85512345678":  "+85512345678",
		"":              "",
	} {
		if got := Phone(e164); got != want {
			t.Errorf("Phone(%q) = %q, want %q", e164, got, want)
		}
	}
}
