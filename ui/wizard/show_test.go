package wizard

import (
	"context"
	"flag"
	"os"
	"testing"
	"time"
)

var show = flag.String("show", "", "run the wizard on this terminal with a fake backend: sandbox, real or known")

// TestShow is for looking at: go test -c, then run the test binary with -test.run TestShow -show sandbox.
func TestShow(t *testing.T) {
	if *show == "" {
		return
	}
	f := newFake()
	start := StartWelcome
	switch *show {
	case "sandbox":
		f, start = newFakeSandbox(), StartSandbox
	case "known":
		f.env, f.sources = newFakeSandbox().env, map[string]string{"AUTH0_DOMAIN": "AUTH0_DOMAIN", "AUTH0_CLIENT_ID": "AUTH0_CLIENT_ID"}
		f.notes["auth0"] = []Note{{Text: "missing update:clients, needed to put the phone field on the login page", Hint: "Grant it in the dashboard, then press r."}}
		f.services = []ServiceChoice{{SID: "VA4c0f3a6c3d0b4a55a7c1f1e7d2c42b91", Name: "Acme", CodeLength: 6, Note: "used by another Action"}}
		f.tenants = []TenantStatus{{Name: "dev", OK: true, State: "in order"}, {Name: "staging", State: "2 changes"}}
	}
	f.pace = 300 * time.Millisecond
	r, err := Run(context.Background(), Options{
		Backend: f, In: os.Stdin, Out: os.Stdout, Start: start, Env: os.Environ(),
		Sandbox: func(context.Context) (Backend, error) {
			s := newFakeSandbox()
			s.pace = 300 * time.Millisecond
			return s, nil
		},
	})
	t.Logf("%+v %v, continue: %q", r, err, r.Continue())
}
