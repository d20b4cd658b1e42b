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
	version, revision := "(unknown)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value
			}
		}
	}
	_, err := fmt.Fprintf(c.stdout, "chihai %s%s, %s %s/%s, schema %d\n",
		version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH, store.SchemaVersion())
	return err
}
