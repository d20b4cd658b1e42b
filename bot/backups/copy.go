package backups

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"chihai/bot/disk"
	"chihai/store"
)

// ErrOwnTools says that a database is not a file and is backed up by tools of
// its own.
var ErrOwnTools = errors.New("PostgreSQL has tools of its own for backups: pg_dump -Fc DATABASE > FILE while the bot runs, or pg_basebackup with the log for every moment")

// Copy writes a consistent copy of the database into the file path, which must
// not exist, while it is used. size is how many bytes it has now; Copy begins
// nothing that there is no room for. The copy tells when it was begun
// ([store.LastBackup]), and what was deleted before is wiped first, so that it
// does not live on in copies.
//
// A full disk does not stand against a copy on another one: then the copy does
// without the first two.
func Copy(ctx context.Context, s *store.Store, path string, size int64) error {
	db, ok := s.Backend().(store.Backup)
	if !ok {
		return ErrOwnTools
	}
	room, err := disk.RoomAt(filepath.Dir(path))
	if err != nil {
		return err
	}
	if !room.Takes(size) {
		return fmt.Errorf("no room for a copy of %d MiB in %s: %v", size>>20, filepath.Dir(path), room)
	}
	if err := note(ctx, s); err != nil {
		return err
	}
	if err := scrub(ctx, s); err != nil {
		return err
	}
	return db.Backup(ctx, path)
}

// note keeps when the copy was begun.
func note(ctx context.Context, s *store.Store) error {
	err := s.Update(ctx, func(tx *store.Tx) error {
		last, err := tx.LastBackup()
		if err != nil {
			return err
		}
		last.At = tx.Now
		return tx.PutLastBackup(last)
	})
	if errors.Is(err, store.ErrRefused) {
		slog.Warn("backup does not tell its time", "err", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("note the time of the backup: %w", err)
	}
	return nil
}

func scrub(ctx context.Context, s *store.Store) error {
	db, ok := s.Backend().(store.Scrubber)
	if !ok {
		return nil
	}
	switch _, err := db.Scrub(ctx); {
	case errors.Is(err, store.ErrScrubLater), errors.Is(err, store.ErrRefused):
		slog.Warn("backup may hold what was deleted in the last minutes", "err", err)
	case err != nil:
		return fmt.Errorf("wipe what was deleted: %w", err)
	}
	return nil
}

// SizeOf returns the length of the file path in bytes, 0 when there is none.
func SizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
