package telegram

import (
	"fmt"
	"testing"
	"time"

	"chihai/bot/telegram/telegramtest"
)

// With long polling the bot hears as long as Telegram answers.
func TestHeardByPolling(t *testing.T) {
	inBubble(t, Config{}, func(k *talk) {
		if at := k.bot.Heard(); !at.IsZero() {
			t.Errorf("before the start it has heard at %v", at)
		}
		mend := k.tg.Fail(telegramtest.Fault{Status: 502, Body: "<html>"})
		k.receive()
		time.Sleep(5 * time.Minute)
		if at := k.bot.Heard(); !at.IsZero() {
			t.Errorf("while nothing answers it has heard at %v", at)
		}
		mend()
		time.Sleep(5 * time.Minute)
		if ago := time.Since(k.bot.Heard()); ago > time.Minute {
			t.Errorf("while all is well it heard %v ago", ago)
		}
		since := time.Now()
		defer k.tg.Fail(telegramtest.Fault{Hang: true})()
		time.Sleep(10 * time.Minute)
		if at := k.bot.Heard(); at.After(since.Add(time.Minute)) {
			t.Errorf("%v after the last answer it has heard", at.Sub(since))
		}
	})
}

// With a webhook it hears as long as Telegram does not complain of deliveries.
func TestHeardByWebhook(t *testing.T) {
	inBubble(t, withHook, func(k *talk) {
		k.receive()
		time.Sleep(5*time.Minute + hookEvery/2) // half a minute from each question
		if ago := time.Since(k.bot.Heard()); ago > hookEvery {
			t.Errorf("while all is well it heard %v ago", ago)
		}
		complain := func(waiting int) func() {
			return k.tg.Fail(telegramtest.Fault{Method: "getWebhookInfo", Status: 200, Body: fmt.Sprintf(
				`{"ok":true,"result":{"url":"x","pending_update_count":%d,"last_error_date":%d,"last_error_message":"Connection refused"}}`,
				waiting, time.Now().Unix())})
		}
		for range 10 {
			since := k.bot.Heard()
			mend := complain(3)
			time.Sleep(hookEvery)
			if at := k.bot.Heard(); at.After(since) {
				t.Errorf("while deliveries fail it has heard at %v, after %v", at, since)
			}
			mend()
		}
		mend := complain(0)
		time.Sleep(hookEvery)
		if ago := time.Since(k.bot.Heard()); ago > hookEvery {
			t.Errorf("when all has arrived it heard %v ago", ago)
		}
		mend()
		defer k.tg.Fail(telegramtest.Fault{Drop: true})()
		since := time.Now()
		time.Sleep(10 * time.Minute)
		if at := k.bot.Heard(); at.After(since) {
			t.Errorf("without an answer it has heard %v later", at.Sub(since))
		}
	})
}
