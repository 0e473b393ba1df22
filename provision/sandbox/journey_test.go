package sandbox_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/sandbox"
	"phonegate/provision/secret"
	"phonegate/provision/state"
)

// provisioned is a sandbox to which the engine has applied its defaults.
func provisioned(t *testing.T, options ...sandbox.Options) (box *sandbox.Sandbox, formHost string) {
	t.Helper()
	box, err := sandbox.Start(t.Context(), append(options, sandbox.Options{})[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	var answers config.Tenant
	answers.Auth0.Domain, answers.Twilio.AccountSID = sandbox.Auth0Domain, sandbox.TwilioAccountSID
	remembered, err := state.Open(t.TempDir(), "dev")
	if err != nil {
		t.Fatal(err)
	}
	granted := sandbox.Credentials()
	credentials, _ := secret.FromEnv("dev", func(name string) string { return granted[name] })
	tenant, err := engine.Open(engine.Options{
		Name: "dev", Spec: config.Complete("dev", answers), Credentials: credentials, State: remembered, Endpoints: box.Endpoints(),
	})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := tenant.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(plan.FormURL())
	if err != nil {
		t.Fatal(err)
	}
	return box, u.Host
}

// browser is a person with a browser that resolves no emulated name, as any browser on this machine.
type browser struct {
	t    *testing.T
	http *http.Client
	at   *url.URL
	page string
	next string // where the last answer leads outside the sandbox
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, http: &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/callback" {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

func (b *browser) do(method, address string, form url.Values) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", b.at.Scheme+"://"+b.at.Host)
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at, b.page, b.next = res.Request.URL, string(text), res.Header.Get("Location")
}

var (
	hiddenInput = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
	formAction  = regexp.MustCompile(`<form[^>]*action="([^"]*)"`)
	nameOf      = regexp.MustCompile(`name="([^"]*)"`)
	valueOf     = regexp.MustCompile(`value="([^"]*)"`)
)

// submit posts the page's form, with what the person filled in.
func (b *browser) submit(pairs ...string) {
	b.t.Helper()
	form := url.Values{}
	for _, input := range hiddenInput.FindAllString(b.page, -1) {
		name, value := nameOf.FindStringSubmatch(input), valueOf.FindStringSubmatch(input)
		if name != nil && value != nil {
			form.Set(name[1], html.UnescapeString(value[1]))
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	to := b.at.String()
	if action := formAction.FindStringSubmatch(b.page); action != nil {
		target, err := b.at.Parse(html.UnescapeString(action[1]))
		if err != nil {
			b.t.Fatal(err)
		}
		to = target.String()
	}
	b.do(http.MethodPost, to, form)
}

func TestAWholeLoginThroughTheDoors(t *testing.T) {
	box, formHost := provisioned(t)
	signUp(t, box, formHost, "ada@example.com", "+61491570156")
	for _, r := range box.World().Requests() {
		if r.NotEmulated {
			t.Errorf("not emulated: %s %s%s", r.Method, r.Host, r.Path)
		}
	}
}

// signUp goes the whole way of a new user, to the application with a code.
func signUp(t *testing.T, box *sandbox.Sandbox, formHost, email, number string) {
	t.Helper()
	b := newBrowser(t)
	b.do(http.MethodGet, box.Info().Auth0URL+"/authorize?"+url.Values{
		"client_id": {sandbox.AppClientID}, "redirect_uri": {"http://127.0.0.1:9/callback"}, "response_type": {"code"}, "scope": {"openid"},
		"state": {"app-state"}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}.Encode(), nil)
	if !strings.Contains(b.page, `name="phone_number"`) {
		t.Fatalf("the sign-up form has no phone field:\n%s", b.page)
	}
	b.submit("intent", "signup", "email", email, "password", "Correct-horse-7-battery", "phone_number", number)
	if got := b.at.Scheme + "://" + b.at.Host; got != box.Door(formHost) {
		t.Fatalf("the browser is at %s, not at the form's door %s", got, box.Door(formHost))
	}
	arrived := box.Phone().Messages(number)
	if len(arrived) != 1 {
		t.Fatalf("%d messages", len(arrived))
	}
	b.submit("intent", "check", "code", arrived[0].Code)
	if !strings.Contains(b.page, box.Info().Auth0URL+"/continue") {
		t.Fatalf("the form's answer does not lead back to the tenant's door:\n%s", b.page)
	}
	b.submit()
	if !strings.HasPrefix(b.next, "http://127.0.0.1:9/callback?code=") || !strings.Contains(b.next, "state=app-state") {
		t.Fatalf("the login ended at %s, leading to %q:\n%s", b.at, b.next, b.page)
	}
}
