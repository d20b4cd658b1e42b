package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"chihai/store"

	"golang.org/x/text/unicode/norm"
)

// A setting is one of the operator's words for her own organisation.
type setting struct {
	name string
	what string
	get  func(*store.Settings) string
	set  func(*store.Tx, *store.Settings, string) error
}

func settings() []setting {
	return []setting{
		text("organisation", "what the Union is called, as on its letters", func(s *store.Settings) *string { return &s.Organisation }),
		text("telephone", "of an office that answers questions about the bot", func(s *store.Settings) *string { return &s.Telephone }),
		text("head", "who signs lists, certificates and invitations", func(s *store.Settings) *string { return &s.Head }),
		{
			name: "title", what: "of who signs; a slash begins a new line, as in \"TM. BAN THƯỜNG VỤ / CHỦ TỊCH\"",
			get: func(s *store.Settings) string { return strings.ReplaceAll(s.Title, "\n", " / ") },
			set: func(_ *store.Tx, s *store.Settings, value string) error {
				lines := strings.Split(norm.NFC.String(value), "/")
				for i := range lines {
					lines[i] = strings.TrimSpace(lines[i])
				}
				s.Title = strings.Join(lines, "\n")
				return nil
			},
		},
		text("above", "the body above the Union, for the head of papers", func(s *store.Settings) *string { return &s.Above }),
		text("town", "where papers are signed", func(s *store.Settings) *string { return &s.Town }),
		{
			name: "top", what: "code of the unit in which the Union works",
			get: func(s *store.Settings) string { return s.Top },
			set: func(tx *store.Tx, s *store.Settings, value string) error {
				tree, err := tx.Areas()
				if err != nil {
					return err
				}
				if value != "" && tree.Area(value) == nil {
					return fmt.Errorf("there is no unit with the code %s: \"import areas\" reads them", value)
				}
				s.Top = value
				return nil
			},
		}, {
			name: "backup-days", what: "for how many days backups are kept, as people are told who delete their data",
			get: func(s *store.Settings) string { return strconv.Itoa(s.BackupDays) },
			set: func(_ *store.Tx, s *store.Settings, value string) error {
				days, err := strconv.Atoi(value)
				if err != nil || days < 1 || days > 3650 {
					return fmt.Errorf("%q is no number of days from 1 to 3650", value)
				}
				s.BackupDays = days
				return nil
			},
		}, {
			name: "quiet", what: "hours in which no phone rings for what can wait, as 21:00-07:00; for what is planned from then on, and what is planned already waits for the morning",
			get: func(s *store.Settings) string { return s.Quiet.String() },
			set: func(_ *store.Tx, s *store.Settings, value string) (err error) {
				if s.Quiet, err = store.ParseQuiet(value); err != nil {
					return fmt.Errorf("%q: %w", value, err)
				}
				return nil
			},
		},
	}
}

// text is a setting that may be any text.
func text(name, what string, field func(*store.Settings) *string) setting {
	return setting{
		name: name, what: what,
		get: func(s *store.Settings) string { return *field(s) },
		set: func(_ *store.Tx, s *store.Settings, value string) error {
			*field(s) = norm.NFC.String(strings.TrimSpace(value))
			return nil
		},
	}
}

// runSet shows the settings or changes one.
func runSet(ctx context.Context, c *call) error {
	words, err := c.parse(c.flags("set"), 0, 2)
	if err != nil {
		return err
	}
	if len(words) == 1 {
		return misuse("set: to which value? An empty one is \"\"")
	}
	if len(words) == 2 && findSetting(words[0]) == nil {
		return misuse("set: there is no setting %q; \"chihai set\" shows all", words[0])
	}
	cfg, err := readConfig(c.getenv)
	if err != nil {
		return err
	}
	return c.do(ctx, cfg, len(words) == 0, "set", words, nil, c.stdout)
}

func findSetting(name string) *setting {
	for _, s := range settings() {
		if s.name == name {
			return &s
		}
	}
	return nil
}

func set(ctx context.Context, d *desk, args []string, _ io.Reader, out io.Writer) error {
	var now *store.Settings
	read := func(tx *store.Tx) (err error) {
		now, err = tx.Settings()
		return err
	}
	var err error
	if len(args) == 2 {
		s := findSetting(args[0])
		if s == nil {
			return fmt.Errorf("there is no setting %q", args[0])
		}
		err = d.store.Update(ctx, func(tx *store.Tx) error {
			if err := read(tx); err != nil {
				return err
			}
			if err := s.set(tx, now, args[1]); err != nil {
				return err
			}
			if err := tx.PutSettings(now); err != nil {
				return err
			}
			return tx.Log("", "set", s.name)
		})
	} else {
		err = d.store.View(ctx, read)
	}
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	for _, s := range settings() {
		value := s.get(now)
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(table, "%s\t%s\t(%s)\n", s.name, value, s.what)
	}
	return table.Flush()
}
