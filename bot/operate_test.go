package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
)

// buildProgram builds the program as an operator does and returns where it is.
func buildProgram(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "chihai")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// freeAddress returns an address at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// fetch returns the status and the body of what stands at url.
func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestOperate does with the real program what operators do.
func TestOperate(t *testing.T) {
	binary := buildProgram(t)
	t.Run("under load", func(t *testing.T) { operateUnderLoad(t, binary) })
	t.Run("second signal", func(t *testing.T) { signalTwice(t, binary) })
}

// operateUnderLoad runs the program while women write on Telegram, which fails
// now and then, and somebody has the web chat open. Its numbers are read, and in
// the middle of it all it is told to end and started again. No answer may be
// lost, and nothing of what was said may stand in its log or its numbers.
func operateUnderLoad(t *testing.T, binary string) {
	const token = "7000000001:operate-secret"
	path := filepath.Join(t.TempDir(), "operate.db")
	makeKillDB(t, path, 3, 100)
	tg := telegramtest.New(token)
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	listen, metrics := freeAddress(t), freeAddress(t)
	bot := &process{binary: binary, env: []string{
		"CHIHAI_DB=" + path, "CHIHAI_RECOVERY=" + recipient, "CHIHAI_LISTEN=" + listen, "CHIHAI_METRICS=" + metrics, "CHIHAI_WEBCHAT=1",
		"CHIHAI_TELEGRAM_TOKEN=" + token, "CHIHAI_TELEGRAM_API=" + tg.URL(),
		"CHIHAI_LOG=json", "CHIHAI_LOG_LEVEL=debug",
	}}
	bot.start(t)

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	const women, first = 12, 8_811_000_100
	tg.Fail(telegramtest.Fault{Method: "send", Status: 429, RetryAfter: 1, After: 20, Times: 2})
	tg.Fail(telegramtest.Fault{Method: "sendMessage", Status: 500, Text: "Internal Server Error: restart", After: 30, Times: 2})
	tg.Fail(telegramtest.Fault{Method: "getUpdates", Status: 502, Body: "<html>bad gateway</html>", After: 5, Times: 1})
	tg.Fail(telegramtest.Fault{Chat: first - 1, Status: 400, Text: `Bad Request: can't parse "0912345678"`})
	tg.Text(first-1, "Chào Chị Hai, tôi là Trần Thị Bí Mật")
	var quit atomic.Bool
	var crowd sync.WaitGroup
	talked := make(chan struct{}, 10_000)
	for w := range women {
		crowd.Go(func() {
			for n := 0; n < 12 || !quit.Load(); n++ {
				tg.Text(int64(first+w), secretTalk(n))
				if _, err := tg.Next(ctx, int64(first+w)); err != nil {
					t.Errorf("woman %d has no answer to %q: %v", w, secretTalk(n), err)
					return
				}
				talked <- struct{}{}
			}
		})
	}
	visitor := newVisitor(t, "http://"+listen)
	visitor.say("Tôi là Lê Thị Kín")
	for range women * 10 {
		<-talked
	}

	_, numbers := fetch(t, "http://"+metrics+"/metrics")
	checkLabels(t, numbers)
	for _, want := range []string{
		`chihai_inputs_total{channel="telegram",kind="text",outcome="answered"}`, `chihai_sends_total{channel="telegram",outcome="delivered"}`,
		`chihai_send_tries_total{channel="telegram",result="put_off"}`, `chihai_commit_sync_seconds_count`, `chihai_store_up 1`,
	} {
		if !strings.Contains(numbers, want) {
			t.Errorf("the numbers lack %s", want)
		}
	}
	if code, said := fetch(t, "http://"+listen+"/readyz"); code != 200 || !strings.HasPrefix(said, "ready") || !strings.Contains(said, "store      ok") {
		t.Errorf("GET /readyz = %d %s", code, said)
	}
	if code, _ := fetch(t, "http://"+listen+"/metrics"); code != 404 {
		t.Errorf("GET /metrics = %d on the public server, although CHIHAI_METRICS names another", code)
	}

	streamed := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, visitor.events); streamed <- err }()
	begun := time.Now()
	if err := bot.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM the program ends with %v", err)
	}
	took := time.Since(begun)
	if took > stopTime {
		t.Errorf("it took %v to end, want at most %v", took, stopTime)
	}
	select {
	case <-streamed:
	case <-time.After(10 * time.Second):
		t.Error("the stream of the web chat stays open")
	}
	bot.start(t)
	quit.Store(true)
	crowd.Wait()
	bot.stop(t)
	t.Logf("ended within %v while %d women wrote", took.Round(time.Millisecond), women)

	log := bot.log.String()
	if !strings.Contains(log, `"level":"WARN"`) || !strings.Contains(log, `"msg":"message given up"`) {
		t.Errorf("the log does not tell what went wrong, so that it proves nothing:\n%s", log)
	}
	for _, private := range append(secrets(), "operate-secret", "8811000", "Bí Mật", "Lê Thị Kín", "0912345678", "Xin chào", visitor.token) {
		for what, where := range map[string]string{"log": log, "numbers": numbers} {
			if i := strings.Index(where, private); i >= 0 {
				t.Errorf("the %s hold %q: %s", what, private, where[max(0, i-200):min(len(where), i+200)])
			}
		}
	}
}

