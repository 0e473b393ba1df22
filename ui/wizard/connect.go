package wizard

import (
	"maps"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/config"
	"phonegate/ui/render"
)

// connect makes sure of the three accounts, one page a provider. What the environment says is
// shown and not asked again, and everything is tried the moment it is there.
type connect struct {
	page     page
	at       int // which provider
	sheet    sheet
	entered  bool
	checking int // counts checks; an answer to an earlier one is stale
	busy     bool
	err      error
	notice   string // why a browser did not open
}

// page is where in Connect one is.
type page int

const (
	pageName  page = iota // the tenant's short name
	pageAsk               // a provider's credentials
	pageNoted             // checked, with something to say
	pageAll               // all three are fine
)

type checkedMsg struct {
	number   int
	provider string
	account  Account
	err      error
}

func (c connect) enter(sh *shared) (step, tea.Cmd) {
	if c.entered && sh.session.Tenant != "" {
		if c.page == pageAsk {
			c = c.open(sh, c.at, true)
		}
		return c, nil
	}
	c = connect{entered: true}
	if sh.session.Sandbox {
		sh.session.Tenant = "dev"
		c.busy = true
		return c, loadCredentials(sh.jobs.ctx, sh.backend, sh.session.Tenant)
	}
	name := textField("tenant", "name", "A short name for this tenant, such as dev or prod: it is its key in phonegate.yaml.", "dev",
		func(s *Session, v string) error {
			if err := config.CheckName(v); err != nil {
				return err
			}
			s.Tenant = v
			return nil
		})
	name.must = true
	c.sheet = sheet{fields: []field{name}}
	return c, nil
}

// open shows a provider's page. With ask, known values are asked again, and nothing is checked by itself.
func (c connect) open(sh *shared, i int, ask bool) connect {
	c.page, c.at, c.err, c.busy, c.notice = pageAsk, i, nil, false, ""
	p := providers[i]
	var fields []field
	for _, e := range p.extra {
		fields = append(fields, asked(e.key, e.label, sh.session))
	}
	for _, cr := range p.fields(sh.session) {
		f := credentialField(cr, sh.session, ask)
		if f.known != "" { // not asked, but an answer all the same
			_ = f.take(&sh.session, f.value())
		}
		fields = append(fields, f)
	}
	c.sheet = sheet{fields: fields}.first(sh.session)
	return c
}

// arrive opens a page coming forward: if nothing is left to ask there, it is checked at once.
func (c connect) arrive(sh *shared, i int) (step, outcome) {
	if i >= len(providers) {
		c.page = pageAll
		return c, outcome{}
	}
	c = c.open(sh, i, false)
	for _, f := range c.sheet.fields {
		if f.known == "" && f.value() == "" {
			return c, outcome{}
		}
	}
	if len(providers[i].extra) > 0 && !sh.session.Sandbox && sh.session.Sources["host.kind"] == "" {
		return c, outcome{} // a choice that has not been made
	}
	return c.check(sh)
}

// check tries the page's credentials.
func (c connect) check(sh *shared) (step, outcome) {
	c.checking++
	c.busy, c.err, c.notice = true, nil, ""
	number, id := c.checking, providers[c.at].id
	ctx, backend, s := sh.jobs.ctx, sh.backend, sh.session.copy()
	return c, doing(tea.Batch(sh.pulse(), func() tea.Msg {
		account, err := backend.Check(ctx, id, s)
		return checkedMsg{number, id, account, err}
	}))
}

