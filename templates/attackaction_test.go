package templates_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"phonegate/provision/sandbox/jsvm"
	"phonegate/templates"
	"phonegate/templates/scenario"
)

// answerAttack is something that a browser brings back to the Action, or a user who logs in.
type answerAttack struct {
	Name        string           `json:"name"`
	CodeCheck   string           `json:"codeCheck"`
	Pending     *json.RawMessage `json:"pending"`
	PendingOver map[string]any   `json:"pendingOver"`
	Profile     any              `json:"profile"`
	App         map[string]any   `json:"app"`
	Login       bool             `json:"login"`
	forgery
}

// leg is one run of the Action, ready for either runtime. Answers are the claims that validateToken gives for a secret.
type leg struct {
	Code    string                    `json:"code"`
	Handler string                    `json:"handler"`
	Event   map[string]any            `json:"event"`
	Secrets map[string]string         `json:"secrets"`
	Answers map[string]map[string]any `json:"answers"`

	source string
}

// deed is all that the Action did.
type deed struct {
	Denied   string         `json:"denied"`
	Redirect string         `json:"redirect"`
	Metadata map[string]any `json:"metadata"`
	Calls    []string       `json:"calls"`
}

// TestAttacksOnTheActionAreDenied runs the corpus of answers and profiles in both runtimes.
func TestAttacksOnTheActionAreDenied(t *testing.T) {
	suite := load(t)
	var cases []answerAttack
	read(t, "answers.json", &cases)
	legs := make([]leg, len(cases))
	for i, c := range cases {
		legs[i] = c.leg(t, suite.Base)
	}
	twilio := &standIn{answer: pendingCheck}
	around := runtime(t, suite.Base, twilio)
	embedded := make([]deed, len(cases))
	reason := regexp.MustCompile(`^phone_(token|invalid|too_many_tries): [A-Z][A-Za-z ,.']+\.$`)
	for i, c := range cases {
		embedded[i] = legs[i].run(t, around, twilio)
		if d := embedded[i]; !reason.MatchString(d.Denied) || d.Redirect != "" || len(d.Metadata) > 0 || len(d.Calls) > 0 || strings.Contains(d.Denied, "evil") {
			t.Errorf("%s: %+v", c.Name, d)
		}
	}
	t.Logf("%d attacks on the Action", len(cases))

	var underNode []deed
	runAttacks(t, map[string]any{"now": suite.Base.Now, "twilio": pendingCheck, "actions": legs}, &underNode)
	if len(underNode) != len(cases) {
		t.Fatalf("Node answered %d of %d attacks", len(underNode), len(cases))
	}
	for i, c := range cases {
		underNode[i].Calls = append([]string(nil), underNode[i].Calls...)
		if diff := cmp.Diff(embedded[i], underNode[i]); diff != "" {
			t.Errorf("%s: Node (+) and the embedded runtime (-) differ:\n%s", c.Name, diff)
		}
	}
}

// TestTheAttackedActionAcceptsWhatIsGood: without its forgery the answer is accepted, so that the attacks fail for no other reason.
func TestTheAttackedActionAcceptsWhatIsGood(t *testing.T) {
	suite := load(t)
	twilio := &standIn{}
	done := answerAttack{}.leg(t, suite.Base).run(t, runtime(t, suite.Base, twilio), twilio)
	if done.Denied != "" || done.Metadata["phone_number_verified"] != true {
		t.Errorf("%+v", done)
	}
}

func (c answerAttack) leg(t *testing.T, base scenario.Base) leg {
	t.Helper()
	s := base.Settings
	s.NoPhone = "deny" // the profile's number alone counts
	if c.CodeCheck != "" {
		s.CodeCheck = c.CodeCheck
	}
	code, err := templates.Action(s)
	if err != nil {
		t.Fatal(err)
	}
	event := maps.Clone(base.Event)
	user := maps.Clone(event["user"].(map[string]any))
	event["user"] = user
	pending := map[string]any{"sid": base.Answer["vsid"], "number": base.Answer["phone_number"], "sent_at": base.Now, "sends": 1, "tries": 0}
	maps.Copy(pending, c.PendingOver)
	user["app_metadata"] = map[string]any{"phone_verification": pending}
	if c.Pending != nil {
		user["app_metadata"] = map[string]any{"phone_verification": *c.Pending}
	}
	if c.Profile != nil {
		user["user_metadata"] = map[string]any{"phone_number": c.Profile}
	}
	l := leg{Code: write(t, t.TempDir(), code, ".js"), Handler: "onContinuePostLogin", Event: event, Secrets: base.Secrets, source: string(code)}
	if c.Login {
		user["app_metadata"] = c.App
		l.Handler = "onExecutePostLogin"
		return l
	}
	token := c.token(t, base.Answer, base, "verdict key")
	memory := maps.Clone(base.Login)
	memory["check"], memory["change"] = s.CodeCheck, false
	text, err := json.Marshal(memory)
	if err != nil {
		t.Fatal(err)
	}
	event["transaction"] = map[string]any{"metadata": map[string]any{"phonegate": string(text)}}
	// Whatever secret the Action may try, it hears the truth about it.
	tried := append(strings.Split(base.Secrets[base.Key], "."), base.Secrets[base.Key], verdictKey(base))
	l.Answers = map[string]map[string]any{}
	for _, secret := range tried {
		if claims, err := validated(token, secret); err == nil {
			l.Answers[secret] = claims
		}
	}
	return l
}

func (l leg) run(t *testing.T, around jsvm.Surroundings, twilio *standIn) deed {
	t.Helper()
	result, err := jsvm.RunAction(t.Context(), around, jsvm.ActionCall{
		Code: l.source, Handler: l.Handler, Event: l.Event, Secrets: l.Secrets, CanRedirect: true,
		EncodeToken: func(string, int, map[string]any) (string, error) { return "token", nil },
		ValidateToken: func(secret, _ string) (map[string]any, error) {
			if claims := l.Answers[secret]; claims != nil {
				return claims, nil
			}
			return nil, errors.New("The session token is invalid")
		},
	})
	if err != nil || result.Thrown != "" || len(result.Logs) > 0 {
		t.Fatalf("%v %s %v", err, result.Thrown, result.Logs)
	}
	done := deed{Redirect: result.Redirect, Metadata: map[string]any{}, Calls: twilio.taken()}
	if result.Denied != nil {
		done.Denied = *result.Denied
	}
	for _, set := range []map[string]any{result.AppMetadata, result.UserMetadata, result.IDTokenClaims} {
		maps.Copy(done.Metadata, set)
	}
	return done
}

// validated is what api.redirect.validateToken makes of a token, by its documentation: signature, state, the standard
// claims, the type, the user and the expiry.
func validated(token, secret string) (map[string]any, error) {
	refused := errors.New("refused")
	parsed, err := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithoutClaimsValidation()).
		Parse(token, func(*jwt.Token) (any, error) { return []byte(secret), nil })
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return nil, err
	}
	exp, hasExp := claims["exp"].(float64)
	_, hasIat := claims["iat"].(float64)
	iss, _ := claims["iss"].(string)
	kind, _ := parsed.Header["typ"].(string)
	const now = 1795428000 // the scenarios' time
	bad := []bool{claims["state"] != "the-state", !hasExp, !hasIat, iss == "", !strings.EqualFold(kind, "JWT"), claims["sub"] != "auth0|7", exp <= now}
	if slices.Contains(bad, true) {
		return nil, refused
	}
	return claims, nil
}
