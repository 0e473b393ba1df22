package render_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/event"
	"phonegate/ui/render"
)

// results are ends of commands on several tenants.
func results() map[string]event.Result {
	refused := &event.Error{Code: "auth0.credentials", Message: "Auth0 refuses the client id or secret: Unauthorized.", Hint: "Check AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET."}
	apply := event.Result{Command: "apply", Requests: map[string]int{"auth0": 40, "twilio": 12}, ElapsedMS: 93_400, Tenants: []event.Outcome{
		{Name: "dev", OK: true, Created: 9, ElapsedMS: 8_700},
		{Name: "customer-acme-of-australia-production", OK: true, Updated: 2, Unchanged: 7, ElapsedMS: 75_300},
		{Name: "eu", Error: refused, ElapsedMS: 210},
		{Name: "jp", Created: 3, Deleted: 1, ElapsedMS: 4_000, Error: &event.Error{Code: "twilio.unreachable",
			Message: "verify.twilio.com can't be reached: connection refused.\nAnd a second thing.", Hint: "Check the connection and the proxy settings, then run the same command again: it continues where it stopped."}},
		{Name: "us", Error: refused, ElapsedMS: 190},
		{Name: "za", Error: &event.Error{Code: "interrupted", Message: "Interrupted before za was begun.", Hint: "phonegate apply --tenant za begins it."}},
		{Name: "zz", Error: &event.Error{Code: "declined", Message: "Cancelled: zz was not confirmed.", Hint: "Nothing was changed."}, ElapsedMS: 900},
	}}
	plan := event.Result{Command: "plan", OK: true, Requests: map[string]int{"auth0": 10}, ElapsedMS: 1_200, Tenants: []event.Outcome{
		{Name: "dev", OK: true, Unchanged: 9, ElapsedMS: 400}, {Name: "prod", OK: true, Created: 1, Updated: 2, Unchanged: 6, ElapsedMS: 1_100},
	}}
	doctor := event.Result{Command: "doctor", Requests: map[string]int{"auth0": 10}, ElapsedMS: 1_200, Tenants: []event.Outcome{
		{Name: "dev", OK: true, ElapsedMS: 400},
		{Name: "prod", Findings: 12, ElapsedMS: 1_100, Error: &event.Error{Code: "doctor.findings", Message: "prod has 12 findings.", Hint: "Each finding above says what to do about it."}},
	}}
	destroy := event.Result{Command: "destroy", Requests: map[string]int{"auth0": 22}, ElapsedMS: 2_400, Tenants: []event.Outcome{
		{Name: "dev", OK: true, Deleted: 9, ElapsedMS: 1_400},
		{Name: "prod", Deleted: 7, Unchanged: 1, ElapsedMS: 2_300, Left: []event.Left{
			{What: "the Vercel project acme-verify", Why: "it has variables that phonegate did not make", Command: "npx vercel project rm acme-verify"},
			{What: "the form at verify.acme.example", Why: "it runs on a server of yours"},
		}, Error: &event.Error{Code: "destroy.left", Message: "Not everything of prod is gone. What stays: a long list.", Hint: "If nobody needs it: npx vercel project rm acme-verify."}},
	}}
	return map[string]event.Result{"destroy": destroy, "apply": apply, "plan": plan, "doctor": doctor}
}

func TestTheTableHasARowForEachTenant(t *testing.T) {
	for name, r := range results() {
		for _, width := range []int{40, 80, 120} {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				var out bytes.Buffer
				var names []string
				for _, o := range r.Tenants {
					names = append(names, o.Name)
				}
				p := render.Plain(&out, render.Options{Width: width, Tenants: names})
				p.Emit(r)
				for _, l := range strings.Split(out.String(), "\n") {
					if w := ansi.StringWidth(l); w > width {
						t.Errorf("%d columns: %q", w, l)
					}
				}
				golden(t, fmt.Sprintf("table-%s-%d", name, width), out.String())
			})
		}
	}
}

func TestTheTableWithoutColourHasNone(t *testing.T) {
	for name, r := range results() {
		lines := strings.Join(render.Table(r, render.NewStyles(true, false), 78), "\n")
		if strings.Contains(lines, "\x1b[38") || strings.Contains(lines, "\x1b[3") {
			t.Errorf("%s: %q", name, lines)
		}
		if plain := strings.Join(render.Table(r, render.Styles{}, 78), "\n"); ansi.Strip(lines) != plain {
			t.Errorf("%s: without colour it reads\n%s\nand plainly\n%s", name, ansi.Strip(lines), plain)
		}
	}
}

func TestLongNameListsAreTruncated(t *testing.T) {
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprint("t", i))
	}
	if got := render.Listed(names); !strings.HasSuffix(got, "t11 and 88 more") {
		t.Errorf("%q", got)
	}
}

func TestNamesAreCutInTheirMiddle(t *testing.T) {
	for in, want := range map[string]string{"dev": "dev", "customer-production": "custo…tion", "長い名前のテナント": "長い…ント"} {
		got := render.Squeeze(in, 10)
		if got != want || ansi.StringWidth(got) > 10 {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func TestRateLimitWaitIsShownOncePerProvider(t *testing.T) {
	wait := func(tenant, provider string) event.Step {
		return event.Step{Tenant: tenant, Resource: "auth0.action", Status: event.Running, Detail: "waiting 3 s for the rate limit of " + provider, Waits: provider}
	}
	for name, c := range map[string]struct {
		tenants []string
		want    int
	}{"one tenant": {[]string{"a"}, 3}, "several": {[]string{"a", "b"}, 2}} {
		var out bytes.Buffer
		p := render.Plain(&out, render.Options{Tenants: c.tenants})
		for _, e := range []event.Step{wait("a", "auth0"), wait("a", "auth0"), wait("a", "twilio"), wait(c.tenants[len(c.tenants)-1], "auth0")} {
			p.Emit(e)
		}
		if got := strings.Count(out.String(), "rate limit"); got != c.want {
			t.Errorf("%s: %d lines about waits, want %d:\n%s", name, got, c.want, out.String())
		}
	}
}
