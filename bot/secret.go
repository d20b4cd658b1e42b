package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSecret is how much of a file with a secret is read, in bytes.
const maxSecret = 4 << 10

// secret reads a secret from the variable name, from the file that name_FILE
// names, or from the file called credential in the directory in which systemd
// puts what LoadCredential= names (systemd.exec(5)). What stands in the
// environment can be read by every process of the same user, so the files are
// the better place. Empty: there is none.
func (r *reader) secret(name, credential string) string {
	said, file := strings.TrimSpace(r.getenv(name)), strings.TrimSpace(r.getenv(name+"_FILE"))
	switch {
	case said != "" && file != "":
		r.wrong(name, "%s_FILE is set, too: one of them is enough", name)
		return ""
	case said != "":
		return said
	case file != "":
		s, err := readSecret(file)
		if err != nil {
			r.wrong(name+"_FILE", "%v", err)
		}
		return s
	}
	dir := r.getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return ""
	}
	s, err := readSecret(filepath.Join(dir, credential))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.wrong(name, "%v", err)
	}
	return s
}

// readSecret returns what stands in a file, without the spaces around it.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", err
	}
	s := strings.TrimSpace(string(raw))
	switch {
	case len(raw) > maxSecret:
		return "", errors.New(path + " is too long for a secret")
	case s == "":
		return "", errors.New(path + " is empty")
	}
	return s, nil
}
