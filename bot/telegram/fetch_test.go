package telegram

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chihai/bot/channel"
)

func TestFetch(t *testing.T) {
	const token = "7000000001:AAE-test"
	tests := []struct {
		name    string
		getFile string
		status  int // of getFile
		file    int // of the download
		want    string
		err     error
	}{
		{"a file", `{"ok":true,"result":{"file_id":"f","file_size":5,"file_path":"photos/file 1.jpg"}}`, 200, 200, "bytes", nil},
		{"too big for the network", `{"ok":false,"error_code":400,"description":"Bad Request: file is too big"}`, 400, 0, "", channel.ErrTooLarge},
		{"too big for us", `{"ok":true,"result":{"file_id":"f","file_size":70,"file_path":"a"}}`, 200, 200, "", channel.ErrTooLarge},
		{"bigger than it says", `{"ok":true,"result":{"file_id":"f","file_path":"long"}}`, 200, 200, "", channel.ErrTooLarge},
		{"unknown", `{"ok":false,"error_code":400,"description":"Bad Request: wrong file_id"}`, 400, 0, "", channel.ErrRefused},
		{"no path", `{"ok":true,"result":{"file_id":"f"}}`, 200, 0, "", channel.ErrRefused},
		{"gone since", `{"ok":true,"result":{"file_id":"f","file_path":"a"}}`, 200, 404, "", channel.ErrRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				path, isFile := strings.CutPrefix(r.URL.Path, "/file/bot"+token+"/")
				switch {
				case isFile:
					w.WriteHeader(tt.file)
					if path == "long" {
						w.Write(make([]byte, 200))
					}
					w.Write([]byte("bytes"))
				case r.URL.Path == "/bot"+token+"/getFile" && r.FormValue("file_id") == "f":
					w.WriteHeader(tt.status)
					w.Write([]byte(tt.getFile))
				default:
					t.Errorf("asked for %s", r.URL.Path)
				}
			}))
			defer server.Close()
			b, err := New(Config{Token: token, API: server.URL})
			if err != nil {
				t.Fatal(err)
			}
			data, err := b.Fetch(t.Context(), "f", 50)
			if string(data) != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("Fetch = %q, %v; want %q, %v", data, err, tt.want, tt.err)
			}
		})
	}
	down := httptest.NewServer(nil)
	down.Close()
	b, err := New(Config{Token: token, API: down.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.download(t.Context(), "photos/a.jpg", 50); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("download = %v, want an error without the token", err)
	}
}
