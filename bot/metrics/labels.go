package metrics

import (
	"errors"
	"slices"
	"strings"

	"chihai/flows"
	"chihai/store"
)

// What labels may say. Anything else is "other".
var (
	networks = []string{"console", "telegram", "web", "zalo"}
	kinds    = []flows.Kind{
		flows.Text, flows.Choice, flows.Contact, flows.Location, flows.File, flows.Other,
		flows.Due, flows.Outcome, flows.Unreachable, flows.Reachable,
	}
	lanes = []string{"reply", "reminder", "club", "province"} // of the outbox, in their order
)

const (
	clock = "clock" // in place of a network: the bot itself
	other = "other"
)

// network is the network of a channel, such as "telegram" of
// "telegram:7000000001".
func network(channel string) string {
	name, _, _ := strings.Cut(channel, ":")
	switch {
	case channel == "":
		return clock
	case slices.Contains(networks, name):
		return name
	}
	return other
}

func kind(k flows.Kind) string {
	if slices.Contains(kinds, k) {
		return string(k)
	}
	return other
}

func lane(i int) string {
	if i < len(lanes) {
		return lanes[i]
	}
	return other
}

// commitOutcome says what err means for what was to be kept.
func commitOutcome(err error) string {
	switch {
	case err == nil:
		return "kept"
	case errors.Is(err, store.ErrRefused):
		return "refused"
	}
	return "lost"
}
