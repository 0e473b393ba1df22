package logintest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"phonegate/provision/config"
	"phonegate/provision/engine"
	"phonegate/provision/ring"
	"phonegate/provision/sandbox"
	"phonegate/provision/sandbox/world"
	"phonegate/provision/secret"
	"phonegate/provision/state"
)

// stage is a sandbox to which the engine has applied one tenant's answers. Stories on one stage are told one after the
// other, each with people of its own, so that clock, faults and log of requests belong to one story at a time.
type stage struct {
	box      *sandbox.Sandbox
	spec     config.Tenant
	dir      string
	vault    secret.Vault
	formHost string
	leaked   map[string]ring.Unit // every key that ever was, by its id
	grace    time.Duration        // how long a former key outlives the Action that used it; zero for as long as the engine says
	resumes  string               // the version of the Action that answers /continue, where a test turns it
	token    string               // for the Management API
	people   int
	// strangers counts numbers that are nobody's in the story.
	strangers int
}

// Answers that stages are made with.
func codeCheck(how string) func(*config.Tenant) {
	return func(t *config.Tenant) { t.CodeCheck = how }
}

var formChecks = codeCheck("form")

// open starts a sandbox and applies the answers: Australian numbers in national form, and what change says.
func open(t *testing.T, change ...func(*config.Tenant)) *stage {
	t.Helper()
	return openIn(t, sandbox.Options{}, change...)
}

func openIn(t *testing.T, o sandbox.Options, change ...func(*config.Tenant)) *stage {
	t.Helper()
	box, err := sandbox.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	answers := config.Tenant{
		Auth0: config.Auth0{Domain: sandbox.Auth0Domain}, Twilio: config.Twilio{AccountSID: sandbox.TwilioAccountSID, ServiceName: "Acme"},
		Brand: config.Brand{Name: "Acme"}, DefaultCountry: "AU",
	}
	for _, f := range change {
		f(&answers)
	}
	s := &stage{box: box, spec: config.Complete("dev", answers), dir: t.TempDir(), vault: secret.MemoryVault()}
	apply(t, s)
	s.administer(t)
	return s
}

// administer gets a token for the Management API, which is good for a day.
func (s *stage) administer(t testing.TB) {
	t.Helper()
	s.token = ""
	var granted struct {
		Token string `json:"access_token"`
	}
	s.call(t, http.MethodPost, "/oauth/token", map[string]string{
		"grant_type": "client_credentials", "client_id": sandbox.Auth0ClientID, "client_secret": sandbox.Auth0ClientSecret,
		"audience": "https://" + sandbox.Auth0Domain + "/api/v2/",
	}, &granted)
	s.token = granted.Token
}

// apply brings the sandbox to what the stage's answers say.
func apply(t testing.TB, s *stage) {
	t.Helper()
	e := s.engine(t)
	plan, err := e.Plan(t.Context())
	if err != nil {
		t.Fatal("plan:", err)
	}
	if _, err := plan.Apply(t.Context()); err != nil {
		t.Fatal("apply:", err)
	}
	s.learn()
	form, err := url.Parse(plan.FormURL())
	if err != nil {
		t.Fatal(err)
	}
	s.formHost = form.Host
}

