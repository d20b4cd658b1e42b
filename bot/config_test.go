package main

import (
	"errors"
	"net"
	"strings"
	"testing"
)

func TestConfigIsChecked(t *testing.T) {
	const token = "7000000001:AAE-secret"
	for _, tt := range []struct{ name, value, says string }{
		{"CHIHAI_DB", "mysql://chihai@db/chihai", "begins with postgres://"},
		{"CHIHAI_DB", "postgres://chihai:secret@db:x/chihai", "postgres://user@host"},
		{"CHIHAI_LISTEN", "8080", "127.0.0.1:8080"},
		{"CHIHAI_URL", "chihai.example", "https://host"},
		{"CHIHAI_URL", "https://chihai.example/bot", "nothing behind it"},
		{"CHIHAI_URL", "https://user:pass@chihai.example", "nothing behind it"},
		{"CHIHAI_TZ", "Asia/Can_Tho", "Asia/Ho_Chi_Minh"},
		{"CHIHAI_TELEGRAM_API", "api.telegram.org", "https://host"},
		{"CHIHAI_TELEGRAM_WEBHOOK", "yes", "neither 1 nor empty"},
		{"CHIHAI_TELEGRAM_WEBHOOK", "1", "https only"},
		{"CHIHAI_ZALO_TOKEN", "x", "not speak with Zalo yet"},
		{"CHIHAI_WEBCHAT", "true", "neither 1 nor empty"},
		{"CHIHAI_PROXY", "nginx", "IP address"},
	} {
		e := environment{"CHIHAI_TELEGRAM_TOKEN": token, tt.name: tt.value}
		_, err := readConfig(e.get)
		var wrong usageError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), tt.name) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s=%s: %v, want a usage error with %q", tt.name, tt.value, err, tt.says)
		} else if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "pass") {
			t.Errorf("%s=%s: the error tells a secret: %v", tt.name, tt.value, err)
		}
	}
	// All that is wrong is said at once.
	_, err := readConfig(environment{"CHIHAI_TZ": "x", "CHIHAI_WEBCHAT": "2"}.get)
	if err == nil || !strings.Contains(err.Error(), "CHIHAI_TZ") || !strings.Contains(err.Error(), "CHIHAI_WEBCHAT") {
		t.Errorf("two variables are wrong, and the error is %v", err)
	}
}

func TestConfigWithoutEnvironment(t *testing.T) {
	c, err := readConfig(environment{}.get)
	if err != nil {
		t.Fatal(err)
	}
	if c.db != "chihai.db" || c.listen != "127.0.0.1:8080" || c.zone.String() != "Asia/Ho_Chi_Minh" || c.webChat || c.telegram.token != "" {
		t.Errorf("without an environment the configuration is %+v", c)
	}
}

func TestConfigPage(t *testing.T) {
	for _, tt := range []struct{ url, listen, want string }{
		{"", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"", "0.0.0.0:80", "http://127.0.0.1:80"},
		{"", "[::]:8080", "http://127.0.0.1:8080"},
		{"", "[::1]:8080", "http://[::1]:8080"},
		{"https://chihai.example/", "127.0.0.1:8080", "https://chihai.example"},
	} {
		c, err := readConfig(environment{"CHIHAI_URL": tt.url}.get)
		if err != nil {
			t.Fatal(err)
		}
		addr, err := net.ResolveTCPAddr("tcp", tt.listen)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.at(addr).String(); got != tt.want {
			t.Errorf("with CHIHAI_URL=%s and listening at %s the page is %s, want %s", tt.url, tt.listen, got, tt.want)
		}
	}
}
