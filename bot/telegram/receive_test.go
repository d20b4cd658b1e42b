package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/telegram/telegramtest"
	"chihai/flows"
)

// A talk is a bot that receives from a fake Telegram inside a bubble, and what
// it handed over.
type talk struct {
	t   *testing.T
	tg  *telegramtest.Server
	bot *Bot
	log *safeLog

	stop   func()
	result chan error // of Receive

	mu    sync.Mutex
	heard []heard
}

type heard struct {
	flows.Input
	done func(error)
	at   time.Time
}

// inBubble runs test with a bot that receives. Time is the bubble's.
func inBubble(t *testing.T, c Config, test func(*talk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		k := &talk{t: t, tg: telegramtest.New(token), log: &safeLog{}, result: make(chan error, 1)}
		defer k.tg.Close()
		c.Token = token
		c.Log = slog.New(slog.NewTextHandler(k.log, nil))
		if c.Client == nil {
			c.Client = k.tg.Client()
		}
		var err error
		if k.bot, err = New(c); err != nil {
			t.Fatal(err)
		}
		test(k)
		if k.stop != nil {
			k.stop()
			synctest.Wait()
		}
		if strings.Contains(k.log.String(), "secret") {
			t.Errorf("the token stands in the log: %s", k.log)
		}
	})
}

// receive begins to receive.
func (k *talk) receive() {
	ctx, cancel := context.WithCancel(context.Background())
	k.stop = cancel
	go func() {
		k.result <- k.bot.Receive(ctx, func(in flows.Input, done func(error)) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.heard = append(k.heard, heard{in, done, time.Now()})
		})
	}()
	synctest.Wait()
}

// take returns what was handed over since it was called last.
func (k *talk) take() []heard {
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	list := k.heard
	k.heard = nil
	return list
}

// texts are what was handed over since, as "chat text".
func (k *talk) texts() []string {
	var all []string
	for _, h := range k.take() {
		all = append(all, h.From+" "+h.Text)
		h.done(nil)
	}
	return all
}

// waiting checks how many updates Telegram still holds.
func (k *talk) waiting(want int) {
	k.t.Helper()
	synctest.Wait()
	if got := k.tg.Waiting(); got != want {
		k.t.Errorf("%d updates are not confirmed, want %d", got, want)
	}
}

func (k *talk) want(got []string, want ...string) {
	k.t.Helper()
	if !slices.Equal(got, want) {
		k.t.Errorf("handed over %q, want %q", got, want)
	}
}

// A safeLog is written to by many goroutines.
type safeLog struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var errStore = errors.New("disk is full")

func TestConfirmedWhenDone(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.receive()
		k.tg.Text(5, "một")
		k.tg.Text(6, "hai")
		k.tg.Text(7, "ba")
		time.Sleep(time.Second)
		list := k.take()
		if len(list) != 3 || list[0].Text != "một" || list[2].Text != "ba" {
			t.Fatalf("handed over %+v", list)
		}
		if n := k.tg.Calls("getUpdates"); n > 4 {
			t.Errorf("Telegram was asked %d times while nothing was done", n)
		}
		k.waiting(3)

		list[2].done(nil)
		list[1].done(nil)
		time.Sleep(10 * time.Second)
		k.waiting(3) // the lowest one is not done
		k.want(k.texts())

		list[0].done(nil)
		k.waiting(0)
		time.Sleep(10 * time.Minute)
		k.want(k.texts())
	})
}

func TestOrderInAChat(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		for i := range 4 {
			k.tg.Text(5, fmt.Sprint(i))
		}
		k.tg.Text(6, "khác")
		k.receive()
		var got []string
		for list := k.take(); len(list) > 0; list = k.take() {
			for _, h := range list {
				got = append(got, h.From+" "+h.Text)
				h.done(nil)
			}
		}
		k.want(got, "5 0", "6 khác", "5 1", "5 2", "5 3")
		k.waiting(0)
	})
}

