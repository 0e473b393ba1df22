package wizard

import (
	"maps"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"phonegate/provision/config"
	"phonegate/provision/secret"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/widget"
)

// connect makes sure of the three accounts, one page a provider. What the environment says is
// shown and not asked again, and everything is tried the moment it is there.
type connect struct {
	page     page
	at       int // which provider
	sheet    widget.Sheet
	entered  bool
	named    bool // the tenant had its name before
	checking int  // counts checks; an answer to an earlier one is stale
	busy     bool
	err      error
	notice   string // why a browser did not open

	logins  []secret.Login // of other programs on this computer
	offered []secret.Login // those of the page
	menu    widget.Menu
	said    string   // what a login that was taken does not do
	passed  []string // whose logins were declined
}

// page is where in Connect one is.
type page int

const (
	pageName   page = iota // the tenant's short name
	pageChoice             // who the provider is, where there is more than one
	pageOffer              // the login of another program is offered
	pageAsk                // a provider's credentials
	pageNoted              // checked, with something to say
	pageAll                // all are fine
)

type checkedMsg struct {
	number   int
	provider string
	account  flow.Account
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
	switch {
	case sh.session.Sandbox:
		sh.session.Tenant = "dev"
		c.busy = true
		return c, loadCredentials(sh.jobs.ctx, sh.backend, sh.session.Tenant)
	case sh.session.Tenant != "": // a tenant of the file: it has its name
		c.named = true
		return c.open(sh, 0, false), nil
	}
	c.sheet = sh.sheet(flow.Ask{
		Key: "tenant", Label: "name", Text: "dev", Must: true,
		Help: "A short name for this tenant, such as dev or prod: it is its key in phonegate.yaml.",
		Take: func(s *flow.Session, v string) error {
			if err := config.CheckName(v); err != nil {
				return err
			}
			s.Tenant = v
			return nil
		}})
	return c, nil
}

// open shows a provider's page. With again, known values are asked again, and nothing is checked by itself.
func (c connect) open(sh *shared, i int, again bool) connect {
	c.page, c.at, c.err, c.busy, c.notice = pageAsk, i, nil, false, ""
	var asks []flow.Ask
	for _, env := range flow.Providers[i].Slots(sh.session) {
		f := flow.CredentialField(env, sh.session, again)
		if f.Known != "" { // not asked, but an answer all the same
			_ = f.Take(&sh.session, f.Value())
		}
		asks = append(asks, f)
	}
	c.sheet = sh.sheet(asks...).First()
	return c
}

// reopen comes back to a provider, to what was answered last there.
func (c connect) reopen(sh *shared, i int) connect {
	if len(flow.Providers[i].Slots(sh.session)) == 0 {
		return c.choose(sh, i)
	}
	return c.open(sh, i, true)
}

// choose shows the question who the provider is.
func (c connect) choose(sh *shared, i int) connect {
	c.page, c.at, c.err, c.busy, c.notice, c.said = pageChoice, i, nil, false, "", ""
	c.sheet = sh.sheet(flow.HostField(sh.session, sh.backend.Hosts()))
	c.sheet.Fields[0].Tall = true
	return c
}

// chooses reports whether there is a choice who the provider is.
func (c connect) chooses(sh *shared, i int) bool {
	return flow.Providers[i].Choice != "" && len(sh.backend.Hosts()) > 1
}

// arrive comes to a provider going forward: first to who it is, if that has not been decided.
func (c connect) arrive(sh *shared, i int) (step, outcome) {
	c.said = ""
	if i >= len(flow.Providers) {
		c.page = pageAll
		return c, outcome{}
	}
	if k := flow.Providers[i].Choice; k != "" && !sh.session.Sandbox && sh.session.Sources[k] == "" {
		return c.choose(sh, i), outcome{}
	}
	return c.ask(sh, i)
}

