package jsvm

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"phonegate/provision/ring"
	"phonegate/templates"
	"phonegate/templates/scenario"
)

// The scenarios of templates/scenario, which Node replays too: Action and form give the same results under Node and in
// the embedded runtime.

func TestScenariosOfTheAction(t *testing.T) {
	t.Parallel()
	suite := loadScenarios(t)
	for _, s := range suite.Actions {
		t.Run(s.Handler+": "+s.Name, func(t *testing.T) {
			t.Parallel()
			code, err := suite.Base.Code(s)
			if err != nil {
				t.Fatal(err)
			}
			replayAction(t, suite.Base, s, string(code))
		})
	}
}

// eventOf gives a second leg what the first has remembered.
func eventOf(t *testing.T, base scenario.Base, s scenario.Action) map[string]any {
	event := mergeOver(base.Event, s.Event)
	if s.Handler != "onContinuePostLogin" || string(s.Login) == "null" {
		return event
	}
	var own any
	if len(s.Login) > 0 {
		if err := json.Unmarshal(s.Login, &own); err != nil {
			t.Fatal(err)
		}
	}
	remembered, isText := own.(string)
	if !isText {
		over, _ := own.(map[string]any)
		text, err := json.Marshal(mergeOver(base.Login, over))
		if err != nil {
			t.Fatal(err)
		}
		remembered = string(text)
	}
	transaction, _ := event["transaction"].(map[string]any)
	event["transaction"] = mergeOver(transaction, map[string]any{"metadata": map[string]any{"phonegate": remembered}})
	return event
}

