package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"chihai/bot/outbox"
	"chihai/store"
	"chihai/store/bolt"
)

// The whole way with numbers only, as on a network without buttons, and then
// once more after a restart.
func TestChat(t *testing.T) {
	e := newEnvironment(t)
	code, out, errs := e.talk(t, strings.Join([]string{
		"/start", "1", "1", "1", "1", "1", // language, register, a training, herself, consent
		"Nguyễn Thị Hoa", "Xã Kế Sách", "0912 345 678", "1", "1",
	}, "\n"), "chat")
	if code != done || errs != "" {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if !strings.Contains(out, "đăng ký xong") {
		t.Errorf("the talk does not end with a registration:\n%s", out)
	}
	if !strings.HasPrefix(out, "/start\n    Xin chào") || !strings.Contains(out, "\n    1. Tiếng Việt\n") {
		t.Errorf("it does not read like a talk:\n%.300s", out)
	}
	if strings.Index(out, "Nguyễn Thị Hoa\n") > strings.Index(out, "    Chị ở xã, phường nào?") {
		t.Errorf("an answer stands before its question:\n%s", out)
	}
	code, out, errs = e.talk(t, "/menu\n", "chat")
	if code != done || !strings.Contains(out, "Đăng ký của tôi") {
		t.Errorf("afterwards she is not known: exit %d, %s\n%s", code, errs, out)
	}
	leftovers(t, filepath.Dir(e["CHIHAI_DB"]), "test.db")
}

// What takes longer than the talk is waited for.
func TestChatWaitsForFiles(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	e := newEnvironment(t)
	code, out, errs := e.talk(t, strings.Join([]string{
		"/start", "1", "danh cho can bo", "cac lop cua dia ban", "1", "tai danh sach", "chia se", "tao ma qr",
	}, "\n"), "chat", "--role", "staff")
	if code != done || errs != "" {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for _, pattern := range []string{`(?m)^ +(/.*danh-sach-[0-9A-Z]{6}\.xlsx)$`, `(?m)^ +(/.*ma-qr-[0-9A-Z]{6}\.png)$`} {
		path := regexp.MustCompile(pattern).FindStringSubmatch(out)
		if path == nil {
			t.Errorf("no file is named like %s:\n%s", pattern, out)
			continue
		}
		if info, err := os.Stat(path[1]); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", path[1], err)
		}
	}
}

// On a database of real people the terminal leaves alone what waits for other
// networks, however long it has waited.
func TestChatKeepsMessages(t *testing.T) {
	e := newEnvironment(t)
	db, err := bolt.Open(e["CHIHAI_DB"], bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-outbox.MaxAge - time.Hour)
	s, err := store.Open(t.Context(), db, store.Options{Now: func() time.Time { return then }})
	if err != nil {
		t.Fatal(err)
	}
	m := &store.Message{Channel: "telegram:7000000001", Address: "42", Lane: store.Reminder, Text: "Lớp bị hủy"}
	if err := errors.Join(s.Update(t.Context(), func(tx *store.Tx) error { return tx.Post(m) }), s.Close()); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := e.talk(t, "/start\n", "chat"); code != done || errs != "" {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if s, err = openStore(t.Context(), e["CHIHAI_DB"], nil); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.View(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Message(m.ID)
		return err
	})
	if err != nil {
		t.Errorf("the message: %v", err)
	}
}

// Two programs on one database: the second is told so.
func TestChatBesideABot(t *testing.T) {
	e := sampleBot(t, true)
	if code, _, errs := e.talk(t, "/start\n", "chat"); code != failed || !strings.Contains(errs, "in use") {
		t.Errorf("exit %d, %q", code, errs)
	}
}
