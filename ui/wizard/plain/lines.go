package plain

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"
)

// lines reads answers one line at a time, and gives up when its context ends.
type lines struct {
	ctx  context.Context
	scan *bufio.Scanner
	fd   uintptr
	tty  bool
}

func newLines(ctx context.Context, in io.Reader) *lines {
	l := &lines{ctx: ctx, scan: bufio.NewScanner(in)}
	if f, ok := in.(*os.File); ok && term.IsTerminal(f.Fd()) {
		l.fd, l.tty = f.Fd(), true
	}
	return l
}

// hides reports whether what is typed can be kept off the screen.
func (l *lines) hides() bool { return l.tty }

// read is the next line without the space around it; io.EOF when there is none.
func (l *lines) read(secret bool) (string, error) {
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() { // a read cannot be interrupted, so it is left behind if the context ends
		if secret && l.tty {
			b, err := term.ReadPassword(l.fd)
			got <- answer{string(b), err}
			return
		}
		if l.scan.Scan() {
			got <- answer{l.scan.Text(), nil}
			return
		}
		err := l.scan.Err()
		if err == nil {
			err = io.EOF
		}
		got <- answer{"", err}
	}()
	select {
	case a := <-got:
		return strings.TrimSpace(a.text), a.err
	case <-l.ctx.Done():
		return "", l.ctx.Err()
	}
}
