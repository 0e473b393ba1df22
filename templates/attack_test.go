package templates_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"phonegate/templates"
	"phonegate/templates/scenario"
)

// attack is one request to the form, ready to be sent by either runtime.
type attack struct {
	Name    string      `json:"name"`
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body"` // nil: none

	status   int  // the answer's, 0 for any of a refusal's
	mayCheck bool // a valid session sends what may be a code
}

// outcome is what the form answered.
type outcome struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Calls   []string          `json:"calls"`
}

// attacked is the form that the corpus is put to.
func attacked(base scenario.Base) templates.Settings {
	s := base.Settings
	s.Countries = []string{"AU", "NZ", "GB"} // a short list to choose from makes short pages
	return s
}

var embedded struct {
	once     sync.Once
	attacks  []attack
	outcomes []outcome
}

// embeddedOutcomes is what the corpus comes to in the embedded runtime, to which others are compared. It is judged once.
func embeddedOutcomes(t *testing.T, suite scenario.Suite) ([]attack, []outcome) {
	t.Helper()
	embedded.once.Do(func() {
		twilio := &standIn{answer: pendingCheck}
		form := newForm(t, suite.Base, attacked(suite.Base), twilio)
		embedded.attacks = formAttacks(t, suite.Base)
		for _, a := range embedded.attacks {
			answer := ask(form, a.request())
			o := outcome{Status: answer.Code, Headers: map[string]string{}, Body: answer.Body.String(), Calls: twilio.taken()}
			for name, values := range answer.Header() {
				o.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
			}
			o.normalise()
			a.check(t, o)
			embedded.outcomes = append(embedded.outcomes, o)
		}
	})
	if len(embedded.attacks) < 300 || len(embedded.outcomes) != len(embedded.attacks) {
		t.Fatalf("only %d attacks were answered", len(embedded.outcomes))
	}
	return embedded.attacks, embedded.outcomes
}

// TestAttacksOnTheFormEndInACalmRefusal runs the corpus in the embedded runtime and under Node. README.md beside the corpus
// describes it.
func TestAttacksOnTheFormEndInACalmRefusal(t *testing.T) {
	suite := load(t)
	attacks, expected := embeddedOutcomes(t, suite)
	t.Logf("%d attacks on the form", len(attacks))
	var underNode []outcome
	runAttacks(t, map[string]any{
		"code": formFile(t, t.TempDir(), attacked(suite.Base)), "now": suite.Base.Now, "env": suite.Base.Env, "twilio": pendingCheck, "form": attacks,
	}, &underNode)
	if len(underNode) != len(attacks) {
		t.Fatalf("Node answered %d of %d attacks", len(underNode), len(attacks))
	}
	for i, a := range attacks {
		underNode[i].normalise()
		if diff := cmp.Diff(expected[i], underNode[i]); diff != "" {
			t.Errorf("%s: Node (+) and the embedded runtime (-) differ:\n%.2000s", a.Name, diff)
		}
	}
}

// runAttacks has Node play the attacks and reads what came of them.
func runAttacks(t *testing.T, told map[string]any, outcomes any) {
	t.Helper()
	node := needNode(t)
	data, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "attacks.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), node, "nodetest/attacks.mjs", path)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), outcomes); err != nil {
		t.Fatal(err)
	}
}

func (a attack) request() *http.Request {
	r := httptest.NewRequest(a.Method, a.URL, bytes.NewReader(a.Body))
	for _, h := range a.Headers {
		var wire []byte
		for _, c := range h[1] {
			wire = append(wire, byte(c))
		}
		r.Header.Set(h[0], string(wire))
	}
	return r
}

var nonce = regexp.MustCompile(`nonce(="|-)[\w-]{22}`)

// normalise takes out what differs from answer to answer.
func (o *outcome) normalise() {
	o.Body = nonce.ReplaceAllString(o.Body, "nonce$1")
	policy := "content-security-policy"
	o.Headers[policy] = nonce.ReplaceAllString(o.Headers[policy], "nonce$1")
	if len(o.Calls) == 0 {
		o.Calls = nil
	}
}

var (
	formAction = regexp.MustCompile(`(?i)\saction\s*=\s*"?([^"\s>]*)`)
	signedPart = regexp.MustCompile(`name="session_token" value="[\w.-]*"`)
)

