package outbox

import (
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
)

// What waits tells how long it has waited, lane by lane; a network that asks to
// wait, and one that says nothing, are counted apart.
func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		began := time.Now()
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			switch since := time.Since(began); {
			case m.Address == "quiet" && since < time.Millisecond:
				return channel.Receipt{}, channel.ErrUncertain
			case m.Address == "strict" && since < time.Minute:
				return channel.Receipt{}, &channel.RetryError{After: time.Minute}
			}
			return channel.Receipt{}, nil
		}
		w.run()
		w.post(say("strict", 1, "reminder")...)
		time.Sleep(10 * time.Second)
		w.post(say("strict", 0, "reply")...)
		w.post(say("quiet", 0, "reply")...)
		synctest.Wait()
		s := w.box.Stats()[0]
		check(t, "since of reminders", s.Since[1].Equal(began), true)
		check(t, "since of replies", s.Since[0].Equal(began.Add(10*time.Second)), true)
		check(t, "since of a lane without any", s.Since[2].IsZero(), true)
		check(t, "oldest", s.Oldest.Equal(began), true)
		time.Sleep(2 * time.Minute)
		s = w.box.Stats()[0]
		check(t, "delivered", s.Delivered, int64(3))
		check(t, "put off", s.PutOff, int64(1))
		check(t, "nothing waits", s.Since == [lanes]time.Time{} && s.Oldest.IsZero(), true)
		check(t, "uncertain", s.Uncertain, int64(0))

		began = time.Now()
		w.post(say("quiet", 0, "another")...)
		time.Sleep(time.Minute)
		check(t, "uncertain", w.box.Stats()[0].Uncertain, int64(1))
	})
}
