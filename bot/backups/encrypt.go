package backups

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// Recipients reads those for whom backups are encrypted: lines that begin with
// age1, as age-keygen prints them, with blanks or commas between. The machine
// that makes the backups knows the recipients only, so it cannot read them;
// whoever holds the identity of any of them can. No recipient is no error.
func Recipients(text string) ([]age.Recipient, error) {
	var all []age.Recipient
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' }) {
		if strings.HasPrefix(strings.ToUpper(word), "AGE-SECRET-KEY-") {
			return nil, errors.New("this is an identity, which nobody else may know: want the recipient that belongs to it, which begins with age1")
		}
		some, err := age.ParseRecipients(strings.NewReader(word))
		if err != nil { // which may quote what stands there
			return nil, fmt.Errorf("%.8s… is no recipient of age: one begins with age1 and has at least 62 characters", word)
		}
		all = append(all, some...)
	}
	return all, nil
}

// encryption is how a file begins that was encrypted with age
// (age-encryption.org/v1).
const encryption = "age-encryption.org/v1\n"

// Encrypted says whether the file path was encrypted with age.
func Encrypted(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, len(encryption))
	switch _, err := io.ReadFull(f, head); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return false, nil
	case err != nil:
		return false, err
	}
	return string(head) == encryption, nil
}

// Pour writes the file path to out, encrypted for the recipients if there are
// any. It stops when ctx ends.
func Pour(ctx context.Context, out io.Writer, path string, to []age.Recipient) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := reader{ctx, f}
	if len(to) == 0 {
		_, err := io.Copy(out, in)
		return err
	}
	sealed, err := age.Encrypt(out, to...)
	if err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	if _, err := io.Copy(sealed, in); err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	return sealed.Close()
}

// A reader ends with ctx.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
