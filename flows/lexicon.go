package flows

import (
	"strings"
	"sync"

	"chihai/locales"
	"chihai/store"
)

// A lexicon knows what may be typed for a message. It looks a message up when
// it is first asked for: most are no labels, and a program that starts should
// not wait for them.
type lexicon struct {
	catalog *locales.Catalog
	known   sync.Map // id → []word
}

// words are what may be typed for the message id, in all languages.
func (l *lexicon) words(id string) []word {
	if known, ok := l.known.Load(id); ok {
		return known.([]word)
	}
	var all []word
	for _, w := range l.catalog.Words(id) {
		if len(w) > 4*mostLabel || strings.ContainsAny(w, "{\n") {
			continue // no label
		}
		all = append(all, word{store.Fold(w), spelt(w)})
	}
	l.known.Store(id, all)
	return all
}
