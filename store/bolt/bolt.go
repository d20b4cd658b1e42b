// Package bolt keeps a database in one file, through bbolt.
//
// Updates of many callers share one commit of bbolt, since each costs two
// syncs of the disk; see [DB.Update]. Reading goes on beside them.
//
// # Files
//
// A database file belongs to one process at a time, which locks it. It must be
// on a local disk: locks and mappings of network file systems are not to be
// relied on. It grows as it needs and never shrinks. The process maps it
// together with much address space that is not used yet (64 GiB on 64-bit
// systems), which costs neither memory nor disk.
//
// bbolt checks little of what it reads: on a damaged file it may return
// errors, panic in a goroutine of its own, or fault. So a file of unknown
// health is looked at by [Check] in a child process.
//
// # Why so little is logged
//
// bbolt's own log tells every key and stays off. What goes wrong is returned;
// what cannot be returned stops the process (see [Options].Fatal).
package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"chihai/store"
)

// A DB is an open database file.
type DB struct {
	bolt *bbolt.DB
	file *os.File // the one that bolt has open, for what bbolt cannot do with it
	opt  Options

	queue   chan *member  // Updates that wait for the writer
	ran     chan struct{} // answers of the Update whose turn it is
	jobs    chan func()   // what else runs while nothing is being written
	written chan struct{} // closed when the writer has ended
	lost    error         // why the writer gave up; its own
	counts  counts
	watch   atomic.Pointer[func(store.Commit)]

	gate    *store.Gate // inside are Views and backups
	release sync.Once
}

var (
	_ store.Backend  = (*DB)(nil)
	_ store.Backup   = (*DB)(nil)
	_ store.Scrubber = (*DB)(nil)
	_ store.Watched  = (*DB)(nil)
)

// Options of [Open]. The zero value is right for real use.
type Options struct {
	// Timeout is how long to wait for another process to let go of the file.
	// 0: 2 s.
	Timeout time.Duration

	// MaxSize is how many bytes of the file may be used; Updates that would
	// need more return [store.ErrRefused]. The file itself may look up to 16
	// MiB longer, which bbolt sets aside without using the disk. 0: no bound.
	MaxSize int

	// NoSync leaves out the syncs, so that a power cut may destroy the file.
	// For tests and simulations only.
	NoSync bool

	// Fatal is called once, when a commit has failed in such a way that nobody
	// knows what the disk holds. It should end the process: after a restart
	// the file tells what was kept, and until then every call returns the
	// error. nil: panic.
	Fatal func(error)
}

const defaultTimeout = 2 * time.Second

// Open opens the database file path, which is created if there is none, for
// the owner only. It returns an error that wraps [store.ErrInUse] while
// another process has it open.
func Open(path string, opt Options) (*DB, error) {
	if opt.Timeout == 0 {
		opt.Timeout = defaultTimeout
	}
	if opt.Fatal == nil {
		opt.Fatal = func(err error) { panic(err) }
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(path); err != nil {
			return nil, fmt.Errorf("create %s: %w", path, err)
		}
	case err != nil:
		return nil, err
	case info.Size() == 0:
		// bbolt would fill it in place, which a crash may interrupt.
		return nil, fmt.Errorf("open %s: the file is empty; remove it to begin a new database", path)
	}
	// Reading comes first because bbolt walks the whole tree when it opens a
	// file for writing, and faults where a file was cut off.
	probe, err := openFile(path, Options{Timeout: opt.Timeout}, true)
	if err != nil {
		return nil, err
	}
	if err := probe.bolt.Close(); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	d, err := openFile(path, opt, false)
	if err != nil {
		return nil, err
	}
	go d.write()
	return d, nil
}

// OpenReadOnly opens the database file path for reading, which several
// processes may do at once, but not beside one that writes. Update returns
// [store.ErrReadOnly].
func OpenReadOnly(path string) (*DB, error) {
	d, err := openFile(path, Options{Timeout: defaultTimeout}, true)
	if err != nil {
		return nil, err
	}
	close(d.written) // there is no writer to wait for
	return d, nil
}

func openFile(path string, opt Options, readOnly bool) (*DB, error) {
	d := &DB{
		opt:     opt,
		queue:   make(chan *member),
		ran:     make(chan struct{}),
		jobs:    make(chan func()),
		written: make(chan struct{}),
		gate:    store.NewGate(),
	}
	options := &bbolt.Options{
		Timeout:         opt.Timeout,
		NoFreelistSync:  true, // a kept list makes the file grow with every commit during a backup
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: addressSpace(),
		MaxSize:         opt.MaxSize,
		NoSync:          opt.NoSync,
		ReadOnly:        readOnly,
		OpenFile: func(name string, flag int, mode fs.FileMode) (f *os.File, err error) {
			d.file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
			return d.file, err
		},
	}
	var err error
	d.bolt, err = bbolt.Open(path, 0o600, options)
	if errors.Is(err, syscall.ENOMEM) { // address space is limited here (ulimit -v)
		options.InitialMmapSize = 0
		d.bolt, err = bbolt.Open(path, 0o600, options)
	}
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("open %s: %w", path, store.ErrInUse)
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrVersionMismatch), errors.Is(err, berrors.ErrChecksum):
		return nil, fmt.Errorf("open %s: not a sound database file: %w", path, err)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := d.whole(); err != nil {
		d.bolt.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return d, nil
}

// addressSpace returns how many bytes to map from the start. Growing a mapping
// waits for every reader and holds up those that come; one that is large
// enough never grows.
func addressSpace() int {
	switch {
	case runtime.GOOS == "windows":
		return 0 // there the file itself would become as large
	case strconv.IntSize == 32:
		return 256 << 20
	default:
		size := int64(64 << 30) // an int of 32 bits could not hold the constant
		return int(size)
	}
}

// whole returns an error if the file is shorter than its head says.
func (d *DB) whole() error {
	return d.bolt.View(func(tx *bbolt.Tx) error {
		info, err := d.file.Stat()
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return fmt.Errorf("the file was cut off: %d of %d bytes are left", info.Size(), tx.Size())
		}
		return nil
	})
}

// View implements [store.Backend]. Do not open another View within fn, nor
// wait there for an Update or for anything that takes long: the file grows
// while an old state is being read.
func (d *DB) View(ctx context.Context, fn func(store.KV) error) error {
	if err := d.gate.Enter(ctx); err != nil {
		return err
	}
	defer d.gate.Leave()
	tx, err := d.bolt.Begin(false)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	kv := store.NewSnapshot(reader{tx})
	defer kv.End()
	return fn(kv)
}

// Close implements [store.Backend]. Updates that wait for their turn return
// [store.ErrClosed]. Within fn it would wait for itself.
func (d *DB) Close() (err error) {
	d.gate.Shut(store.ErrClosed)
	<-d.written
	d.gate.Wait()
	d.release.Do(func() { err = d.bolt.Close() })
	return err
}
