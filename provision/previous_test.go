package provision_test

import (
	"strings"
	"testing"
	"time"

	"phonegate/provision/event"
	"phonegate/provision/sandbox/world"
)

// rotatedAgo rotates, and lets it be so long ago.
func (b *bench) rotatedAgo(d time.Duration) {
	b.t.Helper()
	if err := rotating.run(b.t.Context(), b, nil); err != nil {
		b.t.Fatal(err)
	}
	b.ages(d)
}

// ages lets the last rotation be so long ago.
func (b *bench) ages(d time.Duration) {
	b.t.Helper()
	if b.note("secrets", "rotated") == "" {
		b.t.Fatal("nobody knows when the last rotation was")
	}
	if err := b.state().Note("secrets").Set("rotated", time.Now().Add(-d).UTC().Format(time.RFC3339)); err != nil {
		b.t.Fatal(err)
	}
}

// pending is what a plan would change, in words.
func (b *bench) pending() string {
	b.t.Helper()
	p, err := b.open(nil).Plan(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	var all []string
	for _, c := range p.Changes {
		if c.Op != event.None {
			all = append(all, c.Resource+": "+c.Detail)
		}
	}
	return strings.Join(all, "\n")
}

// accepted says whether form or Action has a previous pair.
func (b *bench) accepted() bool {
	h := b.holdings()
	form, has := h.forms()[0], false
	for _, a := range h.Auth0.Actions {
		has = has || a.Secrets["VERDICT_SECRET_PREVIOUS"] != "" || a.Deployed.Secrets["VERDICT_SECRET_PREVIOUS"] != ""
	}
	return has || form["SESSION_SECRET_PREVIOUS"] != "" || form["VERDICT_SECRET_PREVIOUS"] != ""
}

func TestThePreviousPairEndsWhenNoLoginNeedsItAnyMore(t *testing.T) {
	b := newBench(t)
	b.apply()
	b.rotatedAgo(14 * time.Minute)
	if got := b.pending(); got != "" || !b.accepted() {
		t.Fatalf("while logins are under way the plan is %q", got)
	}
	if o := b.apply(); o.Updated != 0 || !b.accepted() {
		t.Fatalf("while logins are under way apply ended as %+v", o)
	}
	b.ages(15 * time.Minute)
	plan := b.pending()
	for _, want := range []string{"host.env: ", "host.deployment: ", "auth0.action: ", "the secrets from before the rotation of 20", "SESSION_SECRET_PREVIOUS goes"} {
		if !strings.Contains(plan, want) {
			t.Errorf("the plan does not say %q:\n%s", want, plan)
		}
	}
	// It is cut off half way and carried on.
	inUse := b.vaulted()
	b.arm(world.Fault{Provider: "auth0", Method: "PATCH", Path: "/api/v2/actions/actions/*", Status: 500, Times: 4})
	if err := applying.run(t.Context(), b, nil); err == nil {
		t.Fatal("the apply was to fail")
	}
	b.apply()
	if b.accepted() || b.vault.Get("session-previous") != "" || b.vault.Get("verdict-previous") != "" {
		t.Error("the previous pair is still there")
	}
	for name, value := range b.vaulted() {
		if inUse[name] != value {
			t.Errorf("%s was replaced", name)
		}
	}
	b.inOrder()
	if got := b.pending(); got != "" {
		t.Errorf("afterwards the plan is %q", got)
	}
}

func TestThePreviousPairStaysWhereTheSecretsAreNotKnown(t *testing.T) {
	b := newBench(t)
	b.apply()
	b.rotatedAgo(time.Hour)
	b.forgetSecrets()
	if got := b.pending(); got != "" {
		t.Errorf("the plan is %q: it would break logins for nothing", got)
	}
	findings, err := b.open(nil).Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, f := range findings {
		if f.Code == "secrets.previous" {
			said = f.Hint
		}
	}
	if !strings.Contains(said, "keyring") {
		t.Errorf("the doctor says %q", said)
	}
}

func TestAPreviousPairOfUnknownAgeCountsFromTheNextApply(t *testing.T) {
	b := newBench(t)
	b.apply()
	b.rotatedAgo(time.Hour)
	b.forgetState()
	b.apply()
	if got := b.pending(); got != "" || !b.accepted() {
		t.Fatalf("the plan is %q", got)
	}
	b.ages(time.Hour)
	b.apply()
	if b.accepted() {
		t.Error("the previous pair is still there")
	}
	b.inOrder()
}

func TestARotationSaysWhichLoginsItWouldBreak(t *testing.T) {
	b := newBench(t)
	warnings := func() string {
		t.Helper()
		p, err := b.open(nil).PlanRotation(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(p.Warnings, "\n")
	}
	b.apply()
	if got := warnings(); got != "" {
		t.Errorf("the first rotation warns: %s", got)
	}
	b.rotatedAgo(3 * time.Minute)
	if got := warnings(); !strings.Contains(got, "The last rotation was 3 min ago. Logins that began before it will fail") {
		t.Errorf("a rotation soon after another: %q", got)
	}
	b.ages(15 * time.Minute)
	if got := warnings(); got != "" {
		t.Errorf("a rotation long after another warns: %s", got)
	}
	b.ages(time.Minute)
	b.arm(world.Fault{Provider: "auth0", Method: "PATCH", Path: "/api/v2/actions/actions/*", Status: 500, Times: 4})
	if err := rotating.run(t.Context(), b, nil); err == nil {
		t.Fatal("the rotation was to fail")
	}
	if got := warnings(); got != "" {
		t.Errorf("a rotation that is carried on warns: %s", got)
	}
	if err := rotating.run(t.Context(), b, nil); err != nil {
		t.Fatal(err)
	}
	b.forgetSecrets()
	if got := warnings(); !strings.Contains(got, "not known on this computer") {
		t.Errorf("a rotation without the secrets in use: %q", got)
	}
}
