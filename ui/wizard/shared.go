package wizard

import (
	"cmp"
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"phonegate/provision/event"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// shared is what all screens see: the answers, the window, the looks, the world. Only the event
// loop touches it; commands get copies.
type shared struct {
	ctx     context.Context
	backend flow.Backend
	widget.Looks

	file     string // with the answers; "" if none is written
	session  flow.Session
	tenants  []flow.TenantStatus
	accounts map[string]flow.Account // by provider, once checked
	services []flow.ServiceChoice
	plan     event.Plan
	tested   string         // the level of the live test that passed
	again    *rerun         // nil unless a failed live test is being repaired
	inbox    []flow.Message // the sandbox's phone, newest last
	reach    flow.Result    // what has been achieved
	jobs     *jobs

	// home is the backend of the person's own tenants, embedded that of the sandbox once it has been made.
	home, embedded flow.Backend
	// phone is what the phone of the backend phoneOf receives.
	phone   <-chan flow.Message
	phoneOf flow.Backend
	// sandbox makes the sandbox's backend, for "Try it here"; nil if backend is it already.
	sandbox func(ctx context.Context) (flow.Backend, error)
	preview func() // stops the preview that is being served

	now   func() time.Time
	after func(d time.Duration, msg tea.Msg) tea.Cmd
	open  func(url string) error
}

// newShared is a shared with everything at rest.
func newShared(ctx context.Context, o flow.Options) *shared {
	colour := !o.NoColor
	return &shared{
		ctx: ctx, backend: o.Backend, home: o.Backend,
		Looks:    widget.Looks{Styles: render.NewStyles(true, colour), Dark: true, Keys: widget.NewKeyMap(false), Width: 80, Height: 24},
		accounts: map[string]flow.Account{}, jobs: newJobs(ctx),
		session: flow.Session{Sources: map[string]string{}, Sandbox: o.Start == flow.StartSandbox},
		sandbox: o.Sandbox, file: o.File,
		now: time.Now,
		after: func(d time.Duration, msg tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return msg })
		},
		open: openBrowser,
	}
}

// close ends all that was started, and waits for it.
func (sh *shared) close() {
	if sh.preview != nil {
		sh.preview()
	}
	sh.jobs.close(patience)
}

// tick is the pulse of the live rows.
type tick struct{}

const tickEvery = 120 * time.Millisecond

// pulse asks for the next tick.
func (sh *shared) pulse() tea.Cmd { return sh.after(tickEvery, tick{}) }

// openedMsg says how opening a browser went.
type openedMsg struct {
	url string
	err error
}

// browse opens an address in the browser.
func (sh *shared) browse(url string) tea.Cmd {
	open := sh.open
	return func() tea.Msg { return openedMsg{url, open(url)} }
}

// sheet lays questions out as fields. Their answers go into the session.
func (sh *shared) sheet(asks ...flow.Ask) widget.Sheet {
	var s widget.Sheet
	for _, a := range asks {
		s.Fields = append(s.Fields, sh.field(a))
	}
	return s
}

// field draws a question.
func (sh *shared) field(a flow.Ask) widget.Field {
	f := widget.Field{Key: a.Key, Label: a.Label, Help: cmp.Or(a.Brief, a.Help), URL: a.URL, Secret: a.Secret, Options: a.Options, Pick: a.Pick, Known: a.Known}
	if a.Must {
		f.Missing = flow.ErrEmpty
	}
	if a.Take != nil {
		f.Take = func(v string) error { return a.Take(&sh.session, v) }
		f.Typed = func() {
			if sh.session.Sources != nil {
				sh.session.Sources[a.Key] = "typed"
			}
		}
	}
	if a.Hidden != nil {
		f.Hidden = func() bool { return a.Hidden(sh.session) }
	}
	return widget.NewField(f, a.Text)
}

// seen is what questions depend on beside the session.
func (sh *shared) seen() flow.Seen { return flow.Seen{File: sh.file, Services: sh.services} }
