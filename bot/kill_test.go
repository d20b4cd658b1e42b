package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/store"
	"chihai/store/bolt"
)

const (
	killRound     = 500 // kills of one database, which stays small that way
	killWomen     = 50
	killOfficers  = 2
	killVisitors  = 3 // of the web chat
	killTrainings = 10
	killSeats     = 7 // of each: 70 for 50 women who want up to 3

	killReminded = 8               // people who are reminded of trainings meanwhile
	killReminder = 2 * time.Second // from one to the next: a chat takes one message a second
)

// TestKill kills the real program with SIGKILL, CHIHAI_KILLS times (3 unless
// said otherwise): now at a random moment, now in the middle of a call that
// shows somebody something. Meanwhile 50 women register for 10 trainings with
// scarce seats and give seats up again, officers ask for lists, and the clock
// reminds people, through a Bot API server on this machine; others talk in the
// web chat.
//
// In the end everything that anybody said must have been answered by one turn,
// no less and no more; what each woman was told must be what the store holds; no
// seat may be oversold; each list that was asked for has come or is still to be
// made; nobody may have been reminded twice, and everybody once unless the store
// says that it is not known. How many of the bot's replies came twice is
// printed.
//
//	TMPDIR=/dev/shm CHIHAI_KILLS=10000 go test ./bot -run 'TestKill$' -v -timeout 4h
func TestKill(t *testing.T) {
	kills := 3
	if s := os.Getenv("CHIHAI_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal("CHIHAI_KILLS:", err)
		}
		kills = n
	}
	binary := buildProgram(t)
	for left := kills; left > 0 && !t.Failed(); left -= killRound {
		killFor(t, binary, min(left, killRound))
	}
}

// killFor kills the program so many times on a database of its own.
func killFor(t *testing.T, binary string, kills int) {
	begin := time.Now()
	tg := telegramtest.New("7000000001:kill-test")
	tg.Keep = 200
	var shown showings
	tg.OnMessage = shown.see
	if err := tg.Start(); err != nil {
		t.Fatal(err)
	}
	defer tg.Close()

	path := filepath.Join(t.TempDir(), "kill.db")
	span := max(5*time.Second, time.Duration(kills)*300*time.Millisecond)
	makeKillDB(t, path, killTrainings, killSeats)
	change(t, path, func(tx *store.Tx) error {
		return errors.Join(makeOfficers(tx), makeReminders(tx, tg, span))
	})
	web := freeAddress(t)

	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute+time.Duration(kills)*5*time.Second)
	defer stop()
	var quit atomic.Bool
	var wg sync.WaitGroup
	crowd := make([]*woman, killWomen+killOfficers)
	for i := range crowd {
		crowd[i] = &woman{
			tg: tg, chat: int64(1000 + i), random: rand.New(rand.NewPCG(uint64(i), 7)), holds: map[string]bool{}, quit: &quit,
			officer: i >= killWomen,
		}
		wg.Go(func() { crowd[i].live(ctx) })
	}
	visitors := make([]*webVisitor, killVisitors)
	for i := range visitors {
		visitors[i] = &webVisitor{url: "http://" + web}
		wg.Go(func() { visitors[i].live(ctx, &quit) })
	}

	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	bot := &process{binary: binary, env: []string{
		"CHIHAI_DB=" + path, "CHIHAI_LISTEN=" + web, "CHIHAI_WEBCHAT=1", "CHIHAI_RECOVERY=" + recipient,
		"CHIHAI_TELEGRAM_TOKEN=7000000001:kill-test", "CHIHAI_TELEGRAM_API=" + tg.URL(),
		"CHIHAI_TZ=" + daylight(),
	}}
	for range kills {
		busy := shown.after(1 + random.IntN(40))
		bot.start(t)
		at := time.Duration(random.IntN(400)) * time.Millisecond
		if random.IntN(3) == 0 { // at any moment, be it a quiet one
			busy, at = nil, at/4
		}
		select {
		case <-busy:
		case <-time.After(at):
		}
		bot.kill(t)
	}
	killing := time.Since(begin)
	bot.start(t)
	quit.Store(true)
	wg.Wait()
	for i, v := range visitors {
		if v.err != nil {
			t.Fatalf("visitor %d: %v\nthe bot's log:\n%s", i, v.err, bot.log.String())
		}
	}
	for i, w := range crowd {
		if w.err != nil {
			t.Fatalf("woman %d: %v\nthe bot's log:\n%s", i, w.err, bot.log.String())
		}
	}
	shown.calm(ctx) // replies go first: what the clock has left comes after them
	bot.stop(t)

	o := killOracle{t: t, crowd: crowd, visitors: visitors, shown: &shown}
	o.open(path)
	repeated, turns := 0, 0
	for _, w := range crowd {
		repeated += w.repeated
		turns += w.turns
	}
	t.Logf("%d kills in %v (%.0f a minute, of which a start takes %v); %d messages of %d people, %d in the web chat, %d seats held as they were told, %d lists, %d of %d reminders shown, %d still to be sent, %d not known; %d of the bot's replies came twice",
		kills, killing.Round(time.Second), float64(kills)/killing.Minutes(), (bot.starts / time.Duration(kills+1)).Round(time.Millisecond),
		turns, len(crowd), o.said, o.held, o.lists, o.reminded, o.due, o.waiting, o.unknown, repeated)
	if turns < 5*kills {
		t.Errorf("only %d messages during %d kills: nothing was under way", turns, kills)
	}
}

