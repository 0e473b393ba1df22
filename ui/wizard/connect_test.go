package wizard

import (
	"strings"
	"testing"
	"time"

	"phonegate/provision/fault"
	"phonegate/provision/secret"
	"phonegate/ui/wizard/flow"
	"phonegate/ui/wizard/flowtest"
)

// atHost is a driver at the question where the form runs, with Auth0 and Twilio known.
func atHost(t *testing.T, f *flowtest.Fake) *driver {
	t.Helper()
	known := flowtest.NewSandbox()
	f.Env.Auth0Domain, f.Env.Auth0ClientID, f.Env.Auth0ClientSecret = "acme-dev.us.auth0.com", "5fKwabcdefghq2Lm", flowtest.Secret
	f.Env.TwilioAccountSID, f.Env.TwilioAuthToken = known.Env.TwilioAccountSID, flowtest.Token
	for _, e := range []string{"AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"} {
		f.Sources[e] = e
	}
	d := newDriver(t, f, flow.StartWelcome)
	d.secrets = []string{flowtest.Secret, flowtest.Token, flowtest.VercelToken}
	d.until("What would you like to do?")
	d.press("down", "enter", "enter").until("Where does the form run?")
	return d
}

func TestEachHostAsksForWhatItNeeds(t *testing.T) {
	const token = "cl0udflare-T0ken_value"
	f := flowtest.New()
	d := atHost(t, f)
	d.secrets = append(d.secrets, token)
	d.press("down").see("● Cloudflare")
	d.press("enter").see("Cloudflare", "API token", "account ID", "Workers Scripts: Edit", "Account Settings: Read")
	d.golden("connect-cloudflare")
	d.press("ctrl+o").until("No browser opened")
	if d.opened[0] != "https://dash.cloudflare.com/profile/api-tokens" {
		t.Errorf("opened %s", d.opened[0])
	}
	d.press(token, "tab").see("Workers & Pages")
	d.press("9a7806061c88ada191ed06f989cc3dac", "enter").until("All three answer")
	c := d.m.sh.session.Credentials
	if c.CloudflareToken != token || c.CloudflareAccountID != "9a7806061c88ada191ed06f989cc3dac" {
		t.Error("the credentials are not in the session")
	}
	// Changing one's mind: what was typed for the other host is kept.
	d.press("h").see("● Cloudflare")
	d.press("down").see("● Elsewhere")
	d.press("enter").until("Both accounts answer")
	d.golden("connect-bundle")
	d.press("esc").see("● Elsewhere")
	d.press("up", "enter").until("All three answer")
	d.press("esc").see("API token")
	d.press("esc").see("● Cloudflare")
	d.press("up", "enter").see("Vercel", "token")
	d.press("esc", "esc").see("Twilio", "auth token")
	if got := d.m.sh.session.Spec.Host.Kind; got != "vercel" {
		t.Errorf("the host is %s", got)
	}
}

func TestServerOfOnesOwnIsAskedForItsAddress(t *testing.T) {
	d := atHost(t, flowtest.New())
	d.press("down", "down", "enter").until("Both accounts answer")
	d.press("enter").until("verification code is")
	d.press("enter", "enter", "enter").see("address", "ready to run anywhere")
	d.press("enter").see("✗ This one is needed.")
	d.golden("form-bundle")
	d.press("verify.acme.example", "enter").until("where from")
	if got := d.m.sh.session.Spec.Host.URL; got != "https://verify.acme.example" {
		t.Errorf("the address is %q", got)
	}
}

