package main

import (
	"context"
	"fmt"
	"text/tabwriter"
)

// runHelp says what there is.
func runHelp(_ context.Context, c *call) error {
	fmt.Fprint(c.stdout, "Chị Hai is the chat backend of a provincial Women's Union.\n\nCommands:\n\n")
	table := tabwriter.NewWriter(c.stdout, 0, 0, 3, ' ', 0)
	for _, cmd := range commands() {
		fmt.Fprintf(table, "    %s %s\t%s\n", cmd.name, cmd.args, cmd.what)
	}
	table.Flush()
	fmt.Fprint(c.stdout, "\n\"chihai COMMAND -h\" says more of one.\n\nEnvironment, with what holds when it is not set:\n\n")
	table = tabwriter.NewWriter(c.stdout, 0, 0, 3, ' ', 0)
	for _, v := range variables() {
		value := v.value
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(table, "    %s\t%s\t%s\n", v.name, value, v.what)
	}
	return table.Flush()
}
