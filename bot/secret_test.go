package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTokenFromFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("telegram-token", "7000000001:credential\n")
	file := write("own", "  7000000001:file \n")
	for _, tt := range []struct {
		name string
		e    environment
		want string
		says string // of the error; empty: none
	}{
		{"variable", environment{"CHIHAI_TELEGRAM_TOKEN": "7000000001:x"}, "7000000001:x", ""},
		{"file", environment{"CHIHAI_TELEGRAM_TOKEN_FILE": file}, "7000000001:file", ""},
		{"credential", environment{"CREDENTIALS_DIRECTORY": dir}, "7000000001:credential", ""},
		{"file before credential", environment{"CREDENTIALS_DIRECTORY": dir, "CHIHAI_TELEGRAM_TOKEN_FILE": file}, "7000000001:file", ""},
		{"no credential", environment{"CREDENTIALS_DIRECTORY": t.TempDir()}, "", ""},
		{"no file", environment{"CHIHAI_TELEGRAM_TOKEN_FILE": filepath.Join(dir, "nothing")}, "", "no such file"},
		{"empty file", environment{"CHIHAI_TELEGRAM_TOKEN_FILE": write("empty", "\n")}, "", "is empty"},
		{"some other file", environment{"CHIHAI_TELEGRAM_TOKEN_FILE": write("large", strings.Repeat("geheim", 1000))}, "", "too long"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := readConfig(tt.e.get)
			if tt.says != "" {
				if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "geheim") {
					t.Errorf("readConfig says %v, want %q", err, tt.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.telegram.token != tt.want {
				t.Errorf("token %q, want %q", c.telegram.token, tt.want)
			}
		})
	}
}
