package store

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// areaColumns are the columns of a table of areas, by name; further ones are
// not looked at.
var areaColumns = []string{"code", "name", "kind", "parent", "valid_from", "valid_to", "predecessors", "aliases"}

// ReadAreas reads a table of areas: CSV in UTF-8 with the columns code, name,
// kind, parent, valid_from, valid_to, predecessors and aliases, in any order.
// Dates are YYYY-MM-DD, several values in a cell are separated by semicolons,
// lines that begin with # are comments. A cell with a control
// character is refused. An error names the line.
func ReadAreas(r io.Reader) ([]*Area, error) {
	table := csv.NewReader(r)
	table.Comment = '#'
	table.FieldsPerRecord = -1
	head, err := table.Read()
	if err == io.EOF {
		return nil, fmt.Errorf("the table of areas is empty")
	}
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range head {
		column[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))] = i
	}
	for _, name := range areaColumns[:3] {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("the table of areas has no column %q", name)
		}
	}
	var areas []*Area
	seen := map[string]bool{}
	for {
		row, err := table.Read()
		if err == io.EOF {
			return areas, nil
		}
		if err != nil {
			return nil, err
		}
		cell := func(name string) string {
			i, ok := column[name]
			if !ok || i >= len(row) {
				return ""
			}
			return norm.NFC.String(strings.TrimSpace(row[i]))
		}
		line, _ := table.FieldPos(0)
		for _, name := range areaColumns {
			if err := printable(cell(name)); err != nil {
				return nil, fmt.Errorf("line %d: %s: %w", line, name, err)
			}
		}
		a := &Area{
			Code: cell("code"), Name: cell("name"), Kind: cell("kind"), Parent: cell("parent"),
			Predecessors: list(cell("predecessors")), Aliases: list(cell("aliases")),
		}
		if a.From, err = day(cell("valid_from")); err != nil {
			return nil, fmt.Errorf("line %d: valid_from: %w", line, err)
		}
		if a.Until, err = day(cell("valid_to")); err != nil {
			return nil, fmt.Errorf("line %d: valid_to: %w", line, err)
		}
		switch {
		case a.Code == "" || len(a.Code) > 40 || strings.ContainsAny(a.Code, "/ "):
			return nil, fmt.Errorf("line %d: %q cannot be a code", line, a.Code)
		case a.Name == "":
			return nil, fmt.Errorf("line %d: area %q has no name", line, a.Code)
		case seen[a.Code]:
			return nil, fmt.Errorf("line %d: code %q stands twice", line, a.Code)
		}
		seen[a.Code] = true
		areas = append(areas, a)
	}
}

// printable returns an error for a cell that would break the message or the
// terminal in which it is shown, or that the store could not keep.
func printable(cell string) error {
	switch {
	case !utf8.ValidString(cell):
		return errors.New("not UTF-8")
	case strings.ContainsFunc(cell, unicode.IsControl):
		return errors.New("a control character stands in it")
	}
	return nil
}

func list(cell string) []string {
	parts := strings.Split(cell, ";")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

func day(cell string) (time.Time, error) {
	if cell == "" {
		return time.Time{}, nil
	}
	return time.Parse("2006-01-02", cell)
}
