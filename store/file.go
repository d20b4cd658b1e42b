package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A File is a sequence of bytes too long for a document: an exported list, a
// QR code. It is kept in chunks, so that backups, copies and deletion cover it
// like everything else.
//
//	file        ID → File
//	file_chunk  ID/number of 4 digits → chunk
type File struct {
	ID      string    `json:"id"`
	Name    string    `json:"name" personal:"text"` // as it is shown, with its ending
	Type    string    `json:"type"`                 // media type
	Size    int       `json:"size"`                 // in bytes
	SHA256  []byte    `json:"sha256"`               // of the whole
	Member  string    `json:"member,omitzero"`      // for whom it was made; deleted with her
	Expires time.Time `json:"expires"`              // deleted from then on
	Created time.Time `json:"created"`

	// Document is the [Document] whose file this is, or was; empty: it is none's.
	Document string `json:"document,omitzero"`
	// Form is the [Form] one of whose versions this is; empty: it is none's.
	Form string `json:"form,omitzero"`
	// Campaign is the [Campaign] in one of whose answers this is; empty: it is in none.
	Campaign string `json:"campaign,omitzero"`

	Rest jsontext.Value `json:",embed"`
}

const (
	// MaxFile is the greatest size of a file, in bytes.
	MaxFile = 20 << 20
	// chunkSize leaves room for sealing and base64 in a value of [MaxValue].
	chunkSize = 45 << 10
)

// ErrTooLarge says that a file is larger than [MaxFile].
var ErrTooLarge = errors.New("file is too large")

type chunk struct {
	Bytes []byte `json:"bytes" personal:"text"`
}

// PutFile keeps data as the file f until f.Expires, which must be set. It
// gives f its ID, size and hash.
func (tx *Tx) PutFile(f *File, data []byte) error {
	if len(data) > MaxFile {
		return ErrTooLarge
	}
	f.ID, f.Size, f.Created = tx.NewID(), len(data), tx.Now
	sum := sha256.Sum256(data)
	f.SHA256 = sum[:]
	for i := 0; i*chunkSize < len(data); i++ {
		part := data[i*chunkSize : min(len(data), (i+1)*chunkSize)]
		if err := put(tx, "file_chunk", chunkKey(f.ID, i), chunk{part}); err != nil {
			return err
		}
	}
	return put(tx, "file", f.ID, f)
}

// File returns the file with id and its bytes, or [ErrNotFound].
func (tx *Tx) File(id string) (*File, []byte, error) {
	f, err := get[File](tx, "file", id)
	if err != nil {
		return nil, nil, err
	}
	data := make([]byte, 0, f.Size)
	for c, err := range each[chunk](tx, "file_chunk", id+"/", after(id+"/")) {
		if err != nil {
			return nil, nil, err
		}
		data = append(data, c.Bytes...)
	}
	if len(data) != f.Size {
		return nil, nil, fmt.Errorf("file %s: %d bytes, want %d", id, len(data), f.Size)
	}
	return f, data, nil
}

// DeleteFile removes the file with id.
func (tx *Tx) DeleteFile(id string) error {
	if _, err := tx.deleteRange("file_chunk", id+"/", after(id+"/"), MaxFile/chunkSize+1); err != nil {
		return err
	}
	return tx.kv.Delete("file", id)
}

// ForgetFiles deletes at most n files whose time is over and says how many.
func (tx *Tx) ForgetFiles(n int) (int, error) {
	return tx.deleteFiles(n, func(f *File) bool { return !tx.Now.Before(f.Expires) })
}

// FileHead returns the file with id and its first bytes, some thousands at most,
// or [ErrNotFound].
func (tx *Tx) FileHead(id string) (*File, []byte, error) {
	f, err := get[File](tx, "file", id)
	if err != nil || f.Size == 0 {
		return f, nil, err
	}
	first, err := get[chunk](tx, "file_chunk", chunkKey(id, 0))
	if err != nil {
		return nil, nil, err
	}
	return f, first.Bytes, nil
}

// ShortenFile has the file id deleted at the latest after d. It returns
// [ErrNotFound] when it is gone.
func (tx *Tx) ShortenFile(id string, d time.Duration) error {
	f, err := get[File](tx, "file", id)
	if err != nil {
		return err
	}
	if until := tx.Now.Add(d); f.Document == "" && f.Form == "" && f.Campaign == "" && until.Before(f.Expires) {
		f.Expires = until
		return put(tx, "file", f.ID, f)
	}
	return nil
}

// expireFile has the file id deleted at the time at. One that is gone already may
// be so.
func (tx *Tx) expireFile(id string, at time.Time) error {
	f, err := get[File](tx, "file", id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f.Expires = at
	return put(tx, "file", f.ID, f)
}

// deleteFilesOf deletes the files that were made for the member.
func (tx *Tx) deleteFilesOf(member string) error {
	_, err := tx.deleteFiles(1<<20, func(f *File) bool { return f.Member == member })
	return err
}

func (tx *Tx) deleteFiles(n int, which func(*File) bool) (int, error) {
	var over []string
	for f, err := range each[File](tx, "file", "", "") {
		if err != nil {
			return 0, err
		}
		if len(over) == n {
			break
		}
		if which(f) {
			over = append(over, f.ID)
		}
	}
	for _, id := range over {
		if err := tx.DeleteFile(id); err != nil {
			return 0, err
		}
	}
	return len(over), nil
}

func chunkKey(id string, n int) string { return fmt.Sprintf("%s/%04d", id, n) }
