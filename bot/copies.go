package main

import (
	"cmp"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// What stands after the name of the database in the names of copies of it.
const (
	copySuffix  = ".copy-"
	checkSuffix = ".check-"

	// restoreSuffix is that of what is to take its place.
	restoreSuffix = ".restore-"
)

// sweepCopies deletes what commands that were killed have left beside the
// database path, which is held: a whole copy each. A copy for a backup is made by
// whoever holds the database, so it is nobody's now; one for a check is its own
// command's, which may still read it.
func sweepCopies(path string) {
	dir, name := filepath.Split(path)
	beside, err := os.ReadDir(cmp.Or(dir, "."))
	if err != nil {
		slog.Warn("copies left behind not looked for", "err", err)
		return
	}
	for _, e := range beside {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		left := strings.HasPrefix(e.Name(), name+copySuffix) ||
			(strings.HasPrefix(e.Name(), name+checkSuffix) || strings.HasPrefix(e.Name(), name+restoreSuffix)) && time.Since(info.ModTime()) > time.Hour
		if !left {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			slog.Warn("copy left behind not deleted", "err", err)
		}
	}
}
