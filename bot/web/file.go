package web

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"chihai/store"
)

// A head is what a page is told of a file before it fetches it.
type head struct{ Name, Type string }

// heads remembers heads of files. A file never changes.
type heads struct {
	mu sync.Mutex
	of map[string]head // by file id
}

// maxHeads bounds the memory of heads: about half a megabyte.
const maxHeads = 4096

func newHeads() *heads { return &heads{of: map[string]head{}} }

func (h *heads) put(id string, v head) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.of) >= maxHeads {
		clear(h.of)
	}
	h.of[id] = v
}

func (h *heads) get(id string) (head, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, ok := h.of[id]
	return v, ok
}

// read makes sure that the heads of all files of lines are known that are
// still kept.
func (h *heads) read(tx *store.Tx, lines []store.Line) error {
	for _, l := range lines {
		if _, known := h.get(l.File); known || l.File == "" {
			continue
		}
		f, _, err := tx.FileHead(l.File)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		h.put(f.ID, head{f.Name, f.Type})
	}
	return nil
}

// shown returns what a page is told of the file id.
func (h *heads) shown(id string) *shownFile {
	v, known := h.get(id)
	if !known {
		return &shownFile{}
	}
	f := &shownFile{URL: "/chat/file/" + url.PathEscape(id), Name: v.Name}
	switch kind, inline := safeType(v.Type); {
	case inline && strings.HasPrefix(kind, "image/"):
		f.As = "image"
	case inline:
		f.As = "audio"
	}
	return f
}

// safeType returns the media type without parameters and whether a browser may
// show such a file inside a page. What may carry scripts, SVG for one, may not.
func safeType(t string) (string, bool) {
	kind, _, err := mime.ParseMediaType(t)
	if err != nil {
		return "application/octet-stream", false
	}
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp",
		"audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/webm", "audio/wav", "audio/x-wav":
		return kind, true
	}
	return kind, false
}

// file answers with a file that stands on the visitor's screen, and with
// nothing for every other: who guesses an id learns not even that it exists.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	if !s.limits.requests.take(s.neighbour(r)) {
		tooMany(w)
		return
	}
	id, visitor := r.PathValue("id"), r.URL.Query().Get("visitor")
	var f *store.File
	var data []byte
	var mine bool // what she has sent: nobody has looked at it
	err := s.Store.View(r.Context(), func(tx *store.Tx) error {
		if err := checkToken(tx, visitor); err != nil {
			return err
		}
		lines, err := allLines(tx, tx.ContactID(chatName, visitor))
		if err != nil {
			return err
		}
		lines = present(lines)
		at := slices.IndexFunc(lines, func(l store.Line) bool { return l.File == id })
		if id == "" || at < 0 {
			return store.ErrNotFound
		}
		mine = lines[at].Mine
		f, data, err = tx.File(id)
		return err
	})
	if err == nil && !s.Store.Now().Before(f.Expires) {
		err = store.ErrNotFound
	}
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, errVisitor):
		http.NotFound(w, r)
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	if _, err := unhurried(w); err != nil {
		s.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	kind, inline := safeType(f.Type)
	h.Set("Content-Type", kind)
	how := "attachment"
	if inline && !mine { // a page shows a picture all the same; opened by itself it is saved
		how = "inline"
	}
	if as := mime.FormatMediaType(how, map[string]string{"filename": f.Name}); as != "" {
		how = as
	}
	h.Set("Content-Disposition", how)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// voice answers with a recording of what the bot says to everybody.
func (s *Server) voice(w http.ResponseWriter, r *http.Request) {
	if s.Voice == nil {
		http.NotFound(w, r)
		return
	}
	data, found := s.Voice(r.PathValue("language"), r.PathValue("id"))
	if !found {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "audio/ogg")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}
