package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"chihai/bot/channel"
	"chihai/flows"
	"chihai/store"
)

// This file takes files that visitors send. A file stands in the store until the
// flow that wanted it has fetched it, as it would stand with another network.

var _ channel.Fetcher = (*Chat)(nil)

const (
	// uploadPath is where the page posts a file: its bytes are the body, the media
	// type that the browser claims is the header's, the rest stands in the address.
	uploadPath = "/chat/upload"
	// uploadTime is for how long a file is kept for whoever fetches it.
	uploadTime = 24 * time.Hour
	// uploadWait is how long a file may take to arrive: 20 MB in that time is what
	// a poor line of a telephone does.
	uploadWait = 4 * time.Minute
	// uploadsAtOnce bounds the memory that files on their way take.
	uploadsAtOnce = 6
	// maxFileName is how long the name of a file is, in characters.
	maxFileName = 120
)

// uploads bound what is taken in. Their tokens are megabytes, begun ones counted
// whole.
type uploads struct {
	places     chan struct{} // one for each that is under way
	visitors   *limiter
	neighbours *limiter
	all        *limiter // under the key ""
}

func newUploads(now func() time.Time) uploads {
	return uploads{
		places:     make(chan struct{}, uploadsAtOnce),
		visitors:   newLimiter(now, 1.0/60, 80),
		neighbours: newLimiter(now, 1.0/5, 600),
		all:        newLimiter(now, 1.0/15, 3000),
	}
}

// take takes what a file of that size costs and says whether there was so much.
func (u *uploads) take(visitor, neighbour string, size int64) bool {
	n := float64((size + 1<<20 - 1) >> 20)
	return u.visitors.takes(visitor, n) && u.neighbours.takes(neighbour, n) && u.all.takes("", n)
}

// upload takes one file of a visitor: keeps it, with a line of her screen, hands it
// over and answers 200 when it was kept for good.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	neighbour := s.neighbour(r)
	if !s.limits.requests.take(neighbour) {
		tooMany(w)
		return
	}
	q := r.URL.Query()
	d := said{Visitor: q.Get("visitor"), ID: q.Get("id")}
	switch {
	case len(d.Visitor) > maxToken:
		http.Error(w, errVisitor.Error(), http.StatusGone)
		return
	case !isRef(d.ID):
		http.Error(w, "id is not of 8 to 64 letters, digits and dashes", http.StatusBadRequest)
		return
	case r.ContentLength < 0:
		http.Error(w, "how long the file is must be said", http.StatusLengthRequired)
		return
	case r.ContentLength == 0:
		http.Error(w, "the file is empty", http.StatusBadRequest)
		return
	case r.ContentLength > store.MaxFile:
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	err := s.Store.View(r.Context(), func(tx *store.Tx) error { return checkToken(tx, d.Visitor) })
	switch {
	case errors.Is(err, errVisitor): // before a byte of it is read
		http.Error(w, err.Error(), http.StatusGone)
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	if !s.limits.said.take(d.Visitor) || !s.uploads.take(d.Visitor, neighbour, r.ContentLength) {
		tooMany(w)
		return
	}
	select {
	case s.uploads.places <- struct{}{}:
		defer func() { <-s.uploads.places }()
	default:
		http.Error(w, "too many files are on their way", http.StatusServiceUnavailable)
		return
	}
	data, err := arrive(w, r)
	if err != nil {
		http.Error(w, "the file did not arrive whole", http.StatusBadRequest)
		return
	}
	f := &store.File{Name: uploadName(q.Get("name")), Type: uploadType(r.Header.Get("Content-Type"), data)}
	done := make(chan error, 1)
	if err := s.chat.takeFile(r.Context(), d, f, data, done); err != nil {
		s.fail(w, r, err)
		return
	}
	s.confirm(w, r, done)
}

// arrive reads the file, which has more time than other posts.
func arrive(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	rc, until := http.NewResponseController(w), time.Now().Add(uploadWait)
	if err := errors.Join(rc.SetReadDeadline(until), rc.SetWriteDeadline(until.Add(writeWait))); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return nil, err
	}
	data := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, data); err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	return data, nil
}

