package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host/kind"
	"phonegate/provision/state"
	"phonegate/ui/render"
)

// report says how a command failed: under --json with a result on standard output unless it is there already, and in prose on
// standard error where standard output has not told it to a person.
func (p *program) report(command string, err error) {
	if !p.reported {
		result := event.Result{Type: "result", Command: command, Requests: noRequests(), Error: event.FromError(whole(err))}
		if p.json {
			render.JSON(p.Out).Emit(result)
		}
		if log, bad := p.openLog(nil); bad == nil && log != nil {
			log.Emit(result)
			_ = log.Close()
		}
	}
	if !p.reported || p.json {
		p.complain(err)
	}
	// What could not be saved is told in any case: it is all there is of it.
	if lost, ok := errors.AsType[*state.Unsaved](err); ok {
		fmt.Fprintf(p.Err, "\n%s\n", lost.Recovery())
	}
}

// complain says on standard error what happened, why and what to do next. What happened to several tenants alike is said once.
func (p *program) complain(err error) {
	said := map[string]bool{}
	for _, e := range fault.Split(err) {
		f := fault.Of(e)
		what := f.Message + "\x00" + f.Hint
		if said[what] {
			continue
		}
		said[what] = true
		glyph := render.StateOf(event.Failed).Glyph()
		if f.Category == fault.Differences {
			glyph = render.Warn.Glyph()
		}
		fmt.Fprintf(p.Err, "%s %s\n", glyph, f.Message)
		if f.Hint != "" {
			fmt.Fprintf(p.Err, "  %s\n", f.Hint)
		}
		if f.Detail != "" {
			fmt.Fprintf(p.Err, "  Details: %s\n", f.Detail)
		}
		if f.RequestID != "" {
			fmt.Fprintf(p.Err, "  Request ID: %s\n", f.RequestID)
		}
	}
}

// whole is joined errors as one: all that they say, under the worst one's code.
func whole(err error) error {
	all := fault.Split(err)
	if err == nil || len(all) == 1 {
		return err
	}
	var messages, hints []string
	for _, e := range all {
		f := fault.Of(e)
		messages = append(messages, f.Message)
		if f.Hint != "" && !slices.Contains(hints, f.Hint) {
			hints = append(hints, f.Hint)
		}
	}
	w := *fault.Worst(err)
	w.Message, w.Hint, w.Err = strings.Join(messages, "\n"), strings.Join(hints, " "), err
	return &w
}

// noRequests is the count of a command that calls nobody.
func noRequests() map[string]int { return map[string]int{"auth0": 0, "twilio": 0, kind.Default: 0} }
