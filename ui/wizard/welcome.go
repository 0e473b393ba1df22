package wizard

import (
	"context"
	"path/filepath"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// welcome asks what to do.
type welcome struct {
	direct bool // skipped: the sandbox was asked for on the command line
	asked  bool // the tenants have been asked for
	menu   widget.Menu
	// picking is the line whose tenant is being picked, -1 while the first menu is shown.
	picking int
	pick    widget.Menu
	waiting bool
	err     error
}

// The lines of the welcome menu.
const (
	tryIt = iota
	setUp
	regenerate
	liveTest
)

type tenantsMsg struct {
	tenants []flow.TenantStatus
	err     error
}

// loadedMsg brings a tenant's credentials.
type loadedMsg struct {
	credentials secret.Credentials
	sources     map[string]string
	logins      []secret.Login
	lasting     bool
	known       *flow.Known // nil for a tenant that is not in the file
	err         error       // the file can't be read
}

// sandboxMsg brings the sandbox.
type sandboxMsg struct {
	backend flow.Backend
	err     error
}

func (w welcome) enter(sh *shared) (step, tea.Cmd) {
	w.picking, w.waiting = -1, false
	at := w.menu.At
	w.menu = w.lines(sh)
	w.menu.At = at
	if w.asked {
		return w, nil
	}
	w.asked = true
	ctx, backend := sh.jobs.ctx, sh.backend
	return w, func() tea.Msg {
		tenants, err := backend.Tenants(ctx)
		return tenantsMsg{tenants, err}
	}
}

// lines is the menu, with the state of the tenants that are known.
func (w welcome) lines(sh *shared) widget.Menu {
	var states []string
	for _, t := range sh.tenants {
		glyph := render.Warn.Glyph()
		if t.OK {
			glyph = render.OK.Glyph()
		}
		states = append(states, t.Name+" "+glyph+" "+t.State)
	}
	m := widget.Menu{At: w.menu.At, Choices: []widget.Choice{
		{Label: "Try it here", About: "everything embedded, no account, about four minutes"},
		{Label: "Set up a tenant", About: "Twilio service, Action, sign-up, form, live test"},
		{Label: "Regenerate", About: "once a tenant is set up", Off: true},
		{Label: "Live test", About: "once a tenant is set up", Off: true},
	}}
	if len(states) > 0 {
		m.Choices[regenerate] = widget.Choice{Label: "Regenerate", About: strings.Join(states, "   ")}
		m.Choices[liveTest] = widget.Choice{Label: "Live test", About: "send a code, or go through a whole login"}
	}
	return m
}

func (w welcome) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case tenantsMsg:
		sh.tenants, w.err = msg.tenants, msg.err
		w.menu = w.lines(sh)
	case sandboxMsg:
		w.waiting = false
		if msg.err != nil {
			w.err = msg.err
			return w, outcome{}
		}
		sh.embedded = msg.backend
		sh.begin(sh.embedded, true)
		return w, outcome{move: forward, cmd: sh.listen()}
	case loadedMsg:
		w.waiting = false
		if msg.err != nil {
			w.err = msg.err
			return w, outcome{}
		}
		sh.session.Opened = msg.known != nil
		sh.session.Credentials, sh.session.Sources, sh.session.Persisted = msg.credentials, msg.sources, msg.lasting
		if w.picking == liveTest || w.menu.At == liveTest {
			return w, outcome{move: jump, to: flow.Live}
		}
		return w, outcome{move: jump, to: flow.Review}
	case tea.KeyPressMsg:
		if w.waiting {
			return w, outcome{}
		}
		if !key.Matches(msg, sh.Keys.Next) {
			if w.picking >= 0 {
				w.pick = w.pick.Update(sh.Keys, msg)
			} else {
				w.menu = w.menu.Update(sh.Keys, msg)
			}
			return w, outcome{}
		}
		w.err = nil
		if w.picking >= 0 {
			return w.load(sh, sh.tenants[w.pick.At])
		}
		return w.choose(sh)
	}
	return w, outcome{}
}

