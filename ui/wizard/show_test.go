package wizard

import (
	"context"
	"flag"
	"os"
	"testing"
	"time"

	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

var show = flag.String("show", "", "run the wizard on this terminal with a fake backend: sandbox, real or known")

// TestShow is for looking at: go test -c, then run the test binary with -test.run TestShow -show sandbox.
func TestShow(t *testing.T) {
	if *show == "" {
		return
	}
	f := flowtest.New()
	start := flow.StartWelcome
	switch *show {
	case "sandbox":
		f, start = flowtest.NewSandbox(), flow.StartSandbox
	case "known":
		f.Env, f.Sources = flowtest.NewSandbox().Env, map[string]string{"AUTH0_DOMAIN": "AUTH0_DOMAIN", "AUTH0_CLIENT_ID": "AUTH0_CLIENT_ID"}
		f.Notes["auth0"] = []flow.Note{{Text: "missing update:clients, needed to put the phone field on the login page", Hint: "Grant it in the dashboard, then press r."}}
		f.Existing = []flow.ServiceChoice{{SID: "VA4c0f3a6c3d0b4a55a7c1f1e7d2c42b91", Name: "Acme", CodeLength: 6, Note: "used by another Action"}}
		f.InFile = []flow.TenantStatus{{Name: "dev", OK: true, State: "in order"}, {Name: "staging", State: "2 changes"}}
	}
	f.Pace = 300 * time.Millisecond
	r, err := Run(context.Background(), flow.Options{
		Backend: f, In: os.Stdin, Out: os.Stdout, Start: start, Env: os.Environ(),
		Sandbox: func(context.Context) (flow.Backend, error) {
			s := flowtest.NewSandbox()
			s.Pace = 300 * time.Millisecond
			return s, nil
		},
	})
	t.Logf("%+v %v, continue: %q", r, err, r.Continue())
}
