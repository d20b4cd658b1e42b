package simulation

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"chihai/locales"
	"chihai/store"
)

// nothingLeft: of who had everything deleted nothing is left, in no document
// and nowhere in the file; her seats are free for others, and whoever writes
// from her phone next is met for the first time.
var nothingLeft = Rule{
	Name: "what was deleted is gone",
	Commit: func(w *World, c *Commit) error {
		for _, wr := range c.Writes {
			if wr.Bucket != "member" || wr.Value != nil {
				continue
			}
			for p, err := range c.Scan("registration", "", "") {
				if err != nil {
					return err
				}
				if strings.HasSuffix(p.Key, "/"+wr.Key) {
					return fmt.Errorf("%s is registered still", wr.Key)
				}
			}
			for p, err := range c.Scan("contact", "", "") {
				if err != nil {
					return err
				}
				if strings.Contains(string(p.Value), wr.Key) {
					return fmt.Errorf("contact %s leads to %s still", p.Key, wr.Key)
				}
			}
		}
		return nil
	},
	Kept: func(w *World, c *Commit) {
		for _, wr := range c.Writes {
			if wr.Bucket == "member" && wr.Value == nil {
				w.report.Deleted++
				delete(w.tickets, wr.Key)
			}
		}
	},
	End: func(w *World, tx *store.Tx) error {
		raw, err := os.ReadFile(w.Path)
		if err != nil {
			return err
		}
		for _, s := range w.wiped {
			if n := bytes.Count(raw, []byte(s)); n > 0 {
				return fmt.Errorf("%q stands %d times in the file", s, n)
			}
		}
		return nil
	},
}

// greet takes in what is said to one of whom everything was deleted, or that it
// is so. World.mu is held.
func (w *World) greet(m *posted) {
	p := w.who(m.Address)
	switch {
	case p == nil || !p.nature.leaves:
	case w.texts.goodbye.find(m.Text) != "":
		p.stranger = true
		w.wiped = append(w.wiped, p.fullName(), strings.Replace(strings.ReplaceAll(p.telephone(), " ", ""), "0", "+84", 1))
	case p.stranger:
		p.stranger = false
		if welcome := w.Words.In(locales.Source, "").T("welcome.language"); !strings.Contains(m.Text, welcome) {
			w.broken(nothingLeft.Name, "%s is unknown and is told %.60q", p.name, m.Text)
		}
	}
}

// search looks for what was deleted in the documents that are left.
func (l *life) search() {
	l.mu.Lock()
	wiped := l.wiped
	l.mu.Unlock()
	if len(wiped) == 0 {
		return
	}
	l.disk.DB.View(context.Background(), func(kv store.KV) error {
		for _, bucket := range store.Buckets() {
			for p, err := range kv.Scan(bucket, "", "") {
				if err != nil {
					return err
				}
				for _, s := range wiped {
					if bytes.Contains(p.Value, []byte(s)) {
						l.fail(nothingLeft.Name, fmt.Errorf("%q stands in %s %s", s, bucket, p.Key))
					}
				}
			}
		}
		return nil
	})
}