const attackPolicy = "default-src 'none'; style-src 'nonce-'; script-src 'nonce-'; " +
	"form-action 'self' https://acme-dev.us.auth0.test https://login.acme.example; base-uri 'none'; frame-ancestors 'none'"

func (a attack) check(t *testing.T, o outcome) {
	t.Helper()
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s: "+format, append([]any{a.Name}, args...)...)
	}
	if o.Status < 400 || o.Status > 499 || a.status != 0 && o.Status != a.status {
		wrong("status %d, want %d\n%s", o.Status, a.status, withoutCode(o.Body))
	}
	for _, call := range o.Calls {
		if !a.mayCheck || !strings.HasSuffix(call, "/VerificationCheck") {
			wrong("called Twilio: %v", o.Calls)
		}
	}
	reload := "" // only a page that may be good in a moment is loaded again, as it is
	if o.Status == http.StatusConflict && a.Method == http.MethodGet {
		reload = "2"
	}
	if got := o.Headers["refresh"]; got != reload {
		wrong("the header refresh: %q", got)
	}
	for _, name := range []string{"location", "set-cookie", "link", "access-control-allow-origin"} {
		if value, there := o.Headers[name]; there {
			wrong("the header %s: %s", name, value)
		}
	}
	if got := o.Headers["content-security-policy"]; got != attackPolicy {
		wrong("the policy is %s", got)
	}
	if got := o.Headers["content-type"]; got != "text/html; charset=utf-8" {
		wrong("the type is %s", got)
	}
	if a.Method == http.MethodHead {
		return
	}
	for _, m := range formAction.FindAllStringSubmatch(o.Body, -1) {
		if m[1] != "?" {
			wrong("a form goes to %q", m[1])
		}
	}
	page := signedPart.ReplaceAllString(o.Body, "")
	for _, text := range []string{"evil", "http:", "https:", "undefined", "[object", "NaN", "TypeError"} {
		if strings.Contains(page, text) {
			wrong("the page says %q", text)
		}
	}
	for name, value := range o.Headers {
		if strings.Contains(name+value, "evil") {
			wrong("the header %s: %s", name, value)
		}
	}
	if strings.Count(page, "<h1>") != 1 || strings.Count(page, "<script") != 1 || strings.Count(page, "<form") > 1 {
		wrong("this is no page of ours:\n%s", withoutCode(page))
	}
}

// TestTheWayBackIsPinned: whatever comes with a right code, its answer is posted to the session's tenant.
func TestTheWayBackIsPinned(t *testing.T) {
	suite := load(t)
	twilio := &standIn{answer: strings.NewReplacer("pending", "approved", "false", "true").Replace(pendingCheck)}
	form := newForm(t, suite.Base, suite.Base.Settings, twilio)
	token := signed(t, suite.Base.Session, sessionSecret(suite.Base), nil)
	fields := url.Values{"session_token": {token}, "state": {"the-state"}, "intent": {"check"}, "code": {"123456"}}
	answered := 0
	for _, text := range payloads(t)["redirects"] {
		for _, place := range placesOfRedirects {
			extended := maps.Clone(fields)
			for _, name := range strangeParameters {
				extended.Set(name, text)
			}
			a := attack{Method: http.MethodPost, URL: "https://form.test/?returnTo=" + url.QueryEscape(text), Body: []byte(extended.Encode())}
			a.Headers = [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}
			if isHeaderValue(text) {
				a.Headers = append(a.Headers, [2]string{place, text})
			}
			answer := ask(form, a.request())
			if answer.Code == http.StatusForbidden { // a strange Origin
				continue
			}
			answered++
			page := answer.Body.String()
			for _, m := range formAction.FindAllStringSubmatch(page, -1) {
				if m[1] != "https://acme-dev.us.auth0.test/continue?state=the-state" {
					t.Errorf("%s: %q: posts to %s", place, text, m[1])
				}
			}
			if answer.Code != http.StatusOK || strings.Contains(signedPart.ReplaceAllString(page, ""), "evil") || answer.Header().Get("Location") != "" {
				t.Errorf("%s: %q: %d\n%s", place, text, answer.Code, withoutCode(page))
			}
		}
	}
	if answered < 100 {
		t.Errorf("only %d were answered", answered)
	}
}
