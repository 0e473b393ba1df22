package provision

import (
	"net/http"
	"net/url"
	"sync"

	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/secret"
)

// Rehearse prepares the engine for a tenant in an embedded sandbox. Where the form runs elsewhere, the sandbox stands in for
// the person: it runs the form under its address, with the secrets that are in use at the time, so that nothing has to be
// handed over.
func Rehearse(o Options, box *sandbox.Sandbox) (*Tenant, error) {
	at, err := url.Parse(o.Spec.Host.URL)
	if o.Spec.Host.Kind != "bundle" || err != nil {
		return Open(o)
	}
	o.FormHost = at.Hostname()
	if o.Vault == nil {
		o.Vault = secret.MemoryVault()
	}
	o.Vault = untilTheEnd{o.Vault}
	t, err := Open(o)
	if err != nil {
		return nil, err
	}
	box.Host(at.Host, &understudy{tenant: t, module: string(t.form.module), box: box})
	return t, nil
}

// untilTheEnd is a vault that lasts as long as the sandbox, which is as long as anybody needs what is in it.
type untilTheEnd struct{ secret.Vault }

// Durable says so.
func (untilTheEnd) Durable() bool { return true }

// understudy runs a tenant's form.
type understudy struct {
	tenant *Tenant
	module string
	box    *sandbox.Sandbox

	mu      sync.Mutex
	print   string // of the environment that it runs with
	running *jsvm.Function
}

// ServeHTTP starts the form anew where it has been given other secrets.
func (u *understudy) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	form, err := u.form()
	if err != nil {
		http.Error(rw, "The form has no secrets yet.", http.StatusServiceUnavailable)
		return
	}
	form.ServeHTTP(rw, r)
}

// fromCode marks requests as those of deployed code.
type fromCode struct{ http.RoundTripper }

// RoundTrip passes the request on.
func (f fromCode) RoundTrip(r *http.Request) (*http.Response, error) {
	return f.RoundTripper.RoundTrip(r.WithContext(world.ByCode(r.Context())))
}

func (u *understudy) form() (*jsvm.Function, error) {
	env, err := u.tenant.Environment()
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	print := secret.Fingerprint(env)
	if u.running != nil && u.print == print {
		return u.running, nil
	}
	w := u.box.World()
	form, err := jsvm.NewFunction(jsvm.Surroundings{Network: fromCode{u.box.Network()}, Now: w.Now, Sleep: w.Sleep}, u.module, env)
	if err != nil {
		return nil, err
	}
	if u.running != nil {
		u.running.Close()
	}
	u.running, u.print = form, print
	return form, nil
}
