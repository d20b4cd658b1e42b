package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// What bot/deploy sets must be what the program reads.
func TestDeployVariables(t *testing.T) {
	known := map[string]bool{}
	for _, v := range variables() {
		known[v.name] = true
	}
	files, err := filepath.Glob("deploy/*")
	if err != nil || len(files) < 4 {
		t.Fatalf("files of deploy: %v, %v", files, err)
	}
	found := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`CHIHAI_[A-Z_]+`).FindAllString(string(raw), -1) {
			found++
			if !known[name] {
				t.Errorf("%s names %s, which the program does not know", file, name)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d variables found", found)
	}
}

// systemd itself must have no word against the unit.
func TestDeployUnit(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed here: the unit is not verified")
	}
	raw, err := os.ReadFile("deploy/chihai.service")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), "\nRestartPreventExitStatus=") {
		t.Error("some exit code prevents a restart: a panic and the watchdog's SIGABRT end with 2, everything else with 1")
	}
	unit := strings.ReplaceAll(string(raw), "/usr/local/bin/chihai", "/bin/true") // it must be on this machine
	path := filepath.Join(t.TempDir(), "chihai.service")
	if err := os.WriteFile(path, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// TestContainer runs the program as the container does: linked statically, in a
// directory tree that holds nothing else, as a user without rights. (A container
// has /proc, too, by which check starts itself.)
func TestContainer(t *testing.T) {
	if os.Getenv("CHIHAI_LONG") == "" {
		t.Skip("compiles everything anew, without C: set CHIHAI_LONG=1")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root may change the root directory")
	}
	root, err := os.MkdirTemp("", "box") // its socket's name is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	const user = 65532
	data := filepath.Join(root, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(data, user, user); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(root, "chihai")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	program, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range program.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the program is not linked statically")
		}
	}
	program.Close()

	env := []string{"CHIHAI_DB=/data/chihai.db", "CHIHAI_RECOVERY=" + recipient, "CHIHAI_LISTEN=" + freeAddress(t)}
	inside := func(args ...string) *exec.Cmd {
		cmd := exec.Command("/chihai", args...)
		cmd.Dir, cmd.Env = "/data", env
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: user, Gid: user}}
		return cmd
	}
	serve := inside("serve")
	out, err := serve.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log lockedBuffer
	serve.Stderr = &log
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatalf("it did not get ready: %v\n%s", err, log.String())
	}
	for _, tt := range []struct{ args, says string }{
		{"health", "store      ok"},
		{"set organisation Hội", "Hội"},
		{"version", "schema"},
	} {
		out, err := inside(strings.Fields(tt.args)...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), tt.says) {
			t.Errorf("%s: %v, %s", tt.args, err, out)
		}
	}
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("it ends with %v\n%s", err, log.String())
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the program has %d MiB", info.Size()>>20)
}