// ask comes to a provider's credentials: if nothing is left to ask there, they are checked at once, and if another program has
// what is missing, that is offered.
func (c connect) ask(sh *shared, i int) (step, outcome) {
	c = c.open(sh, i, false)
	complete := true
	for _, f := range c.sheet.Fields {
		complete = complete && f.Value() != ""
	}
	if complete {
		return c.check(sh)
	}
	p := flow.Providers[i]
	if all := flow.Offers(c.logins, p, sh.session); len(all) > 0 && !slices.Contains(c.passed, p.Owner(sh.session)) {
		c.page, c.offered, c.menu = pageOffer, all, widget.MenuOf(flow.OfferLabels(all))
	}
	return c, outcome{}
}

// check tries the page's credentials.
func (c connect) check(sh *shared) (step, outcome) {
	c.checking++
	c.busy, c.err, c.notice = true, nil, ""
	number, id := c.checking, flow.Providers[c.at].ID
	ctx, backend, s := sh.jobs.ctx, sh.backend, sh.session.Copy()
	return c, doing(tea.Batch(sh.pulse(), func() tea.Msg {
		account, err := backend.Check(ctx, id, s)
		return checkedMsg{number, id, account, err}
	}))
}

func (c connect) update(sh *shared, msg tea.Msg) (step, outcome) {
	switch msg := msg.(type) {
	case loadedMsg:
		if c.err = msg.err; msg.err != nil {
			c.busy = false
			return c, outcome{}
		}
		sh.session.Take(msg.known)
		sh.session.Credentials, c.logins, sh.session.Persisted = msg.credentials, msg.logins, msg.lasting
		maps.Copy(sh.session.Sources, msg.sources)
		if sh.session.Sandbox {
			sh.session.Spec = flow.SandboxSpec(msg.credentials.Auth0Domain)
		} else {
			sh.session.Spec = config.Complete(sh.session.Tenant, sh.session.Spec)
		}
		s, out := c.arrive(sh, 0)
		if sh.session.Opened {
			out.print = []string{"  " + render.OK.Mark(sh.Styles) + " " + flow.OpenedSentence(sh.session.Tenant, sh.file)}
		}
		return s, out
	case checkedMsg:
		if msg.number != c.checking || !c.busy {
			return c, outcome{}
		}
		return c.checked(sh, msg)
	case openedMsg:
		c.notice = ""
		if msg.err != nil {
			c.notice = msg.url
		}
	case tick:
		if c.busy {
			return c, doing(sh.pulse())
		}
	case tea.KeyPressMsg, tea.PasteMsg:
		return c.press(sh, msg)
	}
	return c, outcome{}
}

