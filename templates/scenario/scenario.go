// Package scenario holds what the generated Action and form must do, as data: JSON files that are replayed under Node
// and in the embedded JavaScript runtime alike. README.md describes the format.
package scenario

import (
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"phonegate/templates"
)

//go:embed base.json action/*.json form/*.json
var data embed.FS

// Reply is what Twilio answers to the next call.
type Reply struct {
	Expect string            `json:"expect"` // method and path, e.g. "POST /v2/Services/VA.../Verifications"
	Form   map[string]string `json:"form"`   // the fields that must have been sent
	Status int               `json:"status"`
	Body   json.RawMessage   `json:"body"`
	Key    string            `json:"key"` // name of the key whose Twilio part the call must show; default the base's
	// Fail is "network" (the call ends with an error), "silence" (it never ends, until it is aborted) or "html" (no JSON). Empty: none.
	Fail string `json:"fail"`
}

// Base is what every scenario starts from.
type Base struct {
	Settings templates.Settings `json:"settings"`
	Now      string             `json:"now"`
	Event    map[string]any     `json:"event"`
	Key      string             `json:"key"` // the name of the key in Secrets and Env
	Secrets  map[string]string  `json:"secrets"`
	Env      map[string]string  `json:"env"`
	Session  map[string]any     `json:"session"`
	Login    map[string]any     `json:"login"` // what the first leg has remembered
	Answer   map[string]any     `json:"answer"`
}

// Action is one leg of the Action. Event and secrets are merged over the base's; null removes.
type Action struct {
	Name     string          `json:"name"`
	Settings json.RawMessage `json:"settings"`
	// Deployed is the register in the Action, null for none.
	Deployed    *templates.Deployed `json:"deployed"`
	Now         string              `json:"now"`
	Handler     string              `json:"handler"`
	Event       map[string]any      `json:"event"`
	Secrets     map[string]any      `json:"secrets"`
	CanRedirect *bool               `json:"canRedirect"` // null: true
	// Login is merged over the base's for a second leg; a text stands as it is, null for nothing remembered.
	Login json.RawMessage `json:"login,omitempty"`
	// Answer is what api.redirect.validateToken gives for the key that signed it; for all other secrets it throws.
	Answer *Answer      `json:"answer"`
	Twilio []Reply      `json:"twilio"`
	Expect ActionExpect `json:"expect"`
}

// Answer is what the browser brings back. It is signed with the verdict key that Key, a name, gives for Login; or, if Plain, with
// Key's session secret itself; or with Text. Key and Login default to the base's.
type Answer struct {
	Text   string         `json:"text"`
	Key    string         `json:"key"`
	Login  string         `json:"login"`
	Plain  bool           `json:"plain"`
	Claims map[string]any `json:"claims"`
}

// ActionExpect is all that the leg may do: what is not named must not happen.
type ActionExpect struct {
	Denied        string         `json:"denied"`   // the reason's code, "" for none
	Redirect      map[string]any `json:"redirect"` // claims that the session token must have, null for no redirect
	Login         map[string]any `json:"login"`    // what must be remembered, beside what belongs to the token
	AppMetadata   map[string]any `json:"appMetadata"`
	UserMetadata  map[string]any `json:"userMetadata"`
	IDTokenClaims map[string]any `json:"idTokenClaims"`
}

// Form is one request to the form.
type Form struct {
	Name     string          `json:"name"`
	Settings json.RawMessage `json:"settings"`
	Now      string          `json:"now"`
	Env      map[string]any  `json:"env"`
	// Token is how the session token is made.
	Token struct {
		Secret string         `json:"secret"` // name of the key that signs it, or "answer" for the verdict key
		Header map[string]any `json:"header"` // default HS256, JWT
		Claims map[string]any `json:"claims"` // merged over the base's
		Tamper string         `json:"tamper"` // "payload", "signature", "extra part", "padding", "two parts", "tail bits"
		Raw    string         `json:"raw"`    // this text instead
	} `json:"token"`
	Request struct {
		Method  string            `json:"method"`
		Query   string            `json:"query"` // instead of token and state
		Headers map[string]string `json:"headers"`
		Fields  map[string]string `json:"fields"` // of a POST, beside token and state
		Body    string            `json:"body"`   // instead of fields, token and state
		State   *string           `json:"state"`
	} `json:"request"`
	Twilio []Reply    `json:"twilio"`
	Expect FormExpect `json:"expect"`
}

// FormExpect is what the answer must be.
type FormExpect struct {
	Status   int            `json:"status"`
	Contains []string       `json:"contains"`
	Lacks    []string       `json:"lacks"`
	Session  map[string]any `json:"session"`  // claims of the token in the page's own form
	Verdict  map[string]any `json:"verdict"`  // claims of the token for /continue; null: there must be none
	Continue string         `json:"continue"` // the address it is posted to
}

// Suite is all scenarios. Raw is the same as JSON for runners in other languages.
type Suite struct {
	Base    Base
	Actions []Action
	Forms   []Form
}

// Load reads the suite.
func Load() (Suite, error) {
	var s Suite
	if err := read("base.json", &s.Base); err != nil {
		return s, err
	}
	actions, forms, err := paths()
	if err != nil {
		return s, err
	}
	for _, p := range actions {
		var some []Action
		if err := read(p, &some); err != nil {
			return s, err
		}
		s.Actions = append(s.Actions, some...)
	}
	for _, p := range forms {
		var some []Form
		if err := read(p, &some); err != nil {
			return s, err
		}
		s.Forms = append(s.Forms, some...)
	}
	return s, nil
}

// SettingsOf is the base's settings with those of a scenario over them.
func (b Base) SettingsOf(own json.RawMessage) (templates.Settings, error) {
	s := b.Settings
	if len(own) == 0 {
		return s, nil
	}
	err := json.Unmarshal(own, &s)
	return s, err
}

// Code is the Action of a scenario.
func (b Base) Code(a Action) ([]byte, error) {
	s, err := b.SettingsOf(a.Settings)
	if err != nil {
		return nil, err
	}
	if a.Deployed != nil {
		return templates.DeployedAction(s, *a.Deployed)
	}
	return templates.Action(s)
}

// SessionSecret is the session secret of the key of that name, "some other secret" if there is none; "" means the base's, which
// has one also where it was removed.
func (b Base) SessionSecret(variables map[string]string, name string) string {
	if name == "" {
		name = b.Key
	}
	value, there := variables[name]
	if !there {
		value = b.Env[name]
	}
	session, _, _ := strings.Cut(value, ".")
	if session == "" {
		return "some other secret"
	}
	return session
}

// VerdictKey is what an answer to a login is signed with.
func VerdictKey(session, login string) string {
	mac := hmac.New(sha256.New, []byte(session))
	mac.Write([]byte("phonegate/verdict/2|" + login))
	return hex.EncodeToString(mac.Sum(nil))
}

// AnswerSecret is what the answer of a scenario is signed with.
func (b Base) AnswerSecret(a Answer, variables map[string]string) string {
	if a.Text != "" {
		return a.Text
	}
	session := b.SessionSecret(variables, a.Key)
	if a.Plain {
		return session
	}
	login := a.Login
	if login == "" {
		login, _ = b.Session["login"].(string)
	}
	return VerdictKey(session, login)
}

func paths() (actions, forms []string, err error) {
	if actions, err = fs.Glob(data, "action/*.json"); err != nil {
		return nil, nil, err
	}
	forms, err = fs.Glob(data, "form/*.json")
	return actions, forms, err
}

func read(path string, into any) error {
	text, err := data.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