func replayAction(t *testing.T, base scenario.Base, s scenario.Action, code string) {
	secrets := textsOf(mergeOver(objectOf(base.Secrets), s.Secrets))
	tw := &scenarioTwilio{t: t, base: base, replies: s.Twilio, variables: secrets}
	var signer string
	var payload map[string]any
	got, err := RunAction(t.Context(), tw.surroundings(t, base, s.Now), ActionCall{
		Code: code, Handler: s.Handler, Event: eventOf(t, base, s), Secrets: secrets,
		CanRedirect: s.CanRedirect == nil || *s.CanRedirect,
		EncodeToken: func(secret string, seconds int, claims map[string]any) (string, error) {
			if seconds != 600 {
				t.Errorf("a token for %d s", seconds)
			}
			signer, payload = secret, claims
			return "the.session.token", nil
		},
		ValidateToken: func(secret, name string) (map[string]any, error) {
			if name != "session_token" {
				t.Errorf("the token is looked for as %q", name)
			}
			if s.Answer == nil || secret != base.AnswerSecret(*s.Answer, secrets) {
				return nil, errors.New("The session token is invalid: Failed signature validation")
			}
			return mergeOver(base.Answer, s.Answer.Claims), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	tw.settle()
	if got.Thrown != "" || got.Missing || len(got.Logs)+len(got.Commands) > 0 {
		t.Errorf("thrown %q, missing %v, logs %q, commands %v", got.Thrown, got.Missing, got.Logs, got.Commands)
	}
	denied := ""
	if got.Denied != nil {
		denied, _, _ = strings.Cut(*got.Denied, ":")
		if !regexp.MustCompile(`^[a-z_]+: [A-Z].*[.)]$`).MatchString(*got.Denied) {
			t.Errorf("the reason is %q", *got.Denied)
		}
	}
	if denied != s.Expect.Denied {
		t.Errorf("denied with %q, not %q", denied, s.Expect.Denied)
	}
	for _, set := range []struct {
		what      string
		got, want map[string]any
	}{{"app_metadata", got.AppMetadata, s.Expect.AppMetadata}, {"user_metadata", got.UserMetadata, s.Expect.UserMetadata}, {"claims", got.IDTokenClaims, s.Expect.IDTokenClaims}} {
		if diff := cmp.Diff(set.want, set.got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", set.what, diff)
		}
	}
	if s.Expect.Redirect == nil {
		if got.Redirect != "" || len(got.TransactionMetadata) > 0 {
			t.Errorf("redirected to %s, remembered %v", got.Redirect, got.TransactionMetadata)
		}
		return
	}
	form := secrets["FORM_URL"]
	if s.Deployed != nil {
		form = s.Deployed.FormURL
	}
	if want := form + "?session_token=the.session.token"; got.Redirect != want {
		t.Errorf("redirected to %q, not %q", got.Redirect, want)
	}
	holds(t, "the session token", payload, s.Expect.Redirect)
	checkBeginning(t, secrets, signer, payload, got.TransactionMetadata, s.Expect.Login)
}

// checkBeginning holds token and memory to the key that the token names.
func checkBeginning(t *testing.T, secrets map[string]string, signer string, payload, remembered, want map[string]any) {
	id, _ := payload["key"].(string)
	var unit ring.Unit
	for name, value := range secrets {
		if u, ok := ring.Read(name, value); ok && u.ID == id {
			unit = u
		}
	}
	login, _ := payload["login"].(string)
	if !unit.Complete() || signer != unit.Session || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(login) || payload["layout"] != float64(ring.Layout) {
		t.Errorf("the token of key %q is not signed with it, or has no login: %v", id, payload)
	}
	var memory map[string]any
	text, _ := remembered["phonegate"].(string)
	if err := json.Unmarshal([]byte(text), &memory); err != nil || len(remembered) != 1 {
		t.Fatalf("remembered %v: %v", remembered, err)
	}
	holds(t, "the memory", memory, map[string]any{"k": scenario.VerdictKey(unit.Session, login), "service": unit.Service,
		"key": id, "check": payload["check"], "change": payload["change"]})
	holds(t, "the memory", memory, want)
}

func TestScenariosOfTheForm(t *testing.T) {
	t.Parallel()
	suite := loadScenarios(t)
	forms := &rendered{render: func(s templates.Settings) ([]byte, error) {
		files, err := templates.Form(s)
		if err != nil {
			return nil, err
		}
		return files[0].Data, nil
	}}
	for _, s := range suite.Forms {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			replayForm(t, suite.Base, s, forms.of(t, suite, s.Settings))
		})
	}
}

func replayForm(t *testing.T, base scenario.Base, s scenario.Form, module string) {
	env := textsOf(mergeOver(objectOf(base.Env), s.Env))
	tw := &scenarioTwilio{t: t, base: base, replies: s.Twilio, variables: env}
	f, err := NewFunction(tw.surroundings(t, base, s.Now), module, env)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WithoutEnv = true // as on Vercel, where only process.env holds them
	f.Log = func(line string) { t.Errorf("the form wrote %q", line) }
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, formRequest(t, base, s, env))
	tw.settle()

	page := rec.Body.String()
	if rec.Code != s.Expect.Status {
		t.Fatalf("status %d, not %d:\n%s", rec.Code, s.Expect.Status, page)
	}
	all := page
	for name, values := range rec.Header() {
		all += "\n" + strings.ToLower(name) + "\n" + strings.Join(values, "\n")
	}
	for _, part := range s.Expect.Contains {
		if !strings.Contains(all, part) {
			t.Errorf("lacks %q:\n%s", part, regexp.MustCompile(`(?s)<style.*</style>`).ReplaceAllString(page, ""))
		}
	}
	readable := regexp.MustCompile(`(?s)<script.*</script>`).ReplaceAllString(all, "")
	for _, part := range s.Expect.Lacks {
		if strings.Contains(readable, part) {
			t.Errorf("has %q", part)
		}
	}
	if got := rec.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %s", got)
	}
	checkTokens(t, base, s, page, env)
}

var (
	leavingForm = regexp.MustCompile(`<form method="post" action="(https:[^"]*)" data-go>`)
	tokenField  = regexp.MustCompile(`name="session_token" value="([^"]*)"`)
)

// checkTokens looks at the token that the page carries: an answer for Auth0, or the session for the next request.
func checkTokens(t *testing.T, base scenario.Base, s scenario.Form, page string, env map[string]string) {
	leaving, token := leavingForm.FindStringSubmatch(page), tokenField.FindStringSubmatch(page)
	if (leaving != nil) != (s.Expect.Verdict != nil) {
		t.Fatalf("a way back to Auth0: %v", leaving != nil)
	}
	session := base.SessionSecret(env, s.Token.Secret)
	switch {
	case leaving != nil:
		login, _ := mergeOver(base.Session, s.Token.Claims)["login"].(string)
		holds(t, "the answer", claimsOf(t, token[1], scenario.VerdictKey(session, login)), s.Expect.Verdict)
		if s.Expect.Continue != "" && leaving[1] != s.Expect.Continue {
			t.Errorf("leads to %s, not %s", leaving[1], s.Expect.Continue)
		}
	case token != nil:
		holds(t, "the session", claimsOf(t, token[1], session), s.Expect.Session)
	}
}