func TestLoginsOfOtherProgramsAreOfferedAndNeverJustUsed(t *testing.T) {
	one, two := "AC"+strings.Repeat("1a", 16), "AC"+strings.Repeat("2b", 16)
	f := flowtest.New()
	f.Env.Auth0Domain, f.Env.Auth0ClientID, f.Env.Auth0ClientSecret = "acme-dev.us.auth0.com", "5fKwabcdefghq2Lm", flowtest.Secret
	for _, e := range []string{"AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"} {
		f.Sources[e] = "keyring"
	}
	f.OtherLogins = []secret.Login{
		{Provider: "twilio", Program: "Twilio CLI", Account: "prod", Credentials: secret.Credentials{TwilioAccountSID: one}, Lacks: "The CLI's own key can't make keys. So the auth token is asked for."},
		{Provider: "twilio", Program: "Twilio CLI", Account: "dev", Credentials: secret.Credentials{TwilioAccountSID: two}},
		{Provider: "vercel", Program: "Vercel CLI", Account: "team_a1B2c3D4e5F6", Credentials: secret.Credentials{VercelToken: flowtest.VercelToken, VercelTeam: "team_a1B2c3D4e5F6"},
			Expires: time.Date(2026, 7, 1, 14, 5, 0, 0, time.UTC)},
	}
	d := newDriver(t, f, flow.StartWelcome)
	d.secrets = []string{flowtest.Secret, flowtest.Token, flowtest.VercelToken}
	d.until("What would you like to do?")
	d.press("down", "enter", "enter").until("Use an account that the Twilio CLI knows?")
	d.golden("offer-twilio")
	if d.m.sh.session.Credentials.TwilioAccountSID != "" {
		t.Error("it was used before anybody said so")
	}
	d.press("enter").see("account SID", "the Twilio CLI", "can't make keys")
	d.press("esc").see("Auth0", "client secret") // nothing is settled yet
	d.press("enter").until("auth token")
	d.press(flowtest.Token, "enter").until("Where does the form run?")
	d.press("enter").see("Use the login of the Vercel CLI?", "It ends at 14:05 and is not kept")
	d.golden("offer-vercel")
	d.press("n").see("token", "Account Settings > Tokens")
	d.press("esc").see("Where does the form run?")
	d.press("enter").see("Account Settings > Tokens") // it has been declined
	if d.m.sh.session.Credentials.VercelToken != "" {
		t.Error("it was used although it was declined")
	}
	d.m.steps[flow.Connect] = func() step { c := d.m.steps[flow.Connect].(connect); c.passed = nil; return c }()
	d.press("esc", "enter").see("Use the login of the Vercel CLI?")
	d.press("enter").until("All three answer")
	s := d.m.sh.session
	if s.Credentials.VercelToken != flowtest.VercelToken || s.Spec.Host.Team != "team_a1B2c3D4e5F6" || s.Sources["VERCEL_TOKEN"] != "the Vercel CLI" {
		t.Errorf("the login was not taken: team %q from %q", s.Spec.Host.Team, s.Sources["VERCEL_TOKEN"])
	}
	if s.SavedCredentials().VercelToken != "" || s.SavedCredentials().TwilioAuthToken != flowtest.Token {
		t.Error("what ends by itself is kept, or what does not is not")
	}
	// A token that is typed over the one that ends is kept.
	d.press("esc", "ctrl+u", "another-token-that-stays", "enter").until("All three answer")
	if d.m.sh.session.SavedCredentials().VercelToken != "another-token-that-stays" {
		t.Error("a typed token is not kept")
	}
}

func TestSandboxHasOnlyTheHostsThatItEmulates(t *testing.T) {
	f := flowtest.NewSandbox()
	d := newDriver(t, f, flow.StartSandbox)
	d.until("All three answer")
	d.seeNot("another host")
	f = flowtest.NewSandbox()
	f.Kinds = []string{"vercel", "cloudflare"}
	f.Env.CloudflareToken, f.Env.CloudflareAccountID = "sandbox-cloudflare", "9a7806061c88ada191ed06f989cc3dac"
	f.Sources["CLOUDFLARE_API_TOKEN"], f.Sources["CLOUDFLARE_ACCOUNT_ID"] = "the sandbox", "the sandbox"
	d = newDriver(t, f, flow.StartSandbox)
	d.until("All three answer")
	d.press("h").see("● Vercel", "○ Cloudflare")
	d.seeNot("Elsewhere")
	d.press("down", "enter").until("All three answer")
	d.see("Cloudflare")
}

func TestTenantOfTheFileKeepsItsName(t *testing.T) {
	f := flowtest.New()
	f.InFile = []flow.TenantStatus{{Name: "prod", State: "2 changes"}}
	f.InFile[0].Spec.Auth0.Domain = "acme.us.auth0.com"
	d := newDriver(t, f, flow.StartWelcome)
	d.until("prod ! 2 changes")
	d.press("down", "down", "enter").until("where from")
	d.press("e", "enter").see("Auth0", "acme.us.auth0.com", "client secret")
	d.press("esc").until("where from")
	if d.m.sh.session.Tenant != "prod" {
		t.Errorf("the tenant is called %q", d.m.sh.session.Tenant)
	}
}

func TestRemarkOnAHostWithoutCredentialsLeadsBackToTheChoice(t *testing.T) {
	f := flowtest.New()
	f.Notes["host"] = []flow.Note{{Text: "no system keyring found", Hint: "choose another host"}}
	d := atHost(t, f)
	d.press("down", "down", "enter").until("no system keyring found")
	d.press("esc").see("Where does the form run?", "● Elsewhere")
	f.Refuse["host"] = fault.New(fault.Failed, "x", "Try again.", "it did not work")
	d.press("enter").until("It did not work.")
	d.see("● Elsewhere")
	delete(f.Refuse, "host")
	d.press("enter").until("no system keyring found")
	d.press("enter").see("Both accounts answer")
}

func TestNobodyIsPromisedAKeyringThatIsNotThere(t *testing.T) {
	f := flowtest.New()
	f.Forgets = true
	f.OtherLogins = []secret.Login{{Provider: "vercel", Program: "Vercel CLI", Credentials: secret.Credentials{VercelToken: flowtest.VercelToken}}}
	d := atHost(t, f)
	d.press("enter").see("Use the login of the Vercel CLI?", "no system keyring found")
	d.press("n").see("memory only: no system keyring found")
	d.seeNot("stays in this")
}
