package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	berrors "go.etcd.io/bbolt/errors"

	"chihai/store"
)

// replace puts the file or device name in the place of the open file of d, as
// the system sees it, and returns what undoes that.
func replace(t *testing.T, d *DB, name string) func() {
	t.Helper()
	device, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	fd := int(d.file.Fd())
	real, err := syscall.Dup(fd)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Dup3(int(device.Fd()), fd, syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := syscall.Dup3(real, fd, syscall.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		syscall.Close(real)
	}
}

// openWithRoom opens a database with free pages in it, so that small commits do
// not make it grow.
func openWithRoom(t *testing.T, opt Options) (*DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	d, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		mustPut(t, d, fmt.Sprint("room", i), strings.Repeat("r", 900))
	}
	for i := range 40 {
		if err := d.Update(t.Context(), func(kv store.KV) error { return kv.Delete("b", fmt.Sprint("room", i)) }); err != nil {
			t.Fatal(err)
		}
	}
	mustPut(t, d, "k", "before")
	return d, path
}

// TestDiskFull lets every write fail for want of room (full(4)).
func TestDiskFull(t *testing.T) {
	d, path := openWithRoom(t, Options{Fatal: func(err error) { t.Errorf("Fatal(%v)", err) }})
	restore := replace(t, d, "/dev/full")
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			err := d.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", "k", quoted("after")) })
			if !errors.Is(err, store.ErrRefused) || !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("Update = %v, want ErrRefused and its cause", err)
			}
		})
	}
	all.Wait()
	wantValue(t, d, "k", "before")
	if err := d.Update(t.Context(), func(kv store.KV) error { _, err := kv.Get("b", "k"); return err }); err != nil {
		t.Errorf("Update that only reads = %v", err)
	}
	restore()
	mustPut(t, d, "k", "with room again")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Check(path); err != nil {
		t.Error(err)
	}
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, d, "k", "with room again")
	d.Close()
}

// TestSyncFails writes to a device that takes everything and cannot be synced
// (null(4)).
func TestSyncFails(t *testing.T) {
	fatal := make(chan error, 2)
	d, path := openWithRoom(t, Options{Fatal: func(err error) { fatal <- err }})
	restore := replace(t, d, "/dev/null")
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			err := d.Update(t.Context(), func(kv store.KV) error { return kv.Put("b", "k", quoted("after")) })
			if err == nil || errors.Is(err, store.ErrRefused) || errors.Is(err, store.ErrClosed) {
				t.Errorf("Update = %v, want an error that leaves it open what was kept", err)
			}
		})
	}
	all.Wait()
	if err := <-fatal; !errors.Is(err, syscall.EINVAL) {
		t.Errorf("Fatal(%v), want the error of the sync", err)
	}
	for name, err := range map[string]error{
		"Update": d.Update(t.Context(), func(store.KV) error { return nil }),
		"View":   d.View(t.Context(), func(store.KV) error { return nil }),
		"Backup": d.Backup(t.Context(), path+".copy"),
	} {
		if !errors.Is(err, syscall.EINVAL) {
			t.Errorf("%s afterwards = %v, want the error of the sync", name, err)
		}
	}
	if _, err := d.Scrub(t.Context()); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("Scrub afterwards = %v, want the error of the sync", err)
	}
	if len(fatal) > 0 {
		t.Error("Fatal was called twice")
	}
	restore()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.View(t.Context(), func(store.KV) error { return nil }); err != store.ErrClosed {
		t.Errorf("View after Close = %v, want ErrClosed", err)
	}
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, d, "k", "before")
	d.Close()
}

// TestRefusedBy goes through the errors that bbolt's Commit may return.
func TestRefusedBy(t *testing.T) {
	at := func(op string, err error) error { return &fs.PathError{Op: op, Path: "test.db", Err: err} }
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{berrors.ErrMaxSizeReached, true},
		{fmt.Errorf("file resize error: %s", at("truncate", syscall.EFBIG)), true},
		{at("write", syscall.ENOSPC), true},
		{at("write", syscall.EDQUOT), true},
		{at("write", syscall.EFBIG), true},
		{at("write", syscall.EIO), false},
		{at("sync", syscall.ENOSPC), false},
		{syscall.ENOSPC, false}, // of fdatasync
		{syscall.EIO, false},
		{fmt.Errorf("file sync error: %s", at("sync", syscall.ENOSPC)), false},
		{fmt.Errorf("mmap allocate error: %s", syscall.ENOMEM), false},
	} {
		if got := refused(tt.err); got != tt.want {
			t.Errorf("refused(%v) = %v, want %v", tt.err, got, tt.want)
		}
	}
}

// TestFileLimit fills a file up to the limit of setrlimit(2), which is the
// process's own; so it does so in a child.
func TestFileLimit(t *testing.T) {
	const limit = 20 << 20
	if path := os.Getenv("BOLT_TEST_FILE_LIMIT"); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			t.Fatal(err)
		}
		fill(t, path, syscall.EFBIG)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFileLimit$")
	cmd.Env = append(os.Environ(), "BOLT_TEST_FILE_LIMIT="+filepath.Join(t.TempDir(), "test.db"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestDeviceFull fills a small file system.
func TestDeviceFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("a file system of 4 MiB cannot be mounted here (%v): run this test as root", err)
	}
	defer syscall.Unmount(dir, syscall.MNT_DETACH)
	fill(t, filepath.Join(dir, "test.db"), syscall.ENOSPC)
}

// fill writes to a new database until it is refused and a little more, and
// checks that it holds what was confirmed.
func fill(t *testing.T, path string, cause error) {
	d, err := Open(path, Options{Fatal: func(err error) { t.Errorf("Fatal(%v)", err) }})
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for i, refusals := 0, 0; refusals < 5; i++ {
		key := fmt.Sprintf("%06d", i)
		err := d.Update(t.Context(), func(kv store.KV) error {
			for part := range 8 {
				if err := kv.Put("b", fmt.Sprint(key, part), quoted(strings.Repeat("v", 60_000))); err != nil {
					return err
				}
			}
			return kv.Put("b", key, quoted(""))
		})
		switch {
		case err == nil:
			kept = append(kept, key)
		case errors.Is(err, store.ErrRefused):
			refusals++
			// bbolt drops the errno of a file that cannot be made longer.
			if !errors.Is(err, cause) && !strings.Contains(err.Error(), cause.Error()) {
				t.Errorf("Update = %v, want the cause %v", err, cause)
			}
		default:
			t.Fatal(err)
		}
	}
	holds := func() {
		var held []string
		err := d.View(t.Context(), func(kv store.KV) error {
			for p, err := range kv.Scan("b", "", "") {
				if err != nil {
					return err
				}
				if len(p.Key) == 6 {
					held = append(held, p.Key)
				}
			}
			return nil
		})
		if err != nil || !slices.Equal(held, kept) || len(kept) == 0 {
			t.Errorf("the database holds %v, %v; confirmed were %v", held, err, kept)
		}
	}
	holds()
	if err := d.Update(t.Context(), func(kv store.KV) error {
		for part := range 8 {
			kv.Delete("b", fmt.Sprint(kept[0], part))
		}
		return kv.Delete("b", kept[0])
	}); err != nil {
		t.Errorf("deleting in a full file: %v", err)
	}
	kept = kept[1:]
	if _, err := d.Scrub(t.Context()); err != nil {
		t.Errorf("Scrub in a full file: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Check(path); err != nil {
		t.Error(err)
	}
	if d, err = Open(path, Options{}); err != nil {
		t.Fatal(err)
	}
	holds()
	d.Close()
}
