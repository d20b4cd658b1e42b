package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
	"chihai/store/bolt"
)

// TestKill kills the real program with SIGKILL at random points, CHIHAI_KILLS
// times (3 unless said otherwise), while 50 women register for 10 trainings
// with scarce seats and give seats up again, through a Bot API server on this
// machine. What each of them was told must be what the store holds in the end,
// no seat may be oversold, and every talk must go on. How many of the bot's
// messages came twice is printed.
//
//	CHIHAI_KILLS=200 go test ./bot -run TestKill -v -timeout 30m
func TestKill(t *testing.T) {
	kills := 3
	if s := os.Getenv("CHIHAI_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal("CHIHAI_KILLS:", err)
		}
		kills = n
	}
	const (
		women     = 50
		trainings = 10
		seats     = 7 // of each: 70 for 50 women who want up to 3
	)
	dir := t.TempDir()
	binary := filepath.Join(dir, "chihai")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	path := filepath.Join(dir, "kill.db")
	makeKillDB(t, path, trainings, seats)

	tg := telegramtest.New("7000000001:kill-test")
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()

	ctx, stop := context.WithTimeout(t.Context(), 25*time.Minute)
	defer stop()
	var quit atomic.Bool
	crowd := make([]*woman, women)
	var wg sync.WaitGroup
	for i := range crowd {
		crowd[i] = &woman{tg: tg, chat: int64(1000 + i), random: rand.New(rand.NewPCG(uint64(i), 7)), holds: map[string]bool{}, quit: &quit}
		wg.Go(func() { crowd[i].live(ctx) })
	}

	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	bot := &process{binary: binary, env: []string{
		"CHIHAI_DB=" + path, "CHIHAI_LISTEN=127.0.0.1:0", "CHIHAI_RECOVERY=" + recipient,
		"CHIHAI_TELEGRAM_TOKEN=7000000001:kill-test", "CHIHAI_TELEGRAM_API=" + tg.URL(),
	}}
	for range kills {
		bot.start(t)
		time.Sleep(time.Duration(20+random.IntN(400)) * time.Millisecond) // a random point is the point of this test
		bot.kill(t)
	}
	bot.start(t)
	quit.Store(true)
	wg.Wait()
	bot.stop(t)

	told, repeated, turns := 0, 0, 0
	for i, w := range crowd {
		if w.err != nil {
			t.Fatalf("woman %d: %v\nthe bot's log:\n%s", i, w.err, bot.log.String())
		}
		told += len(w.holds)
		repeated += w.repeated
		turns += w.turns
	}
	key, err := store.ReadKey(path + keySuffix)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openMade(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	held := checkKilled(t, s, key, crowd)
	t.Logf("%d kills, %d women, %d messages of theirs, %d seats held as they were told; %d of the bot's messages came twice",
		kills, women, turns, held, repeated)
	if turns < 10*kills {
		t.Errorf("only %d messages during %d kills: nothing was under way", turns, kills)
	}
}

