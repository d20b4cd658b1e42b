package powercut

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"chihai/store/bolt"
)

const (
	roleEnv = "CHIHAI_POWERCUT"
	dirEnv  = "CHIHAI_POWERCUT_DIR"
)

func TestMain(m *testing.M) {
	switch role := os.Getenv(roleEnv); role {
	case "":
		os.Exit(m.Run())
	case "judge":
		answerJudge(os.Getenv(dirEnv), os.Stdin, os.Stdout)
	default:
		if err := work(os.Getenv(dirEnv), bolt.Options{NoSync: role == "nosync"}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// TestPowerCut rebuilds CHIHAI_IMAGES disks (500 unless said otherwise) as
// power cuts could have left them while a database was made, written to by six
// women at once, scrubbed, backed up, closed and opened again. On each, what
// had been told as kept must be there, no turn by half, and the database must
// go on.
//
//	CHIHAI_IMAGES=1000000 go test ./store/bolt/powercut -run TestPowerCut -v -timeout 60m
func TestPowerCut(t *testing.T) {
	images := 500
	if s := os.Getenv("CHIHAI_IMAGES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal("CHIHAI_IMAGES:", err)
		}
		images = n
	}
	recordings := max(2, images/50_000)
	seed := uint64(time.Now().UnixNano())
	begin, at := time.Now(), 0
	for i := range recordings {
		r := record(t, "work", i%2 == 0)
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		for l := range losses(t, r, images/recordings, random) {
			t.Errorf("recording %d of seed %d, after %d of %d things done: %s", i, seed, l.at, r.Len(), l.wrong)
		}
		at += r.Len()
	}
	t.Logf("%d images of %d recordings with %d writes, syncs and renames in %v",
		images, recordings, at, time.Since(begin).Round(time.Millisecond))
}

// TestNoSync shows that losses are found where there are some: without syncs.
func TestNoSync(t *testing.T) {
	found := 0
	for l := range losses(t, record(t, "nosync", true), 60, rand.New(rand.NewPCG(1, 1))) {
		if found++; found == 1 {
			t.Logf("such as: %.200s", l.wrong)
		}
	}
	if found < 10 {
		t.Errorf("%d of 60 disks are found damaged where nothing was synced", found)
	}
}

// record runs the program under test on a disk of its own.
func record(t *testing.T, role string, links bool) *Recording {
	t.Helper()
	dir := t.TempDir()
	d, err := Mount(dir, links)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENODEV) {
		t.Skipf("power cuts are not tried: they need /dev/fuse and the right to mount: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), roleEnv+"="+role, dirEnv+"="+dir)
	out, err := child.CombinedOutput()
	if err := d.Unmount(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return d.Recording
}

// A loss is a cut after which something was wrong.
type loss struct {
	at    int
	wrong string
}

// losses judges n cuts of r and sends those after which something is wrong, and
// is closed when all are judged.
func losses(t *testing.T, r *Recording, n int, random *rand.Rand) <-chan loss {
	cuts, found := make(chan Cut), make(chan loss, n)
	go func() {
		for c := range r.Cuts(n, random) {
			cuts <- c
		}
		close(cuts)
	}()
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		j := &judge{dir: imageDir(t), promise: noPromise()}
		wg.Go(func() {
			defer j.stop()
			for c := range cuts {
				wrong, err := j.judge(c)
				if err != nil {
					wrong = err.Error()
				}
				if wrong != "" {
					found <- loss{c.At, wrong}
				}
			}
		})
	}
	go func() {
		wg.Wait()
		close(found)
	}()
	return found
}

// imageDir returns a new directory in memory where there is such a place: the
// disk under it would only be worn.
func imageDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "powercut")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Clean(dir)
}
