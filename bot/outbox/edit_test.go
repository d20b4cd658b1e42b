package outbox

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"chihai/bot/channel"
	"chihai/store"
)

// acts are what was shown to a: "say:text", "edit:text:network id", …
func (n *network) acts() (all []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.shown {
		act := string(s.Act)
		if act == "" {
			act = "say"
		}
		all = append(all, act+":"+s.Text+":"+s.Network)
	}
	return all
}

func TestEdit(t *testing.T) {
	tests := []struct {
		name   string
		editor bool
		act    store.Act
		target string // "sent", "forgotten", "waiting" in a higher lane
		refuse store.Act
		want   []string // acts after the target's
	}{
		{"edit", true, store.Edit, "sent", "x", []string{"edit:new:n/target"}},
		{"edit where that cannot be done", false, store.Edit, "sent", "x", []string{"say:new:"}},
		{"edit of a message that is not known", true, store.Edit, "forgotten", "x", []string{"say:new:"}},
		{"edit that is refused", true, store.Edit, "sent", store.Edit, []string{"say:new:"}},
		{"edit of one that waits", true, store.Edit, "waiting", "x", []string{"say:new:"}},
		{"edit of one that waits where that cannot be done", false, store.Edit, "waiting", "x", []string{"say:new:"}},
		{"delete", true, store.Delete, "sent", "x", []string{"delete::n/target"}},
		{"delete where that cannot be done", false, store.Delete, "sent", "x", nil},
		{"delete of a message that is not known", true, store.Delete, "forgotten", "x", nil},
		{"delete that is refused", true, store.Delete, "sent", store.Delete, nil},
		{"delete of one that waits", true, store.Delete, "waiting", "x", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				if tt.editor {
					w.ch = editor{w.net}
				}
				w.net.answer = func(m channel.Message) (channel.Receipt, error) {
					if m.Act == tt.refuse {
						return channel.Receipt{}, channel.ErrRefused
					}
					return channel.Receipt{Network: "n/" + m.Text}, nil
				}
				w.run()
				target := "forgotten"
				if tt.target != "forgotten" {
					m := store.Message{Address: "a", Text: "target", Lane: 1, Receipt: true, Repeat: true}
					if tt.target == "waiting" {
						m.NotBefore = time.Now().Add(time.Minute)
					}
					target = w.post(m)[0]
					synctest.Wait()
				}
				m := store.Message{Address: "a", Act: tt.act, Target: target, Repeat: true}
				if tt.act == store.Edit {
					m.Text = "new"
				}
				w.post(m)
				time.Sleep(2 * time.Minute)
				got := w.net.acts()
				if tt.target == "sent" {
					got = got[1:]
				}
				if len(got) != len(tt.want) || len(got) > 0 && got[0] != tt.want[0] {
					t.Errorf("acts %v, want %v", got, tt.want)
				}
				check(t, "left in the outbox", w.left(), 0)
				check(t, "deliveries", w.deliveries(), "")
			})
		})
	}
}

// An edit that is only that is left out where the message cannot be edited.
func TestEditOnly(t *testing.T) {
	for _, tt := range []struct {
		name   string
		editor bool
		known  bool // the network's id of the message
		refuse bool
		want   int // calls after the first
	}{
		{"done", true, true, false, 1},
		{"no editor", false, true, false, 0},
		{"not known", true, false, false, 0},
		{"refused", true, true, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				if tt.editor {
					w.ch = editor{w.net}
				}
				w.net.answer = func(m channel.Message) (channel.Receipt, error) {
					if m.Act == store.Edit && tt.refuse {
						return channel.Receipt{}, channel.ErrRefused
					}
					return channel.Receipt{Network: "n/1"}, nil
				}
				w.run()
				target := w.post(store.Message{Address: "a", Text: "1", Receipt: tt.known})[0]
				synctest.Wait()
				w.post(store.Message{Address: "a", Text: "2", Act: store.Edit, Target: target, EditOnly: true, Repeat: true})
				time.Sleep(time.Minute)
				shown := 0
				for _, act := range w.net.acts() {
					if act != "say:1:" {
						shown++
						check(t, "act", act, "edit:2:n/1")
					}
				}
				check(t, "shown", shown, tt.want)
				check(t, "left in the outbox", w.left(), 0)
			})
		})
	}
}

// What was sent instead of an edit is what the next edit changes.
func TestEditAfterRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.ch = editor{w.net}
		w.net.answer = func(m channel.Message) (channel.Receipt, error) {
			if m.Act == store.Edit && m.Network == "n/1" {
				return channel.Receipt{}, channel.ErrRefused
			}
			return channel.Receipt{Network: "n/" + m.Text}, nil
		}
		w.run()
		target := w.post(store.Message{Address: "a", Text: "1", Receipt: true})[0]
		w.post(store.Message{Address: "a", Text: "2", Act: store.Edit, Target: target})
		w.post(store.Message{Address: "a", Text: "3", Act: store.Edit, Target: target})
		time.Sleep(time.Minute)
		want := []string{"say:1:", "say:2:", "edit:3:n/2"}
		for i, got := range w.net.acts() {
			check(t, "act", got, want[i])
		}
		check(t, "acts", len(w.net.acts()), len(want))
	})
}

func TestReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		ids := w.post(store.Message{Address: "a", Text: "1", Receipt: true}, store.Message{Address: "a", Text: "2"})
		synctest.Wait()
		w.update(func(tx *store.Tx) error {
			r, err := tx.Receipt(ids[0])
			if err != nil {
				return err
			}
			check(t, "receipt", r.Network, "n/"+ids[0])
			if _, err := tx.Receipt(ids[1]); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("receipt that was not asked for: %v, want %v", err, store.ErrNotFound)
			}
			return nil
		})
	})
}

func TestFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.opt.Voice = func(id string) (channel.File, bool) {
			return channel.File{Name: id, Type: "audio/ogg"}, id == "vi/hello"
		}
		w.run()
		var list store.File
		w.update(func(tx *store.Tx) error {
			list = store.File{Name: "list.xlsx", Type: "application/x", Expires: tx.Now.Add(time.Hour)}
			return tx.PutFile(&list, []byte("words"))
		})
		w.post(
			store.Message{Address: "a", File: list.ID},
			store.Message{Address: "a", File: "gone", Text: "t"},
			store.Message{Address: "a", File: "gone", Report: "r"},
			store.Message{Address: "a", Voice: "vi/hello"},
			store.Message{Address: "a", Voice: "vi/other", Report: "s"},
		)
		time.Sleep(time.Minute)
		var got []string
		for _, s := range w.net.all() {
			if s.Message.File == nil {
				got = append(got, s.Text)
			} else {
				got = append(got, s.Message.File.Name+":"+string(s.Message.File.Data))
			}
		}
		want := []string{"list.xlsx:words", "t", "vi/hello:"}
		check(t, "shown", len(got), len(want))
		for i := range min(len(got), len(want)) {
			check(t, "shown", got[i], want[i])
		}
		check(t, "deliveries", w.deliveries(), "failed:r failed:s")
	})
}
