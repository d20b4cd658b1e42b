package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"github.com/go-json-experiment/json"
)

// The keys of a database are locked twice: with the key of the key file, and
// for a recovery recipient. Whoever holds the identity of that recipient can
// open the database without the key file; every backup carries both locks. The
// machine knows the recipient only, so what is stolen with it opens nothing.
//
// Recipients and identities are those of age (age-encryption.org/v1): a pair of
// text lines that begin with age1 and AGE-SECRET-KEY-1.

// NewRecovery returns a new recovery identity, which opens every database whose
// keys were locked for its recipient. The identity, 74 characters, is shown to
// a person and kept nowhere.
func NewRecovery() (identity, recipient string, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", fmt.Errorf("make recovery identity: %w", err)
	}
	return id.String(), id.Recipient().String(), nil
}

// CheckRecipient returns an error unless text is a recipient of age, such as
// age1….
func CheckRecipient(text string) error {
	_, err := readRecipient(text)
	return err
}

func readRecipient(text string) (age.Recipient, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-") {
		return nil, errors.New("this is an identity, which is secret: the recipient that belongs to it begins with age1")
	}
	all, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(all) != 1 {
		return nil, errors.New("not one recipient such as age1…, as age-keygen prints it")
	}
	return all[0], nil
}

// Recover lets the key newKey open the database b, whose key file is gone:
// identity is that of the recipient for whom its keys were locked, as
// [NewRecovery] returned it. Keys and recipient stay. Nobody may have b open. It
// returns [ErrWrongKey] when the identity is another one, and an error when b has
// no keys or has no recipient.
func Recover(ctx context.Context, b Backend, identity string, newKey []byte) error {
	who, err := age.ParseIdentities(strings.NewReader(strings.TrimSpace(identity)))
	if err != nil {
		return errors.New("not a recovery identity: it begins with AGE-SECRET-KEY-1") // the error of age may quote it
	}
	return b.Update(ctx, func(kv KV) error {
		raw, err := kv.Get("meta", ringKey)
		if errors.Is(err, ErrNotFound) {
			return errors.New("nothing in this database is encrypted: it has no keys")
		}
		if err != nil {
			return err
		}
		ring := new(keyRing)
		if err := json.Unmarshal(raw, ring); err != nil {
			return fmt.Errorf("read the keys: %w", err)
		}
		if err := ring.recover(who, newKey); err != nil {
			return err
		}
		if raw, err = json.Marshal(ring); err != nil {
			return err
		}
		return kv.Put("meta", ringKey, raw)
	})
}

// recover opens all keys with the recovery identity and locks them with another
// key.
func (r *keyRing) recover(who []age.Identity, newKey []byte) error {
	if r.Recovery == "" {
		return errors.New("the keys of this database were locked for nobody but its key file")
	}
	for _, k := range r.all() {
		plain, err := k.recover(who)
		if err != nil {
			return err
		}
		if err := k.lock(newKey, plain); err != nil {
			return err
		}
	}
	r.Lock = KeyName(newKey)
	return nil
}

// lockFor locks the key for the recipient; without one, for nobody.
func (k *lockedKey) lockFor(recipient string, plain []byte) error {
	k.Recovery = nil
	if recipient == "" {
		return nil
	}
	to, err := readRecipient(recipient)
	if err != nil {
		return fmt.Errorf("recovery recipient: %w", err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return fmt.Errorf("lock key for recovery: %w", err)
	}
	// age binds no name to what it encrypts, so the name stands in it.
	_, err = w.Write(append([]byte(k.ID+"\n"), plain...))
	if err := errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("lock key for recovery: %w", err)
	}
	k.Recovery = out.Bytes()
	return nil
}

func (k *lockedKey) recover(who []age.Identity) ([]byte, error) {
	in, err := age.Decrypt(bytes.NewReader(k.Recovery), who...)
	var other *age.NoIdentityMatchError
	if errors.As(err, &other) {
		return nil, fmt.Errorf("%w: the database was locked for another recovery identity", ErrWrongKey)
	}
	if err != nil {
		return nil, fmt.Errorf("open key %s: %w", k.ID, err)
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("open key %s: %w", k.ID, err)
	}
	plain, found := bytes.CutPrefix(text, []byte(k.ID+"\n"))
	if !found || len(plain) != KeySize {
		return nil, fmt.Errorf("open key %s: it is another key", k.ID)
	}
	return plain, nil
}