// takeFile keeps f with its line, unless an earlier post of the same input did, and
// hands it over; done gets its outcome.
func (c *Chat) takeFile(ctx context.Context, d said, f *store.File, data []byte, done chan<- error) error {
	turn := c.turn(d.Visitor)
	turn.Lock()
	defer turn.Unlock()
	in := flows.Input{Channel: chatName, From: d.Visitor, Kind: flows.File}
	var contact string
	var line *store.Line
	err := c.store.Update(ctx, func(tx *store.Tx) error {
		in.At, line = tx.Now, nil
		contact = tx.ContactID(chatName, d.Visitor)
		in.ID = contact + "/" + d.ID
		fresh, err := tx.FirstSeen(in.ID + "/line")
		if err != nil {
			return err
		}
		if !fresh {
			in.File.ID, err = sentFile(tx, contact, d.ID)
			return err
		}
		f.Expires = tx.Now.Add(uploadTime)
		if f.Member, err = speaker(tx, contact); err != nil {
			return err
		}
		if err := tx.PutFile(f, data); err != nil {
			return err
		}
		in.File.ID = f.ID
		line = &store.Line{ID: ownID(tx.NewID(), d.ID), Mine: true, File: f.ID}
		_, err = tx.ShowLine(contact, line)
		return err
	})
	if err != nil {
		return err
	}
	if line != nil {
		c.heads.put(f.ID, head{Name: f.Name, Type: f.Type})
		c.streams.push(contact, *line)
	}
	in.File.Name, in.File.Type, in.File.Size = f.Name, f.Type, int64(len(data))
	if strings.HasPrefix(f.Type, "image/") {
		in.File.Name = "" // as other networks hand over what was just taken
	}
	if !c.hear(in, func(err error) { done <- err }) {
		return errDeaf
	}
	return nil
}

// sentFile is the id of the file that the visitor's post ref has left; empty: it
// stands on her screen no more.
func sentFile(tx *store.Tx, contact, ref string) (string, error) {
	for l, err := range tx.Screen(contact) {
		if err != nil {
			return "", err
		}
		if l.Mine && ownRef(l.ID) == ref {
			return l.File, nil
		}
	}
	return "", nil
}

// speaker is the member who speaks from the contact now, with whom its files are
// deleted; empty: nobody is known there yet.
func speaker(tx *store.Tx, contact string) (string, error) {
	c, err := tx.Contact(contact)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return c.Speaker, nil
}

// Fetch returns the bytes of a file that a visitor has sent. [channel.ErrRefused]
// says that it is kept no more.
func (c *Chat) Fetch(ctx context.Context, id string, most int) (data []byte, err error) {
	err = c.store.View(ctx, func(tx *store.Tx) error {
		_, data, err = tx.File(id)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, fmt.Errorf("%w: file is gone", channel.ErrRefused)
	case err != nil:
		return nil, err
	case len(data) > most:
		return nil, channel.ErrTooLarge
	}
	return data, nil
}

// uploadName is the name of a file without folders.
func uploadName(name string) string {
	name = strings.NewReplacer(`\`, "/", "\n", " ", "\t", " ").Replace(clean(name, 4*maxFileName))
	name = path.Base("/" + name)
	if name = clean(strings.Trim(name, "/"), maxFileName); name == "" || name == "." || name == ".." {
		return "tep"
	}
	return name
}

// uploadType is the media type of a file. What a browser claims to be a picture is
// one only if it begins like one.
func uploadType(claimed string, data []byte) string {
	kind, _, err := mime.ParseMediaType(claimed)
	if err != nil || len(kind) > 100 {
		kind = "application/octet-stream"
	}
	if _, inline := safeType(kind); inline && strings.HasPrefix(kind, "image/") {
		kind, _, _ = mime.ParseMediaType(http.DetectContentType(data))
	}
	return kind
}
