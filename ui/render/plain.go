package render

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
)

// Options shape plain lines.
type Options struct {
	// Width is the window's width; 0 if there is no window.
	Width int
	// Styles may be the zero value, for no escape sequence at all.
	Styles Styles
	// Tenants are the names of the run. With more than one, every line says whose it is.
	Tenants []string
	// Host is the host kind, if all tenants share one.
	Host string
	// Quiet leaves out the next commands, for runs inside automation.
	Quiet bool
	// File is the flag that next commands need to go by the same file, "" if they find it by themselves.
	File string
	// Checks says that the steps look at things instead of changing them: what is in order is “ok” then, not “done”.
	Checks bool
	// Terse leaves out what is in order, for a look at many tenants.
	Terse bool
}

// Plain writes lines for people, only ever appended: for pipes, CI and screen readers.
// Each line has a glyph and a word for its state.
func Plain(w io.Writer, o Options) Renderer {
	p := &plain{
		w: w, o: o, width: Width(o.Width),
		seen: map[string]string{}, waited: map[string]bool{}, kept: map[string]string{}, switched: map[string]bool{},
	}
	p.whole = p.width
	if len(o.Tenants) > 1 {
		for _, t := range o.Tenants {
			p.column = max(p.column, ansi.StringWidth(t))
		}
		p.column = min(p.column, p.width/3)
		p.width -= p.column + 2
	}
	return p
}

type plain struct {
	mu     sync.Mutex
	w      io.Writer
	o      Options
	whole  int               // the width of all lines
	width  int               // what is left of it beside the tenants' column
	column int               // width of the tenants' column, 0 without one
	seen   map[string]string // last detail of a running step
	waited map[string]bool   // whose rate limits have been told of
	kept   map[string]string // details of what the plan shows as staying as it is
	// switched are the tenants whose Action has been written, so that a rotation has only to be cleaned up after.
	switched map[string]bool
	// stepped says that the last lines were about steps, blank that the last one was empty.
	stepped, blank bool
	err            error
}

// Emit writes the event's lines in one piece, so that concurrent tenants do not mix.
func (p *plain) Emit(e event.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := e.(type) {
	case event.Plan:
		p.plan(e)
	case event.Step:
		p.step(e)
	case event.Result:
		p.write("", p.result(e))
	}
}

// plan writes a plan. Among those of several tenants it stays short: what is to stay as it is needs no line.
func (p *plain) plan(e event.Plan) {
	if p.column > 0 {
		changes := make([]event.Change, 0, len(e.Changes))
		for _, c := range e.Changes {
			if c.Op == event.Create {
				c.Diff = "" // nobody's work is lost by it
			}
			if c.Op != event.None {
				changes = append(changes, c)
			}
		}
		if e.Changes = changes; len(changes)+len(e.Warnings) == 0 {
			return // the table says so
		}
	}
	for _, c := range e.Changes {
		if c.Op == event.None {
			p.kept[e.Tenant+"\x00"+c.Resource] = c.Detail
		}
	}
	if !slices.ContainsFunc(e.Changes, func(c event.Change) bool { return c.Op != event.None }) {
		// A list of all that stays as it is says no more than the sum does. What still waits is news.
		e.Changes = slices.DeleteFunc(slices.Clone(e.Changes), func(c event.Change) bool { return c.Resource != "former" })
	}
	if p.stepped {
		p.stepped = false
		p.write("", []string{""})
	}
	p.write("", PlanLines(e, p.o.Styles, p.whole, p.o.Host))
}

// Close reports the first error of the writer.
func (p *plain) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Say appends words to a plain renderer's output, wrapped behind a prefix. It does nothing with
// another renderer.
func Say(r Renderer, prefix, text string) {
	p, ok := r.(*plain)
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.write("", Hang(prefix, text, p.whole))
}

func (p *plain) write(tenant string, lines []string) {
	for _, l := range lines {
		if p.err != nil {
			return
		}
		if l == "" && p.blank {
			continue
		}
		p.blank = l == ""
		if p.column > 0 && tenant != "" && l != "" {
			l = Pad(Squeeze(tenant, p.column), p.column) + "  " + l
		}
		_, p.err = fmt.Fprintln(p.w, strings.TrimRight(l, " "))
	}
}

// step writes final states always, and running ones only when they say something
// that was not said before: a quick step is one line, a slow one tells its story.
func (p *plain) step(s event.Step) {
	id := s.Tenant + "\x00" + s.Resource
	if s.Resource == "auth0.action" && s.Status == event.Done {
		p.switched[s.Tenant] = true
	}
	if said, ok := p.kept[id]; ok && s.Status == event.Skipped && said == s.Detail {
		return // the plan has said so
	}
	switch {
	case s.Status == event.Running:
		before, known := p.seen[id]
		if s.Detail == "" || known && before == s.Detail || !p.matters(s) {
			return
		}
		p.seen[id] = s.Detail
	case p.column > 0 && (s.Status == event.Skipped || s.Status == event.Done && p.o.Terse):
		return // among several tenants only what happens is worth a line
	case p.column > 0 && s.Status == event.Done && names[s.Resource].What != "":
		s.Detail = "" // and no more than one: the plan has said the rest
		delete(p.seen, id)
	default:
		delete(p.seen, id)
	}
	p.stepped = p.column > 0
	word := wordOf(StateOf(s.Status), s.Error)
	if p.o.Checks && s.Status == event.Done {
		word = "ok"
	}
	p.write(s.Tenant, stepLines(s, word, p.o.Styles, p.width, p.o.Host))
}

// notable is in what a person has to know of a step that goes on: that a wait is long, or where something is kept.
var notable = []string{"safe to stop here", " is kept in "}

// matters says whether progress is worth a line: after a while, and at once where it is notable or a wait for a rate limit.
// Of several tenants that wait for the same limit, the first one tells.
func (p *plain) matters(s event.Step) bool {
	const one, many = 1000, 5000
	limited := s.Waits != ""
	switch {
	case slices.ContainsFunc(notable, func(words string) bool { return strings.Contains(s.Detail, words) }):
		return true
	case !limited && p.column > 0:
		return s.ElapsedMS >= many
	case !limited:
		return s.ElapsedMS >= one
	case p.column == 0:
		return true
	}
	told := p.waited[s.Waits]
	p.waited[s.Waits] = true
	return !told
}
