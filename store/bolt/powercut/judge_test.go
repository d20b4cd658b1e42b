package powercut

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"chihai/store"
	"chihai/store/bolt"
)

// This file looks at what a cut left, against what was promised before it. It
// does so in a child process, since a damaged file may end the one that opens
// it.

// A promise is what the program had told by the time of a cut.
type promise struct {
	opened bool
	turns  []int            // the last one told, of each woman
	backup map[string][]int // the last turns that each backup holds
}

func noPromise() promise { return promise{turns: make([]int, women), backup: map[string][]int{}} }

// hear adds what one line says.
func (p *promise) hear(line string) {
	fields := strings.Fields(line)
	numbers := make([]int, women)
	for i, s := range fields {
		if n, err := strconv.Atoi(s); err == nil && i >= len(fields)-women {
			numbers[women-len(fields)+i] = n
		}
	}
	switch fields[0] {
	case "opened":
		p.opened = true
	case "turn":
		p.turns[numbers[women-2]] = numbers[women-1]
	case "backup":
		p.backup[fields[1]] = numbers
	case "removed":
		delete(p.backup, fields[1])
	}
}

// patience is how long opening a file may take: where a page leads back to itself,
// bbolt never ends.
const patience = 10 * time.Second

// A judge is a child process that opens what cuts left.
type judge struct {
	dir string // where it finds them

	promise promise // what the first heard lines say
	heard   int

	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
	log bytes.Buffer
}

// start starts the child.
func (j *judge) start() error {
	j.log.Reset()
	j.cmd = exec.Command(os.Args[0])
	j.cmd.Env = append(os.Environ(), roleEnv+"=judge", dirEnv+"="+j.dir, "GOMAXPROCS=1")
	j.cmd.Stderr = &j.log
	out, err := j.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	j.out = bufio.NewReader(out)
	if j.in, err = j.cmd.StdinPipe(); err != nil {
		return err
	}
	return j.cmd.Start()
}

func (j *judge) stop() {
	if j.cmd != nil {
		j.in.Close()
		j.cmd.Wait()
		j.cmd = nil
	}
}

// judge returns what is wrong with c, or "".
func (j *judge) judge(c Cut) (string, error) {
	if j.cmd == nil {
		if err := j.start(); err != nil {
			return "", err
		}
	}
	for ; j.heard < len(c.Told); j.heard++ { // the cuts come in order
		j.promise.hear(c.Told[j.heard])
	}
	for name, content := range c.Files {
		path := filepath.Join(j.dir, name)
		if err := errors.Join(os.WriteFile(path, content.Data, 0o600), os.Truncate(path, content.Size)); err != nil {
			return "", err
		}
	}
	defer func() {
		for name := range c.Files {
			os.Remove(filepath.Join(j.dir, name))
		}
		os.Remove(filepath.Join(j.dir, dbName)) // it may have been made
	}()
	ask := func(name string, must bool, held []int) (string, error) {
		child := j.cmd.Process
		impatient := time.AfterFunc(patience, func() { child.Kill() })
		fmt.Fprintln(j.in, name, must, strings.Trim(fmt.Sprint(held), "[]"))
		answer, err := j.out.ReadString('\n')
		impatient.Stop()
		if err != nil { // it has died of it
			j.stop()
			head, _, _ := strings.Cut(j.log.String(), "\n\n")
			return "opening " + name + " ends the process or takes for ever: " + head, nil
		}
		return strings.TrimSpace(answer), nil
	}
	wrong, err := ask(dbName, j.promise.opened, j.promise.turns)
	for name, held := range j.promise.backup {
		if wrong == "" && err == nil {
			wrong, err = ask(name, true, held)
		}
	}
	return wrong, err
}

// answerJudge is what the child does: it answers each line of in with one line.
func answerJudge(dir string, in io.Reader, out io.Writer) {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var name string
		var must bool
		held := make([]int, women)
		fields := []any{&name, &must}
		for w := range held {
			fields = append(fields, &held[w])
		}
		fmt.Sscan(lines.Text(), fields...)
		wrong := ""
		if err := look(filepath.Join(dir, name), must, held); err != nil {
			wrong = strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		fmt.Fprintln(out, wrong)
	}
}

// look returns what is wrong with the database path, which must hold at least
// the turns told and may hold the next one of each woman; it may be missing
// unless must.
func look(path string, must bool, told []int) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !must {
		return nil
	}
	if err := bolt.Check(path); err != nil {
		return err
	}
	d, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		return err
	}
	defer d.Close()
	var held []int
	if err := d.View(context.Background(), func(kv store.KV) (err error) {
		held, err = sound(kv)
		return err
	}); err != nil {
		return fmt.Errorf("half a turn is there: %w", err)
	}
	for w, n := range told {
		if held[w] < n {
			return fmt.Errorf("turn %d of %d is lost, %d are there", n, w, held[w])
		}
		if held[w] > n+1 && filepath.Base(path) == dbName {
			return fmt.Errorf("turn %d of %d is there, %d was the last", held[w], w, n)
		}
	}
	if err := turn(d, 0, held[0]+1); err != nil { // life goes on
		return err
	}
	return d.View(context.Background(), func(kv store.KV) error {
		_, err := sound(kv)
		return err
	})
}
