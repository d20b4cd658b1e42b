package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The README's table of variables must be what help prints.
func TestREADMENamesVariables(t *testing.T) {
	raw, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range variables() {
		value := v.value
		if value != "" {
			value = "`" + value + "`"
		}
		if row := fmt.Sprintf("| `%s` | %s | %s |", v.name, v.what, value); !strings.Contains(string(raw), row) {
			t.Errorf("the README lacks the row %s", row)
		}
	}
}
