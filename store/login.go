package store

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A LoginCode is a one-time code that the bot gives a member in her own chat:
// with it she comes to the staff pages. Alone it opens nothing but the question
// for her passphrase.
//
//	login_code  keyed hash of the code → LoginCode
type LoginCode struct {
	Member  string    `json:"member"`
	Expires time.Time `json:"expires"` // the code is good until then

	Rest jsontext.Value `json:",embed"`
}

// LoginTime is for how long a one-time code for the staff pages is good.
const LoginTime = 10 * time.Minute

// NewLoginCode makes a one-time code for the member and returns it. Only its
// hash is kept.
func (tx *Tx) NewLoginCode(member string) (string, error) {
	code := tx.NewCode(12)
	return code, put(tx, "login_code", tx.hash("login", code), LoginCode{Member: member, Expires: tx.Now.Add(LoginTime)})
}

// UseLoginCode returns the member to whom the typed code was given, or
// [ErrCode]. The code is gone then.
func (tx *Tx) UseLoginCode(typed string) (*Member, error) {
	key := tx.hash("login", ReadCode(typed))
	c, err := get[LoginCode](tx, "login_code", key)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrCode
	}
	if err != nil {
		return nil, err
	}
	if err := tx.kv.Delete("login_code", key); err != nil {
		return nil, err
	}
	m, err := tx.Member(c.Member)
	if errors.Is(err, ErrNotFound) || err == nil && !tx.Now.Before(c.Expires) {
		return nil, ErrCode
	}
	return m, err
}

// ForgetLoginCodes deletes at most n codes that are no longer good and says how
// many it deleted.
func (tx *Tx) ForgetLoginCodes(n int) (int, error) {
	return tx.forget("login_code", n, func(key string) (bool, error) {
		c, err := get[LoginCode](tx, "login_code", key)
		return err == nil && !tx.Now.Before(c.Expires), err
	})
}

// forget deletes at most n documents of a bucket that holds few, those for
// whose key over returns true, and says how many.
func (tx *Tx) forget(bucket string, n int, over func(key string) (bool, error)) (int, error) {
	var keys []string
	for p, err := range tx.kv.Scan(bucket, "", "") {
		if err != nil {
			return 0, err
		}
		if len(keys) == n {
			break
		}
		switch gone, err := over(p.Key); {
		case err != nil:
			return 0, err
		case gone:
			keys = append(keys, p.Key)
		}
	}
	for _, key := range keys {
		if err := tx.kv.Delete(bucket, key); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}
