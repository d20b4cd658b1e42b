package backups

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chihai/store"
	"chihai/store/bolt"

	"filippo.io/age"
)

// BenchmarkBackup makes backups of a database of 256 MiB, plain and for two
// recipients, with everything that belongs to it but the weekly check.
//
//	go test ./bot/backups -run '^$' -bench Backup -benchtime 5x
func BenchmarkBackup(b *testing.B) {
	path := filepath.Join(b.TempDir(), "chihai.db")
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), db, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	noise := make([]byte, 16<<10)
	rand.Read(noise)
	value := fmt.Appendf(nil, "%q", hex.EncodeToString(noise)) // 32 KiB that hardly compress, as JSON
	for part := range 64 {
		err := db.Update(b.Context(), func(kv store.KV) error {
			for i := range 128 {
				if err := kv.Put("fill", fmt.Sprintf("%04d/%04d", part, i), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	var two []age.Recipient
	for range 2 {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			b.Fatal(err)
		}
		two = append(two, id.Recipient())
	}
	for name, to := range map[string][]age.Recipient{"plain": nil, "encrypted": two} {
		b.Run(name, func(b *testing.B) {
			backups := New(Config{Store: s, Database: path, Dir: b.TempDir(), Every: time.Hour, To: to})
			b.SetBytes(SizeOf(path))
			for b.Loop() {
				if err := backups.make(b.Context(), s.Now()); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				times, names, err := backups.list()
				if err != nil {
					b.Fatal(err)
				}
				for _, t := range times {
					for _, name := range names[t] {
						if err := os.Remove(filepath.Join(backups.Dir, name)); err != nil {
							b.Fatal(err)
						}
					}
				}
				b.StartTimer()
			}
		})
	}
}
