package kind_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/event"
	"phonegate/provision/fault"
	"phonegate/provision/host"
	"phonegate/provision/host/kind"
	"phonegate/provision/resource"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/state"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
)

// server is what the dummy host remembers between runs.
type server struct {
	version string
	keys    []ring.Key
}

// dummy is a host that keeps its form in memory.
type dummy struct {
	at    *server
	order host.Order
}

func (d dummy) Check(context.Context) (string, error)         { return "Dummy Inc", nil }
func (d dummy) Resources() []host.Resource                    { return []host.Resource{d} }
func (d dummy) Look(context.Context) (host.Condition, error)  { c, _ := d.Seen(); return c, nil }
func (d dummy) Held() (keys []ring.Key, known bool)           { return d.at.keys, true }
func (d dummy) Left() []resource.Left                         { return nil }
func (d dummy) Name() string                                  { return "host.deployment" }
func (d dummy) Read(context.Context) error                    { return nil }
func (d dummy) Problems() []*fault.Error                      { return nil }
func (d dummy) Undo(context.Context, resource.Progress) error { *d.at = server{}; return nil }
func (d dummy) Sweep(_ context.Context, keys []ring.Key, _ resource.Progress) error {
	d.at.keys = slices.DeleteFunc(d.at.keys, func(k ring.Key) bool { return slices.Contains(keys, k) })
	return nil
}

func (d dummy) URL() string {
	if d.at.version == "" {
		return ""
	}
	return "https://" + d.order.Project + ".dummy.test"
}

func (d dummy) Seen() (host.Condition, bool) {
	c := host.Condition{Layout: ring.Layout, Version: d.at.version, Ready: len(d.at.keys) > 0}
	for _, k := range d.at.keys {
		c.Keys, c.Senders = append(c.Keys, k.ID), append(c.Senders, k.ID)
	}
	return c, d.at.version != ""
}

func (d dummy) Change() event.Change {
	c, _ := d.Seen()
	if d.at.version == d.order.Version && c.Shows(d.order.Env.Must()) {
		return event.Change{Resource: d.Name(), Op: event.None, Detail: d.order.Project}
	}
	return event.Change{Resource: d.Name(), Op: event.Create, Detail: d.order.Project, Requests: 1}
}

func (d dummy) Apply(context.Context, resource.Progress) error {
	name, _ := d.order.Env.Add()
	if k, ok := ring.Parse(name); ok && !slices.Contains(d.at.keys, k) {
		d.at.keys = append(d.at.keys, k)
	}
	d.at.version = d.order.Version
	return nil
}

func (d dummy) UndoChange() event.Change {
	if d.at.version == "" {
		return event.Change{Resource: d.Name(), Op: event.None}
	}
	return event.Change{Resource: d.Name(), Op: event.Delete, Detail: d.order.Project, Requests: 1}
}

// TestDummyHost adds a host by nothing but its row, and sees it offered, checked, named, applied and removed.
func TestDummyHost(t *testing.T) {
	at := &server{}
	kind.With(t, host.Kind{
		Name: "dummy", Label: "Dummy", About: "The form is kept in memory.", Column: "Dum",
		Asks: []string{"host.url"}, Project: "It is a dummy's name.",
		WrongProject: func(project string) string {
			if project == "wrong" {
				return "is wrong"
			}
			return ""
		},
		Address: func(project string) string { return "It will be at " + project + "." },
		Secrets: []string{"VERCEL_TOKEN"}, Account: "VERCEL_TEAM_ID",
		Names: map[string]string{"deployment": "memory"},
		New:   func(o host.Order) host.Host { return dummy{at, o} },
	})

	q, _ := config.Find("host.kind")
	if !slices.ContainsFunc(q.Choices, func(o config.Option) bool { return o.Value == "dummy" && o.Label == "Dummy" }) {
		t.Errorf("it is not offered: %+v", q.Choices)
	}
	spec := config.Complete("dev", config.Tenant{
		Auth0:  config.Auth0{Domain: sandbox.Auth0Domain},
		Twilio: config.Twilio{AccountSID: sandbox.TwilioAccountSID},
		Host:   config.Host{Kind: "dummy", Project: "acme-verify"},
	})
	asks := flow.AsksAt(flow.Form, flow.Session{Spec: spec}, flow.Seen{})
	for _, a := range asks {
		switch hidden := a.Hidden != nil && a.Hidden(flow.Session{Spec: spec}); {
		case a.Key == "host.project" && a.Brief != "It is a dummy's name.":
			t.Errorf("the wizard asks for the project with %q", a.Brief)
		case a.Key == "host.url" && hidden, a.Key == "host.team" && !hidden:
			t.Errorf("%s is hidden: %v", a.Key, hidden)
		}
	}
	if n := render.NameOf("host.deployment").At("dummy"); n.Who != "Dum" || n.What != "memory" {
		t.Errorf("its deployment is called %+v", n)
	}
	for _, p := range flow.Providers {
		if p.ID == "host" && !slices.Equal(p.Slots(flow.Session{Spec: spec}), []string{"VERCEL_TOKEN"}) {
			t.Error("its credentials are not asked for")
		}
	}

	box, err := sandbox.Start(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = box.Close() }()
	dir, vault := t.TempDir(), secret.MemoryVault()
	open := func() *engine.Tenant {
		t.Helper()
		remembered, err := state.Open(dir, "dev")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = remembered.Close() })
		credentials, _ := secret.FromEnv("dev", func(name string) string { return sandbox.Credentials()[name] })
		e, err := engine.Open(engine.Options{Name: "dev", Spec: spec, Credentials: credentials, Vault: vault, State: remembered,
			Endpoints: box.Endpoints(), Poll: time.Millisecond, Grace: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	plan, err := open().Plan(t.Context())
	if err != nil || !strings.Contains(shown(plan), "create host.deployment acme-verify") {
		t.Fatalf("%s, %v", shown(plan), err)
	}
	if o, err := plan.Apply(t.Context()); err != nil || o.FormURL != "https://acme-verify.dummy.test" {
		t.Fatalf("%+v, %v", o, err)
	}
	if again, err := open().Plan(t.Context()); err != nil || again.Pending() {
		t.Errorf("the second plan: %s, %v", shown(again), err)
	}
	if plan, err = open().PlanDestroy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Apply(t.Context()); err != nil || at.version != "" {
		t.Errorf("after destroy it has %+v: %v", at, err)
	}
}

// shown is a plan in words.
func shown(p *engine.Plan) string {
	if p == nil {
		return "no plan"
	}
	var lines []string
	for _, c := range p.Shown.Changes {
		lines = append(lines, string(c.Op)+" "+c.Resource+" "+c.Detail)
	}
	return strings.Join(lines, "\n")
}
