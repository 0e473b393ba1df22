package templates

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// The one literal of a template lies between these comments.
const (
	configBegin = "/* phonegate:config */ "
	configEnd   = " /* phonegate:end */"
)

// fill puts a configuration into the one literal of a template.
func fill(template []byte, config any) ([]byte, error) {
	literal, err := marshal(config)
	if err != nil {
		return nil, err
	}
	head, rest, found := bytes.Cut(template, []byte(configBegin))
	_, tail, closed := bytes.Cut(rest, []byte(configEnd))
	if !found || !closed || bytes.Contains(tail, []byte(configBegin)) {
		return nil, errors.New("templates: a template needs exactly one configuration literal")
	}
	return bytes.Join([][]byte{head, []byte(configBegin), literal, []byte(configEnd), tail}, nil), nil
}

// marshal writes JSON that is safe inside a script element (json.Marshal escapes <, >, & and the line separators
// of JavaScript) and inside an Auth0 login page (which replaces @@config@@ wherever it stands).
func marshal(config any) ([]byte, error) {
	data, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return []byte(strings.ReplaceAll(string(data), "@", `\u0040`)), nil
}

// literalOf reads the literal back out of a rendered file.
func literalOf(file []byte, config any) error {
	_, rest, found := bytes.Cut(file, []byte(configBegin))
	if !found {
		return errors.New("templates: there is no configuration of phonegate in this file")
	}
	// A decoder stops by itself at the literal's end, whatever its strings hold.
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(config); err != nil {
		return fmt.Errorf("templates: the configuration in this file can't be read: %w", err)
	}
	return nil
}