func formRequest(t *testing.T, base scenario.Base, s scenario.Form, env map[string]string) *http.Request {
	state := "the-state"
	if s.Request.State != nil {
		state = *s.Request.State
	}
	fields := url.Values{"session_token": {scenarioToken(t, base, s, env)}, "state": {state}}
	var r *http.Request
	if s.Request.Method == http.MethodPost {
		for name, value := range s.Request.Fields {
			fields.Set(name, value)
		}
		r = httptest.NewRequest(http.MethodPost, "https://form.test/", strings.NewReader(orElse(s.Request.Body, fields.Encode())))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r = httptest.NewRequest(s.Request.Method, "https://form.test/?"+orElse(s.Request.Query, fields.Encode()), nil)
	}
	for name, value := range s.Request.Headers {
		r.Header.Set(name, value)
	}
	return r
}

// scenarioToken makes the session token, spoiled as the scenario says.
func scenarioToken(t *testing.T, base scenario.Base, s scenario.Form, env map[string]string) string {
	if s.Token.Raw != "" {
		return s.Token.Raw
	}
	header := s.Token.Header
	if header == nil {
		header = map[string]any{"alg": "HS256", "typ": "JWT"}
	}
	session := mergeOver(base.Session, s.Token.Claims)
	key := base.SessionSecret(env, s.Token.Secret)
	if s.Token.Secret == "answer" {
		key = scenario.VerdictKey(base.SessionSecret(env, ""), session["login"].(string))
	}
	token := signHS256(t, header, session, key)
	parts := strings.Split(token, ".")
	switch s.Token.Tamper {
	case "payload":
		parts[1] = segment(t, mergeOver(base.Session, map[string]any{"sub": "auth0|8"}))
	case "signature":
		first := "A"
		if parts[2][0] == 'A' {
			first = "B"
		}
		parts[2] = first + parts[2][1:]
	case "two parts":
		parts = parts[:2]
	case "empty signature":
		parts[2] = ""
	case "extra part":
		parts = append(parts, "e30")
	case "padding":
		parts[2] += "="
	case "tail bits": // 43 characters hold 258 bits: the last two of them say nothing
		const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		last := len(parts[2]) - 1
		parts[2] = parts[2][:last] + string(digits[strings.IndexByte(digits, parts[2][last])+1])
	case "":
	default:
		t.Fatalf("no way to tamper is called %q", s.Token.Tamper)
	}
	return strings.Join(parts, ".")
}

func signHS256(t *testing.T, header, claims map[string]any, key string) string {
	text := segment(t, header) + "." + segment(t, claims)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func segment(t *testing.T, v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func claimsOf(t *testing.T, token, key string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a token: %q", token)
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	if base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) != parts[2] {
		t.Error("the token is not signed with the expected secret")
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(data, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// holds says that every named value is there; null stands for absent.
func holds(t *testing.T, what string, got, want map[string]any) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s, %s (-want +got):\n%s", what, name, diff)
		}
	}
}

// mergeOver is base with own over it; null removes. The metadata replace as a whole.
func mergeOver(base, own map[string]any) map[string]any {
	out := maps.Clone(base)
	for key, value := range own {
		inner, nested := value.(map[string]any)
		below, had := out[key].(map[string]any)
		switch {
		case value == nil:
			delete(out, key)
		case nested && had && key != "app_metadata" && key != "user_metadata":
			out[key] = mergeOver(below, inner)
		default:
			out[key] = value
		}
	}
	return out
}

func objectOf(texts map[string]string) map[string]any {
	out := map[string]any{}
	for k, v := range texts {
		out[k] = v
	}
	return out
}

func textsOf(o map[string]any) map[string]string {
	out := map[string]string{}
	for k, v := range o {
		out[k], _ = v.(string)
	}
	return out
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func loadScenarios(t *testing.T) scenario.Suite {
	suite, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(suite.Actions) < 50 || len(suite.Forms) < 50 {
		t.Fatalf("only %d and %d scenarios", len(suite.Actions), len(suite.Forms))
	}
	return suite
}

// rendered keeps what was rendered, for most scenarios share their settings.
type rendered struct {
	render func(templates.Settings) ([]byte, error)
	mu     sync.Mutex
	code   map[string]string
}

func (r *rendered) of(t *testing.T, suite scenario.Suite, own json.RawMessage) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if code, ok := r.code[string(own)]; ok {
		return code
	}
	settings, err := suite.Base.SettingsOf(own)
	if err != nil {
		t.Fatal(err)
	}
	code, err := r.render(settings)
	if err != nil {
		t.Fatal(err)
	}
	if r.code == nil {
		r.code = map[string]string{}
	}
	r.code[string(own)] = string(code)
	return string(code)
}
