package main

import (
	"context"
	"net/url"
	"strings"
	"sync/atomic"

	"chihai/bot/web"
	"chihai/flows"
	"chihai/store"
)

// A door is a network on which people reach the bot.
type door struct {
	name string // as people call it
	// link opens the bot there and hands payload over, as "/start payload"
	// does: t and the code of a training, or g and a one-time code.
	link func(payload string) string
}

// A username is the name by which people find the bot on a network, empty until
// the network has told it. It may be used from many goroutines.
type username struct{ name atomic.Pointer[string] }

func (u *username) set(name string) { u.name.Store(&name) }

func (u *username) get() string {
	if name := u.name.Load(); name != nil {
		return *name
	}
	return ""
}

// doors returns the doors of a bot that Telegram calls by name, empty where it
// has none there, and whose web chat, if it is open, is found at page.
func doors(name string, page *url.URL) []door {
	var all []door
	if name != "" {
		all = append(all, door{"Telegram", func(payload string) string { return telegramLink(name, payload) }})
	}
	if page != nil {
		all = append(all, door{"web", func(payload string) string {
			return strings.TrimSuffix(page.String(), "/") + web.ChatLink(payload)
		}})
	}
	return all
}

// telegramLink is a deep link (core.telegram.org/bots/features#deep-linking), or
// "" for a bot without a name.
func telegramLink(name, payload string) string {
	if name == "" {
		return ""
	}
	return "https://t.me/" + url.PathEscape(name) + "?start=" + url.QueryEscape(payload)
}

// doorsOf returns the doors of a bot that does not run now, as far as the
// database and the environment know them.
func doorsOf(ctx context.Context, cfg *config, s *store.Store) []door {
	name := ""
	err := s.View(ctx, func(tx *store.Tx) error {
		b, err := tx.Bot("telegram")
		if err == nil {
			name = b.Name
		}
		return err
	})
	if err != nil {
		name = "" // no bot there yet
	}
	if !cfg.webChat {
		return doors(name, nil)
	}
	return doors(name, cfg.page())
}

// links are the doors as the engine knows them.
func links(all []door, payload string) []flows.Link {
	var list []flows.Link
	for _, d := range all {
		list = append(list, flows.Link{Network: d.name, URL: d.link(payload)})
	}
	return list
}