// checked takes in what a provider said of the credentials.
func (c connect) checked(sh *shared, msg checkedMsg) (step, outcome) {
	c.busy = false
	if msg.err != nil {
		delete(sh.accounts, msg.provider)
		c = c.reopen(sh, c.at)
		c.err = msg.err
		for i, f := range c.sheet.Fields { // most often it is the secret that is wrong
			if f.Secret {
				c.sheet.At = i
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
}

func (c connect) press(sh *shared, msg tea.Msg) (step, outcome) {
	if c.busy {
		return c, outcome{}
	}
	k, _ := msg.(tea.KeyPressMsg)
	if (c.page == pageAsk || c.page == pageNoted) && key.Matches(k, sh.Keys.Open) {
		if url := c.url(); url != "" {
			return c, doing(sh.browse(url))
		}
		return c, outcome{}
	}
	next := key.Matches(k, sh.Keys.Next)
	switch c.page {
	case pageAll:
		switch {
		case next:
			return c, outcome{move: forward}
		case key.Matches(k, sh.Keys.Edit):
			return c.open(sh, 0, true), outcome{}
		case key.Matches(k, sh.Keys.Host) && c.chooses(sh, len(flow.Providers)-1):
			return c.choose(sh, len(flow.Providers)-1), outcome{}
		}
		return c, outcome{}
	case pageNoted:
		switch {
		case next:
			return c.arrive(sh, c.at+1)
		case key.Matches(k, sh.Keys.Retry):
			return c.check(sh)
		case key.Matches(k, sh.Keys.Edit):
			return c.reopen(sh, c.at), outcome{}
		}
		return c, outcome{}
	case pageOffer:
		return c.decide(sh, k, next)
	}
	if !next {
		var cmd tea.Cmd
		c.notice = ""
		c.sheet, cmd = c.sheet.Update(sh.Keys, msg)
		return c, doing(cmd)
	}
	var ok bool
	if c.sheet, ok = c.sheet.Accept(); !ok {
		return c, outcome{}
	}
	switch c.page {
	case pageName:
		c.busy = true
		return c, doing(loadCredentials(sh.jobs.ctx, sh.backend, sh.session.Tenant))
	case pageChoice:
		sh.session.Sources[flow.Providers[c.at].Choice] = "typed"
		delete(sh.accounts, flow.Providers[c.at].ID)
		return c.ask(sh, c.at)
	}
	return c.check(sh)
}

// decide takes or declines what is offered.
func (c connect) decide(sh *shared, k tea.KeyPressMsg, next bool) (step, outcome) {
	no := key.Matches(k, sh.Keys.No)
	switch {
	case no || next && c.menu.At == len(c.offered):
		c.passed = append(slices.Clip(c.passed), flow.Providers[c.at].Owner(sh.session))
		return c.open(sh, c.at, false), outcome{}
	case next:
		l := c.offered[c.menu.At]
		flow.Accept(&sh.session, l)
		s, out := c.ask(sh, c.at)
		c = s.(connect)
		c.said = l.Lacks
		return c, out
	}
	c.menu = c.menu.Update(sh.Keys, k)
	return c, outcome{}
}

// url is the page on which the answer under the cursor is found.
func (c connect) url() string {
	if c.sheet.At < len(c.sheet.Fields) {
		return c.sheet.Fields[c.sheet.At].URL
	}
	return ""
}

// back goes back one page.
func (c connect) back(sh *shared) (step, bool) {
	c.checking++ // whatever is being checked no longer matters
	c.busy = false
	last := len(flow.Providers) - 1
	switch {
	case c.page == pageAll:
		return c.reopen(sh, last), true
	case c.page == pageNoted:
		return c.reopen(sh, c.at), true
	case (c.page == pageAsk || c.page == pageOffer) && c.chooses(sh, c.at):
		return c.choose(sh, c.at), true
	case c.page != pageName && c.at > 0:
		return c.open(sh, c.at-1, true), true
	case c.page != pageName && !sh.session.Sandbox && !c.named:
		tenant := sh.session.Tenant
		sh.session.Tenant = ""
		s, _ := c.enter(sh)
		c = s.(connect)
		c.sheet.Fields[0] = c.sheet.Fields[0].Set(tenant)
		return c, true
	}
	return c, false
}

func (c connect) keys(sh *shared) []key.Binding {
	k := sh.Keys
	switch {
	case c.busy:
		return []key.Binding{k.Back}
	case c.page == pageName:
		return []key.Binding{k.Next, k.Back}
	case c.page == pageAll:
		keys := []key.Binding{k.Next, k.Back, widget.As(k.Edit, "edit")}
		if c.chooses(sh, len(flow.Providers)-1) {
			keys = append(keys, k.Host)
		}
		return keys
	case c.page == pageNoted:
		return []key.Binding{widget.As(k.Next, "go on anyway"), widget.As(k.Retry, "check again"), widget.As(k.Open, "open"), k.Back}
	case c.page == pageOffer:
		return []key.Binding{k.Next, k.No, k.Back, k.Up}
	case c.page == pageChoice:
		return []key.Binding{k.Next, k.Back, k.Up}
	}
	keys := []key.Binding{widget.As(k.Next, "check"), k.Back}
	if c.url() != "" {
		keys = append(keys, widget.As(k.Open, "open the page"))
	}
	return keys
}

func (c connect) typing(sh *shared) bool {
	return !c.busy && (c.page == pageName || c.page == pageAsk) && c.sheet.Typing()
}
