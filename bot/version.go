package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"chihai/store"
)

// A build is what the go command noted of how this program was made. It notes
// a revision only when it builds in a checkout.
type build struct {
	version  string // of the module; "(devel)" outside of a release
	revision string // of the source; empty: not known
	time     string // of that revision, RFC 3339; empty: not known
	dirty    bool   // the source was changed since
}

// thisBuild returns that of the program that runs.
func thisBuild() build {
	b := build{version: "(unknown)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.revision = s.Value
		case "vcs.time":
			b.time = s.Value
		case "vcs.modified":
			b.dirty = s.Value == "true"
		}
	}
	return b
}

// source names the revision, and says where the program was built from
// something that no revision holds.
func (b build) source() string {
	switch {
	case b.revision == "":
		return "unknown"
	case b.dirty:
		return b.revision + "+changed"
	}
	return b.revision
}

// runVersion says which version this is.
func runVersion(_ context.Context, c *call) error {
	if _, err := c.parse(c.flags("version"), 0, 0); err != nil {
		return err
	}
	b := thisBuild()
	source := []string{"revision " + b.source()}
	if b.time != "" {
		source = append(source, "of "+b.time)
	}
	_, err := fmt.Fprintf(c.stdout, "chihai %s, %s, %s %s/%s, schema %d\n",
		b.version, strings.Join(source, " "), runtime.Version(), runtime.GOOS, runtime.GOARCH, store.SchemaVersion())
	return err
}
