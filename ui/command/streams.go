package command

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
)

// Streams is what a command touches of the process around it.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	// Dir is the project's directory: phonegate.yaml and .phonegate are looked for here.
	Dir string
	// InTerminal and OutTerminal say whether a person is at either end.
	InTerminal, OutTerminal bool
	// Width is the terminal's width in columns.
	Width int
}

// System is the process's own surroundings.
func System() Streams {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	s := Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Dir: dir,
		InTerminal: term.IsTerminal(os.Stdin.Fd()), OutTerminal: term.IsTerminal(os.Stdout.Fd()), Width: 80,
	}
	if w, _, err := term.GetSize(os.Stdout.Fd()); err == nil && w > 0 {
		s.Width = w
	}
	return s
}

// line asks for one line of text on the terminal.
func (s Streams) line(prompt string) (string, error) {
	fmt.Fprint(s.Err, prompt)
	text, err := bufio.NewReader(s.In).ReadString('\n')
	if err != nil && text == "" {
		return "", err
	}
	return strings.TrimSpace(text), nil
}

// masked asks for a secret without showing it.
func (s Streams) masked(prompt string) (string, error) {
	f, ok := s.In.(*os.File)
	if !ok {
		return s.line(prompt)
	}
	fmt.Fprint(s.Err, prompt)
	b, err := term.ReadPassword(f.Fd())
	fmt.Fprintln(s.Err)
	return string(b), err
}