// choose follows the line under the cursor.
func (w welcome) choose(sh *shared) (step, outcome) {
	switch w.menu.At {
	case tryIt:
		if sh.sandbox == nil {
			sh.embedded = sh.home
		}
		if sh.embedded != nil { // there already
			if !sh.session.Sandbox {
				sh.begin(sh.embedded, true)
			}
			return w, outcome{move: forward}
		}
		w.waiting = true
		make, ctx := sh.sandbox, sh.jobs.ctx
		return w, doing(func() tea.Msg {
			backend, err := make(ctx)
			return sandboxMsg{backend, err}
		})
	case setUp:
		if sh.session.Sandbox || sh.session.Tenant == "" {
			sh.begin(sh.home, false)
		}
		return w, outcome{move: forward}
	}
	if len(sh.tenants) == 1 {
		return w.load(sh, sh.tenants[0])
	}
	w.picking = w.menu.At
	w.pick = widget.Menu{}
	for _, t := range sh.tenants {
		w.pick.Choices = append(w.pick.Choices, widget.Choice{Label: t.Name, About: t.State})
	}
	return w, outcome{}
}

// load takes up a tenant that is set up already.
func (w welcome) load(sh *shared, t flow.TenantStatus) (step, outcome) {
	sh.begin(sh.home, false)
	sh.session.Tenant, sh.session.Spec = t.Name, t.Spec
	w.waiting = true
	return w, doing(loadCredentials(sh.jobs.ctx, sh.backend, t.Name))
}

// begin starts afresh with a backend.
func (sh *shared) begin(backend flow.Backend, sandbox bool) {
	sh.backend = backend
	sh.session = flow.Session{Sandbox: sandbox, Sources: map[string]string{}}
	sh.accounts, sh.services, sh.plan, sh.inbox, sh.reach, sh.again = map[string]flow.Account{}, nil, noPlan, nil, flow.Result{}, nil
}

// loadCredentials finds what is known of a tenant's credentials.
func loadCredentials(ctx context.Context, backend flow.Backend, tenant string) tea.Cmd {
	return func() tea.Msg {
		c, sources := backend.Credentials(ctx, tenant)
		if sources == nil {
			sources = map[string]string{}
		}
		known, err := backend.Known(tenant)
		return loadedMsg{c, sources, backend.Logins(), backend.Persisted(tenant), known, err}
	}
}

// back goes from the tenants back to the menu.
func (w welcome) back(*shared) (step, bool) {
	was := w.picking >= 0
	w.picking = -1
	return w, was
}

func (w welcome) view(sh *shared, width int) ([]string, int) {
	question, m := "What would you like to do?", w.menu
	if w.picking >= 0 {
		question, m = "Which tenant?", w.pick
	}
	lines := append(widget.Title(sh.Styles, question, width), "")
	choices, focus := m.View(sh.Styles, width)
	focus += len(lines)
	lines = append(lines, choices...)
	if w.picking < 0 && filepath.Dir(sh.file) != "." {
		lines = append(lines, "")
		lines = append(lines, widget.Styled(sh.Styles.Quiet.Render, render.Hang("    ", "Tenants are kept in "+sh.file, width))...)
	}
	if w.waiting {
		lines = append(lines, "", "  "+render.Working.Mark(sh.Styles)+" one moment")
	}
	if w.err != nil {
		lines = append(lines, "")
		lines = append(lines, problem(sh.Styles, w.err, width)...)
	}
	return lines, focus
}

func (w welcome) keys(sh *shared) []key.Binding {
	if w.picking >= 0 {
		return []key.Binding{sh.Keys.Up, sh.Keys.Next, sh.Keys.Back}
	}
	return []key.Binding{sh.Keys.Up, sh.Keys.Next}
}

func (w welcome) typing(*shared) bool { return false }

// problem says what went wrong and what to do next.
func problem(st render.Styles, err error, width int) []string {
	f := fault.Of(err)
	if f.Category == fault.Interrupted {
		return render.Hang("  "+render.Warn.Mark(st)+" ", "Stopped, as you asked.", width)
	}
	lines := widget.Styled(st.Bad.Render, render.Hang("  "+render.Bad.Glyph()+" ", render.Sentence(f.Message), width))
	if f.Hint != "" {
		lines = append(lines, render.Hang("    ", render.Sentence(f.Hint), width)...)
	}
	return lines
}