func (c connect) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case loadedMsg:
		sh.session.Credentials = msg.credentials
		maps.Copy(sh.session.Sources, msg.sources)
		if sh.session.Sandbox {
			sh.session.Spec = sandboxSpec(msg.credentials.Auth0Domain)
		} else {
			sh.session.Spec = config.Complete(sh.session.Tenant, sh.session.Spec)
		}
		return c.arrive(sh, 0)
	case checkedMsg:
		if msg.number != c.checking || !c.busy {
			return c, outcome{}
		}
		c.busy = false
		if msg.err != nil {
			delete(sh.accounts, msg.provider)
			c = c.open(sh, c.at, true)
			c.err = msg.err
			for i, f := range c.sheet.fields { // most often it is the secret that is wrong
				if f.secret {
					c.sheet.at = i
				}
			}
			return c, outcome{}
		}
		sh.accounts[msg.provider] = msg.account
		for _, n := range msg.account.Notes {
			if !n.OK && !sh.session.Sandbox {
				c.page = pageNoted
				return c, outcome{}
			}
		}
		return c.arrive(sh, c.at+1)
	case openedMsg:
		c.notice = ""
		if msg.err != nil {
			c.notice = msg.url
		}
	case beat:
		if c.busy {
			return c, doing(sh.pulse())
		}
	case tea.KeyPressMsg, tea.PasteMsg:
		return c.press(sh, msg)
	}
	return c, outcome{}
}

func (c connect) press(sh *shared, msg tea.Msg) (step, outcome) {
	if c.busy {
		return c, outcome{}
	}
	k, _ := msg.(tea.KeyPressMsg)
	if c.page != pageName && c.page != pageAll && key.Matches(k, sh.keys.Open) {
		return c, doing(sh.browse(providers[c.at].url(sh.session)))
	}
	switch c.page {
	case pageAll:
		if key.Matches(k, sh.keys.Next) {
			return c, outcome{move: forward}
		}
		if key.Matches(k, sh.keys.Edit) {
			return c.open(sh, 0, true), outcome{}
		}
		return c, outcome{}
	case pageNoted:
		switch {
		case key.Matches(k, sh.keys.Next):
			return c.arrive(sh, c.at+1)
		case key.Matches(k, sh.keys.Retry):
			return c.check(sh)
		case key.Matches(k, sh.keys.Edit):
			return c.open(sh, c.at, true), outcome{}
		}
		return c, outcome{}
	}
	if !key.Matches(k, sh.keys.Next) {
		var cmd tea.Cmd
		kind := sh.session.Spec.Host.Kind
		c.sheet, cmd = c.sheet.update(&sh.session, sh.keys, msg)
		if sh.session.Spec.Host.Kind != kind { // another host asks for other things
			c = c.open(sh, c.at, false)
		}
		return c, doing(cmd)
	}
	var ok bool
	if c.sheet, ok = c.sheet.accept(&sh.session); !ok {
		return c, outcome{}
	}
	if c.page == pageName {
		c.busy = true
		return c, doing(loadCredentials(sh.jobs.ctx, sh.backend, sh.session.Tenant))
	}
	return c.check(sh)
}

// inside goes back one page.
func (c connect) inside(sh *shared) (step, bool) {
	c.checking++ // whatever is being checked no longer matters
	c.busy = false
	switch {
	case c.page == pageAll:
		return c.open(sh, len(providers)-1, true), true
	case c.page == pageNoted:
		return c.open(sh, c.at, true), true
	case c.page == pageAsk && c.at > 0:
		return c.open(sh, c.at-1, true), true
	case c.page == pageAsk && !sh.session.Sandbox:
		tenant := sh.session.Tenant
		sh.session.Tenant = ""
		s, _ := c.enter(sh)
		c = s.(connect)
		c.sheet.fields[0].in.SetValue(tenant)
		return c, true
	}
	return c, false
}