func TestNotKeptComesAgain(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.receive()
		k.tg.Text(5, "đáp một")
		k.tg.Text(5, "đáp hai")
		k.tg.Text(6, "khác")
		start := time.Now()
		var tries []time.Duration
		for len(tries) < 9 {
			for _, h := range k.take() {
				switch h.Text {
				case "đáp một":
					tries = append(tries, h.at.Sub(start).Round(time.Second))
					h.done(errStore)
				case "đáp hai":
					t.Fatal("the second answer overtook the first")
				default:
					h.done(nil)
				}
			}
			time.Sleep(time.Second)
		}
		want := []time.Duration{0, 1, 3, 7, 15, 31, 63, 123, 183}
		for i := range want {
			if want[i] *= time.Second; tries[i] != want[i] {
				t.Errorf("try %d came after %v, want %v", i, tries[i], want[i])
			}
		}
		time.Sleep(2 * time.Minute)
		k.want(k.texts(), "5 đáp một")
		k.want(k.texts(), "5 đáp hai")
		k.waiting(0)
	})
}

// One chat whose input is never done must neither shut the others out nor make
// the bot ask without end.
func TestHangingChat(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.receive()
		hanging := k.tg.Text(5, "treo")
		stuck := k.take()
		if len(stuck) != 1 {
			t.Fatal("not handed over")
		}
		time.Sleep(firstPatience - time.Millisecond)
		if n := k.tg.Calls("getUpdates"); n != 2 { // whether it answers, and for this one
			t.Errorf("Telegram was asked %d times, at once for what is under way", n)
		}
		for i := range 60 {
			k.tg.Text(6, fmt.Sprint(i))
			time.Sleep(lastPatience + time.Second)
			k.want(k.texts(), fmt.Sprint("6 ", i))
		}
		if n := k.tg.Calls("getUpdates"); n > 60*5 {
			t.Errorf("Telegram was asked %d times in %v", n, 60*(lastPatience+time.Second))
		}
		k.waiting(61)
		if !strings.Contains(k.log.String(), fmt.Sprintf("/u/%d", hanging)) {
			t.Errorf("the log does not name the input that hangs: %s", k.log)
		}
		stuck[0].done(nil)
		k.waiting(0)
	})
}

// Telegram gives no more than 100 updates while the first is not confirmed.
func TestFullWindow(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Text(5, "treo")
		for i := range 150 {
			k.tg.Text(int64(100+i), "x")
		}
		k.receive()
		first := k.take()
		if len(first) != 100 {
			t.Fatalf("%d inputs are under way, want 100", len(first))
		}
		for _, h := range first[1:] {
			h.done(nil)
		}
		asked := k.tg.Calls("getUpdates")
		time.Sleep(time.Minute)
		if n := k.tg.Calls("getUpdates") - asked; n > 30 {
			t.Errorf("Telegram was asked %d times in a minute for nothing", n)
		}
		k.want(k.texts())
		first[0].done(nil)
		if got := k.texts(); len(got) != 51 {
			t.Errorf("%d inputs came when there was room, want 51", len(got))
		}
		k.waiting(0)
	})
}

func TestUnreadableUpdateBlocksNobody(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		bad := k.tg.Raw(`{"message":{"message_id":1,"chat":{"id":"bí mật","type":"private"},"date":1}}`)
		k.tg.Text(6, "sau")
		k.receive()
		k.want(k.texts(), "6 sau")
		k.waiting(0)
		for _, want := range []string{fmt.Sprint("update=", bad), "unexpected value in message.chat.id"} {
			if !strings.Contains(k.log.String(), want) {
				t.Errorf("the log does not say %q: %s", want, k.log)
			}
		}
		if strings.Contains(k.log.String(), "mật") {
			t.Errorf("the log says what stood in the update: %s", k.log)
		}
		k.tg.Raw(`{"message":[1]}`) // alone
		time.Sleep(time.Second)
		k.waiting(0)
	})
}

