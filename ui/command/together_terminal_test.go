//go:build unix

package command

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
)

// threeTenants is a file with three tenants, one of them protected, and a sandbox that has them.
func threeTenants(t *testing.T) (box *sandbox.Sandbox, env []string, file string) {
	t.Helper()
	box, env = servedOf(t, sandbox.Options{Tenants: []string{"prod", "test"}})
	file = filepath.Join(t.TempDir(), "phonegate.yaml")
	text := "version: 1\ndefaults: { default_country: AU }\ntenants:\n  dev: { auth0: { domain: acme-dev.us.auth0.test } }\n" +
		"  prod: { auth0: { domain: prod.us.auth0.test }, protected: true }\n  test: { auth0: { domain: test.us.auth0.test } }\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return box, env, file
}

func TestOfSeveralTenantsAPersonIsAskedOneThingAfterTheOther(t *testing.T) {
	box, env, file := threeTenants(t)
	env = append(without(env, "VERCEL_TOKEN", "TWILIO_AUTH_TOKEN"), "PHONEGATE_DEV_VERCEL_TOKEN="+sandbox.VercelToken, "PHONEGATE_PROD_VERCEL_TOKEN="+sandbox.VercelToken,
		"PHONEGATE_DEV_TWILIO_AUTH_TOKEN="+sandbox.TwilioAuthToken, "PHONEGATE_TEST_TWILIO_AUTH_TOKEN="+sandbox.TwilioAuthToken)
	s := openScreen(t, child(t, env, "apply", "--all", "--config", file))
	s.await("Twilio auth token for prod:")
	s.press(sandbox.TwilioAuthToken + "\r")
	s.await("Vercel token for test:")
	s.press(sandbox.VercelToken + "\r")
	s.await("Apply this to these 2 tenants? [y/N]")
	shown := ansi.Strip(s.text())
	last := 0
	for _, what := range []string{"plan for dev", "plan for prod", "plan for test", "Apply this"} {
		at := strings.Index(shown, what)
		if at < last {
			t.Errorf("%q comes too early:\n%s", what, shown)
		}
		last = at
	}
	s.press("y\r")
	s.await("prod is protected. Type its name to continue:")
	if n := len(box.State().Twilio.Services); n != 0 {
		t.Errorf("%d services were made while a person was asked", n)
	}
	s.press("not prod\r")
	if code := s.end(); code != 130 {
		t.Errorf("the exit code is %d", code)
	}
	shown = ansi.Strip(s.text())
	for _, row := range []string{`✓ dev +done +8 +1 `, `– prod +cancelled +- `, `✓ test +done +8 +1 `} {
		if !regexp.MustCompile(row).MatchString(shown) {
			t.Errorf("no row %q in\n%s", row, shown)
		}
	}
	if strings.Contains(shown, sandbox.TwilioAuthToken) || strings.Contains(shown, sandbox.VercelToken) {
		t.Error("a token was shown")
	}
	s.restored()
}

func TestAnInterruptFinishesTheCallsUnderWayOfAllTenants(t *testing.T) {
	box, env, file := threeTenants(t)
	// The services are made late enough for the interrupt to come first.
	box.World().Arm(world.Fault{Provider: "twilio", Method: "POST", Path: "/v2/Services", DelayMS: 2500, Times: 3})
	cmd := child(t, env, "apply", "--tenant", "dev", "--tenant", "prod", "--tenant", "test", "--yes", "--sandbox", "--config", file)
	s := openScreen(t, cmd)
	for _, name := range []string{"dev", "prod", "test"} {
		s.await(name + strings.Repeat(" ", 4-len(name)) + "    ✓ done") // of what does not wait for the service
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	s.await("Stopping after the current request")
	if code := s.end(); code != 130 {
		t.Errorf("the exit code is %d\n%s", code, s.text())
	}
	if n := len(box.State().Twilio.Services); n != 3 {
		t.Errorf("%d of the 3 services under way were finished", n)
	}
	if n := strings.Count(ansi.Strip(s.text()), "  stopped "); n != 3 {
		t.Errorf("%d rows tell of the interrupt:\n%s", n, ansi.Strip(s.text()))
	}
	again := child(t, env, "apply", "--tenant", "dev", "--tenant", "prod", "--tenant", "test", "--yes", "--sandbox", "--config", file)
	again.Dir = cmd.Dir
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("the next run: %v\n%s", err, out)
	}
	if n := len(box.State().Twilio.Services); n != 3 {
		t.Errorf("after the next run there are %d services", n)
	}
}

func TestRateLimitWaitIsReported(t *testing.T) {
	_, env := servedOf(t, sandbox.Options{RateLimits: map[string]float64{"auth0": 1}})
	s := openScreen(t, child(t, env, "plan"))
	s.await("Waiting for the rate limit of Auth0.")
	if code := s.end(); code != 3 {
		t.Errorf("the exit code is %d\n%s", code, s.text())
	}
	if n := strings.Count(s.text(), "Waiting for"); n != 1 {
		t.Errorf("it is told %d times", n)
	}
}
