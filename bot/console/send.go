package console

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"chihai/bot/channel"
)

// margin stands before each line of the bot, as in the transcripts.
const margin = "    "

// Send prints m with its choices as numbers. A file is put into a directory of
// its own below the system's one for temporary files, and its path is printed.
func (c *Console) Send(_ context.Context, m channel.Message) (channel.Receipt, error) {
	text := channel.Numbered(m.Message)
	if m.File != nil {
		path, err := c.keep(m.File)
		if err != nil {
			return channel.Receipt{}, fmt.Errorf("keep file: %w", err)
		}
		text = strings.TrimSpace(text + "\n\n" + path)
	}
	if err := c.print(indent(text)); err != nil {
		return channel.Receipt{}, err
	}
	c.shown(m.ID)
	return channel.Receipt{}, nil
}

// keep writes f to a file that only this user can read and returns its path.
func (c *Console) keep(f *channel.File) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.files == "" {
		dir, err := os.MkdirTemp("", "chihai-files-")
		if err != nil {
			return "", err
		}
		c.files = dir
	}
	path := filepath.Join(c.files, filepath.Base(f.Name))
	return path, os.WriteFile(path, f.Data, 0o600)
}

// indent returns text as it is printed: with a margin, an empty line behind
// it, and nothing in it that would move the cursor.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && r != '\t' {
				return -1
			}
			return r
		}, line)
		b.WriteString(strings.TrimRight(margin+line, " ") + "\n")
	}
	return b.String() + "\n"
}
