package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"

	"phonegate/provision/fault"
)

// Streams is what a command touches of the process around it. Paths are relative to the process's directory.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	// InTerminal and OutTerminal say whether a person is at either end.
	InTerminal, OutTerminal bool
	// Width is the terminal's width in columns.
	Width int
}

// System is the process's own surroundings.
func System() Streams {
	s := Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv,
		InTerminal: term.IsTerminal(os.Stdin.Fd()), OutTerminal: term.IsTerminal(os.Stdout.Fd()), Width: 80,
	}
	if w, _, err := term.GetSize(os.Stdout.Fd()); err == nil && w > 0 {
		s.Width = w
	}
	return s
}

// line asks for one line of text on the terminal.
func (s Streams) line(ctx context.Context, prompt string) (string, error) {
	fmt.Fprint(s.Err, prompt)
	return s.read(ctx, func() (string, error) { return readLine(s.In) })
}

// masked asks for a secret without showing it. The terminal is quiet before the question appears, so that what is pasted early is not
// shown either, and as it was before when this returns, whatever happens.
func (s Streams) masked(ctx context.Context, prompt string) (string, error) {
	f, ok := s.In.(*os.File)
	if !ok {
		return s.line(ctx, prompt)
	}
	before, err := term.MakeRaw(f.Fd())
	if err != nil {
		return "", fault.Wrap(err, fault.Failed, "prompt.terminal", "Set it in the environment instead.", "This terminal can't hide what is typed.")
	}
	defer func() {
		_ = term.Restore(f.Fd(), before)
		fmt.Fprintln(s.Err)
	}()
	fmt.Fprint(s.Err, prompt)
	return s.read(ctx, func() (string, error) { return readSecret(f) })
}

// readSecret reads the keys of one line from a terminal that passes them on as they are.
func readSecret(r io.Reader) (string, error) {
	const ctrlC, ctrlD, ctrlU, backspace, del = 3, 4, 21, 8, 127
	var typed []byte
	for b := make([]byte, 1); ; {
		if n, err := r.Read(b); n == 0 {
			if err == nil {
				continue
			}
			return "", err
		}
		switch b[0] {
		case '\r', '\n':
			return string(typed), nil
		case ctrlC:
			return "", fault.Of(context.Canceled)
		case ctrlD:
			return "", io.EOF
		case ctrlU:
			typed = nil
		case backspace, del:
			typed = typed[:max(len(typed)-1, 0)]
		default:
			typed = append(typed, b[0])
		}
	}
}

// read waits for an answer or for the end of the context: a person who presses ctrl+c at a question wants to leave.
func (s Streams) read(ctx context.Context, ask func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := ask()
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		if errors.Is(a.err, io.EOF) {
			return "", fault.Wrap(a.err, fault.Usage, "prompt.ended", "Answer it, or pass the answer as a flag or in the environment.", "The input ended before a question was answered.")
		}
		return strings.TrimSpace(a.text), a.err
	case <-ctx.Done():
		return "", fault.Of(ctx.Err())
	}
}

// readLine reads up to the end of the line and not a byte further: what follows is for the next question.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); ; {
		n, err := r.Read(b)
		switch {
		case n == 1 && b[0] == '\n':
			return string(line), nil
		case n == 1:
			line = append(line, b[0])
		case errors.Is(err, io.EOF) && len(line) > 0:
			return string(line), nil
		case err != nil:
			return "", err
		}
	}
}
