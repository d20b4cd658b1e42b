package store

import (
	"bytes"
	"maps"
	"slices"
	"sync"
)

// Readings remember what documents said that turns read over and over: who
// speaks, where her talk stands, what a training is. Whether a document still
// says so is decided by its bytes, so a reading is never older than the
// transaction that asks; only the decoding is saved, which was a third of a
// turn, and the opening of what is sealed. The zero value is empty and ready.
type readings[T any] struct {
	mu   sync.Mutex
	seen map[string]reading[T]
}

type reading[T any] struct {
	raw []byte
	v   *T // nobody else's
}

// maxReadings bounds the memory of each kind: about 1 KB a document.
const maxReadings = 4096

// read returns the document of the bucket under key. The caller owns it.
func read[T any](tx *Tx, r *readings[T], bucket, key string, clone func(*T) *T) (*T, error) {
	raw, err := tx.kv.Get(bucket, key)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	was, ok := r.seen[key]
	r.mu.Unlock()
	if ok && bytes.Equal(was.raw, raw) {
		return clone(was.v), nil
	}
	v := new(T)
	if err := decode(tx, bucket, key, raw, v); err != nil {
		return nil, err
	}
	r.keep(key, raw, clone(v))
	return v, nil
}

// write keeps v as the document of the bucket under key.
func write[T any](tx *Tx, r *readings[T], bucket, key string, v *T, clone func(*T) *T) error {
	raw, err := encode(tx, bucket, key, v)
	if err != nil {
		return err
	}
	if err := tx.kv.Put(bucket, key, raw); err != nil {
		return err
	}
	r.keep(key, raw, clone(v)) // if the transaction fails, the bytes will differ
	return nil
}

func (r *readings[T]) keep(key string, raw []byte, v *T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil || len(r.seen) >= maxReadings {
		r.seen = map[string]reading[T]{}
	}
	r.seen[key] = reading[T]{raw, v}
}

// Copies that share nothing which anybody changes. A test holds them to it.

func (t *Training) clone() *Training {
	c := *t
	c.Name, c.Audience = maps.Clone(t.Name), maps.Clone(t.Audience)
	return &c
}

func (r *Registration) clone() *Registration {
	c := *r
	return &c
}

func (m *Member) clone() *Member {
	c := *m
	c.Contacts, c.FormerCodes = slices.Clone(m.Contacts), slices.Clone(m.FormerCodes)
	return &c
}

func (c *Contact) clone() *Contact {
	d := *c
	d.Members = slices.Clone(c.Members)
	return &d
}

func (c *Conversation) clone() *Conversation {
	d := *c
	d.Frames = cloneFrames(c.Frames)
	d.Waiting = slices.Clone(c.Waiting)
	for i := range d.Waiting {
		d.Waiting[i] = cloneFrames(d.Waiting[i])
	}
	d.Prompt = c.Prompt.clone()
	if c.Last != nil {
		last := *c.Last
		d.Last = &last
	}
	return &d
}

func cloneFrames(frames []Frame) []Frame {
	frames = slices.Clone(frames)
	for i := range frames {
		frames[i] = *frames[i].clone()
	}
	return frames
}

func (f *Frame) clone() *Frame {
	if f == nil {
		return nil
	}
	c := *f
	c.Notes = maps.Clone(f.Notes)
	c.Trail = slices.Clone(f.Trail)
	for i := range c.Trail {
		c.Trail[i].In = c.Trail[i].In.clone()
	}
	c.Held = f.Held.clone()
	return &c
}

func (p *Prompt) clone() *Prompt {
	if p == nil {
		return nil
	}
	c := *p
	c.Choices, c.Voices = slices.Clone(p.Choices), slices.Clone(p.Voices)
	c.Below = p.Below.clone()
	return &c
}
