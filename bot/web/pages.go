package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var assets embed.FS

// Pages are the templates and what they refer to, ready to be handed out. They
// do not change, so that several servers may share them.
type Pages struct {
	templates *template.Template
	files     map[string]asset
}

// An asset is a script, a style or a picture.
type asset struct {
	kind    string // media type
	version string // of the content; stands in its address, so that browsers may keep it for ever
	plain   []byte
	packed  []byte // the same with gzip: most phones pay for what they load
}

// ReadPages reads the embedded assets. It panics when one is broken, which every
// test finds.
func ReadPages() *Pages {
	p := &Pages{files: map[string]asset{}}
	list, err := assets.ReadDir("assets")
	if err != nil {
		panic(err)
	}
	for _, e := range list {
		if path.Ext(e.Name()) == ".html" {
			continue
		}
		plain, err := assets.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err)
		}
		p.files[e.Name()] = newAsset(e.Name(), plain)
	}
	p.templates = template.Must(template.New("").Funcs(template.FuncMap{"asset": p.address}).ParseFS(assets, "assets/*.html"))
	return p
}

func newAsset(name string, plain []byte) asset {
	sum := sha256.Sum256(plain)
	a := asset{kind: mime.TypeByExtension(path.Ext(name)), version: hex.EncodeToString(sum[:6]), plain: plain}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(plain) // a buffer takes everything
	z.Close()
	a.packed = b.Bytes()
	return a
}

// address is where a page finds the asset name.
func (p *Pages) address(name string) (string, error) {
	a, found := p.files[name]
	if !found {
		return "", fmt.Errorf("no asset %s", name)
	}
	return "/assets/" + name + "?v=" + a.version, nil
}

// asset hands out one of the files.
func (p *Pages) asset(w http.ResponseWriter, r *http.Request) {
	a, found := p.files[r.PathValue("name")]
	if !found {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Vary", "Accept-Encoding")
	if r.URL.Query().Get("v") == a.version {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		w.Write(a.packed)
		return
	}
	w.Write(a.plain)
}

// show answers with the page that the template name makes of v.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, name string, v any) {
	var b bytes.Buffer
	if err := s.pages.templates.ExecuteTemplate(&b, name, v); err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}