// checkKilled compares what the store holds with what the women were told, and
// returns how many seats are held.
func checkKilled(t *testing.T, s *store.Store, key []byte, crowd []*woman) (held int) {
	t.Helper()
	_, err := store.CheckSealed(t.Context(), s.Backend(), key, time.Now(), func(bucket, key, what string) { t.Errorf("%s %s: %s", bucket, key, what) })
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		for tr, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
			if err != nil {
				return err
			}
			n := 0
			for r, err := range tx.Registrations(tr.ID) {
				if err != nil {
					return err
				}
				if r.Holds() {
					n++
				}
			}
			held += n
			if n != tr.Taken || n > tr.Seats {
				t.Errorf("%s: %d hold a seat, %d taken of %d", tr.Name["vi"], n, tr.Taken, tr.Seats)
			}
		}
		for _, w := range crowd {
			m, err := memberOf(tx, w.chat)
			if err != nil {
				return err
			}
			for tr, err := range tx.Trainings(time.Time{}, time.Time{}, func(string) bool { return true }) {
				if err != nil {
					return err
				}
				r, err := tx.Registration(tr.ID, m.ID)
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
				if holds := err == nil && r.Holds(); holds != w.holds[tr.Name["vi"]] {
					t.Errorf("woman %d, %s: the store says %t, she was told %t", w.chat, tr.Name["vi"], holds, w.holds[tr.Name["vi"]])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func memberOf(tx *store.Tx, chat int64) (*store.Member, error) {
	c, err := tx.Contact(tx.ContactID("telegram:7000000001", fmt.Sprint(chat)))
	if err != nil {
		return nil, fmt.Errorf("contact of %d: %w", chat, err)
	}
	return tx.Member(c.Speaker)
}

func makeKillDB(t testing.TB, path string, trainings, seats int) {
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fillKillDB(t, s, trainings, seats)
}

// fillKillDB makes trainings in a month from now.
func fillKillDB(t testing.TB, s *store.Store, trainings, seats int) {
	t.Helper()
	raw, err := os.ReadFile("demo/areas.csv")
	if err != nil {
		t.Fatal(err)
	}
	areas, err := store.ReadAreas(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.ImportAreas(areas); err != nil {
			return err
		}
		for i := range trainings {
			start := tx.Now.AddDate(0, 1, i)
			if err := tx.AddTraining(&store.Training{
				Kind: store.Class, Name: store.Text{"vi": fmt.Sprintf("Lớp số %02d", i)}, Place: "Nhà văn hóa", Area: "92",
				Start: start, End: start.Add(time.Hour), Seats: seats, Listed: true,
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A woman reads what the bot shows her and answers, as people do: what she
// believes to hold is what she was told.
type woman struct {
	tg       *telegramtest.Server
	chat     int64
	random   *rand.Rand
	holds    map[string]bool
	quit     *atomic.Bool
	turns    int
	repeated int
	err      error
}

var (
	gotSeat  = regexp.MustCompile(`đăng ký xong! Mã: \S+\n(Lớp số \d\d)`)
	gaveSeat = regexp.MustCompile(`Đã hủy đăng ký “(Lớp số \d\d)”`)
)

func (w *woman) live(ctx context.Context) {
	w.say("/start")
	last := ""
	for {
		m, err := w.tg.Next(ctx, w.chat)
		if err != nil {
			w.err = fmt.Errorf("waits for an answer to what she said after %q: %w", last, err)
			return
		}
		said := fmt.Sprint(m.Text, m.Labels())
		if said == last { // no two answers that follow one another are alike
			w.repeated++
		}
		last = said
		if g := gotSeat.FindStringSubmatch(m.Text); g != nil {
			w.holds[g[1]] = true
		}
		if g := gaveSeat.FindStringSubmatch(m.Text); g != nil {
			delete(w.holds, g[1])
		}
		if atMenu(m) && w.quit.Load() {
			return
		}
		if err := w.answer(m); err != nil {
			w.err = err
			return
		}
	}
}

func atMenu(m telegramtest.Message) bool {
	for _, l := range m.Labels() {
		if l == "Cài đặt" {
			return true
		}
	}
	return false
}

// answer says what a woman says to m.
func (w *woman) answer(m telegramtest.Message) error {
	labels := m.Labels()
	has := func(label string) bool {
		for _, l := range labels {
			if l == label {
				return true
			}
		}
		return false
	}
	var classes []string
	for _, l := range labels {
		if strings.Contains(l, " · ") {
			classes = append(classes, l)
		}
	}
	press := ""
	switch {
	case has("Tiếng Việt"):
		press = "Tiếng Việt"
	case atMenu(m):
		press = "Đăng ký tham gia"
		if has("Đăng ký của tôi") && (len(w.holds) >= 3 || w.random.IntN(4) == 0) {
			press = "Đăng ký của tôi"
		}
	case has("Có, hủy đăng ký"):
		press = "Có, hủy đăng ký"
	case has("Hủy đăng ký"):
		press = "Hủy đăng ký"
	case has("Đúng, đăng ký"):
		press = "Đúng, đăng ký"
	case has("Đăng ký"):
		press = "Đăng ký"
	case has("Đồng ý"):
		press = "Đồng ý"
	case has("Làm tiếp"):
		press = "Làm tiếp"
	case len(classes) > 0:
		press = classes[w.random.IntN(len(classes))]
		if has("Xem thêm") && w.random.IntN(3) == 0 {
			press = "Xem thêm"
		}
	case strings.Contains(m.Text, "Họ và tên"):
		w.say("Nguyễn Thị Hoa")
		return nil
	case strings.Contains(m.Text, "xã, phường nào"):
		w.say("Xã Kế Sách")
		return nil
	case strings.Contains(m.Text, "Số điện thoại"):
		w.say("0912 345 678")
		return nil
	case has("Thôi"):
		press = "Thôi"
	default:
		return fmt.Errorf("does not know what to answer to %q %q", m.Text, labels)
	}
	w.say(press)
	return nil
}

func (w *woman) say(text string) {
	w.turns++
	w.tg.Text(w.chat, text)
}

// A process is the program under test.
type process struct {
	binary string
	env    []string
	cmd    *exec.Cmd
	log    lockedBuffer
}

// start starts the program and returns when it says that it is ready.
func (p *process) start(t *testing.T) {
	t.Helper()
	p.cmd = exec.Command(p.binary, "serve")
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan error, 1)
	go func() {
		line := make([]byte, 1)
		_, err := out.Read(line)
		ready <- err
		io.Copy(io.Discard, out)
	}()
	select {
	case err := <-ready:
		if err != nil {
			t.Fatalf("the program did not get ready: %v\n%s", err, p.log.String())
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("the program did not get ready\n%s", p.log.String())
	}
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.cmd.Wait()
}

func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("stopped with %v\n%s", err, p.log.String())
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b.Len() > 1<<20 {
		l.b.Reset()
	}
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
