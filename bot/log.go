package main

import (
	"log/slog"
	"strings"
)

// Nothing in the log says what a person wrote, who she is or how to reach her,
// and nothing in it opens a door: no text, name, number, address or token. What
// is logged are ids, counts, kinds and errors of our own.

// A logging says how the log is written.
type logging struct {
	json  bool
	level *slog.Level // nil: what the command thinks right
}

// logging reads both variables of the log.
func (r *reader) logging(format, level string) logging {
	var l logging
	switch s := r.text(format); s {
	case "text":
	case "json":
		l.json = true
	default:
		r.wrong(format, "%q is neither text nor json", s)
	}
	if s := strings.TrimSpace(r.getenv(level)); s != "" {
		l.level = new(slog.Level)
		switch s {
		case "debug", "info", "warn", "error":
			if err := l.level.UnmarshalText([]byte(s)); err != nil {
				r.wrong(level, "%v", err)
			}
		default:
			r.wrong(level, "%q is none of debug, info, warn and error", s)
		}
	}
	return l
}

// logTo has everything that is logged written to the standard error output of
// c, from the level of l on, or else from level on.
func (c *call) logTo(l logging, level slog.Level) {
	if l.level != nil {
		level = *l.level
	}
	opt := &slog.HandlerOptions{Level: level}
	if l.json {
		slog.SetDefault(slog.New(slog.NewJSONHandler(c.stderr, opt)))
		return
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(c.stderr, opt)))
}
