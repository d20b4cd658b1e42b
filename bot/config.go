package main

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"chihai/bot/backups"
	"chihai/store"
	"chihai/store/postgres"

	"filippo.io/age"
)

// A variable of the environment.
type variable struct {
	name  string
	value string // when it is not set; empty: what says what
	what  string
}

// variables are all that the program reads from its environment.
func variables() []variable {
	return []variable{
		{"CHIHAI_DB", "chihai.db", "file of the database, or address of one in PostgreSQL: postgres://user@host/database"},
		{"CHIHAI_DB_MAX", "", "size up to which that file may grow, such as 20GiB; unset: the disk"},
		{"CHIHAI_BACKUPS", "", "directory for backups, ideally on another disk; unset: none are made by themselves"},
		{"CHIHAI_BACKUP_EVERY", "1h", "time from one backup to the next, such as 30m or 6h"},
		{"CHIHAI_BACKUP_TO", "", "recipients of age (age1… age1…) for whom backups are encrypted; unset: they are not"},
		{"CHIHAI_KEY", "", "file of the key that opens what is encrypted; unset: CHIHAI_DB with .key, or chihai.key for PostgreSQL"},
		{"CHIHAI_RECOVERY", "", "recipient (age1…) whose identity opens a database whose key file is lost; read when its keys are made"},
		{"CHIHAI_LISTEN", "127.0.0.1:8080", "address of the web server"},
		{"CHIHAI_URL", "http://127.0.0.1:8080", "how the outside reaches it, for links and webhooks; follows CHIHAI_LISTEN"},
		{"CHIHAI_TZ", "Asia/Ho_Chi_Minh", "local time of what is said and scheduled"},
		{"CHIHAI_TELEGRAM_TOKEN", "", "unset: no Telegram"},
		{"CHIHAI_TELEGRAM_TOKEN_FILE", "", "file that holds the token; unset: telegram-token in $CREDENTIALS_DIRECTORY, if systemd gives one"},
		{"CHIHAI_TELEGRAM_API", "https://api.telegram.org", "base of the Bot API"},
		{"CHIHAI_TELEGRAM_WEBHOOK", "", "1: webhook at CHIHAI_URL/hook/telegram; unset: long polling"},
		{"CHIHAI_ZALO_TOKEN", "", "unset: no Zalo Bot (this version does not speak with Zalo yet)"},
		{"CHIHAI_ZALO_API", "https://bot-api.zaloplatforms.com", "base of the Zalo Bot API"},
		{"CHIHAI_ZALO_WEBHOOK", "", "as above, at /hook/zalo"},
		{"CHIHAI_WEBCHAT", "", "1: web chat for everybody at /; on in demo"},
		{"CHIHAI_PROXY", "", "address of a proxy whose X-Forwarded-For is believed; unset: none"},
		{"CHIHAI_LOG", "text", "text or json: how the log is written"},
		{"CHIHAI_LOG_LEVEL", "info", "debug, info, warn or error: what the log tells at least; warn in demo and chat"},
		{"CHIHAI_METRICS", "", "an address of its own for /metrics; unset: on the web server, for private networks only, and with https only if CHIHAI_PROXY is set"},
		{"CHIHAI_PPROF", "", "address on this machine, such as 127.0.0.1:6060, for profiles of the program; unset: none"},
	}
}

// A config is the environment, checked.
type config struct {
	db       string
	dbMax    int // bytes; 0: no bound
	backups  backupPlan
	key      string // file; empty: beside the database
	recovery string // recipient; empty: none was named
	listen   string
	isListen bool     // CHIHAI_LISTEN was set
	url      *url.URL // nil: follows the listener
	zone     *time.Location
	telegram account
	webChat  bool
	proxy    netip.Addr // zero: none
	log      logging
	metrics  string // address of a listener of their own; empty: on the web server
	pprof    string // loopback address; empty: off
}

// A backupPlan says which backups are made by themselves.
type backupPlan struct {
	dir   string // empty: none
	every time.Duration
	to    []age.Recipient // none: they are not encrypted
}

// An account is how to reach the API of a network.
type account struct {
	token   string // empty: off
	api     string
	webhook bool
}

// readConfig reads the environment. Its error is a [usageError] that names each
// variable that is wrong, and never says a token.
func readConfig(getenv func(string) string) (*config, error) {
	r := reader{getenv: getenv, defaults: map[string]string{}}
	for _, v := range variables() {
		r.defaults[v.name] = v.value
	}
	c := &config{
		db:    r.database("CHIHAI_DB"),
		dbMax: r.size("CHIHAI_DB_MAX"),
		backups: backupPlan{
			dir:   r.text("CHIHAI_BACKUPS"),
			every: r.duration("CHIHAI_BACKUP_EVERY", time.Minute, 31*24*time.Hour),
			to:    r.recipients("CHIHAI_BACKUP_TO"),
		},
		key:      strings.TrimSpace(getenv("CHIHAI_KEY")),
		recovery: r.recipient("CHIHAI_RECOVERY"),
		listen:   r.listen("CHIHAI_LISTEN"),
		isListen: getenv("CHIHAI_LISTEN") != "",
		zone:     r.zone("CHIHAI_TZ"),
		telegram: account{
			token:   r.secret("CHIHAI_TELEGRAM_TOKEN", "telegram-token"),
			api:     r.url("CHIHAI_TELEGRAM_API", false).String(),
			webhook: r.yes("CHIHAI_TELEGRAM_WEBHOOK"),
		},
		webChat: r.yes("CHIHAI_WEBCHAT"),
		proxy:   r.address("CHIHAI_PROXY"),
		log:     r.logging("CHIHAI_LOG", "CHIHAI_LOG_LEVEL"),
	}
	if getenv("CHIHAI_METRICS") != "" {
		c.metrics = r.listen("CHIHAI_METRICS")
	}
	if getenv("CHIHAI_PPROF") != "" {
		c.pprof = r.loopback("CHIHAI_PPROF")
	}
	if getenv("CHIHAI_URL") != "" {
		c.url = r.url("CHIHAI_URL", true)
	}
	if getenv("CHIHAI_ZALO_TOKEN") != "" {
		r.wrong("CHIHAI_ZALO_TOKEN", "this version does not speak with Zalo yet: unset it")
	}
	if c.telegram.webhook && (c.url == nil || c.url.Scheme != "https") && c.telegram.api == "https://api.telegram.org" {
		r.wrong("CHIHAI_TELEGRAM_WEBHOOK", "Telegram delivers to https only: set CHIHAI_URL to the address that your proxy has outside")
	}
	if len(r.errs) > 0 {
		return nil, usageError{errors.Join(r.errs...)}
	}
	return c, nil
}

