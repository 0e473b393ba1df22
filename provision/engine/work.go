package engine

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"phonegate/provision/auth0"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/ring"
	"phonegate/provision/twilio"
	"phonegate/templates"
)

// intent is what a plan is made for.
type intent int

const (
	keeping  intent = iota // make all as the file says
	looking                // make nothing: a doctor's
	rotation               // the same, with a new key
	leaving                // remove all that is phonegate's
)

// work is one plan: the resources as they were read, and what was decided about them. Each plan has its own, so nothing of
// one is left for the next.
type work struct {
	t      *Tenant
	intent intent

	host      host.Host
	service   *twilio.Service
	key       *twilio.Key
	action    *auth0.Action
	binding   *auth0.Binding
	loginPage *auth0.LoginPage
	client    *auth0.TestClient
	former    *former
	nodes     graph

	register *templates.Deployed // of the Action that was found, nil if there is none
	choice   choice
	// before is the key that was in use when the plan was made; needed says that the form has it, and logins may need it.
	before ring.Key
	needed bool
	strays strays
	// handed says that the new key was handed to a person's command.
	handed bool
	// made is what earlier attempts of this run made and may have to take back.
	made made
	// afresh says that an earlier attempt has cost the Action its key.
	afresh bool
}

// made is what a run has made in vain, because another run was first.
type made struct {
	service, client string
	keys            []ring.Key
}

// begin makes the work for one plan. It makes no call.
func (t *Tenant) begin(i intent) (*work, error) {
	w := &work{t: t, intent: i}
	var err error
	if w.host, err = newHost(w.hosting(t.spec.Host, t.form)); err != nil {
		return nil, err
	}
	domain := t.spec.Auth0.Domain
	w.service = twilio.NewService(t.twilio, twilio.ServiceSpec{
		Name: t.spec.Twilio.ServiceName, CodeLength: t.spec.Twilio.CodeLength, Domain: domain, Now: t.now,
		SID: func() string { return w.registered().Service },
	})
	w.key = twilio.NewKey(t.twilio, twilio.KeySpec{
		Domain: domain,
		Want: func() string {
			if w.choice.mint {
				return w.choice.unit.ID
			}
			return ""
		},
		Live: func() string { return w.before.ID },
		Put:  w.keep,
	})
	w.action = auth0.NewAction(t.auth0, auth0.ActionSpec{
		Name: templates.ActionName, Domain: domain, Mark: templates.ActionMarker,
		Code: w.code, Key: w.actionKey,
		Owner: func(code string) (string, bool) {
			a, err := templates.ReadAction([]byte(code))
			switch {
			case err != nil || a.Deployed == nil:
				return "", false
			case a.Deployed.Layout > ring.Layout:
				return domain, true // nobody here can read whose it is; it is refused in the next breath
			}
			return a.Deployed.Domain, true
		},
		Handed: w.selfHosted(),
	})
	w.binding = auth0.NewBinding(t.auth0, w.action)
	w.loginPage = auth0.NewLoginPage(t.auth0, auth0.LoginPageSpec{
		Mode: t.spec.Auth0.LoginPage, ClientID: t.spec.Auth0.ClientID, HTML: t.page, Leaving: i == leaving, Keep: t.keepPage,
	})
	w.client = auth0.NewTestClient(t.auth0, auth0.TestClientSpec{
		Name: TestClientName, Domain: domain, Connection: t.spec.Auth0.Connection, Now: t.now,
		ID:      func() string { return w.registered().Test },
		Enabled: func() string { return w.registered().Connection },
	})
	w.former = &former{w: w}
	w.nodes = w.graph()
	return w, nil
}

// graph says what needs what. The binding is the switch: it goes on when everything it leads to is in place. What only logins
// under way still need goes last.
func (w *work) graph() graph {
	g := graph{{w.service, nil}, {minting{w.key, w}, []string{"twilio.service"}}}
	var before []string
	for _, r := range w.host.Resources() {
		g = append(g, &node{w.handing(r), before})
		before = []string{r.Name(), "twilio.key"}
	}
	return append(g,
		&node{w.loginPage, nil},
		&node{w.client, nil},
		&node{w.action, []string{"twilio.key", "host.deployment", "auth0.client"}},
		&node{w.binding, []string{"auth0.action", "auth0.login_page"}},
		&node{w.former, []string{"auth0.binding"}})
}

// registered is what the Action says of the set-up, empty if there is none.
func (w *work) registered() templates.Deployed {
	if w.register == nil {
		return templates.Deployed{}
	}
	return *w.register
}

// read looks at everything: first at the Action, which says what belongs to the set-up, then at all else at the same time. All
// that can be found wrong is found in one go.
func (w *work) read(ctx context.Context) error {
	if err := w.action.Read(ctx); err != nil {
		return err
	}
	if err := w.readRegister(); err != nil {
		return err
	}
	if err := fault.Join(slices.Collect(maps.Values(w.readRest(ctx)))...); err != nil {
		return err
	}
	if c, ok := w.host.Seen(); ok && c.Layout > ring.Layout {
		return w.newer("The form at "+w.host.URL(), c.Layout)
	}
	if err := w.findStrays(ctx); err != nil {
		return err
	}
	w.decide()
	return nil
}

// readAll is read for a doctor: what can't be read is kept by its name, and all else is looked at nevertheless.
func (w *work) readAll(ctx context.Context) map[string]error {
	failed := map[string]error{}
	err := w.action.Read(ctx)
	if err == nil {
		err = w.readRegister()
	}
	maps.Copy(failed, w.readRest(ctx))
	if err != nil {
		failed[w.action.Name()] = err
	}
	w.decide()
	return failed
}

