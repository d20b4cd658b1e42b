package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"chihai/store"
)

// runVersion says which version this is, as far as the go command noted it.
func runVersion(_ context.Context, c *call) error {
	if _, err := c.parse(c.flags("version"), 0, 0); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.stdout, "chihai %s, %s %s/%s, schema %d\n",
		version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, store.SchemaVersion())
	return err
}

// version is the version and the revision, as far as they are known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return info.Main.Version + " " + s.Value
		}
	}
	return info.Main.Version
}
