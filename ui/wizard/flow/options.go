package flow

import (
	"context"
	"io"

	"phonegate/provision/event"
)

// Where a wizard can start.
const (
	StartWelcome = "welcome"
	StartSandbox = "sandbox" // at once in the sandbox, without the welcome screen
)

// Options say how to run the wizard.
type Options struct {
	Backend Backend
	In      io.Reader
	Out     io.Writer
	// Start is StartWelcome or StartSandbox.
	Start string
	// Env is the environment; NO_COLOR is read from it.
	Env     []string
	NoColor bool
	// File is the path of the file with the answers, "" if none is written. What is written for people goes beside it.
	File string
	// Sandbox makes the backend of the sandbox when "Try it here" is chosen on the welcome screen. Without
	// it, Backend serves both.
	Sandbox func(ctx context.Context) (Backend, error)
}

// Result is what a run of the wizard achieved, for the exit code and the last words.
type Result struct {
	Tenant      string
	Sandbox     bool
	Finished    bool // the person went to the end, or left where leaving is an end
	Applied     bool
	Tested      bool
	Interrupted bool
	Files       []string // written by "write the files only"
	Outcome     event.Outcome
	// Err is the last failure that was not put right.
	Err error
}

// Continue is the command that carries on where the run ended, "" if nothing is left to do.
func (r Result) Continue() string {
	switch {
	case r.Sandbox && !r.Finished:
		return "phonegate sandbox"
	case r.Sandbox || r.Finished && r.Err == nil:
		return ""
	case r.Applied:
		return "phonegate smoke --tenant " + r.Tenant
	case r.Outcome.Created+r.Outcome.Updated > 0:
		return "phonegate apply --tenant " + r.Tenant
	}
	return "phonegate"
}
