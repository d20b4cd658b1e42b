package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chihai/store"
)

// keyNamed finds the name of the key file's key in what "key show" prints.
var keyNamed = regexp.MustCompile(`with key ([0-9a-f]{12})`)

// Where nobody can read the recovery identity, no keys are made, and nothing else.
func TestKeysWantRecovery(t *testing.T) {
	e := newEnvironment(t).with("CHIHAI_RECOVERY", "")
	areas, err := filepath.Abs("demo/areas.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"import", "areas", areas}, {"set", "head", "x"}, {"key", "init"}} {
		code, _, errs := e.command(t, args...)
		if code != usage || !strings.Contains(errs, "CHIHAI_RECOVERY") || !strings.Contains(errs, "key init") {
			t.Errorf("%q: exit %d, %s", args, code, errs)
		}
	}
	leftovers(t, filepath.Dir(e["CHIHAI_DB"]))
	if code, _, errs := e.with("CHIHAI_RECOVERY", identity).command(t, "key", "init"); code != usage || strings.Contains(errs, identity) {
		t.Errorf("an identity for a recipient: exit %d, %s", code, errs)
	}
}

// The keys are made, shown, rotated and changed, with and without a running bot.
func TestKeyCommands(t *testing.T) {
	for _, beside := range []bool{false, true} {
		t.Run(map[bool]string{false: "alone", true: "beside a bot"}[beside], func(t *testing.T) {
			e := newEnvironment(t)
			path := e["CHIHAI_DB"] + keySuffix
			out := e.must(t, "key", "init")
			if !strings.Contains(out, recipient) || !strings.Contains(out, path) {
				t.Errorf("key init says %q", out)
			}
			var bot *running
			if beside {
				bot = e.start(t, "ready", "serve")
			}
			was := keyNamed.FindStringSubmatch(e.must(t, "key", "show"))[1]
			e.must(t, "key", "rotate")
			if out := e.must(t, "key", "show"); strings.Count(out, "data key") != 2 && !beside {
				t.Errorf("after a rotation: %s", out)
			}

			e.must(t, "key", "change")
			now := keyNamed.FindStringSubmatch(e.must(t, "key", "show"))[1]
			if now == was {
				t.Error("the key file is the same")
			}
			if key, err := store.ReadKey(path); err != nil || store.KeyName(key) != now {
				t.Errorf("the key file holds %s, %v, want %s", store.KeyName(key), err, now)
			}
			former, err := filepath.Glob(path + ".until-*")
			if err != nil || len(former) != 1 {
				t.Fatalf("former key files: %q, %v", former, err)
			}
			if key, err := store.ReadKey(former[0]); err != nil || store.KeyName(key) != was {
				t.Errorf("the former key file holds %s, %v, want %s", store.KeyName(key), err, was)
			}

			identity, other, err := store.NewRecovery()
			if err != nil {
				t.Fatal(err)
			}
			e = e.with("CHIHAI_RECOVERY", "")
			e.must(t, "key", "recovery", other)
			e.must(t, "key", "rotate") // with the changed key
			if bot != nil {
				if code := bot.stop(); code != done {
					t.Fatalf("exit %d: %s", code, bot.errs.String())
				}
			}
			if code, _, errs := e.talk(t, identity, "key", "recover"); code != failed || !strings.Contains(errs, "do not delete it") {
				t.Errorf("recover although the key is there: exit %d, %s", code, errs)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if code, _, errs := e.talk(t, recoveryOfTests, "key", "recover"); code != failed || !strings.Contains(errs, "another recovery identity") {
				t.Errorf("recover with the former identity: exit %d, %s", code, errs)
			}
			if code, out, errs := e.talk(t, identity+"\n", "key", "recover"); code != done {
				t.Errorf("recover: exit %d, %s %s", code, out, errs)
			}
			if out := e.must(t, "check"); !strings.Contains(out, "nothing is wrong") {
				t.Errorf("check says %s", out)
			}
		})
	}
}

// recoveryOfTests is what opens databases of tests, as it is typed.
const recoveryOfTests = identity + "\n"

// Without the right key file nothing starts, and it is said what to do.
func TestKeyFileGone(t *testing.T) {
	e := sampleBot(t, false)
	path := e["CHIHAI_DB"] + keySuffix
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	refused := func(when string) {
		t.Helper()
		for _, args := range [][]string{{"serve"}, {"demo"}, {"grants"}} {
			if code, _, errs := e.command(t, args...); code != failed || !strings.Contains(errs, "key recover") || !strings.Contains(errs, path) {
				t.Errorf("%s: %q: exit %d, %s", when, args, code, errs)
			}
		}
	}
	refused("without")
	if exists(path) {
		t.Fatal("another key file was made")
	}
	if out := e.must(t, "check"); !strings.Contains(out, "is not looked into") {
		t.Errorf("check says %s", out)
	}
	if err := store.WriteKey(path, store.NewKey()); err != nil {
		t.Fatal(err)
	}
	refused("with another")
	if code, out, errs := e.command(t, "check"); code != failed {
		t.Errorf("check with another key file: exit %d, %s %s", code, out, errs)
	}
	if err := os.WriteFile(path, key, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := e.command(t, "grants"); code != failed || !strings.Contains(errs, "chmod 600") {
		t.Errorf("a key file that all can read: exit %d, %s", code, errs)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	e.must(t, "grants")
}

// A process that ends while it changes the key file leaves a database that opens.
func TestKeyChangeInterrupted(t *testing.T) {
	for _, tt := range []struct {
		name   string
		locked bool // with the new one already
		former bool // which was put aside already
	}{{"before", false, false}, {"after", true, false}, {"in between", true, true}} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnvironment(t)
			e.must(t, "key", "init")
			path := e["CHIHAI_DB"] + keySuffix
			key := store.NewKey()
			if err := store.WriteKey(path+newSuffix, key); err != nil {
				t.Fatal(err)
			}
			if tt.locked {
				s, err := openStore(t.Context(), e["CHIHAI_DB"], nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.ChangeKey(t.Context(), key); err != nil {
					t.Fatal(err)
				}
				s.Close()
			}
			if tt.former {
				if err := os.Link(path, formerKey(path, time.Now())); err != nil {
					t.Fatal(err)
				}
			}
			out := e.must(t, "key", "show")
			if strings.Contains(out, store.KeyName(key)) != tt.locked {
				t.Errorf("key show says %s, the new one is %s", out, store.KeyName(key))
			}
			e.must(t, "key", "change")
			e.must(t, "key", "show")
			if exists(path + newSuffix) {
				t.Error("the new key file is left")
			}
		})
	}
}

// What a woman typed stands neither in the file nor in what is logged.
func TestNothingTypedInTheFile(t *testing.T) {
	tg, e := startTelegram(t)
	r := e.start(t, "ready", "serve")
	for _, line := range []string{"/start", "Bạch Tuyết Vân Anh", "0987 654 321"} {
		tg.Text(88990011, line)
		if _, err := tg.Next(t.Context(), 88990011); err != nil {
			t.Fatal(err)
		}
	}
	if code := r.stop(); code != done {
		t.Fatalf("exit %d: %s", code, r.errs.String())
	}
	raw, err := os.ReadFile(e["CHIHAI_DB"])
	if err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"Bạch Tuyết", "654 321", "987654321", "88990011"} {
		if at := bytes.Index(raw, []byte(typed)); at >= 0 {
			t.Errorf("%q stands in the file: %q", typed, raw[max(0, at-80):min(len(raw), at+60)])
		}
	}
}