// readRest looks at all but the Action at the same time, and gives what could not be read by the resources' names.
func (w *work) readRest(ctx context.Context) map[string]error {
	var mu sync.Mutex
	var group sync.WaitGroup
	failed := map[string]error{}
	for _, n := range w.nodes {
		if n.Name() == w.action.Name() {
			continue
		}
		group.Go(func() {
			if err := n.Read(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed[n.Name()] = err
			}
		})
	}
	group.Wait()
	return failed
}

// readRegister takes over what the Action's code says. The version that runs counts; its draft where none does.
func (w *work) readRegister() error {
	w.register, w.before = nil, ring.Key{}
	if !w.action.Found() {
		return nil
	}
	code := w.action.Code()
	if live, ok := w.action.Live(); ok {
		code = live.Code
		if n := len(live.Keys); n > 0 {
			w.before = live.Keys[n-1]
		}
	}
	a, err := templates.ReadAction([]byte(code))
	if err != nil || a.Deployed == nil { // somebody edited it: the draft may know
		if a, err = templates.ReadAction([]byte(w.action.Code())); err != nil || a.Deployed == nil {
			return nil
		}
	}
	if a.Deployed.Layout > ring.Layout {
		return w.newer("The Action “"+templates.ActionName+"”", a.Deployed.Layout)
	}
	w.register = a.Deployed
	return nil
}

// newer refuses what a later phonegate has made: this one would take it back.
func (w *work) newer(what string, layout int) error {
	return fault.New(fault.Failed, "layout.newer", "Update phonegate, then run the same command again. Nothing was changed.",
		"%s was written by a newer phonegate (layout %d; this version supports %d).", what, layout, ring.Layout)
}

// decide chooses the key, knowing what was read.
func (w *work) decide() {
	s := w.sight()
	w.needed = w.before.ID != "" && s.form && slices.Contains(s.shows, w.before.ID) && (!s.known || slices.Contains(s.held, w.before))
	w.choice = choose(s, func() ring.Unit { return ring.New(w.t.now()) })
}

func (w *work) sight() sight {
	form, seen := w.host.Seen()
	held, known := w.host.Held()
	s := sight{
		live: w.before, form: seen, shows: form.Keys, sends: form.Senders, held: held, known: known,
		listed: w.key.Known(), twilio: w.key.IDs(), checks: w.t.spec.CodeCheck == "form", service: w.service.SID(),
		here: w.t.memory.units(), rotates: w.intent == rotation, afresh: w.afresh,
	}
	if keys := w.action.DraftKeys(); len(keys) > 0 {
		s.draft = keys[len(keys)-1]
		s.edited = w.action.KeyEdited(s.draft.Name())
	}
	s.elsewhere = w.register != nil && (w.service.SID() == "" || w.register.Service != w.service.SID())
	s.rotates = s.rotates || w.begun(s)
	return s
}

// replaceable says that a doctor has found the key to be of no use. It says so once, and not what is missing of the next one.
func (w *work) replaceable() bool { return w.intent == looking && w.choice.fresh() }

// actionKey is the key that the Action is to hold, with its value if it is to be sent.
func (w *work) actionKey() (name, value string) {
	if w.replaceable() {
		return "", ""
	}
	if w.choice.write && w.choice.unit.Complete() {
		value = w.choice.unit.Value(true)
	}
	return w.choice.unit.Name(), value
}

// environment is what the form's host is to hold.
func (w *work) environment() host.Environment {
	return host.Environment{
		Add: func() (name, value string) {
			u := w.choice.unit
			if w.replaceable() {
				return "", ""
			}
			if w.choice.mint && !u.Complete() {
				return u.Name(), "" // it will have a value when its Twilio key is made
			}
			if !u.Complete() {
				return "", ""
			}
			return u.Name(), u.Value(w.t.spec.CodeCheck == "form")
		},
		Must: w.must,
	}
}

// must are the keys that the form has to show: the one to be used, and the one in use as long as logins may have it.
func (w *work) must() []ring.Key {
	var keys []ring.Key
	if !w.replaceable() {
		keys = append(keys, w.choice.unit.Key)
	}
	if w.needed && !slices.Contains(keys, w.before) {
		keys = append(keys, w.before)
	}
	return slices.DeleteFunc(keys, func(k ring.Key) bool { return k.ID == "" })
}

// code is the Action as it should be. known is false while something in it is still to be made.
func (w *work) code() (code string, known bool) {
	d := w.deployed()
	data, err := templates.DeployedAction(Settings(w.t.spec), d)
	if err != nil {
		return "", false // Open has rendered the same settings
	}
	return string(data), d.FormURL != "" && d.Service != "" && d.Test != ""
}

// deployed is the register as it should be.
func (w *work) deployed() templates.Deployed {
	s := w.t.spec
	d := templates.Deployed{
		Layout: ring.Layout, Domain: s.Auth0.Domain, FormURL: w.host.URL(), Service: w.service.SID(), Test: w.client.ID(),
		Connection: s.Auth0.Connection, Host: placeOf(s.Host), Former: w.former.places(),
	}
	return d
}

// changes are what a plan would do, in the order of the graph. A resource with nothing to do and nothing to say is left out.
func changes(g graph, d deed) []event.Change {
	var all []event.Change
	for _, n := range g {
		if c := d.change(n.Resource); !idle(c) {
			all = append(all, c)
		}
	}
	return all
}

func idle(c event.Change) bool { return c.Op == event.None && c.Detail == "" }

// now is the time by Auth0's clock, as far as it is known: keys are named by it, and compared with it.
func (t *Tenant) now() time.Time { return time.Now().Add(t.transport.Skews()["auth0"]) }
