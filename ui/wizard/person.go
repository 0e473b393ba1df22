package wizard

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// codeMsg is the live test asking for the code that was sent.
type codeMsg struct {
	to, problem string
	answer      chan<- string
}

// visitMsg is the live test asking for an address to be opened.
type visitMsg struct{ url string }

// asker is a Person who answers through the wizard.
type asker struct{ emit func(tea.Msg) }

// Code shows the code field and waits for what is typed.
func (a asker) Code(ctx context.Context, to, problem string) (string, error) {
	answer := make(chan string, 1)
	a.emit(codeMsg{to, problem, answer})
	select {
	case code := <-answer:
		return code, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Open shows the address and opens it.
func (a asker) Open(_ context.Context, url string) error {
	a.emit(visitMsg{url})
	return nil
}