// An update with which encoding/json cannot read the answer at all takes
// nobody else's with it.
func TestUnreadableAnswerBlocksNobody(t *testing.T) {
	deep := `{"message":{"mật":` + strings.Repeat("[", 11_000) + strings.Repeat("]", 11_000) + `}}`
	for name, raw := range map[string]string{
		"deep":     deep,
		"broken":   `{"message":{"mật":x}}`,
		"no comma": `{"message":{} "mật":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Config{}, func(k *talk) {
				k.tg.Text(5, "trước")
				k.tg.Text(6, "trước")
				bad := k.tg.Raw(raw)
				k.tg.Text(7, "sau")
				k.receive()
				var got []string
				for range 4 {
					got = append(got, k.texts()...)
					time.Sleep(lastPatience)
				}
				k.want(got, "5 trước", "6 trước", "7 sau")
				k.waiting(0)
				if want := fmt.Sprint("cannot be read and is skipped\" channel=telegram:7000000001 update=", bad); strings.Count(k.log.String(), want) != 1 {
					t.Errorf("the log does not say once %q: %s", want, k.log)
				}
				for _, wrong := range []string{"mật", "[[[", "reached"} {
					if strings.Contains(k.log.String(), wrong) {
						t.Errorf("the log says %q: %.2000s", wrong, k.log)
					}
				}
				asked := k.tg.Calls("getUpdates")
				time.Sleep(10 * pollTime)
				if n := k.tg.Calls("getUpdates") - asked; n > 12 {
					t.Errorf("Telegram was asked %d times afterwards, want one poll after another", n)
				}
			})
		})
	}
}

// What is no answer of the Bot API, or only the beginning of one, skips
// nothing.
func TestUnreadableAnswerSkipsNothing(t *testing.T) {
	for _, body := range []string{
		"<html>Sign in to the network</html>",
		"",
		`{"ok":true,"result":{"update_id":1}}`,
		`{"ok":true,"result":[{"update_id":1,"message":{"text":"mật`,
		`{"result":[{"update_id":1,"message":x}]}`,
		`{"ok":true,"result":[{"update_id":99999999999999999999,"message":x}]}`,
	} {
		if body == "" {
			body = " " // the fake sends its own answer for an empty one
		}
		inBubble(t, Config{}, func(k *talk) {
			gone := k.tg.Fail(telegramtest.Fault{Method: "getUpdates", Status: 200, Body: body})
			k.tg.Text(5, "a")
			k.receive()
			time.Sleep(time.Minute)
			k.want(k.texts())
			k.waiting(1)
			if n := strings.Count(k.log.String(), "an answer of telegram cannot be read"); n != 1 {
				k.t.Errorf("%q: the log says %d times that the answer cannot be read, want once: %s", body, n, k.log)
			}
			if strings.Contains(k.log.String(), "skipped") || strings.Contains(k.log.String(), "mật") {
				k.t.Errorf("%q: the log says %s", body, k.log)
			}
			gone()
			time.Sleep(lastPause)
			k.want(k.texts(), "5 a")
		})
	}
}

func TestOutOfReach(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.receive()
		reached := k.tg.Fail(telegramtest.Fault{Drop: true})
		time.Sleep(10 * time.Minute)
		if n := k.tg.Calls("getUpdates"); n < 12 || n > 20 { // 1+2+4+…+32 s, then one a minute
			t.Errorf("Telegram was tried %d times in ten minutes", n)
		}
		if since, why := k.bot.Deaf(); time.Since(since) < 10*time.Minute-pollTime || why != "telegram cannot be reached" {
			t.Errorf("deaf since %v ago because %q, want since the first poll that failed", time.Since(since), why)
		}
		reached()
		time.Sleep(lastPause)
		if n := strings.Count(k.log.String(), "cannot be reached"); n != 1 {
			t.Errorf("the log says %d times that Telegram cannot be reached, want once: %s", n, k.log)
		}
		if n := strings.Count(k.log.String(), "answers again"); n != 1 {
			t.Errorf("the log says %d times that it works again, want once: %s", n, k.log)
		}
		if since, why := k.bot.Deaf(); !since.IsZero() || why != "" {
			t.Errorf("deaf since %v because %q, although Telegram answers again", since, why)
		}
		k.tg.Text(5, "còn đó không")
		k.want(k.texts(), "5 còn đó không")
	})
}

func TestProxyPage(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Fail(telegramtest.Fault{Method: "getUpdates", Status: 502, Body: "<html>502 Bad Gateway</html>", Times: 3})
		k.tg.Text(5, "a")
		k.receive()
		k.want(k.texts())
		time.Sleep(8 * time.Second)
		k.want(k.texts(), "5 a")
	})
}

