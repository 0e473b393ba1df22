package wizard

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"phonegate/provision/event"
	"phonegate/ui/render"
)

// shared is what all screens see: the answers, the window, the looks, the world. Only the event
// loop touches it; commands get copies.
type shared struct {
	ctx     context.Context
	backend Backend
	looks

	file     string // with the answers; "" if none is written
	session  Session
	tenants  []TenantStatus
	accounts map[string]Account // by provider, once checked
	services []ServiceChoice
	plan     event.Plan
	tested   string    // the level of the live test that passed
	again    *rerun    // nil unless a failed live test is being repaired
	inbox    []Message // the sandbox's phone, newest last
	reach    Result    // what has been achieved
	jobs     *jobs

	// home is the backend of the person's own tenants, embedded that of the sandbox once it has been made.
	home, embedded Backend
	// phone is what the phone of the backend phoneOf receives.
	phone   <-chan Message
	phoneOf Backend
	// sandbox makes the sandbox's backend, for "Try it here"; nil if backend is it already.
	sandbox func(ctx context.Context) (Backend, error)
	preview func() // stops the preview that is being served

	now  func() time.Time
	tick func(d time.Duration, msg tea.Msg) tea.Cmd
	open func(url string) error
}

// newShared is a shared with everything at rest.
func newShared(ctx context.Context, o Options) *shared {
	colour := !o.NoColor
	return &shared{
		ctx: ctx, backend: o.Backend, home: o.Backend,
		looks:    looks{st: render.NewStyles(true, colour), dark: true, keys: newKeyMap(false), width: 80, height: 24},
		accounts: map[string]Account{}, jobs: newJobs(ctx),
		session: Session{Sources: map[string]string{}, Sandbox: o.Start == StartSandbox},
		sandbox: o.Sandbox, file: o.File,
		now: time.Now,
		tick: func(d time.Duration, msg tea.Msg) tea.Cmd {
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

// beat is the pulse of the live rows.
type beat struct{}

const beatEvery = 120 * time.Millisecond

// pulse asks for the next beat.
func (sh *shared) pulse() tea.Cmd { return sh.tick(beatEvery, beat{}) }

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
func (sh *shared) sheet(asks ...ask) sheet {
	var s sheet
	for _, a := range asks {
		s.fields = append(s.fields, sh.field(a))
	}
	return s
}

// field draws a question.
func (sh *shared) field(a ask) field {
	f := field{key: a.key, label: a.label, help: a.help, url: a.url, secret: a.secret, options: a.options, pick: a.pick, known: a.known}
	if a.must {
		f.missing = errEmpty
	}
	if a.take != nil {
		f.take = func(v string) error { return a.take(&sh.session, v) }
		f.typed = func() {
			if sh.session.Sources != nil {
				sh.session.Sources[a.key] = "typed"
			}
		}
	}
	if a.hidden != nil {
		f.hidden = func() bool { return a.hidden(sh.session) }
	}
	return newField(f, a.text)
}
