package simulation

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"chihai/store"

	"github.com/go-json-experiment/json"
)

// reachedRight: what nobody asked for goes to the phone of her whom it is
// about, and says for whom it is where two women share it; and to a woman
// without a phone through her who passes messages on to her, by name.
var reachedRight = Rule{
	Name: "each is told where she is reached",
	Commit: func(w *World, c *Commit) error {
		if c.Kind != "reminder" && c.Kind != "news" {
			return nil
		}
		for _, wr := range c.Writes {
			p := w.ledger.open[wr.Key]
			if wr.Bucket != "message" || wr.Value == nil || p == nil || p.kept {
				continue
			}
			if err := reaches(c, w.texts, p); err != nil {
				return fmt.Errorf("%w: %.60q to %s", err, p.Text, p.Address)
			}
		}
		return nil
	},
}

// reaches looks whether p goes where its subject is told things.
func reaches(c *Commit, texts *texts, p *posted) error {
	var subject, hearer store.Member
	var contact store.Contact
	if err := load(c, "member", p.subject, &subject); err != nil {
		return err
	}
	if err := load(c, "member", p.Member, &hearer); err != nil {
		return err
	}
	if err := load(c, "contact", p.Contact, &contact); err != nil {
		return err
	}
	said := func(what pattern, name string) bool {
		words := strings.Fields(name)
		return len(words) == 0 || what.find(p.Text) == words[len(words)-1] || what.find(p.Text) == name
	}
	switch {
	case !slices.Contains(contact.Members, hearer.ID):
		return errors.New("it goes to a phone that is not hers")
	case len(subject.Contacts) > 0 && hearer.ID != subject.ID, len(subject.Contacts) == 0 && hearer.ID != subject.Relay:
		return errors.New("it goes to somebody else")
	case hearer.ID != subject.ID && !said(texts.passOn, subject.Name):
		return errors.New("it does not say to whom it is to be passed on")
	case len(contact.Members) > 1 && !said(texts.for_, hearer.Name):
		return errors.New("it does not say for whom it is")
	}
	return nil
}

// load reads a document.
func load(kv store.KV, bucket, key string, v any) error {
	raw, err := kv.Get(bucket, key)
	if err != nil {
		return fmt.Errorf("%s %s: %w", bucket, key, err)
	}
	return json.Unmarshal(raw, v)
}