func TestRevokedToken(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Fail(telegramtest.Fault{Status: 401, Text: "Unauthorized"})
		k.receive()
		if err := <-k.result; err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("Receive returned %v", err)
		}
	})
}

func TestTooManyQuestions(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Fail(telegramtest.Fault{Method: "getUpdates", Status: 429, RetryAfter: 200, Times: 1})
		k.receive()
		time.Sleep(199 * time.Second)
		if n := k.tg.Calls("getUpdates"); n != 1 {
			t.Errorf("Telegram was asked %d times although it wanted to be left alone", n)
		}
		k.tg.Text(5, "a")
		time.Sleep(2 * time.Second)
		k.want(k.texts(), "5 a")
	})
}

func TestAnotherProgramPolls(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		stop := k.tg.Fail(telegramtest.Fault{Method: "getUpdates", Status: 409,
			Text: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"})
		k.receive()
		time.Sleep(5 * time.Minute)
		if n := k.tg.Calls("getUpdates"); n > 12 {
			t.Errorf("Telegram was asked %d times in five minutes", n)
		}
		if n := strings.Count(k.log.String(), "only one may"); n != 1 {
			t.Errorf("the log says it %d times, want once: %s", n, k.log)
		}
		stop()
		k.tg.Text(5, "a")
		time.Sleep(lastPause)
		k.want(k.texts(), "5 a")
	})
}

func TestWebhookLeftOver(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		setHook(t, k.tg)
		k.tg.Text(5, "khi còn webhook")
		k.receive()
		time.Sleep(time.Second)
		k.want(k.texts(), "5 khi còn webhook")
		if n := k.tg.Calls("deleteWebhook"); n != 1 {
			t.Errorf("the webhook was deleted %d times, want once", n)
		}
		setHook(t, k.tg)
		time.Sleep(5 * time.Minute)
		if n := k.tg.Calls("deleteWebhook"); n != 1 {
			t.Errorf("the webhook of another program was deleted too")
		}
		if !strings.Contains(k.log.String(), "another program sets it") {
			t.Errorf("the log does not say why nothing is heard: %s", k.log)
		}
	})
}

// setHook has another program set a webhook that takes nothing.
func setHook(t *testing.T, tg *telegramtest.Server) {
	t.Helper()
	resp, err := tg.Client().Post("http://telegram/bot"+token+"/setWebhook?url=http://127.0.0.1:1/x", "", nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
}

// Receive ends at once, whatever it waits for.
func TestEnds(t *testing.T) {
	for name, f := range map[string]telegramtest.Fault{
		"while polling":      {Method: "none"},
		"while connecting":   {Hang: true},
		"between tries":      {Drop: true},
		"when asked to wait": {Status: 429, RetryAfter: 3600},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Config{}, func(k *talk) {
				k.tg.Fail(f)
				k.receive()
				time.Sleep(3 * time.Second)
				k.tg.Text(5, "chưa xong")
				before := time.Now()
				k.stop()
				if err := <-k.result; err != nil {
					t.Errorf("Receive returned %v", err)
				}
				if d := time.Since(before); d != 0 {
					t.Errorf("it took %v", d)
				}
				for _, h := range k.take() {
					h.done(nil) // too late harms nobody
				}
			})
		})
	}
}

// After a week of silence ids begin anew, lower ones too.
func TestIDsBeginAnew(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.receive()
		k.tg.Text(5, "trước")
		k.want(k.texts(), "5 trước")
		time.Sleep(8 * 24 * time.Hour)
		k.tg.RestartIDs(1000)
		k.tg.Text(5, "sau")
		time.Sleep(time.Second)
		k.want(k.texts(), "5 sau")
		k.waiting(0)
		k.tg.Text(5, "nữa")
		time.Sleep(time.Second)
		k.want(k.texts(), "5 nữa")
	})
}

