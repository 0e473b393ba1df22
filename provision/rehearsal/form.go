package rehearsal

import (
	"net/http"
	"net/url"
	"sync"

	"phonegate/provision/engine"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/jsvm"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/secret"
)

// openSelfHosted opens a tenant whose form the sandbox runs under its address, with the keys that are in use at the time, so that
// nothing has to be handed over.
func (s *Stage) openSelfHosted(o engine.Options) (*engine.Tenant, error) {
	at, err := url.Parse(o.Spec.Host.URL)
	if err != nil {
		return engine.Open(o)
	}
	o.FormHost = at.Hostname()
	if o.Vault == nil {
		o.Vault = secret.MemoryVault()
	}
	o.Vault = processVault{o.Vault}
	t, err := engine.Open(o)
	if err != nil {
		return nil, err
	}
	s.Host(at.Host, &sandboxForm{tenant: t, box: s.Sandbox})
	return t, nil
}

// processVault is a vault that lasts as long as the sandbox, which is as long as anybody needs what is in it.
type processVault struct{ secret.Vault }

// Durable says so.
func (processVault) Durable() bool { return true }

// sandboxForm runs a tenant's form.
type sandboxForm struct {
	tenant *engine.Tenant
	box    *sandbox.Sandbox

	mu      sync.Mutex
	print   string // of the environment that it runs with
	running *jsvm.Function
}

// ServeHTTP starts the form anew where it has been given other secrets.
func (f *sandboxForm) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	form, err := f.form()
	if err != nil {
		http.Error(rw, "The form has no keys yet.", http.StatusServiceUnavailable)
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

func (f *sandboxForm) form() (*jsvm.Function, error) {
	env, err := f.tenant.Environment()
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	print := secret.Fingerprint(env)
	if f.running != nil && f.print == print {
		return f.running, nil
	}
	w := f.box.World()
	form, err := jsvm.NewFunction(jsvm.Surroundings{Network: fromCode{f.box.Network()}, Now: w.Now, Sleep: w.Sleep}, string(f.tenant.FormModule()), env)
	if err != nil {
		return nil, err
	}
	if f.running != nil {
		f.running.Close()
	}
	f.running, f.print = form, print
	return form, nil
}
