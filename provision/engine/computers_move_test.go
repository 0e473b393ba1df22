package engine_test

import (
	"strings"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/fault"
)

func TestAFormThatMovesTakesNoLoginWithIt(t *testing.T) {
	vercelAt := func(project string) config.Host { return config.Host{Kind: "vercel", Project: project} }
	for what, c := range map[string]struct{ from, to config.Host }{
		"to another project":       {vercelAt("acme-dev-verify"), vercelAt("acme-verify-two")},
		"from Vercel to a Worker":  {vercelAt("acme-dev-verify"), config.Host{Kind: "cloudflare", Project: "acme-dev-verify"}},
		"from a Worker to Vercel":  {config.Host{Kind: "cloudflare", Project: "acme-dev-verify"}, vercelAt("acme-verify-two")},
		"from a Worker to another": {config.Host{Kind: "cloudflare", Project: "acme-dev-verify"}, config.Host{Kind: "cloudflare", Project: "acme-two"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.spec.Host = c.from
			b.spec = config.Complete("dev", b.spec)
			b.grace = time.Hour
			b.mustOperate(applying)
			from := b.formURL()
			logins := b.begin(2)

			second := b.elsewhere()
			second.spec.Host = c.to
			second.spec = config.Complete("dev", second.spec)
			p, err := second.open(nil).Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if w := strings.Join(p.Shown.Warnings, " "); !strings.Contains(w, "The form moves") || !strings.Contains(w, strings.TrimPrefix(from, "https://")) || !strings.Contains(w, "60 minutes") {
				t.Errorf("the plan warns: %q", w)
			}
			second.mustOperate(applying)
			if to := second.formURL(); to == from {
				t.Fatalf("it is still at %s", to)
			}
			second.begin(1).finish("the time after the move")
			logins.finish("the move")
			second.quiet("until the former form may go")

			third := second.elsewhere()
			b.box.World().Advance(61 * time.Minute)
			if p, err := third.open(nil).Plan(t.Context()); err != nil || !strings.Contains(pendingIn(p), "the former form at "+strings.TrimPrefix(from, "https://")) {
				t.Errorf("the plan is %q, %v", pendingIn(p), err)
			}
			third.mustOperate(applying)
			if p, err := third.elsewhere().open(nil).Plan(t.Context()); err != nil || pendingIn(p) != "" {
				t.Errorf("afterwards the plan is %q, %v", pendingIn(p), err)
			}
			h := third.holdings()
			if n := len(h.Vercel.Projects) + len(h.Cloudflare.Workers); n != 1 || len(h.Twilio.Keys) != 1 {
				t.Errorf("there are %d forms and %d keys", n, len(h.Twilio.Keys))
			}
			b.spec = third.spec
		})
	}
}

func TestDestroyInTheMiddleOfAMoveLeavesNeitherForm(t *testing.T) {
	b := newBench(t)
	b.grace = time.Hour
	b.apply()
	b.spec.Host = config.Host{Kind: "cloudflare", Project: "acme-dev-verify"}
	b.spec = config.Complete("dev", b.spec)
	b.mustOperate(applying)
	if err := destroying.run(t.Context(), b.elsewhere(), nil); err != nil {
		t.Fatalf("%+v", fault.Of(err))
	}
	b.asBefore()
}