// An update that is given again although it was confirmed is handed over
// again, for the store to recognise.
func TestGivenAgain(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Repeat(k.tg.Text(5, "a"))
		k.receive()
		k.want(k.texts(), "5 a")
		time.Sleep(10 * time.Second)
		k.want(k.texts(), "5 a")
		k.waiting(0)
	})
}

// A server that holds no questions and confirms nothing must not be asked
// without end.
func TestServerThatDoesNotHold(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":       `{"ok":true,"result":[]}`,
		"always one":    `{"ok":true,"result":[{"update_id":9,"message":{"message_id":1,` + hoa + `,"text":"a"}}]}`,
		"unreadable id": `{"ok":true,"result":[{"update_id":"x"}]}`,
		"no list":       `{"ok":true,"result":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, Config{}, func(k *talk) {
				k.tg.Fail(telegramtest.Fault{Method: "getUpdates", Status: 200, Body: body})
				k.receive()
				for range 60 {
					time.Sleep(time.Second)
					k.texts()
				}
				if n := k.tg.Calls("getUpdates"); n > 20 {
					t.Errorf("it was asked %d times in a minute", n)
				}
			})
		})
	}
}

// While a question for updates hangs, inputs go on being handed over.
func TestSlowQuestion(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Text(5, "một")
		k.tg.Text(5, "hai")
		k.receive()
		first := k.take()
		k.tg.Fail(telegramtest.Fault{Method: "getUpdates", Hang: true})
		time.Sleep(2 * time.Second)
		first[0].done(nil)
		k.want(k.texts(), "5 hai")
	})
}

func TestTapsAreAnswered(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.receive()
		k.tg.TapData(5, "q1:yes", telegramtest.Message{ID: 3})
		list := k.take()
		if len(list) != 1 || list[0].Tap != (flows.Tap{Token: "q1", ID: "yes"}) {
			t.Fatalf("handed over %+v", list)
		}
		if n := k.tg.Calls("answerCallbackQuery"); n != 0 {
			t.Error("the tap was answered before it was kept")
		}
		list[0].done(nil)
		synctest.Wait()
		if n := k.tg.Calls("answerCallbackQuery"); n != 1 {
			t.Errorf("the tap was answered %d times, want once", n)
		}
	})
}

// Telegram being slow with the answers to taps holds nothing up.
func TestTapsThatCannotBeAnswered(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		k.tg.Fail(telegramtest.Fault{Method: "answerCallbackQuery", Hang: true})
		k.receive()
		for i := range int64(500) {
			k.tg.TapData(i+1, "q1:yes", telegramtest.Message{ID: 3})
		}
		time.Sleep(time.Second)
		n := 0
		for list := k.take(); len(list) > 0; list = k.take() {
			for _, h := range list {
				h.done(nil)
				n++
			}
		}
		if n != 500 {
			t.Errorf("%d taps were handed over, want 500", n)
		}
		k.waiting(0)
	})
}

func TestCommands(t *testing.T) {
	commands := map[string][]Command{
		"vi": {{"dangky", "Đăng ký tham gia"}, {"trogiup", "Trợ giúp"}},
		"km": {{"dangky", "ចុះឈ្មោះ"}},
		"":   {{"dangky", "Register"}},
		"en": {{"dangky", ""}}, // refused
	}
	inBubble(t, Config{Commands: commands}, func(k *talk) {
		k.tg.Fail(telegramtest.Fault{Status: 500, Times: 3})
		k.tg.Fail(telegramtest.Fault{Method: "setMyCommands", Status: 500, Times: 2})
		k.receive()
		time.Sleep(time.Minute)
		for _, language := range []string{"vi", "km", ""} {
			got := k.tg.Commands(language)
			if len(got) != len(commands[language]) || got[0].Name != "dangky" || got[0].Description != commands[language][0].Description {
				t.Errorf("commands of %q are %v", language, got)
			}
		}
		if !strings.Contains(k.log.String(), "commands not set") {
			t.Errorf("the log does not say that those of one language were refused: %s", k.log)
		}
		if name := k.bot.username.Load(); name == nil || *name != "chihai_test_bot" {
			t.Error("the bot does not know its name")
		}
	})
}