// engine is the engine as a new process would have it; the vault stays, as a keyring would.
func (s *stage) engine(t testing.TB) *engine.Tenant {
	t.Helper()
	remembered, err := state.Open(s.dir, "dev")
	if err != nil {
		t.Fatal(err)
	}
	credentials, _ := secret.FromEnv("dev", func(name string) string { return sandbox.Credentials()[name] })
	e, err := engine.Open(engine.Options{
		Name: "dev", Spec: s.spec, Credentials: credentials, Vault: s.vault, State: remembered,
		Endpoints: s.box.Endpoints(), Poll: 5 * time.Millisecond, Grace: s.grace, NoWait: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// rotate plans a new key and applies it; the error is that of the apply. The former key stays until a later apply finds that its time
// is over.
func (s *stage) rotate(t testing.TB) error {
	t.Helper()
	e := s.engine(t)
	plan, err := e.PlanRotation(t.Context())
	if err != nil {
		t.Fatal("plan the rotation:", err)
	}
	_, err = plan.Apply(t.Context())
	s.learn()
	return err
}

// tell runs one story as a subtest and then holds every person in it to what the story said of them.
func (s *stage) tell(t *testing.T, name string, story func(*scene)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		c := &scene{stage: s, t: t, since: len(s.box.World().Requests())}
		defer s.box.World().Disarm()
		story(c)
		for _, p := range c.cast {
			p.settle()
		}
		for _, r := range s.box.World().Requests()[c.since:] {
			if r.NotEmulated {
				t.Errorf("not emulated: %s %s%s", r.Method, r.Host, r.Path)
			}
		}
	})
}

// inBoth tells the same stories on a stage for each value of code_check, side by side.
func inBoth(t *testing.T, stories func(t *testing.T, s *stage), change ...func(*config.Tenant)) {
	t.Helper()
	inBothIn(t, sandbox.Options{}, stories, change...)
}

// inBothIn does so in sandboxes of a kind.
func inBothIn(t *testing.T, o sandbox.Options, stories func(t *testing.T, s *stage), change ...func(*config.Tenant)) {
	t.Helper()
	t.Parallel()
	for _, how := range []string{"form", "action"} {
		t.Run("code_check "+how, func(t *testing.T) {
			t.Parallel()
			stories(t, openIn(t, o, slices.Concat(change, []func(*config.Tenant){codeCheck(how)})...))
		})
	}
}

// scene is one story being told.
type scene struct {
	*stage
	t     testing.TB
	since int // length of the request log when the story began
	cast  []*person
}

// byForm says whether the form checks the codes.
func (c *scene) byForm() bool { return c.spec.CodeCheck == "form" }

func (c *scene) later(d time.Duration) { c.box.World().Advance(d) }

// fails arms a fault for Twilio's next answers.
func (c *scene) fails(f world.Fault) {
	f.Provider = "twilio"
	c.box.World().Arm(f)
}

// twilioSaw holds the deployed code to these calls to Twilio since the story began, in order: "send", "look", "check".
func (c *scene) twilioSaw(want ...string) {
	c.t.Helper()
	got := c.calls()
	// A call that nobody waits for any more is noted a moment after the page came.
	for tries := 0; len(got) < len(want) && tries < 200; tries++ {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-c.t.Context().Done():
		}
		got = c.calls()
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		c.t.Errorf("Twilio was asked to %q, not to %q", got, want)
	}
}

func (c *scene) calls() []string {
	got := []string{}
	for _, r := range c.box.World().Requests()[c.since:] {
		if r.Provider != "twilio" || r.By != "code" {
			continue
		}
		switch {
		case strings.HasSuffix(r.Path, "/VerificationCheck"):
			got = append(got, "check")
		case strings.HasSuffix(r.Path, "/Verifications"):
			got = append(got, "send")
		default:
			got = append(got, "look")
		}
	}
	return got
}

// formSawNothing holds the form to not having been reached since the story began.
func (c *scene) formSawNothing() {
	c.t.Helper()
	for _, r := range c.box.World().Requests()[c.since:] {
		if r.Provider == "form" {
			c.t.Errorf("the form was asked: %s %s", r.Method, r.Path)
		}
	}
}

// management calls Auth0's Management API as an administrator.
func (s *stage) management(t testing.TB, method, path string, body, into any) {
	t.Helper()
	if status := s.call(t, method, "/api/v2"+path, body, into); status/100 != 2 {
		t.Fatalf("%s %s: %d", method, path, status)
	}
}

// call sends JSON to the tenant and reads JSON.
func (s *stage) call(t testing.TB, method, path string, body, into any) int {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://"+sandbox.Auth0Domain+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	res, err := s.box.Network().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, answer)
		}
	}
	return res.StatusCode
}
