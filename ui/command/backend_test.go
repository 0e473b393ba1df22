package command

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"phonegate/provision/sandbox"
	"phonegate/ui/wizard"
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
	real := &backend{p: p, at: &place{getenv: p.Getenv}}
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
	if got := (&backend{p: p, at: &place{getenv: p.Getenv}}).Hosts(); !slices.Equal(got, []string{"vercel", "cloudflare", "bundle"}) {
		t.Errorf("at the real providers: %v", got)
	}
	at, err := p.embedded(t.Context(), sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.close)
	b := &backend{p: p, at: at}
	for _, kind := range b.Hosts() { // what is offered must answer
		s := wizard.Session{Tenant: "dev", Sandbox: true, Sources: map[string]string{}}
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
