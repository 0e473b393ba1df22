package config

import (
	"fmt"
	"slices"
	"strings"

	"phonegate/provision/fault"
)

// Problem is one thing that is wrong in the file or in an answer.
type Problem struct {
	// Origin is where the value came from: a file's name, a flag, a variable.
	Origin string
	// Line and Column are its place in the file, counted from one; 0 without a place.
	Line, Column int
	// Key is the setting, e.g. "tenants.dev.auth0.domain".
	Key string
	// Message says what is wrong and what is allowed.
	Message string
}

// String is the problem in one line, led by its place so that editors can jump to it.
func (p Problem) String() string {
	var parts []string
	switch {
	case p.Line > 0:
		parts = append(parts, fmt.Sprintf("%s:%d:%d", p.Origin, p.Line, p.Column))
	case p.Origin != "":
		parts = append(parts, p.Origin)
	}
	if p.Key != "" {
		parts = append(parts, p.Key)
	}
	return strings.Join(append(parts, p.Message), ": ")
}

// Problems are all the things that are wrong, found in one go.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err is the problems as a Usage error; nil if there are none. A name is that of the file they are in.
func (ps Problems) err(name string) error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	hint := "Correct it and run the same command again."
	if len(ps) > 1 {
		hint = "Correct these and run the same command again."
	}
	message := ps.Error()
	if len(ps) > 1 {
		what := "The answers have"
		if name != "" {
			what = name + " has"
		}
		message = fmt.Sprintf("%s %s:\n%s", what, fault.Count(len(ps), "problem"), message)
	}
	return fault.Wrap(ps, fault.Usage, "config.invalid", hint, "%s", message)
}
