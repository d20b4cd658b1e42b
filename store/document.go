package store

import (
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A Document stands on the shelf: a leaflet, or the script of a meeting, that
// staff put there and others fetch into their chats. Its title and theme are
// read by whoever may fetch it and tell nothing of persons. A new file takes the
// place of the old one; the document stays the same.
//
//	document        ID → Document
//	document_tally  document ID/shard → how often it was fetched
//	meta/shelf      → for whom there is something on the shelf, and where
type Document struct {
	ID        string       `json:"id"`
	Title     string       `json:"title"`
	Theme     string       `json:"theme"` // as staff have named it
	Kind      DocumentKind `json:"kind"`
	Languages []string     `json:"languages"` // those of its text, of the locales'
	For       Readers      `json:"for"`
	Area      string       `json:"area"` // code of the unit for which it is meant, with all below it; empty: everywhere
	File      string       `json:"file"` // id of the [File] that is fetched now
	Format    string       `json:"format"`
	Size      int          `json:"size"`         // of the file, in bytes
	Version   int          `json:"version"`      // how many files it has had
	Revision  int          `json:"revision"`     // how often it was changed
	By        string       `json:"by"`           // member who put it there
	Off       time.Time    `json:"off,omitzero"` // when it was taken off the shelf; zero: it stands there
	Created   time.Time    `json:"created"`
	Changed   time.Time    `json:"changed"`

	Rest jsontext.Value `json:",embed"`
}

// A DocumentKind says what a document is for.
type DocumentKind string

const (
	Leaflet DocumentKind = "document" // is read
	Script  DocumentKind = "script"   // a club's meeting is led by it
)

// Readers are those who may fetch a document. Staff always may.
type Readers string

const (
	ForStaff        Readers = "staff"
	ForFacilitators Readers = "facilitators"
	ForMembers      Readers = "members" // facilitators too
)

// staleFile is for how long the file of a document is kept after another one has
// taken its place: until then it may be on its way to somebody.
const staleFile = 7 * 24 * time.Hour

// onShelf is the end of a file that is kept for as long as it is a document's. It
// is a time, so that a program that knows no documents keeps it too.
var onShelf = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// fetchShards is on how many documents the fetches of one document are counted,
// so that many who fetch it at once do not wait for one another.
const fetchShards = 16

// ErrOff says that a document was taken off the shelf.
var ErrOff = errors.New("document is off the shelf")

type documentTally struct {
	Fetched int `json:"fetched"`

	Rest jsontext.Value `json:",embed"`
}

// A Shelf says for whom there are documents: what a menu must know, in one small
// document.
type Shelf struct {
	Areas map[Readers][]string `json:"areas,omitzero"` // codes of the units, sorted, each once

	Rest jsontext.Value `json:",embed"`
}

// AddDocument puts d on the shelf and gives it its ID. Its file, which was made
// for somebody until now, is kept for as long as it is the document's.
func (tx *Tx) AddDocument(d *Document) error {
	d.ID, d.Created, d.Changed, d.Version = tx.NewID(), tx.Now, tx.Now, 1
	if err := tx.giveFile(d); err != nil {
		return err
	}
	return tx.putDocument(d)
}

// Document returns the document with id, one that was taken off the shelf as
// well, or [ErrNotFound].
func (tx *Tx) Document(id string) (*Document, error) {
	return get[Document](tx, "document", id)
}

// Documents yields what stands on the shelf, the oldest first. There are some
// hundreds at most.
func (tx *Tx) Documents() iter.Seq2[*Document, error] {
	return func(yield func(*Document, error) bool) {
		for d, err := range each[Document](tx, "document", "", "") {
			if err == nil && !d.Off.IsZero() {
				continue
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// ChangeDocument has change edit the document id, keeps the result and returns
// it. When change gives it another file, that one is fetched from now on, and the
// old one is deleted some days later. It returns [ErrOff] when the document was
// taken off the shelf, and [ErrChanged] when it is not at revision.
func (tx *Tx) ChangeDocument(id string, revision int, change func(*Document)) (*Document, error) {
	d, err := tx.Document(id)
	switch {
	case err != nil:
		return nil, err
	case !d.Off.IsZero():
		return d, ErrOff
	case d.Revision != revision:
		return d, ErrChanged
	}
	was := d.File
	change(d)
	d.Revision++
	d.Changed = tx.Now
	if d.File != was {
		d.Version++
		if err := errors.Join(tx.expireFile(was, tx.Now.Add(staleFile)), tx.giveFile(d)); err != nil {
			return nil, err
		}
	}
	return d, tx.putDocument(d)
}

// TakeOff takes the document id off the shelf: nobody fetches it any more, and
// its file is deleted some days later. What was sent of it can still be counted.
// It returns [ErrOff] when that was done before.
func (tx *Tx) TakeOff(id string) (*Document, error) {
	d, err := tx.Document(id)
	if err != nil {
		return nil, err
	}
	if !d.Off.IsZero() {
		return d, ErrOff
	}
	d.Off = tx.Now
	d.Revision++
	return d, errors.Join(tx.expireFile(d.File, tx.Now.Add(staleFile)), tx.putDocument(d))
}

// giveFile keeps the file of d for as long as it is d's. It belongs to nobody
// else then: whoever has put it there may leave.
func (tx *Tx) giveFile(d *Document) error {
	f, err := get[File](tx, "file", d.File)
	if err != nil {
		return err
	}
	d.Size = f.Size
	f.Member, f.Document, f.Expires = "", d.ID, onShelf
	return put(tx, "file", f.ID, f)
}

// putDocument keeps d, and for whom there is something on the shelf now. The latter
// is written even where it stays as it is: so of two who put something there and
// take something off at once, one sees what the other did.
func (tx *Tx) putDocument(d *Document) error {
	if err := put(tx, "document", d.ID, d); err != nil {
		return err
	}
	now, err := tx.shelved()
	if err != nil {
		return err
	}
	was, err := tx.Shelf()
	if err != nil {
		return err
	}
	was.Areas = now.Areas
	return put(tx, "meta", "shelf", was)
}

// shelved finds out for whom there is something on the shelf.
func (tx *Tx) shelved() (*Shelf, error) {
	s := &Shelf{Areas: map[Readers][]string{}}
	for d, err := range tx.Documents() {
		if err != nil {
			return nil, err
		}
		if at, there := slices.BinarySearch(s.Areas[d.For], d.Area); !there {
			s.Areas[d.For] = slices.Insert(s.Areas[d.For], at, d.Area)
		}
	}
	return s, nil
}

// Shelf says for whom there is something on the shelf.
func (tx *Tx) Shelf() (*Shelf, error) {
	s, err := get[Shelf](tx, "meta", "shelf")
	if errors.Is(err, ErrNotFound) {
		return &Shelf{}, nil
	}
	return s, err
}

// CountFetch counts that the member has fetched the document id. Who she was is
// not kept: her id only says where it is counted.
func (tx *Tx) CountFetch(id, member string) error {
	key := id + "/" + fetchShard(member)
	n, err := get[documentTally](tx, "document_tally", key)
	if errors.Is(err, ErrNotFound) {
		n, err = &documentTally{}, nil
	}
	if err != nil {
		return err
	}
	n.Fetched++
	return put(tx, "document_tally", key, n)
}

// Fetches is how often the document id was fetched.
func (tx *Tx) Fetches(id string) (all int, err error) {
	for n, err := range each[documentTally](tx, "document_tally", id+"/", after(id+"/")) {
		if err != nil {
			return 0, err
		}
		all += n.Fetched
	}
	return all, nil
}

// fetchShard is the shard on which the fetches of a member are counted.
func fetchShard(member string) string {
	sum := 0
	for _, b := range []byte(member) {
		sum = 31*sum + int(b)
	}
	return string("0123456789abcdef"[uint(sum)%fetchShards])
}
