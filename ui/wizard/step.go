package wizard

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// step is one screen: a small value that draws itself and answers messages. It knows no other
// step; where to go next is part of its outcome and is decided by the model.
type step interface {
	// enter is called whenever the screen is come to. Answers given earlier are kept.
	enter(sh *shared) (step, tea.Cmd)
	// update answers one message.
	update(sh *shared, msg tea.Msg) (step, outcome)
	// view draws the body for a width; focus is the line that must stay visible when the window is low.
	view(sh *shared, width int) (lines []string, focus int)
	// keys are the bindings of the footer, the most important first.
	keys(sh *shared) []key.Binding
	// typing reports whether a text field has the cursor.
	typing(sh *shared) bool
}

// worker is a step that may be in the middle of changing something, so that it cannot just be left.
type worker interface {
	// busy reports whether work is under way.
	busy() bool
	// halt asks the work to end after the call under way.
	halt(sh *shared) (step, tea.Cmd)
}

// move is where an outcome leads.
type move int

const (
	stay move = iota
	forward
	backward
	jump
	leave
)

// outcome is what a step asks of the model. The zero value: stay.
type outcome struct {
	move  move
	to    flow.StopID // with jump
	cmd   tea.Cmd
	print []string      // finished lines, for the scrollback
	read  *widget.Pager // something to read, over the whole window
}

// doing stays and runs a command.
func doing(cmd tea.Cmd) outcome { return outcome{cmd: cmd} }