// A reader reads variables and collects what is wrong with them.
type reader struct {
	getenv   func(string) string
	defaults map[string]string
	errs     []error
}

func (r *reader) wrong(name, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...)))
}

func (r *reader) text(name string) string {
	if s := strings.TrimSpace(r.getenv(name)); s != "" {
		return s
	}
	return r.defaults[name]
}

func (r *reader) database(name string) string {
	path := r.text(name)
	if isAddress(path) {
		if scheme, _, _ := strings.Cut(path, "://"); scheme != "postgres" && scheme != "postgresql" {
			r.wrong(name, "neither a file nor an address of PostgreSQL, which begins with postgres://")
		} else if err := postgres.CheckAddress(path); err != nil {
			r.wrong(name, "%v", err)
		}
		return path
	}
	return filepath.Clean(path)
}

func (r *reader) recipient(name string) string {
	s := r.text(name)
	if s == "" {
		return ""
	}
	if err := store.CheckRecipient(s); err != nil {
		r.wrong(name, "%v", err)
	}
	return s
}

func (r *reader) listen(name string) string {
	s := r.text(name)
	if _, _, err := net.SplitHostPort(s); err != nil {
		r.wrong(name, "%q is not of the form 127.0.0.1:8080", s)
	}
	return s
}

// loopback reads an address that only this machine reaches.
func (r *reader) loopback(name string) string {
	s := r.listen(name)
	host, _, err := net.SplitHostPort(s)
	if ip, parsed := netip.ParseAddr(host); err == nil && host != "localhost" && (parsed != nil || !ip.IsLoopback()) {
		r.wrong(name, "%q can be reached from elsewhere: want 127.0.0.1, [::1] or localhost", host)
	}
	return s
}

// url reads the address of a web server; with bare, one without a path.
func (r *reader) url(name string, bare bool) *url.URL {
	s := strings.TrimRight(r.text(name), "/")
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || bare && u.Path != "" {
		r.wrong(name, "want http://host or https://host and nothing behind it")
		return &url.URL{}
	}
	return u
}

func (r *reader) zone(name string) *time.Location {
	s := r.text(name)
	zone, err := time.LoadLocation(s)
	if err != nil {
		r.wrong(name, "%q is no time zone such as Asia/Ho_Chi_Minh", s)
	}
	return zone
}

// size reads a number of bytes, with MiB or GiB behind it or nothing.
func (r *reader) size(name string) int {
	s := r.text(name)
	if s == "" {
		return 0
	}
	unit := 1
	for suffix, bytes := range map[string]int{"MiB": 1 << 20, "GiB": 1 << 30} {
		if n, found := strings.CutSuffix(s, suffix); found {
			s, unit = strings.TrimSpace(n), bytes
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 || n > math.MaxInt/unit || n*unit < 1<<20 {
		r.wrong(name, "want a size of at least 1MiB, such as 500MiB, 20GiB or a number of bytes")
		return 0
	}
	return n * unit
}

// duration reads a time from least to most.
func (r *reader) duration(name string, least, most time.Duration) time.Duration {
	d, err := time.ParseDuration(r.text(name))
	if err != nil || d < least || d > most {
		r.wrong(name, "want a time from %v to %v, such as 30m or 6h", least, most)
	}
	return d
}

func (r *reader) recipients(name string) []age.Recipient {
	all, err := backups.Recipients(r.text(name))
	if err != nil {
		r.wrong(name, "%v", err)
	}
	return all
}

func (r *reader) yes(name string) bool {
	switch s := r.text(name); s {
	case "":
		return false
	case "1":
		return true
	default:
		r.wrong(name, "%q is neither 1 nor empty", s)
		return false
	}
}

func (r *reader) address(name string) netip.Addr {
	s := r.text(name)
	if s == "" {
		return netip.Addr{}
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		r.wrong(name, "%q is no IP address", s)
	}
	return addr
}

// keyFile is the file of the key that opens the database.
func (c *config) keyFile() string {
	if c.key != "" {
		return c.key
	}
	if isAddress(c.db) {
		return "chihai" + keySuffix
	}
	return c.db + keySuffix
}

// keySuffix stands after the name of the database in that of its key file.
const keySuffix = ".key"

// page is how the outside reaches the web server of a bot that does not run
// here.
func (c *config) page() *url.URL {
	if c.url != nil {
		return c.url
	}
	return page(c.listen)
}

// at is how the outside reaches the web server that listens at addr.
func (c *config) at(addr net.Addr) *url.URL {
	if c.url != nil {
		return c.url
	}
	return page(addr.String())
}

func page(listen string) *url.URL {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return &url.URL{Scheme: "http", Host: listen}
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() { // every address of the machine
		host = "127.0.0.1"
	}
	return &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}
}
