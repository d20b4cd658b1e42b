package powercut

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"chihai/store"
	"chihai/store/bolt"
)

// This file is the program under test: women talk, each in her own goroutine,
// and every turn of theirs writes what a turn of the bot writes.

const (
	women    = 6
	sessions = 3  // between which the database is closed
	turns    = 40 // of each woman in each session
	keep     = 12 // how many of a woman's inputs are remembered
	outbox   = 3  // how many of a woman's replies wait to be sent
	dbName   = "test.db"
)

var errUndone = errors.New("the flow failed")

// work writes to the database in dir and tells what was promised:
//
//	opened          the database is there
//	turn W N        the Nth turn of woman W is kept
//	backup F A B C… the backup F is there and holds turn A of woman 0, B of woman 1, …
//	removed F       it need not be there any more
func work(dir string, opt bolt.Options) error {
	told, err := os.OpenFile(filepath.Join(dir, ToldName), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer told.Close()
	for session := range sessions {
		if err := talk(dir, session, opt, told); err != nil {
			return fmt.Errorf("session %d: %w", session, err)
		}
	}
	return nil
}

func talk(dir string, session int, opt bolt.Options, told io.Writer) error {
	d, err := bolt.Open(filepath.Join(dir, dbName), opt)
	if err != nil {
		return err
	}
	fmt.Fprintln(told, "opened")
	var wg sync.WaitGroup
	failed := make(chan error, women+1)
	for w := range women {
		wg.Go(func() {
			for n := session*turns + 1; n <= (session+1)*turns; n++ {
				if err := turn(d, w, n); err != nil {
					failed <- err
					return
				}
				fmt.Fprintln(told, "turn", w, n)
			}
		})
	}
	wg.Go(func() {
		for i := range 3 {
			if err := upkeep(d, dir, fmt.Sprintf("backup-%d-%d", session, i), told); err != nil {
				failed <- err
				return
			}
		}
	})
	wg.Wait()
	close(failed)
	return errors.Join(<-failed, d.Close())
}

// upkeep scrubs the database, backs it up and removes the backup.
func upkeep(d *bolt.DB, dir, name string, told io.Writer) error {
	ctx := context.Background()
	if _, err := d.Scrub(ctx); err != nil && !errors.Is(err, store.ErrScrubLater) {
		return err
	}
	var held []int
	err := d.View(ctx, func(kv store.KV) (err error) {
		held, err = sound(kv)
		return err
	})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, name)
	if err := d.Backup(ctx, path); err != nil {
		return err
	}
	fmt.Fprintln(told, "backup", name, strings.Trim(fmt.Sprint(held), "[]"))
	fmt.Fprintln(told, "removed", name)
	return os.Remove(path)
}

// turn is the nth turn of woman w. Some fail first, which leaves nothing.
func turn(d *bolt.DB, w, n int) error {
	if n%7 == 0 {
		err := d.Update(context.Background(), func(kv store.KV) error {
			return errors.Join(put(kv, w, n), kv.Put("conversations", woman(w), []byte(`"half"`)), errUndone)
		})
		if !errors.Is(err, errUndone) {
			return err
		}
	}
	return d.Update(context.Background(), func(kv store.KV) error { return put(kv, w, n) })
}

// put writes what the nth turn of w writes: the input as seen, her
// conversation, a reply, the count that all share; and it removes what is over.
func put(kv store.KV, w, n int) error {
	total := 0
	if raw, err := kv.Get("counts", "all"); err == nil {
		fmt.Sscan(string(raw), &total)
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return errors.Join(
		kv.Put("counts", "all", fmt.Append(nil, total+1)),
		kv.Put("conversations", woman(w), conversation(w, n)),
		kv.Put("seen", key(w, n), []byte("{}")),
		kv.Put("messages", key(w, n), reply(w, n)),
		kv.Delete("seen", key(w, n-keep)),
		kv.Delete("messages", key(w, n-outbox)),
	)
}

func woman(w int) string { return fmt.Sprintf("%02d", w) }

func key(w, n int) string { return fmt.Sprintf("%02d/%06d", w, n) }

func conversation(w, n int) []byte { return fmt.Appendf(nil, `{"woman":%d,"turn":%d}`, w, n) }

// reply is long at times, so that a page does not hold it.
func reply(w, n int) []byte {
	size := 50 + (w*7919+n*104729)%700
	if n%17 == 0 {
		size += 9000
	}
	return fmt.Appendf(nil, "%q", strings.Repeat(fmt.Sprintf("%d.%d ", w, n), size/6))
}

// sound returns the last turn of each woman, or what of some turn is there
// without the rest.
func sound(kv store.KV) ([]int, error) {
	held, all := make([]int, women), 0
	for w := range held {
		raw, err := kv.Get("conversations", woman(w))
		if errors.Is(err, store.ErrNotFound) {
			raw, err = conversation(w, 0), nil
		}
		if err != nil {
			return nil, err
		}
		var who int
		if _, err := fmt.Sscanf(string(raw), `{"woman":%d,"turn":%d}`, &who, &held[w]); err != nil || who != w {
			return nil, fmt.Errorf("conversation of %d: %s, %v", w, raw, err)
		}
		n := held[w]
		all += n
		for _, b := range []struct {
			name string
			span int
		}{{"seen", keep}, {"messages", outbox}} {
			at := max(1, n-b.span+1)
			for p, err := range kv.Scan(b.name, woman(w)+"/", woman(w)+"0") {
				if err != nil {
					return nil, err
				}
				if p.Key != key(w, at) || b.name == "messages" && string(p.Value) != string(reply(w, at)) {
					return nil, fmt.Errorf("%s of %d: %s at turn %d", b.name, w, p.Key, n)
				}
				at++
			}
			if at != n+1 {
				return nil, fmt.Errorf("%s of %d end before %d at turn %d", b.name, w, at, n)
			}
		}
	}
	raw, err := kv.Get("counts", "all")
	if errors.Is(err, store.ErrNotFound) {
		raw, err = []byte("0"), nil
	}
	if err == nil && string(raw) != fmt.Sprint(all) {
		err = fmt.Errorf("%s turns are counted, %d are there", raw, all)
	}
	return held, err
}
