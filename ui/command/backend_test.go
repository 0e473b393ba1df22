package command

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/fault"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/ui/render"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/plain"
)

func TestLoginsOfOtherProgramsAreSeenOnlyOutsideTheSandbox(t *testing.T) {
	home := t.TempDir()
	dir := filepath.Join(home, ".twilio-cli")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	profile := `{"profiles":{"acme":{"accountSid":"AC` + strings.Repeat("1a", 16) + `"}}}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{Streams: Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Getenv: func(name string) string {
		return map[string]string{"HOME": home, "PHONEGATE_KEYRING": "off"}[name]
	}}}
	real := &backend{p: p, at: &environment{getenv: p.Getenv}}
	if all := real.Logins(); len(all) != 1 || all[0].Account != "acme" {
		t.Errorf("found %v", all)
	}
	if found, _ := real.Credentials(t.Context(), "dev"); found.TwilioAccountSID != "" {
		t.Error("a login was used without a question")
	}
	at, err := p.embedded(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.close)
	if all := (&backend{p: p, at: at}).Logins(); all != nil {
		t.Errorf("the sandbox sees %v", all)
	}
}

func TestHostsAreThoseThatCanBeReached(t *testing.T) {
	p := &program{Streams: Streams{Getenv: func(string) string { return "" }}}
	if got := (&backend{p: p, at: &environment{getenv: p.Getenv}}).Hosts(); !slices.Equal(got, []string{"vercel", "cloudflare", "bundle"}) {
		t.Errorf("at the real providers: %v", got)
	}
	at, err := p.embedded(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.close)
	b := &backend{p: p, at: at}
	for _, kind := range b.Hosts() { // what is offered must answer
		s := flow.Session{Tenant: "dev", Sandbox: true, Sources: map[string]string{}}
		s.Credentials, _ = b.Credentials(t.Context(), "dev")
		s.Spec.Auth0.Domain, s.Spec.Host.Kind = sandbox.Auth0Domain, kind
		if _, err := b.Check(t.Context(), "host", s); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if !slices.Contains(b.Hosts(), "vercel") || len(b.Hosts()) < 2 {
		t.Errorf("in the sandbox: %v", b.Hosts())
	}
}

func TestWizardWaitsForAFormThatRunsElsewhere(t *testing.T) {
	p := &program{Streams: Streams{Getenv: func(string) string { return "" }}}
	box, err := p.embedded(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.close)
	dir := t.TempDir()
	p.config = filepath.Join(dir, "phonegate.yaml")
	// The sandbox's providers as if they were the real ones, so that nobody runs the form.
	at := &environment{getenv: box.getenv, endpoints: box.endpoints, dir: filepath.Join(dir, ".phonegate"), base: dir, close: func() {},
		vaults: map[string]secret.Vault{"dev": lasting{secret.MemoryVault()}}}
	b := &backend{p: p, at: at}
	defer b.Close()
	elsewhere := httptest.NewServer(http.NotFoundHandler()) // a server, but not the form yet
	t.Cleanup(elsewhere.Close)
	answers := []string{"2", "", "3", "", "", "", "", "", "", "", elsewhere.URL, "", "", "", "1", "2"}
	var out bytes.Buffer
	r, err := plain.Accessible(t.Context(), flow.Options{Backend: b, In: strings.NewReader(strings.Join(answers, "\n") + "\n"), Out: &out}, render.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f := fault.Of(r.Err); f == nil || f.Code != "bundle.not_running" || r.Applied {
		t.Errorf("ended with %+v:\n%s", f, out.String())
	}
	for _, want := range []string{"on your own server, which needs no account", "phonegate secrets --tenant dev -- fly secrets import --stage", "Look again and go on"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing:\n%s", want, out.String())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "phonegate-form", "dev-verify", "server.mjs")); err != nil {
		found, _ := filepath.Glob(filepath.Join(dir, "phonegate-form", "*", "*"))
		t.Errorf("the form's folder: %v", found)
	}
}