func (c connect) view(sh *shared, width int) (lines []string, focus int) {
	st := sh.st
	if c.page == pageName {
		lines = append(title(sh, "What shall this tenant be called here?", width), "")
		fields, at := c.sheet.view(st, sh.session, width)
		focus = len(lines) + at
		lines = append(append(lines, fields...), "")
		return append(lines, c.sheet.advice(st, sh.session, width)...), focus
	}
	for i, p := range providers {
		a, ok := sh.accounts[p.id]
		if !ok || (c.page == pageAsk && i >= c.at) {
			continue
		}
		lines = append(lines, accountLines(st, p.name(sh.session), a, width)...)
	}
	p := providers[c.at]
	switch c.page {
	case pageAll:
		lines = append(lines, "")
		for _, l := range render.Hang("  ", "All three answer. Nothing has been changed yet.", width) {
			lines = append(lines, st.Quiet.Render(l))
		}
		return lines, len(lines) - 1
	case pageNoted:
		return lines, len(lines) - 1
	}
	if c.busy {
		return append(lines, "  "+spinner(sh)+" "+render.Pad(p.name(sh.session), 9)+st.Quiet.Render("asking")), len(lines)
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	lines = append(lines, "  "+st.Title.Render(p.name(sh.session)))
	fields, at := c.sheet.view(st, sh.session, width)
	focus = len(lines) + at
	lines = append(lines, fields...)
	lines = append(lines, "")
	switch {
	case c.err != nil:
		lines = append(lines, problem(st, c.err, width)...)
	case c.notice != "":
		lines = append(lines, render.Hang("    ", "No browser opened. The page is "+c.notice, width)...)
	case c.sheet.wrong != "":
		lines = append(lines, c.sheet.advice(st, sh.session, width)...)
	default:
		advice := c.sheet.advice(st, sh.session, width)
		if len(p.fields(sh.session)) > 0 {
			advice = append(advice, styled(st.Quiet.Render, render.Hang("    ", p.where, width))...)
		}
		lines = append(lines, advice...)
	}
	return lines, focus
}

// accountLines is a checked account: whose it is, and what is worth knowing.
func accountLines(st render.Styles, who string, a Account, width int) []string {
	lines := render.Hang("  "+render.OK.Mark(st)+" "+render.Pad(who, 9), render.Printable(a.Name), width)
	for _, n := range a.Notes {
		state := render.Warn
		if n.OK {
			state = render.OK
		}
		lines = append(lines, render.Hang("    "+state.Mark(st)+" ", render.Printable(n.Text), width)...)
		if n.Hint != "" && !n.OK {
			lines = append(lines, styled(st.Quiet.Render, render.Hang("      ", render.Printable(n.Hint), width))...)
		}
	}
	return lines
}

func (c connect) keys(sh *shared) []key.Binding {
	k := sh.keys
	switch {
	case c.busy:
		return []key.Binding{k.Back}
	case c.page == pageName:
		return []key.Binding{k.Next, k.Back}
	case c.page == pageAll:
		return []key.Binding{k.Next, k.Back, as(k.Edit, "edit")}
	case c.page == pageNoted:
		return []key.Binding{as(k.Next, "go on anyway"), as(k.Retry, "check again"), as(k.Open, "open"), k.Back}
	}
	keys := []key.Binding{as(k.Next, "check"), k.Back}
	if c.sheet.at < len(c.sheet.fields) && c.sheet.fields[c.sheet.at].choice() {
		keys = append(keys, k.Left)
	}
	return append(keys, as(k.Open, "open the page"))
}

func (c connect) typing(sh *shared) bool {
	return !c.busy && (c.page == pageName || c.page == pageAsk) && c.sheet.typing(sh.session)
}

// copy is the session with maps and lists of its own, safe to hand to a command.
func (s Session) copy() Session {
	s.Sources = maps.Clone(s.Sources)
	s.Spec.Countries = append([]string(nil), s.Spec.Countries...)
	s.Spec.Auth0.CustomDomains = append([]string(nil), s.Spec.Auth0.CustomDomains...)
	return s
}

// spinner turns with the clock.
func spinner(sh *shared) string {
	frames := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	n := int(sh.now().UnixMilli()/int64(beatEvery.Milliseconds())) % len(frames)
	return sh.st.Accent.Render(string(frames[n]))
}

// orDash is s, or a dash for nothing.
func orDash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	return s
}
