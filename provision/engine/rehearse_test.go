package engine_test

import (
	"testing"
	"time"

	"phonegate/provision/engine"
	"phonegate/provision/rehearsal"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
)

// TestTheSandboxRunsAFormOfOnesOwn goes through a whole life in which nobody has to start anything.
func TestTheSandboxRunsAFormOfOnesOwn(t *testing.T) {
	b := newBundle(t)
	b.vault = secret.MemoryVault() // which lasts as long as the sandbox
	rehearse := func() *engine.Tenant {
		t.Helper()
		creds, _ := secret.FromEnv("dev", func(name string) string { return sandbox.Credentials()[name] })
		stage := &rehearsal.Stage{Sandbox: b.box}
		e, err := stage.Open(engine.Options{
			Name: "dev", Spec: b.spec, Credentials: creds, Vault: b.vault, State: b.state(), Endpoints: b.box.Endpoints(), Dir: b.dir,
			Poll: 5 * time.Millisecond, Backoff: time.Millisecond, Grace: time.Millisecond, Emit: b.hear,
		})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	for _, c := range []command{applying, rotating} {
		e := rehearse()
		plan, err := c.plan(e, t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if o, err := plan.Apply(t.Context()); err != nil || o.FormURL != b.spec.Host.URL {
			t.Fatalf("%s: %+v, %v", c.name, o, err)
		}
		b.wholeLogin()
	}
	findings, err := rehearse().Doctor(t.Context())
	for _, f := range findings {
		if !f.OK {
			t.Errorf("the doctor says: %+v", f)
		}
	}
	if err != nil || b.box.Door(b.formHost()) == "" {
		t.Errorf("a browser does not find the form: %v", err)
	}
	b.keptSecret(b.secrets())
}