// secretTalk is fullTalk of somebody who must not be found anywhere.
func secretTalk(n int) string {
	switch said := fullTalk(n); said {
	case "Nguyễn Thị Hoa":
		return "Phạm Thị Ẩn Danh"
	case "0912 345 678":
		return "0987 654 321"
	default:
		return said
	}
}

// secrets are what women say in secretTalk, and how it may be written.
func secrets() []string {
	list := []string{"0987654321", "987654321", "987 654 321", "pham thi an danh"}
	for n := range 18 {
		if said := secretTalk(n); len(said) > 2 {
			list = append(list, said)
		}
	}
	return list
}

var label = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)

// checkLabels holds every label of the numbers against what it may say.
func checkLabels(t *testing.T, numbers string) {
	t.Helper()
	allowed := map[string][]string{
		"channel": {"clock", "telegram", "web"},
		"kind":    {"text", "choice", "contact", "place", "file", "other", "due", "outcome", "unreachable", "reachable"},
		"outcome": {
			"answered", "repeated", "failed", "not_kept", "kept", "refused", "lost",
			"delivered", "blocked", "late", "unknown", "done", "handed_over", "missed",
		},
		"result": {"retried", "put_off", "uncertain"},
		"lane":   {"reply", "reminder", "club", "province"},
		"state":  {"running", "waiting"},
	}
	for _, l := range store.Latenesses {
		allowed["kind"] = append(allowed["kind"], l.Kind)
	}
	series := 0
	for _, line := range strings.Split(numbers, "\n") {
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		series++
		for _, l := range label.FindAllStringSubmatch(line, -1) {
			switch name, value := l[1], l[2]; {
			case name == "le" || name == "quantile":
			case strings.HasPrefix(line, "chihai_build_info") || strings.HasPrefix(line, "go_info"):
			case !slices.Contains(allowed[name], value):
				t.Errorf("label %s says %q in %s", name, value, line)
			}
		}
	}
	if series > 400 {
		t.Errorf("%d time series, want a few hundred whatever happens", series)
	}
}

// signalTwice sends two signals. The second one ends the program at once: here
// it still waits for a call that hangs.
func signalTwice(t *testing.T, binary string) {
	tg := telegramtest.New(testToken)
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	socket, told := listenAsSupervisor(t)
	bot := &process{binary: binary, env: []string{
		"CHIHAI_DB=" + filepath.Join(t.TempDir(), "test.db"), "CHIHAI_RECOVERY=" + recipient, "CHIHAI_LISTEN=127.0.0.1:0", "NOTIFY_SOCKET=" + socket,
		"CHIHAI_TELEGRAM_TOKEN=" + testToken, "CHIHAI_TELEGRAM_API=" + tg.URL(),
	}}
	tg.Fail(telegramtest.Fault{Method: "sendMessage", Hang: true})
	bot.start(t)
	tg.Text(100, "/start")
	often := time.NewTicker(20 * time.Millisecond)
	defer often.Stop()
	for tg.Calls("sendMessage") == 0 {
		<-often.C
	}
	begun := time.Now()
	bot.cmd.Process.Signal(syscall.SIGTERM)
	for next(t, told) != "STOPPING=1" {
	}
	ended := make(chan error, 1)
	go func() { ended <- bot.cmd.Wait() }()
	for {
		bot.cmd.Process.Signal(syscall.SIGTERM) // as somebody who is impatient does
		select {
		case err := <-ended:
			if took := time.Since(begun); took > drainTime/2 || err == nil {
				t.Errorf("after the second signal it ended within %v with %v, want at once and not as if all were done", took, err)
			}
			return
		case <-often.C:
		}
	}
}

// "chihai health" is what a container asks.
func TestHealthCommand(t *testing.T) {
	e := newEnvironment(t).with("CHIHAI_LISTEN", freeAddress(t), "CHIHAI_PPROF", freeAddress(t))
	if code, _, errs := e.command(t, "health"); code != failed || !strings.Contains(errs, "ask the bot") {
		t.Errorf("without a bot: exit %d, %q", code, errs)
	}
	r := e.start(t, "chihai demo", "serve")
	if code, out, errs := e.command(t, "health"); code != done || !strings.Contains(out, "store      ok") {
		t.Errorf("exit %d, %q %q", code, out, errs)
	}
	if code, said := fetch(t, "http://"+e["CHIHAI_LISTEN"]+"/metrics"); code != 200 || !strings.Contains(said, "chihai_database_bytes") {
		t.Errorf("GET /metrics = %d", code)
	}
	if code, said := fetch(t, "http://"+e["CHIHAI_PPROF"]+"/debug/pprof/goroutine?debug=1"); code != 200 || !strings.Contains(said, "goroutine profile") {
		t.Errorf("GET /debug/pprof = %d", code)
	}
	if code, _ := fetch(t, "http://"+e["CHIHAI_LISTEN"]+"/debug/pprof/"); code != 404 {
		t.Errorf("GET /debug/pprof = %d on the public server", code)
	}
	if code := r.stop(); code != done {
		t.Errorf("exit %d: %s", code, r.errs.String())
	}
	if code, _, errs := e.with("CHIHAI_LISTEN", "127.0.0.1:0").command(t, "health"); code != usage {
		t.Errorf("with any port: exit %d, %q", code, errs)
	}
}
