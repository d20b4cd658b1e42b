package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
	"chihai/store/postgres/postgrestest"

	"filippo.io/age"
)

// identityFile makes an identity of age and returns the file that holds it, and
// the recipient.
func identityFile(t *testing.T) (file, recipient string) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "identity.txt")
	if err := os.WriteFile(file, []byte("# sealed\n"+id.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, id.Recipient().String()
}

// The drill: women register, a backup is made, the disk is erased with the
// database and its key file, and the bot comes back with everybody in it. What it
// was still to say is not said until it is released.
func TestRestoreDrill(t *testing.T) {
	tg, e := startTelegram(t)
	path := e["CHIHAI_DB"]
	dir := filepath.Dir(path)
	makeKillDB(t, path, 8, 5)
	identity, recipient := identityFile(t)
	recovery, forRecovery := identityFile(t)
	e = e.with("CHIHAI_BACKUP_TO", recipient, "CHIHAI_RECOVERY", forRecovery)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	r := e.start(t, "ready", "serve")
	c := gather(ctx, tg, 10)
	if !comes(ctx, func() bool { return tg.Calls("sendMessage") > 80 }) {
		t.Fatalf("nobody talks: %s", r.errs.String())
	}
	c.leave()

	// One woman is answered, and what another is told is on its way for long.
	mend := tg.Fail(telegramtest.Fault{Method: "sendMessage", Chat: 200, Status: 500})
	tg.Text(200, "/start")
	tg.Text(100, "/start")
	next := func(chat int64) string {
		t.Helper()
		m, err := tg.Next(ctx, chat)
		if err != nil {
			t.Fatalf("chat %d waits for an answer: %v\n%s", chat, err, r.errs.String())
		}
		return m.Text
	}
	next(100)
	holds(t, e, 1) // her message is in the store
	file := filepath.Join(t.TempDir(), "backup.db.age")
	e.must(t, "backup", file)
	whole := documents(e.must(t, "check"))

	// Nothing happens to a database by mistake.
	refused := func(want string, args ...string) {
		t.Helper()
		if code, _, errs := e.command(t, args...); code == done || !strings.Contains(errs, want) {
			t.Errorf("chihai %q: exit %d, %q, want %q", args, code, errs, want)
		}
	}
	refused("a bot runs", "restore", "--identity", identity, "--replace", file)
	if out := e.must(t, "restore", "--drill", "--identity", identity, file); !strings.Contains(out, "can be restored") {
		t.Errorf("a drill beside the bot says %q", out)
	}
	tg.Text(100, "/menu") // is heard by the database that is lost only
	next(100)
	if code := r.stop(); code != done {
		t.Fatalf("exit %d: %s", code, r.errs.String())
	}
	refused("--replace", "restore", "--identity", identity, file)
	refused("--identity", "restore", "--replace", file)
	other, _ := identityFile(t)
	refused("for others", "restore", "--replace", "--identity", other, file)
	leftovers(t, dir, "test.db", "test.db.key")

	// The disk is erased.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	mend()
	refused("--recovery", "restore", "--identity", identity, file)
	refused("another recovery identity", "restore", "--identity", identity, "--recovery", identity, file)
	leftovers(t, dir)
	out := e.must(t, "restore", "--identity", identity, "--recovery", recovery, file)
	for _, want := range []string{"is restored", "1 messages: 1 replies", "chihai outbox release"} {
		if !strings.Contains(out, want) {
			t.Errorf("restore does not say %q:\n%s", want, out)
		}
	}
	leftovers(t, dir, "test.db", "test.db.key")
	if now := documents(e.must(t, "check")); now != whole {
		t.Errorf("restored are\n%s\nand there were\n%s", now, whole)
	}

	r = e.start(t, "ready", "serve")
	r.wait("is held back")
	tg.Text(100, "/menu")
	next(100)
	if n := len(tg.Sent(200)); n != 0 {
		t.Errorf("what was held is sent: %q", tg.Sent(200)[0].Text)
	}
	tg.Text(200, "/help") // who writes is answered, while the rest is held
	next(200)
	if out := e.must(t, "outbox"); !strings.Contains(out, "1 messages") {
		t.Errorf("outbox says %q", out)
	}
	e.must(t, "outbox", "release")
	refused("nothing is held back", "outbox", "drop")
	if code := r.stop(); code != done {
		t.Fatalf("exit %d: %s", code, r.errs.String())
	}
	before := len(tg.Sent(200))
	r = e.start(t, "ready", "serve")
	for len(tg.Sent(200)) == before {
		next(200)
	}
	if out := e.must(t, "outbox"); !strings.Contains(out, "Nothing is held back") {
		t.Errorf("outbox says %q", out)
	}
	e.must(t, "check")
	r.stop()
	c.wantAsTold(t, path)
}

// holds waits until n messages stand in the outbox of a bot that runs, by
// looking at copies of its database.
func holds(t *testing.T, e environment, n int) {
	t.Helper()
	for {
		out := documents(e.must(t, "check"))
		if regexp.MustCompile(`(?m)^ *1 message$`).MatchString(out) {
			return
		}
		if t.Context().Err() != nil {
			t.Fatalf("there are never %d messages in the outbox:\n%s", n, out)
		}
	}
}

// documents are what check counts, without what comes and goes by itself.
func documents(said string) string {
	return regexp.MustCompile(`(?m)^ *\d+ (seen|meta|audit|audit_new|audit_chain|documents.*|receipt|screen)\n`).ReplaceAllString(said, "")
}

// --replace keeps what was there, whatever its state.
func TestRestoreReplaces(t *testing.T) {
	e := sampleBot(t, false)
	dir := filepath.Dir(e["CHIHAI_DB"])
	file := filepath.Join(t.TempDir(), "backup.db")
	e.must(t, "backup", file)
	if err := os.WriteFile(e["CHIHAI_DB"], []byte("not a database any more"), 0o600); err != nil {
		t.Fatal(err)
	}
	e.must(t, "restore", "--replace", file)
	e.must(t, "check")
	kept, err := filepath.Glob(filepath.Join(dir, "test.db.replaced-*Z"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept: %v, %v", kept, err)
	}
	if raw, err := os.ReadFile(kept[0]); err != nil || string(raw) != "not a database any more" {
		t.Errorf("%q is kept, %v", raw, err)
	}
	leftovers(t, dir, "test.db", filepath.Base(kept[0]))
}

// A backup of before the last change of the key file is opened by the recovery
// identity, and the key file that is there is kept.
func TestRestoreMakesKey(t *testing.T) {
	recovery, recipient := identityFile(t)
	e := newEnvironment(t).with("CHIHAI_RECOVERY", recipient)
	dir := filepath.Dir(e["CHIHAI_DB"])
	e.must(t, "set", "head", "Bà Ánh")
	file := filepath.Join(t.TempDir(), "backup.db")
	e.must(t, "backup", file)
	e.must(t, "restore", "--replace", file) // the key file fits
	e.must(t, "key", "change")
	changed, err := os.ReadFile(e["CHIHAI_DB"] + keySuffix)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := e.command(t, "restore", "--replace", file); code != failed || !strings.Contains(errs, "--recovery") {
		t.Errorf("restore without the key: exit %d, %q", code, errs)
	}
	e.must(t, "restore", "--drill", "--recovery", recovery, file)
	if after, err := os.ReadDir(dir); err != nil || len(after) != len(before) {
		t.Errorf("a drill leaves %v of %v, %v", after, before, err)
	}
	typed, err := os.ReadFile(recovery)
	if err != nil {
		t.Fatal(err)
	}
	if code, out, errs := e.talk(t, string(typed), "restore", "--replace", file); code != done || !strings.Contains(out, "is restored") {
		t.Fatalf("restore with what is typed: exit %d, %q %q", code, out, errs)
	}
	if out := e.must(t, "set"); !strings.Contains(out, "Bà Ánh") {
		t.Errorf("restored is %q", out)
	}
	e.must(t, "check")
	kept, err := filepath.Glob(e["CHIHAI_DB"] + keySuffix + ".until-*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range kept {
		if raw, err := os.ReadFile(name); err == nil && string(raw) == string(changed) {
			return
		}
	}
	t.Errorf("the key file that was there is not among %v", kept)
}

// What is no sound backup changes nothing.
func TestRestoreRefuses(t *testing.T) {
	e := sampleBot(t, false)
	dir := t.TempDir()
	sound := filepath.Join(dir, "sound.db")
	e.must(t, "backup", sound)
	raw, err := os.ReadFile(sound)
	if err != nil {
		t.Fatal(err)
	}
	identity, recipient := identityFile(t)
	sealed := filepath.Join(dir, "sealed.db.age")
	e.must(t, "backup", "--to", recipient, sealed)
	encrypted, err := os.ReadFile(sealed)
	if err != nil {
		t.Fatal(err)
	}
	fresh := newEnvironment(t)
	for _, tt := range []struct {
		what string
		file []byte
		said string
	}{
		{"nothing", nil, "no sound backup"},
		{"something else", []byte(strings.Repeat("x", 100_000)), "no sound backup"},
		{"cut off", raw[:len(raw)/2], "no sound backup"},
		{"torn", append(append(append([]byte{}, raw[:40_960]...), make([]byte, 40_960)...), raw[81_920:]...), "no sound backup"},
		{"encrypted and cut off", encrypted[:len(encrypted)/2], "cut off"},
		{"encrypted and changed", append(append([]byte{}, encrypted[:100_000]...), encrypted[100_001:]...), "cut off"},
	} {
		file := filepath.Join(dir, "file")
		if err := os.WriteFile(file, tt.file, 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, errs := fresh.command(t, "restore", "--identity", identity, file)
		if code != failed || !strings.Contains(errs, tt.said) {
			t.Errorf("%s: exit %d, %q, want %q", tt.what, code, errs, tt.said)
		}
		leftovers(t, filepath.Dir(fresh["CHIHAI_DB"]))
	}
	if code, _, errs := fresh.command(t, "restore", dir); code != failed || !strings.Contains(errs, "is no file") {
		t.Errorf("a directory: exit %d, %q", code, errs)
	}
	if code, _, errs := e.command(t, "restore", "--replace", e["CHIHAI_DB"]); code != failed || !strings.Contains(errs, "database itself") {
		t.Errorf("the database from itself: exit %d, %q", code, errs)
	}
}

// What is held is counted, and dropped, by kind.
func TestHeldIsDropped(t *testing.T) {
	e := sampleBot(t, false)
	s, err := openMade(t.Context(), e["CHIHAI_DB"])
	if err != nil {
		t.Fatal(err)
	}
	training := ""
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		var own []*store.Due // of the sample: some are due at some hours of the day
		for d, err := range tx.AllDue() {
			if err != nil {
				return err
			}
			training = d.Training
			own = append(own, d)
		}
		for _, d := range own {
			if err := tx.Done(d); err != nil {
				return err
			}
		}
		for _, d := range []store.Due{
			{ID: "remind/x", Job: store.RemindJob, Training: training},
			{ID: "tell/x", Job: store.TellJob, Training: training},
			{ID: "tell/x/m", Job: store.TellOneJob, Training: training, Member: "m"},
			{ID: "hear/x", Job: store.HearJob},
			{ID: "scrub/x", Job: store.ScrubJob},
		} {
			d.At, d.Until = tx.Now.Add(-time.Minute), tx.Now.Add(time.Hour)
			if err := tx.Plan(&d); err != nil {
				return err
			}
		}
		if err := tx.AddTask(&store.Task{Member: "m", Work: "qr"}); err != nil {
			return err
		}
		for _, m := range []store.Message{
			{Channel: "telegram:1", Address: "5", Text: "x", Repeat: true},
			{Channel: "telegram:1", Address: "5", Text: "x", Lane: store.Reminder, Report: "r"},
		} {
			if err := tx.Post(&m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx *store.Tx) error { return tx.HoldBack(tx.Now.Add(-time.Hour)) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	out := e.must(t, "outbox")
	for _, want := range []string{
		"2 messages: 1 replies, 1 reminders and broadcasts; 1 of all must not come twice; the oldest is of",
		"1 reminders of trainings that fell due, 2 news about trainings, 1 things that flows wait to hear",
		"1 tasks",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("outbox does not say %q:\n%s", want, out)
		}
	}
	if out := e.must(t, "outbox", "drop"); !strings.Contains(out, "Dropped: 2 messages, 3 reminders and news, 1 tasks.") {
		t.Errorf("drop says %q", out)
	}
	if s, err = openMade(t.Context(), e["CHIHAI_DB"]); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var jobs []string
	err = s.View(t.Context(), func(tx *store.Tx) error {
		for d, err := range tx.ComeDue() {
			if err != nil {
				return err
			}
			jobs = append(jobs, d.Job)
		}
		for m := range tx.Messages("") {
			t.Errorf("message %s is left", m.ID)
		}
		for task := range tx.Tasks() {
			t.Errorf("task %s is left", task.ID)
		}
		return nil
	})
	if got := strings.Join(jobs, " "); err != nil || got != "hear scrub" {
		t.Errorf("due are %q, %v, want hear scrub", got, err)
	}
}

// TestHold holds back what a database was still to say that was not restored by
// this program, while no bot runs on it, in a file and on PostgreSQL.
func TestHold(t *testing.T) {
	file := sampleBot(t, false)
	e := file.with("CHIHAI_DB", postgrestest.Start(t, "fsync=off").Database(t), "CHIHAI_KEY", file["CHIHAI_DB"]+keySuffix)
	if code, _, errs := e.command(t, "outbox", "hold"); code != failed || !strings.Contains(errs, "nothing in it") {
		t.Errorf("hold on an empty database: exit %d, %q", code, errs)
	}
	e.must(t, "copy", "--from", file["CHIHAI_DB"], "--to", e["CHIHAI_DB"])
	for name, e := range map[string]environment{"file": file, "postgres": e} {
		t.Run(name, func(t *testing.T) {
			post := func() *store.Store {
				t.Helper()
				s, err := opening{path: e["CHIHAI_DB"], key: file["CHIHAI_DB"] + keySuffix}.open(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				err = s.Update(t.Context(), func(tx *store.Tx) error {
					return tx.Post(&store.Message{Channel: "telegram:1", Address: "5", Text: "x", Repeat: true})
				})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			s := post()
			if code, _, errs := e.command(t, "outbox", "hold"); code != failed || !strings.Contains(errs, "stop it first") {
				t.Errorf("hold beside a bot: exit %d, %q", code, errs)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			for range 2 { // a second time changes nothing
				if out := e.must(t, "outbox", "hold"); !strings.Contains(out, "1 messages: 1 replies") {
					t.Errorf("hold says %q", out)
				}
			}
			if err := post().Close(); err != nil { // from now on nothing is held
				t.Fatal(err)
			}
			if out := e.must(t, "outbox"); !strings.Contains(out, "1 messages: 1 replies") {
				t.Errorf("outbox says %q", out)
			}
			if out := e.must(t, "outbox", "drop"); !strings.Contains(out, "Dropped: 1 messages") {
				t.Errorf("drop says %q", out)
			}
			if out := e.must(t, "outbox"); !strings.Contains(out, "Nothing is held back") {
				t.Errorf("outbox says %q after drop", out)
			}
		})
	}
}
