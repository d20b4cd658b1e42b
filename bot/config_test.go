package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chihai/store"
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
		{"CHIHAI_DB_MAX", "20 GB", "20GiB"},
		{"CHIHAI_DB_MAX", "9999999999999GiB", "20GiB"},
		{"CHIHAI_BACKUP_EVERY", "1s", "from 1m0s"},
		{"CHIHAI_BACKUP_EVERY", "hourly", "such as 30m"},
		{"CHIHAI_BACKUP_TO", "AGE-SECRET-KEY-1QQPASSsecret", "nobody else may know"},
		{"CHIHAI_LOG", "xml", "neither text nor json"},
		{"CHIHAI_LOG_LEVEL", "loud", "none of debug, info, warn and error"},
		{"CHIHAI_METRICS", "9090", "127.0.0.1:8080"},
		{"CHIHAI_PPROF", "0.0.0.0:6060", "can be reached from elsewhere"},
		{"CHIHAI_PPROF", ":6060", "can be reached from elsewhere"},
		{"CHIHAI_PPROF", "chihai.example:6060", "can be reached from elsewhere"},
		{"CHIHAI_TELEGRAM_TOKEN_FILE", "token", "one of them is enough"},
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
	for size, want := range map[string]int{"": 0, "20GiB": 20 << 30, "500 MiB": 500 << 20, "1048576": 1 << 20} {
		if c, err := readConfig(environment{"CHIHAI_DB_MAX": size}.get); err != nil || c.dbMax != want {
			t.Errorf("CHIHAI_DB_MAX=%s: %v, want %d", size, err, want)
		}
	}
	for _, address := range []string{"127.0.0.1:6060", "[::1]:6060", "localhost:6060"} {
		if _, err := readConfig(environment{"CHIHAI_PPROF": address}.get); err != nil {
			t.Errorf("CHIHAI_PPROF=%s: %v", address, err)
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

// The database stops before it fills the disk for others.
func TestDatabaseHasBound(t *testing.T) {
	e := newEnvironment(t).with("CHIHAI_DB_MAX", "1MiB")
	table := "code,name,kind,parent\n"
	for i := range 10_000 {
		table += fmt.Sprintf("%05d,Ấp %05d,ap,\n", i, i)
	}
	name := filepath.Join(t.TempDir(), "areas.csv")
	if err := os.WriteFile(name, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := e.command(t, "import", "areas", name); code != failed || !strings.Contains(errs, store.ErrRefused.Error()) {
		t.Errorf("more than fits: exit %d, %.200q", code, errs)
	}
	e.must(t, "check")
	if code, _, errs := e.with("CHIHAI_DB_MAX", "").command(t, "import", "areas", name); code != done {
		t.Errorf("without a bound: exit %d, %.200q", code, errs)
	}
}