// makeKillDB makes a database with some trainings of so many seats each.
func makeKillDB(t testing.TB, path string, trainings, seats int) {
	t.Helper()
	change(t, path, addTrainings(t, trainings, seats))
}

// addTrainings returns what fills an empty store with areas, and with some
// trainings of so many seats each, a month from now.
func addTrainings(t testing.TB, trainings, seats int) func(*store.Tx) error {
	t.Helper()
	raw, err := os.ReadFile("demo/areas.csv")
	if err != nil {
		t.Fatal(err)
	}
	areas, err := store.ReadAreas(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return func(tx *store.Tx) error {
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
	}
}

// change changes the database path, which is made if there is none.
func change(t testing.TB, path string, fn func(*store.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), db, store.Options{}) // the program makes the keys
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// makeOfficers gives the last of the crowd a role.
func makeOfficers(tx *store.Tx) error {
	for i := range killOfficers {
		_, m, _, err := tx.Meet("telegram:7000000001", strconv.Itoa(1000+killWomen+i))
		if err != nil {
			return err
		}
		if err := tx.Grant(m, &store.Grant{Role: store.Staff, Area: "92"}); err != nil {
			return err
		}
	}
	return nil
}

// makeReminders makes trainings of which people are reminded within span: two
// hours before they begin.
func makeReminders(tx *store.Tx, tg *telegramtest.Server, span time.Duration) error {
	var people []string
	for i := range killReminded {
		chat := int64(3000 + i)
		tg.Know(chat)
		_, m, _, err := tx.Meet("telegram:7000000001", strconv.FormatInt(chat, 10))
		if err != nil {
			return err
		}
		people = append(people, m.ID)
	}
	for at := time.Second; at < span; at += killReminder {
		start := tx.Now.Add(2*time.Hour + at)
		training := &store.Training{
			Kind: store.Class, Name: store.Text{"vi": fmt.Sprintf("Nhắc số %04d", at/time.Second)}, Place: "Nhà văn hóa", Area: "92",
			Start: start, End: start.Add(time.Hour), Seats: killReminded,
		}
		if err := tx.AddTraining(training); err != nil {
			return err
		}
		for _, m := range people {
			if _, err := tx.Register(&store.Registration{Training: training.ID, Member: m}); err != nil {
				return err
			}
		}
	}
	return nil
}

// showings is what was shown to whom, for reminders, and how much to anybody.
type showings struct {
	mu       sync.Mutex
	reminded map[string]int // chat and training
	lists    int
	last     time.Time // when anything was shown
	left     int       // messages before reached is closed
	reached  chan struct{}
}

// see notes a message. It is called before the bot is told that it was taken.
func (s *showings) see(m telegramtest.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = time.Now()
	if s.left--; s.left == 0 {
		close(s.reached)
	}
	if isList(m) {
		s.lists++
	}
	if name := reminded.FindString(m.Text); name != "" {
		if s.reminded == nil {
			s.reminded = map[string]int{}
		}
		s.reminded[strconv.FormatInt(m.Chat, 10)+name]++
	}
}

// after returns a channel that is closed when the nth message from now on is
// shown.
func (s *showings) after(n int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.reached = n, make(chan struct{})
	return s.reached
}

// calm returns when nothing was shown for twenty seconds: replies that went
// beyond the rate of Telegram are made up for before anything else goes.
func (s *showings) calm(ctx context.Context) {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	begin := time.Now()
	for {
		s.mu.Lock()
		quiet := min(time.Since(s.last), time.Since(begin))
		s.mu.Unlock()
		if quiet > 20*time.Second {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *showings) count(chat, training string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reminded[chat+training]
}
