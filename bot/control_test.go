package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"chihai/bot/backups"
	"chihai/bot/demo"
	"chihai/store"

	"github.com/xuri/excelize/v2"
)

// sampleBot makes a database of sample data and, if running, lets a bot serve
// on it.
func sampleBot(t *testing.T, serving bool) environment {
	t.Helper()
	e := newEnvironment(t)
	cfg, err := readConfig(e.get)
	if err != nil {
		t.Fatal(err)
	}
	if err := makeSample(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if serving {
		e.start(t, "ready", "serve")
	}
	return e
}

// Every command does the same whether a bot runs on the database or not.
func TestCommands(t *testing.T) {
	for name, serving := range map[string]bool{"alone": false, "beside a bot": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := sampleBot(t, serving)
			dir := filepath.Dir(e["CHIHAI_DB"])
			in := func(name string) string { return filepath.Join(dir, name) }
			says := func(out, want string) {
				t.Helper()
				if !strings.Contains(out, want) {
					t.Errorf("says %q, want %q", out, want)
				}
			}

			// Areas.
			if err := os.WriteFile(in("a.csv"), []byte("code,name,kind,parent\n92a,Ấp Mới,ap,31528\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			says(e.must(t, "import", "areas", in("a.csv")), "1 units were read. The tree has 167 now")
			if err := os.WriteFile(in("b.csv"), []byte("code,name,kind,parent\n1,Xã,xa,nowhere\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			code, _, errs := e.command(t, "import", "areas", in("b.csv"))
			if code != failed || !strings.Contains(errs, "nowhere") {
				t.Errorf("import of a bad table: exit %d, %q", code, errs)
			}

			// Settings.
			says(e.must(t, "set", "head", "Bà Trần Thị Ánh"), "Bà Trần Thị Ánh")
			says(e.must(t, "set"), "Bà Trần Thị Ánh")
			says(e.must(t, "set", "title", "TM. BAN THƯỜNG VỤ/ CHỦ TỊCH"), "TM. BAN THƯỜNG VỤ / CHỦ TỊCH")
			says(e.must(t, "set", "quiet", "22:30-05:15"), "22:30-05:15")
			for _, wrong := range [][]string{{"top", "nowhere"}, {"backup-days", "many"}, {"quiet", "9pm"}} {
				if code, _, errs := e.command(t, "set", wrong[0], wrong[1]); code != failed || !strings.Contains(errs, wrong[1]) {
					t.Errorf("set %q: exit %d, %q", wrong, code, errs)
				}
			}

			// Roles.
			says(e.must(t, "grants"), "facilitator") // of the sample's club, and nobody else
			out := e.must(t, "grant", "--role", "staff", "--area", "31528", "--until", "2099-12-31")
			says(out, "staff for Xã Kế Sách, until 2099-12-31")
			says(out, "good for 24 hours")
			if code, _, errs := e.command(t, "grant", "--role", "staff", "--area", "x"); code != failed || !strings.Contains(errs, "no unit with the code x") {
				t.Errorf("grant for no area: exit %d, %q", code, errs)
			}
			if code, _, errs := e.command(t, "grant", "--role", "staff", "--area", "92", "--until", "2020-01-01"); code != failed || !strings.Contains(errs, "is over") {
				t.Errorf("grant until long ago: exit %d, %q", code, errs)
			}
			if code, _, errs := e.command(t, "revoke", "XXXXXX"); code != failed || !strings.Contains(errs, "nobody has the code") {
				t.Errorf("revoke of nobody: exit %d, %q", code, errs)
			}

			// A backup is a sound database, for its owner only, and never
			// replaces a file.
			says(e.must(t, "backup", in("copy.db")), "KiB")
			if info, err := os.Stat(in("copy.db")); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the backup has mode %v, %v", info.Mode(), err)
			}
			if code, _, errs := e.command(t, "backup", in("copy.db")); code != failed || !strings.Contains(errs, "exists") {
				t.Errorf("backup over a file: exit %d, %q", code, errs)
			}
			says(e.must(t, "check", "--file", in("copy.db")), "nothing is wrong")
			says(e.must(t, "backup", "--to", "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa", in("copy.db.age")), "KiB")
			if sealed, err := backups.Encrypted(in("copy.db.age")); !sealed || err != nil {
				t.Errorf("the backup is encrypted: %t, %v", sealed, err)
			}
			if code, _, errs := e.command(t, "backup", "--to", "age1x", in("x.db.age")); code != usage || !strings.Contains(errs, "no recipient of age") {
				t.Errorf("backup for nobody: exit %d, %q", code, errs)
			}
			says(e.must(t, "check"), "nothing is wrong")

			// The audit and the pages of staff.
			head := regexp.MustCompile(`(?m)^ +([0-9a-f]{64})?$`).FindStringSubmatch(e.must(t, "check", "audit"))
			if head == nil {
				t.Fatal("check audit prints no head")
			}
			says(e.must(t, "check", "audit", "--head", head[1]), "Nothing was changed")
			if code, out, errs := e.command(t, "check", "audit", "--head", strings.Repeat("0", 64)); code != failed || !strings.Contains(errs, "1 faults") || !strings.Contains(out, "cut off") {
				t.Errorf("check audit with another head: exit %d, %q %q", code, out, errs)
			}
			if code, _, errs := e.command(t, "passphrase", "reset", "XXXXXX"); code != failed || !strings.Contains(errs, "nobody has the code") {
				t.Errorf("passphrase of nobody: exit %d, %q", code, errs)
			}
			if code, _, _ := e.command(t, "passphrase", "tell", "XXXXXX"); code != usage {
				t.Errorf("passphrase tell: exit %d", code)
			}

			// The list.
			training := someTraining(t, in("copy.db"), in("test.db"+keySuffix))
			e.must(t, "export", "registrations", "--training", strings.ToLower(training.Code), "-o", in("list.xlsx"))
			f, err := excelize.OpenFile(in("list.xlsx"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rows, err := f.GetRows("Danh sách")
			if err != nil || len(rows) < 9+training.Taken || rows[8][0] != "1" || rows[8+training.Taken-1][0] == "" {
				t.Errorf("the list has %d rows for %d people (%v)", len(rows), training.Taken, err)
			}
			if code, _, errs := e.command(t, "export", "registrations", "--training", "NOSUCH", "-o", in("no.xlsx")); code != failed || !strings.Contains(errs, "no training NOSUCH") {
				t.Errorf("export of no training: exit %d, %q", code, errs)
			}
			if exists(in("no.xlsx")) {
				t.Error("an export that failed leaves a file")
			}
			leftovers(t, dir, "test.db", "test.db.sock", "a.csv", "b.csv", "copy.db", "copy.db.age", "list.xlsx")
		})
	}
}

// someTraining returns the training of the database at path with most people.
func someTraining(t *testing.T, path, key string) *store.Training {
	t.Helper()
	s, err := opening{path: path, key: key}.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	most := &store.Training{}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		for tr, err := range tx.Upcoming(func(string) bool { return true }) {
			if err != nil {
				return err
			}
			if tr.Taken > most.Taken {
				most = tr
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return most
}

// leftovers complains about every file in dir but those named and the key files of
// databases among them.
func leftovers(t *testing.T, dir string, names ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		known := false
		for _, name := range names {
			known = known || f.Name() == name || f.Name() == name+keySuffix
		}
		if !known {
			t.Errorf("%s was left behind", f.Name())
		}
	}
}

var codeLine = regexp.MustCompile(`code +([0-9A-Z]{12})`)

// A code becomes a role in the chat, and the role ends at once.
func TestGrantAndRevoke(t *testing.T) {
	e := sampleBot(t, false)
	code := codeLine.FindStringSubmatch(e.must(t, "grant", "--role", "staff", "--area", "92"))
	if code == nil {
		t.Fatal("no code is printed")
	}
	talk := func(lines ...string) string {
		t.Helper()
		exit, out, errs := e.talk(t, strings.Join(lines, "\n")+"\n", "chat")
		if exit != done {
			t.Fatalf("chat: exit %d: %s", exit, errs)
		}
		return out
	}
	if out := talk("/start", "1", "/start g"+code[1]); !strings.Contains(out, "cán bộ Hội, địa bàn: Thành phố Cần Thơ") || !strings.Contains(out, "Dành cho cán bộ") {
		t.Errorf("the code is not taken:\n%s", out)
	}
	if out := talk("/start g" + code[1]); !strings.Contains(out, "Mã này không đúng") {
		t.Errorf("the code is taken twice:\n%s", out)
	}
	out := e.must(t, "grants")
	member := regexp.MustCompile(`(?m)^([0-9A-Z]{6}) .* staff +92 Thành phố Cần Thơ`).FindStringSubmatch(out)
	if member == nil {
		t.Fatalf("grants says\n%s", out)
	}
	e.must(t, "revoke", strings.ToLower(member[1]), "--role", "staff")
	if out := talk("/menu"); strings.Contains(out, "Dành cho cán bộ") {
		t.Errorf("the role has not ended:\n%s", out)
	}
	if exit, _, errs := e.command(t, "revoke", member[1]); exit != failed || !strings.Contains(errs, "no such role") {
		t.Errorf("revoke once more: exit %d, %q", exit, errs)
	}
	if out := e.must(t, "grants", "--all"); !strings.Contains(out, member[1]) {
		t.Errorf("grants --all forgets what has ended:\n%s", out)
	}
}

func TestSocket(t *testing.T) {
	e := sampleBot(t, false)
	name := socketOf(e["CHIHAI_DB"])
	// A bot that was killed leaves its socket.
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	ln.Close()
	if !exists(name) {
		t.Fatal("there is no stale socket")
	}
	e.must(t, "set") // the file is opened all the same
	r := e.start(t, "ready", "serve")
	if info, err := os.Lstat(name); err != nil || info.Mode() != fs.ModeSocket|0o600 {
		t.Errorf("the socket has mode %v, %v; want one for this user only", info.Mode(), err)
	}
	if err := ask(t.Context(), e["CHIHAI_DB"], "set", nil, nil, io.Discard); err != nil {
		t.Errorf("the bot does not answer: %v", err)
	}
	if err := ask(t.Context(), e["CHIHAI_DB"], "dance", nil, nil, io.Discard); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("an unknown work: %v", err)
	}
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
	if exists(name) {
		t.Error("the socket is still there")
	}
	if err := ask(t.Context(), e["CHIHAI_DB"], "set", nil, nil, io.Discard); !errors.Is(err, errNoBot) {
		t.Errorf("nobody runs, and ask returns %v", err)
	}
}

func TestSocketInTheWay(t *testing.T) {
	e := sampleBot(t, false)
	if err := os.WriteFile(socketOf(e["CHIHAI_DB"]), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := e.command(t, "serve"); code != failed || !strings.Contains(errs, "is no socket") {
		t.Errorf("exit %d, %q: a file of that name is replaced", code, errs)
	}
}

// A bot that dies in the middle of a work is noticed: half a file is none.
func TestAskOfADyingBot(t *testing.T) {
	dir := filepath.Dir(newEnvironment(t)["CHIHAI_DB"])
	path := filepath.Join(dir, "x.db")
	ln, err := listenControl(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			io.ReadAtLeast(conn, make([]byte, 20), 20)
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nTrailer: "+outcome+"\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
			conn.Close()
		}
	}()
	var out bytes.Buffer
	if err := ask(t.Context(), path, "backup", nil, nil, &out); err == nil {
		t.Errorf("ask returns nil after %q", out.String())
	}
}

// The work on the running bot ends when the command does.
func TestAskIsBrokenOff(t *testing.T) {
	e := sampleBot(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := ask(ctx, e["CHIHAI_DB"], "backup", nil, nil, io.Discard); err == nil {
		t.Error("a command that was broken off succeeds")
	}
	leftovers(t, filepath.Dir(e["CHIHAI_DB"]), "test.db", "test.db.sock")
}

func TestCheckFindsDamage(t *testing.T) {
	e := sampleBot(t, false)
	raw, err := os.ReadFile(e["CHIHAI_DB"])
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(filepath.Dir(e["CHIHAI_DB"]), "damaged.db")
	check := func(raw []byte) (int, string) {
		t.Helper()
		if err := os.WriteFile(damaged, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := e.command(t, "check", "--file", damaged)
		return code, out + errs
	}
	if code, said := check(raw); code != done {
		t.Fatalf("a sound file: exit %d, %s", code, said)
	}
	used := bytes.TrimRight(raw, "\x00")
	for name, raw := range map[string][]byte{
		"cut off":      raw[:len(used)/2],
		"no database":  []byte(strings.Repeat("not a database ", 1000)),
		"zeroed pages": append(append(bytes.Clone(raw[:4*4096]), make([]byte, 20*4096)...), raw[24*4096:]...),
		"a document":   bytes.Replace(raw, []byte(`"taken":`), []byte(`"taken";`), 1),
	} {
		if code, said := check(raw); code != failed || !strings.Contains(said, "not sound") {
			t.Errorf("%s: exit %d, %q; want the word that it is not sound", name, code, said)
		}
	}
	// What does not fit is named.
	s, err := openStore(t.Context(), e["CHIHAI_DB"], nil)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Backend().Update(t.Context(), func(kv store.KV) error {
		for p, err := range kv.Scan("registration", "", "") {
			return errors.Join(err, kv.Delete("registration", p.Key))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if code, out, _ := e.command(t, "check"); code != failed || !strings.Contains(out, "registration_member") || !strings.Contains(out, "leads to a registration that is not there") {
		t.Errorf("a registration is gone: exit %d, %q", code, out)
	}
}

// Links lead to where people are.
func TestDoors(t *testing.T) {
	e := sampleBot(t, false).with("CHIHAI_WEBCHAT", "1", "CHIHAI_URL", "https://chihai.example")
	s, err := openStore(t.Context(), e["CHIHAI_DB"], nil)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.SetBot("telegram", "7000000001", false), tx.NameBot("telegram", "chihai_bot"))
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	out := e.must(t, "grant", "--role", "facilitator", "--area", demo.Top)
	for _, link := range []string{"https://t.me/chihai_bot?start=g", "https://chihai.example/?start=g"} {
		if !strings.Contains(out, link) {
			t.Errorf("no link %s… in\n%s", link, out)
		}
	}
}
